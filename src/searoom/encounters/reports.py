"""The figures of an alert and of an event, taken from one look: ranges, angles, heights, and the error of each."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from searoom.encounters import kernels
from searoom.encounters.alerts import Alert, Event, Reason
from searoom.encounters.company import Told
from searoom.encounters.craft import Pair
from searoom.encounters.geometry import Colregs, Geometry, classify, colregs, relative_deg
from searoom.encounters.looks import Look, rows_of, slots_of
from searoom.encounters.picture import Instant
from searoom.encounters.settings import Grade, Settings
from searoom.units import MICROSECONDS


class Lie(NamedTuple):
    """How two craft lie to each other; angles are None where they do not exist."""

    bearing_deg: float | None
    aspect_deg: float | None
    geometry: Geometry
    colregs: Colregs


def lie(look: Look, row: int, settings: Settings) -> Lie:
    """Return how the two craft of a row lie to each other now."""
    instant, a, b = look.instant, look.met.a[row : row + 1], look.met.b[row : row + 1]
    to_b = float(kernels.approach(instant.motion, a, b).bearing_deg[0])
    to_a = float(kernels.approach(instant.motion, b, a).bearing_deg[0])
    course_a, course_b = (float(instant.course_deg[k]) if instant.moving[k] else None for k in (a[0], b[0]))
    known = bool(np.isfinite(to_b))
    geometry = classify(
        b_from_a_deg=to_b if known else 0.0, a_from_b_deg=to_a if known else 0.0, course_a_deg=course_a,
        course_b_deg=course_b, head_on_deg=settings.head_on_deg, overtaking_deg=settings.overtaking_deg,
    )  # fmt: skip
    by_rule = Colregs.NONE
    if known and course_a is not None and look.pair[row] == Pair.SHIPS:
        by_rule = colregs(geometry, relative_deg(to_b, course_a))
    aspect = relative_deg(to_a, course_b) if known and course_b is not None else None
    return Lie(to_b if known else None, aspect, geometry, by_rule)


def alert(look: Look, row: int, lies: Lie, grade: Grade, reason: Reason, names: list[str], settings: Settings) -> Alert:
    """Return the alert of one row of a look."""
    instant, met, a, b = look.instant, look.met, int(look.met.a[row]), int(look.met.b[row])
    place = float(np.hypot(instant.place_sigma_m[a], instant.place_sigma_m[b]))
    drift = float(np.hypot(instant.velocity_sigma_mps[a], instant.velocity_sigma_mps[b]))
    tcpa, pair = float(met.tcpa_s[row]), Pair(int(look.pair[row]))
    height, height_error = _height(instant, a, b, pair, settings)
    return Alert(
        time_us=look.now_us, a=names[int(instant.slot[a])], b=names[int(instant.slot[b])], grade=grade,
        range_m=float(met.range_m[row]), range_error_m=settings.sigmas * place,
        cpa_m=float(met.cpa_m[row]), cpa_error_m=settings.sigmas * float(np.hypot(place, drift * tcpa)),
        tcpa_s=tcpa, bearing_deg=lies.bearing_deg, aspect_deg=lies.aspect_deg, geometry=lies.geometry, reason=reason,
        age_s=float(max(instant.age_s[a], instant.age_s[b])), pair=pair, height_m=height, height_error_m=height_error,
        colregs=lies.colregs,
    )  # fmt: skip


def lost(last: Alert, now_us: int, settings: Settings) -> Alert:
    """Return the end of an encounter that can no longer be seen: the last figures, with the error of their age."""
    gone_s = (now_us - last.time_us) / MICROSECONDS
    drift = settings.sigmas * 0.5 * settings.manoeuvre_mps2 * gone_s**2
    return replace(
        last, time_us=now_us, grade=Grade.CLEAR, range_error_m=last.range_error_m + drift,
        cpa_error_m=last.cpa_error_m + drift, tcpa_s=last.tcpa_s - gone_s, age_s=last.age_s + gone_s,
        reason=Reason.LOST,
    )  # fmt: skip


def event(told: Told, instant: Instant, names: list[str], settings: Settings, now_us: int) -> Event:
    """Return what two craft did, with the range at which they did it; nan where one is no longer seen."""
    key = np.array([told.key])
    both = [names[int(slot[0])] for slot in slots_of(key)]
    a, b = (int(row[0]) for row in rows_of(instant, key))
    range_m = error_m = float("nan")
    height = height_error = None
    if a >= 0 and b >= 0:
        range_m = float(np.linalg.norm(instant.motion.place_m[b] - instant.motion.place_m[a]))
        error_m = settings.sigmas * float(np.hypot(instant.place_sigma_m[a], instant.place_sigma_m[b]))
        pair = Pair(int(instant.flying[a]) + int(instant.flying[b]))
        height, height_error = _height(instant, a, b, pair, settings)
    by = None if told.by < 0 else both[told.by]
    return Event(now_us, both[0], both[1], told.state, told.deed, by, range_m, error_m, height, height_error)


def _height(instant: Instant, a: int, b: int, pair: Pair, settings: Settings) -> tuple[float | None, float | None]:
    """Return how much higher b is and the error; between ship and aircraft that of the pressure counts too."""
    apart = float(instant.alt_m[b] - instant.alt_m[a])
    if pair is Pair.SHIPS or not np.isfinite(apart):
        return None, None
    pressure = settings.pressure_error_m if pair is Pair.MIXED else 0.0
    sigma = float(np.sqrt(instant.alt_sigma_m[a] ** 2 + instant.alt_sigma_m[b] ** 2 + pressure**2))
    return apart, settings.sigmas * sigma
