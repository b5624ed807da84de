"""The main job is run once, by the command a person types, and every story reads what it left behind."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from searoom.account import Account
from searoom.commands.proof import account_of, records_in
from searoom.record.verify import verify_many


@dataclass(frozen=True)
class Run:
    """What `searoom demo --json` printed, and the folder it wrote."""

    out: Path
    facts: dict
    account: Account


def demo(out: Path, *options: str) -> dict:
    """Run the demo as a person would, and return its JSON."""
    command = [sys.executable, "-m", "searoom", "demo", "--out", str(out), "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def run(out: Path, *options: str) -> Run:
    facts = demo(out, *options)
    return Run(out, facts, account_of(verify_many(records_in(out))[0]))


@pytest.fixture(scope="session")
def main_job(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The main job, run once for all stories."""
    return run(tmp_path_factory.mktemp("main") / "out")


@pytest.fixture(scope="session")
def swapped(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The main job with the two parties in each other's chairs."""
    return run(tmp_path_factory.mktemp("swapped") / "out", "--swap-chairs", "--disguise", "3")
