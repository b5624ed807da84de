"""The sheet that an encounter is drawn on: its window, graticule, north arrow, scale bars, and round times."""

import math
from dataclasses import dataclass

import numpy as np

from searoom.clock import to_text
from searoom.review.distance import grouped
from searoom.review.pictures import Plane, Times
from searoom.review.svg import HAIR, INK, QUIET, Box, Drawing, element, nice
from searoom.review.texts import Texts
from searoom.units import METRES_PER_NAUTICAL_MILE, MICROSECONDS

# Minutes of arc of the graticule, and seconds between the time ticks: round for a navigator.
_ARC_MINUTES = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0)
_TICK_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 14400)
_WANTED_TICKS = 8


@dataclass(frozen=True, slots=True)
class Look:
    """How large a chart is, in drawing units: its width, its letters, and the limits of its height."""

    width: float
    size: float
    lowest: float
    tallest: float


WIDE = Look(width=900.0, size=13.0, lowest=360.0, tallest=640.0)
HALF = Look(width=470.0, size=11.5, lowest=300.0, tallest=640.0)
NARROW = Look(width=350.0, size=11.0, lowest=240.0, tallest=460.0)


@dataclass(frozen=True, slots=True)
class View:
    """The part of the plane that is drawn: a window in metres east and north, and its frame in drawing units."""

    plane: Plane
    west: float
    north: float
    metres_per_unit: float
    frame: Box

    def place(self, east_m: float, north_m: float) -> tuple[float, float]:
        """Return drawing coordinates; one scale serves both axes, so shapes and angles are true."""
        return (
            self.frame.left + (east_m - self.west) / self.metres_per_unit,
            self.frame.top + (self.north - north_m) / self.metres_per_unit,
        )

    def place_degrees(self, position: tuple[float, float]) -> tuple[float, float]:
        """Return drawing coordinates of (lat, lon)."""
        east, north = self.plane.to_metres(np.array([position[0]]), np.array([position[1]]))
        return self.place(float(east[0]), float(north[0]))


def tick_seconds(duration_s: float) -> int:
    """Return the round number of seconds between ticks that gives about eight of them."""
    return next((step for step in _TICK_SECONDS if duration_s / step <= _WANTED_TICKS * 1.4), _TICK_SECONDS[-1])


