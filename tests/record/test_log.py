"""One log: memory follows the store, and the start is the normal path."""

import pytest

from builders import NOW_US, keyring, make_record, parties, say
from searoom.errors import NotAllowed, StateUnknown, Tampered
from searoom.record import checkpoint
from searoom.record.entry import Entry
from searoom.record.keys import Role
from searoom.record.log import Log
from searoom.record.merkle import EMPTY_ROOT
from searoom.record.store import SqliteStore

AMBER, CORAL = parties()
RING = keyring(AMBER, CORAL)
ORIGIN = checkpoint.origin(RING.mechanism, "amber")
VERIFIER = checkpoint.Verifier(ORIGIN, checkpoint.NOTE_TYPE, AMBER.card.key(Role.LOG).public)


def filled(count: int) -> SqliteStore:
    """Return a store with `count` entries of amber."""
    store = SqliteStore(":memory:")
    record = make_record(AMBER, RING, store)
    for number in range(count):
        say(record, AMBER, b"words %d" % number)
    return store


def note_of(log: Log, *, size: int | None = None, root: bytes | None = None, origin: str = ORIGIN) -> bytes:
    """Return a note by amber's log key over what is staged, or over something else."""
    head = checkpoint.Checkpoint(origin, log.staged_size if size is None else size, root or log.staged_root())
    return checkpoint.sign(head, origin, AMBER.log).to_bytes()


def test_an_empty_log_has_the_root_of_nothing() -> None:
    """Before the first entry there is a size, a root and a height, and no note."""
    log = Log.open(SqliteStore(":memory:"), "amber", VERIFIER)
    assert (0, EMPTY_ROOT, 0, b"") == (log.size, log.root(), log.height(0), log.note)
    assert log.last is None


def test_the_start_rebuilds_what_was_there() -> None:
    """Tree, heights, last entry and what was said come from the stored entries alone."""
    store = filled(5)
    log = Log.open(store, "amber", VERIFIER)
    entries = [Entry.from_bytes(data) for data in store.leaves("amber")]
    assert 5 == log.size
    assert [1, 2, 3, 4, 5] == [log.height(size) for size in range(1, 6)]
    assert entries[-1] == log.last
    assert all(log.said(entry.statement.plain_hash) for entry in entries)
    assert [checkpoint.SignedNote.from_bytes(store.note("amber", n)).checkpoint.root for n in range(6)] == [
        log.root(n) for n in range(6)
    ]


