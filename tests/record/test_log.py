"""One log: memory follows the store, the start is the normal path, and a batch ends where its note can be proven."""

import dataclasses
import itertools
from collections.abc import Iterator

import pytest

from builders import NOW_US, Party, exchange, issue, make_record, parties, renewed, roster, say
from failing_store import FailingStore, Loss
from searoom.errors import NotAllowed, StateUnknown, Tampered
from searoom.link import frames
from searoom.record import checkpoint, snapshot
from searoom.record import log as room
from searoom.record.entry import Entry, Kind, place
from searoom.record.log import Log
from searoom.record.merkle import EMPTY_ROOT, verify_consistency, verify_inclusion
from searoom.record.store import SqliteStore

AMBER, CORAL = parties()
RING = roster(AMBER, CORAL)
SECOND = renewed(AMBER, "2")
THIRD = renewed(SECOND, "3")
ORIGIN = checkpoint.origin(RING.mechanism, "amber")


def filled(count: int) -> SqliteStore:
    """Return a store with `count` entries of amber."""
    store = SqliteStore(":memory:")
    record = make_record(AMBER, RING, store)
    for number in range(count):
        say(record, AMBER, b"words %d" % number)
    return store


def rotated(*steps: int | Party) -> SqliteStore:
    """Return a store in which amber said so many things between its cards."""
    store = SqliteStore(":memory:")
    record, now = make_record(AMBER, RING, store), AMBER
    for step in steps:
        if isinstance(step, Party):
            issue(record, step)
            now = step
        else:
            for number in range(step):
                say(record, now, b"words %d" % number)
    return store


def note_of(log: Log) -> bytes:
    """Return a note by amber's log key over what is staged."""
    head = checkpoint.Checkpoint(ORIGIN, log.staged_size, log.staged_root())
    return checkpoint.sign(head, ORIGIN, AMBER.log).to_bytes()


def size_of(note: bytes) -> int:
    return checkpoint.SignedNote.from_bytes(note).checkpoint.size


def test_an_empty_log_has_the_root_of_nothing() -> None:
    """Before the first entry there is a size, a root and a height, and no note."""
    log = Log.load(SqliteStore(":memory:"), "amber")
    assert (0, EMPTY_ROOT, 0, b"") == (log.size, log.root(), log.height(0), log.note)
    assert log.last is None
    assert () == log.clear


def test_the_start_rebuilds_what_was_there() -> None:
    """Tree, heights, last entry and what was said come from the stored entries alone; the note is the newest."""
    store = filled(5)
    log = Log.load(store, "amber")
    entries = [Entry.from_bytes(data) for data in store.leaves("amber")]
    assert 5 == log.size
    assert [1, 2, 3, 4, 5] == [log.height(size) for size in range(1, 6)]
    assert entries[-1] == log.last
    assert all(log.said(entry.statement.plain_hash) for entry in entries)
    assert (5, log.root()) == (size_of(log.note), checkpoint.SignedNote.from_bytes(log.note).checkpoint.root)
    assert log.note == store.note("amber")


def test_the_places_of_what_was_said_in_clear_are_known() -> None:
    """Cards are found again at the start without reading what stands between them."""
    log = Log.load(rotated(2, SECOND, 1, THIRD), "amber")
    assert (2, 4) == log.clear
    assert [Kind.WORDS, Kind.CARD] == [entry.statement.kind for entry, _, _ in log.items(1, 3)]


def test_the_start_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for a long start is told of log, entries read and entries in all."""
    monkeypatch.setattr(room, "_TELL_EVERY", 2)
    told: list[tuple[str, int, int]] = []
    Log.load(filled(5), "amber", progress=lambda *step: told.append(step))
    assert [("amber", 2, 5), ("amber", 4, 5)] == told
    assert 5 == Log.load(filled(5), "amber").size  # nobody has to ask


class Cut(SqliteStore):
    """A store that knows of more entries than it gives."""

    def leaves(self, log: str, start: int = 0) -> Iterator[bytes]:
        """Yield all entries but the last."""
        return itertools.islice(super().leaves(log, start), self.size(log) - 1 - start)


def test_an_entry_that_is_not_given_is_missing() -> None:
    """As many entries are read as the store says that it has, or none of them is believed."""
    store = Cut(":memory:")
    record = make_record(AMBER, RING, store)
    for number in range(3):
        say(record, AMBER, b"%d" % number)
    with pytest.raises(Tampered, match="entry 2 of the log of amber is missing in the store"):
        Log.load(store, "amber")


def test_a_part_is_handed_on_by_the_note_over_more() -> None:
    """Two of five entries, after a start: the author's note of five is beside them, with the proof that leads to it."""
    a, store = make_record(AMBER, RING), SqliteStore(":memory:")
    b = make_record(CORAL, RING, store)
    for number in range(5):
        say(a, AMBER, b"%d" % number)
    batch = a.batch("amber", 0, most=2)
    assert batch is not None
    b.admit(batch, now_us=NOW_US)
    log = Log.load(store, "amber")
    assert (0, (batch.items, batch.note, batch.proof)) == (log.noted, log.batch(0, 1 << 20))
    assert ((), b"", ()) == log.batch(2, 1 << 20)
    assert (batch, None) == (b.batch("amber", 0), b.batch("amber", 2))


