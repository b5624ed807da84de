"""The shared record, opened, decoded, in one order that both sides compute alike.

Rule 1: the order is (height, place of the author in the agreement, index). No clock and no hash decides.
Rule 2: the account is a fold of the entries alone: the same entries give the same account on every
node, however they arrived. What a node knows of cosignatures beside them is no part of that.
Rule 3: an entry that cannot be opened, read, or accepted as its form asks keeps its place as `Closed`,
with the reason; it never stops the fold.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from searoom.errors import NotAllowed, Tampered
from searoom.record.entry import Entry, Heard, Signature
from searoom.record.keys import Keyring, Role, Signer
from searoom.signals import forms
from searoom.signals.forms import Filled, FormBook

Ref: TypeAlias = tuple[str, int]
Opener: TypeAlias = Callable[[Entry, bytes], bytes | None]


def ref_text(ref: Ref) -> str:
    """Return a reference as forms write it: `amber/3`."""
    return f"{ref[0]}/{ref[1]}"


class Readable(Protocol):
    """What is asked of a record: `searoom.record.shared.SharedRecord` has it."""

    @property
    def keyring(self) -> Keyring:
        """The cards of the parties, in the order of the agreement."""

    def entries(self, party: str, start: int = 0) -> Iterator[tuple[Entry, bytes]]:
        """Yield the entries of one log with their bodies, from index `start`."""

    def recorded(self, party: str, by: str) -> int:
        """Return the largest size of a party's log that another has cosigned, as known here."""


@dataclass(frozen=True, slots=True)
class Message:
    """An entry that we could open, read and accept: what was said, by whom, and at which place.

    `ref` is (author, index); `claimed_us` is the author's clock when it was said, `placed_us` the clock
    of the station that placed it: the one may be long before the other, and neither decides. `signers`
    released it, `station` placed it. `heard` is what the author's station held of the other logs.
    """

    ref: Ref
    height: int
    author: str
    recipients: tuple[str, ...]
    claimed_us: int
    placed_us: int
    until_us: int | None
    signers: tuple[Signer, ...]
    station: Signer
    heard: tuple[Heard, ...]
    filled: Filled

    def had_heard(self, ref: Ref) -> bool:
        """Whether the author's station held the entry `ref` of another log when it placed this one."""
        return any(item.party == ref[0] and item.size > ref[1] for item in self.heard)


@dataclass(frozen=True, slots=True)
class Closed:
    """An entry that keeps its place though we cannot read it; `why` says so in one sentence."""

    ref: Ref
    height: int
    author: str
    recipients: tuple[str, ...]
    claimed_us: int
    placed_us: int
    until_us: int | None
    signers: tuple[Signer, ...]
    station: Signer
    heard: tuple[Heard, ...]
    why: str

    def had_heard(self, ref: Ref) -> bool:
        """Whether the author's station held the entry `ref` of another log when it placed this one."""
        return any(item.party == ref[0] and item.size > ref[1] for item in self.heard)


Item: TypeAlias = Message | Closed


@dataclass(frozen=True, slots=True)
class State:
    """One step in the life of a message: the entry that shows it, when its station says it placed it, and whose key."""

    ref: Ref
    at_us: int
    signer: Signer


@dataclass(frozen=True, slots=True)
class Account:
    """All entries of all logs in the joint order.

    `settled_height`: nothing can ever be inserted at or before it, since each party's next entry
    stands higher than its last. `recorded` maps (log, by whom) to the size cosigned, as this node
    knows it: the other node may know more or less, so it is left out when accounts are compared.
    """

    parties: tuple[str, ...]
    items: tuple[Item, ...]
    sizes: Mapping[str, int]
    settled_height: int
    recorded: Mapping[tuple[str, str], int] = field(compare=False)
    _by_ref: Mapping[Ref, Item] = field(compare=False, repr=False)
    _steps: Mapping[tuple[str, str], tuple[tuple[int, ...], tuple[Item, ...]]] = field(compare=False, repr=False)

    def messages(self, form: str | None = None) -> tuple[Message, ...]:
        """Return the messages in order, or only those of one form."""
        return tuple(m for m in self.items if isinstance(m, Message) and form in (None, m.filled.form))

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


