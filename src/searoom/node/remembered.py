"""What a node writes down beside its stores: how far its log is signed, and where the clock of a scenario stands.

Neither is trusted with anything that is proven: the first only makes a node careful, the second is an exercise's.
"""

from pathlib import Path
from typing import Final

from searoom import clock
from searoom.clock import HandClock
from searoom.errors import NotAllowed, StateUnknown
from searoom.keys.enrol import Settings
from searoom.record.roster import author_of
from searoom.record.shared import SharedRecord

SIGNED_FILE: Final = "signed"
TICK_FILE: Final = "tick"


def _write(path: Path, text: str, what: str) -> None:
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.write_text(text, encoding="ascii")
        fresh.replace(path)
    except OSError as problem:
        raise StateUnknown(f"{what} cannot be written down in {path.parent}: {problem.strerror}") from problem


class Signed:
    """How much of our own log was signed, outside the store: so a store that was put back alone is noticed."""

    def __init__(self, folder: Path, record: SharedRecord) -> None:
        self._path, self._record = folder / SIGNED_FILE, record

    def behind(self) -> bool:
        """Return whether more was signed than the store holds; a file that cannot be read says nothing."""
        try:
            log, _, size = self._path.read_text(encoding="ascii").strip().partition(" ")
            signed = int(size)
        except (OSError, ValueError):  # never written, or lost with the power: it is not synced
            return False
        if author_of(log) != self._record.party:
            return False
        return log not in self._record.logs() or self._record.size(log) < signed

    def write(self) -> None:
        """Write down how far we are; too late is harmless, so it is not synced."""
        own = self._record.own
        _write(self._path, f"{own} {self._record.size(own)}\n", "how far our log is signed")


class NodeClock:
    """The machine's time, or the last tick of a scenario."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._path = folder / TICK_FILE
        self._hand = self._resumed(settings.start) if settings.clock == "scenario" else None

    def _resumed(self, start: str) -> HandClock:
        at_us = clock.from_text(start)
        if self._path.exists():
            at_us = max(at_us, clock.from_text(self._path.read_text(encoding="ascii")))
        return HandClock(at_us)

    def now(self) -> int:
        """Return the node's time."""
        return clock.machine_now() if self._hand is None else self._hand.now()

    def tick(self, now_us: int) -> None:
        """Move a scenario's clock on and write it down before anything is done at it: a restart resumes there."""
        if self._hand is None:
            raise NotAllowed("this node runs on the machine's clock; only a scenario's clock can be moved")
        self._hand.set(now_us)
        _write(self._path, clock.to_text(now_us, seconds_only=False), "the time")
