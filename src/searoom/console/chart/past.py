"""Where everybody was: what the node's sensors brought, read from its files and raw recordings for replay (loud).

Nothing is asked of the node, and nothing is written: recordings grow at their end alone, and a file is read as it is.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from searoom.errors import NotAllowed
from searoom.keys.enrol import REGISTRY, read_settings
from searoom.sentences import Sentence
from searoom.tracks import addresses, sources
from searoom.tracks.decoders import Decoder
from searoom.tracks.fixes import Fixes, no_fixes
from searoom.tracks.naming import Naming
from searoom.tracks.registry import NOBODY, Registry
from searoom.units import MICROSECONDS
from searoom.watch import sightings
from searoom.watch.journal import Journal

LONGEST_US: Final = 6 * 3_600 * MICROSECONDS
MOST: Final = 120_000  # fixes handed to a browser; of more, each craft has one in a longer step
STEPS_S: Final = (1, 2, 5, 10, 20, 30, 60, 120, 300)


@dataclass(frozen=True, slots=True)
class Past:
    """What was seen in a period: fixes by unit where a registry knows it, no closer together than `every_s`."""

    fixes: Fixes
    labels: dict[str, str]
    registry: Registry
    every_s: int


def seen(folder: Path, from_us: int, to_us: int) -> Past:
    """Return what the sensors of a node told from one moment to another, six hours at most."""
    if not from_us < to_us <= from_us + LONGEST_US:
        raise NotAllowed(Sentence("replay.turned"))
    settings = read_settings(folder)
    parts: list[Fixes] = []
    labels: dict[str, str] = {}
    given = {text: addresses.parse(text) for text in (*settings.sensors, sightings.FILE)}
    for address in given.values():
        if not address.live:
            try:
                reading = sources.read(folder / address.path)
            except NotAllowed:
                continue  # what cannot be read now blinds that sensor alone, as it does the lookout
            parts.append(reading.fixes.between(from_us - 1, to_us))
            labels.update(reading.labels)
    live = {one.name: Decoder(one, settings.unit) for one in given.values() if one.live}
    if live:
        for look in Journal(folder, keep_hours=settings.record_hours).again(from_us):
            if look.moment_us > to_us:
                break
            parts += [live[name].feed(lines) for name, lines in look.lines.items() if name in live and lines]
        for decoder in live.values():
            labels.update(decoder.labels)
    registry = _registry(folder)
    fixes = Naming(registry).named(no_fixes().concat(*parts).between(from_us - 1, to_us))
    thin, every_s = thinned(fixes)
    return Past(thin, labels, registry, every_s)


def thinned(fixes: Fixes, most: int = MOST) -> tuple[Fixes, int]:
    """Return of each craft one fix in each step, and the shortest step with which they are no more than `most`."""
    if len(fixes) <= most:
        return fixes, 0
    chosen = np.zeros(0, np.int64)
    for step_s in STEPS_S:
        span = int(fixes.time_us[-1]) // (step_s * MICROSECONDS) + 1
        key = fixes.craft.astype(np.int64) * span + fixes.time_us // (step_s * MICROSECONDS)
        chosen = np.sort(np.unique(key, return_index=True)[1])
        if len(chosen) <= most:
            return fixes.take(chosen), step_s
    return fixes.take(chosen[:most]), STEPS_S[-1]


def _registry(folder: Path) -> Registry:
    path = folder / REGISTRY
    return Registry.from_table(tomllib.loads(path.read_text(encoding="utf-8"))) if path.exists() else NOBODY
