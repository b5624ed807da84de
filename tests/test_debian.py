"""Debian's packages: what is missing is named, installed by root alone, and never left out in silence."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import debian, venv

HERE = ("bash", "sh", "tests/a.py")
GONE = ("golang-none", "no-such-program", "tests/b.py")
FILE = ("a-dev", "/no/such/file", "tests/b.py")


@pytest.fixture
def commands(monkeypatch):
    """Stand where root and apt-get are, and write down what would be run."""
    run: list[tuple[str, ...]] = []
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("SEAROOM_APT", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}" if name in ("sh", "apt-get") else None)
    monkeypatch.setattr(debian, "run", lambda *command: run.append(command))
    return run


def test_the_table_names_tests_that_are_there():
    """Each row leads to a test file; a package that no test needs is taken off."""
    for name, mark, test in debian.PACKAGES:
        assert name
        assert mark
        assert (Path(venv.ROOT) / test).exists()


def test_starts_nothing_where_all_is_here(commands, capsys):
    """A program on PATH is enough: no apt-get, no line."""
    debian.provide([HERE])
    assert [] == commands
    assert ("", "") == tuple(capsys.readouterr())


def test_installs_what_is_missing_and_no_more(commands, capsys):
    """Both kinds of mark are looked for; what is here is not asked for."""
    debian.provide([HERE, GONE, FILE, FILE])
    assert ["update", "install"] == [
        next(word for word in command if word in ("update", "install")) for command in commands
    ]
    assert ("--no-install-recommends", "a-dev", "golang-none") == commands[1][-3:]
    assert all("DEBIAN_FRONTEND=noninteractive" in command for command in commands)


@pytest.mark.parametrize("hindrance", ["not root", "no apt-get", "not wanted"])
def test_says_in_one_line_what_is_left_out(commands, capsys, monkeypatch, hindrance):
    """Who may not or will not install is told once: which tests, and the command that brings them."""
    if hindrance == "not root":
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
    elif hindrance == "no apt-get":
        monkeypatch.setattr(shutil, "which", lambda _name: None)
    else:
        monkeypatch.setenv("SEAROOM_APT", "no")
    debian.provide([GONE, FILE])
    assert [] == commands
    assert "Left out: tests/b.py. To run them too: apt-get install a-dev golang-none\n" == capsys.readouterr().err


def test_leaves_nothing_out_where_ci_is_set(commands, monkeypatch):
    """There the tests do not start: what was not run must not look like what passed."""
    monkeypatch.setenv("CI", "1")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(venv.Stop, match="nothing may be left out"):
        debian.provide([GONE])


def test_what_apt_get_did_not_bring_is_still_missing(commands, monkeypatch, capsys):
    """After an installation it is looked again: a package that brought something else is named."""
    debian.provide([GONE])
    assert 2 == len(commands)
    assert "Left out: tests/b.py" in capsys.readouterr().err


def test_a_failed_installation_stops(monkeypatch):
    """With the last lines that apt-get said, and what they mean."""
    monkeypatch.setattr(debian, "run", lambda *_: (_ for _ in ()).throw(venv.Stop("There is no network")))
    with pytest.raises(venv.Stop, match="no network"):
        debian.install([GONE])


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("1", 4)])
def test_outside_verifiers_are_collected_or_named(ci, code):
    """Where Go is not on PATH, its tests are not collected and one line says so; where CI is set, pytest does not start."""
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider", "tests/outside"]
    where = {**os.environ, "PATH": "/no/such/folder", "CI": ci}
    done = subprocess.run(command, cwd=venv.ROOT, env=where, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert code == done.returncode, said
    assert "tests/outside/test_sumdb.py. To run them too: apt-get install golang-go" in said
    assert "test_sumdb.py::" not in said
    assert ("test_metamorphic.py::" in said) == (not ci)
