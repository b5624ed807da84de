"""The shared record, opened, decoded, in one order that both sides compute alike.

Rule 1: the order is (height, place of the author in the agreement, number of its log, index). No clock and no
hash decides.
Rule 2: the account is a fold of the entries alone: the same entries give the same account on every
node, however they arrived. What a node knows of cosignatures beside them is no part of that.
Rule 3: an entry that cannot be opened, read, or accepted as its form and the agreement ask keeps its place as
`Closed`, with the reason; it never stops the fold.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, Protocol, TypeAlias, TypeVar, cast

from searoom.errors import NotAllowed, Tampered
from searoom.items import TRANSCRIBED, Closed, Item, Message, Notice, Place, Ref, Transcribed, ref_text
from searoom.record.ahead import Ahead
from searoom.record.cards import Revoked
from searoom.record.cose import Signature
from searoom.record.entry import Entry, Kind
from searoom.record.keys import Signer
from searoom.record.roster import Roster, author_of, epoch_of
from searoom.record.seal import read_reason
from searoom.release import BY_FORM, Policy, lacking
from searoom.signals import forms
from searoom.signals.forms import Filled, FormBook

__all__ = [
    "Account", "Closed", "Item", "Message", "Notice", "Readable", "Ref", "State", "Transcribed", "arrange", "read",
    "ref_text",
]  # fmt: skip

Opener: TypeAlias = Callable[[Entry, bytes], bytes | None]
_UNORDERED: Final = 1 << 10  # the place of an author that the agreement does not number: an observer


class Readable(Protocol):
    """What is asked of a record: `searoom.record.shared.SharedRecord` has it."""

    @property
    def roster(self) -> Roster:
        """The cards of the parties, in the order of the agreement."""

    def logs(self) -> Sequence[str]:
        """Return the names of the logs."""

    def entries(self, log: str, start: int = 0) -> Iterator[tuple[Entry, bytes]]:
        """Yield the entries of one log with their bodies, from index `start`."""

    def recorded(self, log: str, by: str) -> int:
        """Return the largest size of a log that another party has cosigned, as known here."""


@dataclass(frozen=True, slots=True)
class State:
    """One step in the life of a message: the entry that shows it, when its station says it placed it, and whose key."""

    ref: Ref
    at_us: int
    signer: Signer


@dataclass(frozen=True, slots=True)
class Account:
    """All entries of all logs in the joint order.

    `parties` are those that speak, in the agreement's order; `sizes` are by log. `settled_height`: nothing can
    ever be inserted at or before it by a party that goes on in its newest log, since each one's next entry stands
    higher than its last. `recorded` maps (log, by whom) to the size cosigned, and `without_node` names the parties
    of which no card is known: both as this node knows it, and so left out when accounts are compared.
    """

    parties: tuple[str, ...]
    items: tuple[Item, ...]
    sizes: Mapping[str, int]
    settled_height: int
    recorded: Mapping[tuple[str, str], int] = field(compare=False)
    without_node: tuple[str, ...] = field(compare=False)
    _by_ref: Mapping[Ref, Item] = field(compare=False, repr=False)
    _steps: Mapping[tuple[str, str], tuple[tuple[int, ...], tuple[Item, ...]]] = field(compare=False, repr=False)

    def messages(self, form: str | None = None) -> tuple[Message, ...]:
        """Return the messages in order, or only those of one form; transcripts are no messages."""
        return tuple(m for m in self.items if isinstance(m, Message) and form in (None, m.filled.form))

    def transcripts(self) -> tuple[Transcribed, ...]:
        """Return what officers wrote down of what others are said to have said, in order."""
        return tuple(item for item in self.items if isinstance(item, Transcribed))

    def message(self, ref: Ref) -> Item:
        """Return what stands at `ref`; raise `NotAllowed` where nothing does."""
        if ref not in self._by_ref:
            raise NotAllowed(f"there is no entry {ref_text(ref)} in the record")
        return self._by_ref[ref]

    def delivered(self, ref: Ref, to: str) -> State | None:
        """Return the first entry of `to` whose station says that it held `ref`, or None while there is none."""
        sizes, items = self._steps.get((ref[0], to), ((), ()))
        step = bisect_right(sizes, ref[1])
        return State(items[step].ref, items[step].placed_us, items[step].station) if step < len(items) else None


def read(
    record: Readable, book: FormBook, opener: Opener, *, parties: Sequence[str] = (), policy: Policy = BY_FORM
) -> Account:
    """Return the account of a record; `opener` gives the words of an entry, or None where it cannot.

    `parties` and `policy` are the agreement's. Without them the parties are those that have a card and speak, and
    release is judged by the forms alone. Signatures were checked when the entries came in; the roster says here
    whose they are, and which card was in force at each place.
    """
    roster, logs = record.roster, tuple(record.logs())
    reader = _Reader(roster, book, opener, policy)
    items = [reader.item(entry, body) for log in logs for entry, body in record.entries(log)]
    recorded = {(log, by): record.recorded(log, by) for log in logs for by in roster.parties if by != author_of(log)}
    speak = tuple(parties) or roster.speakers()
    missing = tuple(party for party in speak if party not in roster.parties)
    return arrange(speak, items, recorded, without_node=missing)


def arrange(
    parties: Sequence[str],
    items: Iterable[Item],
    recorded: Mapping[tuple[str, str], int],
    *,
    without_node: Sequence[str] = (),
) -> Account:
    """Return the account of items in whatever order they come; each log must be whole from its first entry."""
    place = {party: at for at, party in enumerate(parties)}
    ordered = tuple(sorted(items, key=lambda item: _order(item, place)))
    sizes = dict.fromkeys(parties, 0)
    heights = dict.fromkeys(parties, 0)
    steps: dict[tuple[str, str], tuple[list[int], list[Item]]] = {}
    for item in ordered:
        log, index = item.ref
        if index != sizes.setdefault(log, 0):
            raise NotAllowed(f"the log {log} has a gap or a double at entry {sizes[log]}")
        sizes[log] += 1
        heights[item.author] = item.height
        for heard in item.heard:
            grown, by = steps.setdefault((heard.log, item.author), ([], []))
            if heard.size > (grown[-1] if grown else 0):
                grown.append(heard.size)
                by.append(item)
    return Account(
        parties=tuple(parties),
        items=ordered,
        sizes=sizes,
        settled_height=min((heights[party] for party in parties), default=0),
        recorded=dict(recorded),
        without_node=tuple(without_node),
        _by_ref={item.ref: item for item in ordered},
        _steps={pair: (tuple(grown), tuple(by)) for pair, (grown, by) in steps.items()},
    )


def _order(item: Place, place: Mapping[str, int]) -> tuple[int, int, str, int, int]:
    return (item.height, place.get(item.author, _UNORDERED), item.author, epoch_of(item.ref[0]), item.ref[1])


class Waiting(Protocol):
    """What is asked of a record for what came ahead of its place: `searoom.record.shared.SharedRecord` has it."""

    @property
    def roster(self) -> Roster:
        """The cards of the parties."""

    def logs(self) -> Sequence[str]:
        """Return the names of the logs."""

    def aheads(self, log: str) -> Sequence[Ahead]:
        """Return what came ahead of its place in a log, in order."""


def read_ahead(record: Waiting, book: FormBook, opener: Opener, policy: Policy = BY_FORM) -> tuple[Item, ...]:
    """Return what came ahead of its place as the account will have it when the logs reach it; it is in none yet."""
    reader = _Reader(record.roster, book, opener, policy)
    pieces = [piece for log in record.logs() for piece in record.aheads(log)]
    return tuple(reader.item(Entry.from_bytes(piece.entry), piece.body) for piece in pieces)


class _Reader:
    """What one reading of a record holds fast: whose keys, which forms, which rule, and what opens a body."""

    def __init__(self, roster: Roster, book: FormBook, opener: Opener, policy: Policy) -> None:
        self._roster, self._book, self._opener, self._policy = roster, book, opener, policy
        self._withdrawn = {party: _withdrawn(roster, party) for party in roster.parties}

    def item(self, entry: Entry, body: bytes) -> Item:
        statement = entry.statement
        signers = tuple(self._signer(signature) for signature in entry.released.signatures)
        place = Place(
            (entry.log, entry.index),
            entry.height,
            statement.author,
            statement.recipients,
            statement.claimed_us,
            entry.placed_us,
            statement.until_us,
            signers,
            self._signer(entry.station),
            entry.heard,
            doubtful=self._doubtful(entry),
        )
        if statement.kind is not Kind.WORDS:
            return self._notice(place, statement.kind, body)
        said, why = self._words(entry, body)
        if said is not None and not why:
            why = self._refused(said, place)
        if said is None or why:
            return _as(Closed, place, why=why)
        if said.form != TRANSCRIBED:
            return _as(Message, place, filled=said)
        inner = cast("bytes | None", said.fields.get("understood"))
        understood = None if inner is None else forms.decode(inner, self._book, inside=True)
        return _as(Transcribed, place, filled=said, said_by=str(said.fields["said_by"]), understood=understood)

    def _words(self, entry: Entry, body: bytes) -> tuple[Filled | None, str]:
        try:
            content = self._opener(entry, body)
            if content is None:
                return None, "its words were not opened to us"
            return forms.decode(content, self._book), ""
        except (NotAllowed, Tampered) as fault:
            return None, f"its words cannot be read: {fault.sentence}"

    def _refused(self, said: Filled, place: Place) -> str:
        """Say why these words are not believed ('' where they are).

        The receiver asks what the sender asked: a node that sends substance under one person's key, an officer's
        form under the station's, or a national form at all, is not believed.
        """
        form = self._book.form(said.form)
        if form.visibility != "shared":
            return f"the form '{form.name}' is national and is not believed in the shared record"
        if said.form == TRANSCRIBED and said.fields["said_by"] == place.author:
            return "nobody transcribes what they say themselves"
        return lacking(self._policy, form, said, place.signers, self._roster.card_at(place.author, *place.ref))

    def _notice(self, place: Place, kind: Kind, body: bytes) -> Item:
        if kind is Kind.EPOCH:
            try:
                return _as(Notice, place, kind=kind, reason=read_reason(body))
            except (NotAllowed, Tampered) as fault:
                return _as(Closed, place, why=f"its words cannot be read: {fault.sentence}")
        issued = self._roster.issued(place.author)
        at = next((n for n, (log, index, _) in enumerate(issued) if n and (log, index) == place.ref), None)
        if at is None:
            return _as(Closed, place, why="it brings a card that is not among its author's cards")
        card, before = issued[at][2], issued[at - 1][2]
        return _as(
            Notice,
            place,
            kind=kind,
            serial=card.serial,
            begun=tuple(key for key in card.keys if before.by_key_id(key.key_id) is None),
            ended=tuple(key for key in before.keys if card.by_key_id(key.key_id) is None),
        )

    def _signer(self, signature: Signature) -> Signer:
        party, key = self._roster.by_key_id(signature.key_id)
        return Signer(party, key.role, key.holder, key.name, key.key_id, key.member)

    def _doubtful(self, entry: Entry) -> str:
        """Say that a key behind an entry was withdrawn, and not vouched for as far as here ('' for none)."""
        ended = self._withdrawn.get(entry.statement.author, {})
        for signature in (entry.station, *entry.released.signatures):
            if signature.key_id not in ended:
                continue
            log, revoked = ended[signature.key_id]
            good = (0, -1) if revoked.last_good is None else (epoch_of(log), revoked.last_good)
            if (epoch_of(entry.log), entry.index) > good:
                name = self._roster.by_key_id(signature.key_id)[1].name
                upto = "not at all" if revoked.last_good is None else f"up to {ref_text((log, revoked.last_good))}"
                return f"a key of {name} behind it was withdrawn ({revoked.why}) and is vouched for {upto}"
        return ""


def _withdrawn(roster: Roster, party: str) -> dict[bytes, tuple[str, Revoked]]:
    """Return each key that a party withdrew, with the log of the card that first said so."""
    found: dict[bytes, tuple[str, Revoked]] = {}
    for log, _, card in roster.issued(party):
        for revoked in card.revoked:
            found.setdefault(revoked.key_id, (log, revoked))
    return found


_PLACE: Final = tuple(each.name for each in fields(Place))
_Kind = TypeVar("_Kind", Message, Closed, Transcribed, Notice)


def _as(kind: type[_Kind], place: Place, /, **more: Any) -> _Kind:
    """Return an item at this place."""
    return kind(**{name: getattr(place, name) for name in _PLACE}, **more)
