"""Alerts of an archive of any size: its parts read in order of time, and one detector that sees them all.

No second process can take a share: an alarm that is held, and two craft that keep together, began in another part.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa  # type: ignore[import-untyped]  # it says no types

from searoom.archive.cutting import PART_ROWS, parts_of
from searoom.archive.inputs import inputs
from searoom.archive.maps import PLACES
from searoom.archive.runs import Progress, looked_at
from searoom.archive.working import fixes_of
from searoom.encounters import screen, stretches
from searoom.encounters.alerts import Alert, Detection
from searoom.encounters.detector import Detector
from searoom.encounters.settings import Settings
from searoom.encounters.stretches import Told
from searoom.tracks.fixes import Fixes
from searoom.tracks.layouts import Layout
from searoom.tracks.tables import Counts

Table: TypeAlias = Any  # a pyarrow.Table

_WORDS = ("a", "b", "grade", "geometry", "reason", "pair", "colregs")
SCHEMA = pa.schema([
    ("time_us", pa.int64()),
    *((name, pa.string() if name in _WORDS else pa.float64()) for name in screen.COLUMNS if name != "time_utc"),
    *((name, pa.float64()) for name in PLACES),
])  # fmt: skip


@dataclass(slots=True)
class Watched:
    """What was read and told, filled while `told` is taken; `detection` is all of it, at the end."""

    detector: Detector
    told: Iterator[Told] = field(default_factory=lambda: iter(()))
    fixes: int = 0
    counts: Counts = field(default_factory=Counts)

    def detection(self, alerts: Sequence[Alert]) -> Detection:
        """Return what was told as one."""
        detector = self.detector
        return Detection(
            tuple(alerts), detector.encounters(), detector.passed_over, detector.craft, detector.events()
        )  # fmt: skip


@contextmanager
def watching(
    names: Sequence[str], settings: Settings, *, given: Layout | None = None, part_rows: int = PART_ROWS,
    progress: Progress | None = None,
) -> Iterator[Watched]:  # fmt: skip
    """Watch the files that are named, as a detector would have live; what it tells is read while the context lasts."""
    say = progress or _silent
    with tempfile.TemporaryDirectory(prefix="searoom-") as folder:
        archive = looked_at(inputs(names), given, Path(folder), 0, part_rows, say)
        watched = Watched(Detector(settings), counts=archive.counts)

        def stretch() -> Iterator[tuple[Fixes, int]]:
            parts = parts_of(archive.pieces, 0, part_rows)
            for done, part in enumerate(parts):
                say("parts of time", done, len(parts))
                fixes, counts = fixes_of(part)
                watched.fixes += len(fixes)
                watched.counts.add(counts)
                yield fixes, part.until_us
            say("parts of time", len(parts), len(parts))

        watched.told = stretches.told(stretch(), settings, watched.detector)
        yield watched


def table_of(told: Told) -> Table:
    """Return alerts as rows: those of `encounters.screen`, with where both craft were last seen."""
    rows = [
        {**screen.row(alert), "time_us": alert.time_us, **dict(zip(PLACES, place, strict=True))}
        for alert, place in zip(told.alerts, told.places.tolist(), strict=True)
    ]
    return pa.Table.from_pylist(rows, SCHEMA)


def _silent(_what: str, _done: int, _total: int) -> None:
    """Show nothing."""
