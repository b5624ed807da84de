"""What our sensors bring, look by look: files that grow, feeds over sockets, and after a restart what was recorded.

A file is read again when its size changes. What people typed in (`sighted.FILE`) is looked at although it
is written down later than it was seen. A feed's lines wait until they are looked at; each look is written into the
journal first, so that a restart makes the very same looks again. A sensor that fails is blind and stops nothing else.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np

from searoom import clock
from searoom.errors import NotAllowed
from searoom.tracks import addresses, sources
from searoom.tracks.addresses import Address
from searoom.tracks.decoders import Decoder
from searoom.tracks.feeds import Feed
from searoom.tracks.fixes import Fixes, no_fixes
from searoom.tracks.sighted import FILE
from searoom.units import MICROSECONDS
from searoom.watch.journal import Journal, Look

SILENT_US: Final = 60 * MICROSECONDS  # a GNSS receiver speaks each second, a busy antenna too
AGAIN_US: Final = 3_600 * MICROSECONDS  # after a restart so much is looked at again: half a minute of work
BACKWARDS: Final = "clock set back: looked at as of the newest look"
AHEAD: Final = "recorded looks of a time that has not come"
NEVER: Final = -(1 << 62)
_TROUBLE: Final = frozenset({
    "no file", "cannot connect", "silent", "connection failed", "connection ended", "not on a network of our own",
    "answer is not HTTP", "answer is not 200",
})  # fmt: skip
Seen = tuple[int, Fixes]  # the moment of a look, and what was received since the one before


@dataclass(slots=True)
class Live:
    """One sensor that a feed is kept running for, and what it last had to complain of."""

    feed: Feed
    decoder: Decoder
    lines: int = 0
    trouble: str = ""
    _counted: dict[str, int] = field(default_factory=dict)

    def take(self) -> list[bytes]:
        """Return the lines that wait; see at the same time how the sensor is."""
        taken, counts = self.feed.take(), self.feed.counts
        worse = [cause for cause in _TROUBLE if counts[cause] > self._counted.get(cause, 0)]
        if counts["lines"] > self.lines:
            self.trouble = ""
        elif worse:
            self.trouble = min(worse)
        self.lines, self._counted = counts["lines"], dict(counts)
        return taken

    def blind(self, now_us: int) -> str:
        """Return why nothing is seen by this sensor now, or nothing."""
        newest = self.feed.newest_us
        since = "nothing heard yet" if newest is None else f"nothing heard since {clock.to_text(newest)}"
        if self.trouble:
            return f"{self.trouble}; {since}; tried again"
        return since if newest is None or now_us - newest > SILENT_US else ""

    def condition(self) -> dict[str, int]:
        """Return what happened, by cause: on the line, and in the lines."""
        counts = {**self.feed.counts, **self.decoder.counts}
        return {cause: count for cause, count in sorted(counts.items()) if count}


class Sensing:
    """The sensors of one node; `blind` says which see nothing now, and why."""

    def __init__(self, folder: Path, texts: Sequence[str], own: str, now: clock.Now, *, record_hours: float) -> None:
        self._folder, self._now = folder, now
        found = {text: addresses.parse(text) for text in texts}
        self._files = {text: one.path for text, one in found.items() if not one.live}
        self.live = {
            one.name: Live(Feed(self._placed(one), now), Decoder(one, own)) for one in found.values() if one.live
        }
        if len(self.live) + len(self._files) < len(texts):
            raise NotAllowed("two sensors have one name", advice="Write a name before an address: mast=udp://...")
        self._late = no_fixes()
        recorded = self.live and record_hours > 0
        self._journal = Journal(folder, keep_hours=record_hours) if recorded else None
        self._again = self._looks_again(self._journal) if self._journal else None
        self._sizes: dict[str, int] = {}
        self._read_well: dict[str, Fixes] = {}
        self._told: dict[str, Mapping[str, str]] = {}
        self._unread: dict[str, str] = {}
        self.filed = no_fixes()
        self.until_us = NEVER
        self.counts: dict[str, int] = {}

    def _placed(self, address: Address) -> Address:
        return replace(address, path=str(self._folder / address.path)) if address.carrier == "poll" else address

    async def run(self) -> None:
        """Keep all feeds running until cancelled."""
        await asyncio.gather(*(one.feed.run() for one in self.live.values()))

    def looks(self, now_us: int, noted_us: int) -> Iterator[Seen]:
        """Yield what is to be looked at up to `now_us`, step by step; the first time, what was recorded before.

        Of a file, each time at which it reports is a step, so that a restart repeats them; `now_us` itself comes last
        once no step is repeated any more: while nothing is reported, grades still change.
        """
        yield from self.again()
        self.read_files()
        if now_us < self.until_us and self.live:
            self._count(BACKWARDS)
            now_us = self.until_us
        lines = {name: one.take() for name, one in self.live.items()}
        if self._journal is not None:
            self._journal.write(Look(now_us, lines))
            left, self._journal.left = self._journal.left, {}
            lines = {name: [*left.get(name, ()), *some] for name, some in lines.items()}
        yield from self._upto(now_us)
        if self.live or len(self._late) or now_us > max(self.until_us, noted_us):
            yield self._step(now_us, self._decoded(lines))

    def again(self) -> Iterator[Seen]:
        """Yield what was recorded before a restart, as it was looked at then; who stops midway goes on next time."""
        while self._again is not None:  # no `yield from`: whoever stops midway would close what is left
            seen = next(self._again, None)
            if seen is None:
                self._again = None
            else:
                yield seen

    @property
    def behind(self) -> bool:
        """Whether what was recorded before a restart is still being looked at."""
        return self._again is not None

    def _looks_again(self, journal: Journal) -> Iterator[Seen]:
        now_us = self._now()
        self.read_files()
        for look in journal.again(max(now_us - AGAIN_US, 0)):
            if look.moment_us > now_us:
                self._count(AHEAD)
                continue
            moment_us = max(look.moment_us, self.until_us)
            yield from self._upto(moment_us)
            yield self._step(moment_us, self._decoded(look.lines))

    def _upto(self, moment_us: int) -> Iterator[Seen]:
        """Yield the steps of the files up to a moment."""
        for time_us in np.unique(self.filed.between(self.until_us, moment_us).time_us).tolist():
            yield self._step(int(time_us), no_fixes())

    def _step(self, moment_us: int, live: Fixes) -> Seen:
        fresh = self.filed.between(self.until_us, moment_us)
        self.until_us = moment_us
        more = [fixes for fixes in (live, self._late) if len(fixes)]
        self._late = no_fixes()
        return moment_us, fresh.concat(*more) if more else fresh

    def _decoded(self, lines: Mapping[str, Sequence[bytes]]) -> Fixes:
        parts = [self.live[name].decoder.feed(some) for name, some in lines.items() if name in self.live and some]
        return no_fixes().concat(*parts)

    def _count(self, cause: str) -> None:
        self.counts[cause] = self.counts.get(cause, 0) + 1

    def read_files(self) -> None:
        """Read again each file whose size has changed; one that cannot be read blinds that sensor alone."""
        fresh = False
        for text, name in self._files.items():
            path = self._folder / name
            size = path.stat().st_size if path.exists() else 0
            if size != self._sizes.get(text, 0):
                self._sizes[text] = size
                fresh = self._read_one(text, path) or fresh
        if fresh:
            self.filed = no_fixes().concat(*self._read_well.values())

    def _read_one(self, text: str, path: Path) -> bool:
        try:
            reading = sources.read(path)
        except NotAllowed as fault:
            self._unread[text] = fault.sentence
            return False
        if self._files[text] == FILE and self.until_us > NEVER:
            self._late = self._late.concat(_past(reading.fixes, self._read_well.get(text, no_fixes()), self.until_us))
        self._read_well[text], self._told[text] = reading.fixes, reading.labels
        self._unread.pop(text, None)
        return True

    def blind(self) -> dict[str, str]:
        """Return which sensors see nothing now, and why; what was read of them before still counts."""
        now_us = self._now()
        silent = {name: why for name, one in self.live.items() if (why := one.blind(now_us))}
        return {**self._unread, **silent}

    def condition(self) -> dict[str, dict[str, int]]:
        """Return what happened at each sensor that is heard over a socket, by cause."""
        return {name: one.condition() for name, one in self.live.items()}

    @property
    def labels(self) -> dict[str, str]:
        """The names that craft send; nobody vouches for them."""
        told = (*self._told.values(), *(one.decoder.labels for one in self.live.values()))
        return {name: label for one in told for name, label in one.items() if label.isprintable()}

    def close(self) -> None:
        """Bring what was recorded to the disk."""
        if self._journal is not None:
            self._journal.close()


def _past(now: Fixes, before: Fixes, until_us: int) -> Fixes:
    """Return the fixes that were not there before, of times that were looked at already."""
    known = set(_moments(before))
    rows = [row for row, (craft, at) in enumerate(_moments(now)) if at <= until_us and (craft, at) not in known]
    return now.take(np.array(rows, dtype=np.intp))


def _moments(fixes: Fixes) -> list[tuple[str, int]]:
    return [(fixes.names[craft], at) for craft, at in zip(fixes.craft.tolist(), fixes.time_us.tolist(), strict=True)]
