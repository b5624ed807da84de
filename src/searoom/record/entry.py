"""An officer signs what is said; the station signs where it stands.

Three shells of deterministic CBOR, version 0 (docs/formats/entry.md): the *statement* is what is
said; *released*, it carries the signatures of those who released it (COSE_Sign); placed in its
author's log by the station it is an *entry* (COSE_Sign1), whose bytes are the leaf of the log.

Rule 1: one entry, one byte string. What is decoded encodes to the same bytes or is refused; the
outermost shell asks that for those inside it, too (the readers below do not).
Rule 2: decoders raise `NotAllowed` for the form; `verify_entry` raises `Tampered` for a signature.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import cose, shape
from searoom.record.keys import Key, Keyring, Role, Signer, SigningKey

MAX_ENTRY: Final = 16 * 1024
MAX_STATEMENT: Final = 4 * 1024
MAX_SIGNATURES: Final = 8
MAX_PARTIES: Final = 32
STATEMENT_AAD: Final = b"searoom/statement/v0"
ENTRY_AAD: Final = b"searoom/entry/v0"

_Decoded = TypeVar("_Decoded", "Statement", "Released", "Entry")


@dataclass(frozen=True, slots=True)
class Statement:
    """What is said, without its words: those are sealed in the body that `body_hash` names.

    `plain_hash` is the salted hash of the words, so that one ciphertext cannot be opened to two
    texts. Times in microseconds of Unix time: `claimed_us` is what the author's clock said,
    `until_us` how long the words are meant to hold (None: no end). `recipients` are sorted.
    """

    mechanism: str
    exercise: bool
    author: str
    recipients: tuple[str, ...]
    body_hash: bytes
    plain_hash: bytes
    claimed_us: int
    until_us: int | None

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

    def to_bytes(self) -> bytes:
        """Return the bytes that officers sign."""
        return cbor.encode({
            0: 0, 1: self.mechanism, 2: self.exercise, 3: self.author, 4: self.recipients, 5: self.body_hash,
            6: self.plain_hash, 7: self.claimed_us, 8: self.until_us,
        })  # fmt: skip

    @classmethod
    def from_bytes(cls, data: bytes) -> "Statement":
        """Return the statement of `data`; raise `NotAllowed` for anything but one."""
        return _same(_read_statement(data), data)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature: COSE algorithm number, the 8 bytes that name the key, and its value."""

    algorithm: int
    key_id: bytes
    value: bytes

    def header(self) -> bytes:
        """Return the protected header, which is signed too."""
        return cose.protected(self.algorithm, self.key_id)


@dataclass(frozen=True, slots=True)
class Released:
    """A statement with 1 to 8 signatures of those who released it, ordered by key id, no key twice."""

    statement: Statement
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        shape.count(len(self.signatures), "the signatures of a statement", least=1, most=MAX_SIGNATURES)
        shape.ascending([signature.key_id for signature in self.signatures], "the key ids of a statement")

    def to_bytes(self) -> bytes:
        """Return the untagged COSE_Sign array."""
        rows: list[cbor.Value] = [[signature.header(), {}, signature.value] for signature in self.signatures]
        return cbor.encode([b"", {}, self.statement.to_bytes(), rows])

    @classmethod
    def from_bytes(cls, data: bytes) -> "Released":
        """Return the released statement of `data`; raise `NotAllowed` for anything but one."""
        return _same(_read_released(data), data)


