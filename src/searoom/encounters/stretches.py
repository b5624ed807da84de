"""An archive that no memory holds, handed to one detector stretch by stretch: the alerts that it would have told live.

What a detector tells depends on all that it has seen: which pairs keep together, which alarm is still held. So there is
one, it goes from the first fix to the last, and where the stretches were cut makes no difference.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from searoom.encounters.alerts import Alert
from searoom.encounters.detector import Detector
from searoom.encounters.settings import Settings
from searoom.tracks.fixes import Fixes, Floats, no_fixes
from searoom.units import MICROSECONDS

Places = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Told:
    """Alerts in order of time, and where both craft of each were last seen: `places` (n, 4), degrees, a before b."""

    alerts: tuple[Alert, ...]
    places: Places


def told(stretches: Iterable[tuple[Fixes, int]], settings: Settings, detector: Detector) -> Iterator[Told]:
    """Yield what a detector tells of each stretch: fixes, and the time up to which no later stretch has another.

    The steps stand every `step_s` from the first fix on, an empty time in which nothing can change is stepped over, and
    the last fix is the end: as in `detector.detect`, of which this is the form for archives.
    """
    step, now, held, last = round(settings.step_s * MICROSECONDS), None, no_fixes(), _Last()
    waiting: list[tuple[Fixes, int]] = []
    for fixes, until_us in stretches:  # one behind: whether a stretch is the last is known when there is no other
        for before, end in waiting:
            held = _together(held, before)
            now, alerts, held = _through(detector, held, now, step, end)
            yield last.told(alerts, before)
        waiting = [(fixes, until_us)]
    for before, _ in waiting:
        held = _together(held, before)
        now, alerts, held = _through(detector, held, now, step, None)
        yield last.told(alerts, before)


def by_name(fixes: Fixes) -> Fixes:
    """Return fixes whose craft are numbered by name: which of two is `a` depends on their names alone."""
    order = sorted(range(len(fixes.names)), key=fixes.names.__getitem__)
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order))
    columns = {name: getattr(fixes, name) for name in _COLUMNS}
    return Fixes(
        names=tuple(fixes.names[index] for index in order), craft=place[fixes.craft], sources=fixes.sources, **columns
    )


_COLUMNS = (
    "time_us", "lat_deg", "lon_deg", "speed_mps", "course_deg", "sigma_m", "source", "alt_m", "climb_mps", "turn_dps",
    "ground",
)  # fmt: skip


def _together(held: Fixes, fixes: Fixes) -> Fixes:
    return by_name(held.concat(fixes) if len(held) else fixes)


def _through(
    detector: Detector, fixes: Fixes, now: int | None, step: int, end_us: int | None
) -> tuple[int | None, list[Alert], Fixes]:  # fmt: skip
    """Take the steps up to `end_us`, or up to the last fix; return the next step, the alerts, and what is left."""
    alerts: list[Alert] = []
    done, total = 0, len(fixes)
    if now is None and total:
        now = int(fixes.time_us[0])
    while now is not None and done < total and (end_us is None or now <= end_us):
        following = int(fixes.time_us[done])
        resting = detector.resting_from()
        if following > now and resting is not None and resting + step < now:
            now += (following - now) // step * step
            if end_us is not None and now > end_us:
                break
        end = int(np.searchsorted(fixes.time_us, now, side="right"))
        alerts += detector.feed(fixes.take(slice(done, end)), now)
        done, now = end, now + step
    return now, alerts, fixes.take(slice(done, None))


@dataclass(slots=True)
class _Last:
    """Where each craft was last seen, as far as the stretches have come."""

    seen: dict[str, tuple[float, float]] = field(default_factory=dict)
    before: Fixes = field(default_factory=no_fixes)

    def told(self, alerts: list[Alert], fixes: Fixes) -> Told:
        """Return the alerts of a stretch with the places, and go on to the next."""
        order = np.argsort(fixes.craft, kind="stable")
        craft, time_us = fixes.craft[order], fixes.time_us[order]
        number = {name: index for index, name in enumerate(fixes.names)}
        places = np.array([[*self._place(one.a, one.time_us, number, craft, time_us, order, fixes),
                            *self._place(one.b, one.time_us, number, craft, time_us, order, fixes)]
                           for one in alerts]).reshape(-1, 4)  # fmt: skip
        ends = np.flatnonzero(np.append(craft[1:] != craft[:-1], np.ones(min(len(craft), 1), np.bool_)))
        for row in order[ends].tolist():
            self.seen[fixes.names[fixes.craft[row]]] = float(fixes.lat_deg[row]), float(fixes.lon_deg[row])
        return Told(tuple(alerts), places)

    def _place(
        self, name: str, time_us: int, number: dict[str, int], craft: npt.NDArray[np.int32],
        times: npt.NDArray[np.int64], order: npt.NDArray[np.intp], fixes: Fixes,
    ) -> tuple[float, float]:  # fmt: skip
        index = number.get(name)
        if index is not None:
            first, end = np.searchsorted(craft, [index, index + 1])
            row = int(first + np.searchsorted(times[first:end], time_us, side="right")) - 1
            if row >= first:
                chosen = int(order[row])
                return float(fixes.lat_deg[chosen]), float(fixes.lon_deg[chosen])
        return self.seen.get(name, (float("nan"), float("nan")))


def places_of(alerts: tuple[Alert, ...], fixes: Fixes) -> Floats:
    """Return where both craft of each alert were last seen, of fixes that memory holds: (n, 4), degrees."""
    return _Last().told(list(alerts), fixes).places
