"""What our own sensors see and what the detector makes of it: for the national log, and for nobody else.

Each look takes in what is new, step by step; what it tells is noted once. After a restart the same looks are made
again from the sensors' files and from what was recorded, and nothing is noted twice.
"""

import tomllib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

from searoom.encounters import zones
from searoom.encounters.alerts import Alert, Deed, Detection, Encounter, Event, State
from searoom.encounters.bells import Bell, ringing
from searoom.encounters.closeup import Closeup, Figures, Place
from searoom.encounters.detector import Detector
from searoom.encounters.limits import Limits, Warned
from searoom.encounters.settings import Settings
from searoom.errors import NotAllowed
from searoom.keys.enrol import LEVELS, REGISTRY, ZONES
from searoom.node.node import Node
from searoom.signals import forms
from searoom.signals.forms import Filled
from searoom.tracks.fixes import Fixes
from searoom.tracks.naming import Naming, sources_of
from searoom.tracks.registry import NOBODY, Registry
from searoom.watch import sightings
from searoom.watch.answering import BELL, LONGEST_TAG_US, TAG, Answering
from searoom.watch.measured import Kept, Nearest, nearest
from searoom.watch.noting import COMPANY, ENCOUNTER, SIGMAS, TRACK, ZONE, Notes, Thinning
from searoom.watch.present import Present
from searoom.watch.sensing import AGAIN_US, NEVER, Sensing

__all__ = ["ENCOUNTER_NOTE", "SIGMAS", "TRACK_NOTE", "Lookout", "Nearest"]

TRACK_NOTE, ENCOUNTER_NOTE = TRACK, ENCOUNTER
_MINE: Final = (TRACK, ENCOUNTER, COMPANY, ZONE)
_CLEARED: Final = 20  # encounters that ended are shown for a while: who was lost is not gone
_EVENTS: Final = 50
Pair = frozenset[str]


@dataclass(frozen=True, slots=True)
class Standing:
    """One open encounter as an officer asks for it: its figures now, its state, and whether it calls for somebody."""

    one: Encounter
    now: Figures | None
    state: State | None
    bell: Bell | None