@dataclass(frozen=True, slots=True)
class Heard:
    """The head of another party's log that the author held when the entry was placed."""

    party: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        shape.party_id(self.party, "a party in what was heard")
        shape.uint(self.size, "a size in what was heard")
        shape.octets(self.root, "a root in what was heard", size=shape.HASH_SIZE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A released statement at its place: index in the author's log, height in the joint order, what was heard.

    `placed_us` is what the station's clock said when it placed the entry (microseconds of Unix time). It
    orders nothing and decides nothing, and may be earlier than in the entry before: clocks are set.
    """

    released: Released
    index: int
    height: int
    heard: tuple[Heard, ...]
    placed_us: int
    station: Signature

    def __post_init__(self) -> None:
        shape.uint(self.index, "the index of an entry")
        if shape.uint(self.height, "the height of an entry") < 1:
            raise NotAllowed("the height of an entry is 0; the first has height 1")
        shape.count(len(self.heard), "the parties that an entry has heard", most=MAX_PARTIES)
        shape.ascending([heard.party for heard in self.heard], "the parties that an entry has heard")
        shape.uint(self.placed_us, "the placed time of an entry")

    @property
    def statement(self) -> Statement:
        """What is said."""
        return self.released.statement

    def payload(self) -> bytes:
        """Return the CBOR map that the station signs."""
        return _payload(self.released, self.index, self.height, self.heard, self.placed_us)

    def to_bytes(self) -> bytes:
        """Return the untagged COSE_Sign1 array: the leaf of the author's log."""
        return cose.sign1_bytes(self.station.header(), self.payload(), self.station.value)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Entry":
        """Return the entry of `data`; raise `NotAllowed` for anything but one."""
        _, algorithm, kid, payload, value = cose.read_sign1(data, "an entry", max_bytes=MAX_ENTRY)
        items = shape.numbered(cbor.decode(payload, max_bytes=MAX_ENTRY), 6, "an entry")
        heard = shape.sequence(items[3], "what an entry has heard", most=MAX_PARTIES)
        entry = cls(
            released=_read_released(shape.octets(items[4], "a released statement", least=1, most=MAX_ENTRY)),
            index=shape.uint(items[1], "the index of an entry"),
            height=shape.uint(items[2], "the height of an entry"),
            heard=tuple(_read_heard(row) for row in heard),
            placed_us=shape.uint(items[5], "the placed time of an entry"),
            station=Signature(algorithm, kid, value),
        )
        return _same(entry, data)

    def hash(self) -> bytes:
        """Return SHA-256 of the entry's bytes, for people who point at it; the tree has its own leaf hash."""
        return hashlib.sha256(self.to_bytes()).digest()


def _payload(released: Released, index: int, height: int, heard: Sequence[Heard], placed_us: int) -> bytes:
    rows: list[cbor.Value] = [[item.party, item.size, item.root] for item in heard]
    return cbor.encode({0: 0, 1: index, 2: height, 3: rows, 4: released.to_bytes(), 5: placed_us})


def _same(value: _Decoded, data: bytes) -> _Decoded:
    if value.to_bytes() != data:
        raise NotAllowed("the bytes are not the one encoding of what they say")
    return value


def _read_statement(data: bytes) -> Statement:
    items = shape.numbered(cbor.decode(data, max_bytes=MAX_STATEMENT), 9, "a statement")
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
    )


def _read_released(data: bytes) -> Released:
    parts = shape.sequence(cbor.decode(data, max_bytes=MAX_ENTRY), "a released statement", least=4, most=4)
    if parts[0] != b"" or not isinstance(parts[0], bytes):
        raise NotAllowed("a released statement has a protected header of its own")
    cose.empty_unprotected(parts[1], "a released statement")
    statement = _read_statement(shape.octets(parts[2], "a statement", least=1, most=MAX_STATEMENT))
    rows = shape.sequence(parts[3], "the signatures of a statement", least=1, most=MAX_SIGNATURES)
    return Released(statement, tuple(_read_signature(row) for row in rows))


def _read_signature(row: cbor.Value) -> Signature:
    header, unprotected, value = shape.sequence(row, "a signature", least=3, most=3)
    algorithm, kid = cose.read_protected(header, "the protected header of a signature")
    cose.empty_unprotected(unprotected, "a signature")
    return Signature(algorithm, kid, shape.octets(value, "a signature", least=1, most=cose.MAX_SIGNATURE))


