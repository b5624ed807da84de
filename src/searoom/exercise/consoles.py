"""The consoles of an exercise: one for each party, beside its node, with accounts for the scenario's persons (loud)."""

import re
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from searoom import clock
from searoom.console.people import WORKERS, People, Person
from searoom.errors import StateUnknown
from searoom.exercise.made import Stage

_PATIENCE_S = 30.0
_STEP_S = 0.05
_ADDRESS = re.compile(r"http://\S+")


@dataclass(slots=True)
class Consoles:
    """The consoles of a stage; `password` opens every account of this one run, and nothing else."""

    stage: Stage
    password: str = field(default_factory=lambda: "-".join(secrets.token_hex(2) for _ in range(4)))
    addresses: dict[str, str] = field(default_factory=dict)
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def open(self) -> None:
        """Make the accounts and start a console beside each node; `StateUnknown` where one does not start."""
        for party in self.stage.parties:
            people = People(self.stage.folder(party))
            try:
                for person in self.staff(party):
                    people.add(person, self.password, clock.machine_now())
            finally:
                people.close()
            self.addresses[party] = self._start(party)

    def staff(self, party: str) -> tuple[Person, ...]:
        """Return the accounts of a party: its officers of the scenario, and one who may see to everything else."""
        officers = [Person(one.id, one.name, frozenset(WORKERS), one.id) for one in self.stage.side(party).persons]
        return (*officers, Person("office", f"{party} office", frozenset({"auditor", "administrator"})))

    def _start(self, party: str) -> str:
        said = self.stage.folder(party) / "console.log"
        with said.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "searoom", "console", str(self.stage.folder(party)), "--port", "0"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        return _address(said, process, party)

    def close(self) -> None:
        """End the consoles."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address(said: Path, process: "subprocess.Popen[bytes]", party: str) -> str:
    """Return the address that a console says it listens on."""
    deadline = clock.monotonic() + _PATIENCE_S
    while clock.monotonic() < deadline and process.poll() is None:
        if found := _ADDRESS.search(said.read_text(encoding="utf-8", errors="replace")):
            return found[0]
        time.sleep(_STEP_S)
    told = said.read_text(encoding="utf-8", errors="replace").strip()
    raise StateUnknown(f"the console of {party} did not start: {told[-800:]}")