class Lookout:
    """The node's eyes: what sensors bring in, alerts out, each noted in the national log."""

    def __init__(self, node: Node, settings: Settings | None = None) -> None:
        self._node, own = node, node.settings
        sensors = (*own.sensors, *({sightings.FILE} - {*own.sensors}))
        sees = own.sensors or (node.folder / sightings.FILE).exists()
        noted, said = _read(node) if sees else ([], [])
        registry = Registry.from_table(_table(node.folder / REGISTRY)) if (node.folder / REGISTRY).exists() else NOBODY
        self.said = Answering(node.notebook, node.book, registry, said)
        self.settings = _watching(settings or Settings.from_table(_table(node.folder / LEVELS)), node, registry)
        self._naming = Naming(self.said.registry)
        self._sensing = Sensing(node.folder, sensors, own.unit, node.now, record_hours=own.record_hours)
        self._detector, self._closeup = Detector(self.settings), Closeup(self.settings)
        self.present = Present()
        self._limits = Limits(zones.from_table(_table(node.folder / ZONES)))
        self._zoned = frozenset({own.unit, *registry.units})
        self._notes, self._thinning = Notes(node.book), Thinning(own.note_every_s)
        self._kept = Kept(own.unit)
        self._states: dict[Pair, State] = {}
        self._matter: frozenset[str] = frozenset({own.unit})
        self.cleared: deque[Encounter] = deque(maxlen=_CLEARED)
        self.events: deque[Event] = deque(maxlen=_EVENTS)
        self._noted_us = max((_look_of(filled) for filled in noted), default=NEVER)
        # A crash may have cut the notes of one look short: those that are there are not written again.
        self._there = {forms.encode(filled, node.book) for filled in noted if _look_of(filled) == self._noted_us}

    @property
    def fixes(self) -> Fixes:
        """What the sensors have reported up to the last look, in order of time; of feeds, what was near our unit."""
        return self._kept.fixes if self._sensing.live else self._sensing.filed.between(NEVER, self._sensing.until_us)

    def look(self, now_us: int) -> tuple[Alert, ...]:
        """Take in what is new up to `now_us`, note it and every change of grade; return those changes."""
        told: list[Alert] = []
        for moment_us, fixes in self._sensing.looks(now_us, self._noted_us):
            told += self._step(fixes, moment_us)
        return tuple(told)

    def look_again(self, most: int) -> bool:
        """Make so many of the looks again that were recorded before a restart; return whether that was all."""
        for moment_us, fixes in islice(self._sensing.again(), most):
            self._step(fixes, moment_us)
        return not self._sensing.behind

    async def sense(self) -> None:
        """Keep the feeds running until cancelled."""
        await self._sensing.run()

    def close(self) -> None:
        """Bring what was recorded to the disk."""
        self._sensing.close()

    def _step(self, tracks: Fixes, moment_us: int) -> tuple[Alert, ...]:
        fixes = self._naming.named(tracks)
        self.present.take(fixes)
        raised = self._detector.feed(fixes, moment_us)
        events, known = self._detector.events(), self._detector.encounters()
        self._detector.forget()  # what was cleared is written down below, or was before
        self._follow(events, known)
        self._closeup.take(fixes, lambda name: name in self._matter or name in self._zoned)
        warned = self._warn(moment_us)
        if self._sensing.live:
            self._kept.take(fixes, self._closeup.place(self._node.settings.unit, moment_us))
        rows = list(self._thinning.rows(fixes, lambda name: name in self._matter))
        if moment_us < self._noted_us:
            return ()
        seen = [self._notes.position(fixes, row, tracks.names[int(tracks.craft[row])], moment_us) for row in rows]
        self._keep(
            *seen, *self._notes.alerts(raised, moment_us), *self._notes.events(events), *self._notes.zones(warned)
        )
        return raised if moment_us > self._noted_us else ()

    def _follow(self, events: tuple[Event, ...], known: tuple[Encounter, ...]) -> None:
        """Remember which craft matter: those in open encounters, those in company, and our own."""
        for event in events:
            pair = frozenset((event.a, event.b))
            if event.deed is Deed.ENDED:
                self._states.pop(pair, None)
            else:
                self._states[pair] = event.state
        self.events.extend(events)
        self.cleared.extend(one for one in known if one.cleared_us is not None)
        open_ = {name for one in known if one.cleared_us is None for name in (one.a, one.b)}
        before = self._matter
        self._matter = frozenset({self._node.settings.unit, *open_, *(name for pair in self._states for name in pair)})
        if before - self._matter:
            self._thinning.forget(lambda name: name in self._matter)

    def _warn(self, moment_us: int) -> tuple[Warned, ...]:
        places = {name: self._closeup.place(name, moment_us) for name in sorted(self._zoned)}
        return self._limits.step({name: place for name, place in places.items() if place is not None}, moment_us)

    def _keep(self, *notes: Filled) -> None:
        """Note together what a look made, but for what stands there already."""
        book = self._node.book
        self._node.notebook.note_all([each for each in notes if forms.encode(each, book) not in self._there])

    # -- what is asked ---------------------------------------------------------------------------------

    @property
    def blind(self) -> dict[str, str]:
        """Which sensors see nothing now, and why; what was read of them before still counts."""
        return self._sensing.blind()

    @property
    def labels(self) -> Mapping[str, str]:
        """The names that craft send; nobody vouches for them."""
        return self._sensing.labels

    @property
    def live(self) -> bool:
        """Whether a sensor is heard over a socket."""
        return bool(self._sensing.live)

    @property
    def behind(self) -> bool:
        """Whether what was recorded before a restart is still being looked at."""
        return self._sensing.behind

    @property
    def until_us(self) -> int:
        """The moment of the newest look."""
        return self._sensing.until_us

    def condition(self) -> Mapping[str, Mapping[str, int]]:
        """Return what happened at each feed, and with what was made of it, by cause."""
        counts = {"lookout": {**self._sensing.counts, **self._naming.counts, **self._detector.passed_over}}
        return {**self._sensing.condition(), **{name: found for name, found in counts.items() if found}}

    def now_open(self) -> Detection:
        """Return the encounters that are open now, as a screening of this moment; it is national like all seen here."""
        twice, now_us = self.said.registry.one_craft, self.until_us
        known = (one for one in self._detector.encounters() if one.cleared_us is None)
        running = tuple(one for one in known if not twice(one.a, one.b, now_us))
        return Detection((), running, self._detector.passed_over, self._detector.craft, tuple(self.events))

    def standing(self, now_us: int) -> tuple[Standing, ...]:
        """Return the open encounters and the pairs in company, the most pressing bell first."""
        running = self.now_open().encounters
        bells = {frozenset((bell.a, bell.b)): bell for bell in self.bells(now_us)}
        order = {pair: place for place, pair in enumerate(bells)}
        found = [
            Standing(one, self._closeup.figures(one.a, one.b, now_us), self._states.get(pair), bells.get(pair))
            for one in running
            for pair in (frozenset((one.a, one.b)),)
        ]
        return tuple(sorted(found, key=lambda it: order.get(frozenset((it.one.a, it.one.b)), len(order))))

    def company(self) -> Mapping[Pair, State]:
        """Return which craft keep together now, and how."""
        return dict(self._states)

    def place(self, name: str, now_us: int) -> Place | None:
        """Return where a craft is now that is ours, in the registry or in an open encounter; None: not known."""
        return self._closeup.place(name, now_us)

    def figures(self, a: str, b: str, now_us: int) -> Figures | None:
        """Return how two craft lie to each other now, where both were heard of lately."""
        return self._closeup.figures(a, b, now_us)

    def bells(self, now_us: int) -> tuple[Bell, ...]:
        """Return the open encounters that nobody has answered, the most pressing first."""
        running = self.now_open().encounters
        if self.until_us > NEVER and not self.behind:  # before, what an answer is of may not be seen again yet
            self.said.answers = self.said.answers.kept(running, now_us)
        return ringing(running, self.said.answers, self.settings, now_us)

    def limits(self) -> Limits:
        """Return how our craft stand to the limits that are claimed."""
        return self._limits

    def sources(self, name: str, now_us: int) -> tuple[tuple[str, float], ...]:
        """Return what saw a unit, each with the age of its newest fix in seconds; nothing for who is in no registry."""
        return sources_of(self._naming.seen.get(name, {}), now_us)

    def nearest(self, from_us: int, to_us: int) -> Nearest:
        """Return the nearest range between our unit and another that our sensors measured in a period."""
        self._sensing.read_files()
        seen = self._kept.fixes if self._sensing.live else self._sensing.filed
        return nearest(seen.between(from_us - 1, min(to_us, self._node.now())), self._node.settings.unit)


