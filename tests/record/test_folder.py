"""A folder as a mapping: plain files only, read when they are asked for."""

import os

import pytest

from searoom.errors import NotAllowed
from searoom.record import folder as room
from searoom.record.folder import Folder
from small_record import put

FILES = {"manifest": b"m", "bodies/ab": b"", "amber/tile/0/000.p/1": b"\0\xff"}


def test_gives_back_what_lies_in_the_folder(tmp_path):
    """Paths with slashes, sorted, and the bytes under them; what is not there is not in it."""
    folder = Folder(put(tmp_path, FILES))
    assert FILES == dict(folder)
    assert sorted(FILES) == list(folder)
    assert 3 == len(folder)
    assert "bodies" not in folder
    with pytest.raises(KeyError):
        folder["../manifest"]


def test_refuses_what_is_no_folder(tmp_path):
    """A missing folder and a file are named."""
    put(tmp_path, FILES)
    for path in (tmp_path / "nowhere", tmp_path / "manifest"):
        with pytest.raises(NotAllowed, match="there is no folder"):
            Folder(path)


@pytest.mark.parametrize("kind", ["link to a file", "link to a folder", "dangling link", "pipe"])
def test_follows_no_link_and_opens_no_device(tmp_path, kind):
    """A record handed over on a stick cannot make the reader open anything else."""
    put(tmp_path / "outside", {"x": b"x"})
    record = put(tmp_path / "record", FILES)
    targets = {"link to a file": "outside/x", "link to a folder": "outside", "dangling link": "nowhere"}
    if kind == "pipe":
        os.mkfifo(record / "amber" / "odd")
    else:
        (record / "amber" / "odd").symlink_to(tmp_path / targets[kind])
    with pytest.raises(NotAllowed, match="amber/odd: this is neither"):
        Folder(record)


def test_refuses_an_empty_folder_and_a_deep_one(tmp_path):
    """Nothing accounts for a folder without files; nesting has a limit."""
    put(tmp_path / "a", FILES)
    (tmp_path / "a" / "bodies" / "cd").mkdir()
    with pytest.raises(NotAllowed, match="bodies/cd/: nothing"):
        Folder(tmp_path / "a")
    put(tmp_path / "b", {"/".join("d" * 14): b""})
    with pytest.raises(NotAllowed, match="too deep"):
        Folder(tmp_path / "b")


def test_bounds_files_and_their_number(tmp_path, monkeypatch):
    """A file that is too long, and a folder with too many, are refused by name."""
    folder = Folder(put(tmp_path, FILES))
    monkeypatch.setattr(room, "MAX_FILE", 1)
    assert b"m" == folder["manifest"]
    with pytest.raises(NotAllowed, match="000.p/1: the file is longer than 1"):
        folder["amber/tile/0/000.p/1"]
    monkeypatch.setattr(room, "MAX_FILES", 2)
    with pytest.raises(NotAllowed, match="more than 2 files"):
        Folder(tmp_path)


def test_names_a_file_that_went_away(tmp_path):
    """A file that disappears or cannot be read while it is verified is named, with the system's reason."""
    folder = Folder(put(tmp_path, FILES))
    (tmp_path / "manifest").unlink()
    with pytest.raises(NotAllowed, match="manifest: the file cannot be read"):
        folder["manifest"]
