"""Lies told to the record, one a test: refused, the store unchanged, evidence kept, and the next honest word passes.

Coral is the liar and owns all keys of coral; amber holds an honest copy of coral's log so far.
"""

import dataclasses
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from attacks.scene import AMBER, CORAL, RING, Scene, digest, note, offered, words
from builders import EXERCISE, MECHANISM, NOW_US, make_record, say
from searoom import cbor
from searoom.errors import NotAllowed, SearoomError, Tampered
from searoom.record import checkpoint, cose, curve, heads
from searoom.record.algorithms import SigningKey
from searoom.record.batch import MAX_BATCH, Batch
from searoom.record.entry import ENTRY_AAD, MAX_ENTRY, Entry, Heard, Released, release
from searoom.record.heads import NodeKeys
from searoom.record.log import MAX_BATCH_ITEMS
from searoom.record.seal import MAX_BODY
from searoom.record.shared import SharedRecord


@pytest.fixture
def scene() -> Scene:
    """A record with a history."""
    return Scene()


def test_fork_with_another_entry(scene: Scene) -> None:
    """Coral brings another second entry than before, signed as well as the first: a proven fork."""
    released, body = words()
    last = list(scene.theirs.entries("coral"))[1][0]
    entry = scene.placed(released, index=1, height=last.height, heard=last.heard)
    batch = scene.batch([(entry.to_bytes(), body)], start=1)
    scene.refused(scene.admit(batch), Tampered, "forked: entry 1 of coral", ["fork"])
    assert [entry.to_bytes(), batch.note] == scene.last_evidence()[-2:]


def test_fork_by_checkpoint_alone(scene: Scene) -> None:
    """Coral signs another root of a size that amber holds, and asks amber to cosign it: both notes are kept."""
    lie, ours = offered(note(2, bytes(range(32)))), scene.ours.note("coral")
    scene.refused(lambda: scene.ours.witness("coral", lie, now_us=NOW_US), Tampered, "another root of size 2", ["fork"])
    assert [ours, lie] == scene.last_evidence()[2:]


def test_fork_in_the_note_of_known_entries(scene: Scene) -> None:
    """The entries are the old ones, the signed root over them is not."""
    batch = scene.theirs.batch("coral", 0)
    assert batch is not None
    lie = dataclasses.replace(batch, note=note(2, bytes(range(32))))
    scene.refused(scene.admit(lie), Tampered, "another root of size 2", ["fork"])


def test_rollback_to_a_shorter_log(scene: Scene) -> None:
    """Coral starts its log anew: what amber holds stays, and the new beginning is a fork."""
    fresh = make_record(CORAL, RING)
    say(fresh, CORAL, b"a new beginning")
    scene.refused(lambda: hand_over_from_zero(fresh, scene.ours), Tampered, "forked", ["fork"])


def hand_over_from_zero(giver: SharedRecord, taker: SharedRecord) -> None:
    batch = giver.batch(giver.party, 0)
    assert batch is not None
    taker.admit(batch, now_us=NOW_US)


def test_rollback_by_an_old_honest_note(scene: Scene) -> None:
    """An old checkpoint, honestly signed then, takes nothing back: the larger cosignature stands."""
    old = offered(note(1, scene.theirs.root("coral", 1)))
    before = digest(scene.store)
    cosigned = scene.ours.witness("coral", old, now_us=NOW_US)
    assert 2 == checkpoint.SignedNote.from_bytes(cosigned).checkpoint.size
    assert before == digest(scene.store)
    scene.honest()


def test_replay_of_everything(scene: Scene) -> None:
    """What was admitted may come again any number of times; nothing is doubled and nobody is accused."""
    before = digest(scene.store)
    for start in (0, 1, 0):
        batch = scene.theirs.batch("coral", start)
        assert batch is not None
        assert 2 == scene.ours.admit(batch, now_us=NOW_US)
    assert before == digest(scene.store)
    assert [] == scene.ours.evidence()
    scene.honest()


def test_replay_at_another_place(scene: Scene) -> None:
    """An old entry, its signatures intact, comes again as a new one."""
    entry, body = next(scene.theirs.entries("coral"))
    scene.refused(scene.admit(scene.batch([(entry.to_bytes(), body)])), NotAllowed, "number 0", ["refused"])


