"""Tests of the figures of a yearly review: shares true to scale, told in words too, whose they are without colour."""

import re
import xml.etree.ElementTree as ET

import pytest

from searoom.review.barplots import bars, spans
from searoom.review.frame import NARROW, WIDE
from searoom.review.texts import Texts
from searoom.review.yearlysheet import Bars, Spans

NAMES, STYLES, WORDS = {"amber": "Amber", "coral": "Coral"}, {"amber": 0, "coral": 1}, Texts("en")
TWO = Bars("Messages", {"amber": [4, *[0] * 11], "coral": [0, 2, *[0] * 10]}, {})
OF = Bars("Tests", {"amber": [1, *[0] * 11]}, {"amber": [2, *[0] * 11]})
TIMES = Spans("Times", (("amber", "read", (10, 20, 30, 4000)), ("coral", "read", (0, 0, 0, 0))))


def rects(svg):
    """Return the rectangles of a drawing as attributes."""
    root = ET.fromstring(svg)
    return [one.attrib for one in root.iter() if one.tag.endswith("rect")]


@pytest.mark.parametrize("how", [WIDE, NARROW])
def test_a_bar_is_as_tall_as_its_share(how):
    """Four is twice as tall as two; what is nothing has no bar."""
    amber, coral = rects(bars(TWO, ("amber", "coral"), NAMES, STYLES, WORDS, how))[2:]
    assert float(amber["height"]) == pytest.approx(2 * float(coral["height"]), abs=0.1)


def test_bars_of_two_parties_differ_by_more_than_colour():
    """One is filled and one is hollow, and each has its mark in the legend."""
    amber, coral = rects(bars(TWO, ("amber", "coral"), NAMES, STYLES, WORDS))[2:]
    assert amber["fill-opacity"] != coral["fill-opacity"]


def test_what_was_owed_stands_behind_what_was_held():
    """The count that a bar is of is drawn around it, dashed."""
    owed, held = rects(bars(OF, ("amber",), NAMES, STYLES, WORDS))[1:]
    assert "2 2" == owed["stroke-dasharray"]
    assert float(owed["height"]) == pytest.approx(2 * float(held["height"]), abs=0.1)


def test_each_figure_is_told_in_words():
    """Who cannot see it hears the numbers."""
    assert "Amber: 4, 0" in bars(TWO, ("amber", "coral"), NAMES, STYLES, WORDS)
    assert "Amber: read: 10 s, 20 s, 30 s, 67 min; Coral: read: 0 s" in spans(TIMES, NAMES, STYLES, WORDS)


def test_longer_lies_further_to_the_right():
    """Quarter, half, three quarters and longest lie in their order."""
    svg = spans(TIMES, NAMES, STYLES, WORDS)
    box = rects(svg)[0]
    line = re.search(r'<line x1="([\d.]+)" y1="[\d.]+" x2="([\d.]+)"[^>]*#9a5b00"', svg)
    assert float(line[1]) < float(box["x"]) < float(box["x"]) + float(box["width"]) < float(line[2])


def test_swapping_the_order_moves_bars_and_no_colour():
    """Colour, filling and mark belong to the party."""
    one, other = (bars(TWO, order, NAMES, STYLES, WORDS) for order in (("amber", "coral"), ("coral", "amber")))
    assert one != other
    assert [row["fill"] for row in rects(one)[2:]] == [row["fill"] for row in rects(other)[2:]]
