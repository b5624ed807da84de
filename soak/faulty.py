"""The store as a node sees it: each write is counted, and one of them may be the last before the power fails."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from searoom.errors import StateUnknown
from searoom.record.store import SqliteStore
from soak.disk import Disk, PowerLoss

WRITES: Final = ("append", "cosign", "keep", "put", "drop")
Wrote = Callable[[str, tuple[Any, ...]], None]


class Blow(StrEnum):
    """What happens to a write, and to the node that asks for it."""

    POWER_LOST = "power fails, the write is lost"
    POWER_DONE = "power fails, the write is done"
    KILLED_LOST = "killed, the write is lost"
    KILLED_DONE = "killed, the write is done"
    UNKNOWN_LOST = "the disk errs, the write is lost"
    UNKNOWN_DONE = "the disk errs, the write is done"


DEADLY: Final = frozenset({Blow.POWER_LOST, Blow.POWER_DONE, Blow.KILLED_LOST, Blow.KILLED_DONE})
LOST: Final = frozenset({Blow.POWER_LOST, Blow.KILLED_LOST, Blow.UNKNOWN_LOST})
POWER: Final = frozenset({Blow.POWER_LOST, Blow.POWER_DONE})


@dataclass(frozen=True, slots=True)
class Plan:
    """Which write it will be (0: the next) and what then; fraction and mask say how much of it reaches the platter."""

    writes: int
    blow: Blow
    fraction: float
    mask: int


class FaultyStore:
    """A store that passes everything on, tells of each durable write, and falls when its plan says so.

    `wrote` is called when a write is on the platter; `fell` when it is the last one of this life, and
    must cut the power of the node's disk. What is written `together` is one write.
    """

    def __init__(self, store: SqliteStore, disk: Disk, wrote: Wrote, fell: Callable[[Plan], None]) -> None:
        self.store, self.count = store, 0
        self.plan: Plan | None = None
        self._disk, self._wrote, self._fell, self._dead = disk, wrote, fell, False
        self._group: list[tuple[str, tuple[Any, ...]]] | None = None

    def __getattr__(self, name: str) -> Any:
        if self._dead:
            raise PowerLoss
        return self._guarded(name) if name in WRITES else getattr(self.store, name)

    def _guarded(self, name: str) -> Callable[..., Any]:
        def write(*arguments: Any, **named: Any) -> Any:
            with self.together():
                getattr(self.store, name)(*arguments, **named)
                if self._group is not None:
                    self._group.append((name, arguments))

        return write

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Make everything that is written inside one write, which may be the one that goes wrong."""
        if self._dead:
            raise PowerLoss
        if self._group is not None:
            yield
            return
        plan, self._group = self._due(), []
        try:
            if plan is None:
                with self.store.together():
                    yield
            elif plan.blow in DEADLY:
                with self._disk.doomed(), contextlib.suppress(StateUnknown), self.store.together():
                    yield
                self._dead = True
                self._fell(plan)
                raise PowerLoss
            else:
                with self.store.together():
                    yield
                    self._err(plan, Blow.UNKNOWN_LOST)
                self._err(plan, Blow.UNKNOWN_DONE)
            for name, arguments in self._group:
                self._wrote(name, arguments)
        finally:
            self._group = None

    def _due(self) -> Plan | None:
        """Count one write; return the plan if this is the one."""
        self.count += 1
        plan = self.plan
        if plan is None:
            return None
        self.plan = dataclasses.replace(plan, writes=plan.writes - 1) if plan.writes else None
        return None if plan.writes else plan

    def _err(self, plan: Plan, blow: Blow) -> None:
        if plan.blow is blow:
            self._fell(plan)
            raise StateUnknown(f"the disk failed: {plan.blow}")

    def die(self) -> None:
        """Let nothing through any more."""
        self._dead = True
