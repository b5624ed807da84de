"""Debian's packages that a few tests need: which are missing, how they come, and what is left out without them.

Rule 1: standard library only, and no syntax younger than Python 3.6 (see tools/venv.py).
Rule 2: a package is installed only by root, only with apt-get, and only for the tests.
Rule 3: nothing is left out in silence: one line says what, and how to get it; where CI is set the tests do not start.
"""

import os
import shutil
from typing import List, Sequence, Tuple

from tools.venv import Step, Stop, run, say

# One row a package: its name; a program or a file that shows that it is there; the tests that need it.
PACKAGES = (
    ("golang-go", "go", "tests/outside/test_sumdb.py"),
    (
        "golang-golang-x-mod-dev",
        "/usr/share/gocode/src/golang.org/x/mod/sumdb/note/note.go",
        "tests/outside/test_sumdb.py",
    ),
    ("chromium", "/usr/bin/chromium", "tests/browser/test_every_page.py"),
    ("softhsm2", "softhsm2-util", "tests/hardware/test_softhsm.py"),
)

Row = Tuple[str, str, str]


def is_here(mark: str) -> bool:
    """Tell whether a program is on PATH, or a file is where it must be."""
    return os.path.exists(mark) if os.path.isabs(mark) else shutil.which(mark) is not None


def missing(rows: Sequence[Row] = PACKAGES) -> List[Row]:
    """Return the rows of the packages that are not here."""
    return [row for row in rows if not is_here(row[1])]


def left_out(rows: Sequence[Row]) -> str:
    """Return the one line that says what is left out, and the command that brings it."""
    tests = sorted({test for _, _, test in rows})
    return "Left out: %s. To run them too: apt-get install %s" % (", ".join(tests), " ".join(names(rows)))


def names(rows: Sequence[Row]) -> List[str]:
    """Return the names of the packages, each once."""
    return sorted({name for name, _, _ in rows})


def may_install() -> bool:
    """Tell whether this user may install packages of Debian; SEAROOM_APT=no says that he does not want to."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None and os.environ.get("SEAROOM_APT") != "no"


def install(rows: Sequence[Row]) -> None:
    """Install packages without questions; raise `Stop` with the end of what apt-get said where that fails."""
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    with Step("installing %s from Debian" % ", ".join(names(rows))):
        run(*apt, "update")
        run(*apt, "install", "--no-install-recommends", *names(rows))


def provide(rows: Sequence[Row] = PACKAGES) -> None:
    """See to it that all packages are here; else say what is left out, or raise `Stop` where nothing may be."""
    gone = missing(rows)
    if gone and may_install():
        install(gone)
        gone = missing(rows)
    if gone and os.environ.get("CI"):
        raise Stop(left_out(gone) + "\nWhere CI is set, nothing may be left out.")
    if gone:
        say(left_out(gone))
