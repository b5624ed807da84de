"""Fixes and encounters as Cursor on Target events: text out, nothing is sent by it.

Whoever hands this text to others gives away what our sensors see: that is a release, and a person's decision. The
type says ship or aircraft and never friend or foe (`u`, unknown), unless the caller says otherwise for a craft.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from searoom import clock
from searoom.tracks.cot import UNKNOWN
from searoom.tracks.fixes import Fixes
from searoom.units import METRES_PER_NAUTICAL_MILE, MICROSECONDS

STALE_S = 360.0  # as long as the detector reckons on
HOW = "m-f"  # fused by a machine from what sensors said
SHIP, AIRCRAFT, MARK = "a-u-S", "a-u-A", "b-m-p-s-m"  # a mark on the map: an encounter is no alarm of theirs
_AIRCRAFT_NAMES = ("icao:",)


@dataclass(frozen=True, slots=True)
class Meeting:
    """An encounter as it is drawn: where and when, between whom, how near now and at the closest approach."""

    time_us: int
    lat_deg: float
    lon_deg: float
    a: str
    b: str
    grade: str
    range_m: float
    cpa_m: float
    tcpa_s: float


def of_fixes(
    fixes: Fixes, *, labels: Mapping[str, str] | None = None, types: Mapping[str, str] | None = None,
    stale_s: float = STALE_S,
) -> Iterator[str]:  # fmt: skip
    """Yield one event a fix, in their order; `types` says what kind of thing a craft is where the caller knows."""
    for row in range(len(fixes)):
        name = fixes.names[int(fixes.craft[row])]
        height = float(fixes.alt_m[row])
        kind = AIRCRAFT if name.startswith(_AIRCRAFT_NAMES) or not math.isnan(height) else SHIP
        parts = [_track(float(fixes.course_deg[row]), float(fixes.speed_mps[row]))]
        if labels and name in labels:
            parts.insert(0, f"<contact callsign={_text(labels[name])}/>")
        yield event(
            name.removeprefix("cot:"), (types or {}).get(name, kind), int(fixes.time_us[row]), "".join(parts),
            (float(fixes.lat_deg[row]), float(fixes.lon_deg[row]), height, float(fixes.sigma_m[row])), stale_s=stale_s,
        )  # fmt: skip


def of_meetings(meetings: Iterable[Meeting], *, stale_s: float = STALE_S) -> Iterator[str]:
    """Yield one event an encounter: a mark whose words say who, how near and when."""
    for one in meetings:
        words = (
            f"{one.grade}: {one.a} and {one.b}, now {one.range_m / METRES_PER_NAUTICAL_MILE:.2f} nm, "
            f"closest {one.cpa_m / METRES_PER_NAUTICAL_MILE:.2f} nm in {one.tcpa_s / 60.0:.0f} min"
        )
        links = "".join(
            f'<link uid={_text(name.removeprefix("cot:"))} relation="p-p" type="a-u"/>' for name in (one.a, one.b)
        )
        yield event(
            f"searoom:{one.a}/{one.b}", MARK, one.time_us, f"{links}<remarks>{escape(_printed(words))}</remarks>",
            (one.lat_deg, one.lon_deg, math.nan, math.nan), stale_s=stale_s,
        )  # fmt: skip


def event(
    uid: str, kind: str, time_us: int, detail: str, where: tuple[float, float, float, float], *, stale_s: float
) -> str:
    """Return one event on one line; `where` is latitude, longitude, height and sigma, `nan` where not known."""
    lat, lon, height, sigma = where
    start = clock.to_text(time_us, seconds_only=False)
    stale = clock.to_text(time_us + round(stale_s * MICROSECONDS), seconds_only=False)
    return (
        f'<event version="2.0" uid={_text(uid)} type={_text(kind)} how="{HOW}" '
        f'time="{start}" start="{start}" stale="{stale}">'
        f'<point lat="{lat!r}" lon="{lon!r}" hae="{_told(height)}" ce="{_told(sigma)}" le="{UNKNOWN:.1f}"/>'
        f"<detail>{detail}</detail></event>"
    )


def _track(course_deg: float, speed_mps: float) -> str:
    known = {"course": course_deg, "speed": speed_mps}
    told = "".join(f' {name}="{value!r}"' for name, value in known.items() if not math.isnan(value))
    return f"<track{told}/>" if told else ""


def _told(value: float) -> str:
    return f"{UNKNOWN:.1f}" if math.isnan(value) else repr(value)


def _text(words: str) -> str:
    return quoteattr(_printed(words))


def _printed(words: str) -> str:
    return "".join(letter for letter in words if letter.isprintable())
