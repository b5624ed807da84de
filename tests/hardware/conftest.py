"""Tests against a token in software (Debian's softhsm2) are collected where it is; where CI is set it may not be missing."""

import os
from pathlib import Path

import pytest

from tools import debian

HERE = Path(__file__).parent
GONE = [row for row in debian.missing() if Path(row[2]).parent.name == HERE.name]
collect_ignore = sorted({Path(test).name for _, _, test in GONE})

if GONE and os.environ.get("CI"):
    raise pytest.UsageError(debian.left_out(GONE) + " (where CI is set, nothing may be left out)")


def pytest_terminal_summary(terminalreporter):
    """Say what was left out, and how to get it."""
    if GONE:
        terminalreporter.write_line(debian.left_out(GONE))
