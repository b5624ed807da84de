"""A node's backup as one folder, and back: whole or not at all."""

import pytest

from deskside import at_work
from searoom.errors import NotAllowed, StateUnknown
from searoom.node import storing
from searoom.node.node import Node


@pytest.fixture
def old(stage, tmp_path):
    """A backup of amber, which does not run."""
    with at_work(stage, "amber"):
        pass
    storing.back_up_idle(stage.folder("amber"), tmp_path / "old")
    return tmp_path / "old"


def test_a_second_backup_under_way_is_refused(stage, tmp_path):
    """Two never write into one folder; the first one's is not taken away by the second."""
    part = tmp_path / ".b.part"
    part.mkdir()
    with pytest.raises(NotAllowed, match="another backup"):
        storing.back_up_idle(stage.folder("amber"), tmp_path / "b")
    assert part.is_dir()


def test_a_backup_that_fails_midway_leaves_nothing(stage, tmp_path, monkeypatch):
    """No folder of that name, and none beside it."""

    def fails(*_args):
        raise StateUnknown("the disk is full")

    monkeypatch.setattr(storing.shutil, "copytree", fails)
    with pytest.raises(StateUnknown):
        storing.back_up_idle(stage.folder("amber"), tmp_path / "b")
    assert [] == [path for path in tmp_path.iterdir() if "b" in path.name and path.name != "stage"]


def test_a_restore_that_fails_midway_leaves_no_half_node(stage, old, tmp_path, monkeypatch):
    """The national store goes again where the shared one could not be put back."""
    real = storing.restore

    def fails(source, *args, **options):
        if source.name == storing.SHARED:
            raise StateUnknown("the disk is full")
        return real(source, *args, **options)

    monkeypatch.setattr(storing, "restore", fails)
    with pytest.raises(StateUnknown):
        storing.put_back(old, tmp_path / "fresh", 1)
    assert [] == list((tmp_path / "fresh").glob("*.db"))


@pytest.mark.parametrize("left", ["shared.db", "shared.db-wal", "national.db"])
def test_nothing_that_lies_there_is_joined_with_a_backup(stage, old, left):
    """Not even a write-ahead log that was left behind: it would be played into the restored store."""
    for path in stage.folder("amber").glob("*.db*"):
        path.unlink()
    (stage.folder("amber") / left).write_bytes(b"x")
    with pytest.raises(NotAllowed, match="nothing is overwritten"):
        storing.put_back(old, stage.folder("amber"), 1)
    assert [left] == [path.name for path in stage.folder("amber").glob("*.db*")]


def test_only_the_shared_store_is_marked(stage, old):
    """The national log has no counterpart with whom it could be compared."""
    for path in stage.folder("amber").glob("*.db*"):
        path.unlink()
    storing.put_back(old, stage.folder("amber"), 1)
    node = Node.open(stage.folder("amber"))
    shared, national = node.stores()
    assert ([b"coral"], []) == ([key for key, _ in shared.each("sealed-in")], list(national.each("sealed-in")))
    node.close()


def test_what_the_watch_goes_by_is_in_a_backup_and_what_it_recorded_is_not(stage, tmp_path):
    """Registry, zones and levels come back where there are none; those that are there stay; recordings are left."""
    folder = stage.folder("amber")
    with at_work(stage, "amber"):
        pass
    for name in ("registry.toml", "zones.toml"):
        (folder / name).write_text(f"# {name}\n")
    (folder / "recordings").mkdir()
    storing.back_up_idle(folder, tmp_path / "b")
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    (fresh / "zones.toml").write_text("# newer\n")
    storing.put_back(tmp_path / "b", fresh, 1)

    assert ["# registry.toml\n", "# newer\n"] == [
        (fresh / name).read_text() for name in ("registry.toml", "zones.toml")
    ]
    assert not (fresh / "watch.toml").exists()
    assert not (tmp_path / "b" / "recordings").exists()
