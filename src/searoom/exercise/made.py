"""The main job's stage: two parties enrolled, their sensors' files written, their nodes run as processes (loud)."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from searoom import clock
from searoom.desk.asking import ask
from searoom.errors import NotAllowed, SearoomError, StateUnknown
from searoom.exercise.scenario import CHAIRS, Scenario, Side, sensor_csv
from searoom.keys.enrol import Address, Settings, accept_card, make_party, write_settings
from searoom.obligations.agreement import Agreement

AGREEMENT = "demo"
_START_PATIENCE_S = 30.0
_STEP_S = 0.02


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(slots=True)
class Stage:
    """Two parties in their chairs, each with a folder, and the processes of their nodes."""

    out: Path
    scenario: Scenario
    agreement: Agreement
    seats: Mapping[str, Side]
    ports: dict[str, int] = field(default_factory=dict)
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def folder(self, party: str) -> Path:
        """Return the folder of a party's node."""
        return self.out / party / "node"

    @property
    def parties(self) -> tuple[str, ...]:
        """The parties in the order of the agreement."""
        return self.agreement.parties

    def side(self, party: str) -> Side:
        """Return what the scenario knows of a party."""
        return next(side for side in self.seats.values() if side.party == party)

    def enrol(self) -> None:
        """Make each party's keys; exchange the cards as officers would, in person; write settings and sensor files."""
        names = {chair: self.seats[chair].unit for chair in CHAIRS}
        cards = {}
        for party in self.parties:
            side = self.side(party)
            make_party(
                self.folder(party),
                party=party,
                mechanism=self.agreement.id,
                names=dict(self.agreement.names[party]),
                officers=[(person.id, person.name) for person in side.persons],
            )
            cards[party] = (self.folder(party) / "cards" / f"{party}.card").read_bytes()
            self.ports[party] = free_port()
        for party in self.parties:
            others = [other for other in self.parties if other != party]
            for other in others:
                accept_card(self.folder(party), cards[other])
            chair = next(chair for chair in CHAIRS if self.seats[chair].party == party)
            sensors = self.folder(party) / "sensors.csv"
            sensors.write_text(sensor_csv(self.scenario, chair, names), encoding="utf-8")
            write_settings(
                self.folder(party),
                Settings(
                    party=party,
                    agreement=AGREEMENT,
                    unit=self.side(party).unit,
                    host="127.0.0.1",
                    port=self.ports[party],
                    clock="scenario",
                    start=clock.to_text(self.scenario.start_us),
                    sensors=("sensors.csv",),
                    peers={other: Address("127.0.0.1", self.ports[other]) for other in others},
                ),
            )

    def start(self, party: str) -> None:
        """Start a party's node as a process of its own and wait until its desk answers."""
        (self.folder(party) / "desk").unlink(missing_ok=True)
        log = (self.folder(party) / "node.log").open("ab")
        self.processes[party] = subprocess.Popen(
            [sys.executable, "-m", "searoom", "node", str(self.folder(party))],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        log.close()
        deadline = clock.monotonic() + _START_PATIENCE_S
        while clock.monotonic() < deadline:
            if self.processes[party].poll() is not None:
                break
            if (self.folder(party) / "desk").exists():
                ask(self.folder(party), {"do": "material"})
                return
            time.sleep(_STEP_S)
        said = (self.folder(party) / "node.log").read_text(encoding="utf-8", errors="replace").strip()
        raise StateUnknown(f"the node of {party} did not start: {said[-800:]}")

    def stop(self) -> None:
        """Stop every node; one that does not stop in time is ended."""
        for party, process in self.processes.items():
            if process.poll() is None:
                try:
                    ask(self.folder(party), {"do": "stop"})
                    process.wait(10)
                except (SearoomError, subprocess.TimeoutExpired):
                    process.kill()
            process.wait()

    def command(self, words: Sequence[str]) -> dict[str, object]:
        """Run one command of the command line as a person would, and return what it printed as JSON."""
        done = subprocess.run(
            [sys.executable, "-m", "searoom", *words, "--json"],
            capture_output=True,
            check=False,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            raise NotAllowed(f"`searoom {' '.join(words)}` ended with {done.returncode}: {done.stderr.strip()}")
        reply: dict[str, object] = json.loads(done.stdout)
        return reply
