"""An exported record is served until interrupted, and verified from its address; whoever is not there is unreachable."""

import os
import re
import signal
import subprocess
import sys

import pytest

from searoom import cli
from searoom.link import fetch
from searoom.record.verify import verify_folder
from small_record import put, small_files


@pytest.fixture
def served(tmp_path):
    """Start `searoom publish` as it is started; give its address, then interrupt it and look at its exit code."""
    folder = put(tmp_path / "record", small_files())
    command = [sys.executable, "-m", "searoom", "publish", str(folder), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    line = process.stdout.readline()
    yield re.search(r"http://127\.0\.0\.1:[0-9]+/", line)[0]
    process.send_signal(signal.SIGINT)
    assert 130 == process.wait(10)
    process.stdout.close()


def test_a_published_record_is_verified_from_its_address(served, capsys):
    """Exit code 0, the address in the place of a folder's name; the same sentence of what is not proven."""
    assert 0 == cli.main(["verify", served])
    out = capsys.readouterr().out

    assert f"{served}: demo-2026 (EXERCISE), exported by amber" in out
    assert "amber: 2 entries" in out
    assert "Not proven: that what was said is true" in out


def test_a_published_lie_is_refused(served, capsys, monkeypatch):
    """What comes over the network is proven like what lies on a disk: exit code 4."""
    get = fetch.Site.get

    def lying(site, path, most):
        data = get(site, path, most)
        return data[:-1] + bytes((data[-1] ^ 1,)) if data and "bodies" in path else data

    monkeypatch.setattr(fetch.Site, "get", lying)
    assert 4 == cli.main(["verify", served])
    assert "bodies" in capsys.readouterr().err


def test_nobody_there_has_a_code_of_its_own(capsys):
    """Exit code 8: nothing is proven by silence."""
    assert 8 == cli.main(["verify", "http://127.0.0.1:9/record"])
    assert "nothing is proven by silence" in capsys.readouterr().err


def test_what_is_no_record_is_not_served(tmp_path, capsys):
    """Before anything is listened at."""
    (tmp_path / "manifest").write_text("mine")
    assert 3 == cli.main(["publish", str(tmp_path), "--port", "0"])
    assert 3 == cli.main(["publish", str(tmp_path / "none")])
    assert "" == capsys.readouterr().out


def test_the_record_that_is_served_is_not_changed(served, tmp_path):
    """It is read, and no more."""
    with fetch.contextlib.closing(fetch.Site(served)) as site:
        assert site.get("manifest", 8192) == small_files()["manifest"]
    assert {"amber": 2, "coral": 2} == verify_folder(tmp_path / "record").sizes
