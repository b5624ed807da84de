"""Counts by month as bars, and spans of time with their quartiles, one row each: the figures of a yearly review.

Whose a bar is is told by its filling and its mark as well as by its colour: it reads in grey, too.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from searoom.review.frame import WIDE, Look, rectangle
from searoom.review.svg import HAIR, INK, MARKS, PALETTE, PAPER, QUIET, Box, Drawing, nice, text_width
from searoom.review.texts import HTML_LANGUAGES, Texts
from searoom.review.yearlylasting import lasting
from searoom.review.yearlysheet import Bars, Spans

_FILLED: Final = (1.0, 0.0, 0.45, 0.15)
_ROUND_S: Final = (1, 10, 60, 600, 3600, 6 * 3600, 24 * 3600, 7 * 24 * 3600, 60 * 24 * 3600)


def bars(figure: Bars, order: Sequence[str], names: Mapping[str, str], styles: Mapping[str, int], texts: Texts,
         how: Look = WIDE) -> str:  # fmt: skip
    """Return counts by month as SVG: twelve groups, a bar a party in this order; what each is of is drawn around it."""
    shown = [party for party in order if party in figure.values]
    size, most = how.size, max([1, *(max(v, default=0) for v in (*figure.values.values(), *figure.of.values()))])
    step = max(1.0, nice(max(most / 4, 1)))
    top = math.ceil(most / step) * step
    left = size * 1.4 + text_width(f"{top:.0f}", size)
    frame = Box(left, size * 2.2, how.width - size * 0.6, size * 2.2 + how.width * (0.24 if how is WIDE else 0.5))
    drawing = Drawing(
        how.width, frame.bottom + size * 2.0, title=figure.title, lang=HTML_LANGUAGES[texts.lang], size=size,
        description=texts("mark.semicolon").join(
            f"{names[party]}{texts('mark.colon')}{texts('mark.list').join(map(str, figure.values[party]))}"
            for party in shown
        ),
    )  # fmt: skip
    _legend(drawing, shown, names, styles)
    _counts(drawing, frame, top, step)
    wide = (frame.right - frame.left) / 12
    for at in range(12):
        x = frame.left + wide * at
        drawing.text(
            x + wide / 2, frame.bottom + size * 1.3, f"{at + 1:02d}", anchor="middle", fill=QUIET, size=size * 0.9
        )
        each = wide * 0.8 / max(1, len(shown))
        for row, party in enumerate(shown):
            start = x + wide * 0.1 + each * row
            of = figure.of.get(party)
            if of is not None and of[at]:
                _bar(drawing, frame, start, each * 0.9, of[at] / top, PALETTE[styles[party]], hollow=True)
            _bar(
                drawing,
                frame,
                start,
                each * 0.9,
                figure.values[party][at] / top,
                PALETTE[styles[party]],
                style=styles[party],
            )
    drawing.line(frame.left, frame.bottom, frame.right, frame.bottom, INK)
    return drawing.finish()


def _legend(drawing: Drawing, shown: Sequence[str], names: Mapping[str, str], styles: Mapping[str, int]) -> None:
    x, size = drawing.size * 0.8, drawing.size
    for party in shown:
        colour, style = PALETTE[styles[party]], styles[party]
        box = Box(x, size * 0.3, x + size, size * 1.2)
        drawing.add(rectangle(box, fill=colour, fill_opacity=_FILLED[style], stroke=colour, stroke_width=1.2))
        drawing.mark(x + size * 1.7, size * 0.75, MARKS[style], colour, radius=size * 0.32)
        drawing.text(x + size * 2.3, size * 1.15, names[party], fill=colour, weight="600")
        x += size * 4.0 + text_width(names[party], size)


def _counts(drawing: Drawing, frame: Box, top: float, step: float) -> None:
    for k in range(round(top / step) + 1):
        y = frame.bottom - (frame.bottom - frame.top) * k * step / top
        drawing.line(frame.left, y, frame.right, y, HAIR)
        drawing.text(
            frame.left - 5,
            y + drawing.size * 0.35,
            f"{k * step:.0f}",
            anchor="end",
            fill=QUIET,
            size=drawing.size * 0.9,
        )


def _bar(
    drawing: Drawing,
    frame: Box,
    left: float,
    width: float,
    share: float,
    colour: str,
    *,
    style: int = 0,
    hollow: bool = False,
) -> None:
    if share <= 0:
        return
    box = Box(left, frame.bottom - (frame.bottom - frame.top) * share, left + width, frame.bottom)
    dash = "2 2" if hollow else None
    drawing.add(
        rectangle(box, fill=PAPER if hollow else colour, fill_opacity=0.0 if hollow else _FILLED[style], stroke=colour,
                  stroke_width=1.0, stroke_dasharray=dash)
    )  # fmt: skip


def spans(figure: Spans, names: Mapping[str, str], styles: Mapping[str, int], texts: Texts, how: Look = WIDE) -> str:
    """Return spans of time as SVG, a row each on a logarithmic axis: a box from a quarter to three, the half in it."""
    size = how.size
    most = max(max(ranks) for _, _, ranks in figure.rows)
    top = next((value for value in _ROUND_S if value >= most), _ROUND_S[-1])
    labels = [f"{names[party]}{texts('mark.colon')}{label}" for party, label, _ in figure.rows]
    left = size * 1.2 if how is not WIDE else max(text_width(label, size) for label in labels) + size * 1.6
    frame = Box(left, size * 0.6, how.width - size * 2.4, size * 0.6 + size * 2.6 * len(labels))
    drawing = Drawing(
        how.width, frame.bottom + size * 2.2, title=figure.title, lang=HTML_LANGUAGES[texts.lang], size=size,
        description=texts("mark.semicolon").join(
            f"{label}{texts('mark.colon')}{texts('mark.list').join(lasting(rank, texts.lang) for rank in ranks)}"
            for label, (_, _, ranks) in zip(labels, figure.rows, strict=True)
        ),
    )  # fmt: skip
    for value in (value for value in _ROUND_S if value <= top):
        x = _along(frame, value, top)
        drawing.line(x, frame.top, x, frame.bottom, HAIR)
        drawing.text(
            x, frame.bottom + size * 1.4, lasting(value, texts.lang), anchor="middle", fill=QUIET, size=size * 0.9
        )
    for row, (party, _, ranks) in enumerate(figure.rows):
        _span(
            drawing,
            frame,
            size * (0.6 + 2.6 * row),
            labels[row],
            [_along(frame, rank, top) for rank in ranks],
            styles[party],
            how,
        )
    drawing.line(frame.left, frame.bottom, frame.right, frame.bottom, INK)
    return drawing.finish()


def _span(
    drawing: Drawing, frame: Box, top: float, label: str, at: Sequence[float], style: int, how: Look
) -> None:  # fmt: skip
    size, colour = drawing.size, PALETTE[style]
    middle = top + size * (1.3 if how is WIDE else 1.75)
    if how is WIDE:
        drawing.text(frame.left - 8, middle + size * 0.35, label, anchor="end", fill=colour, weight="600")
    else:
        drawing.text(frame.left, top + size * 0.95, label, fill=colour, weight="600", halo=True)
    quarter, half, three_quarters, longest = at
    drawing.line(frame.left, middle, longest, middle, colour, 1.2)
    box = Box(quarter, middle - size * 0.5, max(three_quarters, quarter + 2), middle + size * 0.5)
    drawing.add(rectangle(box, fill=colour, fill_opacity=0.2, stroke=colour, stroke_width=1.2))
    drawing.line(half, box.top, half, box.bottom, colour, 3.0)
    drawing.mark(longest, middle, MARKS[style], colour, radius=size * 0.34)


def _along(frame: Box, seconds: int, top: int) -> float:
    share = math.log1p(seconds) / math.log1p(top)
    return frame.left + share * (frame.right - frame.left)


__all__ = ["bars", "spans"]