def test_a_part_is_handed_on_behind_what_the_own_note_covers() -> None:
    """Up to its own newest note by that note, from there on by the one over more; a card before it changes nothing."""
    a, store = make_record(AMBER, RING), SqliteStore(":memory:")
    b = make_record(CORAL, RING, store)
    issue(a, SECOND)
    say(a, SECOND, b"1")
    for most, more in ((9, 4), (2, 0)):
        batch = a.batch("amber", b.size("amber"), most=most)
        assert batch is not None
        b.admit(batch, now_us=NOW_US)
        for number in range(more):
            say(a, SECOND, b"%d" % number)
    log = Log.load(store, "amber")
    assert (4, 2) == (log.size, log.noted)
    told = [(len(items), size_of(note)) for items, note, _ in (log.batch(start, 1 << 20) for start in (0, 2))]
    assert [(2, 2), (2, 6)] == told


def test_the_notes_of_one_log_are_not_those_of_another() -> None:
    """Two logs of one store that both changed their key: each is handed on by its own retired notes."""
    store = SqliteStore(":memory:")
    a, b, later = make_record(AMBER, RING), make_record(CORAL, RING, store), renewed(CORAL, "2")
    for number in range(3):
        say(a, AMBER, b"%d" % number)
    say(b, CORAL, b"words")
    issue(a, SECOND)
    issue(b, later)
    exchange(a, b)
    for name, sizes in (("amber", (3, 4)), ("coral", (1, 2))):
        notes = [Log.load(store, name).batch(start, 1 << 20)[1] for start in (0, sizes[0])]
        heads = [checkpoint.SignedNote.from_bytes(note).checkpoint for note in notes]
        assert [(f"demo-2026/{name}", size) for size in sizes] == [(head.origin, head.size) for head in heads]


def test_a_batch_leaves_room_for_its_note() -> None:
    """8192 bytes of what is asked for are for note and proof, to the byte; and no batch is larger than a frame takes."""
    log = Log.load(filled(3), "amber")
    two = 8192 + sum(len(data) + len(body) for data, body in log.batch(0, 1 << 20, 2)[0])
    assert [1, 2, 2] == [len(log.batch(0, max_bytes)[0]) for max_bytes in (two - 1, two, two + 1)]
    assert 4096 == room.MAX_BATCH_ITEMS == frames.MAX_ITEMS