def _read(node: Node) -> tuple[list[Filled], list[Filled]]:
    """Return our newest notes of what was seen, and in their order what people said, as far back as it can hold."""
    noted: list[Filled] = []
    said: list[Filled] = []
    since_us = node.now() - LONGEST_TAG_US - AGAIN_US
    for filled in node.notebook.newest(*_MINE, BELL, TAG):
        if filled.form in (BELL, TAG):
            said.append(filled)
        elif not noted or _look_of(filled) == _look_of(noted[0]):
            noted.append(filled)
        elif _look_of(filled) < since_us:
            break
    return noted, said[::-1]


def _look_of(note: Filled) -> int:
    """Return the moment of the look that a note was made at."""
    return int(str(note.fields.get("look", note.fields["at"])))


def _watching(settings: Settings, node: Node, registry: Registry) -> Settings:
    """Return the settings with who is to be watched: with a registry, our own unit and those of our own party."""
    if settings.watched is not None or not registry.units:
        return settings
    ours = {unit.name for unit in registry.units.values() if unit.party == node.party}
    return replace(settings, watched=frozenset({node.settings.unit, *ours} - {""}))


def _table(path: Path) -> dict[str, object]:
    """Return what a TOML file of the node's folder says; nothing where there is none."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise NotAllowed(f"{path} cannot be read: {problem}", advice="Put the file right, or take it away.") from None
