"""A store that was put back to an older state says nothing until it is whole again; a fork is found before anything is said."""

import contextlib

import pytest

from builders import (
    NOW_US,
    cosign,
    epoch,
    exchange,
    issue,
    make_record,
    make_released,
    parties,
    renewed,
    roster,
    say,
)
from failing_store import FailingStore, Loss
from searoom.errors import NotAllowed, StateUnknown, Tampered
from searoom.record.checkpoint import SignedNote
from searoom.record.healing import KIND, RESTORED, Healing
from searoom.record.store import SqliteStore

AMBER, CORAL, TEAL = parties("amber", "coral", "teal")
RING = roster(AMBER, CORAL)
LATER = renewed(AMBER, "2")


def put_back(tmp_path, later=2, *, before=2, rotate=False, ring=RING):
    """Return amber's store as it was after `before` entries, and coral who holds `later` more."""
    store = SqliteStore(tmp_path / "now.searoom")
    a, b = make_record(AMBER, ring, store), make_record(CORAL, ring)
    for number in range(before):
        say(a, AMBER, b"%d" % number)
    exchange(a, b)
    (tmp_path / "old.searoom").touch()
    store.copy_to(tmp_path / "old.searoom")
    now = AMBER
    if rotate:
        issue(a, LATER)
        now = LATER
    for number in range(later):
        say(a, now, b"lost %d" % number)
    exchange(a, b)
    store.close()
    return SqliteStore(tmp_path / "old.searoom"), b


def refill(a, b):
    """Fetch our own log from a peer's copy, then compare."""
    while batch := b.batch("amber", a.size("amber"), max_bytes=0):
        a.admit(batch, now_us=NOW_US)
    a.settle(b.party, b.size("amber"), b.root("amber"))


def refuses(record):
    """Whether nothing can be said; each deed that would sign something is tried."""
    with pytest.raises(NotAllowed, match="put back to an older state"):
        say(record, AMBER, b"words")
    with pytest.raises(NotAllowed, match="put back to an older state"):
        issue(record, LATER)
    return True


def test_says_nothing_until_its_own_log_is_compared(tmp_path):
    """Neither words nor cards, also after another start; then it is filled from the peer's copy and goes on behind it."""
    store, b = put_back(tmp_path)
    a = make_record(AMBER, RING, store)
    assert 0 == a.restored_us
    a.mark_restored(now_us=NOW_US)
    assert refuses(a)
    a = make_record(AMBER, RING, store)
    assert NOW_US == a.restored_us
    assert a.healing
    assert refuses(a)
    refill(a, b)
    assert (False, 4, b.root("amber")) == (a.healing, a.size("amber"), a.root("amber"))
    assert 4 == say(a, AMBER, b"on").index
    exchange(a, b)
    cosign(a, b)
    assert (5, [], []) == (a.recorded("amber", "coral"), a.evidence(), b.evidence())


def test_what_is_taken_back_is_our_own_as_we_signed_it(tmp_path):
    """A peer cannot put words into our log: each entry holds by our own keys, or it is refused."""
    store, b = put_back(tmp_path)
    a = make_record(AMBER, RING, store)
    a.mark_restored(now_us=NOW_US)
    batch = b.batch("amber", 2)
    data, body = batch.items[1]
    lie = (batch.items[0], (data[:-1] + bytes((data[-1] ^ 1,)), body))
    with pytest.raises(Tampered):
        a.admit(type(batch)("amber", 2, lie, batch.note), now_us=NOW_US)
    assert (2, True) == (a.size("amber"), a.healing)
    assert 4 == a.admit(batch, now_us=NOW_US)


def test_a_rotation_that_was_lost_comes_back_with_its_card(tmp_path):
    """The card is an entry of ours like others: after the refill the new keys are in force, and the old ones are not."""
    store, b = put_back(tmp_path, rotate=True)
    a = make_record(AMBER, RING, store)
    a.mark_restored(now_us=NOW_US)
    for _ in range(9):
        batch = b.batch("amber", a.size("amber"))
        if batch is None:
            break
        a.admit(batch, now_us=NOW_US)
    assert LATER.card == a.roster.card("amber")
    a = make_record(LATER, RING, store)
    a.settle("coral", b.size("amber"), b.root("amber"))
    assert 5 == say(a, LATER, b"on").index
    with pytest.raises(NotAllowed, match="key at hand"):
        make_record(AMBER, RING, store)


def test_every_counterpart_is_compared_with():
    """One that holds no more than we settles for itself alone; only with the last of them the mark ends."""
    ring = roster(AMBER, CORAL, TEAL)
    a = make_record(AMBER, ring)
    say(a, AMBER, b"one")
    a.mark_restored(now_us=NOW_US)
    a.settle("coral", 1, a.root("amber"))
    assert a.healing
    with pytest.raises(NotAllowed, match="copy at teal"):
        say(a, AMBER, b"two")
    a.settle("teal", 0, a.root("amber", 0))
    assert not a.healing
    assert 1 == say(a, AMBER, b"two").index


