"""Presence in a zone drawn: a row of daily bars for each party and kind on one scale, and the hours with any report."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from searoom.encounters.presence import UNKNOWN, Part, Total
from searoom.review.frame import rectangle
from searoom.review.presence import Told, Words
from searoom.review.svg import HAIR, INK, PALETTE, PAPER, QUIET, Box, Drawing, element, look, nice, text_width
from searoom.review.texts import HTML_LANGUAGES

WIDTH, SIZE = 900.0, 13.0
ROW, GAP, COVERED = 44.0, 12.0, 30.0
_LABEL = 190.0
_MOST_LABELS = 9
_HATCH = "untold"


@dataclass(frozen=True, slots=True)
class _Axis:
    """Where a day lies: days run to the right, each as wide as the next."""

    first: date
    days: int
    left: float
    right: float

    def x(self, day: date, share: float = 0.0) -> float:
        return self.left + ((day - self.first).days + share) * self.pace

    @property
    def pace(self) -> float:
        return (self.right - self.left) / self.days


def plot(told: Told, words: Words) -> str:
    """Return the presence of each basis as one SVG picture: craft by day, party and kind, on one scale a basis."""
    first, last = min(part.first for part in told.parts), max(part.last for part in told.parts)
    axis = _Axis(first, (last - first).days + 1, _LABEL, WIDTH - SIZE)
    height = SIZE * 4.6 + sum(_height(part) for part in told.parts)
    title = words("title.page", zone=told.zone.name)
    drawing = Drawing(
        WIDTH, height + SIZE * 2.2, title=title, description=words("plot.description", zone=told.zone.name),
        lang=HTML_LANGUAGES[words.lang], size=SIZE,
    )  # fmt: skip
    drawing.add(element("rect", x=0.0, y=0.0, width=WIDTH, height=height + SIZE * 2.2, fill=PAPER))
    drawing.add(_hatching())
    drawing.text(SIZE, SIZE * 1.7, title, size=SIZE * 1.3, weight="700")
    zone = told.zone
    claim = words("title.claimed", party=zone.claimed_by, source=zone.source, date=zone.dated)
    drawing.text(SIZE, SIZE * 3.2, claim, fill=QUIET)
    top = SIZE * 4.6
    parties = tuple({total.party for part in told.parts for total in part.totals} - {UNKNOWN})
    for part in told.parts:
        _draw_part(drawing, told, part, axis, top, words, parties)
        top += _height(part)
    drawing.text(SIZE, top + SIZE * 0.9, words("coverage.absence"), fill=INK, weight="600")
    if any(day for part in told.parts for day in _runs(part)):
        swatch = Box(axis.right - SIZE * 2.2, top - SIZE * 0.1, axis.right, top + SIZE)
        drawing.add(rectangle(swatch, fill=f"url(#{_HATCH})", stroke=HAIR))
        drawing.text(swatch.left - 6, top + SIZE * 0.9, words("plot.untold"), anchor="end", fill=QUIET)
    # a picture that stands alone inherits no letters from a page
    return drawing.finish().replace('font-family="inherit"', 'font-family="sans-serif"', 1)


def _height(part: Part) -> float:
    rows = max(1, len(part.totals)) * (ROW + GAP)
    return SIZE * 2.0 + rows + (COVERED + GAP if part.coverage is not None else 0.0) + SIZE * 2.4


def _draw_part(
    drawing: Drawing, told: Told, part: Part, axis: _Axis, top: float, words: Words, parties: Sequence[str]
) -> None:  # fmt: skip
    drawing.text(SIZE, top + SIZE * 0.9, words.heading(told, part), weight="600")
    top += SIZE * 2.0
    bottom = top + max(1, len(part.totals)) * (ROW + GAP) + (COVERED + GAP if part.coverage is not None else 0.0)
    _time_axis(drawing, axis, top, bottom - GAP)
    most = max((one.craft for one in part.counts), default=0)
    for total in part.totals:
        box = Box(axis.left, top, axis.right, top + ROW)
        colour = QUIET if total.party == UNKNOWN else PALETTE[look(total.party, parties)]
        _label(drawing, _named(total, words), box, colour)
        craft = {one.day: one.craft for one in part.counts if (one.party, one.kind) == (total.party, total.kind)}
        _bars(drawing, axis, box, craft, most, colour)
        _untold(drawing, axis, box, part)
        top += ROW + GAP
    if not part.totals:
        drawing.text(axis.left, top + ROW / 2, words("coverage.none"), fill=QUIET)
        top += ROW + GAP
    if part.coverage is not None:
        box = Box(axis.left, top, axis.right, top + COVERED)
        _label(drawing, words("plot.hours"), box, QUIET)
        _bars(drawing, axis, box, part.coverage.heard_by_day, 24, QUIET)


def _named(total: Total, words: Words) -> str:
    """Return what a row is called; of whom nothing is known, that is said once."""
    kind = words(f"kind.{total.kind}")
    if total.party == total.kind == UNKNOWN:
        return kind
    return words("plot.mark", party=words.party(total.party), kind=kind)


def _label(drawing: Drawing, words: str, box: Box, colour: str) -> None:
    size = min(SIZE, SIZE * (_LABEL - SIZE * 3.6) / max(1.0, text_width(words, SIZE)))
    drawing.text(SIZE, (box.top + box.bottom) / 2 + size * 0.35, words, fill=colour, weight="600", size=size)


def _bars(drawing: Drawing, axis: _Axis, box: Box, counts: Mapping[date, int], most: int, colour: str) -> None:
    """Draw a bar a day on a scale from 0 to `most`, which is written at its top."""
    tall = max(most, 1)
    drawing.add(rectangle(box, fill="none", stroke=HAIR, stroke_width=1.0))
    drawing.text(box.left - 4, box.top + SIZE * 0.55, f"{tall}", anchor="end", fill=QUIET, size=SIZE * 0.75)
    drawing.text(box.left - 4, box.bottom, "0", anchor="end", fill=QUIET, size=SIZE * 0.75)
    slack = min(axis.pace * 0.12, 2.0)
    for day, count in counts.items():
        if count:
            high = (box.bottom - box.top) * count / tall
            bar = Box(axis.x(day) + slack, box.bottom - high, axis.x(day, 1.0) - slack, box.bottom)
            drawing.add(rectangle(bar, fill=colour, fill_opacity=0.85))
            if axis.pace >= SIZE * 2:
                inside = high >= SIZE
                drawing.text(
                    axis.x(day, 0.5), bar.top + (SIZE * 0.9 if inside else -2.0), f"{count}", anchor="middle",
                    fill=PAPER if inside else colour, size=SIZE * 0.8,
                )  # fmt: skip


def _untold(drawing: Drawing, axis: _Axis, box: Box, part: Part) -> None:
    """Hatch the days that a table does not name: not told is not none."""
    for begin, end in _runs(part):
        hatched = Box(axis.x(begin), box.top, axis.x(end, 1.0), box.bottom)
        drawing.add(rectangle(hatched, fill=f"url(#{_HATCH})"))


def _runs(part: Part) -> Iterator[tuple[date, date]]:
    """Yield the first and last day of each run of days that a basis does not speak of."""
    begin: date | None = None
    for number in range((part.last - part.first).days + 2):
        day = part.first + timedelta(days=number)
        untold = day not in part.days and day <= part.last
        if untold and begin is None:
            begin = day
        elif not untold and begin is not None:
            yield begin, day - timedelta(days=1)
            begin = None


def _hatching() -> str:
    line = element("path", d="M0 6 L6 0", stroke=QUIET, stroke_width=0.8)
    pattern = element("pattern", line, id=_HATCH, width=6.0, height=6.0, patternUnits="userSpaceOnUse")
    return element("defs", pattern)


def _time_axis(drawing: Drawing, axis: _Axis, top: float, bottom: float) -> None:
    """Draw a line at round days: each day where there is room, else each week or more."""
    wanted = max(1.0, axis.days / _MOST_LABELS)
    step = next((days for days in (1, 2, 7, 14, 28, 91, 182, 364) if days >= wanted), int(nice(wanted) * 2))
    for number in range(0, axis.days, step):
        day = axis.first + timedelta(days=number)
        x = axis.x(day)
        drawing.line(x, top, x, bottom + 4, HAIR)
        drawing.text(x + 2, bottom + SIZE * 1.2, day.isoformat(), fill=QUIET, size=SIZE * 0.85)
