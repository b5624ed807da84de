"""Range against time in both pictures with their errors and alerts, and measured intervals on one axis."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from searoom.review.chart import said
from searoom.review.distance import grouped
from searoom.review.frame import NARROW, WIDE, Look, clock_text, rectangle, tick_seconds, tick_times
from searoom.review.pictures import SIGMAS_SHOWN, Closest, Floats, Picture, Ranges, closest, ranges
from searoom.review.svg import DASHES, HAIR, INK, MARKS, PALETTE, QUIET, Box, Drawing, element, look, number, text_width
from searoom.review.texts import Texts
from searoom.signals.quantities import say_distance, say_length
from searoom.units import METRES_PER_NAUTICAL_MILE, MICROSECONDS

_STEPS = (1, 2, 5)
_LEAST_RANGE_M = 10.0
_GRADE_SHAPE: Mapping[str, str] = {"advise": "circle", "warn": "triangle", "urgent": "diamond"}

__all__ = ["NARROW", "WIDE", "Measured", "interval_plot", "range_plot"]


@dataclass(frozen=True, slots=True)
class Measured:
    """One party's measurement for the interval plot: who, what it is called, value and error in millimetres."""

    party: str
    label: str
    value_mm: int
    error_mm: int


@dataclass(frozen=True, slots=True)
class _Axes:
    """Where a time and a range lie: time runs to the right, range upward on a logarithmic scale."""

    frame: Box
    first_us: int
    last_us: int
    low_m: float
    high_m: float

    def x(self, time_us: int) -> float:
        share = (time_us - self.first_us) / max(1, self.last_us - self.first_us)
        return self.frame.left + share * (self.frame.right - self.frame.left)

    def y(self, range_m: float) -> float:
        held = min(max(range_m, self.low_m), self.high_m)
        share = math.log(held / self.low_m) / math.log(self.high_m / self.low_m)
        return self.frame.bottom - share * (self.frame.bottom - self.frame.top)


def range_plot(pictures: Sequence[Picture], names: Mapping[str, str], words: Texts, lang: str, how: Look = WIDE) -> str:
    """Return range against time as SVG: a line and its band of twice the error a picture, first alerts above."""
    known = [(picture, ranges(picture), closest(picture)) for picture in pictures]
    lanes = how.size * 2.1 * len(known)
    top = lanes + how.size * 0.6
    frame = Box(how.size * 4.2, top, how.width - how.size * 4.4, top + how.width * (0.40 if how is WIDE else 0.62))
    axes = _axes(frame, [values for _, values, _ in known])
    description = " ".join(
        words(
            "range.description",
            party=names[picture.party],
            distance=said(point, words.lang),
            time=clock_text(point.time_us),
        )
        for picture, _, point in known
    )
    drawing = Drawing(
        how.width,
        frame.bottom + how.size * 2.6,
        title=words("range.title"),
        description=description,
        lang=lang,
        size=how.size,
    )
    drawing.add(rectangle(frame, fill="#f7f9fa", stroke=INK, stroke_width=1.0))
    _range_axis(drawing, axes, words)
    _time_axis(drawing, axes)
    parties = sorted(names)
    for picture, values, _ in known:
        _band(drawing, axes, values, look(picture.party, parties))
    for row, (picture, values, _) in enumerate(known):
        _line(drawing, axes, values, look(picture.party, parties))
        _lane(drawing, axes, picture, values, row, look(picture.party, parties), names[picture.party], how)
    for picture, _, point in known:
        _lowest(drawing, axes, point, names[picture.party], look(picture.party, parties), words)
    return drawing.finish()


def _axes(frame: Box, values: Sequence[Ranges]) -> _Axes:
    low = max(_LEAST_RANGE_M, min(float((v.range_m - SIGMAS_SHOWN * v.sigma_m).min()) for v in values))
    least = min(float(v.range_m.min()) for v in values)
    low = max(min(low, least), least / 4.0, _LEAST_RANGE_M) * 0.8
    high = max(float((v.range_m + SIGMAS_SHOWN * v.sigma_m).max()) for v in values) * 1.15
    return _Axes(
        frame,
        min(int(v.time_us[0]) for v in values),
        max(int(v.time_us[-1]) for v in values),
        low,
        max(high, low * 2.0),
    )


