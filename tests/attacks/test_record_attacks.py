"""Lies told to the record, one a test: refused, the store unchanged, evidence kept, and the next honest word passes.

Coral is the liar and owns all keys of coral; amber holds an honest copy of coral's log so far.
"""

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from builders import (
    EXERCISE,
    MECHANISM,
    NOW_US,
    Party,
    cosign,
    exchange,
    keyring,
    make_record,
    make_released,
    parties,
    say,
)
from searoom import cbor
from searoom.errors import NotAllowed, SearoomError, Tampered
from searoom.record import checkpoint, curve
from searoom.record.entry import MAX_ENTRY, Entry, Heard, Released, place, release
from searoom.record.keys import Card, Key, Role, SigningKey
from searoom.record.log import MAX_BATCH_ITEMS, Item
from searoom.record.merkle import EMPTY_ROOT, Tree, leaf_hash
from searoom.record.seal import MAX_BODY
from searoom.record.shared import MAX_BATCH, Batch, SharedRecord
from searoom.record.store import SqliteStore

AMBER, CORAL = parties()
RING = keyring(AMBER, CORAL)


def digest(store: SqliteStore) -> str:
    """Return a hash of everything that the store holds of the logs; evidence stands apart."""
    hasher = hashlib.sha256()
    for party in RING.parties:
        for data, body in store.items(party, 0, store.size(party)):
            hasher.update(data + body)
        for size in store.noted(party):
            hasher.update(store.note(party, size))
        for by, note in store.cosigned(party):
            hasher.update(by.encode() + note)
    return hasher.hexdigest()


class Scene:
    """Amber's honest record and coral's, two messages in each, exchanged and cosigned."""

    def __init__(self) -> None:
        self.store = SqliteStore(":memory:")
        self.amber = make_record(AMBER, RING, self.store)
        self.coral = make_record(CORAL, RING)
        for number in range(2):
            say(self.amber, AMBER, b"amber %d" % number)
            say(self.coral, CORAL, b"coral %d" % number)
            exchange(self.amber, self.coral)
        cosign(self.amber, self.coral)

    def refused(
        self, attack: Callable[[], object], error: type[SearoomError], said: str, evidence: Sequence[str] = ()
    ) -> None:
        """Run the attack and assert the four things that must follow."""
        before, kept = digest(self.store), len(self.amber.evidence())
        with pytest.raises(error, match=said):
            attack()
        assert before == digest(self.store)
        assert [*evidence] == [piece.kind for piece in self.amber.evidence()[kept:]]
        self.honest()
        reopened = make_record(AMBER, RING, self.store)
        assert self.amber.root("coral") == reopened.root("coral") == self.coral.root("coral")

    def honest(self) -> None:
        """The next honest message of each side passes."""
        say(self.coral, CORAL, b"honest")
        say(self.amber, AMBER, b"honest too")
        exchange(self.amber, self.coral)
        cosign(self.amber, self.coral)
        assert self.amber.size("coral") == self.amber.recorded("coral", "amber")

    def admit(self, batch: Batch) -> Callable[[], object]:
        """Return the attempt to hand amber a batch."""
        return lambda: self.amber.admit(batch, now_us=NOW_US)

    def placed(self, released: Released, *, signer: SigningKey = CORAL.station, **change: object) -> Entry:
        """Return the entry that coral's station would place next, with fields changed to the liar's taste."""
        last = [entry for entry, _ in self.coral.entries("coral")][-1]
        fields: dict[str, object] = {
            "index": 2,
            "height": last.height + 1,
            "heard": last.heard,
            "placed_us": NOW_US,
            **change,
        }
        return place(released, station_key=signer, **fields)  # type: ignore[arg-type]

    def batch(self, items: Sequence[Item], *, start: int = 2) -> Batch:
        """Return a batch of coral's log with a note that coral's log key signs over it."""
        held = [leaf_hash(entry.to_bytes()) for entry, _ in self.coral.entries("coral")][:start]
        tree = Tree([*held, *(leaf_hash(data) for data, _ in items)])
        return Batch("coral", start, tuple(items), note(tree.size, tree.root()))


