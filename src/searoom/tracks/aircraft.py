"""Aircraft as a receiver lists them: `aircraft.json` of readsb and dump1090, one document or one after another.

A position is as old as its `seen_pos` says. An address with `~` before it is none of ICAO's but one that a ground
station or an anonymous transponder made up: it keeps its sign and never meets the aircraft that owns the number.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from searoom.tracks import stamps
from searoom.tracks.fixes import Rows
from searoom.units import METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE, METRES_PER_SECOND_PER_KNOT, MICROSECONDS

MAX_DOCUMENT_BYTES = 16 * 1024 * 1024  # 10,000 aircraft are 5 MB
MAX_AIRCRAFT = 50_000  # in one document
MAX_AGE_S = 60.0  # an older position is history: at 450 knots it lies 14 km behind
CLOCKS_APART_US = 10 * MICROSECONDS
SAME_US = MICROSECONDS  # a list is written each second and says again what it said; its ages are rounded to 0.1 s
MPS_PER_FPM = METRES_PER_FOOT / 60.0
R95 = 2.4477  # of a round Gaussian: the radius that holds 19 cases of 20, in standard deviations

# EPU, the radius that holds 19 cases of 20, by NACp; ICAO Annex 10 vol. IV, RTCA DO-260B table 2-71.
EPU_BY_NAC_M: Mapping[int, float] = {
    11: 3.0, 10: 10.0, 9: 30.0, 8: 92.6, 7: 185.2, 6: 555.6, 5: 926.0, 4: 1852.0, 3: 3704.0, 2: 7408.0, 1: 18520.0,
}  # fmt: skip
# Radius of containment by NIC, DO-260B table 2-14, the widest where a supplement would tell; far more than 19 of 20
# cases lie inside, so it errs to the wide side. Read only where there is no NACp and no `rc`.
RC_BY_NIC_M: Mapping[int, float] = {
    11: 7.5, 10: 25.0, 9: 75.0, 8: 185.2, 7: 370.4, 6: 1111.2, 5: 1852.0, 4: 3704.0, 3: 7408.0, 2: 14816.0, 1: 37040.0,
}  # fmt: skip
# Where nothing is told: 14 CFR 91.227 wants NACp 8 or better, 0.05 nm; ED-142 wants wide-area MLAT within 350 m RMS.
EPU_UNTOLD_M = 0.05 * METRES_PER_NAUTICAL_MILE
EPU_MLAT_M = 350.0 * R95 / math.sqrt(2.0)

_ADDRESS = re.compile(r"~?[0-9a-f]{6}\Z", re.ASCII)
_SOURCES = (("adsb", "ADSB"), ("adsr", "ADSR"), ("tisb", "TISB"), ("adsc", "ADSC"), ("mlat", "MLAT"))
_OTHER_SOURCE = "MODES"


def craft_name(address: str) -> str:
    """Return the name of the craft with an address of 24 bits as hexadecimal digits; nothing where it is none."""
    low = address.strip().lower()
    return f"icao:{low}" if _ADDRESS.match(low) else ""


def north(course_deg: float) -> float:
    """Return a course that was rounded up to 360 as 0."""
    return 0.0 if course_deg == 360.0 else course_deg


@dataclass(slots=True)
class Documents:
    """Reads documents, given as lines, into `rows`; `labels` gathers the flights that aircraft send."""

    rows: Rows = field(default_factory=Rows)
    labels: dict[str, str] = field(default_factory=dict)
    other: int = 0  # a list tells of nothing but aircraft
    _text: bytearray = field(default_factory=bytearray)
    _depth: int = 0
    _heard_us: int | None = None
    _last: dict[str, tuple[float, float, int]] = field(default_factory=dict)

    def feed(self, lines: Iterable[bytes]) -> None:
        """Take lines in; a document may fill one line or many, and ends where its braces are closed."""
        for raw in lines:
            line = raw
            if not self._text:
                told, line, wrong = stamps.split(raw.strip())
                self._heard_us = told if told is not None or wrong else self._heard_us
                if wrong:
                    self.rows.refuse(wrong)
                if not line:
                    continue
            self._text += line
            self._depth += line.count(b"{") - line.count(b"}")
            if len(self._text) > MAX_DOCUMENT_BYTES:
                self._drop("document too long")
            elif self._depth <= 0:
                self._document()

    def close(self) -> None:
        """Count a document that was cut short; to be called once after the last line."""
        if self._text:
            self._drop("document cut short")

    def _drop(self, cause: str) -> None:
        self.rows.refuse(cause)
        self._text.clear()
        self._depth = 0

    def _document(self) -> None:
        try:
            value = json.loads(self._text)
        except (ValueError, RecursionError):
            self._drop("document is not JSON")
            return
        self._text.clear()
        self._depth = 0
        listed = value.get("aircraft") if isinstance(value, dict) else None
        if not isinstance(listed, list):
            self.rows.refuse("document lists no aircraft")
            return
        now_us = self._now_us(value)
        if now_us is None:
            self.rows.refuse("no time of reception")
            return
        if len(listed) > MAX_AIRCRAFT:
            self.rows.refuse("more aircraft than are read", len(listed) - MAX_AIRCRAFT)
        last, self._last = self._last, {}
        for one in listed[:MAX_AIRCRAFT]:
            if isinstance(one, dict):
                self._aircraft(one, now_us, last)
            else:
                self.rows.refuse("aircraft is no table")

    def _now_us(self, value: Mapping[str, object]) -> int | None:
        """Return when the list was written: its own time goes first, else a list that stands still would stay new."""
        seconds = _finite(value.get("now"))
        if math.isnan(seconds) or not 0.0 <= seconds < 1e10:
            return self._heard_us
        now_us = round(seconds * MICROSECONDS)
        if self._heard_us is not None and abs(now_us - self._heard_us) > CLOCKS_APART_US:
            self.rows.doubt("list's time is not the time of reception")
        return now_us

    def _aircraft(self, one: Mapping[str, object], now_us: int, last: Mapping[str, tuple[float, float, int]]) -> None:
        name = craft_name(str(one.get("hex")))
        if not name:
            self.rows.refuse("no usable address")
            return
        flight = one.get("flight")
        if isinstance(flight, str) and flight.strip() and flight.isprintable():
            self.labels[name] = flight.strip()[:16]
        lat, lon = self._number(one, "lat"), self._number(one, "lon")
        if math.isnan(lat) or math.isnan(lon):
            self.rows.refuse("no position yet")
            return
        age_s = self._number(one, "seen_pos", "seen")
        if not 0.0 <= age_s <= MAX_AGE_S:
            self.rows.refuse("position too old" if age_s > MAX_AGE_S else "position of unknown age")
            return
        time_us = now_us - round(age_s * MICROSECONDS)
        before = last.get(name)
        self._last[name] = lat, lon, time_us
        if before and before[:2] == (lat, lon) and abs(time_us - before[2]) < SAME_US:
            self._last[name] = before
            self.rows.refuse("position told before")
            return
        source = source_of(one)
        grounded = "ground" in (one.get("alt_baro"), one.get("altitude"))
        self.rows.add(
            name, time_us, lat, lon, source=source, sigma_m=sigma_m(one, source), ground=grounded,
            alt_m=math.nan if grounded else self._number(one, "alt_baro", "altitude") * METRES_PER_FOOT,
            speed_mps=self._number(one, "gs", "speed") * METRES_PER_SECOND_PER_KNOT,
            course_deg=north(self._number(one, "track")), turn_dps=self._number(one, "track_rate"),
            climb_mps=self._number(one, "baro_rate", "geom_rate", "vert_rate") * MPS_PER_FPM,
        )  # fmt: skip

    def _number(self, one: Mapping[str, object], *names: str) -> float:
        """Return the first of these fields that is there; one that is no number is not known, and counted."""
        name = next((name for name in names if one.get(name) is not None), None)
        if name is None:
            return math.nan
        value = _finite(one[name])
        if math.isnan(value):
            self.rows.doubt(f"{name} is not a number")
        return value


def source_of(one: Mapping[str, object]) -> str:
    """Return who says where an aircraft is: itself, a ground station, another's list, or receivers by its timing."""
    for field_name, source in (("mlat", "MLAT"), ("tisb", "TISB")):
        told = one.get(field_name)
        if isinstance(told, list) and "lat" in told:
            return source
    if "uat_version" in one:
        return "UAT"
    kind = one.get("type")
    if kind is None:
        return "ADSB"  # dump1090 before it told a type
    return next((source for start, source in _SOURCES if str(kind).startswith(start)), _OTHER_SOURCE)


def sigma_m(one: Mapping[str, object], source: str) -> float:
    """Return one standard deviation of an aircraft's place along any one direction, from what it claims."""
    if source == "MLAT":
        return EPU_MLAT_M / R95
    nac, rc, nic = (_finite(one.get(name)) for name in ("nac_p", "rc", "nic"))
    if nac in EPU_BY_NAC_M:
        return EPU_BY_NAC_M[int(nac)] / R95
    if 0.0 < rc < RC_BY_NIC_M[1]:
        return rc / R95
    return RC_BY_NIC_M.get(0 if math.isnan(nic) else int(nic), EPU_UNTOLD_M) / R95


def _finite(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        found = float(value)
    except OverflowError:
        return math.nan
    return found if math.isfinite(found) else math.nan
