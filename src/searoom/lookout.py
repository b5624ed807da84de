"""What our own sensors see and what the detector makes of it: for the national log, and for nobody else.

The sensors' files stand in the node's folder and may grow. What is new in them is given to the
detector once; after a restart it sees everything again up to the last tick, and notes nothing twice.
"""

from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path

import numpy as np

from searoom.encounters import kernels
from searoom.encounters.alerts import Alert, Detection
from searoom.encounters.detector import Detector
from searoom.encounters.settings import Settings
from searoom.errors import NotAllowed
from searoom.node import Node
from searoom.signals import forms
from searoom.signals.forms import Filled
from searoom.tracks import sources
from searoom.tracks.fixes import Fixes, no_fixes

TRACK_NOTE = "track-note"
ENCOUNTER_NOTE = "encounter-note"
SIGMAS = 2.0
"""A released error is two standard deviations: the interval holds 19 cases of 20."""
_E7 = 10_000_000


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest range that our own sensors measured in a period: whole millimetres, and who saw whom when."""

    by: str
    other: str
    source: str
    at_us: int
    value_mm: int
    error_mm: int


class Lookout:
    """The node's eyes: sensors' files in, alerts out, each noted in the national log."""

    def __init__(self, node: Node, settings: Settings | None = None) -> None:
        self._node = node
        self._detector = Detector(settings or Settings())
        self._sizes: dict[str, int] = {}
        self._read_well: dict[str, Fixes] = {}
        self._blind: dict[str, str] = {}
        self._fixes = no_fixes()
        self._until_us = -(1 << 62)
        newest = node.notebook.newest(TRACK_NOTE, ENCOUNTER_NOTE) if node.settings.sensors else iter(())
        noted = list(islice(newest, 1))
        self._noted_us = max((_at(filled) for filled in noted), default=-(1 << 62))
        noted += takewhile(lambda filled: _at(filled) == self._noted_us, newest)
        # A crash may have cut the notes of one instant short: those that are there are not written again.
        self._there = {forms.encode(filled, node.book) for filled in noted}

    @property
    def fixes(self) -> Fixes:
        """All that the sensors have reported up to the last look, in order of time."""
        return self._fixes.between(-(1 << 62), self._until_us)

    def look(self, now_us: int) -> tuple[Alert, ...]:
        """Take in what is new up to `now_us`, note it and every change of grade; return those changes."""
        self._read()
        alerts: list[Alert] = []
        for moment in self._moments(now_us):
            fresh = self._fixes.between(self._until_us, moment)
            raised = self._detector.feed(fresh, moment)
            self._until_us = moment
            if moment >= self._noted_us:
                self._note(fresh, raised, moment)
            if moment > self._noted_us:
                alerts += raised
        self._detector.forget()  # what was cleared is written down
        return tuple(alerts)

    def _moments(self, now_us: int) -> list[int]:
        """Return the times at which something was reported since the last look, so that a replay repeats the steps.

        While nothing is reported, grades still change: `now_us` itself comes last once no step is repeated any more.
        """
        moments = [int(moment) for moment in np.unique(self._fixes.between(self._until_us, now_us).time_us)]
        last = moments[-1] if moments else self._until_us
        return [*moments, now_us] if now_us > max(last, self._noted_us) else moments

    def _read(self) -> None:
        fresh = False
        for name in self._node.settings.sensors:
            path = self._node.folder / name
            size = path.stat().st_size if path.exists() else 0
            if size != self._sizes.get(name, 0):
                self._sizes[name] = size
                fresh = self._read_one(name, path) or fresh
        if fresh:
            self._fixes = no_fixes().concat(*self._read_well.values())

    def _read_one(self, name: str, path: Path) -> bool:
        """Read a sensor's file; one that cannot be read blinds that sensor and stops nothing else."""
        try:
            self._read_well[name] = sources.read(path).fixes
        except NotAllowed as fault:
            self._blind[name] = fault.sentence
            return False
        self._blind.pop(name, None)
        return True

    @property
    def blind(self) -> dict[str, str]:
        """Which sensors' files cannot be read now, and why; what was read of them before still counts."""
        return dict(self._blind)

    def _note(self, fresh: Fixes, raised: tuple[Alert, ...], moment: int) -> None:
        version = self._node.book.form(TRACK_NOTE).version
        for row in range(len(fresh.time_us)):
            fields: dict[str, object] = {
                "craft": fresh.names[int(fresh.craft[row])],
                "source": fresh.sources[int(fresh.source[row])],
                "at": int(fresh.time_us[row]),
                "where": (round(float(fresh.lat_deg[row]) * _E7), round(float(fresh.lon_deg[row]) * _E7)),
                "error_mm": round(SIGMAS * float(fresh.sigma_m[row]) * 1000),
            }
            self._keep(Filled(TRACK_NOTE, version, "national", "routine", "en", fields))
        version = self._node.book.form(ENCOUNTER_NOTE).version
        for alert in raised:
            fields = {
                "a": alert.a,
                "b": alert.b,
                "grade": str(alert.grade),
                "at": moment,
                "range_mm": round(alert.range_m * 1000),
                "range_error_mm": round(alert.range_error_m * 1000),
                "cpa_mm": round(alert.cpa_m * 1000),
                "cpa_error_mm": round(alert.cpa_error_m * 1000),
                "tcpa_s": round(alert.tcpa_s),
                "geometry": str(alert.geometry),
            }
            self._keep(Filled(ENCOUNTER_NOTE, version, "national", "routine", "en", fields))

    def _keep(self, note: Filled) -> None:
        if forms.encode(note, self._node.book) not in self._there:
            self._node.notebook.note(note)

    def now_open(self) -> Detection:
        """Return the encounters that are open now, as a screening of this moment; it is national like all seen here."""
        running = tuple(one for one in self._detector.encounters() if one.cleared_us is None)
        return Detection((), running, self._detector.passed_over, self._detector.craft)

    def nearest(self, from_us: int, to_us: int) -> Nearest:
        """Return the nearest range between our unit and another that our sensors measured in a period.

        Only instants at which both were reported count: nothing is reckoned between two measurements.
        """
        self._read()
        seen = self._fixes.between(from_us - 1, min(to_us, self._node.now()))
        unit = self._node.settings.unit
        best: Nearest | None = None
        for name in {seen.names[int(craft)] for craft in seen.craft} - {unit}:
            found = _nearest(seen.of(unit), seen.of(name), unit, name)
            if found is not None and (best is None or found.value_mm < best.value_mm):
                best = found
        if best is None:
            raise NotAllowed(
                "our sensors measured no range in this period",
                advice="Choose a period in which the other unit was seen.",
            )
        return best


def _at(note: Filled) -> int:
    return int(str(note.fields["at"]))


def _nearest(own: Fixes, other: Fixes, unit: str, name: str) -> Nearest | None:
    times, at_own, at_other = np.intersect1d(own.time_us, other.time_us, return_indices=True)
    if not len(times):
        return None
    still = np.zeros(len(times))
    a, b = own.take(at_own), other.take(at_other)
    ranges = kernels.closest_approach(a.lat_deg, a.lon_deg, still, still, b.lat_deg, b.lon_deg, still, still).range_m
    row = int(np.argmin(ranges))
    # A radar measures from its own ship: the error of the range is that of the radar, not of the ship's place.
    error_m = SIGMAS * float(b.sigma_m[row])
    return Nearest(
        unit,
        name,
        b.sources[int(b.source[row])],
        int(times[row]),
        round(float(ranges[row]) * 1000),
        round(error_m * 1000),
    )
