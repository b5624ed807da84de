"""Tests of the chart: true to scale, named, and complete."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from review.samples import NAMES, pictures, track
from searoom.review.chart import chart, is_tall
from searoom.review.frame import HALF, NARROW, WIDE
from searoom.review.pictures import Picture
from searoom.review.texts import LANGUAGES, Texts

SVG = "{http://www.w3.org/2000/svg}"


def drawn(lang="en", how=WIDE, seen=None, **more):
    return ET.fromstring(chart(seen or pictures(), NAMES[lang], Texts(lang), lang, how, **more))


def words(root):
    return ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("how", [WIDE, HALF, NARROW])
def test_says_in_three_languages_that_it_is_not_for_navigation(lang, how):
    """On every chart, whatever the page's language, each part with its own."""
    spans = {node.attrib["lang"]: node.text for node in drawn(lang, how).iter(f"{SVG}tspan")}

    assert {"en": "Not for navigation", "ja": "航海には使用できません", "zh-Hans": "不得用于航海"} == spans


def test_names_both_units_and_both_closest_approaches():
    """Each party's own number stands, with its error; no number is the chart's."""
    text = words(drawn())

    assert {"AMBER 21", "CORAL 34"} <= set(text)
    assert 2 == len([line for line in text if re.fullmatch(r"CPA (Amber|Coral): \d+ m ± \d+ m", line)])


def test_has_both_scale_bars_north_and_a_graticule():
    """Nautical miles and metres, an arrow to the north, degrees and minutes on two edges."""
    text = words(drawn())

    assert any(re.fullmatch(r"[\d.]+ nm", line) for line in text)
    assert any(re.fullmatch(r"[\d\u202f]+ m", line) for line in text)
    assert "N" in text
    assert any(re.fullmatch(r"\d\d°\d\d(\.\d+)?′N", line) for line in text)
    assert any(re.fullmatch(r"\d\d\d°\d\d(\.\d+)?′W", line) for line in text)


def test_is_true_to_scale():
    """A square track is a square on the chart."""
    square = track("A", [0, 10, 20, 30, 40], [0, 5000, 5000, 0, 0], [0, 0, 5000, 5000, 0])
    other = track("B", [0, 40], [2000, 2100], [2500, 2500])
    root = drawn(seen=[Picture("amber", square, other)])
    line = next(node for node in root.iter(f"{SVG}polyline") if "2.2" == node.attrib["stroke-width"])
    points = [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]
    sides = [np.hypot(a[0] - b[0], a[1] - b[1]) for a, b in pairwise(points)]

    assert np.allclose(sides, sides[0], rtol=5e-3)


def test_everything_stays_inside_the_drawing():
    """No label runs over an edge of the picture."""
    for how in (WIDE, HALF, NARROW):
        root = drawn(how=how)
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        for node in root.iter(f"{SVG}text"):
            assert 0 <= float(node.attrib["x"]) <= width
            assert 0 <= float(node.attrib["y"]) <= height


def test_draws_over_the_date_line():
    """An encounter at 180 degrees is as small as anywhere, and its longitudes are named east and west."""
    text = words(drawn(seen=pictures(lon0=180.0)))

    assert any(line.endswith("′E") for line in text)
    assert any(line.endswith("′W") for line in text)


def test_enlarges_the_closest_approach():
    """The detail shows less water and finer times than the whole."""
    whole, detail = words(drawn()), words(drawn(detail_s=90.0))

    assert "time marks every 5 min" in whole
    assert "time marks every 30 s" in detail


def test_a_chart_of_one_chart_is_the_same_twice():
    """The same pictures give the same bytes."""
    assert chart(pictures(), NAMES["en"], Texts("en"), "en") == chart(pictures(), NAMES["en"], Texts("en"), "en")


def test_hostile_names_stay_words():
    """A unit called <script> is written, not obeyed."""
    bad = track("</text><script>alert(1)</script>\u202e", [0, 60], [0, 0], [0, 500])
    root = drawn(seen=[Picture("amber", bad, track("B", [0, 60], [300, 300], [0, 500]))])

    assert not list(root.iter(f"{SVG}script"))
    assert "</text><script>alert(1)</script>[U+202E]" in words(root)


def test_ships_that_lie_still_can_be_drawn():
    """No extent is no reason to divide by zero."""
    still = Picture("amber", track("A", [0, 60], [0, 0], [0, 0]), track("B", [0, 60], [0, 0], [0, 0]))

    assert "A" in words(drawn(seen=[still]))


def test_knows_a_tall_encounter():
    """Two ships on one course north make a tall chart; turned by 90 degrees a wide one."""
    wide = Picture("amber", track("A", [0, 60], [0, 5000], [0, 0]), track("B", [0, 60], [0, 5000], [500, 500]))

    assert is_tall(pictures())
    assert not is_tall([wide])
