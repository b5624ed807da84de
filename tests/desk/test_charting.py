"""What the desk tells a chart, from the real sensors of a stage: who is where, open pairs with both places, sightings."""

import json
import tomllib

import pytest

from deskside import at_work, tick
from geodesic_oracle import EARTH
from searoom.console.craft import HeldSea
from searoom.desk import asking as desk
from searoom.errors import NotAllowed

ZONES = """
[[zone]]
name = "area"
claimed_by = "coral"
source = "notice 12"
date = 2026-05-01
shape = "circle"
points = [[32.02, -165.08]]
radius_nm = 3
names = { amber = "north area" }
"""
SEEN = {"who": "OOW", "name": "boat 1", "bearing_deg": "70", "range_nm": "2.5"}


def tracks(stage, since=0):
    """Ask amber's desk where everybody is."""
    return desk.ask(stage.folder("amber"), {"do": "tracks", "since": since})


def told(reply):
    """Return the words of a reply."""
    return json.loads(reply["told"])


def test_a_chart_is_told_who_is_where_and_then_what_changed(stage):
    """Both craft come once with their figures; after a step those that were reported come again."""
    with at_work(stage, "amber"):
        tick(stage, "amber", 600)
        held = HeldSea()
        held.take(first := tracks(stage))
        same = tracks(stage, first["number"])
        tick(stage, "amber", 610)
        held.take(tracks(stage, first["number"]))

    assert ["AMBER 21", "CORAL 34"] == sorted(one.name for one in held.who)
    assert "amber" == next(one.party for one in held.who if one.name == "AMBER 21")
    assert [] == told(same)["names"]
    assert [held.now_us] * 2 == held.columns["time_us"].tolist()


def test_an_open_pair_has_both_places_of_its_approach(stage):
    """The two places are as far apart as the approach is told to be, and lie ahead of where the two are now."""
    with at_work(stage, "amber"):
        tick(stage, "amber", 700)
        (pair,) = told(tracks(stage))["pairs"]

    apart = EARTH.inv(*pair["cpa_a"], *pair["cpa_b"])[2]
    now = EARTH.inv(*pair["from_a"], *pair["from_b"])[2]
    assert pair["cpa_m"] == pytest.approx(apart, abs=2.0)
    assert pair["range_m"] == pytest.approx(now, abs=2.0)
    assert pair["cpa_a"][1] > pair["from_a"][1]


def test_zones_come_with_each_party_s_name_for_them(stage):
    """What zones.toml says of a zone reaches the chart as it is."""
    (stage.folder("amber") / "zones.toml").write_text(ZONES)
    with at_work(stage, "amber"):
        (zone,) = told(desk.ask(stage.folder("amber"), {"do": "zones"}))

    assert (tomllib.loads(ZONES)["zone"][0]["points"], {"amber": "north area"}) == (zone["line"], zone["names"])
    assert ("coral", "2026-05-01") == (zone["claimed_by"], zone["dated"])


def test_a_sighting_is_seen_from_our_own_place_with_its_errors(stage):
    """Without a place it is taken from where our unit is now, and shown with the errors of bearing and range."""
    with at_work(stage, "amber"):
        tick(stage, "amber", 600)
        desk.ask(stage.folder("amber"), {"do": "sight", "fields": SEEN})
        (one,) = told(reply := tracks(stage))["sightings"]
        held = HeldSea()
        held.take(reply)

    own = next(place for place, who in enumerate(held.who) if who.name == "AMBER 21")
    assert 30.0 > EARTH.inv(*one["from"], held.columns["lon_deg"][own], held.columns["lat_deg"][own])[2]
    assert (4630, 1389, 5.0) == (one["range_m"], one["range_error_m"], one["bearing_error_deg"])
    assert 4630 == pytest.approx(EARTH.inv(*one["from"], *one["at"])[2], abs=2.0)


def test_a_sighting_reaches_the_lookout_as_a_fix(stage):
    """At the next look it is a craft like any other, with the wide error of an eye."""
    with at_work(stage, "amber"):
        tick(stage, "amber", 600)
        desk.ask(stage.folder("amber"), {"do": "sight", "fields": {**SEEN, "time_utc": "2026-06-03T02:10:00Z"}})
        tick(stage, "amber", 610)
        held = HeldSea()
        held.take(tracks(stage))

    place = [one.name for one in held.who].index("sighted:boat 1")
    assert "SIGHTED" == held.sources[held.columns["source"][place]]
    assert 1_000 < held.columns["sigma_m"][place]


@pytest.mark.parametrize(
    "request_",
    [{"do": "tracks"}, {"do": "tracks", "since": "1"}, {"do": "sight"}, {"do": "sight", "fields": {"who": "x"}}],
)
def test_what_is_asked_oddly_is_refused(stage, request_):
    """A request that is none is named, and the node goes on."""
    with at_work(stage, "amber"):
        with pytest.raises(NotAllowed):
            desk.ask(stage.folder("amber"), request_)
        assert tracks(stage)["whole"]
