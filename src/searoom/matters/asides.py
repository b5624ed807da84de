"""The off-record channels that the record shows as opened and closed: between whom, and by which halves of the key.

What is said on one stands in no account: our own copies are national notes (`aside`), from which the next number comes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, cast

from searoom.account import Account, Message, Ref, ref_text
from searoom.errors import NotAllowed
from searoom.signals.forms import Filled, FormBook
from searoom.statements import offrecord

OPEN: Final = "off-record-open"
CLOSE: Final = "off-record-close"
ASIDE: Final = "aside"


@dataclass(frozen=True, slots=True)
class Opened:
    """A channel as the record shows it: `ref` opened it, `joined` answered, `closed` ended it."""

    ref: Ref
    parties: tuple[str, str]
    contributions: Mapping[str, bytes]
    joined: Ref | None
    closed: Ref | None

    @property
    def name(self) -> str:
        """What the channel is called: the entry that opened it."""
        return ref_text(self.ref)

    @property
    def usable(self) -> bool:
        """Whether both have given their half of the key, and neither has closed it."""
        return self.joined is not None and self.closed is None

    def channel(self, mechanism: str, we: str) -> offrecord.Channel:
        """Return the channel as `we` hold it; raise `NotAllowed` where it is not open."""
        if not self.usable:
            why = "was closed" if self.closed else "waits for the other side's half of the key"
            raise NotAllowed(f"the off-record channel {self.name} {why}")
        return offrecord.join(mechanism, self.name, we, self.contributions)


def channels(account: Account) -> tuple[Opened, ...]:
    """Return the channels that the account shows, in the order in which they were opened.

    A third party, which cannot read these entries, sees none of them. An opening that was sealed to anybody but
    the one whom it names opens nothing: a key that a third party has is nobody's.
    """
    openings = [m for m in account.messages(OPEN) if m.recipients == (m.filled.fields["with"],)]
    closings = account.messages(CLOSE)
    return tuple(_opened(account, first, openings, closings) for first in openings if first.filled.reply_to is None)


def _opened(account: Account, first: Message, openings: Iterable[Message], closings: Iterable[Message]) -> Opened:
    other = str(first.filled.fields["with"])
    joined = next(
        (
            m
            for m in openings
            if account.answered(m.filled) == first.ref and (m.author, m.filled.fields["with"]) == (other, first.author)
        ),
        None,
    )
    ends = (m for m in closings if account.answered(m.filled) == first.ref and m.author in (first.author, other))
    closed = next(ends, None)
    halves = {m.author: cast("bytes", m.filled.fields["contribution"]) for m in (first, joined) if m is not None}
    return Opened(
        ref=first.ref,
        parties=(first.author, other),
        contributions=halves,
        joined=None if joined is None else joined.ref,
        closed=None if closed is None else closed.ref,
    )


def copy_of(aside: offrecord.Aside, author: str, text: str, at_us: int, book: FormBook, lang: str) -> Filled:
    """Return the national note that keeps our copy of an off-record message; written before ours leaves."""
    log, index = aside.channel.rsplit("/", 1)
    fields = {
        "channel": (log, int(index)),
        "number": aside.number,
        "author": author,
        "text": text,
        "at": at_us,
        "bytes": aside.data,
    }
    return Filled(ASIDE, book.form(ASIDE).version, "national", "routine", lang, fields)


def last_number(copies: Iterable[Filled], channel: str, author: str) -> int:
    """Return the highest number of this author on a channel among our copies; 0 where there is none."""
    return max(
        (
            cast("int", copy.fields["number"])
            for copy in copies
            if ref_text(cast("Ref", copy.fields["channel"])) == channel and copy.fields["author"] == author
        ),
        default=0,
    )
