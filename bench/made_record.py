"""Makes big records fast: every signature, hash, height and head is real, only the sealed words are random bytes.

    maker = Maker(SqliteStore(path), made_parties())
    maker.grow_to(100_000)          # entries in all logs together, each party speaking in turn
    maker.cosign()                  # each party's mirror has stored the whole of the others' logs

A record made so can be opened, exported and verified like one that was said. Its entries are put together from
ready pieces, several times faster than by `entry.place`; the first entry of each round is read back by the record's own
strict decoder and checked by its own rules for a signature, so a change of the format is noticed and not measured.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bench.made_parties import NOW_US, MadeParty, made_roster
from searoom import cbor
from searoom.record import cose, heads, seal, shape
from searoom.record.algorithms import SigningKey, key_id
from searoom.record.entry import ENTRY_AAD, STATEMENT_AAD, Entry, Kind, verify_entry
from searoom.record.glance import Glance
from searoom.record.log import Item, Log, Store
from searoom.record.logs import Logs
from searoom.record.seal import KIND_XWING, OPENING_SIZES, TAG_SIZE, WRAPPED_SIZE, check_body
from searoom.units import MICROSECONDS

GROUP = 2_000  # entries in one round of transactions, one for each log
OVERHEAD = 40  # of an opening, beside its words: salt and the heads of its parts
EMPTY_MAP, NO_END, WORDS = b"\xa0", b"\x08\xf6", b"\x09\x00"

encode = cbor.encode


def octets(data: bytes) -> bytes:
    """Return a CBOR byte string of up to 65,535 bytes."""
    size = len(data)
    head = bytes((0x40 + size,)) if size < 24 else b"\x58" + bytes((size,)) if size < 256 else b"\x59" + _two(size)
    return head + data


def _two(size: int) -> bytes:
    return size.to_bytes(2, "big")


class Hand:
    """One private key of one use: signs what a COSE structure of that use asks for."""

    def __init__(self, key: SigningKey, context: str, aad: bytes) -> None:
        self.header = octets(cose.protected(key.algorithm, key.key_id))
        self._sign = Ed25519PrivateKey.from_private_bytes(key.seed).sign
        outer = b"" if context == "Signature1" else b"\x40"  # a COSE_Sign has a header of its own, which is empty
        self._before = (b"\x84" if context == "Signature1" else b"\x85") + encode(context) + outer + self.header
        self._before += octets(aad)

    def sign(self, payload: bytes) -> bytes:
        """Return the signature over `payload`, as a CBOR byte string."""
        return octets(self._sign(self._before + octets(payload)))


@dataclass(frozen=True, slots=True)
class Said:
    """What an entry says: the bytes of a form, and how many officers release them."""

    content: bytes
    persons: int = 1


class Author:
    """One party's hand: the pieces of its entries and bodies that are the same each time."""

    def __init__(self, party: MadeParty, readers: Sequence[MadeParty], sealed_bytes: int, exercise: bool) -> None:
        self.party = party
        self._officers = [Hand(officer, "Signature", STATEMENT_AAD) for officer in (party.officer, party.second)]
        self._station = _station(party)
        self._recipients = recipients = sorted(reader.name for reader in readers if reader is not party)
        self._statement = b"\xaa\x00" + encode(shape.VERSION) + b"\x01" + encode(party.card.mechanism) + b"\x02"
        self._statement += encode(exercise) + b"\x03" + encode(party.name) + b"\x04" + encode(recipients)
        ordered = sorted(readers, key=lambda reader: encode(reader.name))
        self._kems = [(reader.name, reader.card.kem) for reader in ordered]
        rows = [(encode(reader.name), key_id(reader.card.kem)) for reader in ordered]
        self._rows = [name + b"\x83" + encode(KIND_XWING) + octets(kid) for name, kid in rows]
        self._body = b"\xa3\x00" + encode(shape.VERSION) + b"\x01"
        self._sealed_bytes = sealed_bytes

    def words(self, now_us: int, said: Said | None, opens: frozenset[str]) -> tuple[bytes, bytes, bytes]:
        """Return what officers released, its body and its salted hash; the words in it are random bytes without `said`.

        What is `said` is sealed as `seal` does it, so that the readers `opens` can open it; for the others it is not.
        """
        rows = len(self._rows)
        chance = os.urandom(self._sealed_bytes + WRAPPED_SIZE * rows + shape.HASH_SIZE)
        at, plain_hash, sealed, wraps = self._sealed_bytes, chance[-shape.HASH_SIZE :], b"", dict[int, bytes]()
        if said is not None:
            sealed, plain_hash, wraps = self._sealed(said.content, opens)
        body = self._body + octets(sealed or chance[:at]) + b"\x02" + bytes((0xA0 + rows,))
        for number, row in enumerate(self._rows):
            body += row + octets(wraps.get(number) or chance[at : at + WRAPPED_SIZE])
            at += WRAPPED_SIZE
        hashes = b"\x05" + octets(sha256(body).digest()) + b"\x06" + octets(plain_hash)
        statement = self._statement + hashes + b"\x07" + encode(now_us) + NO_END + WORDS
        hands = self._officers[: 1 if said is None else said.persons]
        signature = b"\x81" if len(hands) == 1 else bytes((0x80 + len(hands),))
        for hand in sorted(hands, key=lambda each: each.header):
            signature += b"\x83" + hand.header + EMPTY_MAP + hand.sign(statement)
        return b"\x84\x40" + EMPTY_MAP + octets(statement) + signature, body, plain_hash

    def _sealed(self, content: bytes, opens: frozenset[str]) -> tuple[bytes, bytes, dict[int, bytes]]:
        author, mechanism = self.party.name, self.party.card.mechanism
        opening, key = seal.Opening(os.urandom(seal.SALT_SIZE), content), os.urandom(seal.KEY_SIZE)
        plain_hash = opening.plain_hash()
        aad = seal._aad(mechanism, author, self._recipients)  # noqa: SLF001  # a part of `seal`, for some readers alone
        wraps = {
            number: seal._wrap(key, kem, seal._info(mechanism, author, name, plain_hash)).value  # noqa: SLF001  # likewise
            for number, (name, kem) in enumerate(self._kems)
            if name in opens
        }
        return ChaCha20Poly1305(key).encrypt(bytes(12), opening.to_bytes(), aad), plain_hash, wraps

    def place(self, released: bytes, log: str, index: int, height: int, heard: Sequence[Log], now_us: int) -> bytes:
        """Return the entry that the station signs, having heard all of the logs `heard`."""
        rows = b"".join(
            b"\x83" + name + encode(size) + octets(root)
            for name, size, root in sorted((encode(one.name), one.staged_size, one.staged_root()) for one in heard)
        )
        payload = b"\xa7\x00" + encode(shape.VERSION) + b"\x01" + encode(log) + b"\x02" + encode(index)
        payload += b"\x03" + encode(height) + b"\x04" + bytes((0x80 + len(heard),)) + rows
        payload += b"\x05" + octets(released) + b"\x06" + encode(now_us)
        return b"\x84" + self._station.header + EMPTY_MAP + octets(payload) + self._station.sign(payload)


