"""Stages for a real Chromium: two nodes at work with their consoles, fresh for a test, or with a whole exercise behind them.

Chromium comes from Debian's packages; where it is not installed, the tests of this folder are left out, and one line
says so (tools/debian.py).
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, sync_playwright

from browser_at_work import PROGRAM, SWITCHES, Desks
from console_at_work import console
from deskside import at_work
from searoom.exercise import run
from searoom.exercise.made import Stage
from tools import debian

GONE = [row for row in debian.missing() if row[0] == "chromium"]
collect_ignore_glob = ["test_*.py"] if GONE else []

if GONE and os.environ.get("CI"):
    raise pytest.UsageError(debian.left_out(GONE) + " (where CI is set, nothing may be left out)")


def pytest_terminal_summary(terminalreporter):
    """Say what was left out, and how to get it."""
    if GONE:
        terminalreporter.write_line(debian.left_out(GONE))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser, started once a file; with it ends the event loop that drives it, for other tests run loops of their own."""
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=PROGRAM, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def desks(stage: Stage, chromium: Browser) -> Iterator[Desks]:
    """Two nodes that have said nothing yet, and their consoles."""
    with opened(stage, chromium) as found:
        yield found


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The stage as the main job of the demo leaves it: contacts, a hotline, dossiers, notes of both watches."""
    return run.play(tmp_path_factory.mktemp("played"), swap=False, say=lambda _line: None).stage


@pytest.fixture
def after(played: Stage, chromium: Browser, tmp_path) -> Iterator[Desks]:
    """Two nodes with a whole exercise behind them, and their consoles."""
    out = tmp_path / "after"
    shutil.copytree(played.out, out)
    with opened(replace(played, out=out, processes={}), chromium) as found:
        yield found


@contextlib.contextmanager
def opened(stage: Stage, chromium: Browser) -> Iterator[Desks]:
    """Open both consoles; at the end no request has left the host, and no script has failed."""
    with contextlib.ExitStack() as held:
        nodes = held.enter_context(at_work(stage))
        addresses = {party: held.enter_context(console(stage.folder(party))) for party in stage.parties}
        found = Desks(stage, nodes, addresses, chromium)
        try:
            yield found
        finally:
            for context in chromium.contexts:
                context.close()
    assert [] == found.outside
    assert [] == found.faults
