"""Who stored what: a head is cosigned with two keys by who holds it whole, and what is cosigned never decreases."""

from pathlib import Path

import pytest

from builders import (
    NOW_US,
    SECOND_US,
    cosign,
    epoch,
    exchange,
    hand_over,
    issue,
    make_record,
    parties,
    records,
    renewed,
    roster,
    say,
)
from failing_store import FailingStore, Loss
from searoom import cbor
from searoom.errors import NotAllowed, StateUnknown, Tampered
from searoom.record import checkpoint
from searoom.record.algorithms import ED25519, ML_DSA_44
from searoom.record.keys import Role
from searoom.record.store import SqliteStore

AMBER, CORAL = parties()
RING = roster(AMBER, CORAL)


@pytest.mark.parametrize("loss", Loss)
def test_a_cosignature_that_fails_is_repeated(loss: Loss) -> None:
    """No cosignature leaves before it is durable; asked again, the same or a new one of that size comes."""
    store = FailingStore(SqliteStore(":memory:"))
    a, b = make_record(AMBER, RING), make_record(CORAL, RING, store)
    say(a, AMBER, b"words")
    hand_over(a, b)
    store.fail("cosign", loss)
    with pytest.raises(StateUnknown):
        b.witness("amber", a.offer(now_us=NOW_US), now_us=NOW_US)
    assert 0 == b.recorded("amber", "coral")
    b = make_record(CORAL, RING, store)
    assert (1 if loss is Loss.WORD_LOST else 0) == b.recorded("amber", "coral")
    note = b.witness("amber", a.offer(now_us=NOW_US), now_us=NOW_US + SECOND_US)
    a.accept_cosignature("coral", note)
    assert (1, 1) == (a.recorded("amber", "coral"), b.recorded("amber", "coral"))
    assert note == b.cosigned("amber", "coral")


@pytest.mark.parametrize("loss", Loss)
def test_accepting_a_cosignature_that_fails_is_repeated(loss: Loss) -> None:
    """The owner's disk fails: nothing shows as recorded that is not on it."""
    store = FailingStore(SqliteStore(":memory:"))
    a, b = make_record(AMBER, RING, store), make_record(CORAL, RING)
    say(a, AMBER, b"words")
    hand_over(a, b)
    note = b.witness("amber", a.offer(now_us=NOW_US), now_us=NOW_US)
    store.fail("cosign", loss)
    with pytest.raises(StateUnknown):
        a.accept_cosignature("coral", note)
    assert 0 == a.recorded("amber", "coral")
    a = make_record(AMBER, RING, store)
    a.accept_cosignature("coral", note)
    assert 1 == a.recorded("amber", "coral")


def test_a_cosigned_size_never_decreases() -> None:
    """Asked to cosign less than before, the larger one is given; a smaller one that comes late changes nothing."""
    a, b = records()
    notes, cosigned = [], []
    for number in range(3):
        say(a, AMBER, b"%d" % number)
        hand_over(a, b)
        notes.append(a.offer(now_us=NOW_US))
        cosigned.append(b.witness("amber", notes[-1], now_us=NOW_US + number))
    assert cosigned[2] == b.witness("amber", notes[0], now_us=NOW_US)
    a.accept_cosignature("coral", cosigned[2])
    a.accept_cosignature("coral", cosigned[0])
    assert 3 == a.recorded("amber", "coral") == b.recorded("amber", "coral")
    assert cosigned[2] == a.cosigned("amber", "coral")
    assert a.cosigned("coral", "amber") is None


