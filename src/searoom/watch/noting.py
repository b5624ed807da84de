"""What the lookout notes in the national log, as filled forms; and how few of all positions are worth a note.

A busy feed brings thousands of positions a second, and a note is signed and brought to the disk. So a position is noted
of our own unit and of craft in an open encounter or in company, once in each interval by each sensor; all the rest
stands in the raw recording alone (decision 0033).
"""

import math
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from searoom.encounters.alerts import Alert, Deed, Event
from searoom.encounters.limits import Warned
from searoom.signals.forms import Filled, FormBook
from searoom.tracks.fixes import Fixes
from searoom.units import MICROSECONDS

TRACK: Final = "track-note"
ENCOUNTER: Final = "encounter-note"
COMPANY: Final = "company-note"
ZONE: Final = "zone-note"
SIGMAS: Final = 2.0
"""A noted or released error is two standard deviations: the interval holds 19 cases of 20."""
_E7: Final = 10_000_000
_DEEDS: Final = {
    Deed.BEGAN: "began", Deed.ENDED: "ended", Deed.CROSSED_AHEAD: "crossed-ahead", Deed.CAME_BACK: "came-back",
    Deed.PASSED_ABOVE: "passed-above", Deed.PASSED_BELOW: "passed-below", Deed.PASSED: "passed",
    Deed.CLOSED_FASTER: "closed-faster",
}  # fmt: skip


class Thinning:
    """Which positions are noted: of each craft that counts, the first by each sensor in each interval.

    The intervals of two craft begin at different times, so that not all notes fall due at one look.
    """

    def __init__(self, every_s: float) -> None:
        self._every_us = max(round(every_s * MICROSECONDS), 1)
        self._noted: dict[tuple[str, int, str], int] = {}

    def rows(self, fixes: Fixes, wanted: Callable[[str], bool]) -> Iterator[int]:
        """Yield the rows that are to be noted, in order of time."""
        counted = [wanted(name) for name in fixes.names]
        if not any(counted):
            return
        for row, craft in enumerate(fixes.craft.tolist()):
            if not counted[craft]:
                continue
            key = (fixes.names[craft], int(fixes.source[row]), fixes.sources[int(fixes.source[row])])
            apart_us = zlib.crc32(fixes.names[craft].encode()) * MICROSECONDS % self._every_us
            interval = (int(fixes.time_us[row]) + apart_us) // self._every_us
            if self._noted.get(key, -1) < interval:
                self._noted[key] = interval
                yield row

    def forget(self, wanted: Callable[[str], bool]) -> None:
        """Let go of craft that count no longer."""
        self._noted = {key: interval for key, interval in self._noted.items() if wanted(key[0])}


class Notes:
    """Makes the lookout's notes; pure but for the book of forms that it looks versions up in."""

    def __init__(self, book: FormBook) -> None:
        self._book = book

    def position(self, fixes: Fixes, row: int, track: str, moment_us: int) -> Filled:
        """Return the note of one position; `track` is what its sensor calls the craft."""
        craft = fixes.names[int(fixes.craft[row])]
        fields: dict[str, object] = {
            "craft": craft,
            "source": fixes.sources[int(fixes.source[row])],
            "at": int(fixes.time_us[row]),
            "where": (round(float(fixes.lat_deg[row]) * _E7), round(float(fixes.lon_deg[row]) * _E7)),
            "error_mm": round(SIGMAS * float(fixes.sigma_m[row]) * 1000),
        }
        fields |= {"track": track} if track != craft else {}
        fields |= {"look": moment_us} if moment_us != fields["at"] else {}
        return self._national(TRACK, fields)

    def alerts(self, alerts: Iterable[Alert], moment_us: int) -> Iterator[Filled]:
        """Yield the note of each change of grade."""
        for alert in alerts:
            fields: dict[str, object] = {
                "a": alert.a,
                "b": alert.b,
                "grade": str(alert.grade),
                "at": moment_us,
                "range_mm": _mm(alert.range_m),
                "range_error_mm": _mm(alert.range_error_m),
                "cpa_mm": _mm(alert.cpa_m),
                "cpa_error_mm": _mm(alert.cpa_error_m),
                "tcpa_s": round(alert.tcpa_s),
                "geometry": str(alert.geometry),
                "reason": alert.reason.name.lower(),
            }
            yield self._national(ENCOUNTER, fields)

    def events(self, events: Iterable[Event]) -> Iterator[Filled]:
        """Yield the note of each event in company."""
        for event in events:
            fields: dict[str, object] = {
                "a": event.a,
                "b": event.b,
                "state": event.state.value,
                "deed": _DEEDS[event.deed],
                "at": event.time_us,
            }
            fields |= {"by": event.by} if event.by else {}
            if math.isfinite(event.range_m):  # of one who is no longer seen there is none
                fields |= {"range_mm": _mm(event.range_m), "range_error_mm": _mm(event.range_error_m)}
            fields |= {"higher_mm": _mm(event.height_m)} if event.height_m is not None else {}
            yield self._national(COMPANY, fields)

    def zones(self, warned: Iterable[Warned]) -> Iterator[Filled]:
        """Yield the note of each warning about a claimed limit."""
        for one in warned:
            fields: dict[str, object] = {
                "craft": one.craft,
                "zone": one.zone.name,
                "claimed_by": one.zone.claimed_by,
                "claim_source": one.zone.source,
                "claim_date": one.zone.dated.isoformat(),
                "deed": str(one.deed),
                "at": one.time_us,
                "outside_mm": _mm(one.outside_m),
                "error_mm": _mm(one.error_m),
            }
            fields |= {"crosses_s": round(one.crosses_s)} if one.crosses_s is not None else {}
            yield self._national(ZONE, fields)

    def _national(self, name: str, fields: dict[str, object]) -> Filled:
        return Filled(name, self._book.form(name).version, "national", "routine", "en", fields)


def _mm(metres: float) -> int:
    return round(metres * 1000)
