"""The virtual environments of rivals: made once beside the benchmarks, of fixed versions, from a package source.

Nothing of them is used by Searoom or ships with it. What cannot be had is said in one line, and the rest runs.
"""

import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--only-binary", ":all:")
FROM_SOURCE = ("--no-binary", "zmq,libais")  # their makers do not build them; zmq is a name that brings pyzmq


@dataclass(frozen=True, slots=True)
class Environment:
    """One of them: `bench/.<name>`, made of `bench/<name>-requirements.txt`."""

    name: str
    where: Path = BENCH

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self.where / f".{self.name}"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def requirements(self) -> Path:
        """The file of its packages."""
        return self.where / f"{self.name}-requirements.txt"

    def wanted(self) -> list[str]:
        """Return its packages, each with its version."""
        lines = self.requirements.read_text(encoding="utf-8").splitlines()
        return [line for line in lines if line and line[0] != "#"]

    def set_up(self) -> list[str]:
        """Make it where it is not there; return a line for each package that cannot be had."""
        stamp, wanted = self.folder / "made-of.txt", self.wanted()
        if stamp.exists() and stamp.read_text(encoding="utf-8").split() == wanted:
            return []
        print(
            f"Making {self.folder.name} beside the benchmarks (once, about a minute) ...", file=sys.stderr, flush=True
        )
        venv.create(self.folder, with_pip=True, clear=True)
        if fails([self.python, *PIP, *FROM_SOURCE, "--requirement", self.requirements]):
            missing = [line for line in wanted if fails([self.python, *PIP, *FROM_SOURCE, line])]
            if missing:
                return [f"{line} cannot be had from the package source" for line in missing]
        stamp.write_text("\n".join(wanted), encoding="utf-8")
        return []


def fails(command: Sequence[str | Path], folder: Path | None = None) -> bool:
    """Return whether a command fails; what it says is not shown."""
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, check=False)
    return done.returncode != 0