def test_a_head_over_what_came_again_is_signed_with_the_last_comparison_alone():
    """While the mark stands nothing is signed; when it ends, our head covers what we hold; after that nothing is written."""
    ring = roster(AMBER, CORAL, TEAL)
    a, b = make_record(AMBER, ring), make_record(CORAL, ring)
    for number in range(4):
        say(a, AMBER, b"%d" % number)
    exchange(a, b)
    store = FailingStore(SqliteStore(":memory:"))
    again = make_record(AMBER, ring, store)
    again.mark_restored(now_us=NOW_US)
    assert 2 == again.admit(b.batch("amber", 0, most=2), now_us=NOW_US)
    sizes = []
    for peer, size in (("coral", 2), ("teal", 0)):
        again.settle(peer, size, again.root("amber", size))
        sizes.append(SignedNote.from_bytes(again.note("amber")).checkpoint.size)
    assert [0, 2] == sizes
    assert again.root("amber") == SignedNote.from_bytes(again.note("amber")).checkpoint.root
    writes = store.writes
    again.settle("coral", 2, again.root("amber"))
    assert writes == store.writes


def test_who_holds_more_is_not_settled_with():
    """As long as a counterpart has more of our log than we, the mark stays."""
    a = make_record(AMBER, RING)
    say(a, AMBER, b"one")
    a.mark_restored(now_us=NOW_US)
    a.settle("coral", 2, bytes(32))
    assert a.healing


def test_hears_no_less_than_before_it_was_put_back():
    """Where only a part of the other log came again, under no note of its own: what our last entry had heard is said on."""
    a, b = make_record(AMBER, RING), make_record(CORAL, RING)
    for number in range(2):
        say(b, CORAL, b"%d" % number)
    exchange(a, b)
    assert [("coral", 2)] == [(heard.log, heard.size) for heard in say(a, AMBER, b"heard both").heard]
    exchange(a, b)
    say(b, CORAL, b"more")
    again = make_record(AMBER, RING)
    again.mark_restored(now_us=NOW_US)
    assert 2 == again.admit(b.batch("coral", 0, most=2), now_us=NOW_US)
    assert b"" == again.note("coral")
    refill(again, b)
    assert [("coral", 2)] == [(heard.log, heard.size) for heard in say(again, AMBER, b"on").heard]


def test_a_fork_is_found_before_anything_is_said(tmp_path):
    """Where the peer holds another log under our name than our store has, nothing is settled; only a new log helps."""
    store, b = put_back(tmp_path, later=0)
    twin = make_record(AMBER, RING, store)
    say(twin, AMBER, b"said from the old store, before anybody marked it")
    other = make_record(AMBER, RING)
    say(other, AMBER, b"0")
    twin.mark_restored(now_us=NOW_US)
    with pytest.raises(Tampered, match="coral holds another log under our name than we do, at 1 entries"):
        twin.settle("coral", 1, other.root("amber"))
    assert twin.healing
    with pytest.raises(Tampered, match="forked"):
        twin.admit(other.batch("amber", 0), now_us=NOW_US)
    assert ["fork"] == [piece.kind for piece in twin.evidence()]
    assert refuses(twin)
    epoch(twin, AMBER, "our log forked")
    assert (False, "amber.2") == (twin.healing, twin.own)
    assert 1 == say(twin, AMBER, b"anew").index
    assert 2 == b.size("amber")


def test_two_persons_may_begin_a_new_log_where_nobody_can_be_reached(tmp_path):
    """The old log stays as the store has it, and what others hold of it beyond may come back into it later."""
    store, b = put_back(tmp_path)
    a = make_record(AMBER, RING, store)
    a.mark_restored(now_us=NOW_US)
    epoch(a, AMBER)
    say(a, AMBER, b"anew")
    a = make_record(AMBER, RING, store)
    assert (False, 2, 2) == (a.healing, a.size("amber"), a.size("amber.2"))
    exchange(a, b)
    assert 4 == a.admit(b.batch("amber", 2), now_us=NOW_US)
    assert (4, "amber.2", b.root("amber")) == (a.size("amber"), a.own, a.root("amber"))
    exchange(a, b)
    assert 2 == b.size("amber.2")
    assert [] == b.evidence()


def test_a_restored_file_marks_itself_for_all_counterparts():
    """The restore does not know them; the first start does, and takes the one mark over for each."""
    store = SqliteStore(":memory:")
    store.put(KIND, RESTORED, b"2026-09-21T13:33:20Z")
    a = make_record(AMBER, roster(AMBER, CORAL, TEAL), store)
    assert a.healing
    assert [b"coral", b"teal"] == [key for key, _ in store.each(KIND)]
    assert Healing(store, "amber", ("coral", "teal")).needed
    assert not Healing(SqliteStore(":memory:"), "amber", ("coral",)).needed


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("loss", Loss)
def test_a_mark_that_fails_is_made_again_and_one_that_is_made_stays(number, loss):
    """Whenever the disk fails, the store is marked or it never was: it is never half unmarked without a comparison."""
    inner = SqliteStore(":memory:")
    inner.put(KIND, RESTORED, b"now")
    store = FailingStore(inner)
    store.fail_at(number, loss)
    with contextlib.suppress(StateUnknown):
        make_record(AMBER, RING, store)
    again = make_record(AMBER, RING, inner)
    assert again.healing
    again.settle("coral", 0, again.root("amber", 0))
    assert not make_record(AMBER, RING, inner).healing


def test_a_party_alone_has_nobody_to_compare_with():
    """With no counterpart a mark can have no effect: nobody else ever saw its log."""
    a = make_record(AMBER, roster(AMBER))
    a.mark_restored(now_us=NOW_US)
    assert not a.healing
    a.say(*make_released(roster(AMBER), AMBER, b"words"), now_us=NOW_US)
    assert 1 == a.size("amber")