def note(size: int, root: bytes, *, party: Party = CORAL, origin: str = "") -> bytes:
    """Return a checkpoint of a party's log, signed with its log key."""
    origin = origin or checkpoint.origin(MECHANISM, party.name)
    return checkpoint.sign(checkpoint.Checkpoint(origin, size, root), origin, party.log).to_bytes()


def words(text: bytes = b"a lie", *, party: Party = CORAL, **change: object) -> tuple[Released, bytes]:
    """Return what coral's officer released, and its body."""
    return make_released(RING, party, text, **change)  # type: ignore[arg-type]


@pytest.fixture
def scene() -> Scene:
    """A record with a history."""
    return Scene()


def test_fork_with_another_entry(scene: Scene) -> None:
    """Coral brings another second entry than before, signed as well as the first: a proven fork."""
    released, body = words()
    last = list(scene.coral.entries("coral"))[1][0]
    entry = place(released, index=1, height=last.height, heard=last.heard, placed_us=NOW_US, station_key=CORAL.station)
    batch = scene.batch([(entry.to_bytes(), body)], start=1)
    scene.refused(scene.admit(batch), Tampered, "forked: entry 1 of coral", ["fork"])
    detail = cbor.decode(next(piece.detail for piece in scene.amber.evidence() if piece.kind == "fork"))
    assert isinstance(detail, list)
    assert entry.to_bytes() in detail
    assert batch.note in detail


def test_fork_by_checkpoint_alone(scene: Scene) -> None:
    """Coral signs another root of a size that amber holds, and asks amber to cosign it: both notes are kept."""
    lie, ours = note(2, bytes(range(32))), scene.amber.note("coral")
    scene.refused(
        lambda: scene.amber.witness("coral", lie, now_us=NOW_US), Tampered, "another root of size 2", ["fork"]
    )
    detail = cbor.decode(scene.amber.evidence()[0].detail)
    assert isinstance(detail, list)
    assert [ours, lie] == detail[2:]


def test_fork_in_the_note_of_known_entries(scene: Scene) -> None:
    """The entries are the old ones, the signed root over them is not."""
    batch = scene.coral.batch("coral", 0)
    assert batch is not None
    lie = dataclasses.replace(batch, note=note(2, bytes(range(32))))
    scene.refused(scene.admit(lie), Tampered, "another root of size 2", ["fork"])


def test_rollback_to_a_shorter_log(scene: Scene) -> None:
    """Coral starts its log anew: what amber holds stays, and the new beginning is a fork."""
    fresh = make_record(CORAL, RING)
    say(fresh, CORAL, b"a new beginning")
    scene.refused(lambda: hand_over_from_zero(fresh, scene.amber), Tampered, "forked", ["fork"])


def hand_over_from_zero(giver: SharedRecord, taker: SharedRecord) -> None:
    batch = giver.batch(giver.party, 0)
    assert batch is not None
    taker.admit(batch, now_us=NOW_US)


def test_rollback_by_an_old_honest_note(scene: Scene) -> None:
    """An old checkpoint, honestly signed then, takes nothing back: the larger cosignature stands."""
    old = note(1, scene.coral.root("coral", 1))
    before = digest(scene.store)
    cosigned = scene.amber.witness("coral", old, now_us=NOW_US)
    assert 2 == checkpoint.SignedNote.from_bytes(cosigned).checkpoint.size
    assert before == digest(scene.store)
    scene.honest()


def test_replay_of_everything(scene: Scene) -> None:
    """What was admitted may come again any number of times; nothing is doubled and nobody is accused."""
    before = digest(scene.store)
    for start in (0, 1, 0):
        batch = scene.coral.batch("coral", start)
        assert batch is not None
        assert 2 == scene.amber.admit(batch, now_us=NOW_US)
    assert before == digest(scene.store)
    assert [] == scene.amber.evidence()
    scene.honest()


def test_replay_at_another_place(scene: Scene) -> None:
    """An old entry, its signatures intact, comes again as a new one."""
    entry, body = next(scene.coral.entries("coral"))
    scene.refused(scene.admit(scene.batch([(entry.to_bytes(), body)])), NotAllowed, "number 0", ["refused"])


