"""What a person on watch saw with their own eyes: from where it was seen, and the national note that says it in words.

The same sighting stands in the file that is read like any sensor's (`sightings`). Nothing of it leaves by itself.
"""

import math
from collections.abc import Mapping
from typing import Final

from searoom import clock
from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals import forms
from searoom.signals.forms import Filled, FormBook
from searoom.tracks.fixes import Fixes
from searoom.tracks.sighted import RANGE_PART, seen_from, sighting
from searoom.units import METRES_PER_NAUTICAL_MILE, METRES_PER_SECOND_PER_KNOT
from searoom.watch.noting import SIGMAS

SIGHTING: Final = "sighting"
MAX_NAME: Final = 48


def placed(typed: Mapping[str, str], *, unit: str, own: Fixes, now_us: int) -> dict[str, str]:
    """Return the fields of a sighting with its time and from where it was seen; `NotAllowed` where one cannot be.

    Without a time it was seen now. Without a place it was seen from our own `unit`, whose fixes are `own`: where that
    was at the time, in degrees.
    """
    fields = {name: value.strip() for name, value in typed.items() if value.strip()}
    fields.setdefault("time_utc", clock.to_text(now_us))
    if len(fields.get("name", "")) > MAX_NAME:
        raise NotAllowed(Sentence("sighting.name_long", most=MAX_NAME))
    if "lat" in fields or "lon" in fields:
        sighting(fields)
        return fields
    try:
        lat, lon, _ = seen_from(sighting({**fields, "own": unit}), own)
    except NotAllowed as fault:
        raise NotAllowed(
            fault.sentence, advice=Sentence("more.type_place") if "place" in fault.sentence else fault.advice()
        ) from None
    return {**fields, "lat": f"{lat:.6f}", "lon": f"{lon:.6f}"}


def note(fields: Mapping[str, str], book: FormBook) -> Filled:
    """Return the national note of a sighting, in the words of who saw it; its error is two standard deviations."""
    one = sighting(fields)
    error_m = one.range_m * RANGE_PART if math.isnan(one.range_error_m) else one.range_error_m
    said = {
        "craft": one.craft,
        "person": one.who,
        "at": clock.to_text(one.time_us),
        "bearing": f"{one.bearing_deg % 360:.1f} deg",
        "distance": f"{_miles(one.range_m):.2f} nm ± {max(SIGMAS * _miles(error_m), 0.01):.2f} nm",
        "words": one.seen or one.name,
    }
    if one.speed_mps >= 0:  # not known: no comparison holds
        said["speed"] = f"{one.speed_mps / METRES_PER_SECOND_PER_KNOT:.1f} kn"
    return forms.from_text(book, SIGHTING, said, channel="national", lang="en")


def _miles(metres: float) -> float:
    return metres / METRES_PER_NAUTICAL_MILE
