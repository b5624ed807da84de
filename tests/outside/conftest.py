"""Which verifiers of others are here: tests of what is missing are not collected, and one line says so at the end."""

import os
from pathlib import Path

import pytest

from tools import debian

HERE = Path(__file__).parent
GONE = debian.missing()
collect_ignore = sorted({Path(test).name for _, _, test in GONE if Path(test).parent.name == HERE.name})

if GONE and os.environ.get("CI"):
    raise pytest.UsageError(debian.left_out(GONE) + " (where CI is set, nothing may be left out)")


def pytest_terminal_summary(terminalreporter):
    """Say what was left out, and how to get it."""
    if GONE:
        terminalreporter.write_line(debian.left_out(GONE))