def test_a_gap(scene: Scene) -> None:
    """Entries that do not follow on what is held are not taken, and accuse nobody."""
    released, body = words()
    entry = scene.placed(released, index=3)
    batch = dataclasses.replace(scene.batch([(entry.to_bytes(), body)]), start=3, note=note(4, bytes(32)))
    scene.refused(scene.admit(batch), NotAllowed, "only 2 entries of coral are held")


def test_statement_placed_twice(scene: Scene) -> None:
    """The station places an officer's old words a second time, as if they had been said again."""
    old, body = next(scene.coral.entries("coral"))
    entry = scene.placed(old.released)
    scene.refused(
        scene.admit(scene.batch([(entry.to_bytes(), body)])), NotAllowed, "stands in this log already", ["refused"]
    )


def test_statement_placed_twice_in_one_batch(scene: Scene) -> None:
    """The same twice inside one batch is found too, and the first of the two is not kept either."""
    released, body = words()
    first = scene.placed(released)
    second = scene.placed(released, index=3, height=first.height + 1)
    items = [(entry.to_bytes(), body) for entry in (first, second)]
    scene.refused(scene.admit(scene.batch(items)), NotAllowed, "stands in this log already", ["refused"])


@pytest.mark.parametrize(
    ("signers", "station", "error", "said"),
    [
        ([SigningKey(b"\x77" * 32)], CORAL.station, NotAllowed, "no card"),
        ([CORAL.officers[0]], SigningKey(b"\x77" * 32), NotAllowed, "no card"),
        ([AMBER.officers[0]], CORAL.station, NotAllowed, "amber-1 of amber"),
        ([CORAL.officers[0]], AMBER.station, NotAllowed, "of amber signed"),
        ([CORAL.log], CORAL.station, NotAllowed, "log key"),
        ([CORAL.officers[0]], CORAL.officers[0], NotAllowed, "not by its station"),
    ],
)
def test_keys_that_may_not_sign(
    scene: Scene, signers: list[SigningKey], station: SigningKey, error: type[SearoomError], said: str
) -> None:
    """Forged keys, officers of the other party, keys of another role: none of them says or places coral's words."""
    released, body = words(signers=signers)
    entry = scene.placed(released, signer=station)
    scene.refused(scene.admit(scene.batch([(entry.to_bytes(), body)])), error, said, ["refused"])


@pytest.mark.parametrize("which", ["officer", "station"])
def test_forged_signatures(scene: Scene, which: str) -> None:
    """A known key's name over a signature that it did not make."""
    released, body = words()
    if which == "officer":
        forged = dataclasses.replace(released.signatures[0], value=SigningKey(bytes(32)).sign(b"x"))
        entry = scene.placed(Released(released.statement, (forged,)))
    else:
        entry = scene.placed(released)
        entry = dataclasses.replace(entry, station=dataclasses.replace(entry.station, value=bytes(64)))
    scene.refused(scene.admit(scene.batch([(entry.to_bytes(), body)])), Tampered, "does not hold", ["refused"])


def test_another_partys_words_in_this_log(scene: Scene) -> None:
    """Coral places what amber's officer released for another purpose into coral's log."""
    released, body = words(b"amber's words", party=AMBER)
    entry = place(released, index=2, height=5, heard=(), placed_us=NOW_US, station_key=CORAL.station)
    scene.refused(scene.admit(scene.batch([(entry.to_bytes(), body)])), NotAllowed, "what amber says", ["refused"])


def test_small_order_keys_do_not_enrol(scene: Scene) -> None:
    """A card whose key has small order, or a part of it, is refused before it is in any keyring."""
    for public in (bytes(32), b"\x01" + bytes(31), (curve.P - 1).to_bytes(32, "little")):
        key = Key(Role.STATION, "coral", "Coral station", public)
        keys = (key, *(k for k in CORAL.card.keys if k.role is not Role.STATION))
        scene.refused(lambda keys=keys: dataclasses.replace(CORAL.card, keys=keys), Tampered, "prime order")  # type: ignore[misc]
        payload = CORAL.card.payload().replace(CORAL.station.public, public)
        scene.refused(lambda payload=payload: Card.from_bytes(resigned(payload)), Tampered, "prime order")  # type: ignore[misc]


