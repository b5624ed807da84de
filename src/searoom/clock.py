"""The only room that knows what time it is.

Times are whole microseconds of Unix time (UTC) in an `int`; text is ISO 8601 with a Z.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.units import MICROSECONDS

Now = Callable[[], int]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def machine_now() -> int:
    """Return the machine's time in microseconds of Unix time."""
    return time.time_ns() // 1000


def monotonic() -> float:
    """Return seconds that only grow, for time-outs; they name no instant."""
    return time.monotonic()


class HandClock:
    """A clock that stands still until it is told the time: a scenario's tick is an input, not a measurement."""

    def __init__(self, start_us: int) -> None:
        self._now = start_us

    def now(self) -> int:
        """Return the time that was last set."""
        return self._now

    def set(self, now_us: int) -> None:
        """Move on to `now_us`; a clock that is asked to go back refuses."""
        if now_us < self._now:
            raise NotAllowed(f"the clock stands at {to_text(self._now)} and cannot go back to {to_text(now_us)}")
        self._now = now_us


def to_text(time_us: int, *, seconds_only: bool = True) -> str:
    """Return `2023-06-03T04:05:06Z`, or with microseconds where `seconds_only` is false."""
    moment = _EPOCH + timedelta(microseconds=time_us)
    text = moment.isoformat(timespec="seconds" if seconds_only else "microseconds")
    return text.replace("+00:00", "Z")


def from_text(text: str) -> int:
    """Return the microseconds of an ISO 8601 time, which must say its zone (`Z` or an offset)."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise NotAllowed(Sentence("amount.no_time", text=text)) from None
    if moment.tzinfo is None:
        raise NotAllowed(Sentence("amount.time_no_zone", text=text))
    return (moment - _EPOCH) // timedelta(microseconds=1)


def seconds(duration_s: float) -> int:
    """Return a duration in microseconds."""
    return round(duration_s * MICROSECONDS)