def tick_times(first_us: int, last_us: int, step_s: int) -> Times:
    """Return the whole multiples of the step within the span, int64[n] microseconds."""
    step = step_s * MICROSECONDS
    return np.arange(-(-first_us // step) * step, last_us + 1, step, dtype=np.int64)


def clock_text(time_us: int, *, seconds: bool = True) -> str:
    """Return the time of day in UTC: `04:12:30Z` or `04:12Z`."""
    text = to_text(time_us)[11:]
    return text if seconds else f"{text[:5]}Z"


def rectangle(box: Box, **more: object) -> str:
    """Return the outline of a box."""
    return element("rect", x=box.left, y=box.top, width=box.right - box.left, height=box.bottom - box.top, **more)


def graticule(drawing: Drawing, view: View) -> None:
    """Draw parallels and meridians at round minutes of arc, named at the left and lower edge."""
    frame = view.frame
    drawing.add(rectangle(frame, fill="#f7f9fa"))
    lat_top, lon_left = view.plane.to_degrees(view.west, view.north)
    width, height = frame.right - frame.left, frame.bottom - frame.top
    lat_low, _ = view.plane.to_degrees(view.west, view.north - height * view.metres_per_unit)
    _, lon_right = view.plane.to_degrees(view.west + width * view.metres_per_unit, view.north)
    across = (lon_right - lon_left) % 360.0
    step = _arc_step((lat_top - lat_low) * 60.0, height / (drawing.size * 4))
    for k in range(math.ceil(lat_low * 60 / step), math.floor(lat_top * 60 / step) + 1):
        _, y = view.place_degrees((k * step / 60, lon_left))
        drawing.line(frame.left, y, frame.right, y, HAIR)
        if frame.top + drawing.size * 0.4 < y < frame.bottom - drawing.size * 0.2:
            drawing.text(
                frame.left - 4,
                y + drawing.size * 0.35,
                degrees_text(k * step / 60, step, "NS"),
                anchor="end",
                fill=QUIET,
                size=drawing.size * 0.85,
            )
    step = _arc_step(across * 60.0, width / (drawing.size * 8))
    for k in range(math.ceil(lon_left * 60 / step), math.floor((lon_left + across) * 60 / step) + 1):
        lon = (k * step / 60 + 180.0) % 360.0 - 180.0
        x, _ = view.place_degrees((lat_top, lon))
        drawing.line(x, frame.top, x, frame.bottom, HAIR)
        half = drawing.size * 2.4
        if frame.left + half * 0.2 < x < frame.right - half:
            drawing.text(
                x,
                frame.bottom + drawing.size * 1.1,
                degrees_text(lon, step, "EW"),
                anchor="middle",
                fill=QUIET,
                size=drawing.size * 0.85,
            )


def _arc_step(span_minutes: float, lines: float) -> float:
    return next((step for step in _ARC_MINUTES if span_minutes / step <= lines), _ARC_MINUTES[-1])


def degrees_text(value: float, step_minutes: float, letters: str) -> str:
    """Return degrees and minutes as charts write them: `24°31.5′N`, with the decimals that the step needs."""
    places = 0 if step_minutes >= 1.0 else (1 if step_minutes >= 0.1 else 2)
    minutes = round(abs(value) * 60, places)
    degrees, rest = int(minutes // 60), minutes % 60
    text = f"{rest:0{3 + places if places else 2}.{places}f}"
    letter = letters[0] if value >= 0 else letters[1]
    return f"{degrees:0{2 if letters == 'NS' else 3}d}°{text}′{letter}"


def north(drawing: Drawing, view: View, letter: str) -> None:
    """Draw the north arrow in the upper right corner; every chart here has north up."""
    x, y = view.frame.right - drawing.size * 1.6, view.frame.top + drawing.size * 1.2
    tall = drawing.size * 2.6
    drawing.take(Box(x - drawing.size, y - drawing.size, x + drawing.size, y + tall + drawing.size * 0.4))
    drawing.line(x, y + drawing.size * 0.2, x, y + tall, INK, 1.6)
    drawing.arrow(x, y + drawing.size * 0.2, 0, -1, INK, length=drawing.size)
    drawing.text(x + drawing.size * 0.35, y + tall, letter, size=drawing.size * 0.95, weight="700")


def below(drawing: Drawing, view: View, words: Texts, step_s: int) -> None:
    """Write scale bars in nautical miles and metres, the tick step, and in three languages that this is no chart."""
    size, frame = drawing.size, view.frame
    room = (frame.right - frame.left) * 0.3
    top = frame.bottom + size * 2.5
    mile = METRES_PER_NAUTICAL_MILE / view.metres_per_unit
    bars = (
        (nice(room / mile) * mile, nice(room / mile), "nm"),
        (nice(room * view.metres_per_unit) / view.metres_per_unit, nice(room * view.metres_per_unit), "m"),
    )
    for row, (length, value, unit) in enumerate(bars):
        y = top + row * size * 1.5
        drawing.line(frame.left, y, frame.left + length, y, INK, 1.6)
        for share in (0.0, 0.5, 1.0):
            x = frame.left + length * share
            drawing.line(x, y - size * 0.3, x, y + size * 0.3, INK, 1.2)
        drawing.text(frame.left + length + size * 0.5, y + size * 0.35, f"{grouped(value)} {unit}", size=size * 0.9)
    drawing.text(
        frame.right,
        top + size * 0.35,
        words("chart.ticks", every=_every(step_s)),
        anchor="end",
        fill=QUIET,
        size=size * 0.9,
    )
    drawing.languages(frame.left, top + size * 4.1, words.each("chart.not_for_navigation"), size=size * 0.95)


def _every(step_s: int) -> str:
    return f"{step_s} s" if step_s < 60 else f"{step_s // 60} min"
