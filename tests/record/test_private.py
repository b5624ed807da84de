"""The national log: the same code, and nothing of it can reach a session."""

from pathlib import Path

import pytest

from builders import NOW_US, exchange, make_private, make_record, parties, renewed, roster, say
from failing_store import FailingStore, Loss
from searoom.errors import NotAllowed, StateUnknown, Tampered
from searoom.record import checkpoint
from searoom.record.batch import Batch
from searoom.record.keys import Role
from searoom.record.private import PrivateLog
from searoom.record.store import SqliteStore

AMBER, CORAL = parties()
CANARY = b"canary: our radar is at 1,234 m"


def test_what_was_written_is_read_after_reopening(tmp_path: Path) -> None:
    """Contents come back in order, with who wrote them and when."""
    store = SqliteStore(tmp_path / "n.searoom")
    log = make_private(AMBER, store)
    for number in range(3):
        log.write(b"note %d" % number, signer=AMBER.officers[number % 2], now_us=NOW_US + number)
    store.close()
    again = make_private(AMBER, SqliteStore(tmp_path / "n.searoom"))
    read = list(again.read())
    assert [b"note 0", b"note 1", b"note 2"] == [content for _, content in read]
    assert ["amber-1", "amber-2", "amber-1"] == [again.signer(entry).holder for entry, _ in read]
    assert [NOW_US, NOW_US + 1, NOW_US + 2] == [entry.statement.claimed_us for entry, _ in read]
    assert [NOW_US, NOW_US + 1, NOW_US + 2] == [entry.placed_us for entry, _ in read]
    assert [1, 2, 3] == [entry.height for entry, _ in read]
    assert log.root() == again.root()
    assert [b"note 2"] == [content for _, content in again.read(2)]


@pytest.mark.parametrize("loss", Loss)
def test_several_at_once_are_all_there_or_none(loss: Loss) -> None:
    """One transaction and one head for them; where the disk fails, a start finds all or nothing, as the disk did."""
    store = FailingStore(SqliteStore(":memory:"))
    log = make_private(AMBER, store)
    log.write(b"before", signer=AMBER.station, now_us=NOW_US)
    writes = store.writes
    assert [1, 2] == [entry.index for entry in log.write_all((b"a", b"b"), signer=AMBER.station, now_us=NOW_US)]
    assert 1 == store.writes - writes
    assert () == log.write_all((), signer=AMBER.station, now_us=NOW_US)
    store.fail("append", loss)
    with pytest.raises(StateUnknown):
        log.write_all((b"c", b"d"), signer=AMBER.station, now_us=NOW_US)
    assert 3 == log.size
    again = [content for _, content in make_private(AMBER, store).read()]
    assert [b"before", b"a", b"b", *([b"c", b"d"] if loss is Loss.WORD_LOST else [])] == again


def test_one_that_is_refused_takes_the_others_with_it() -> None:
    """A key that may not write: nothing of what came before it in the same breath stands."""
    log = make_private(AMBER)
    with pytest.raises(NotAllowed):
        log.write_all((b"a", b"b"), signer=AMBER.log, now_us=NOW_US)
    assert 0 == log.size
    log.write(b"c", signer=AMBER.station, now_us=NOW_US)
    assert [b"c"] == [content for _, content in log.read()]


def test_an_entry_says_that_it_is_national() -> None:
    """Other mechanism id, other origin, no recipients, nothing heard."""
    store = SqliteStore(":memory:")
    entry = make_private(AMBER, store).write(CANARY, signer=AMBER.station, now_us=NOW_US)
    assert "demo-2026/national" == entry.statement.mechanism
    assert ((), ()) == (entry.statement.recipients, entry.heard)
    note = checkpoint.SignedNote.from_bytes(store.note("amber/national"))
    assert "demo-2026/amber/national" == note.checkpoint.origin


