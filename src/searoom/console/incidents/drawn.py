"""Tracks around an incident from our own notes, drawn true to scale: national, and on no joint page; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import numpy as np
from markupsafe import Markup

from searoom.console.incidents.cases import AROUND_US
from searoom.console.view import View
from searoom.errors import NotAllowed
from searoom.review.chart import chart
from searoom.review.frame import NARROW, WIDE
from searoom.review.pictures import Picture, Track, together
from searoom.review.texts import HTML_LANGUAGES, Texts
from searoom.signals.forms import Filled

DEGREES: Final = 1e-7
SIGMAS: Final = 2.0  # a noted error is two standard deviations
UNKNOWN_MM: Final = 100_000  # a position whose error was not noted is drawn as 100 m uncertain


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart for a wide page and for a narrow one, and the names of the two craft on it."""

    wide: Markup
    narrow: Markup
    own: str
    other: str


def drawing(view: View, at_us: int, texts: Texts) -> Drawn | None:
    """Return the two craft of our nearest noted encounter as a chart, or None where too little was noted."""
    near = [
        note.filled.fields
        for note in view.notes
        if note.filled.form == "encounter-note" and abs(_int(note.filled, "at") - at_us) <= AROUND_US
    ]
    if not near:
        return None
    closest = min(near, key=lambda fields: cast("int", fields["range_mm"]))
    picture = picture_of(view, (str(closest["a"]), str(closest["b"])), at_us)
    if picture is None:
        return None
    names, lang = view.agreement.names_in(texts.lang), HTML_LANGUAGES[texts.lang]
    wide, narrow = (
        Markup(chart([picture], {view.party: names[view.party]}, texts, lang, how))  # noqa: S704  # escaped there
        for how in (WIDE, NARROW)
    )
    return Drawn(wide, narrow, picture.own.name, picture.other.name)


def picture_of(view: View, craft: tuple[str, str], at_us: int) -> Picture | None:
    """Return our picture of two craft from the positions that we noted around a moment; None for too few of them."""
    rows = [
        note.filled
        for note in view.notes
        if note.filled.form == "track-note"
        and note.filled.fields["craft"] in craft
        and abs(_int(note.filled, "at") - at_us) <= AROUND_US
    ]
    try:
        own, other = (track(name, [row for row in rows if row.fields["craft"] == name]) for name in craft)
        picture = Picture(view.party, own, other)
        return picture if len(together(picture)) > 1 else None
    except NotAllowed:
        return None


def track(name: str, rows: Sequence[Filled]) -> Track:
    """Return a craft's noted positions as a track, one for each time: the surest."""
    surest: dict[int, Filled] = {}
    for row in rows:
        before = surest.get(_int(row, "at"))
        if before is None or _error(row) < _error(before):
            surest[_int(row, "at")] = row
    kept = [surest[at] for at in sorted(surest)]
    where: Any = [row.fields["where"] for row in kept]
    return Track(
        name,
        np.asarray(sorted(surest), dtype=np.int64),
        np.asarray([lat * DEGREES for lat, _ in where], dtype=np.float64),
        np.asarray([lon * DEGREES for _, lon in where], dtype=np.float64),
        np.asarray([_error(row) / 1000 / SIGMAS for row in kept], dtype=np.float64),
    )


def _int(row: Filled, name: str) -> int:
    return cast("int", row.fields[name])


def _error(row: Filled) -> int:
    return cast("int", row.fields.get("error_mm", UNKNOWN_MM))
