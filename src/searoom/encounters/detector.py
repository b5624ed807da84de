"""Fixes in, encounters out; the same steps for a live feed and an archive.

Rule 1: what an encounter is stands in `settings`; where the craft are, in `picture`; who comes near, in
        `looks`; who keeps together, in `company`; this file only compares and remembers.
Rule 2: one alert for each change of grade of a pair, never a repetition.
Rule 3: a grade rises at once and falls late: only after `hold_s` in which even the widened limits were
        not met. Rule 4: silence is never an all-clear: a pair that can no longer be seen is cleared with
        the reason "lost". Rule 5: two craft that both stand still, or move together (alongside, in tow,
        in company), raise nothing; an encounter that is already open is held while they do.
Rule 6: craft that keep together for long are told by events, not by grades, down to a pass within a cable.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from searoom.encounters import reports
from searoom.encounters.alerts import Alert, Detection, Encounter, Event, Reason
from searoom.encounters.company import Company
from searoom.encounters.craft import Pair
from searoom.encounters.geometry import held
from searoom.encounters.looks import Keys, Look, look, rows_of
from searoom.encounters.picture import Instant, Picture
from searoom.encounters.settings import RISING, Settings
from searoom.errors import NotAllowed
from searoom.tracks.fixes import Fixes
from searoom.units import MICROSECONDS

Progress = Callable[[int, int], None]  # fixes done, fixes in all


@dataclass(slots=True)
class _Open:
    """An encounter that is not yet cleared; what `key` numbers stands in `looks`."""

    key: int
    alerts: list[Alert] = field(default_factory=list)
    grade: int = 0
    below_since_us: int | None = None
    cpa_m: float = float("inf")
    range_m: float = float("inf")
    range_us: int = 0
    lies: reports.Lie | None = None


class Detector:
    """Watches craft and tells each change of grade once."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()
        self._picture = Picture(self._settings)
        self._company = Company(self._settings)
        self._open: dict[int, _Open] = {}
        self._closed: list[Encounter] = []
        self._events: list[Event] = []
        self._now_us: int | None = None

    def feed(self, fixes: Fixes, now_us: int) -> tuple[Alert, ...]:
        """Take what was received since the last call, look at every pair at `now_us`, and return what changed.

        `fixes` may be empty: grades also change because time goes on. `now_us` may not go back.
        """
        if self._now_us is not None and now_us < self._now_us:
            raise NotAllowed(f"the detector stands at {self._now_us} and cannot go back to {now_us}")
        self._now_us = now_us
        self._picture.update(fixes, now_us)
        instant = self._picture.at(now_us)
        alerts = self._lose(instant, now_us)
        self._events += [
            reports.event(told, instant, self._picture.names, self._settings, now_us)
            for told in self._company.step(instant, now_us)
        ]
        seen = look(instant, self._settings, self._held(), now_us)
        quiet = self._company.quiet(seen.key, seen.met, seen.pair == Pair.AIRCRAFT)
        seen.raised[quiet], seen.holding[quiet] = 0, 0
        for row in np.flatnonzero((seen.raised > 0) | np.isin(seen.key, self._held())):
            alert = self._judge(seen, int(row), in_company=bool(quiet[row]))
            if alert is not None:
                alerts.append(alert)
        return tuple(alerts)

    def _held(self) -> Keys:
        return np.fromiter(self._open, dtype=np.int64, count=len(self._open))

    @property
    def passed_over(self) -> dict[str, int]:
        """How many fixes were not believed, by cause."""
        return dict(self._picture.passed_over)

    def encounters(self) -> tuple[Encounter, ...]:
        """Return those that are open, and those cleared since `forget` was last called, by first alert."""
        running = [self._encounter(key, None) for key in self._open]
        return tuple(sorted([*self._closed, *running], key=lambda one: (one.alerts[0].time_us, one.a, one.b)))

    def events(self) -> tuple[Event, ...]:
        """Return what craft in company did since `forget` was last called, in order of time."""
        return tuple(self._events)

    def forget(self) -> None:
        """Let go of cleared encounters and of events; a node that runs for months calls this once they are written."""
        self._closed.clear()
        self._events.clear()

    def resting_from(self) -> int | None:
        """Return the time after which, with no new fix, nothing can change any more; None: nothing is held."""
        newest = self._picture.newest_us()
        return None if newest is None else newest + round(self._settings.max_age_s * MICROSECONDS)

    @property
    def craft(self) -> int:
        """How many craft were seen so far."""
        return len(self._picture.names)

    def _judge(self, look: Look, row: int, *, in_company: bool) -> Alert | None:
        """Move one pair on by one step; return the alert if its grade changed."""
        key = int(look.key[row])
        one = self._open.setdefault(key, _Open(key))
        raised, holding = int(look.raised[row]), int(look.holding[row])
        range_m, cpa_m = float(look.met.range_m[row]), float(look.met.cpa_m[row])
        if range_m < one.range_m:
            one.range_m, one.range_us = range_m, look.now_us
        one.cpa_m = min(one.cpa_m, cpa_m if look.met.tcpa_s[row] >= 0.0 else range_m)
        before = one.grade
        if raised > one.grade:
            one.grade, one.below_since_us = raised, None
        elif holding >= one.grade:
            one.below_since_us = None
        elif one.below_since_us is None:
            one.below_since_us = look.now_us
        elif look.now_us - one.below_since_us >= self._settings.hold_s * MICROSECONDS:
            one.grade, one.below_since_us = holding, None
        if one.grade == before:
            return None
        reason = Reason.NEARER if one.grade > before else Reason.WIDER
        if one.grade < before and look.met.tcpa_s[row] < 0.0:
            reason = Reason.OPENING
        if one.grade < before and in_company:
            reason = Reason.COMPANY
        alert = self._alert(look, row, one, reason)
        one.alerts.append(alert)
        if one.grade == 0:
            self._close(key, look.now_us)
        return alert

    def _alert(self, look: Look, row: int, one: _Open, reason: Reason) -> Alert:
        lies = reports.lie(look, row, self._settings)
        if one.lies is not None:
            lies = lies._replace(geometry=held(one.lies.geometry, lies.geometry))
            if lies.geometry is one.lies.geometry or reason is not Reason.NEARER:  # as it began, until past and clear
                lies = lies._replace(colregs=one.lies.colregs)
        one.lies = lies
        return reports.alert(look, row, lies, RISING[one.grade], reason, self._picture.names, self._settings)

    def _lose(self, instant: Instant, now_us: int) -> list[Alert]:
        """Clear, as lost, the encounters of which one craft has no fix young enough any more."""
        keys = self._held()
        a, b = rows_of(instant, keys)
        alerts = []
        for key in keys[(a < 0) | (b < 0)].tolist():
            one = self._open[key]
            alert = reports.lost(one.alerts[-1], now_us, self._settings)
            one.alerts.append(alert)
            alerts.append(alert)
            self._close(key, now_us)
        return alerts

    def _close(self, key: int, now_us: int) -> None:
        self._closed.append(self._encounter(key, now_us))
        del self._open[key]

    def _encounter(self, key: int, cleared_us: int | None) -> Encounter:
        one, last = self._open[key], self._open[key].alerts[-1]
        return Encounter(last.a, last.b, tuple(one.alerts), one.cpa_m, one.range_m, one.range_us, cleared_us)


def detect(fixes: Fixes, settings: Settings | None = None, progress: Progress | None = None) -> Detection:
    """Return all alerts and encounters of an archive: a detector fed step by step, as it would have been live.

    Steps stand every `step_s` from the first fix on; an empty stretch in which nothing can change is
    stepped over. It ends with the last fix: what is then still open stays open.
    """
    chosen = settings or Settings()
    detector = Detector(chosen)
    step = round(chosen.step_s * MICROSECONDS)
    alerts: list[Alert] = []
    done, total = 0, len(fixes)
    now = int(fixes.time_us[0]) if total else 0
    while done < total:
        following = int(fixes.time_us[done])
        resting = detector.resting_from()
        if following > now and resting is not None and resting + step < now:
            now += (following - now) // step * step
        end = int(np.searchsorted(fixes.time_us, now, side="right"))
        alerts += detector.feed(fixes.take(slice(done, end)), now)
        done = end
        now += step
        if progress is not None:
            progress(done, total)
    return Detection(tuple(alerts), detector.encounters(), detector.passed_over, detector.craft, detector.events())
