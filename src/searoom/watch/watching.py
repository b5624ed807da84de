"""A live watch: sensors in, alerts out, answers kept; what it cannot keep up with it says and sheds (loud).

    feeds -> decoders -> detector.hear -> alerts told      every few hundredths of a second
    detector.glance -> a thread -> settle -> alerts told   one full look after another: time, silence, company
    answers in -> journal on the disk -> confirmed

Shed first is what ships say of themselves, then the looks at strangers' reports (the next full look sees them), then
strangers' reports themselves; older lines go before newer ones. Each is counted, shown, and told to who reads.
"""

import asyncio
import gc
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

import numpy as np

from searoom import clock, compiling
from searoom.encounters import bells, livewords
from searoom.encounters.alerts import Alert, Encounter
from searoom.encounters.detector import Detector, Glance, Glimpsed
from searoom.encounters.livewords import Standing, Words, alert_words, line, names_of
from searoom.encounters.settings import Grade, Settings
from searoom.errors import NotAllowed, StateUnknown
from searoom.tracks.addresses import Address
from searoom.tracks.fixes import Fixes, Flags, no_fixes
from searoom.tracks.registry import Registry
from searoom.units import MICROSECONDS
from searoom.watch.alarmbook import Alarmbook
from searoom.watch.intake import Pace, Sensor
from searoom.watch.outlets import Request

TICK_S: Final = 0.03
LOOK_EVERY_S: Final = 1.0
SECOND_S: Final = 1.0
ALL_FREED_EVERY: Final = 3_600  # seconds; the young ones each second
MOST_CRAFT: Final = 1_000_000
BEHIND_S: Final = 0.15  # what waits longer than this is more than can be kept up with
STRANGERS_AT_ONCE: Final = 2_000  # reports, before anything else has its turn
SETTLED_AT_ONCE: Final = 8_000  # pairs of a full look, likewise
STRANGERS_WAITING: Final = 10_000
MOST_STRANGERS: Final = 6_000  # reports of strangers taken in at once, while behind
_MANY_BELLS: Final = 200
_LOUD: Final = frozenset({Grade.WARN, Grade.URGENT})

UNHEARD: Final = "reports of strangers left to the next full look"
UNWRITTEN: Final = "alerts not written into the journal"
UNSYNCED: Final = "the journal could not be brought to the disk"
UNTAKEN: Final = "reports of strangers not taken in"


class Outlet(Protocol):
    """Who lines are told to; it never waits."""

    def tell(self, lines: list[bytes], *, first: bool) -> None:
        """Take lines; `first`: they matter more than others."""
        ...


