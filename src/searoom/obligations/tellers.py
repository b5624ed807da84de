"""Who tells a story: what is asked of it, and an account told by hand, without keys, bytes or carriers.

What a story says happens here is read by the same fold as what two nodes exchange: it is an account like any other.
`searoom.exercise.told` tells the same stories on nodes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeAlias, cast

from searoom.account import Account, Closed, Item, Message, Ref, Transcribed, arrange
from searoom.obligations.agreement import Agreement
from searoom.record.entry import Heard
from searoom.record.keys import Role, Signer
from searoom.signals import forms
from searoom.signals.forms import Filled, FormBook
from searoom.statements.items import as_item

_NO_ROOT = bytes(32)


class Voices(Protocol):
    """What a story asks of who tells it: parties that speak and receive, at times in microseconds, one account each.

    Each deed raises `NotAllowed` for what the record does not take.
    """

    def say(self, author: str, filled: Filled, *, at_us: int, placed_us: int, to: Sequence[str] = ()) -> Ref:
        """Let a party say something, to all others where `to` is empty; return where it stands."""

    def receive(self, party: str, *, at_us: int) -> None:
        """Let a party take all that was said so far, and sign for it; nobody hears of that yet."""

    def meet(self, *, at_us: int) -> None:
        """Let all parties take all that was said, and the receipts for it too."""

    def take_up(self, agreement: Agreement, *, at_us: int) -> None:
        """Let all work by another version: who is new in it is there from now on, and has received nothing yet."""

    def account_of(self, party: str) -> Account:
        """Return the account as this party holds it; the same object for as long as it holds no more."""

    def account(self) -> Account:
        """Return the account of all that was said."""

    def close(self) -> None:
        """End what was opened; accounts can be asked for afterwards as well."""


On: TypeAlias = Callable[[Agreement, FormBook], Voices]
"""On what stories are told: the voices of an agreement's parties, of whom nobody has said anything."""


def transcript(author: str, said_by: str, understood: Filled, medium: str, book: FormBook, *, at_us: int) -> Filled:
    """Return what an officer of `author` writes down of what another party is said to have said."""
    fields: dict[str, object] = {
        "said_by": said_by,
        "medium": medium,
        "heard_by": f"{author} officer 1",
        "at": at_us,
        "understood": forms.encode(replace(understood, reply_to=None), book),
    }
    form = book.form("transcribed")
    return Filled(form.name, form.version, form.channels[0], "routine", "en", fields, understood.reply_to)


def by_hand(agreement: Agreement, book: FormBook) -> Voices:
    """Return voices without nodes: the account is made by hand."""
    return Teller(agreement.parties, book)


@dataclass(slots=True)
class Teller:
    """Several parties; each holds of the others what it has received. `told` is in the order in which it was said.

    `parties` speak and are spoken to; there may be logs of others, which did before.
    """

    parties: tuple[str, ...]
    book: FormBook
    logs: dict[str, list[Item]] = field(default_factory=dict)
    held: dict[tuple[str, str], int] = field(default_factory=dict)
    told: list[Ref] = field(default_factory=list)
    _given: dict[tuple[str, tuple[int, ...]], Account] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._make_room()

    def _make_room(self) -> None:
        self.logs |= {party: [] for party in self.parties if party not in self.logs}
        pairs = [(who, log) for who in self.logs for log in self.logs if who != log]
        self.held = {pair: self.held.get(pair, 0) for pair in pairs}

    def say(self, author: str, filled: Filled, *, at_us: int, placed_us: int, to: Sequence[str] = ()) -> Ref:
        """Let a party say something, having heard what it holds; return where it stands."""
        known, log = self.book.form(filled.form), self.logs[author]
        station = Signer(author, Role.STATION, author, f"{author} station", author.encode())
        officers = tuple(
            Signer(author, Role.OFFICER, f"{author}-{n}", f"{author} officer {n}", f"{author}{n}".encode())
            for n in range(1, known.release_persons + 1)
        )
        heard = tuple(
            Heard(party, self.held[author, party], _NO_ROOT)
            for party in sorted(self.logs)
            if party != author and self.held[author, party]
        )
        below = [self.logs[each.log][each.size - 1].height for each in heard] + [item.height for item in log[-1:]]
        message = Message(
            ref=(author, len(log)),
            height=1 + max(below, default=0),
            author=author,
            recipients=tuple(to) or tuple(sorted(party for party in self.parties if party != author)),
            claimed_us=at_us,
            placed_us=placed_us,
            until_us=None,
            signers=(station,) if known.automatic else officers,
            station=station,
            heard=heard,
            filled=filled,
        )
        log.append(self._transcribed(message) if filled.form == "transcribed" else message)
        self.told.append(message.ref)
        return message.ref

    def _transcribed(self, message: Message) -> Item:
        understood = forms.decode(cast("bytes", message.filled.fields["understood"]), self.book, inside=True)
        said_by = str(message.filled.fields["said_by"])
        return as_item(Transcribed, message, filled=message.filled, said_by=said_by, understood=understood)

    def receive(self, party: str, *, at_us: int) -> None:
        """Let a party take all that was said so far, and sign for it to each of the others."""
        others = [other for other in self.logs if other != party]
        behind = [other for other in others if self.held[party, other] < len(self.logs[other])]
        for other in behind:
            self.held[party, other] = len(self.logs[other])
        form = self.book.form("receipt")
        for other in behind[:1] if party in self.parties else ():
            fields: dict[str, object] = {"party": other, "size": len(self.logs[other])}
            filled = Filled(form.name, form.version, form.channels[0], "routine", "en", fields)
            self.say(party, filled, at_us=at_us, placed_us=at_us)

    def meet(self, *, at_us: int) -> None:
        """Let all parties take all that was said, one after the other, and at last the receipts for it too."""
        for party in self.logs:
            self.receive(party, at_us=at_us)
        self.held = {(who, log): len(self.logs[log]) for who, log in self.held}

    def account_of(self, party: str) -> Account:
        """Return the account as this party holds it: its own log, what it received, and closed what others share."""
        sizes = tuple(self.held.get((party, log), len(self.logs[log])) for log in self.logs)
        held = [item for log, size in zip(self.logs, sizes, strict=True) for item in self.logs[log][:size]]
        seen = [item if party in (item.author, *item.recipients) else _closed(item) for item in held]
        key = ("" if seen == held else party, sizes)
        if key not in self._given:
            self._given[key] = arrange(self.parties, seen, {})
        return self._given[key]

    def take_up(self, agreement: Agreement, *, at_us: int) -> None:
        """Let the parties of another version speak from now on, with logs of their own; those of others stay."""
        del at_us
        self.parties, self._given = agreement.parties, {}
        self._make_room()

    def close(self) -> None:
        """End nothing: nothing was opened."""

    def account(self, parties: Sequence[str] = ()) -> Account:
        """Return the account of all that was said."""
        return arrange(tuple(parties) or self.parties, [item for log in self.logs.values() for item in log], {})


def _closed(item: Item) -> Item:
    """Return what stands at a place for who cannot read it."""
    return as_item(Closed, item, why="its words were not opened to us")
