"""Tests of tracks drawn from our own notes: true positions, the surest of several, and nothing where too little is known."""

from dataclasses import replace

import pytest

from console.incidents.scene import note, notes, view
from searoom.console.incidents.drawn import drawing, picture_of, track
from searoom.review.texts import Texts
from told import START_US

PAIR = ("AMBER 21", "CORAL 34")


def test_the_two_craft_of_the_noted_encounter_are_drawn():
    """Both by name, wide and narrow, in the language of the page."""
    found = drawing(view(), START_US, Texts("ja"))
    assert PAIR == (found.own, found.other)
    assert "AMBER 21" in found.wide
    assert 'lang="ja"' in found.narrow


@pytest.mark.parametrize("kept", ["track-note", "encounter-note"])
def test_too_few_notes_draw_nothing(kept):
    """Without an encounter, or without positions, there is no drawing."""
    seen = replace(view(), notes=tuple(one for one in notes() if one.filled.form == kept))
    assert drawing(seen, START_US, Texts("en")) is None


def test_positions_are_those_that_were_noted():
    """Degrees and metres; an error of two standard deviations becomes one."""
    picture = picture_of(view(), PAIR, START_US)
    assert (32.1, -165.0) == pytest.approx((picture.own.lat_deg[0], picture.own.lon_deg[0]))
    assert 10.0 == pytest.approx(picture.own.sigma_m[0])
    assert START_US == picture.own.time_us[0]


def test_of_two_positions_at_one_time_the_surest_counts():
    """Radar and AIS at one moment are one position."""
    rough = note("track-note", 0, craft="A", source="eye", where=(0, 0), error_mm=900_000).filled
    sure = note("track-note", 0, craft="A", source="radar", where=(10_000_000, 0), error_mm=10_000).filled
    later = note("track-note", 60, craft="A", source="radar", where=(20_000_000, 0)).filled
    for rows in ([rough, sure, later], [later, sure, rough]):
        assert [1.0, 2.0] == pytest.approx(list(track("A", rows).lat_deg))


def test_an_encounter_far_in_time_is_not_drawn():
    """Only what was noted within half an hour of the incident."""
    assert drawing(view(), START_US + 4 * 3600 * 1_000_000, Texts("en")) is None