def _series(low: float, high: float) -> list[float]:
    """Return the numbers 1, 2, 5 times powers of ten within [low, high]."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [m * 10.0**p for p in powers for m in _STEPS if low <= m * 10.0**p <= high]


def _range_axis(drawing: Drawing, axes: _Axes, words: Texts) -> None:
    frame, size = axes.frame, drawing.size
    for value in _series(axes.low_m, axes.high_m):
        y = axes.y(value)
        drawing.line(frame.left, y, frame.right, y, HAIR)
        if y > frame.top + size * 1.4:
            drawing.text(frame.left - 5, y + size * 0.35, grouped(value), anchor="end", fill=QUIET, size=size * 0.9)
    mile = METRES_PER_NAUTICAL_MILE
    for value in _series(axes.low_m / mile, axes.high_m / mile):
        y = axes.y(value * mile)
        drawing.line(frame.right - 5, y, frame.right, y, INK)
        if y > frame.top + size * 1.4:
            drawing.text(frame.right + 5, y + size * 0.35, f"{value:g}", fill=QUIET, size=size * 0.9)
    drawing.text(frame.left - 5, frame.top + size * 0.8, "m", anchor="end", size=size * 0.9, weight="600")
    drawing.text(frame.right + 5, frame.top + size * 0.8, "nm", size=size * 0.9, weight="600")
    note = words("range.logarithmic")
    drawing.text(frame.right - 8, frame.bottom - size * 0.6, note, anchor="end", fill=QUIET, size=size * 0.85)
    wide = text_width(note, size * 0.85)
    drawing.take(Box(frame.right - 8 - wide, frame.bottom - size * 1.7, frame.right, frame.bottom))


def _time_axis(drawing: Drawing, axes: _Axes) -> None:
    frame, size = axes.frame, drawing.size
    step = tick_seconds((axes.last_us - axes.first_us) / MICROSECONDS)
    right = -math.inf
    for when in tick_times(axes.first_us, axes.last_us, step):
        x = axes.x(int(when))
        drawing.line(x, frame.bottom, x, frame.bottom + 5, INK)
        drawing.line(x, frame.top, x, frame.bottom, HAIR)
        shown = clock_text(int(when), seconds=step < 60)
        half = text_width(shown, size * 0.9) / 2
        if x - half > right + 4 and x + half < drawing.width:
            drawing.text(x, frame.bottom + size * 1.5, shown, anchor="middle", fill=QUIET, size=size * 0.9)
            right = x + half


def _band(drawing: Drawing, axes: _Axes, values: Ranges, style: int) -> None:
    upper, lower = values.range_m + SIGMAS_SHOWN * values.sigma_m, values.range_m - SIGMAS_SHOWN * values.sigma_m
    points = _points(axes, values, upper) + _points(axes, values, lower)[::-1]
    joined = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    drawing.add(element("polygon", points=joined, fill=PALETTE[style], fill_opacity=0.18))


def _line(drawing: Drawing, axes: _Axes, values: Ranges, style: int) -> None:
    points = _points(axes, values, values.range_m)
    drawing.polyline(points, PALETTE[style], 1.8, stroke_dasharray=DASHES[style] or None)
    drawing.avoid(points)


def _points(axes: _Axes, values: Ranges, heights: Floats) -> list[tuple[float, float]]:
    return [(axes.x(int(t)), axes.y(float(h))) for t, h in zip(values.time_us, heights, strict=True)]


def _lane(
    drawing: Drawing, axes: _Axes, picture: Picture, values: Ranges, row: int, style: int, name: str, how: Look
) -> None:
    """Write a picture's first alerts in a lane of their own above the frame, each joined to its place on the line."""
    size, colour = how.size, PALETTE[style]
    y = size * (1.2 + 2.1 * row)
    drawing.mark(size * 0.7, y - size * 0.35, MARKS[style], colour, radius=size * 0.3)
    if how is WIDE:
        drawing.text(size * 1.4, y, name, fill=colour, weight="700", size=size * 0.9)
    right = text_width(name, size * 0.9) + size * 2.0 if how is WIDE else size * 1.5
    for mark in picture.marks:
        x = axes.x(mark.time_us)
        on_line = float(np.interp(float(mark.time_us), values.time_us.astype(np.float64), values.range_m))
        drawing.line(x, y + size * 0.3, x, axes.y(on_line), colour, 0.9, stroke_dasharray="1 3")
        drawing.mark(x, axes.y(on_line), _GRADE_SHAPE[mark.grade], colour, radius=size * 0.36, hollow=True)
        drawing.mark(
            max(x, right + size * 0.3),
            y - size * 0.35,
            _GRADE_SHAPE[mark.grade],
            colour,
            radius=size * 0.3,
            hollow=True,
        )
        left = max(x + size * 0.6, right + size * 0.9)
        shown = clock_text(mark.time_us)
        if how is WIDE and left + text_width(shown, size * 0.9) < drawing.width:
            drawing.text(left, y, shown, fill=colour, size=size * 0.9)
            right = left + text_width(shown, size * 0.9) + size * 0.3
        else:
            right = x + size * 0.4


