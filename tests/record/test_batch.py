"""A batch: bounded before anything in it is believed, and proven to lead to the head that its note signs."""

import dataclasses

import pytest

from builders import (
    NOW_US,
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
from searoom.errors import NotAllowed, Tampered
from searoom.record import batch as room
from searoom.record.batch import Batch, check_batch
from searoom.record.log import NOTE_ROOM, RETIRED
from searoom.record.store import SqliteStore

AMBER, CORAL, TEAL = parties("amber", "coral", "teal")
RING = roster(AMBER, CORAL, TEAL)


def spoken(count=6):
    a, b, c = records(None, "amber", "coral", "teal")
    for number in range(count):
        say(a, AMBER, b"%d" % number)
    return a, b, c


def test_refuses_more_than_its_limits_before_reading_it():
    """Numbers and sizes first: nothing is decoded of what is too much."""
    item = (b"not an entry", b"")
    for batch, said in (
        (Batch("amber", 0, (), b""), "1 to"),
        (Batch("amber", -1, (item,), b""), "1 to"),
        (Batch("amber", 0, (item,) * (room.MAX_BATCH_ITEMS + 1), b""), "1 to"),
        (Batch("amber", 0, ((bytes(100), bytes(180_000)),) * 20, b""), "at most 3145728 bytes"),
        (Batch("amber", 0, ((bytes(16 * 1024 + 1), b""),), b""), "an entry has at most"),
        (Batch("amber", 0, ((b"", bytes(192 * 1024 + 1)),), b""), "a body at most"),
        (Batch("amber", 0, (item,), b"", (bytes(32),) * 64), "proof of a batch"),
        (Batch("amber", 0, (item,), b""), "longer than the data"),
    ):
        with pytest.raises(NotAllowed, match=said):
            check_batch(batch)
    good = spoken(2)[0].batch("amber", 0)
    assert [0, 1] == [entry.index for entry in check_batch(good)]


@pytest.mark.parametrize("start", range(6))
@pytest.mark.parametrize("most", range(1, 7))
def test_every_part_of_a_log_is_admitted_under_its_newest_note(start, most):
    """Any start that follows, any length: the head at its end is proven to lead to the note."""
    a, b, _ = spoken()
    hand_over(a, b, max_bytes=0) if not start else b.admit(a.batch("amber", 0, most=start), now_us=NOW_US)
    held = b.size("amber")
    batch = a.batch("amber", start, most=most)
    end = start + len(batch.items)
    assert (min(6, start + most), end < 6) == (end, bool(batch.proof))
    assert max(held, end) == b.admit(batch, now_us=NOW_US)
    assert a.root("amber", end) == b.root("amber", end)


def test_the_proof_of_a_part_cannot_be_changed_or_left_out():
    """Entries that do not lead to what their author signed are not stored; what came is kept."""
    a, b, _ = spoken()
    batch = a.batch("amber", 0, most=3)
    other = spoken()[0].batch("amber", 0, most=3)
    assert batch.proof
    for change in (
        {"proof": ()},
        {"proof": batch.proof[:-1]},
        {"proof": (*batch.proof, bytes(32))},
        {"proof": tuple(reversed(batch.proof))},
        {"proof": (bytes(32), *batch.proof[1:])},
        {"proof": other.proof},
        {"items": batch.items[:2]},
        {"note": other.note},
    ):
        with pytest.raises((NotAllowed, Tampered)):
            b.admit(dataclasses.replace(batch, **change), now_us=NOW_US)
        assert 0 == b.size("amber")
    assert {"note"} == {piece.kind for piece in b.evidence()}
    assert 3 == b.admit(batch, now_us=NOW_US)


def test_a_note_that_ends_before_the_entries_is_refused():
    """More entries than their note covers are nobody's yet."""
    a, b, _ = spoken(2)
    short = a.note("amber")
    say(a, AMBER, b"more")
    batch = a.batch("amber", 0)
    with pytest.raises(NotAllowed, match="ends at 3, but its note is of size 2"):
        b.admit(dataclasses.replace(batch, note=short), now_us=NOW_US)
    assert 0 == b.size("amber")


def rotated():
    """Return amber's record over two changes of its log key, and how it says more."""
    a = make_record(AMBER, RING)
    second = renewed(AMBER, "2")
    third = renewed(second, "3")
    for party, card in ((AMBER, second), (second, third), (third, None)):
        for number in range(3):
            say(a, party, b"words %d" % number)
        if card is not None:
            issue(a, card)
    return a, third


@pytest.mark.parametrize("max_bytes", [0, NOTE_ROOM + 6_000, NOTE_ROOM + 12_000, 1 << 20])
@pytest.mark.parametrize("most", [1, 2, 3, 4, 5, 100])
def test_a_log_with_rotations_is_handed_on_by_a_mirror(max_bytes, most):
    """From its author to coral and from coral to teal, in batches of any size: the same log, and every note's key is known in time."""
    a, _ = rotated()
    b, c = make_record(CORAL, RING), make_record(TEAL, RING)
    for giver, taker in ((a, b), (b, c)):
        while batch := giver.batch("amber", taker.size("amber"), max_bytes=max_bytes, most=most):
            taker.admit(batch, now_us=NOW_US)
        assert (11, a.root("amber"), a.note("amber")) == (taker.size("amber"), taker.root("amber"), taker.note("amber"))
        assert a.roster.issued("amber") == taker.roster.issued("amber")
        assert [] == taker.evidence()


def test_a_retired_log_key_signs_nothing_after_its_end():
    """The old log key over more than its time, and the new one over less: forged, both."""
    a, third = rotated()
    b = make_record(CORAL, RING)
    whole = [a.batch("amber", start) for start in (0, 3, 7)]
    assert [3, 4, 4] == [len(batch.items) for batch in whole]
    with pytest.raises(Tampered, match="no known key"):
        b.admit(dataclasses.replace(whole[0], note=whole[2].note), now_us=NOW_US)
    stale = make_record(AMBER, RING)
    for number in range(5):
        say(stale, AMBER, b"%d" % number)
    b.admit(whole[0], now_us=NOW_US)
    with pytest.raises((Tampered, NotAllowed)):
        b.admit(dataclasses.replace(whole[1], note=stale.note("amber")), now_us=NOW_US)
    assert 3 == b.size("amber")
    assert third.log.public != AMBER.log.public


def test_a_mirror_hands_on_what_it_has_in_part():
    """Cut off in the middle, it gives what it holds, with the note and a proof to it, also after a start."""
    a = spoken()[0]
    store = SqliteStore(":memory:")
    b, c = make_record(CORAL, RING, store), make_record(TEAL, RING)
    b.admit(a.batch("amber", 0, most=4), now_us=NOW_US)
    b = make_record(CORAL, RING, store)
    while batch := b.batch("amber", c.size("amber"), max_bytes=0):
        c.admit(batch, now_us=NOW_US)
    assert (4, a.root("amber", 4)) == (c.size("amber"), c.root("amber"))


def test_logs_of_all_numbers_are_handed_on():
    """An older log and the one after it, by the author or by a mirror; the old one first, for the new has heard it."""
    a, b, c = spoken(2)
    epoch(a, AMBER)
    say(a, AMBER, b"anew")
    with pytest.raises(NotAllowed, match="fetch that first"):
        b.admit(a.batch("amber.2", 0), now_us=NOW_US)
    exchange(a, b)
    for log in ("amber", "amber.2"):
        c.admit(b.batch(log, 0), now_us=NOW_US)
        assert a.root(log) == c.root(log)
    assert c.batch("amber.3", 0) is None
    assert c.batch("amber", -1) is None
    assert "amber.2" == c.log_of("amber")
    assert [] == list(c._store.each(RETIRED))
