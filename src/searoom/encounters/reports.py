"""The figures of an alert and of an event, taken from one look: ranges, angles, heights, and the error of each."""

from collections.abc import Sequence
from dataclasses import replace
from math import isnan
from typing import NamedTuple

import numpy as np

from searoom.encounters import kernels
from searoom.encounters.alerts import Alert, Event, Reason
from searoom.encounters.company import Told
from searoom.encounters.craft import Pair
from searoom.encounters.geometry import Colregs, Geometry, classify, colregs, held, relative_deg
from searoom.encounters.looks import Look, rows_of, slots_of
from searoom.encounters.picture import Instant
from searoom.encounters.settings import Grade, Settings
from searoom.tracks.fixes import Floats, Indices
from searoom.units import MICROSECONDS


class Lie(NamedTuple):
    """How two craft lie to each other; angles are None where they do not exist."""

    bearing_deg: float | None
    aspect_deg: float | None
    geometry: Geometry
    colregs: Colregs


def lies(look: Look, rows: Indices, settings: Settings) -> list[Lie]:
    """Return how the two craft of each row lie to each other now."""
    instant, a, b = look.instant, look.met.a[rows], look.met.b[rows]
    to_b = kernels.approach(instant.motion, a, b).bearing_deg
    to_a = kernels.approach(instant.motion, b, a).bearing_deg
    course = np.where(instant.moving, instant.course_deg, np.nan)
    ships = look.pair[rows] == Pair.SHIPS
    columns = (to_b, to_a, course[a], course[b], ships)
    return [_lie(settings, *figures) for figures in zip(*(column.tolist() for column in columns), strict=True)]


def _lie(settings: Settings, to_b: float, to_a: float, course_a: float, course_b: float, ships: bool) -> Lie:
    known, a_moves, b_moves = not isnan(to_b), not isnan(course_a), not isnan(course_b)
    geometry = classify(
        b_from_a_deg=to_b if known else 0.0, a_from_b_deg=to_a if known else 0.0,
        course_a_deg=course_a if a_moves else None, course_b_deg=course_b if b_moves else None,
        head_on_deg=settings.head_on_deg, overtaking_deg=settings.overtaking_deg,
    )  # fmt: skip
    by_rule = colregs(geometry, relative_deg(to_b, course_a)) if known and a_moves and ships else Colregs.NONE
    aspect = relative_deg(to_a, course_b) if known and b_moves else None
    return Lie(to_b if known else None, aspect, geometry, by_rule)


def alerts(
    look: Look, rows: Indices, said: Sequence[tuple[Grade, Reason]], before: Sequence[Alert | None],
    names: Sequence[str], settings: Settings,
) -> list[Alert]:  # fmt: skip
    """Return the alert of each row of a look: the grade and the reason are given, and what was told of the pair before.

    Who overtakes keeps doing so until past and clear, and so does who gives way, unless they near each other anew.
    """
    instant, met, a, b, pair = look.instant, look.met, look.met.a[rows], look.met.b[rows], look.pair[rows]
    place = np.hypot(instant.place_sigma_m[a], instant.place_sigma_m[b])
    drift = np.hypot(instant.velocity_sigma_mps[a], instant.velocity_sigma_mps[b])
    columns = (
        instant.slot[a], instant.slot[b], met.range_m[rows], settings.sigmas * place, met.cpa_m[rows],
        settings.sigmas * np.hypot(place, drift * met.tcpa_s[rows]), met.tcpa_s[rows],
        np.maximum(instant.age_s[a], instant.age_s[b]), pair, *_heights(instant, a, b, pair, settings),
    )  # fmt: skip
    told = []
    for (grade, reason), last, lie, *figures in zip(
        said, before, lies(look, rows, settings), *(column.tolist() for column in columns), strict=True
    ):
        one, other, range_m, range_error, cpa_m, cpa_error, tcpa, age, kind, height, height_error = figures
        geometry, by_rule = lie.geometry, lie.colregs
        if last is not None:
            geometry = held(last.geometry, geometry)
            if geometry is last.geometry or reason is not Reason.NEARER:
                by_rule = last.colregs
        level = isnan(height)
        told.append(Alert(
            time_us=look.now_us, a=names[one], b=names[other], grade=grade, range_m=range_m, range_error_m=range_error,
            cpa_m=cpa_m, cpa_error_m=cpa_error, tcpa_s=tcpa, bearing_deg=lie.bearing_deg, aspect_deg=lie.aspect_deg,
            geometry=geometry, reason=reason, age_s=age, pair=Pair(kind), height_m=None if level else height,
            height_error_m=None if level else height_error, colregs=by_rule,
        ))  # fmt: skip
    return told


def lost(last: Alert, now_us: int, settings: Settings) -> Alert:
    """Return the end of an encounter that can no longer be seen: the last figures, with the error of their age."""
    gone_s = (now_us - last.time_us) / MICROSECONDS
    drift = settings.sigmas * 0.5 * settings.manoeuvre_mps2 * gone_s**2
    return replace(
        last, time_us=now_us, grade=Grade.CLEAR, range_error_m=last.range_error_m + drift,
        cpa_error_m=last.cpa_error_m + drift, tcpa_s=last.tcpa_s - gone_s, age_s=last.age_s + gone_s,
        reason=Reason.LOST,
    )  # fmt: skip


def event(told: Told, instant: Instant, names: Sequence[str], settings: Settings, now_us: int) -> Event:
    """Return what two craft did, with the range at which they did it; nan where one is no longer seen."""
    key = np.array([told.key])
    both = [names[int(slot[0])] for slot in slots_of(key)]
    a, b = rows_of(instant, key)
    range_m = error_m = float("nan")
    height = height_error = None
    if a[0] >= 0 and b[0] >= 0:
        range_m = float(np.linalg.norm(instant.motion.place_m[b] - instant.motion.place_m[a]))
        error_m = settings.sigmas * float(np.hypot(instant.place_sigma_m[a], instant.place_sigma_m[b])[0])
        pair = instant.flying[a].astype(np.intp) + instant.flying[b]
        apart, apart_error = (float(column[0]) for column in _heights(instant, a, b, pair, settings))
        height, height_error = (None, None) if isnan(apart) else (apart, apart_error)
    by = None if told.by < 0 else both[told.by]
    return Event(now_us, both[0], both[1], told.state, told.deed, by, range_m, error_m, height, height_error)


def _heights(instant: Instant, a: Indices, b: Indices, pair: Indices, settings: Settings) -> tuple[Floats, Floats]:
    """Return how much higher each b is, nan where not known, and the error; to a ship that of the pressure counts."""
    apart = np.where(pair == Pair.SHIPS, np.nan, instant.alt_m[b] - instant.alt_m[a])
    pressure = np.where(pair == Pair.MIXED, settings.pressure_error_m, 0.0)
    sigma = np.sqrt(instant.alt_sigma_m[a] ** 2 + instant.alt_sigma_m[b] ** 2 + pressure**2)
    return apart, settings.sigmas * sigma
