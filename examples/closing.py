"""A real collision as tables: what the closest approach was each minute before it, and when each grade was raised.

    python examples/closing.py closing.svg

It needs the extra `archive`, and Polars. The tracks are those of the watch test: a quarter of an hour up to a collision
on 16 June 2017, from the tables of the Japan Transport Safety Board's report MA2019-8. The craft have neutral names,
and nobody speaks; src/searoom/exercise/data/watch-test.toml tells the source. One of the two was plotted by radar and
sent no AIS.
"""

import math
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from searoom.encounters import tables

TRACKS = Path(__file__).parent.parent / "src" / "searoom" / "exercise" / "data" / "watch-test.csv"
EVENT = datetime(2017, 6, 16, 16, 30, 34, tzinfo=UTC)
OWN, OTHER = "CRAFT-1", "CRAFT-2"
COLOURS = {OWN: "#9a5b00", OTHER: "#1d5c96"}
INK, QUIET, HAIR, PAPER, SEA = "#1b2730", "#5a6670", "#d5dbe0", "#ffffff", "#f7f9fa"
MILE = 1852.0
WIDTH, HEIGHT, TOP, BOTTOM, CHART = 980.0, 560.0, 78.0, 500.0, 400.0
PLOT_LEFT, PLOT_RIGHT, MOST_NM = 480.0, 950.0, 9.0


def line(points: list[tuple[float, float]], colour: str, **more: object) -> str:
    """Return a line through points."""
    looks = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{joined}" fill="none" stroke="{colour}"{looks}/>'


def text(x: float, y: float, words: str, fill: str = INK, **more: object) -> str:
    """Write words."""
    looks = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}"{looks}>{words}</text>'


def chart(tracks: pl.DataFrame) -> Iterator[str]:
    """Draw all tracks on one scale, a dot a fix, the names at their beginning."""
    south, north = tracks["lat"].min(), tracks["lat"].max()
    west, east = tracks["lon"].min(), tracks["lon"].max()
    shrink = math.cos(math.radians((south + north) / 2))
    scale = min((CHART - 60) / ((east - west) * shrink), (BOTTOM - TOP - 50) / (north - south))
    left = 30 + (CHART - (east - west) * shrink * scale) / 2
    top = TOP + (BOTTOM - TOP - (north - south) * scale) / 2
    yield f'<rect x="30" y="{TOP}" width="{CHART}" height="{BOTTOM - TOP}" fill="{SEA}" stroke="{INK}"/>'
    for name, track in tracks.group_by("name", maintain_order=True):
        colour = COLOURS.get(str(name[0]), QUIET)
        points = [
            (left + (lon - west) * shrink * scale, top + (north - lat) * scale)
            for lat, lon in track.select("lat", "lon").iter_rows()
        ]
        yield line(points, colour, stroke_width=1.6)
        yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="{colour}"/>' for x, y in points)
        x, y = points[0]
        yield text(x, y + (-8 if y < (TOP + BOTTOM) / 2 else 18), str(name[0]), colour, text_anchor="middle")
    mile = scale / 60
    yield line([(44, BOTTOM - 14), (44 + 2 * mile, BOTTOM - 14)], INK, stroke_width=2)
    yield text(44, BOTTOM - 20, "2 nm", QUIET, font_size=12)


def across(when: datetime, first: datetime) -> float:
    """Return where a time lies."""
    return PLOT_LEFT + (when - first) / (EVENT - first) * (PLOT_RIGHT - PLOT_LEFT)


def high(metres: float) -> float:
    """Return where a distance lies."""
    return BOTTOM - min(metres / MILE, MOST_NM) / MOST_NM * (BOTTOM - TOP)


