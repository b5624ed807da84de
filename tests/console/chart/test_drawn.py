"""The chart that the console draws itself: true to Mercator, with everything that the other has, and well-formed."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from made_sea import PAIR, sea
from searoom.console.chart.drawn import HIGH, WIDE, Sheet, chart, ink_of

BOX = (124.5, 29.5, 125.5, 30.5)
WORDS = {"title": "Chart", "description": "Two craft", "credit": "© OpenStreetMap contributors"}
WARNED = (("en", "Not for navigation"), ("ja", "航海用ではない"), ("zh-Hans", "不可用于航行"))
SVG = "{http://www.w3.org/2000/svg}"


def drawing(held, box=BOX, zones=()):
    """Return the drawing of a sea as a tree."""
    text = chart(held, np.arange(len(held)), box, zones, ["amber", "coral"], WORDS, WARNED, "en", 6)
    return ET.fromstring(text), text


def test_a_sheet_holds_its_box_and_keeps_angles():
    """The corners of the box are on the sheet, its middle in the middle; a mile is as long to the north as to the east."""
    sheet = Sheet.of((179.0, 20.0, -179.0, 22.0))
    x, y = sheet.one((180.0, 21.0))
    east, north = sheet.one((180.1, 21.0)), sheet.one((180.0, 21.1))

    assert WIDE / 2 == pytest.approx(x)
    assert HIGH / 2 == pytest.approx(y, abs=2.0)
    assert (east[0] - x) / np.cos(np.radians(21.0)) == pytest.approx(y - north[1], rel=0.01)
    assert 0 <= sheet.one((179.0, 22.0))[1] < sheet.one((-179.0, 20.0))[1] <= HIGH


def test_craft_pairs_and_warnings_are_all_there():
    """Each craft has its mark and its name; a pair has a cross at both places of its approach; the warning is there thrice."""
    held = sea((1, "A", 125.0, 30.0), (2, "B", 125.1, 30.0, {"source": 1}), pairs=[{**PAIR, "words": "CPA 960 m"}])
    tree, text = drawing(held)
    said = " ".join("".join(each.itertext()) for each in tree.iter(f"{SVG}text"))

    for words in ("A", "B", "CPA 960 m", "OpenStreetMap", *(words for _, words in WARNED)):
        assert words in said
    assert "Two craft" == tree.find(f"{SVG}desc").text
    assert 4 == len(re.findall(r'stroke-width="1.8"', text))


def test_what_a_radar_measured_is_hollow_and_parties_differ_by_shape():
    """A circle of amber told by itself is filled, one of nobody measured by radar is not; coral has a square."""
    held = sea((1, "A", 125.0, 30.0), (2, "B", 125.1, 30.0, {"source": 1}), (3, "C", 125.2, 30.0),
               units={"C": ["CORAL 34", "coral", "navy"]})  # fmt: skip
    tree, _ = drawing(held)
    circles = [one.get("fill") for one in tree.iter(f"{SVG}circle")]

    assert [ink_of("amber", ["amber", "coral"])[0], "#ffffff"] == circles
    assert ink_of("coral", ["amber", "coral"])[0] in {one.get("fill") for one in tree.iter(f"{SVG}polygon")}


def test_hostile_names_are_shown_and_not_obeyed():
    """Markup and signs that turn the reading round come out as text."""
    held = sea((1, "<script>\u202e", 125.0, 30.0))
    tree, text = drawing(held)

    assert "<script>" not in text
    assert "[U+202E]" in text


def test_land_lies_where_it_is_also_over_the_date_line():
    """Kyushu is drawn at its place; a sheet across the date line has land on both of its halves."""
    tree, _ = drawing(sea(), (129.0, 31.0, 132.0, 34.0))
    paths = [one.get("d") for one in tree.iter(f"{SVG}path")]
    tree, _ = drawing(sea(), (177.0, -19.0, -178.0, -15.0))
    halves = {float(one.get("d")[1:].split(",")[0]) > WIDE / 2 for one in tree.iter(f"{SVG}path")}

    assert 100 < len(paths)
    assert {True, False} == halves


def test_an_island_too_small_for_the_scale_is_a_dot_and_never_nothing():
    """On a sheet of half the globe the disputed island is still there, where it is."""
    box = (60.0, -10.0, 180.0, 60.0)
    tree, _ = drawing(sea(), box)
    x, y = Sheet.of(box).one((123.476, 25.744))
    starts = [one.get("d")[1:].split("L")[0].split("h")[0].split(",") for one in tree.iter(f"{SVG}path")]

    assert any(abs(float(px) - x) < 1.5 and abs(float(py) - y) < 1.5 for px, py in starts)


def test_a_sighting_is_an_area_with_its_name():
    """Bearing and range with their errors make a closed outline; what was seen stands beside it."""
    seen = {"craft": "sighted:b", "who": "OOW", "seen": "a boat", "at_us": 0, "bearing_deg": 70.0, "bearing_error_deg": 5.0,
            "range_m": 4630, "range_error_m": 1389, "from": [125.0, 30.0], "at": [125.045, 30.014]}  # fmt: skip
    held = sea()
    held.sightings = (seen, {**seen, "from": None, "seen": "unplaced"})
    tree, text = drawing(held)
    (outline,) = [
        one.get("points").split() for one in tree.iter(f"{SVG}polyline") if one.get("stroke-dasharray") == "2 2"
    ]

    assert outline[0] == outline[-1]
    assert "a boat" in text
    assert "unplaced" not in text
