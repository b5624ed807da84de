"""Tests of range against time and of the bars of measured intervals."""

from xml.etree import ElementTree as ET

import numpy as np
import pytest

from review.samples import NAMES, pictures
from searoom.review.pictures import ranges
from searoom.review.plots import NARROW, WIDE, Measured, interval_plot, measured_text, range_plot
from searoom.review.texts import LANGUAGES, Texts

SVG = "{http://www.w3.org/2000/svg}"


def drawn(lang="en", how=WIDE, seen=None):
    return ET.fromstring(range_plot(seen or pictures(), NAMES[lang], Texts(lang), lang, how))


def words(root):
    return ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


def points(node):
    return np.array([[float(v) for v in pair.split(",")] for pair in node.attrib["points"].split()])


def lines(root):
    return list(root.iter(f"{SVG}polyline"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_says_both_lowest_ranges_with_their_errors(lang):
    """Each party's own lowest range stands beside its own line."""
    unit = {"en": "m", "ja": "m", "zh": "米"}[lang]
    text = words(drawn(lang))

    assert 2 == len([line for line in text if line.count("±") == 1 and line.endswith(unit)])


def test_draws_each_picture_as_it_is():
    """Height is the logarithm of the range: the same step everywhere for a factor of two."""
    for line, picture in zip(lines(drawn()), pictures(), strict=True):
        heights, logs = points(line)[:, 1], np.log(ranges(picture).range_m)
        slope = (heights.max() - heights.min()) / (logs.max() - logs.min())

        assert np.allclose(heights, heights.min() + (logs.max() - logs) * slope, atol=0.05)


def test_the_band_is_twice_the_error_on_either_side():
    """The band's edges are range plus and minus two standard deviations."""
    root = drawn()
    bands = [node for node in root.iter(f"{SVG}polygon") if "0.18" == node.attrib.get("fill-opacity")]
    for band, line, picture in zip(bands, lines(root), pictures(), strict=True):
        values, edge, middle = ranges(picture), points(band), points(line)
        n = len(values.time_us)
        far = int(np.argmax(values.range_m))
        per_log = (middle[:, 1].max() - middle[:, 1].min()) / (
            np.log(values.range_m.max()) - np.log(values.range_m.min())
        )
        up = np.log((values.range_m[far] + 2 * values.sigma_m[far]) / values.range_m[far]) * per_log

        assert 2 * n == len(edge)
        assert pytest.approx(middle[far, 1] - up, abs=0.05) == edge[far, 1]


def test_marks_the_first_alert_of_each_grade():
    """Three times a party, in a lane of its own above the frame."""
    text = words(drawn())

    assert {"02:02:10Z", "02:09:20Z", "02:12:20Z"} <= set(text)
    assert {"02:02:40Z", "02:09:50Z", "02:12:50Z"} <= set(text)


def test_axis_numbers_are_round():
    """1, 2, 5 and nothing else, in metres and in nautical miles."""
    text = words(drawn())
    left = [line.replace("\u202f", "") for line in text if line.replace("\u202f", "").isdigit()]

    assert {"100", "200", "500", "1000", "2000"} <= set(left)
    assert {"m", "nm", "0.1", "0.2", "0.5"} <= set(text)


def test_is_narrow_without_losing_its_lines():
    """A telephone shows the same two lines."""
    assert 2 == len(lines(drawn(how=NARROW)))


BARS = (Measured("amber", "Amber, radar", 137_160, 25_000), Measured("coral", "Coral, radar", 230_000, 44_000))


def bars(measured=BARS, lang="en"):
    return ET.fromstring(interval_plot(measured, ("amber", "coral"), Texts(lang), lang))


def test_bars_run_from_value_less_error_to_value_plus_error():
    """On one axis for all, so that the eye sees whether they meet."""
    drawn_bars = [node for node in bars().iter(f"{SVG}line") if "3" == node.attrib["stroke-width"]]
    ends = [(float(node.attrib["x1"]), float(node.attrib["x2"])) for node in drawn_bars]
    scale = (ends[0][1] - ends[0][0]) / 50_000

    assert pytest.approx(scale * 88_000, abs=0.05) == ends[1][1] - ends[1][0]
    assert pytest.approx(scale * (186_000 - 162_160), abs=0.05) == ends[1][0] - ends[0][1]


def test_bars_say_no_digit_finer_than_the_error():
    """137.16 m ± 25 m is printed in tens of metres."""
    text = words(bars())

    assert "Amber, radar: 140 m ± 30 m" in text
    assert not any("137" in line for line in text)


def test_one_exact_value_is_a_bar_too():
    """No error and no extent is no reason to divide by zero."""
    assert "A: 0.137 m ± 0 m" == words(bars((Measured("amber", "A", 137, 0),)))[-1]


def test_measured_text_is_in_the_page_language():
    """The unit is written as the language writes it."""
    assert "140 米 ± 30 米" == measured_text(BARS[0], "zh")
