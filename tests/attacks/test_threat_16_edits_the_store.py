"""Threat 16: an insider edits the database or puts an old backup back: found at the start, nothing signed, healed."""

import asyncio
import contextlib
from pathlib import Path

import apsw
import pytest

from attacks.scene import AMBER, CORAL, RING, Scene
from builders import NOW_US, make_record
from linked import LinkedNode
from searoom.errors import NotAllowed, SearoomError, Tampered
from searoom.link.progress import Verdict
from searoom.record import backup
from searoom.record.store import SqliteStore


def edit(path: Path, sql: str, *values: object) -> int:
    """Change the closed store behind everybody's back; return how many rows were."""
    with contextlib.closing(apsw.Connection(str(path))) as db:
        db.execute(sql, values)  # type: ignore[arg-type]  # what SQLite takes
        return db.changes()


@pytest.fixture
def stored(tmp_path: Path) -> tuple[Scene, Path]:
    """A scene whose amber keeps its store in a file, closed now."""
    path = tmp_path / "amber.db"
    scene = Scene(where=str(path))
    scene.store.close()
    return scene, path


FLIP = "UPDATE entry SET entry = CAST(substr(entry, 1, {0}) || x'00' || substr(entry, {0} + 2) AS BLOB) WHERE log = '{1}' AND place = {2}"
EDITS = {
    "a byte of an own entry": FLIP.format(200, "amber", 0),
    "a byte of the last own entry": FLIP.format(90, "amber", 1),
    "a byte of theirs": FLIP.format(300, "coral", 1),
    "the last own entry gone": "DELETE FROM entry WHERE log = 'amber' AND place = 1",
    "the first of theirs gone": "DELETE FROM entry WHERE log = 'coral' AND place = 0",
    "a log gone": "DELETE FROM entry WHERE log = 'coral'",
    "two entries exchanged": "UPDATE entry SET place = CASE log WHEN 'amber' THEN 3 - place ELSE place END + 10",
    "an entry doubled": "INSERT INTO entry (log, place, stored_us, entry, body) SELECT log, 2, stored_us, entry, body FROM entry WHERE log = 'amber' AND place = 1",
    "the signed note of another size": "UPDATE note SET note = CAST(replace(CAST(note AS TEXT), char(10) || '2' || char(10), char(10) || '1' || char(10)) AS BLOB) WHERE log = 'amber'",
    "the note of another log": "UPDATE note SET note = (SELECT note FROM note WHERE log = 'coral') WHERE log = 'amber'",
    "a cosignature of another log": "UPDATE cosigned SET note = (SELECT note FROM cosigned WHERE log = 'coral') WHERE log = 'amber'",
    "a byte of a cosignature": "UPDATE cosigned SET note = CAST(substr(note, 1, length(note) - 9) || 'A' || substr(note, length(note) - 7) AS BLOB) WHERE log = 'amber'",
}


@pytest.mark.parametrize("name", EDITS)
def test_threat_16_an_edited_store_does_not_open(name, stored):
    """Whatever was changed of entries, notes or cosignatures: the node says so at its start and signs nothing."""
    scene, path = stored
    untouched = path.read_bytes()
    assert edit(path, EDITS[name]) > 0
    with contextlib.closing(SqliteStore(path)) as store, pytest.raises((Tampered, NotAllowed)) as caught:
        make_record(AMBER, RING, store)
    assert caught.value.sentence
    path.write_bytes(untouched)  # the honest store is put back whole
    with contextlib.closing(SqliteStore(path)) as store:
        again = LinkedNode(AMBER, (AMBER, CORAL), store, receipts=False)
        again.say(b"the next honest word")
        assert asyncio.run(again.calling(scene.coral).meet()).in_step


def test_threat_16_an_edited_body_is_found_before_anybody_reads_it(stored):
    """Bodies are read when they are asked for: a changed one is shown to nobody here and taken by nobody there."""
    _, path = stored
    assert edit(path, "UPDATE entry SET body = x'a0' WHERE log = 'amber' AND place = 0")
    with contextlib.closing(SqliteStore(path)) as store:
        record, other = make_record(AMBER, RING, store), make_record(CORAL, RING)
        for deed in (lambda: list(record.entries("amber")), lambda: record.ahead(0)):
            with pytest.raises(Tampered, match="body of entry 0 of the log of amber was changed in the store"):
                deed()
        batch = record.batch("amber", 0)
        assert batch is not None
        with pytest.raises(Tampered, match="body is not the one that amber signed for"):
            other.admit(batch, now_us=NOW_US)
        assert 0 == other.size("amber")