def _read_heard(row: cbor.Value) -> Heard:
    party, size, root = shape.sequence(row, "an item of what was heard", least=3, most=3)
    return Heard(
        shape.party_id(party, "a party in what was heard"),
        shape.uint(size, "a size in what was heard"),
        shape.octets(root, "a root in what was heard", size=shape.HASH_SIZE),
    )


def sign_statement(statement: Statement, key: SigningKey) -> Signature:
    """Return an officer's (or, for an automatic entry, the station's) signature over what is said."""
    header, kid = cose.protected(key.algorithm, key.key_id), key.key_id
    return Signature(key.algorithm, kid, key.sign(cose.to_sign(header, STATEMENT_AAD, statement.to_bytes())))


def release(statement: Statement, *keys: SigningKey) -> Released:
    """Return the statement with the signatures of `keys`, in the order that the format asks for."""
    return Released(statement, tuple(sorted((sign_statement(statement, k) for k in keys), key=lambda s: s.key_id)))


def place(
    released: Released, *, index: int, height: int, heard: Sequence[Heard], placed_us: int, station_key: SigningKey
) -> Entry:
    """Return the entry that the station signs: `released` at its place. Nothing is stored by this.

    `placed_us` is the station's clock now (microseconds of Unix time).
    """
    header, kid = cose.protected(station_key.algorithm, station_key.key_id), station_key.key_id
    value = station_key.sign(cose.to_sign1(header, ENTRY_AAD, _payload(released, index, height, heard, placed_us)))
    return Entry(released, index, height, tuple(heard), placed_us, Signature(station_key.algorithm, kid, value))


def verify_released(released: Released, keyring: Keyring) -> tuple[Signer, ...]:
    """Return who released the statement, ordered by key id: officers of its author, or its station alone.

    Raises `NotAllowed` for a key that may not release it, `Tampered` for a signature that does not check.
    """
    statement, payload = released.statement, released.statement.to_bytes()
    signers = []
    for signature in released.signatures:
        key = _key_for(signature, statement.author, keyring)
        if key.role is not Role.OFFICER and not (key.role is Role.STATION and len(released.signatures) == 1):
            raise NotAllowed(f"a {key.role.value} key does not release what {statement.author} says beside others")
        _check(signature, key, cose.to_sign(signature.header(), STATEMENT_AAD, payload), f"{key.holder}'s signature")
        signers.append(Signer(statement.author, key.role, key.holder, key.name, signature.key_id))
    return tuple(signers)


def verify_entry(entry: Entry, keyring: Keyring) -> tuple[Signer, ...]:
    """Return who released the entry, after its station and they have been checked against the keyring.

    Raises `NotAllowed` for a stranger, a key of another party or role, `Tampered` for a signature
    that does not check. Where it stands in the log is asked in `rules`.
    """
    author = entry.statement.author
    station = _key_for(entry.station, author, keyring)
    if station.role is not Role.STATION:
        raise NotAllowed(f"an entry of {author} is placed by a {station.role.value} key and not by its station")
    message = cose.to_sign1(entry.station.header(), ENTRY_AAD, entry.payload())
    _check(entry.station, station, message, f"the station signature of {author} on entry {entry.index}")
    return verify_released(entry.released, keyring)


def _key_for(signature: Signature, author: str, keyring: Keyring) -> Key:
    party, key = keyring.by_key_id(signature.key_id)
    if party != author:
        raise NotAllowed(f"{key.holder} of {party} signed what {author} says")
    if key.algorithm != signature.algorithm:
        raise NotAllowed(f"a signature names another algorithm than the key of {key.holder} has")
    return key


def _check(signature: Signature, key: Key, message: bytes, what: str) -> None:
    try:
        key.check(message, signature.value)
    except Tampered as fault:
        raise Tampered(f"{what} does not hold: {fault.sentence}") from fault