def test_a_gap(scene: Scene) -> None:
    """Entries that do not follow on what is held are not taken, and accuse nobody."""
    released, body = words()
    entry = scene.placed(released, index=3)
    batch = dataclasses.replace(scene.batch([(entry.to_bytes(), body)]), start=3, note=note(4, bytes(32)))
    scene.refused(scene.admit(batch), NotAllowed, "only 2 entries of coral are held")


def test_statement_placed_twice(scene: Scene) -> None:
    """The station places an officer's old words a second time, as if they had been said again."""
    old, body = next(scene.theirs.entries("coral"))
    entry = scene.placed(old.released)
    scene.refused(
        scene.admit(scene.batch([(entry.to_bytes(), body)])),
        NotAllowed,
        "stands in coral already",
        ["refused"],
    )


def test_statement_placed_twice_in_one_batch(scene: Scene) -> None:
    """The same twice inside one batch is found too, and the first of the two is not kept either."""
    released, body = words()
    first = scene.placed(released)
    second = scene.placed(released, index=3, height=first.height + 1)
    items = [(entry.to_bytes(), body) for entry in (first, second)]
    scene.refused(scene.admit(scene.batch(items)), NotAllowed, "stands in coral already", ["refused"])


@pytest.mark.parametrize(
    ("signers", "station", "error", "said"),
    [
        ([SigningKey(b"\x77" * 32)], CORAL.station, NotAllowed, "not on the card of coral"),
        ([CORAL.officers[0]], SigningKey(b"\x77" * 32), NotAllowed, "not on the card of coral"),
        ([AMBER.officers[0]], CORAL.station, NotAllowed, "not on the card of coral"),
        ([CORAL.officers[0]], AMBER.station, NotAllowed, "not on the card of coral"),
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
    """Coral places what amber's officer released for another purpose into coral's log: such an entry has no form."""
    released, body = words(b"amber's words", party=AMBER)
    with pytest.raises(NotAllowed, match="stands in the log 'coral'"):
        scene.placed(released)
    honest = scene.placed(words()[0])
    data = in_other_words(honest, released)
    scene.refused(scene.admit(scene.batch([(data, body)])), NotAllowed, "stands in the log 'coral'")


def in_other_words(entry: Entry, released: Released) -> bytes:
    """Return the bytes of an entry with another statement in it, signed by coral's station."""
    items = cbor.decode(entry.payload())
    assert isinstance(items, dict)
    payload = cbor.encode({**items, 5: released.to_bytes()})
    header = entry.station.header()
    return cose.sign1_bytes(header, payload, CORAL.station.sign(cose.to_sign1(header, ENTRY_AAD, payload)))


def test_a_signature_with_r_of_small_order(scene: Scene) -> None:
    """A key's owner makes a signature that some verifiers take: S = hash times secret, R the neutral element."""
    released, body = words()
    entry = scene.placed(released)
    crafted = small_r_signature(CORAL.station, message_of(entry))
    entry = dataclasses.replace(entry, station=dataclasses.replace(entry.station, value=crafted))
    scene.refused(scene.admit(scene.batch([(entry.to_bytes(), body)])), Tampered, "small order", ["refused"])


def message_of(entry: Entry) -> bytes:
    """Return what the station signs."""
    return cose.to_sign1(entry.station.header(), ENTRY_AAD, entry.payload())


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
    ("lie", "error", "said", "evidence"),
    [
        (lambda true: (Heard("amber", 7, bytes(32)),), NotAllowed, "more than are held here", ["refused"]),
        (lambda true: (Heard("amber", 2, bytes(32)),), Tampered, "another log of 'amber'", ["refused"]),
        (lambda true: (Heard("amber", 1, true.root("amber", 1)),), NotAllowed, "than its predecessor", ["refused"]),
        (lambda true: (), NotAllowed, "than its predecessor", ["refused"]),
        (
            lambda true: (*true.heard(), Heard("coral", 1, true.root("coral", 1))),
            NotAllowed,
            "its own log",
            ["refused"],
        ),
        (lambda true: (*true.heard(), Heard("jade", 1, bytes(32))), NotAllowed, "of 'jade' than is held", []),
    ],
)
def test_heard_what_was_never_said(
    scene: Scene,
    lie: Callable[[SharedRecord], tuple[Heard, ...]],
    error: type[SearoomError],
    said: str,
    evidence: list[str],
) -> None:
    """Coral claims to have heard what amber never said, or less than before; the signed claim is kept.

    What it says of a third log that is not held here may be true: it waits, and is no evidence.
    """
    if said == "than its predecessor":
        scene.coral.say(b"has heard two of amber")
        scene.in_step()
    released, body = words()
    scene.refused(scene.admit(scene.lie(released, body, heard=lie(scene.theirs))), error, said, evidence)


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
    entry, _ = next(scene.theirs.entries("coral"))
    batch = Batch("coral", 0, ((entry.to_bytes(), b"other"),), note(1, scene.theirs.root("coral", 1)))
    scene.refused(scene.admit(batch), Tampered, "body is not the one")


def test_words_to_a_stranger_or_to_oneself(scene: Scene) -> None:
    """A recipient who is no party, or the author itself, has no place in a statement of the joint record."""
    released, body = words()
    for recipients, said in ((("amber", "jade"), "'jade' cannot be a recipient"), (("jade",), "readers of a body")):
        statement = dataclasses.replace(released.statement, recipients=recipients)
        lie = scene.lie(release(statement, CORAL.officers[0]), body)
        scene.refused(scene.admit(lie), NotAllowed, f"{said}|readers of a body", ["refused"])
    with pytest.raises(NotAllowed, match="author of a statement is among its recipients"):
        dataclasses.replace(released.statement, recipients=("coral",))


def test_one_lie_behind_honest_entries(scene: Scene) -> None:
    """A batch is taken whole or not at all: good entries before a bad one are not stored either."""
    good, body = words(b"good")
    first = scene.placed(good)
    bad, bad_body = words(b"bad", exercise=not EXERCISE)
    second = scene.placed(bad, index=3, height=first.height + 1)
    batch = scene.batch([(first.to_bytes(), body), (second.to_bytes(), bad_body)])
    scene.refused(scene.admit(batch), NotAllowed, "record", ["refused"])
    assert 3 == scene.ours.size("coral")


FOREIGN = checkpoint.sign(checkpoint.Checkpoint("demo-2026/coral", 3, bytes(32)), "demo-2026/coral", AMBER.log)


@pytest.mark.parametrize(
    ("lie", "error", "said", "evidence"),
    [
        (lambda true: note(3, bytes(range(32))), Tampered, "two trees of one size", ["note"]),
        (lambda true: note(4, bytes(32)), Tampered, "consistency|proof|lead", ["note"]),
        (lambda true: note(1, true.root("coral", 1)), NotAllowed, "its note is of size 1", ["note"]),
        (lambda true: note(3, bytes(32), party=AMBER), NotAllowed, "and not of", []),
        (lambda true: note(3, bytes(32), origin="demo-2026/coral/national"), NotAllowed, "and not of", []),
        (lambda true: FOREIGN.to_bytes(), Tampered, "no known key", ["forged"]),
        (lambda true: offered(note(3, bytes(32))), Tampered, "no known key", ["forged"]),
        (lambda true: b"rubbish", NotAllowed, "note", []),
        (lambda true: b"", NotAllowed, "note", []),
    ],
)
def test_notes_that_do_not_fit_the_entries(
    scene: Scene, lie: Callable[[SharedRecord], bytes], error: type[SearoomError], said: str, evidence: list[str]
) -> None:
    """The log key signs another root, another size, another log; or another key signs."""
    released, body = words()
    batch = dataclasses.replace(scene.lie(released, body), note=lie(scene.theirs))
    scene.refused(scene.admit(batch), error, said, evidence)


def test_oversize(scene: Scene) -> None:
    """More bytes or items than the limits are refused before anything in them is read."""
    entry, body = next(scene.theirs.entries("coral"))
    small = (entry.to_bytes(), body)
    for items in (
        [(bytes(MAX_ENTRY + 1), body)],
        [(entry.to_bytes(), bytes(MAX_BODY + 1))],
        [(bytes(10_000), bytes(MAX_BODY))] * (MAX_BATCH // MAX_BODY + 1),
        [small] * (MAX_BATCH_ITEMS + 1),
        [],
    ):
        batch = Batch("coral", scene.ours.size("coral"), tuple(items), b"")
        scene.refused(scene.admit(batch), NotAllowed, "batch|an entry has at most")


def test_rubbish_entries(scene: Scene) -> None:
    """Bytes that are no entry, under a correctly signed root: refused in words, and nobody crashes."""
    body = next(scene.theirs.entries("coral"))[1]
    for data in (b"", b"\x00", b"\x80", b"\xff" * 400, b"\x9f" * 200, b"\x84" + b"\x81" * 300, bytes(MAX_ENTRY)):
        fresh = Scene()
        fresh.refused(fresh.admit(fresh.batch([(data, body)])), NotAllowed, ".")
    scene.honest()


def test_our_own_log_is_taken_from_nobody(scene: Scene) -> None:
    """Coral hands amber "amber's" entries."""
    batch = scene.ours.batch("amber", 0)
    assert batch is not None
    scene.refused(scene.admit(batch), NotAllowed, "taken from nobody")


def test_asked_to_cosign_what_was_never_shown(scene: Scene) -> None:
    """Amber cosigns nothing that it does not hold whole, nothing forged, and never its own log."""
    witness = scene.ours.witness
    for lie, error, said, evidence in (
        (offered(note(9, bytes(32))), NotAllowed, "asks to cosign 9", []),
        (offered(FOREIGN.to_bytes()), Tampered, "no known key", ["forged"]),
        (note(2, scene.theirs.root("coral", 2)), Tampered, "lacks the signature line of type 6", ["forged"]),
        (b"rubbish", NotAllowed, "note", []),
    ):
        scene.refused(lambda lie=lie: witness("coral", lie, now_us=NOW_US), error, said, evidence)  # type: ignore[misc]  # a test bends what it passes
    own = scene.ours.offer(now_us=NOW_US)
    scene.refused(lambda: witness("amber", own, now_us=NOW_US), NotAllowed, "its own log")
    scene.refused(lambda: witness("jade", b"", now_us=NOW_US), NotAllowed, "no party")


def cosigned(size: int, root: bytes, *, mirror: NodeKeys = CORAL.keys, origin: str = "demo-2026/amber") -> bytes:
    """Return a head of amber's log with both of its lines and both of a mirror, as coral may have made it up."""
    own = AMBER.keys if origin == "demo-2026/amber" else CORAL.keys
    head = checkpoint.sign(checkpoint.Checkpoint(origin, size, root), origin, own.log)  # type: ignore[arg-type]  # a test bends what it passes
    signed = checkpoint.SignedNote.from_bytes(heads.offer(head.to_bytes(), own.log_pq, NOW_US))
    return heads.cosign(signed, MECHANISM, "coral", (mirror.mirror, mirror.mirror_pq), NOW_US)


def test_lying_cosignatures(scene: Scene) -> None:
    """Coral's mirror signs a head that amber never signed, or another key signs for the mirror."""
    accept = scene.ours.accept_cosignature
    root = scene.ours.root("amber", 2)
    true = checkpoint.SignedNote.from_bytes(cosigned(2, root))
    unsigned = dataclasses.replace(true, signatures=true.signatures[2:])
    for lie, error, said, evidence in (
        (cosigned(2, bytes(range(32))), Tampered, "another log of ours", ["cosignature"]),
        (cosigned(99, bytes(32)), NotAllowed, "older state", ["cosignature"]),
        (cosigned(2, root, mirror=AMBER.keys), Tampered, "no known key", ["forged"]),
        (cosigned(2, root, origin="demo-2026/coral"), NotAllowed, "is of the log", []),
        (unsigned.to_bytes(), Tampered, "lacks the signature line", ["forged"]),
        (scene.ours.note("amber"), Tampered, "lacks the signature line", ["forged"]),
        (b"rubbish", NotAllowed, "note", []),
    ):
        scene.refused(lambda lie=lie: accept("coral", lie), error, said, evidence)  # type: ignore[misc]  # a test bends what it passes


def test_the_same_lie_for_ever_is_kept_once(scene: Scene) -> None:
    """Repeating a lie fills no disk."""
    lie = offered(note(2, bytes(range(32))))
    for _ in range(20):
        with pytest.raises(Tampered):
            scene.ours.witness("coral", lie, now_us=NOW_US)
    assert ["fork"] == [piece.kind for piece in scene.ours.evidence()]
    scene.honest()
