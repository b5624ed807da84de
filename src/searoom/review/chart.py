"""The chart of an encounter, drawn true to scale: both tracks, what each saw of the other, and the closest approach."""

from collections.abc import Mapping, Sequence

import numpy as np

from searoom.review.distance import say
from searoom.review.frame import (
    WIDE,
    Look,
    View,
    below,
    clock_text,
    graticule,
    north,
    rectangle,
    tick_seconds,
    tick_times,
)
from searoom.review.pictures import (
    SIGMAS_SHOWN,
    Closest,
    Floats,
    Picture,
    Plane,
    Times,
    at,
    closest,
    plane_of,
)
from searoom.review.svg import DASHES, INK, MARKS, PALETTE, Box, Drawing, element, look
from searoom.review.texts import Texts
from searoom.units import MICROSECONDS

_SMALLEST_VIEW_M = 40.0


def chart(
    pictures: Sequence[Picture],
    names: Mapping[str, str],
    words: Texts,
    lang: str,
    how: Look = WIDE,
    *,
    detail_s: float = 0.0,
) -> str:
    """Return the chart as SVG; with `detail_s` only that many seconds on either side of the closest approach."""
    plane = plane_of(pictures)
    nearest = [closest(picture) for picture in pictures]
    window = _window(pictures, nearest, detail_s)
    view = _view(pictures, plane, window, how)
    title = words("chart.detail_title" if detail_s else "chart.title")
    drawing = Drawing(
        how.width,
        view.frame.bottom + how.size * 7.6,
        title=title,
        lang=lang,
        size=how.size,
        description=_description(pictures, nearest, names, words),
    )
    graticule(drawing, view)
    clip = f"frame-{'detail' if detail_s else 'whole'}-{int(how.width)}"
    drawing.add(element("clipPath", rectangle(view.frame), id=clip))
    drawing.add(f'<g clip-path="url(#{clip})">')
    step_s = tick_seconds((window[1] - window[0]) / MICROSECONDS)
    parties = sorted(names)
    for picture in pictures:
        _sightings(drawing, view, picture, window, step_s, parties)
    for picture in pictures:
        _own_track(drawing, view, picture, window, parties)
    for picture, point in zip(pictures, nearest, strict=True):
        _approach_line(drawing, view, point, look(picture.party, parties))
    drawing.add("</g>")
    drawing.add(rectangle(view.frame, fill="none", stroke=INK, stroke_width=1.2))
    north(drawing, view, words("chart.north"))
    for picture in pictures:
        _name(drawing, view, picture, window, parties)
    for picture, point in zip(pictures, nearest, strict=True):
        _approach_label(drawing, view, point, look(picture.party, parties), names[picture.party], words)
    for picture in pictures:
        _ticks(drawing, view, picture, tick_times(*window, step_s), step_s, parties)
    below(drawing, view, words, step_s)
    return drawing.finish()


def is_tall(pictures: Sequence[Picture]) -> bool:
    """Return whether the whole encounter is clearly higher than wide, so that two charts stand better side by side."""
    window = _window(pictures, [], 0.0)
    left, right, bottom, top = _extent(pictures, plane_of(pictures), window)
    return top - bottom > 1.2 * (right - left)


def said(point: Closest, lang: str) -> str:
    """Return the closest range with its error (2 sigma), no finer than the error: `140 m ± 30 m`."""
    return say(point.range_m, point.sigma_m * SIGMAS_SHOWN, lang)


def _description(
    pictures: Sequence[Picture], nearest: Sequence[Closest], names: Mapping[str, str], words: Texts
) -> str:
    return " ".join(
        words(
            "chart.description",
            party=names[picture.party],
            unit=picture.own.name,
            distance=said(point, words.lang),
            time=clock_text(point.time_us),
        )
        for picture, point in zip(pictures, nearest, strict=True)
    )


def _window(pictures: Sequence[Picture], nearest: Sequence[Closest], detail_s: float) -> tuple[int, int]:
    first = min(int(picture.own.time_us[0]) for picture in pictures)
    last = max(int(picture.own.time_us[-1]) for picture in pictures)
    if not detail_s:
        return first, last
    around = round(detail_s * MICROSECONDS)
    return (
        max(first, min(point.time_us for point in nearest) - around),
        min(last, max(point.time_us for point in nearest) + around),
    )