def test_threat_16_an_edit_under_a_running_node_is_found(stored):
    """The tree in memory knows better than the file."""
    _, path = stored
    with contextlib.closing(SqliteStore(path)) as store:
        record = make_record(AMBER, RING, store)
        edit(path, FLIP.format(200, "amber", 0))
        with pytest.raises(Tampered, match="entry 0 of the log of amber was changed in the store since the start"):
            record.batch("amber", 0)


def test_threat_16_a_cosigned_store_is_not_simply_made_shorter(stored):
    """Entries, notes and their sizes cut back to a state that fits in itself: the cosignatures know of more."""
    _, path = stored
    edit(path, "DELETE FROM entry WHERE log = 'amber' AND place = 1")
    edit(path, "DELETE FROM note WHERE log = 'amber'")
    with contextlib.closing(SqliteStore(path)) as store, pytest.raises(Tampered, match="put back to an older state"):
        make_record(AMBER, RING, store)


def test_threat_16_an_old_backup_signs_nothing_and_heals(tmp_path):
    """Put back by the tool: nothing is said before coral's copy was compared, and amber's own entries come back."""
    scene = Scene(where=str(tmp_path / "amber.db"))
    copy = tmp_path / "backup.db"
    backup.back_up(scene.store, copy)
    scene.amber.say(b"said after the backup")
    scene.in_step()
    whole = (scene.ours.size("amber"), scene.ours.root("amber"))
    scene.store.close()
    backup.restore(copy, tmp_path / "again.db", NOW_US)
    with contextlib.closing(SqliteStore(tmp_path / "again.db")) as store:
        amber = LinkedNode(AMBER, (AMBER, CORAL), store, receipts=False)
        assert amber.record.healing
        with pytest.raises(NotAllowed, match="was put back to an older state"):
            amber.say(b"a second history")
        progress = asyncio.run(amber.calling(scene.coral).meet())
        assert (Verdict.WE_RESTORED, 1, "") == (progress.verdict, progress.healed, progress.fault)
        assert whole == (amber.record.size("amber"), amber.record.root("amber"))
        assert [] == [piece for piece in scene.theirs.evidence() if piece.kind == "fork"]
        amber.say(b"the next honest word")
        assert asyncio.run(amber.calling(scene.coral).meet()).in_step
        assert b"the next honest word" == scene.coral.heard("amber")[-1]


def test_threat_16_an_old_file_copied_over_is_found_at_the_next_meeting(tmp_path):
    """Put back past the tool, without its mark: what coral holds shows it, before anything is signed over it."""
    path = tmp_path / "amber.db"
    scene = Scene(where=str(path))
    scene.store.close()
    old = path.read_bytes()
    with contextlib.closing(SqliteStore(path)) as store:
        amber = LinkedNode(AMBER, (AMBER, CORAL), store, receipts=False)
        amber.say(b"said after the copy")
        assert asyncio.run(amber.calling(scene.coral).meet()).in_step
    path.write_bytes(old)
    with contextlib.closing(SqliteStore(path)) as store:
        amber = LinkedNode(AMBER, (AMBER, CORAL), store, receipts=False)
        progress = asyncio.run(amber.calling(scene.coral).meet())
        assert (Verdict.WE_RESTORED, 1) == (progress.verdict, progress.healed)
        amber.say(b"the next honest word")
        assert asyncio.run(amber.calling(scene.coral).meet()).in_step
        assert scene.theirs.root("amber") == amber.record.root("amber")


def test_threat_16_words_said_from_an_old_copy_are_a_fork_and_called_so(tmp_path):
    """Where somebody spoke from it all the same, both histories are kept at coral's, and a new log takes two persons."""
    scene = Scene(where=str(tmp_path / "amber.db"))
    double = LinkedNode(AMBER, (AMBER, CORAL), receipts=False)
    double.say(b"a second history")
    with contextlib.suppress(SearoomError):
        batch = double.record.batch("amber", 0)
        assert batch is not None
        scene.theirs.admit(batch, now_us=NOW_US)
    assert ["fork"] == [piece.kind for piece in scene.theirs.evidence()]
    assert scene.theirs.root("amber") == scene.ours.root("amber")
    scene.honest()
    scene.store.close()