CHANGES = {
    "an entry swapped": (
        "UPDATE entry SET entry = (SELECT entry FROM entry WHERE place = 0) WHERE place = 1",
        "changed in the store",
    ),
    "an entry of rubbish": ("UPDATE entry SET entry = x'00' WHERE place = 2", "entry 2 .* changed in the store"),
    "an entry gone from the middle": ("DELETE FROM entry WHERE place = 1", "changed in the store"),
    "the note changed": ("UPDATE note SET note = x'00'", "the signed note of the log of amber was changed"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_store_that_was_changed_is_refused_at_the_start(change: str) -> None:
    """An entry that cannot stand where it lies is found while it is read; the rest is found by the root (test_logs)."""
    store = filled(5)
    sql, said = CHANGES[change]
    store._db.execute(sql)
    with pytest.raises(Tampered, match=said):
        Log.load(store, "amber")


def test_a_store_that_is_changed_later_is_found_when_it_is_read() -> None:
    """Entry and body are compared with the tree each time they are read."""
    for sql, said in (
        ("UPDATE entry SET entry = (SELECT entry FROM entry WHERE place = 0) WHERE place = 1", "^entry 1 of the log"),
        ("UPDATE entry SET body = x'00' WHERE place = 1", "body of entry 1"),
        ("DELETE FROM entry WHERE place = 2", "entry 2 .* missing"),
    ):
        store = filled(3)
        log = Log.load(store, "amber")
        assert 3 == len(list(log.items(0, 3)))
        store._db.execute(sql)
        with pytest.raises(Tampered, match=said):
            list(log.items(0, 3))
        if "SET entry" in sql:  # the body is compared by who takes the batch
            with pytest.raises(Tampered, match=f"{said} of amber was changed in the store since the start"):
                log.batch(0, 1 << 20)


def test_what_is_staged_and_not_committed_is_forgotten() -> None:
    """Leaving `staging` without a commit leaves the log as it was, also after an error."""
    donor = list(rotated(1, SECOND).items("amber", 0, 2))
    log = Log.load(SqliteStore(":memory:"), "amber")
    before = (log.size, log.staged_size, log.root(), log.last, log.clear)
    entry = Entry.from_bytes(donor[0][0])
    with log.staging():
        for data, _ in donor:
            log.stage(Entry.from_bytes(data), data)
        assert (2, 0) == (log.staged_size, log.size)
        assert (1,) == log.clear
        assert log.said(entry.statement.plain_hash)
    assert before == (log.size, log.staged_size, log.root(), log.last, log.clear)
    assert not log.said(entry.statement.plain_hash)
    with log.staging():
        log.stage(entry, donor[0][0])
        with pytest.raises(NotAllowed, match="stands at 1"):
            log.stage(entry, donor[0][0])
    assert before == (log.size, log.staged_size, log.root(), log.last, log.clear)


def test_what_was_said_before_is_not_forgotten_with_what_was_staged() -> None:
    """The same words staged a second time and given up again: the first time still counts."""
    log = Log.load(filled(1), "amber")
    assert log.last is not None
    again = placed(log.last, index=1, height=2)
    with log.staging():
        log.stage(again, again.to_bytes())
    assert log.said(again.statement.plain_hash)


def placed(entry: Entry, index: int, height: int) -> Entry:
    """Return the words of an entry in another place."""
    at = {"log": "amber", "index": index, "height": height, "heard": (), "placed_us": NOW_US}
    return place(entry.released, station_key=AMBER.station, **at)  # type: ignore[arg-type]


def test_what_was_given_up_leaves_no_trace_in_what_comes_then() -> None:
    """Neither its height nor its place in clear; and what is given up later takes nothing with it that was committed."""
    card, words = rotated(SECOND, 1).items("amber", 0, 2)
    log = Log.load(SqliteStore(":memory:"), "amber")
    high, low = (placed(Entry.from_bytes(words[0]), index=0, height=height) for height in (9, 1))
    with log.staging():
        log.stage(high, high.to_bytes())
    with log.staging():
        log.stage(Entry.from_bytes(card[0]), card[0])
        assert (0,) == log.clear
    assert () == log.clear
    with log.staging():
        log.stage(low, low.to_bytes())
        log.commit([(low.to_bytes(), words[1])], note_of(log), now_us=NOW_US)
    other = Entry.from_bytes(next(filled(1).leaves("amber")))
    with log.staging():
        log.stage(placed(other, index=1, height=2), b"other")
    assert (1, 1, (), low) == (log.size, log.height(1), log.clear, log.last)
    assert log.said(low.statement.plain_hash)
    assert not log.said(other.statement.plain_hash)


def test_commits_only_what_was_staged() -> None:
    """Items that were not staged, one by one, are not stored."""
    items = list(filled(2).items("amber", 0, 2))
    store = SqliteStore(":memory:")
    log = Log.load(store, "amber")
    with log.staging():
        log.stage(Entry.from_bytes(items[0][0]), items[0][0])
        with pytest.raises(NotAllowed, match="staged"):
            log.commit(items, note_of(log), now_us=NOW_US)
        log.commit(items[:1], note_of(log), now_us=NOW_US)
    assert 1 == log.size == store.size("amber")
    assert log.root() == Log.load(store, "amber").root()


def test_a_commit_without_a_note_keeps_the_older_one() -> None:
    """A mirror may hold more than its newest note covers: that note stays, and what is handed on ends with it."""
    items = list(filled(3).items("amber", 0, 3))
    store = SqliteStore(":memory:")
    log = Log.load(store, "amber")
    for at, with_note in ((0, True), (1, False), (2, False)):
        with log.staging():
            log.stage(Entry.from_bytes(items[at][0]), items[at][0])
            log.commit([items[at]], note_of(log) if with_note else b"", now_us=NOW_US)
    for held in (log, Log.load(store, "amber")):
        assert (3, 1) == (held.size, size_of(held.note))
        assert 1 == len(held.batch(0, 1 << 20)[0])
        assert ((), b"", ()) == held.batch(1, 1 << 20)


def test_a_batch_keeps_to_its_bytes_and_proves_its_end() -> None:
    """At least one entry, no more than asked for; the head at its end leads to the newest note's."""
    log = Log.load(filled(5), "amber")
    for start in range(5):
        for max_bytes in (0, 1, 14_000, 1 << 20):
            items, note, proof = log.batch(start, max_bytes)
            end = start + len(items)
            assert 5 == size_of(note)
            assert 1 <= len(items) <= 5 - start
            assert len(items) == 1 or room.NOTE_ROOM + sum(len(d) + len(b) for d, b in items) <= max_bytes
            assert bool(proof) == (end < 5)
            verify_consistency(end, 5, proof, log.root(end), log.root())
    assert 5 == len(log.batch(0, 1 << 20)[0])
    assert 2 == len(log.batch(0, 1 << 20, 2)[0])
    assert ((), b"", ()) == log.batch(5, 1 << 20)


def test_the_last_note_before_each_rotation_is_kept() -> None:
    """Whoever comes later needs it: the newest note is signed by a key that they cannot know yet."""
    store = rotated(3, SECOND, 2, THIRD, 1)
    kept = [note for _, note in store.each(room.RETIRED)]
    assert [3, 6] == [size_of(note) for note in kept]
    assert [size_of(note) for note in kept] == [size_of(note) for _, note in store.each(room.RETIRED)]


@pytest.mark.parametrize("start", range(8))
@pytest.mark.parametrize("max_bytes", [1, 9_500, 14_000, 1 << 20])
def test_a_batch_near_a_rotation_can_be_read_by_who_has_what_is_before_it(start: int, max_bytes: int) -> None:
    """The key of its note stands on a card before its start, or inside it: never behind its end."""
    log = Log.load(rotated(3, SECOND, 2, THIRD, 1), "amber")
    items, note, proof = log.batch(start, max_bytes)
    end, size = start + len(items), size_of(note)
    assert items
    assert end <= size
    verify_consistency(end, size, proof, log.root(end), log.root(size))
    generation = next(number for number, last in enumerate((3, 6, 8)) if size <= last)
    cards = [place for place in (3, 6) if place < end]
    assert generation <= len(cards), (start, end, size)


def test_a_batch_ends_with_the_time_of_a_key() -> None:
    """So whoever takes it over holds that key's last note too, and can hand it on."""
    log = Log.load(rotated(3, SECOND, 2, THIRD, 1), "amber")
    ends = [(start, start + len(log.batch(start, 1 << 20)[0])) for start in (0, 2, 3, 5, 6, 7)]
    assert [(0, 3), (2, 3), (3, 6), (5, 6), (6, 8), (7, 8)] == ends


def test_a_card_that_leaves_the_log_key_hinders_no_batch() -> None:
    """Only another log key divides a log: for a new officer nothing waits, however far ahead the card stands."""
    keys = dataclasses.replace(SECOND.keys, log=AMBER.keys.log, log_pq=AMBER.keys.log_pq)
    log = Log.load(rotated(4, renewed(AMBER, "2", keys=keys), 3), "amber")
    assert [] == list(log._store.each(room.RETIRED))
    for start, most in ((0, 1), (0, 4), (2, 2), (4, 1), (5, 3)):
        items, note, _ = log.batch(start, 1 << 20, most)
        assert (most, 8) == (len(items), size_of(note))


@pytest.mark.parametrize("loss", Loss)
def test_a_rotation_that_fails_is_there_whole_or_not_at_all(loss: Loss) -> None:
    """The retired note, the card and the first note of the new key are one write."""
    inner = SqliteStore(":memory:")
    store = FailingStore(inner)
    record = make_record(AMBER, RING, store)
    say(record, AMBER, b"before")
    store.fail("append", loss)
    with pytest.raises(StateUnknown):
        issue(record, SECOND)
    assert (1, 1) == (record.size("amber"), record.roster.card("amber").serial + 1)
    done = loss is Loss.WORD_LOST
    assert (2 if done else 1, done) == (inner.size("amber"), bool(list(inner.each(room.RETIRED))))
    again = make_record(SECOND if done else AMBER, RING, store)
    if not done:
        issue(again, SECOND)
    assert 2 == say(again, SECOND, b"after").index
    assert [1] == [size_of(note) for _, note in inner.each(room.RETIRED)]


def test_an_entry_is_proven_under_a_head() -> None:
    """The audit path of each entry leads to the root of each size that holds it."""
    log = Log.load(filled(5), "amber")
    for index, size in itertools.product(range(5), range(1, 6)):
        if index < size:
            verify_inclusion(log.leaf(index), index, size, log.inclusion(index, size), log.root(size))
    for index, size in ((5, 5), (0, 6), (3, 3), (-1, 5)):
        with pytest.raises(NotAllowed):
            log.inclusion(index, size)


def test_asks_nothing_beyond_its_end() -> None:
    """There is no root and no height of entries that are not there."""
    log = Log.load(filled(2), "amber")
    for ask in (log.root, log.height):
        for size in (-1, 3):
            with pytest.raises(NotAllowed, match="2 entries here"):
                ask(size)
    assert [] == list(log.items(2, 9))
    assert snapshot.ENTRIES > 2
