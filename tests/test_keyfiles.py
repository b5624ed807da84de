"""Secrets as files: for their owner alone, never written over, and nothing else taken for one."""

import stat

import pytest

from searoom import keyfiles
from searoom.errors import NotAllowed

SEED = bytes(range(32))
LINE = f"searoom-key v0 station {SEED.hex()}\n"


def test_a_key_comes_back_as_written(tmp_path):
    """What it is for and its seed are what was written."""
    keyfiles.write_key(tmp_path / "keys" / "station.key", "station", SEED)

    assert ("station", SEED) == keyfiles.read_key(tmp_path / "keys" / "station.key")
    assert (tmp_path / "keys" / "station.key").read_text() == LINE


def test_only_the_owner_reads_it(tmp_path):
    """The file and the folder made for it are closed to everybody else."""
    keyfiles.write_private(tmp_path / "keys" / "x", b"secret")

    assert 0o600 == stat.S_IMODE((tmp_path / "keys" / "x").stat().st_mode)
    assert 0o700 == stat.S_IMODE((tmp_path / "keys").stat().st_mode)


def test_never_replaces_a_file(tmp_path):
    """A secret that is there stays, and the sentence names it."""
    keyfiles.write_private(tmp_path / "x", b"first")

    with pytest.raises(NotAllowed, match="is there already"):
        keyfiles.write_private(tmp_path / "x", b"second")
    assert b"first" == (tmp_path / "x").read_bytes()


def test_names_a_key_file_that_is_missing(tmp_path):
    """No file is another sentence than a wrong one."""
    with pytest.raises(NotAllowed, match="there is no key file .*x.key"):
        keyfiles.read_key(tmp_path / "x.key")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        LINE.replace(SEED.hex(), "zz"),
        LINE.replace("v0", "v1"),
        LINE.replace("searoom-key", "other-key"),
        LINE.replace("1f\n", "\n"),
        LINE.replace("\n", "00\n"),
        LINE.replace("\n", " more\n"),
        LINE.replace("station", "st\u00e4tion"),
    ],
)
def test_refuses_what_is_no_key_file(tmp_path, text):
    """A file of another kind, another version, a seed too short or too long, and words behind it are all refused."""
    (tmp_path / "x.key").write_text(text)

    with pytest.raises(NotAllowed, match="is not a key file"):
        keyfiles.read_key(tmp_path / "x.key")


def test_a_folder_is_no_key_file(tmp_path):
    """What cannot be read is told as one sentence."""
    with pytest.raises(NotAllowed, match="is not a key file"):
        keyfiles.read_key(tmp_path)