def resigned(payload: bytes) -> bytes:
    """Return a card's payload as coral's root would sign it."""
    header = cbor.encode({1: -19, 4: CORAL.root.key_id})
    message = cbor.encode(["Signature1", header, b"searoom/card/v0", payload])
    return cbor.encode([header, {}, payload, CORAL.root.sign(message)])


def test_a_signature_with_r_of_small_order(scene: Scene) -> None:
    """A key's owner makes a signature that some verifiers take: S = hash times secret, R the neutral element."""
    released, body = words()
    entry = scene.placed(released)
    crafted = small_r_signature(CORAL.station, message_of(entry))
    entry = dataclasses.replace(entry, station=dataclasses.replace(entry.station, value=crafted))
    scene.refused(scene.admit(scene.batch([(entry.to_bytes(), body)])), Tampered, "small order", ["refused"])


def message_of(entry: Entry) -> bytes:
    """Return what the station signs."""
    return cbor.encode(["Signature1", entry.station.header(), b"searoom/entry/v0", entry.payload()])


def small_r_signature(key: SigningKey, message: bytes) -> bytes:
    """Return (R, S) with R the neutral element and S B = h A: the equation of RFC 8032 holds."""
    secret = bytearray(hashlib.sha512(key.seed).digest()[:32])
    secret[0] &= 248
    secret[31] = secret[31] & 127 | 64
    start = b"\x01" + bytes(31)
    challenge = int.from_bytes(hashlib.sha512(start + key.public + message).digest(), "little")
    return start + (challenge * int.from_bytes(secret, "little") % curve.L).to_bytes(32, "little")


@pytest.mark.parametrize(("change", "said"), [((2, None), "kind 2"), ((1, bytes(8)), "not on its card")])
def test_a_body_for_a_key_that_we_do_not_have(scene: Scene, change: tuple[int, bytes | None], said: str) -> None:
    """Coral seals words to amber in a way, or to a key, that amber cannot open, and would later say that it told us."""
    _, body = words()
    items: Any = cbor.decode(body)
    kind, kid = change
    row = [kind, kid or items[2]["amber"][1], items[2]["amber"][2]]
    lie = cbor.encode({**items, 2: {**items[2], "amber": row}})
    statement = dataclasses.replace(words()[0].statement, body_hash=hashlib.sha256(lie).digest())
    entry = scene.placed(release(statement, CORAL.officers[0]))
    scene.refused(scene.admit(scene.batch([(entry.to_bytes(), lie)])), NotAllowed, said, ["refused"])


def test_another_mechanism(scene: Scene) -> None:
    """Words of another agreement do not count in this one."""
    released, body = words(mechanism="demo-2027")
    entry = scene.placed(released)
    scene.refused(scene.admit(scene.batch([(entry.to_bytes(), body)])), NotAllowed, "belongs to mechanism", ["refused"])


def test_exercise_bit_swapped(scene: Scene) -> None:
    """An entry made in earnest is never taken into an exercise, nor the other way round."""
    released, body = words(exercise=not EXERCISE)
    entry = scene.placed(released)
    scene.refused(
        scene.admit(scene.batch([(entry.to_bytes(), body)])), NotAllowed, "real record stands in", ["refused"]
    )


def test_exercise_bit_swapped_on_the_way(scene: Scene) -> None:
    """Who flips the bit on the way breaks the officer's signature."""
    released, body = words()
    flipped = dataclasses.replace(released.statement, exercise=not EXERCISE)
    entry = scene.placed(Released(flipped, released.signatures))
    scene.refused(scene.admit(scene.batch([(entry.to_bytes(), body)])), Tampered, "coral-1's signature", ["refused"])


