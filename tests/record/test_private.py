"""The national log: the same code, and nothing of it can reach a session."""

from pathlib import Path

import pytest

from builders import NOW_US, exchange, keyring, make_private, make_record, parties, say
from failing_store import FailingStore, Loss
from searoom.errors import NotAllowed, StateUnknown, Tampered
from searoom.record import checkpoint
from searoom.record.keys import Role
from searoom.record.private import PrivateLog
from searoom.record.shared import Batch
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


def test_an_entry_says_that_it_is_national() -> None:
    """Other mechanism id, other origin, no recipients, nothing heard."""
    store = SqliteStore(":memory:")
    entry = make_private(AMBER, store).write(CANARY, signer=AMBER.station, now_us=NOW_US)
    assert "demo-2026/national" == entry.statement.mechanism
    assert ((), ()) == (entry.statement.recipients, entry.heard)
    note = checkpoint.SignedNote.from_bytes(store.note("amber/national", 1))
    assert "demo-2026/amber/national" == note.checkpoint.origin


def test_nothing_national_is_in_what_is_handed_over() -> None:
    """Both logs in one store: no byte of the national one is in any batch or note, and there is no way to ask."""
    store, ring = SqliteStore(":memory:"), keyring(AMBER, CORAL)
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
    with pytest.raises(NotAllowed, match="no party"):
        record.batch("amber/national", 0)


def test_a_national_entry_does_not_verify_in_the_shared_record() -> None:
    """Even carried over by hand, it is refused by the first thing that looks at it."""
    store, ring = SqliteStore(":memory:"), keyring(AMBER, CORAL)
    make_private(AMBER, store).write(CANARY, signer=AMBER.officers[0], now_us=NOW_US)
    items = tuple(store.items("amber/national", 0, 1))
    peer = make_record(CORAL, ring)
    with pytest.raises(NotAllowed, match="and not of"):
        peer.admit(Batch("amber", 0, items, store.note("amber/national", 1)), now_us=NOW_US)
    tree_note = checkpoint.SignedNote.from_bytes(store.note("amber/national", 1)).checkpoint
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
    right = {"station_key": AMBER.station, "log_key": AMBER.log, "kem": AMBER.kem}
    for name, wrong in (("station_key", CORAL.station), ("log_key", CORAL.log), ("kem", CORAL.kem)):
        with pytest.raises(NotAllowed, match="not the one on the card"):
            PrivateLog.open(SqliteStore(":memory:"), AMBER.card, exercise=True, **{**right, name: wrong})  # type: ignore[arg-type]
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