def test_nothing_national_is_in_what_is_handed_over() -> None:
    """Both logs in one store: no byte of the national one is in any batch or note, and there is no way to ask."""
    store, ring = SqliteStore(":memory:"), roster(AMBER, CORAL)
    record, log = make_record(AMBER, ring, store), make_private(AMBER, store)
    entry = log.write(CANARY, signer=AMBER.officers[0], now_us=NOW_US)
    say(record, AMBER, b"shared words")
    peer = make_record(CORAL, ring)
    exchange(record, peer)
    batch = record.batch("amber", 0)
    assert batch is not None
    left = b"".join(data + body for data, body in batch.items) + batch.note + record.note("amber")
    for secret in (CANARY, entry.statement.plain_hash, entry.statement.body_hash, b"national"):
        assert secret not in left
    assert 1 == record.size("amber") == peer.size("amber")
    assert not hasattr(log, "batch")
    assert "amber/national" in store.logs()
    assert "amber/national" not in record.logs()
    assert record.batch("amber/national", 0) is None
    for ask in (record.size, record.root, record.note, lambda name: list(record.entries(name))):
        with pytest.raises(NotAllowed):
            ask("amber/national")  # type: ignore[operator]


def test_a_national_entry_does_not_verify_in_the_shared_record() -> None:
    """Even carried over by hand, it is refused by the first thing that looks at it."""
    store, ring = SqliteStore(":memory:"), roster(AMBER, CORAL)
    make_private(AMBER, store).write(CANARY, signer=AMBER.officers[0], now_us=NOW_US)
    items = tuple(store.items("amber/national", 0, 1))
    peer = make_record(CORAL, ring)
    with pytest.raises(NotAllowed, match="and not of"):
        peer.admit(Batch("amber", 0, items, store.note("amber/national")), now_us=NOW_US)
    tree_note = checkpoint.SignedNote.from_bytes(store.note("amber/national")).checkpoint
    head = checkpoint.Checkpoint("demo-2026/amber", 1, tree_note.root)
    note = checkpoint.sign(head, "demo-2026/amber", AMBER.log).to_bytes()
    with pytest.raises(NotAllowed, match=r"nobody|mechanism"):
        peer.admit(Batch("amber", 0, items, note), now_us=NOW_US)


@pytest.mark.parametrize("loss", Loss)
def test_a_write_that_fails_is_there_whole_or_not_at_all(loss: Loss) -> None:
    """After a failing disk, reopening tells which it was, and writing goes on."""
    store = FailingStore(SqliteStore(":memory:"))
    log = make_private(AMBER, store)
    log.write(b"before", signer=AMBER.station, now_us=NOW_US)
    store.fail("append", loss)
    with pytest.raises(StateUnknown):
        log.write(b"during", signer=AMBER.station, now_us=NOW_US)
    assert 1 == log.size
    log = make_private(AMBER, store)
    log.write(b"after", signer=AMBER.station, now_us=NOW_US)
    during = [b"during"] if loss is Loss.WORD_LOST else []
    assert [b"before", *during, b"after"] == [content for _, content in log.read()]


def test_refuses_keys_that_are_not_on_the_card() -> None:
    """A national log is opened with its own party's keys or not at all."""
    right = {"station_key": AMBER.station, "log_key": AMBER.log, "storage": AMBER.storage}
    for name, wrong in (("station_key", CORAL.station), ("log_key", CORAL.log)):
        with pytest.raises(NotAllowed, match="not the one on the card"):
            PrivateLog.open(SqliteStore(":memory:"), roster(AMBER), "amber", exercise=True, **{**right, name: wrong})  # type: ignore[arg-type]
    log = make_private(AMBER)
    for signer in (AMBER.log, AMBER.mirror, CORAL.officers[0]):
        with pytest.raises(NotAllowed):
            log.write(b"x", signer=signer, now_us=NOW_US)
    assert 0 == log.size