def _lowest(drawing: Drawing, axes: _Axes, point: Closest, name: str, style: int, words: Texts) -> None:
    x, y = axes.x(point.time_us), axes.y(point.range_m)
    drawing.label(
        x,
        y,
        f"{name}{words('mark.colon')}{said(point, words.lang)}",
        within=axes.frame,
        fill=PALETTE[style],
        weight="600",
        gap=drawing.size * 1.2,
        must=True,
        leader=True,
    )


def interval_plot(
    measured: Sequence[Measured], parties: Sequence[str], words: Texts, lang: str, how: Look = WIDE
) -> str:
    """Return the measurements of one quantity as bars from value - error to value + error on one axis."""
    low = min(m.value_mm - m.error_mm for m in measured)
    high = max(m.value_mm + m.error_mm for m in measured)
    room = max(high - low, 1)
    low, high = max(0, low - room // 8), high + room // 8
    step = _bar_step((high - low) / (9 if how is WIDE else 5))
    size, top = how.size, how.size * 0.8
    frame = Box(size * 0.8, top, how.width - size * 0.8, top + size * 3.2 * len(measured))
    drawing = Drawing(
        how.width,
        frame.bottom + size * 2.4,
        title=words("dossier.intervals"),
        lang=lang,
        size=size,
        description=words("mark.semicolon").join(
            f"{m.label}{words('mark.colon')}{measured_text(m, words.lang)}" for m in measured
        ),
    )
    for k in range(-(-low // step), high // step + 1):
        x = _along(frame, k * step, low, high)
        drawing.line(x, frame.top, x, frame.bottom, HAIR)
        drawing.text(
            x, frame.bottom + size * 1.3, say_length(k * step, words.lang), anchor="middle", fill=QUIET, size=size * 0.9
        )
    for row, one in enumerate(measured):
        style = look(one.party, parties)
        y = frame.top + size * (3.2 * row + 2.1)
        left, right = (_along(frame, one.value_mm + sign * one.error_mm, low, high) for sign in (-1, 1))
        drawing.text(
            frame.left,
            y - size * 0.9,
            f"{one.label}{words('mark.colon')}{measured_text(one, words.lang)}",
            fill=PALETTE[style],
            weight="600",
            halo=True,
        )
        drawing.line(left, y, right, y, PALETTE[style], 3.0, stroke_dasharray=DASHES[style] or None)
        for x in (left, right):
            drawing.line(x, y - size * 0.45, x, y + size * 0.45, PALETTE[style], 2.0)
        drawing.mark(_along(frame, one.value_mm, low, high), y, MARKS[style], PALETTE[style], radius=size * 0.34)
    drawing.line(frame.left, frame.bottom, frame.right, frame.bottom, INK)
    return drawing.finish()


def measured_text(one: Measured, lang: str) -> str:
    """Return a measurement as it may be printed: no digit finer than its error."""
    return say_distance(one.value_mm, one.error_mm, lang)


def _along(frame: Box, value_mm: int, low: int, high: int) -> float:
    return frame.left + (value_mm - low) / max(1, high - low) * (frame.right - frame.left)


def _bar_step(wanted_mm: float) -> int:
    """Return the smallest 1, 2, 5 times a power of ten that is not below `wanted_mm`."""
    power: int = 10 ** max(0, math.floor(math.log10(max(wanted_mm, 1.0))))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= wanted_mm)