def _extent(pictures: Sequence[Picture], plane: Plane, window: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return west, east, south and north of every position in the window, own and seen, in metres of the plane."""
    times = np.linspace(window[0], window[1], 60).astype(np.int64)
    easts, norths = [], []
    for picture in pictures:
        for track in (picture.own, picture.other):
            inside = times[(times >= track.time_us[0]) & (times <= track.time_us[-1])]
            east, north, _ = at(track, plane, inside)
            easts.append(east)
            norths.append(north)
    east, north = np.concatenate(easts), np.concatenate(norths)
    return float(east.min()), float(east.max()), float(north.min()), float(north.max())


def _view(pictures: Sequence[Picture], plane: Plane, window: tuple[int, int], how: Look) -> View:
    """Fit the frame around every position of the window, with room for the labels."""
    left, right, bottom, top = _extent(pictures, plane, window)
    margin = max(right - left, top - bottom, _SMALLEST_VIEW_M) * 0.09 + _SMALLEST_VIEW_M * 0.1
    wide, high = right - left + 2 * margin, top - bottom + 2 * margin
    edge_left, edge_right = how.size * 5.4, how.size * 0.6
    room = how.width - edge_left - edge_right
    scale = max(wide / room, high / how.tallest)
    height = min(max(high / scale, how.lowest), how.tallest)
    frame = Box(edge_left, how.size * 0.6, edge_left + room, how.size * 0.6 + height)
    west = (left + right) / 2 - room * scale / 2
    return View(plane, west, (top + bottom) / 2 + height * scale / 2, scale, frame)


def _path(view: View, picture_times: Times, east: Floats, north: Floats) -> list[tuple[float, float]]:
    return [view.place(float(east[k]), float(north[k])) for k in range(len(picture_times))]


def _own_track(drawing: Drawing, view: View, picture: Picture, window: tuple[int, int], parties: Sequence[str]) -> None:
    style = look(picture.party, parties)
    first, last = max(window[0], int(picture.own.time_us[0])), min(window[1], int(picture.own.time_us[-1]))
    inside = picture.own.time_us[(picture.own.time_us > first) & (picture.own.time_us < last)]
    times = np.concatenate([[first], inside, [last]]).astype(np.int64)
    east, north, _ = at(picture.own, view.plane, times)
    points = _path(view, times, east, north)
    drawing.polyline(points, PALETTE[style], 2.2, stroke_linecap="round")
    drawing.avoid(points)
    for share in (0.28, 0.62, 1.0):
        k = max(1, min(len(points) - 1, round(share * (len(points) - 1))))
        (x0, y0), (x1, y1) = points[max(0, k - 1)], points[k]
        drawing.arrow(x1, y1, x1 - x0, y1 - y0, PALETTE[style], length=drawing.size * 0.95)


def _sightings(
    drawing: Drawing, view: View, picture: Picture, window: tuple[int, int], step_s: int, parties: Sequence[str]
) -> None:
    """Draw what this party's sensors made of the other unit: thin, hollow marks, two or three between ticks."""
    style = look(picture.party, parties)
    other = picture.other
    inside = (other.time_us >= window[0]) & (other.time_us <= window[1])
    times = other.time_us[inside]
    if len(times) < 2:
        return
    east, north, _ = at(other, view.plane, times)
    points = _path(view, times, east, north)
    drawing.polyline(points, PALETTE[style], 0.9, stroke_dasharray=DASHES[1], opacity=0.8)
    last = times[0] - MICROSECONDS * step_s
    for when, (x, y) in zip(times, points, strict=True):
        if when - last >= step_s * MICROSECONDS // 2:
            drawing.mark(x, y, MARKS[style], PALETTE[style], radius=drawing.size * 0.23, hollow=True)
            last = when


def _ticks(drawing: Drawing, view: View, picture: Picture, times: Times, step_s: int, parties: Sequence[str]) -> None:
    style = look(picture.party, parties)
    track = picture.own
    times = times[(times >= track.time_us[0]) & (times <= track.time_us[-1])]
    east, north, _ = at(track, view.plane, times)
    points = _path(view, times, east, north)
    for x, y in points:
        drawing.mark(x, y, MARKS[style], PALETTE[style], radius=drawing.size * 0.3)
        r = drawing.size * 0.4
        drawing.take(Box(x - r, y - r, x + r, y + r))
    for when, (x, y) in zip(times, points, strict=True):
        drawing.label(x, y, clock_text(int(when), seconds=step_s < 60), within=view.frame, fill=PALETTE[style])


def _approach_line(drawing: Drawing, view: View, point: Closest, style: int) -> None:
    """Join the two positions of the closest approach; the ring is twice the error of where the other was."""
    (x1, y1), (x2, y2) = view.place_degrees(point.own), view.place_degrees(point.other)
    radius = SIGMAS_SHOWN * point.sigma_m / view.metres_per_unit
    if radius > drawing.size * 0.5:
        drawing.add(
            element(
                "circle",
                cx=x2,
                cy=y2,
                r=radius,
                fill=PALETTE[style],
                fill_opacity=0.10,
                stroke=PALETTE[style],
                stroke_width=0.8,
                stroke_dasharray="2 2",
            )
        )
    drawing.line(x1, y1, x2, y2, PALETTE[style], 2.0, stroke_dasharray=DASHES[style] or None)
    for x, y in ((x1, y1), (x2, y2)):
        drawing.line(x - 4, y - 4, x + 4, y + 4, PALETTE[style], 1.6)
        drawing.line(x - 4, y + 4, x + 4, y - 4, PALETTE[style], 1.6)


def _approach_label(drawing: Drawing, view: View, point: Closest, style: int, name: str, words: Texts) -> None:
    (x1, y1), (x2, y2) = view.place_degrees(point.own), view.place_degrees(point.other)
    drawing.label(
        (x1 + x2) / 2,
        (y1 + y2) / 2,
        f"CPA {name}{words('mark.colon')}{said(point, words.lang)}",
        within=view.frame,
        fill=PALETTE[style],
        weight="600",
        gap=drawing.size * 1.3,
        must=True,
        leader=True,
    )


def _name(drawing: Drawing, view: View, picture: Picture, window: tuple[int, int], parties: Sequence[str]) -> None:
    when = max(window[0], int(picture.own.time_us[0]))
    east, north, _ = at(picture.own, view.plane, np.array([when]))
    x, y = view.place(float(east[0]), float(north[0]))
    drawing.label(
        x,
        y,
        picture.own.name,
        within=view.frame,
        fill=PALETTE[look(picture.party, parties)],
        weight="700",
        must=True,
        leader=True,
    )
