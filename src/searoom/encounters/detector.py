"""Fixes in, encounters out; the same steps for a live feed and an archive.

Rule 1: what an encounter is stands in `settings`; where the craft are, in `picture`; who comes near, in
        `looks`; who keeps together, in `company`; what is open, in `opened`.
Rule 2: silence is never an all-clear: a pair that can no longer be seen is cleared with the reason "lost".
Rule 3: two craft that both stand still, or move together (alongside, in tow,
        in company), raise nothing; an encounter that is already open is held while they do.
Rule 4: craft that keep together for long are told by events, not by grades, down to a pass within a cable.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from searoom.encounters import looks, reports
from searoom.encounters.alerts import Alert, Detection, Encounter, Event
from searoom.encounters.company import Company
from searoom.encounters.craft import Pair
from searoom.encounters.duetimes import DueTimes
from searoom.encounters.livecells import Cells
from searoom.encounters.looks import Keys, Look
from searoom.encounters.opened import Opened
from searoom.encounters.picture import Picture
from searoom.encounters.settings import Settings
from searoom.errors import NotAllowed
from searoom.tracks.fixes import Fixes, Flags, Indices
from searoom.units import MICROSECONDS

_NEVER = np.iinfo(np.int64).min // 4
_COMPANY_EVERY_US = 5 * MICROSECONDS  # live; who keeps company does so for minutes
Progress = Callable[[int, int], None]  # fixes done, fixes in all


@dataclass(frozen=True, slots=True)
class Glance:
    """A full look that is under way, at a picture that stands still: `Detector.glance` begins it, `settle` ends it."""

    now_us: int
    picture: Picture
    copied: bool  # for this look alone
    held: Keys
    settings: Settings
    company: Company
    steps_company: bool
    cells: Cells | None
    due: DueTimes | None

    def look(self) -> "Glimpsed":
        """Look at every pair; it may take a second, touches nothing of the detector, and may run in a thread."""
        instant, names = self.picture.at(self.now_us), self.picture.names
        if self.copied:
            self.picture.let_go()
        told = self.company.step(instant, self.now_us) if self.steps_company else []
        events = [reports.event(one, instant, names, self.settings, self.now_us) for one in told]
        a, b = looks.rows_of(instant, self.held)
        seen = (a >= 0) & (b >= 0)
        found = looks.look(instant, self.settings, self.held[seen], self.now_us)
        if self.due is not None:  # of hundreds of thousands that come near, most are neither told nor held
            wanted = (found.raised > 0) | looks.among(found.key, self.held) | self.due.soon(found)
            found = _chosen(found, wanted)
        if self.cells is not None:
            self.cells.rebuild(instant, self.now_us)
        quiet = self.company.quiet(found.key, found.met, found.pair == Pair.AIRCRAFT)
        together = np.array(sorted(self.company.states()), dtype=np.int64)
        return Glimpsed(found, self.held[~seen], quiet, events, together)


@dataclass(frozen=True, slots=True)
class Glimpsed:
    """What a full look has found: the pairs, those of which one is not seen any more, and which are in company."""

    look: Look
    unseen: Keys
    quiet: Flags
    events: list[Event]
    together: Keys


class Detector:
    """Watches craft and tells each change of grade once.

    `feed` looks at every pair. Live, where that would take too long for each report, `hear` looks at the pairs of those
    craft alone that were reported, and only raises; full looks (`glance`, `settle`) do the rest between.
    """

    def __init__(
        self, settings: Settings | None = None, *, live: bool = False, every_pair: bool = False, most: int | None = None
    ) -> None:  # fmt: skip
        """Make one that knows nothing; `live`: it hears, and keeps less of each encounter's history.

        `every_pair`: strangers among themselves too, though craft are watched; they are in no company then. `most` is
        how many craft it may hold.
        """
        self._settings = settings or Settings()
        self._looking = replace(self._settings, watched=None) if every_pair else self._settings
        self._picture = Picture(self._settings, most)
        self._company = Company(self._settings)
        self._cells = Cells(self._looking) if live else None
        self._opened = Opened(self._settings, all_told=not live)
        self._closed: list[Encounter] = []
        self._events: list[Event] = []
        self._now_us: int | None = None
        self._since: list[Indices] = []  # who moved while a look is under way
        self._left: list[Indices] = []  # and of whom it was not asked whom they meet now
        self._together: Keys = np.zeros(0, dtype=np.int64)  # the pairs in company, at the last full look
        self._due = DueTimes(self._settings) if live else None
        self._company_us = _NEVER
        self._strangers: Indices = np.zeros(0, dtype=np.intp)  # who moved, and was not asked about among strangers

    def feed(self, fixes: Fixes, now_us: int) -> tuple[Alert, ...]:
        """Take what was received since the last call, look at every pair at `now_us`, and return what changed.

        `fixes` may be empty: grades also change because time goes on. `now_us` may not go back.
        """
        self._go_on(now_us)
        self._picture.update(fixes, now_us)
        return self.settle(self._glance(self._picture, now_us))

    def hear(self, fixes: Fixes, now_us: int) -> tuple[Alert, ...]:
        """Take what was received since the last call, and return which pairs of those craft are to be told at once.

        Where craft are watched these are the pairs with one of them; strangers among themselves wait for `hear_on`.
        """
        if self._cells is None:
            raise NotAllowed("this detector was not made to hear", advice="Make it with live=True.")
        self._go_on(now_us)
        slots = self._picture.update(fixes, now_us)
        self._since.append(slots)
        self._cells.move(self._picture.at(now_us, slots), now_us)
        watched = self._settings.watched is not None
        if watched and self._looking.watched is None:
            self._strangers = np.concatenate([self._strangers, slots[~self._picture.watched(slots)]])
        return self._heard(self._cells.near(slots, now_us, only_watched=watched, told=self._opened.grades), now_us)

    def hear_due(self, now_us: int) -> tuple[Alert, ...]:
        """Return which pairs are to be told because their time has come, though nobody reported."""
        self._go_on(now_us)
        return () if self._due is None else self._heard(self._due.take(now_us), now_us)

    @property
    def waiting(self) -> int:
        """How many reports of strangers wait for `hear_on`."""
        return len(self._strangers)

    def hear_on(self, most: int, now_us: int) -> tuple[Alert, ...]:
        """Return which pairs of strangers, of so many that were reported, are to be told; the newest reports first."""
        if self._cells is None or not len(self._strangers):
            return ()
        self._go_on(now_us)
        self._strangers, slots = self._strangers[:-most], looks.distinct(self._strangers[-most:])
        return self._heard(self._cells.near(slots, now_us, only_watched=False, told=self._opened.grades), now_us)

    def leave(self, most: int) -> int:
        """Leave all but so many reports of strangers to the next full look, the oldest; return how many."""
        left = max(0, len(self._strangers) - most)
        self._left.append(self._strangers[:left])
        self._strangers = self._strangers[left:]
        return left

    def _heard(self, keys: Keys, now_us: int) -> tuple[Alert, ...]:
        if not len(keys):
            return ()
        instant = self._picture.at(now_us, looks.distinct(np.concatenate(looks.slots_of(keys))))
        a, b = looks.rows_of(instant, keys)
        keys, a, b = (column[(a >= 0) & (b >= 0)] for column in (keys, a, b))
        found = looks.graded(instant, self._looking, keys, looks.between(instant, a, b), now_us)
        if self._due is not None:
            self._due.put(found)
        found = _chosen(found, found.raised > self._opened.grades(found.key))
        if np.isin(found.key, self._together).any():
            found = _chosen(found, ~self._company.quiet(found.key, found.met, found.pair == Pair.AIRCRAFT))
        return tuple(self._told(found, np.zeros(len(found.key), dtype=np.bool_)))

    def glance(self, now_us: int) -> Glance:
        """Begin a full look at `now_us`; until it is settled, no other is begun."""
        self._go_on(now_us)
        self._since, self._left = [], []
        return self._glance(self._picture.frozen(), now_us)

    def settle(self, glance: Glance, glimpsed: "Glimpsed | None" = None) -> tuple[Alert, ...]:
        """Take in what a full look has found, and return what changed; who moved meanwhile was heard already."""
        return tuple(one for part in self.settling(glance, glimpsed or glance.look()) for one in part)

    def settling(self, glance: Glance, found: "Glimpsed", most: int | None = None) -> Iterator[list[Alert]]:
        """Take in what a full look has found, so many pairs at a time; yield what changed, of watched pairs first.

        Between two parts the detector may hear; who has moved by then is not raised by the older look.
        """
        self._events += found.events
        self._together = found.together
        lost = found.unseen[~self._opened.awaited(found.unseen, glance.now_us)]
        for part in _parts(lost, most):
            alerts, over = self._opened.lose(part, glance.now_us)
            self._closed += over
            yield alerts
        seen = found.look
        seen.raised[found.quiet], seen.holding[found.quiet] = 0, 0
        chosen = np.flatnonzero((seen.raised > 0) | (self._opened.grades(seen.key) > 0))
        if most is not None:
            watched = seen.instant.watched[seen.met.a[chosen]] | seen.instant.watched[seen.met.b[chosen]]
            chosen = chosen[np.argsort(~watched, kind="stable")]
        for part in _parts(chosen, most):
            some, fresh = _chosen(seen, part), self._heard_since()
            some.raised[fresh[seen.instant.slot[some.met.a]] | fresh[seen.instant.slot[some.met.b]]] = 0
            yield self._told(some, found.quiet[part])
        if self._due is not None:
            self._due.put(seen)
        yield from self._caught_up(glance.now_us, most)

    def _heard_since(self) -> Flags:
        """Return who moved, and was asked about, since the full look that is under way began."""
        fresh = np.zeros(len(self._picture.names), dtype=np.bool_)
        for moved in self._since:
            fresh[moved] = True
        for unasked in (self._strangers, *self._left):
            fresh[unasked] = False
        return fresh

    def _caught_up(self, begun_us: int, most: int | None) -> Iterator[list[Alert]]:
        """Put who moved meanwhile into the next index too, and ask it from then on."""
        while self._cells is not None and self._cells.renewed:
            moved, self._since = np.concatenate([np.zeros(0, np.intp), *self._since]), []
            parts = list(_parts(looks.distinct(moved), most))
            for part in parts[:-1]:
                self._cells.catch_up(self._picture.at(begun_us, part), begun_us)
                yield []
            if len(parts) > 1:
                self._since.append(parts[-1])
            else:
                self._cells.take_over(self._picture.at(begun_us, looks.distinct(moved)), begun_us)

    def _go_on(self, now_us: int) -> None:
        if self._now_us is not None and now_us < self._now_us:
            raise NotAllowed(f"the detector stands at {self._now_us} and cannot go back to {now_us}")
        self._now_us = now_us

    def _glance(self, picture: Picture, now_us: int) -> Glance:
        due = self._cells is None or now_us - self._company_us >= _COMPANY_EVERY_US
        self._company_us = now_us if due else self._company_us
        copied, held = picture is not self._picture, self._opened.keys.copy()
        return Glance(now_us, picture, copied, held, self._looking, self._company, due, self._cells, self._due)

    def _told(self, look: Look, in_company: Flags) -> list[Alert]:
        alerts, over = self._opened.move_on(look, in_company, self._picture.names)
        self._closed += over
        return alerts

    @property
    def passed_over(self) -> dict[str, int]:
        """How many fixes were not believed, by cause."""
        return dict(self._picture.passed_over)

    def encounters(self) -> tuple[Encounter, ...]:
        """Return those that are open, and those cleared since `forget` was last called, by first alert."""
        both = [*self._closed, *self._opened.encounters()]
        return tuple(sorted(both, key=lambda one: (one.alerts[0].time_us, one.a, one.b)))

    def between(self, pairs: Iterable[tuple[str, str]]) -> Iterator[Encounter]:
        """Yield the open encounters of pairs of craft given by name."""
        keys = {
            int(looks.numbers_of(*np.sort([a, b])))
            for one, other in pairs
            if (a := self._picture.known(one)) >= 0 and (b := self._picture.known(other)) >= 0
        }
        yield from self._opened.encounters(np.intersect1d(np.array(sorted(keys), dtype=np.int64), self._opened.keys))

    @property
    def open(self) -> int:
        """How many encounters are open."""
        return len(self._opened)

    def reported_us(self, pair: Iterable[str]) -> int:
        """Return the time of the newest report of some craft that are known."""
        return max(self._picture.heard_us(self._picture.known(name)) for name in pair)

    def events(self) -> tuple[Event, ...]:
        """Return what craft in company did since `forget` was last called, in order of time."""
        return tuple(self._events)

    def forget(self) -> None:
        """Let go of cleared encounters and of events; a node that runs for months calls this once they are written."""
        self._closed.clear()
        self._events.clear()

    def put_back(self, encounters: Iterable[Encounter], now_us: int) -> None:
        """Open encounters again that were open when a detector ended; none is lost before its craft could be heard."""
        for one in encounters:
            slots = np.sort([self._picture.slot_of(name, now_us) for name in (one.a, one.b)])
            if 0 <= slots[0] < slots[1]:
                self._opened.put_back(int(looks.numbers_of(*slots)), one, now_us + self._patience_us())

    def watch(self, names: frozenset[str]) -> None:
        """Watch other craft from now on."""
        self._picture.watch(names)

    def resting_from(self) -> int | None:
        """Return the time after which, with no new fix, nothing can change any more; None: nothing is held."""
        newest = self._picture.newest_us()
        return None if newest is None else newest + self._patience_us()

    def _patience_us(self) -> int:
        return round(self._settings.max_age_s * MICROSECONDS)

    @property
    def craft(self) -> int:
        """How many craft were seen so far."""
        return self._picture.seen


def _parts(rows: Keys, most: int | None) -> Iterator[Keys]:
    """Yield so many rows at a time; all at once where no number is given."""
    step = max(1, len(rows) if most is None else most)
    for first in range(0, len(rows), step):
        yield rows[first : first + step]


def _chosen(look: Look, which: Flags | Indices) -> Look:
    """Return some of the pairs of a look."""
    return look._replace(
        key=look.key[which], met=look.met.take(which), pair=look.pair[which], apart_m=look.apart_m[which],
        raised=look.raised[which], holding=look.holding[which],
    )  # fmt: skip


def detect(fixes: Fixes, settings: Settings | None = None, progress: Progress | None = None) -> Detection:
    """Return all alerts and encounters of an archive: a detector fed step by step, as it would have been live.

    Steps stand every `step_s` from the first fix on; an empty stretch in which nothing can change is
    stepped over. It ends with the last fix: what is then still open stays open.
    """
    chosen = settings or Settings()
    detector = Detector(chosen)
    step = round(chosen.step_s * MICROSECONDS)
    alerts: list[Alert] = []
    done, total = 0, len(fixes)
    now = int(fixes.time_us[0]) if total else 0
    while done < total:
        following = int(fixes.time_us[done])
        resting = detector.resting_from()
        if following > now and resting is not None and resting + step < now:
            now += (following - now) // step * step
        end = int(np.searchsorted(fixes.time_us, now, side="right"))
        alerts += detector.feed(fixes.take(slice(done, end)), now)
        done = end
        now += step
        if progress is not None:
            progress(done, total)
    return Detection(tuple(alerts), detector.encounters(), detector.passed_over, detector.craft, detector.events())
