"""Threat 20: a package that was swapped on its way: nothing is installed but what the locks name by hash."""

import re
from pathlib import Path

import apsw
import pytest

from searoom.errors import NotAllowed
from searoom.record.store import LEAST_SQLITE, SqliteStore, check_library

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_threat_20_every_package_is_pinned_by_hash(lock):
    """Each pin has one version and at least one SHA-256, and no line of a lock can lead elsewhere."""
    text = re.sub(r"(?m)^ *#.*\n", "", lock.read_text(encoding="utf-8")).replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip()]
    assert lines
    for line in lines:
        assert re.match(r"[A-Za-z0-9_.-]+==[^ ;]+", line), line
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line
        assert not re.search(r"https?:|file:|git\+|-e |--index|--extra|--find", line), line


@pytest.mark.parametrize("version", ["3.40.1", "3.51.2", "3.7.0"])
def test_threat_20_an_older_library_is_refused(version):
    """A library in which a known fault loses what was committed: the store does not open."""
    with pytest.raises(NotAllowed, match="can lose what it committed"):
        check_library(version)
    assert tuple(int(part) for part in apsw.sqlite_lib_version().split(".")) >= LEAST_SQLITE
    SqliteStore(":memory:").close()
