"""An officer signs what is said; the station signs where it stands.

Three shells of deterministic CBOR, version 1 (docs/formats/entry.md): the *statement* is what is
said; *released*, it carries the signatures of those who released it (COSE_Sign); placed in its
author's log by the station it is an *entry* (COSE_Sign1), whose bytes are the leaf of the log.

Rule 1: one entry, one byte string. What is decoded encodes to the same bytes or is refused; the
outermost shell asks that for those inside it, too (the readers below do not).
Rule 2: decoders raise `NotAllowed` for the form; `verify_entry` raises `Tampered` for a signature.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import lru_cache
from typing import Final, TypeVar

from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import cose, shape
from searoom.record.algorithms import PrivateKey
from searoom.record.cards import Card
from searoom.record.cose import Signature
from searoom.record.keys import Key, Role, Signer, sign_row
from searoom.record.roster import author_of

MAX_ENTRY: Final = 16 * 1024
MAX_STATEMENT: Final = 4 * 1024
MAX_SIGNATURES: Final = 8
MAX_PARTIES: Final = 32
MAX_LOGS: Final = 64
EPOCH_OFFICERS: Final = 2
STATEMENT_AAD: Final = b"searoom/statement/v1"
ENTRY_AAD: Final = b"searoom/entry/v1"


class Kind(IntEnum):
    """What the body of a statement is."""

    WORDS = 0  # sealed to its readers
    CARD = 1  # the next card of its author, in clear, signed by the root's keepers
    EPOCH = 2  # which new log its author opens, and why, in clear


_Decoded = TypeVar("_Decoded", "Statement", "Released", "Entry")


@dataclass(frozen=True, slots=True)
class Statement:
    """What is said, without its words: those are sealed in the body that `body_hash` names.

    `plain_hash` is the salted hash of the words, so that one ciphertext cannot be opened to two
    texts; of what is said in clear it is the body's hash again. Times in microseconds of Unix time:
    `claimed_us` is what the author's clock said, `until_us` how long the words are meant to hold
    (None: no end). `recipients` are sorted.
    """

    mechanism: str
    exercise: bool
    author: str
    recipients: tuple[str, ...]
    body_hash: bytes
    plain_hash: bytes
    claimed_us: int
    until_us: int | None
    kind: Kind = Kind.WORDS
    _bytes: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        shape.mechanism_id(self.mechanism, "the mechanism of a statement")
        shape.boolean(self.exercise, "the exercise bit of a statement")
        shape.party_id(self.author, "the author of a statement")
        shape.sequence(self.recipients, "the recipients of a statement", most=MAX_PARTIES)
        for recipient in self.recipients:
            shape.party_id(recipient, "a recipient of a statement")
        shape.ascending(self.recipients, "the recipients of a statement")
        if self.author in self.recipients:
            raise NotAllowed("the author of a statement is among its recipients")
        shape.octets(self.body_hash, "the body hash of a statement", size=shape.HASH_SIZE)
        shape.octets(self.plain_hash, "the plain hash of a statement", size=shape.HASH_SIZE)
        shape.uint(self.claimed_us, "the claimed time of a statement")
        if self.until_us is not None and shape.uint(self.until_us, "the end of a statement") < self.claimed_us:
            raise NotAllowed("a statement ends before it was made")
        if self.kind is not Kind.WORDS and (self.recipients or self.plain_hash != self.body_hash):
            raise NotAllowed("what is said in clear has no recipients, and one hash")
        object.__setattr__(self, "_bytes", self._encoded())  # once: they are signed, hashed and compared

    def to_bytes(self) -> bytes:
        """Return the bytes that officers sign."""
        return self._bytes

    def _encoded(self) -> bytes:
        return cbor.encode({
            0: shape.VERSION, 1: self.mechanism, 2: self.exercise, 3: self.author, 4: self.recipients,
            5: self.body_hash, 6: self.plain_hash, 7: self.claimed_us, 8: self.until_us, 9: int(self.kind),
        })  # fmt: skip

    @classmethod
    def from_bytes(cls, data: bytes) -> "Statement":
        """Return the statement of `data`; raise `NotAllowed` for anything but one."""
        return _same(_read_statement(data), data)


@dataclass(frozen=True, slots=True)
class Released:
    """A statement with 1 to 8 signatures of those who released it, ordered by key id, no key twice."""

    statement: Statement
    signatures: tuple[Signature, ...]
    _bytes: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        shape.count(len(self.signatures), "the signatures of a statement", least=1, most=MAX_SIGNATURES)
        shape.ascending([signature.key_id for signature in self.signatures], "the key ids of a statement")
        object.__setattr__(self, "_bytes", cose.sign_bytes(self.statement.to_bytes(), self.signatures))

    def to_bytes(self) -> bytes:
        """Return the untagged COSE_Sign array."""
        return self._bytes

    @classmethod
    def from_bytes(cls, data: bytes) -> "Released":
        """Return the released statement of `data`; raise `NotAllowed` for anything but one."""
        return _same(_read_released(data), data)


@dataclass(frozen=True, slots=True)
class Heard:
    """The head of another log that the author held when the entry was placed; of an empty one nothing is said."""

    log: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        shape.log_id(self.log, "a log in what was heard")
        if shape.uint(self.size, "a size in what was heard") < 1:
            raise NotAllowed("of a log of which nothing was heard, nothing is said")
        shape.octets(self.root, "a root in what was heard", size=shape.HASH_SIZE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A released statement at its place: index in the log, height in the joint order, what was heard.

    `log` is the author's id, or from its second log on `<id>.<number>`.
    `placed_us` is what the station's clock said when it placed the entry (microseconds of Unix time). It
    orders nothing and decides nothing, and may be earlier than in the entry before: clocks are set.
    """

    released: Released
    log: str
    index: int
    height: int
    heard: tuple[Heard, ...]
    placed_us: int
    station: Signature
    _payload: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if author_of(shape.log_id(self.log, "the log of an entry")) != self.statement.author:
            raise NotAllowed(f"an entry of '{self.statement.author}' stands in the log '{self.log}'")
        shape.uint(self.index, "the index of an entry")
        if shape.uint(self.height, "the height of an entry") < 1:
            raise NotAllowed("the height of an entry is 0; the first has height 1")
        shape.count(len(self.heard), "the logs that an entry has heard", most=MAX_LOGS)
        shape.ascending([heard.log for heard in self.heard], "the logs that an entry has heard")
        shape.uint(self.placed_us, "the placed time of an entry")
        rows: list[cbor.Value] = [[item.log, item.size, item.root] for item in self.heard]
        payload: list[cbor.Value] = [
            shape.VERSION, self.log, self.index, self.height, rows, self.released.to_bytes(), self.placed_us,
        ]  # fmt: skip
        object.__setattr__(self, "_payload", cbor.encode(dict(enumerate(payload))))  # once, as of a statement

    @property
    def statement(self) -> Statement:
        """What is said."""
        return self.released.statement

    def payload(self) -> bytes:
        """Return the CBOR map that the station signs."""
        return self._payload

    def to_bytes(self) -> bytes:
        """Return the untagged COSE_Sign1 array: the leaf of the author's log."""
        return cose.sign1_bytes(self.station.header(), self.payload(), self.station.value)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Entry":
        """Return the entry of `data`; raise `NotAllowed` for anything but one."""
        return _read_entry(data)

    def hash(self) -> bytes:
        """Return SHA-256 of the entry's bytes, for people who point at it; the tree has its own leaf hash."""
        return hashlib.sha256(self.to_bytes()).digest()