def test_a_changed_store_is_found() -> None:
    """An edited entry is found at the start, an edited body when it is read."""
    store = SqliteStore(":memory:")
    log = make_private(AMBER, store)
    for _ in range(2):
        log.write(CANARY, signer=AMBER.station, now_us=NOW_US)
    store._db.execute("UPDATE entry SET body = x'00' WHERE place = 1")
    with pytest.raises(Tampered, match="body of entry 1"):
        list(log.read())
    store._db.execute("DELETE FROM entry WHERE place = 1")
    with pytest.raises(Tampered):
        make_private(AMBER, store)
    assert Role.LOG in {key.role for key in AMBER.card.keys}


def test_after_a_rotation_of_keys_it_is_read_and_written_on() -> None:
    """The new card's keys place and sign what comes; what the old ones signed holds, and needs no old KEM key."""
    store, ring = SqliteStore(":memory:"), roster(AMBER, CORAL)
    log = make_private(AMBER, store)
    log.write(b"before", signer=AMBER.officers[0], now_us=NOW_US)
    later = renewed(AMBER, "2")
    rotated = ring.with_card(later.card_bytes, "amber", 0)
    keys = {"station_key": later.station, "log_key": later.log}
    log.use(rotated, **keys)
    log.write(b"after", signer=later.station, now_us=NOW_US)
    again = PrivateLog.open(store, rotated, "amber", exercise=True, storage=later.storage, **keys)
    assert [b"before", b"after"] == [content for _, content in again.read()]
    assert log.root() == again.root()
    assert ["amber-1", "amber"] == [again.signer(entry).holder for entry, _ in again.read()]
    with pytest.raises(NotAllowed, match="not on the card"):
        again.write(b"x", signer=AMBER.station, now_us=NOW_US)
    with pytest.raises(NotAllowed, match="not the one on the card"):
        PrivateLog.open(
            store, rotated, "amber", exercise=True, storage=AMBER.storage, station_key=AMBER.station, log_key=AMBER.log
        )


def test_after_a_rotation_before_anything_new_was_written_it_opens() -> None:
    """Its newest note is still that of the old log key, and nothing is wrong with that."""
    store = SqliteStore(":memory:")
    make_private(AMBER, store).write(b"before", signer=AMBER.station, now_us=NOW_US)
    later = renewed(AMBER, "2")
    rotated = roster(AMBER).with_card(later.card_bytes, "amber", 0)
    keys = {"station_key": later.station, "log_key": later.log}
    again = PrivateLog.open(store, rotated, "amber", exercise=True, storage=AMBER.storage, **keys)
    assert [b"before"] == [content for _, content in again.read()]


def test_a_note_of_another_key_or_log_is_found_at_the_start() -> None:
    """Only our own log keys, of whichever card, sign it: not our mirror, not coral, and not for the shared log."""
    store = SqliteStore(":memory:")
    log = make_private(AMBER, store)
    log.write(b"x", signer=AMBER.station, now_us=NOW_US)
    name = "demo-2026/amber/national"
    head = checkpoint.Checkpoint(name, 1, log.root())
    shared = checkpoint.Checkpoint("demo-2026/amber", 1, log.root())
    for note in (
        checkpoint.sign(head, name, CORAL.log),
        checkpoint.sign(head, name, AMBER.mirror),
        checkpoint.sign(shared, "demo-2026/amber", AMBER.log),
        checkpoint.sign(checkpoint.Checkpoint(name, 1, bytes(32)), name, AMBER.log),
    ):
        store._db.execute("UPDATE note SET note = ?", (note.to_bytes(),))
        with pytest.raises(Tampered):
            make_private(AMBER, store)


def test_another_storage_key_reads_nothing() -> None:
    """The national log is sealed to a key that follows from the storage key; whoever has the store alone has ciphertext."""
    store = SqliteStore(":memory:")
    make_private(AMBER, store).write(CANARY, signer=AMBER.station, now_us=NOW_US)
    keys = {"station_key": AMBER.station, "log_key": AMBER.log}
    other = PrivateLog.open(store, roster(AMBER), "amber", exercise=True, storage=CORAL.storage, **keys)
    assert 1 == other.size
    with pytest.raises(NotAllowed, match="sealed to a key"):
        list(other.read())