def plot(predicted: pl.DataFrame, alerts: pl.DataFrame) -> Iterator[str]:
    """Draw range and predicted closest approach against time, and the moment of each first grade."""
    first = predicted["time_utc"].min()
    yield f'<rect x="{PLOT_LEFT}" y="{TOP}" width="{PLOT_RIGHT - PLOT_LEFT}" height="{BOTTOM - TOP}" fill="{SEA}"/>'
    for miles in range(int(MOST_NM) + 1):
        y = high(miles * MILE)
        yield line([(PLOT_LEFT, y), (PLOT_RIGHT, y)], HAIR)
        yield text(PLOT_LEFT - 6, y + 4, f"{miles}", QUIET, text_anchor="end", font_size=12)
    yield text(PLOT_LEFT - 6, TOP - 8, "nm", QUIET, text_anchor="end", font_size=12)
    for when in pl.datetime_range(first, EVENT, "5m", eager=True).dt.round("5m"):
        if first <= when <= EVENT:
            x = across(when, first)
            yield line([(x, BOTTOM), (x, BOTTOM + 5)], INK)
            yield text(x, BOTTOM + 18, f"{when:%H:%M}", QUIET, text_anchor="middle", font_size=12)
    for place, one in enumerate(alerts.iter_rows(named=True)):
        x, y = across(one["time_utc"], first), TOP + 30 * (place + 1)
        yield line([(x, TOP), (x, BOTTOM)], INK, stroke_dasharray="2 4")
        early = (EVENT - one["time_utc"]) / timedelta(minutes=1)
        side = {"text_anchor": "end"} if x > (PLOT_LEFT + PLOT_RIGHT) / 2 else {}
        yield text(x - 6 if side else x + 6, y, f"{one['grade']}: {early:.1f} min before", INK, font_weight=600, **side)
    for column, colour, words in (("range_m", INK, "range"), ("cpa_m", COLOURS[OWN], "closest approach, as reckoned")):
        told = predicted.drop_nulls(column)
        points = [(across(when, first), high(value)) for when, value in told.select("time_utc", column).iter_rows()]
        yield line(points, colour, stroke_width=2)
        x, y = points[len(points) // 3]
        yield text(x + 8, y - 10, words, colour, font_weight=600)
    yield line([(PLOT_RIGHT, TOP), (PLOT_RIGHT, BOTTOM)], "#a01818", stroke_width=2)
    yield text(PLOT_RIGHT, TOP - 8, f"collision {EVENT:%H:%M:%S}", "#a01818", text_anchor="end", font_weight=600)


def main(path: Path) -> None:
    """Write the picture, and print the grades."""
    tracks = pl.read_csv(TRACKS)
    # Row k of one table with row k of the other: each fix of one craft with the last fix of the other before it.
    timed = tracks.with_columns(pl.col("time_utc").str.to_datetime("%+", time_unit="us", time_zone="UTC")).sort(
        "time_utc"
    )
    mine, theirs = (timed.filter(pl.col("name") == name) for name in (OWN, OTHER))
    both = mine.join_asof(theirs, on="time_utc", suffix="_b", coalesce=False).drop_nulls("time_utc_b")
    a = both.select(mine.columns)
    b = both.select(pl.col(f"{name}_b").alias(name) for name in mine.columns)
    predicted = tables.closest_approach(a, b)

    alerts = tables.screen(tracks, {"watched": [OWN]})
    firsts = (
        alerts.filter(pl.any_horizontal(pl.col("a", "b") == OTHER) & (pl.col("grade") != "clear"))
        .group_by("grade", maintain_order=True)
        .first()
    )
    parts = [*chart(tracks), *plot(predicted, firsts)]
    title = text(30, 34, "A quarter of an hour up to a collision", font_size=19, font_weight=700)
    source = "Tracks: Japan Transport Safety Board, report MA2019-8; times UTC, 16 June 2017. Dots are fixes."
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" width="{WIDTH:.0f}" '
        f'height="{HEIGHT:.0f}" font-family="sans-serif" font-size="13" role="img">'
        "<title>Range, closest approach and grades of alert before a collision</title>"
        f'<rect width="{WIDTH:.0f}" height="{HEIGHT:.0f}" fill="{PAPER}"/>\n'
    )
    body = "\n".join([title, *parts, text(30, HEIGHT - 14, source, QUIET, font_size=12)])
    path.write_text(f"{picture}{body}\n</svg>\n", encoding="utf-8")
    for one in firsts.iter_rows(named=True):
        print(f"{one['grade']:<7} {one['time_utc']:%H:%M:%S}  range {one['range_m']:5.0f} m  CPA {one['cpa_m']:4.0f} m")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
