"""Fixes in, encounters out; the same steps for a live feed and an archive.

Rule 1: what an encounter is stands in `settings`; where the craft are, in `picture`; this file only
        compares and remembers. Rule 2: one alert for each change of grade of a pair, never a repetition.
Rule 3: a grade rises at once and falls late: only after `hold_s` in which even the widened limits were
        not met. Rule 4: silence is never an all-clear: a pair that can no longer be seen is cleared with
        the reason "lost". Rule 5: two craft that both stand still, or move together (alongside, in tow,
        in company), raise nothing; an encounter that is already open is held while they do.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from searoom.encounters import kernels
from searoom.encounters.alerts import Alert, Detection, Encounter, Reason
from searoom.encounters.geometry import Geometry, classify, held, relative_deg
from searoom.encounters.pairing import near
from searoom.encounters.picture import Instant, Picture
from searoom.encounters.settings import RISING, Grade, Settings
from searoom.errors import NotAllowed
from searoom.tracks.fixes import Fixes, Indices
from searoom.units import MICROSECONDS

Progress = Callable[[int, int], None]  # fixes done, fixes in all


@dataclass(slots=True)
class _Open:
    """An encounter that is not yet cleared."""

    a: int
    b: int
    alerts: list[Alert] = field(default_factory=list)
    grade: int = 0
    below_since_us: int | None = None
    cpa_m: float = float("inf")
    range_m: float = float("inf")
    range_us: int = 0
    geometry: Geometry | None = None


class _Look(NamedTuple):
    """The pairs of one step; `raised` and `holding` are places in RISING, shape (n,) like the columns of `met`."""

    now_us: int
    instant: Instant
    a: Indices
    b: Indices
    met: kernels.Approach
    raised: Indices
    holding: Indices


class Detector:
    """Watches craft and tells each change of grade once."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()
        self._picture = Picture(self._settings)
        self._open: dict[tuple[int, int], _Open] = {}
        self._closed: list[Encounter] = []
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
        look = self._look(instant, now_us)
        worth = np.flatnonzero((look.raised > 0) | self._is_open(look))
        for row in worth:
            alert = self._judge(look, int(row))
            if alert is not None:
                alerts.append(alert)
        return tuple(alerts)

    @property
    def passed_over(self) -> dict[str, int]:
        """How many fixes were not believed, by cause."""
        return dict(self._picture.passed_over)

    def encounters(self) -> tuple[Encounter, ...]:
        """Return those that are open, and those cleared since `forget` was last called, by first alert."""
        running = [self._encounter(key, None) for key in self._open]
        return tuple(sorted([*self._closed, *running], key=lambda one: (one.alerts[0].time_us, one.a, one.b)))

    def forget(self) -> None:
        """Let go of cleared encounters; a node that runs for months calls this after writing them down."""
        self._closed.clear()

    def resting_from(self) -> int | None:
        """Return the time after which, with no new fix, nothing can change any more; None: nothing is held."""
        newest = self._picture.newest_us()
        return None if newest is None else newest + round(self._settings.max_age_s * MICROSECONDS)

    @property
    def craft(self) -> int:
        """How many craft were seen so far."""
        return len(self._picture.names)

    def _look(self, instant: Instant, now_us: int) -> _Look:
        settings, widest = self._settings, self._settings.levels[0]
        wanted = None
        if settings.watched is not None:
            wanted = np.array([self._picture.names[slot] in settings.watched for slot in instant.slot], dtype=np.bool_)
        a, b = near(
            instant.motion, instant.speed_mps, radius_m=widest.cpa_m * settings.cpa_factor,
            horizon_s=widest.tcpa_s * settings.tcpa_factor, wanted=wanted,
        )  # fmt: skip
        found = set(zip(instant.slot[a].tolist(), instant.slot[b].tolist(), strict=True))
        unseen = [key for key in self._open if key not in found]  # opening, or now in company: still to be judged
        a = np.concatenate([a, instant.row[[key[0] for key in unseen]]]) if unseen else a
        b = np.concatenate([b, instant.row[[key[1] for key in unseen]]]) if unseen else b
        met = kernels.approach(instant.motion, a, b)
        raised = self._grades(met, 1.0, 1.0)
        raised[met.relative_mps <= settings.company_mps] = 0  # two that stand still do not move against each other
        holding = self._grades(met, settings.cpa_factor, settings.tcpa_factor)
        together = (met.relative_mps <= settings.company_mps) & (met.range_m <= widest.cpa_m * settings.cpa_factor)
        holding[together] = len(RISING) - 1
        return _Look(now_us, instant, a, b, met, raised, holding)

    def _grades(self, met: kernels.Approach, cpa_factor: float, tcpa_factor: float) -> Indices:
        """Return for each pair the highest grade whose limits, times the factors, are met; 0 for none."""
        grades = np.zeros(len(met.range_m), dtype=np.intp)
        for level in self._settings.levels:
            within = (met.cpa_m <= level.cpa_m * cpa_factor) & (met.tcpa_s <= level.tcpa_s * tcpa_factor)
            grades[within & (met.tcpa_s >= 0.0)] = RISING.index(level.name)
        return grades

    def _is_open(self, look: _Look) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        slots = zip(look.instant.slot[look.a].tolist(), look.instant.slot[look.b].tolist(), strict=True)
        return np.fromiter((pair in self._open for pair in slots), dtype=np.bool_, count=len(look.a))

    def _judge(self, look: _Look, row: int) -> Alert | None:
        """Move one pair on by one step; return the alert if its grade changed."""
        key = (int(look.instant.slot[look.a[row]]), int(look.instant.slot[look.b[row]]))
        one = self._open.setdefault(key, _Open(*key))
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
        alert = self._alert(look, row, one, reason)
        one.alerts.append(alert)
        if one.grade == 0:
            self._closed.append(self._encounter(key, look.now_us))
            del self._open[key]
        return alert

    def _alert(self, look: _Look, row: int, one: _Open, reason: Reason) -> Alert:
        instant, met, a, b = look.instant, look.met, look.a[row], look.b[row]
        back = kernels.approach(instant.motion, look.b[row : row + 1], look.a[row : row + 1])
        courses = [float(instant.course_deg[place]) if instant.moving[place] else None for place in (a, b)]
        bearing, from_b = float(met.bearing_deg[row]), float(back.bearing_deg[0])
        known = bool(np.isfinite(bearing))
        geometry = classify(
            b_from_a_deg=bearing if known else 0.0, a_from_b_deg=from_b if known else 0.0,
            course_a_deg=courses[0], course_b_deg=courses[1],
            head_on_deg=self._settings.head_on_deg, overtaking_deg=self._settings.overtaking_deg,
        )  # fmt: skip
        one.geometry = geometry if one.geometry is None else held(one.geometry, geometry)
        place = float(np.hypot(instant.place_sigma_m[a], instant.place_sigma_m[b]))
        drift = float(np.hypot(instant.velocity_sigma_mps[a], instant.velocity_sigma_mps[b]))
        tcpa = float(met.tcpa_s[row])
        return Alert(
            time_us=look.now_us, a=self._picture.names[one.a], b=self._picture.names[one.b], grade=RISING[one.grade],
            range_m=float(met.range_m[row]), range_error_m=self._settings.sigmas * place,
            cpa_m=float(met.cpa_m[row]), cpa_error_m=self._settings.sigmas * float(np.hypot(place, drift * tcpa)),
            tcpa_s=tcpa, bearing_deg=bearing if known else None,
            aspect_deg=relative_deg(from_b, courses[1]) if known and courses[1] is not None else None,
            geometry=one.geometry, reason=reason, age_s=float(max(instant.age_s[a], instant.age_s[b])),
        )  # fmt: skip

    def _lose(self, instant: Instant, now_us: int) -> list[Alert]:
        """Clear, as lost, the encounters of which one craft has no fix young enough any more."""
        lost = [key for key in self._open if instant.row[key[0]] < 0 or instant.row[key[1]] < 0]
        alerts = []
        for key in lost:
            one = self._open[key]
            last = one.alerts[-1]
            alert = _lost(last, now_us, self._settings)
            one.alerts.append(alert)
            alerts.append(alert)
            self._closed.append(self._encounter(key, now_us))
            del self._open[key]
        return alerts

    def _encounter(self, key: tuple[int, int], cleared_us: int | None) -> Encounter:
        one = self._open[key]
        names = self._picture.names
        return Encounter(
            names[one.a], names[one.b], tuple(one.alerts), one.cpa_m, one.range_m, one.range_us, cleared_us
        )


def _lost(last: Alert, now_us: int, settings: Settings) -> Alert:
    """Return the end of an encounter that can no longer be seen: the last figures, with the error of their age."""
    gone_s = (now_us - last.time_us) / MICROSECONDS
    drift = settings.sigmas * 0.5 * settings.manoeuvre_mps2 * gone_s**2
    return Alert(
        time_us=now_us, a=last.a, b=last.b, grade=Grade.CLEAR, range_m=last.range_m,
        range_error_m=last.range_error_m + drift, cpa_m=last.cpa_m, cpa_error_m=last.cpa_error_m + drift,
        tcpa_s=last.tcpa_s - gone_s, bearing_deg=last.bearing_deg, aspect_deg=last.aspect_deg, geometry=last.geometry,
        reason=Reason.LOST, age_s=last.age_s + gone_s,
    )  # fmt: skip


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
    return Detection(tuple(alerts), detector.encounters(), detector.passed_over, detector.craft)