@pytest.mark.parametrize(
    ("heard", "error", "said"),
    [
        ((Heard("amber", 7, bytes(32)),), NotAllowed, "more than are held here"),
        ((Heard("amber", 2, bytes(32)),), Tampered, "another log of 'amber'"),
        ((Heard("amber", 0, EMPTY_ROOT),), NotAllowed, "its predecessor"),
        ((), NotAllowed, "what it has heard of amber"),
        ((Heard("amber", 2, bytes(32)), Heard("jade", 0, EMPTY_ROOT)), NotAllowed, "what it has heard of amber"),
    ],
)
def test_heard_what_was_never_said(
    scene: Scene, heard: tuple[Heard, ...], error: type[SearoomError], said: str
) -> None:
    """Coral claims to have heard what amber never said, or less than before; the signed claim is kept."""
    released, body = words()
    entry = scene.placed(released, heard=heard)
    scene.refused(scene.admit(scene.batch([(entry.to_bytes(), body)])), error, said, ["refused"])


@pytest.mark.parametrize("height", [1, 2, 4, 99])
def test_height_that_does_not_follow(scene: Scene, height: int) -> None:
    """Nobody moves an entry in the joint order by claiming a height."""
    released, body = words()
    entry = scene.placed(released, height=height)
    scene.refused(scene.admit(scene.batch([(entry.to_bytes(), body)])), NotAllowed, "has height", ["refused"])


def test_a_body_that_was_not_signed_for(scene: Scene) -> None:
    """The entry is honest, the body beside it is another."""
    released, _ = words()
    entry = scene.placed(released)
    batch = scene.batch([(entry.to_bytes(), words(b"other")[1])])
    scene.refused(scene.admit(batch), Tampered, "body is not the one", ["refused"])


def test_a_held_body_exchanged(scene: Scene) -> None:
    """Coral brings a known entry again, with another body: the first stays."""
    entry, _ = next(scene.coral.entries("coral"))
    batch = Batch("coral", 0, ((entry.to_bytes(), b"other"),), note(1, scene.coral.root("coral", 1)))
    scene.refused(scene.admit(batch), Tampered, "body is not the one")


def test_words_to_nobody(scene: Scene) -> None:
    """A message that nobody may read has no place in the joint record."""
    released, body = words(to=[])
    entry = scene.placed(released)
    scene.refused(scene.admit(scene.batch([(entry.to_bytes(), body)])), NotAllowed, "nobody", ["refused"])


def test_one_lie_behind_honest_entries(scene: Scene) -> None:
    """A batch is taken whole or not at all: good entries before a bad one are not stored either."""
    good, body = words(b"good")
    first = scene.placed(good)
    bad, bad_body = words(b"bad", exercise=not EXERCISE)
    second = scene.placed(bad, index=3, height=first.height + 1)
    batch = scene.batch([(first.to_bytes(), body), (second.to_bytes(), bad_body)])
    scene.refused(scene.admit(batch), NotAllowed, "record", ["refused"])
    assert 3 == scene.amber.size("coral")


def test_notes_that_do_not_fit_the_entries(scene: Scene) -> None:
    """The log key signs another root, another size, another log; or another key signs."""
    released, body = words()
    batch = scene.batch([(scene.placed(released).to_bytes(), body)])
    foreign = checkpoint.sign(checkpoint.Checkpoint("demo-2026/coral", 3, bytes(32)), "demo-2026/coral", AMBER.log)
    for lie, error, said, evidence in (
        (note(3, bytes(range(32))), Tampered, "do not give the root", ["note"]),
        (note(4, bytes(32)), NotAllowed, "its note is of size 4", []),
        (note(3, bytes(32), party=AMBER), NotAllowed, "and not of", []),
        (note(3, bytes(32), origin="demo-2026/coral/national"), NotAllowed, "and not of", []),
        (foreign.to_bytes(), Tampered, "no known key", ["forged"]),
        (b"rubbish", NotAllowed, "note", []),
        (b"", NotAllowed, "note", []),
    ):
        fresh = Scene()
        scene = fresh
        batch = dataclasses.replace(scene.batch([(scene.placed(released).to_bytes(), body)]), note=lie)
        scene.refused(scene.admit(batch), error, said, evidence)


