"""What measured intervals share, in whole millimetres and never finer than their errors; and lengths in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from searoom.errors import NotAllowed
from searoom.signals.quantities import say_distance

MILLIMETRES = 1000


@dataclass(frozen=True, slots=True)
class Shared:
    """What several intervals have in common: from `low_mm` to `high_mm`, or the widest gap between two of them.

    `agree` is false where no value lies in all of them; then low and high are the edges of that gap.
    Both edges are rounded outward to `step_mm`, the coarsest step of the intervals compared.
    """

    agree: bool
    low_mm: int
    high_mm: int
    step_mm: int


def step(error_mm: int) -> int:
    """Return the place of the error's first digit in millimetres (25 m: 10 m); one where there is no error."""
    if error_mm < 0:
        raise NotAllowed("an error cannot be negative")
    return int(10 ** (len(str(error_mm)) - 1))


def share(intervals: Sequence[tuple[int, int]]) -> Shared:
    """Compare (value, error) pairs in millimetres: what lies in all of them, or the gap."""
    if not intervals:
        raise NotAllowed("there is no interval to compare")
    low = max(value - error for value, error in intervals)
    high = min(value + error for value, error in intervals)
    place = max(step(error) for _, error in intervals)
    first, last = min(low, high), max(low, high)
    return Shared(low <= high, max(0, first // place * place), -(-last // place) * place, place)


def say(value_m: float, error_m: float, lang: str) -> str:
    """Return a range with its error, both given in metres, no finer than the error: `140 m ± 30 m`."""
    return say_distance(max(0, from_metres(value_m)), from_metres(error_m), lang)


def from_metres(value_m: float) -> int:
    """Return whole millimetres of a length in metres."""
    return round(value_m * MILLIMETRES)


def grouped(value: float) -> str:
    """Return a number for an axis: whole numbers with thousands parted by a thin no-break space, others short."""
    return f"{value:,.0f}".replace(",", "\u202f") if value >= 1 and value == round(value) else f"{value:g}"
