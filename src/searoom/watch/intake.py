"""One sensor of a live watch: its feed, what reads its lines, and how the watch keeps its pace (loud)."""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from searoom import clock, compiling
from searoom.tracks.addresses import Address
from searoom.tracks.decoders import Decoder
from searoom.tracks.feeds import Feed, Limits
from searoom.tracks.fixes import Fixes

LINES_WAITING: Final = 100_000  # of one sensor: three seconds of everything that the planet's AIS sends
_LATENCIES: Final = 20_000
_STATIC: Final = (b"5", b"H")  # first letters of messages 5 and 24: what a ship says of itself
STATIC_SHED: Final = "static data not read"


@dataclass(slots=True)
class Pace:
    """How a watch keeps up: reports, latencies from the time of a report to its alert, and what was shed, by cause."""

    reports: int = 0
    alerts: int = 0
    shed: Counter[str] = field(default_factory=Counter)
    latencies_s: deque[float] = field(default_factory=lambda: deque(maxlen=_LATENCIES))
    look_s: float = 0.0
    rate: float = 0.0  # reports a second, in the last second

    def quantiles(self) -> tuple[float | None, float | None]:
        """Return the median and the 99th percentile of the latest latencies."""
        if not self.latencies_s:
            return None, None
        median, most = np.quantile(np.array(self.latencies_s), [0.5, 0.99])
        return round(float(median), 4), round(float(most), 4)


class Sensor:
    """One feed and what reads its lines."""

    def __init__(self, address: Address, now: clock.Now, own: str) -> None:
        self.feed = Feed(address, now, limits=Limits(lines=LINES_WAITING))
        self._decoder = Decoder(address, own, compiled=compiling.COMPILED)

    def read(self, pace: Pace, *, behind: bool) -> Fixes:
        """Return what came since the last time; while behind, without what ships say of themselves."""
        lines = self.feed.take()
        if behind:
            kept = [one for one in lines if not _says_static(one)]
            pace.shed[STATIC_SHED] += len(lines) - len(kept)
            lines = kept
        pace.reports += len(lines)
        return self._decoder.feed(lines)

    def counts(self) -> dict[str, int]:
        """Return what happened on the line and in the lines, by cause."""
        found = {**self.feed.counts, **self._decoder.counts}
        return {cause: count for cause, count in sorted(found.items()) if count}


def _says_static(one: bytes) -> bool:
    words = one[one.rfind(b"!") :].split(b",", 6)
    return len(words) > 5 and words[0].endswith((b"VDM", b"VDO")) and (words[1] != b"1" or words[5][:1] in _STATIC)