def test_oversize(scene: Scene) -> None:
    """More bytes or items than the limits are refused before anything in them is read."""
    entry, body = next(scene.coral.entries("coral"))
    small = (entry.to_bytes(), body)
    for items in (
        [(bytes(MAX_ENTRY + 1), body)],
        [(entry.to_bytes(), bytes(MAX_BODY + 1))],
        [(bytes(10_000), bytes(MAX_BODY))] * (MAX_BATCH // MAX_BODY + 1),
        [small] * (MAX_BATCH_ITEMS + 1),
        [],
    ):
        batch = Batch("coral", scene.amber.size("coral"), tuple(items), b"")
        scene.refused(scene.admit(batch), NotAllowed, "batch|an entry has at most")


def test_rubbish_entries(scene: Scene) -> None:
    """Bytes that are no entry, under a correctly signed root: refused in words, and nobody crashes."""
    body = next(scene.coral.entries("coral"))[1]
    for data in (b"", b"\x00", b"\x80", b"\xff" * 400, b"\x9f" * 200, b"\x84" + b"\x81" * 300, bytes(MAX_ENTRY)):
        fresh = Scene()
        fresh.refused(fresh.admit(fresh.batch([(data, body)])), NotAllowed, ".")
    scene.honest()


def test_our_own_log_is_taken_from_nobody(scene: Scene) -> None:
    """Coral hands amber "amber's" entries."""
    batch = scene.amber.batch("amber", 0)
    assert batch is not None
    scene.refused(scene.admit(batch), NotAllowed, "taken from nobody")


def test_asked_to_cosign_what_was_never_shown(scene: Scene) -> None:
    """Amber cosigns nothing that it does not hold whole, nothing forged, and never its own log."""
    witness = scene.amber.witness
    forged = checkpoint.sign(checkpoint.Checkpoint("demo-2026/coral", 1, bytes(32)), "demo-2026/coral", AMBER.log)
    scene.refused(lambda: witness("coral", note(9, bytes(32)), now_us=NOW_US), NotAllowed, "asks to cosign 9")
    scene.refused(lambda: witness("coral", forged.to_bytes(), now_us=NOW_US), Tampered, "no known key", ["forged"])
    scene.refused(lambda: witness("amber", scene.amber.note("amber"), now_us=NOW_US), NotAllowed, "its own log")
    scene.refused(lambda: witness("jade", b"", now_us=NOW_US), NotAllowed, "no party")
    scene.refused(lambda: witness("coral", b"rubbish", now_us=NOW_US), NotAllowed, "note")


def test_lying_cosignatures(scene: Scene) -> None:
    """Coral's mirror signs a head that amber never signed, or another key signs for the mirror."""
    accept = scene.amber.accept_cosignature

    def cosigned(size: int, root: bytes, key: SigningKey = CORAL.mirror, *, origin: str = "demo-2026/amber") -> bytes:
        head = checkpoint.Checkpoint(origin, size, root)
        line = checkpoint.cosignature(head, "demo-2026/coral/mirror", key, 1)
        return checkpoint.SignedNote(head.to_text(), (line,)).to_bytes()

    root = scene.amber.root("amber", 2)
    for lie, error, said, evidence in (
        (cosigned(2, bytes(range(32))), Tampered, "another log of ours", ["cosignature"]),
        (cosigned(99, bytes(32)), NotAllowed, "older state", ["cosignature"]),
        (cosigned(2, root, CORAL.log), Tampered, "no known key", ["forged"]),
        (cosigned(2, root, origin="demo-2026/coral"), NotAllowed, "is of the log", []),
        (scene.amber.note("amber"), Tampered, "no known key", ["forged"]),
        (b"rubbish", NotAllowed, "note", []),
    ):
        scene.refused(lambda lie=lie: accept("coral", lie), error, said, evidence)  # type: ignore[misc]


def test_the_same_lie_for_ever_is_kept_once(scene: Scene) -> None:
    """Repeating a lie fills no disk."""
    lie = note(2, bytes(range(32)))
    for _ in range(20):
        with pytest.raises(Tampered):
            scene.amber.witness("coral", lie, now_us=NOW_US)
    assert ["fork"] == [piece.kind for piece in scene.amber.evidence()]
    scene.honest()
