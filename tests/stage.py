"""What the stories stand on: two parties enrolled in a folder, their nodes as processes, an officer's hand."""

import os
from pathlib import Path

from searoom.desk import asking as desk
from searoom.exercise import run, scenario
from searoom.exercise.made import AGREEMENT, Stage
from searoom.keys.enrol import Address, read_settings, write_settings
from searoom.obligations import agreement as agreements
from searoom.units import MICROSECONDS


def make_stage(out: Path) -> Stage:
    """Two enrolled parties on the main job's stage; no node runs yet."""
    main_job = scenario.load("main-job")
    stage = Stage(out, main_job, agreements.load(AGREEMENT), run.seats(main_job, swap=False))
    stage.enrol()
    return stage


def dial(stage: Stage, party: str, peer: str, port: int) -> None:
    """Let `party` reach `peer` at another port than its own: a line in between."""
    folder = stage.folder(party)
    old = read_settings(folder)
    peers = {**old.peers, peer: Address("127.0.0.1", port)}
    (folder / "node.toml").unlink()
    write_settings(folder, type(old)(**{name: getattr(old, name) for name in old.__slots__} | {"peers": peers}))


def tick(stage: Stage, seconds: int) -> None:
    """Move both nodes' clocks to so many seconds after the start of the scenario."""
    for party in stage.parties:
        ask(stage, party, do="tick", now_us=stage.scenario.start_us + seconds * MICROSECONDS)


def ask(stage: Stage, party: str, **request: object) -> dict:
    """Ask a node's desk."""
    return desk.ask(stage.folder(party), request)


def sizes(stage: Stage, party: str) -> dict[str, int]:
    """How many entries of each log a node holds."""
    return ask(stage, party, do="status")["sizes"]


def open_line(stage: Stage, party: str) -> tuple[str, int]:
    """One officer opens contact, alone; return the entry."""
    person = stage.side(party).persons[0]
    key = stage.folder(party) / "officers" / f"{person.id}.key"
    placed = stage.command(
        [
            "say",
            str(stage.folder(party)),
            "--key",
            str(key),
            "--form",
            "hotline-contact",
            "--set",
            "phrase=message-follows",
        ]
    )
    return placed["author"], placed["index"]


def gone(pid: int) -> bool:
    """Tell whether there is no process of this number, not even one that waits to be buried."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