def _same(value: _Decoded, data: bytes) -> _Decoded:
    if value.to_bytes() != data:
        raise NotAllowed("the bytes are not the one encoding of what they say")
    return value


@lru_cache(64)  # what has just come in is read again when it is acted on
def _read_entry(data: bytes) -> Entry:
    _, algorithm, kid, payload, value = cose.read_sign1(data, "an entry", max_bytes=MAX_ENTRY)
    items = shape.numbered(cbor.decode(payload, max_bytes=MAX_ENTRY), 7, "an entry")
    entry = Entry(
        released=_read_released(shape.octets(items[5], "a released statement", least=1, most=MAX_ENTRY)),
        log=shape.log_id(items[1], "the log of an entry"),
        index=shape.uint(items[2], "the index of an entry"),
        height=shape.uint(items[3], "the height of an entry"),
        heard=tuple(_read_heard(row) for row in shape.sequence(items[4], "what an entry has heard", most=MAX_LOGS)),
        placed_us=shape.uint(items[6], "the placed time of an entry"),
        station=Signature(algorithm, kid, value),
    )
    return _same(entry, data)


def _read_statement(data: bytes) -> Statement:
    items = shape.numbered(cbor.decode(data, max_bytes=MAX_STATEMENT), 10, "a statement")
    recipients = shape.sequence(items[4], "the recipients of a statement", most=MAX_PARTIES)
    return Statement(
        mechanism=shape.mechanism_id(items[1], "the mechanism of a statement"),
        exercise=shape.boolean(items[2], "the exercise bit of a statement"),
        author=shape.party_id(items[3], "the author of a statement"),
        recipients=tuple(shape.party_id(item, "a recipient of a statement") for item in recipients),
        body_hash=shape.octets(items[5], "the body hash of a statement", size=shape.HASH_SIZE),
        plain_hash=shape.octets(items[6], "the plain hash of a statement", size=shape.HASH_SIZE),
        claimed_us=shape.uint(items[7], "the claimed time of a statement"),
        until_us=None if items[8] is None else shape.uint(items[8], "the end of a statement"),
        kind=_read_kind(items[9]),
    )


def _read_kind(value: cbor.Value) -> Kind:
    if isinstance(value, bool) or value not in tuple(Kind):
        raise NotAllowed("a statement is of a kind that is not known here")
    return Kind(shape.uint(value, "the kind of a statement"))