CHANGES = {
    "an entry swapped": (
        "UPDATE entry SET entry = (SELECT entry FROM entry WHERE place = 0) WHERE place = 1",
        "changed in the store",
    ),
    "an entry of rubbish": ("UPDATE entry SET entry = x'00' WHERE place = 2", "entry 2 .* changed in the store"),
    "the last entry gone": ("DELETE FROM entry WHERE place = 4", "4 entries"),
    "an entry gone from the middle": ("DELETE FROM entry WHERE place = 1", "changed in the store"),
    "the last note gone": ("DELETE FROM note WHERE size = 5", "5 entries"),
    "the note changed": ("UPDATE note SET note = x'00' WHERE size = 5", "note of the log of amber was changed"),
    "the note of another size": (
        "UPDATE note SET note = (SELECT note FROM note WHERE size = 4) WHERE size = 5",
        "of size 4",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_store_that_was_changed_is_refused_at_the_start(change: str) -> None:
    """Whoever edits the database is found out before anything is said from it."""
    store = filled(5)
    sql, said = CHANGES[change]
    store._db.execute(sql)
    with pytest.raises(Tampered, match=said):
        Log.open(store, "amber", VERIFIER)


def test_entries_that_do_not_give_the_signed_root_are_refused_at_the_start() -> None:
    """An entry of the right form at the right place, but another one, is found by the root."""
    store, other = filled(5), filled(5)
    ((data,),) = other._db.execute("SELECT entry FROM entry WHERE place = 3").fetchall()
    store._db.execute("UPDATE entry SET entry = ? WHERE place = 3", (data,))
    with pytest.raises(Tampered, match="do not give the root"):
        Log.open(store, "amber", VERIFIER)


def test_a_store_that_is_changed_later_is_found_when_it_is_read() -> None:
    """Entry and body are compared with the tree each time they are read."""
    for sql, said in (
        ("UPDATE entry SET entry = (SELECT entry FROM entry WHERE place = 0) WHERE place = 1", "^entry 1 of the log"),
        ("UPDATE entry SET body = x'00' WHERE place = 1", "body of entry 1"),
        ("DELETE FROM entry WHERE place = 2", "entry 2 .* missing"),
    ):
        store = filled(3)
        log = Log.open(store, "amber", VERIFIER)
        assert 3 == len(list(log.items(0, 3)))
        store._db.execute(sql)
        with pytest.raises(Tampered, match=said):
            list(log.items(0, 3))


def test_what_is_staged_and_not_committed_is_forgotten() -> None:
    """Leaving `staging` without a commit leaves the log as it was, also after an error."""
    donor = list(filled(5).items("amber", 0, 5))
    log = Log.open(SqliteStore(":memory:"), "amber", VERIFIER)
    before = (log.size, log.staged_size, log.root(), log.last)
    entry = Entry.from_bytes(donor[0][0])
    with log.staging():
        log.stage(entry, donor[0][0])
        assert 1 == log.staged_size
        assert 0 == log.size
        assert log.said(entry.statement.plain_hash)
    assert before == (log.size, log.staged_size, log.root(), log.last)
    assert not log.said(entry.statement.plain_hash)
    with log.staging():
        log.stage(entry, donor[0][0])
        with pytest.raises(NotAllowed, match="stands at 1"):
            log.stage(entry, donor[0][0])
    assert before == (log.size, log.staged_size, log.root(), log.last)


def test_commits_only_what_was_staged() -> None:
    """Items that were not staged, one by one, are not stored."""
    items = list(filled(2).items("amber", 0, 2))
    store = SqliteStore(":memory:")
    log = Log.open(store, "amber", VERIFIER)
    with log.staging():
        log.stage(Entry.from_bytes(items[0][0]), items[0][0])
        with pytest.raises(NotAllowed, match="staged"):
            log.commit(items, note_of(log), now_us=NOW_US)
        log.commit(items[:1], note_of(log), now_us=NOW_US)
    assert 1 == log.size == store.size("amber")
    assert log.root() == Log.open(store, "amber", VERIFIER).root()


def test_refuses_notes_of_others_and_with_more_lines() -> None:
    """A log's note is of its own origin, by its own key, with that one line."""
    log = Log.open(filled(2), "amber", VERIFIER)
    assert 2 == log.check_note(log.note).size
    with pytest.raises(NotAllowed, match="and not of"):
        log.read_note(note_of(log, origin="demo-2026/coral"))
    with pytest.raises(Tampered):
        log.read_note(checkpoint.sign(checkpoint.Checkpoint(ORIGIN, 2, log.root()), ORIGIN, CORAL.log).to_bytes())
    note = checkpoint.SignedNote.from_bytes(log.note)
    cosigned = checkpoint.cosign(note, "demo-2026/coral/mirror", CORAL.mirror, 1)
    with pytest.raises(Tampered, match="no known key"):
        log.read_note(cosigned.to_bytes())
    with pytest.raises(NotAllowed, match="of size 1"):
        log.check_note(note_of(log, size=1))
    with pytest.raises(Tampered, match="do not give the root"):
        log.check_note(note_of(log, root=bytes(32)))


def test_batches_end_where_a_note_is_held() -> None:
    """A batch keeps to its bytes, brings at least one entry, and its note is over exactly its end."""
    log = Log.open(filled(5), "amber", VERIFIER)
    for start in range(5):
        for max_bytes in (0, 1, 6_000, 1 << 20):
            items, note = log.batch(start, max_bytes)
            assert start + len(items) == log.read_note(note).size
            assert 1 <= len(items) <= 5 - start
            assert len(items) == 1 or sum(len(d) + len(b) for d, b in items) <= max_bytes
    assert 5 == len(log.batch(0, 1 << 20)[0])


def test_asks_nothing_beyond_its_end() -> None:
    """There is no root, height or note of entries that are not there."""
    store = filled(2)
    log = Log.open(store, "amber", VERIFIER)
    for ask in (log.root, log.height):
        for size in (-1, 3):
            with pytest.raises(NotAllowed, match="2 entries here"):
                ask(size)
    with pytest.raises(StateUnknown, match="no signed note"):
        store.note("amber", 3)