def test_the_cosignature_says_the_head_and_nothing_else() -> None:
    """What comes back is the head with four lines: two of the log, two of the mirror, each with its second."""
    a, b = records()
    say(a, AMBER, b"words")
    hand_over(a, b)
    late_us = NOW_US + 7 * SECOND_US
    note = checkpoint.SignedNote.from_bytes(b.witness("amber", a.offer(now_us=NOW_US), now_us=late_us))
    assert checkpoint.Checkpoint("demo-2026/amber", 1, a.root("amber")) == note.checkpoint
    types = (checkpoint.NOTE_TYPE, checkpoint.ML_DSA_TYPE), (checkpoint.COSIGNATURE_TYPE, checkpoint.ML_DSA_TYPE)
    verifiers = [
        checkpoint.Verifier(name, kind, card.key(role, algorithm).public)
        for name, role, card, kinds in (
            ("demo-2026/amber", Role.LOG, AMBER.card, types[0]),
            ("demo-2026/coral/mirror", Role.MIRROR, CORAL.card, types[1]),
        )
        for kind, algorithm in zip(kinds, (ED25519, ML_DSA_44), strict=True)
    ]
    checkpoint.check_each(note, verifiers)
    assert ["demo-2026/amber"] * 2 + ["demo-2026/coral/mirror"] * 2 == [line.name for line in note.signatures]
    assert NOW_US // SECOND_US == note.signatures[1].time_s
    assert [late_us // SECOND_US] * 2 == [line.time_s for line in note.signatures[2:]]


def lines(note: bytes, *kept: int) -> bytes:
    """Return a note with these of its lines."""
    signed = checkpoint.SignedNote.from_bytes(note)
    return checkpoint.SignedNote(signed.text, tuple(signed.signatures[at] for at in kept)).to_bytes()


@pytest.mark.parametrize("kept", [(0,), (1,)])
def test_a_head_is_offered_with_both_lines(kept: tuple[int, ...]) -> None:
    """Ed25519 alone would be worth nothing on the day it is broken, and ML-DSA alone is not the log's note: neither is cosigned."""
    a, b = records()
    say(a, AMBER, b"words")
    hand_over(a, b)
    with pytest.raises(Tampered, match="lacks the signature line"):
        b.witness("amber", lines(a.offer(now_us=NOW_US), *kept), now_us=NOW_US)
    assert 0 == b.recorded("amber", "coral")
    assert ["forged"] == [piece.kind for piece in b.evidence()]


@pytest.mark.parametrize("kept", [(0, 1), (0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3), (2, 3), (0,)])
def test_a_cosignature_has_four_lines(kept: tuple[int, ...]) -> None:
    """Each of the four is needed; with one missing nothing is recorded, and what came is kept."""
    a, b = records()
    say(a, AMBER, b"words")
    hand_over(a, b)
    whole = b.witness("amber", a.offer(now_us=NOW_US), now_us=NOW_US)
    with pytest.raises(Tampered):
        a.accept_cosignature("coral", lines(whole, *kept))
    assert (0, ["forged"]) == (a.recorded("amber", "coral"), [piece.kind for piece in a.evidence()])
    a.accept_cosignature("coral", whole)
    assert 1 == a.recorded("amber", "coral")


def test_cosigns_only_what_is_held_whole() -> None:
    """More than is held is refused for now, without a word against anybody; our own log never."""
    a, b = records()
    say(a, AMBER, b"one")
    hand_over(a, b)
    say(a, AMBER, b"two")
    with pytest.raises(NotAllowed, match="asks to cosign 2 entries, but 1 of them are held here"):
        b.witness("amber", a.offer(now_us=NOW_US), now_us=NOW_US)
    with pytest.raises(NotAllowed, match="does not cosign its own log"):
        a.witness("amber", a.offer(now_us=NOW_US), now_us=NOW_US)
    assert [] == a.evidence() == b.evidence()


def test_another_root_is_a_fork() -> None:
    """A head that the log's own keys signed, and that the copy does not have: refused, and kept beside our note."""
    a, b = records()
    twin = make_record(AMBER, RING)
    say(a, AMBER, b"one")
    say(twin, AMBER, b"another")
    hand_over(a, b)
    offered = twin.offer(now_us=NOW_US)
    with pytest.raises(Tampered, match="the log of amber is forked"):
        b.witness("amber", offered, now_us=NOW_US)
    (piece,) = b.evidence()
    assert "fork" == piece.kind
    assert ["amber", b.note("amber"), offered] == list(cbor.decode(piece.detail))[1:]  # type: ignore[call-overload]
    assert 0 == b.recorded("amber", "coral")


def test_a_cosignature_over_what_we_never_signed_is_kept() -> None:
    """A peer that cosigned another log under our name, or more than we have: refused, and kept with our own note."""
    a, b = records()
    twin = make_record(AMBER, RING)
    for side, words in ((a, b"one"), (twin, b"another")):
        say(side, AMBER, words)
    hand_over(twin, b)
    other = b.witness("amber", twin.offer(now_us=NOW_US), now_us=NOW_US)
    with pytest.raises(Tampered, match="cosigned another log of ours"):
        a.accept_cosignature("coral", other)
    say(twin, AMBER, b"more")
    hand_over(twin, b)
    with pytest.raises(NotAllowed, match="cosigned 2 entries of our log, which has 1") as caught:
        a.accept_cosignature("coral", b.witness("amber", twin.offer(now_us=NOW_US), now_us=NOW_US))
    assert "Compare sizes" in caught.value.advice()
    assert ["cosignature", "cosignature"] == [piece.kind for piece in a.evidence()]
    with pytest.raises(NotAllowed, match="not of one of ours"):
        a.accept_cosignature("coral", a.witness("coral", b.offer(now_us=NOW_US), now_us=NOW_US))


def test_cosignatures_of_old_mirror_keys_hold() -> None:
    """After a rotation the new mirror keys sign; what the old ones recorded stays recorded, on both sides and after a start."""
    stores = SqliteStore(":memory:"), SqliteStore(":memory:")
    a, b = make_record(AMBER, RING, stores[0]), make_record(CORAL, RING, stores[1])
    say(a, AMBER, b"one")
    exchange(a, b)
    cosign(a, b)
    old = b.cosigned("amber", "coral")
    later = renewed(CORAL, "2")
    issue(b, later)
    exchange(a, b)
    assert old == b.witness("amber", a.offer(now_us=NOW_US), now_us=NOW_US)
    say(a, AMBER, b"two")
    exchange(a, b)
    cosign(a, b)
    assert old != b.cosigned("amber", "coral")
    for member, store in ((AMBER, stores[0]), (later, stores[1])):
        assert (2, 1) == tuple(
            make_record(member, RING, store).recorded(*pair) for pair in (("amber", "coral"), ("coral", "amber"))
        )


def test_heads_of_before_and_after_a_rotation_of_the_log_are_cosigned() -> None:
    """Each head is judged by the log key in force at its size; the old key signs nothing beyond its card's end."""
    a, b = records()
    say(a, AMBER, b"one")
    before = a.offer(now_us=NOW_US)
    exchange(a, b)
    later = renewed(AMBER, "2")
    issue(a, later)
    say(a, later, b"two")
    exchange(a, b)
    a.accept_cosignature("coral", b.witness("amber", before, now_us=NOW_US))
    assert 1 == a.recorded("amber", "coral")
    cosign(a, b)
    assert 3 == a.recorded("amber", "coral") == b.recorded("amber", "coral")
    head = checkpoint.Checkpoint("demo-2026/amber", 3, a.root("amber"))
    stale = checkpoint.cosign(checkpoint.sign(head, head.origin, AMBER.log), head.origin, AMBER.keys.log_pq, 1)
    with pytest.raises(Tampered, match="no known key"):
        b.witness("amber", stale.to_bytes(), now_us=NOW_US)


def test_an_older_log_of_ours_is_still_cosigned() -> None:
    """After a new log was begun, the old one can be offered by its name, and is recorded by its name."""
    a, b = records()
    say(a, AMBER, b"one")
    epoch(a, AMBER)
    exchange(a, b)
    for log in ("amber", "amber.2"):
        a.accept_cosignature("coral", b.witness(log, a.offer(now_us=NOW_US, log=log), now_us=NOW_US))
        assert 1 == a.recorded(log, "coral")
    with pytest.raises(NotAllowed, match="nothing of the log"):
        a.offer(now_us=NOW_US, log="amber.3")


def test_a_store_that_was_put_back_says_nothing_more(tmp_path: Path) -> None:
    """After a restore from an old backup the cosignature that we hold over more is the alarm."""
    store = SqliteStore(tmp_path / "amber.searoom")
    a, b = make_record(AMBER, RING, store), make_record(CORAL, RING)
    for number in range(2):
        say(a, AMBER, b"%d" % number)
    note = a.note("amber")
    say(a, AMBER, b"last")
    exchange(a, b)
    cosign(a, b)
    store._db.execute("DELETE FROM entry WHERE log = 'amber' AND place = 2")
    store._db.execute("UPDATE note SET note = ?, size = 2 WHERE log = 'amber'", (note,))
    with pytest.raises(Tampered, match="older state") as caught:
        make_record(AMBER, RING, store)
    assert "Do not say anything" in caught.value.advice()


def test_a_store_that_was_changed_says_nothing_more() -> None:
    """As many entries as were cosigned, but others: the cosignature that lies beside them is the alarm."""
    store = SqliteStore(":memory:")
    a, b, twin = make_record(AMBER, RING, store), make_record(CORAL, RING), make_record(AMBER, RING)
    say(a, AMBER, b"one")
    say(twin, AMBER, b"another")
    hand_over(twin, b)
    store.cosign("amber", "coral", 1, b.witness("amber", twin.offer(now_us=NOW_US), now_us=NOW_US))
    with pytest.raises(Tampered, match="coral has cosigned 1 entries of the log of amber that the store does not have"):
        make_record(AMBER, RING, store)


def test_a_stranger_cosigns_nothing_and_leaves_nothing() -> None:
    """Who is no party cannot fill our evidence with notes of its own."""
    a, b = records()
    say(a, AMBER, b"words")
    hand_over(a, b)
    with pytest.raises(NotAllowed, match="'pearl' is no party"):
        a.accept_cosignature("pearl", b.witness("amber", a.offer(now_us=NOW_US), now_us=NOW_US))
    assert [] == a.evidence()


def test_a_second_cosignature_of_one_size_changes_nothing() -> None:
    """The first that came stays: what was shown as recorded at a second is not moved to another."""
    a, b = records()
    say(a, AMBER, b"words")
    again = make_record(CORAL, RING)
    hand_over(a, b)
    hand_over(a, again)
    first = b.witness("amber", a.offer(now_us=NOW_US), now_us=NOW_US)
    a.accept_cosignature("coral", first)
    later = again.witness("amber", a.offer(now_us=NOW_US), now_us=NOW_US + SECOND_US)
    assert first != later
    a.accept_cosignature("coral", later)
    assert first == a.cosigned("amber", "coral")