def read(record: Readable, book: FormBook, opener: Opener) -> Account:
    """Return the account of a record; `opener` gives the words of an entry, or None where it cannot.

    Signatures were checked when the entries came in; the keyring only says here whose they are.
    """
    parties = tuple(record.keyring.parties)
    items = [
        _item(entry, body, record.keyring, book, opener) for party in parties for entry, body in record.entries(party)
    ]
    recorded = {(log, by): record.recorded(log, by) for log in parties for by in parties if log != by}
    return arrange(parties, items, recorded)


def arrange(parties: Sequence[str], items: Iterable[Item], recorded: Mapping[tuple[str, str], int]) -> Account:
    """Return the account of items in whatever order they come; each log must be whole from its first entry."""
    place = {party: at for at, party in enumerate(parties)}
    ordered = tuple(sorted(items, key=lambda item: (item.height, place[item.author], item.ref[1])))
    sizes = dict.fromkeys(parties, 0)
    heights = dict.fromkeys(parties, 0)
    steps: dict[tuple[str, str], tuple[list[int], list[Item]]] = {}
    for item in ordered:
        if item.ref[1] != sizes[item.author]:
            raise NotAllowed(f"the log of {item.author} has a gap or a double at entry {sizes[item.author]}")
        sizes[item.author] += 1
        heights[item.author] = item.height
        for heard in item.heard:
            grown, by = steps.setdefault((heard.party, item.author), ([], []))
            if heard.size > (grown[-1] if grown else 0):
                grown.append(heard.size)
                by.append(item)
    return Account(
        parties=tuple(parties),
        items=ordered,
        sizes=sizes,
        settled_height=min(heights.values(), default=0),
        recorded=dict(recorded),
        _by_ref={item.ref: item for item in ordered},
        _steps={pair: (tuple(grown), tuple(by)) for pair, (grown, by) in steps.items()},
    )


def _item(entry: Entry, body: bytes, keyring: Keyring, book: FormBook, opener: Opener) -> Item:
    statement = entry.statement
    signers = tuple(_signer(signature, keyring) for signature in entry.released.signatures)
    said, why = _words(entry, body, book, opener)
    if said is not None:
        why = _not_released(said, signers, book)
    common = (
        (statement.author, entry.index),
        entry.height,
        statement.author,
        statement.recipients,
        statement.claimed_us,
        entry.placed_us,
        statement.until_us,
        signers,
        _signer(entry.station, keyring),
        entry.heard,
    )
    return Closed(*common, why) if said is None or why else Message(*common, said)


def _words(entry: Entry, body: bytes, book: FormBook, opener: Opener) -> tuple[Filled | None, str]:
    try:
        content = opener(entry, body)
        if content is None:
            return None, "its words were not opened to us"
        return forms.decode(content, book), ""
    except (NotAllowed, Tampered) as fault:
        return None, f"its words cannot be read: {fault.sentence}"


def _not_released(said: Filled, signers: Sequence[Signer], book: FormBook) -> str:
    """Say why the signers do not suffice for this form ('' where they do): persons count, not keys.

    The receiver asks this too: a node that sends substance under one person's key, or an officer's
    form under the station's, is not believed.
    """
    form = book.form(said.form)
    if form.automatic:
        alone = all(signer.role is Role.STATION for signer in signers)
        return "" if alone else f"the form '{form.name}' is said by its station alone, and a person signed it"
    persons = {signer.holder for signer in signers if signer.role is Role.OFFICER}
    if len(persons) >= form.release_persons:
        return ""
    return f"the form '{form.name}' takes {form.release_persons} officers and {len(persons)} signed it"


def _signer(signature: Signature, keyring: Keyring) -> Signer:
    party, key = keyring.by_key_id(signature.key_id)
    return Signer(party, key.role, key.holder, key.name, key.key_id)