class Watch:
    """The watch itself; `run` goes on until its task is cancelled."""

    def __init__(
        self, addresses: Iterable[Address], settings: Settings, registry: Registry | None = None, *,
        now: clock.Now = clock.machine_now, every_pair: bool = False, own: str = "",
        journal: tuple[Alarmbook, Standing] | None = None,
    ) -> None:  # fmt: skip
        self.outlets: list[Outlet] = []
        self._now, self._registry, self._settings = now, registry, settings
        self._detector = Detector(settings, live=True, every_pair=every_pair, most=MOST_CRAFT)
        self.sensors = [Sensor(one, now, own) for one in addresses]
        self.pace = Pace()
        self._at_us = now()
        standing = Standing() if journal is None else journal[1]
        self._book = None if journal is None else journal[0]
        self._answers = standing.answers
        self._detector.put_back(standing.encounters(), self._at_us)
        self._open: dict[tuple[str, str], Alert] = {pair: told[-1] for pair, told in standing.told.items()}
        self._first_us = {pair: told[0].time_us for pair, told in standing.told.items()}
        self._rang: dict[tuple[str, str], int] = {}
        self._told_shed: Counter[str] = Counter()
        self._writing = asyncio.Lock()
        self._behind = False

    async def run(self) -> None:
        """Watch for ever."""
        compiling.load()
        gc.disable()  # with hundreds of thousands of encounters open, looking through all of them takes half a second
        feeds = [asyncio.create_task(one.feed.run()) for one in self.sensors]
        with ThreadPoolExecutor(1, "look") as thread:
            tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._look(thread))]
            tasks.append(asyncio.create_task(self._each_second()))
            try:
                await asyncio.gather(*tasks, *feeds)
            finally:
                for task in (*tasks, *feeds):
                    task.cancel()
                await asyncio.gather(*tasks, *feeds, return_exceptions=True)
                gc.enable()

    async def _listen(self) -> None:
        """Hear what the feeds bring, a batch at a time; a batch that took long is followed at once by the next."""
        while True:
            began = clock.monotonic()
            self._hear()
            took = clock.monotonic() - began
            self._behind = took > BEHIND_S
            self._hear_strangers(began + max(took, TICK_S) + TICK_S)
            took = clock.monotonic() - began
            await asyncio.sleep(max(0.0, TICK_S - took))

    def _hear(self) -> None:
        found = [one.read(self.pace, behind=self._behind) for one in self.sensors]
        fixes = found[0].concat(*found[1:]) if len(found) > 1 else (found or [no_fixes()])[0]
        self._told(self._detector.hear_due(self._moment()), cause="time")
        if not len(fixes):
            return
        if self._behind:
            fixes = self._pressing(fixes)
        self._told(self._detector.hear(fixes, self._moment()), cause="report")

    def _hear_strangers(self, until: float) -> None:
        """Ask about strangers among themselves for as long as there is time; what is left over, the full look sees."""
        while self._detector.waiting and clock.monotonic() < until:
            self._told(self._detector.hear_on(STRANGERS_AT_ONCE, self._moment()), cause="report")
        self.pace.shed[UNHEARD] += self._detector.leave(STRANGERS_WAITING)

    def _pressing(self, fixes: Fixes) -> Fixes:
        """Return all reports of watched craft, and of strangers the newest, as many as can be taken in."""
        strangers = np.flatnonzero(~self._is_watched(fixes))
        left = strangers[: max(0, len(strangers) - MOST_STRANGERS)]
        self.pace.shed[UNTAKEN] += len(left)
        kept = np.ones(len(fixes), dtype=np.bool_)
        kept[left] = False
        return fixes.take(kept) if len(left) else fixes

    def _is_watched(self, fixes: Fixes) -> Flags:
        watched = self._settings.watched
        if watched is None:
            return np.ones(len(fixes), dtype=np.bool_)
        return np.array([name in watched for name in fixes.names], dtype=np.bool_)[fixes.craft]

    def _moment(self) -> int:
        """Return the time now; a clock that was set back stands still until it has caught up."""
        self._at_us = max(self._at_us, self._now())
        return self._at_us

    async def _look(self, thread: ThreadPoolExecutor) -> None:
        """Make one full look after another, each in a thread while reports are heard."""
        loop = asyncio.get_running_loop()
        while True:
            began = clock.monotonic()
            glance: Glance = self._detector.glance(self._moment())
            found: Glimpsed = await loop.run_in_executor(thread, glance.look)
            for part in self._detector.settling(glance, found, SETTLED_AT_ONCE):
                self._told(part, cause="full look")
                await asyncio.sleep(0.0)  # reports are heard between two parts
            self._say([line("event", livewords.event_words(one)) for one in self._detector.events()], first=True)
            self._detector.forget()
            self.pace.look_s = clock.monotonic() - began
            await asyncio.sleep(max(self.pace.look_s, LOOK_EVERY_S - self.pace.look_s))  # half of one core at most

    def _told(self, alerts: Iterable[Alert], *, cause: str) -> None:
        """Tell alerts, those of watched pairs first and into the journal."""
        first: list[bytes] = []
        rest: list[bytes] = []
        watched, told_us = self._settings.watched, self._now()
        for alert in alerts:
            pair, ours = names_of(alert.a, alert.b), watched is None or alert.a in watched or alert.b in watched
            reported_us = self._detector.reported_us(pair)
            words = {**alert_words(alert), "watched": ours, "told_us": told_us, **self._parties(alert)}
            words |= {"reported_us": reported_us, "cause": cause}
            (first if ours else rest).append(line("alert", words))
            if ours and alert.grade is Grade.CLEAR:
                self._open.pop(pair, None)
                self._first_us.pop(pair, None)
            elif ours:
                self._open[pair] = alert
                self._first_us.setdefault(pair, alert.time_us)
            if cause == "report":
                self.pace.latencies_s.append((told_us - reported_us) / MICROSECONDS)
        self.pace.alerts += len(first) + len(rest)
        self._note(first)
        self._say(first, first=True)
        self._say(rest, first=False)

    def _note(self, lines: list[bytes]) -> None:
        """Write alerts into the journal; a disk that is full is counted and told, and stops no alert."""
        try:
            if self._book is not None and lines:
                self._book.write(lines)
        except OSError:
            self.pace.shed[UNWRITTEN] += len(lines)

    def _parties(self, alert: Alert) -> dict[str, str | None]:
        if self._registry is None:
            return {}
        return {
            "party_a": self._registry.party(alert.a, alert.time_us),
            "party_b": self._registry.party(alert.b, alert.time_us),
        }

    def _say(self, lines: list[bytes], *, first: bool) -> None:
        for outlet in self.outlets if lines else ():
            outlet.tell(lines, first=first)

    async def _each_second(self) -> None:
        before = 0
        for second in itertools.count(1):
            await asyncio.sleep(SECOND_S)
            gc.collect(1 if second % ALL_FREED_EVERY else 2)
            self.pace.rate, before = (self.pace.reports - before) / SECOND_S, self.pace.reports
            self._ring()
            self._say([line("status", self.status())], first=True)
            fresh = self.shed() - self._told_shed
            self._told_shed = self.shed()
            self._say([line("shed", {"cause": cause, "count": many}) for cause, many in fresh.items()], first=True)
            await self._keep(())

    async def _keep(self, answers: Iterable[bytes]) -> bool:
        """Return whether answers, and all before them, are on the disk now."""
        if self._book is None:
            return True
        try:
            async with self._writing:
                if self._book.long:
                    self._book.shorten(self._standing())
                self._book.write(answers)
                await asyncio.to_thread(self._book.sync)
        except (OSError, StateUnknown):
            self.pace.shed[UNSYNCED] += 1
            return False
        return True

    def shed(self) -> Counter[str]:
        """Return what was not kept up with so far, by cause."""
        dropped = Counter(self.pace.shed)
        for one in self.sensors:
            dropped.update({cause: many for cause, many in one.feed.counts.items() if cause.startswith("dropped")})
        dropped.update({cause: many for cause, many in self._detector.passed_over.items() if "craft" in cause})
        return +dropped

    def status(self) -> Words:
        """Return how the watch does, as one row."""
        median, most = self.pace.quantiles()
        return {
            "time_us": self._now(), "reports": self.pace.reports, "reports_a_second": round(self.pace.rate),
            "craft": self._detector.craft, "open": self._detector.open, "alerts": self.pace.alerts,
            "latency_median_s": median, "latency_p99_s": most, "full_look_s": round(self.pace.look_s, 3),
            "behind": self._behind, "shed": dict(self.shed()),
        }  # fmt: skip

    def _ring(self) -> None:
        """Tell where nobody has answered and it becomes louder."""
        now_us = self._moment()
        loud = [pair for pair, alert in self._open.items() if alert.grade in _LOUD]
        answered = (self._answers.acknowledged.keys() | self._answers.snoozed.keys()).intersection(loud)
        found = [*bells.ringing(self._detector.between(answered), self._answers, self._settings, now_us)]
        others = ((self._open[pair], self._first_us[pair]) for pair in loud if pair not in answered)
        found += bells.unanswered(others, self._settings, now_us, _MANY_BELLS)
        rings = {names_of(bell.a, bell.b): bell for bell in sorted(found, key=bells.pressing)[:_MANY_BELLS]}
        louder = [bell for pair, bell in rings.items() if bell.step > self._rang.get(pair, -1)]
        self._rang = {pair: bell.step for pair, bell in rings.items()}
        self._say([line("bell", _bell_words(bell)) for bell in louder], first=True)

    async def answer(self, asked: Request) -> list[bytes]:
        """Answer a request of a reader: acknowledge, snooze, open, status."""
        match asked.get("do"):
            case "acknowledge" | "snooze":
                return [await self._answered(asked)]
            case "open":
                told = [line("open", alert_words(alert)) for alert in self._open.values()]
                return [*told, line("end", {"open": len(told)})]
            case "status":
                sensors = {one.feed.address.name: one.counts() for one in self.sensors}
                return [line("status", {**self.status(), "sensors": sensors})]
        raise NotAllowed("nothing is known of this request", advice="Say do: acknowledge, snooze, open or status.")

    async def _answered(self, asked: Request) -> bytes:
        one, now_us = self._encounter(asked), self._moment()
        pair = names_of(one.a, one.b)
        if asked["do"] == "acknowledge":
            kind, answer = "acknowledged", self._answers.acknowledge(one, now_us).acknowledged[pair]
        else:
            until_us = asked.get("until_us")
            if not isinstance(until_us, int) or isinstance(until_us, bool):
                raise NotAllowed("a snooze needs until_us, in microseconds of Unix time")
            kind, answer = "snoozed", self._answers.snooze(one, now_us, until_us).snoozed[pair]
        words = livewords.answer_words(pair, answer)
        if not await self._keep([line(kind, words)]):
            raise StateUnknown(
                "the answer could not be written down, and does not hold", advice="Free the disk, ask again."
            )
        self._answers = livewords.answered(self._answers, kind, pair, answer)
        self._say([line(kind, words)], first=True)
        return line("confirmed", {"do": asked["do"], **words, "journal": self._book is not None})

    def _encounter(self, asked: Request) -> Encounter:
        pair = names_of(str(asked.get("a")), str(asked.get("b")))
        found = list(self._detector.between([pair])) if pair in self._open else []
        if not found:
            raise NotAllowed(f"no encounter of {pair[0]} and {pair[1]} is open", advice="Ask with do: open which are.")
        return found[0]

    def _standing(self) -> Standing:
        told = {names_of(one.a, one.b): list(one.alerts) for one in self._detector.between(self._open)}
        self._answers = self._answers.kept(self._detector.between(self._open), self._moment())
        return Standing(told, self._answers)

    def close(self) -> None:
        """Write down what stands, and let go of the journal."""
        if self._book is not None:
            self._book.close()


def watched_of(registry: Registry, at_us: int) -> frozenset[str]:
    """Return the names of all craft that belong to any party now: by number, or by a person's tag."""
    known = {name for unit in registry.units.values() for name in unit.known_as}
    tagged = {tag.track for tag in registry.tags if tag.begin_us <= at_us < tag.end_us and tag.stands}
    return frozenset(known | tagged)


def _bell_words(bell: bells.Bell) -> Mapping[str, object]:
    return {"a": bell.a, "b": bell.b, "grade": bell.grade, "since_us": bell.since_us, "step": bell.step}