def _read_released(data: bytes) -> Released:
    payload, signatures = cose.read_sign(data, "a released statement", max_bytes=MAX_ENTRY, most=MAX_SIGNATURES)
    return Released(_read_statement(payload), signatures)


def _read_heard(row: cbor.Value) -> Heard:
    log, size, root = shape.sequence(row, "an item of what was heard", least=3, most=3)
    return Heard(
        shape.log_id(log, "a log in what was heard"),
        shape.uint(size, "a size in what was heard"),
        shape.octets(root, "a root in what was heard", size=shape.HASH_SIZE),
    )


def clear_statement(
    kind: Kind, body: bytes, *, mechanism: str, exercise: bool, author: str, claimed_us: int
) -> Statement:
    """Return the statement over what is said in clear: the author's next card, or why it opens a new log."""
    digest = hashlib.sha256(body).digest()
    return Statement(mechanism, exercise, author, (), digest, digest, claimed_us, None, kind)


def sign_statement(statement: Statement, key: PrivateKey) -> Signature:
    """Return an officer's (or, for an automatic entry, the station's) signature over what is said."""
    return sign_row(key, STATEMENT_AAD, statement.to_bytes())


def release(statement: Statement, *keys: PrivateKey) -> Released:
    """Return the statement with the signatures of `keys`, in the order that the format asks for."""
    return Released(statement, tuple(sorted((sign_statement(statement, k) for k in keys), key=lambda s: s.key_id)))


def place(
    released: Released,
    *,
    log: str,
    index: int,
    height: int,
    heard: Sequence[Heard],
    placed_us: int,
    station_key: PrivateKey,
) -> Entry:
    """Return the entry that the station signs: `released` at its place. Nothing is stored by this.

    `placed_us` is the station's clock now (microseconds of Unix time).
    """
    entry = Entry(
        released, log, index, height, tuple(heard), placed_us, Signature(station_key.algorithm, station_key.key_id, b"")
    )
    value = station_key.sign(cose.to_sign1(entry.station.header(), ENTRY_AAD, entry.payload()))
    object.__setattr__(entry, "station", replace(entry.station, value=value))  # nobody has seen it without
    return entry


def verify_released(released: Released, card: Card) -> tuple[Signer, ...]:
    """Return who released the statement, ordered by key id: officers of its author's `card`, or its station alone.

    Raises `NotAllowed` for a key that may not release it, `Tampered` for a signature that does not check.
    """
    statement, payload = released.statement, released.statement.to_bytes()
    signers = []
    for signature in released.signatures:
        key = _key_for(signature, card)
        if key.role is not Role.OFFICER and not (key.role is Role.STATION and len(released.signatures) == 1):
            raise NotAllowed(f"a {key.role.value} key does not release what {statement.author} says beside others")
        _check(signature, key, cose.to_sign(signature.header(), STATEMENT_AAD, payload), f"{key.holder}'s signature")
        signers.append(Signer(statement.author, key.role, key.holder, key.name, signature.key_id, key.member))
    persons = {signer.holder for signer in signers if signer.role is Role.OFFICER}
    if statement.kind is Kind.EPOCH and len(persons) < EPOCH_OFFICERS:
        raise NotAllowed(f"{statement.author} opens a new log, and {len(persons)} officer(s) signed; it takes two")
    return tuple(signers)


def verify_entry(entry: Entry, card: Card) -> tuple[Signer, ...]:
    """Return who released the entry, after its station and they have been checked against the card in force there.

    Raises `NotAllowed` for a stranger, a key of another party, role or time, `Tampered` for a signature
    that does not check. Where it stands in the log is asked in `rules`. An entry that brings a card
    is judged by the card that it brings.
    """
    author = entry.statement.author
    if card.party != author:
        raise NotAllowed(f"an entry of '{author}' is not judged by the card of '{card.party}'")
    station = _key_for(entry.station, card)
    if station.role is not Role.STATION:
        raise NotAllowed(f"an entry of {author} is placed by a {station.role.value} key and not by its station")
    message = cose.to_sign1(entry.station.header(), ENTRY_AAD, entry.payload())
    _check(entry.station, station, message, f"the station signature of {author} on entry {entry.index}")
    return verify_released(entry.released, card)


def _key_for(signature: Signature, card: Card) -> Key:
    key = card.by_key_id(signature.key_id)
    if key is None:
        raise NotAllowed(
            f"the key {signature.key_id.hex()} that signed is not on the card of {card.party} in force there "
            f"(number {card.serial})"
        )
    if key.algorithm != signature.algorithm:
        raise NotAllowed(f"a signature names another algorithm than the key of {key.holder} has")
    return key


def _check(signature: Signature, key: Key, message: bytes, what: str) -> None:
    try:
        key.check(message, signature.value)
    except Tampered as fault:
        raise Tampered(f"{what} does not hold: {fault.sentence}") from fault