def _station(party: MadeParty) -> Hand:
    station = party.keys.station
    if not isinstance(station, SigningKey):
        raise TypeError("the keys of made parties lie in memory")
    return Hand(station, "Signature1", ENTRY_AAD)


class Maker:
    """Adds entries to the logs of some parties in one store, beginning with what the store holds.

    `words` is the length of what is said each time; `speakers` are the parties that speak, all where none are named.
    `says` gives what the entry of a number says, which the readers `opens` can open; each is said `every_us` later.
    """

    def __init__(
        self,
        store: Store,
        parties: Sequence[MadeParty],
        *,
        speakers: Sequence[str] = (),
        words: int = 64,
        exercise: bool = True,
        says: Callable[[int], Said | None] = lambda _: None,
        opens: Sequence[str] = (),
        every_us: int = MICROSECONDS,
    ) -> None:
        self._says, self._opens, self._every_us = says, frozenset(opens), every_us
        self.parties = tuple(parties)
        self.roster = made_roster(parties)
        self._store = store
        self._logs = Logs.load(store, self.roster)
        sealed = next(size for size in OPENING_SIZES if size >= words + OVERHEAD) + TAG_SIZE
        speaking = [party for party in self.parties if not speakers or party.name in speakers]
        self._authors = [Author(party, self.parties, sealed, exercise) for party in speaking]
        self._heights = {log.name: log.height(log.size) for log in self._logs}
        self._now_us = NOW_US + self.size * every_us

    @property
    def size(self) -> int:
        """The number of entries in all logs together."""
        return sum(log.size for log in self._logs)

    def grow_to(self, entries: int, progress: Callable[[int], None] = lambda _: None) -> None:
        """Add entries until there are so many."""
        while self.size < entries:
            self._add(min(GROUP, entries - self.size))
            progress(self.size)

    def _add(self, count: int) -> None:
        fresh: dict[str, list[Item]] = {log.name: [] for log in self._logs}
        first = self.size
        with ExitStack() as staging:
            for log in self._logs:
                staging.enter_context(log.staging())
            for number in range(first, first + count):
                author = self._authors[number % len(self._authors)]
                log = self._logs.newest(author.party.name)
                checked = number < first + len(self._authors)
                fresh[log.name].append(self._stage(author, log, self._says(number), checked=checked))
            for author in self._authors:
                log = self._logs.newest(author.party.name)
                size, root, key = log.staged_size, log.staged_root(), author.party.keys.log
                log.commit(fresh[log.name], heads.sign_head(self.roster.mechanism, log.name, size, root, key), now_us=0)
        for log in self._logs:
            log._read_last()  # noqa: SLF001  # what it was not told while it was filled from the side

    def _stage(self, author: Author, log: Log, said: Said | None, *, checked: bool) -> Item:
        heard = [other for other in self._logs if other is not log and other.staged_size]
        height = 1 + max([self._heights[log.name], *(self._heights[other.name] for other in heard)])
        self._now_us += self._every_us
        released, body, plain_hash = author.words(self._now_us, said, self._opens)
        index = log.staged_size
        data = author.place(released, log.name, index, height, heard, self._now_us)
        if checked:
            entry = Entry.from_bytes(data)
            verify_entry(entry, author.party.card)
            check_body(body, entry.statement)
        log._take(data, Glance(index, height, plain_hash, Kind.WORDS))  # noqa: SLF001  # `stage` without the object
        self._heights[log.name] = height
        return data, body

    def cosign(self) -> None:
        """Let each party's mirror cosign the newest head of every other's log."""
        for author in self._authors:
            owner, log = author.party, self._logs.newest(author.party.name)
            signed = heads.read_offered(heads.offer(log.note, owner.keys.log_pq, self._now_us), log.name, self.roster)
            for party in self.parties:
                if party is not owner:
                    mirror = (party.keys.mirror, party.keys.mirror_pq)
                    note = heads.cosign(signed, self.roster.mechanism, party.name, mirror, self._now_us)
                    self._store.cosign(log.name, party.name, log.size, note)
