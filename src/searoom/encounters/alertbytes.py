"""What was told of an open encounter as one string of bytes: a live watch keeps hundreds of thousands of them.

    alert, alert, ... each of one length | the two names | how long these are

An `Alert` with its numbers takes half a kilobyte as an object, and the collector of garbage looks at it; its bytes
take a fifth of that and are looked at by nobody. They are never written anywhere: a journal has JSON lines.
"""

import struct
from collections.abc import Iterable
from enum import Enum
from typing import Final, TypeVar

from searoom.encounters.alerts import Alert, Reason
from searoom.encounters.craft import Pair
from searoom.encounters.geometry import Colregs, Geometry
from searoom.encounters.settings import Grade

_ONE = struct.Struct("<q10d6B")  # time; numbers; grade, geometry, reason, pair, rule, which numbers do not exist
_END = struct.Struct("<HH")  # bytes of the first name, and of both
_Kind = TypeVar("_Kind", bound=Enum)
_GRADES, _GEOMETRIES, _REASONS, _PAIRS, _RULES = (tuple(kind) for kind in (Grade, Geometry, Reason, Pair, Colregs))


def _places(kinds: Iterable[_Kind]) -> dict[_Kind, int]:
    return {kind: place for place, kind in enumerate(kinds)}


_GRADE, _GEOMETRY, _REASON = _places(Grade), _places(Geometry), _places(Reason)
_PAIR, _RULE = _places(Pair), _places(Colregs)
BYTES: Final = _ONE.size  # of one alert


def begun(first: Alert) -> bytes:
    """Return the bytes of an encounter of which one alert was told."""
    a, b = first.a.encode(), first.b.encode()
    return _one(first) + a + b + _END.pack(len(a), len(a) + len(b))


def longer(told: bytes, alert: Alert, most: int | None) -> bytes:
    """Return the bytes with one more alert of the same pair; the middle one goes where there are more than `most`."""
    end = _alerts(told)
    found = told[:end] + _one(alert)
    if most is not None and len(found) > most * BYTES:
        middle = most // 2 * BYTES
        found = found[:middle] + found[middle + BYTES :]
    return found + told[end:]


def last(told: bytes) -> Alert:
    """Return what was told last."""
    a, b = _names(told)
    return _alert(told, _alerts(told) - BYTES, a, b)


def all_of(told: bytes) -> tuple[Alert, ...]:
    """Return all that was told, in order."""
    a, b = _names(told)
    return tuple(_alert(told, at, a, b) for at in range(0, _alerts(told), BYTES))


def _one(one: Alert) -> bytes:
    maybe = (one.bearing_deg, one.aspect_deg, one.height_m, one.height_error_m)
    missing = sum(1 << place for place, value in enumerate(maybe) if value is None)
    return _ONE.pack(
        one.time_us, one.range_m, one.range_error_m, one.cpa_m, one.cpa_error_m, one.tcpa_s, one.age_s,
        *(0.0 if value is None else value for value in maybe), _GRADE[one.grade], _GEOMETRY[one.geometry],
        _REASON[one.reason], _PAIR[one.pair], _RULE[one.colregs], missing,
    )  # fmt: skip


def _alert(told: bytes, at: int, a: str, b: str) -> Alert:
    time_us, range_m, range_error_m, cpa_m, cpa_error_m, tcpa_s, age_s, *rest = _ONE.unpack_from(told, at)
    *maybe, grade, geometry, reason, pair, rule, missing = rest
    bearing, aspect, height, height_error = (
        None if missing >> place & 1 else value for place, value in enumerate(maybe)
    )  # fmt: skip
    return Alert(
        time_us, a, b, _GRADES[grade], range_m, range_error_m, cpa_m, cpa_error_m, tcpa_s, bearing, aspect,
        _GEOMETRIES[geometry], _REASONS[reason], age_s, _PAIRS[pair], height, height_error, _RULES[rule],
    )  # fmt: skip


def _alerts(told: bytes) -> int:
    """Return how many bytes are of alerts."""
    return len(told) - _END.size - int(_END.unpack_from(told, len(told) - _END.size)[1])


def _names(told: bytes) -> tuple[str, str]:
    first, both = _END.unpack_from(told, len(told) - _END.size)
    names = told[-_END.size - both : -_END.size]
    return names[:first].decode(), names[first:].decode()
