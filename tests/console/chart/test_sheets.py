"""What the pages of the chart share, over HTTP: zones in the page's own words, and a drawing that says of when it is."""

import json
import shutil

import pytest

from console_at_work import Browser, console
from deskside import at_work, tick
from searoom.exercise.made import Stage
from searoom.signals.tables import LANGUAGES

ZONES = """
[[zone]]
name = "area"
claimed_by = "coral"
source = "notice 12"
date = 2026-05-01
shape = "circle"
points = [[32.02, -165.08]]
radius_nm = 3
names = { coral = "area 7", amber = "north area" }
"""


@pytest.fixture(scope="module")
def address(enrolled, tmp_path_factory):
    """A console whose node was given a zone."""
    out = tmp_path_factory.mktemp("zoned")
    shutil.copytree(enrolled.out, out, dirs_exist_ok=True)
    stage = Stage(out, enrolled.scenario, enrolled.agreement, enrolled.seats, dict(enrolled.ports))
    (stage.folder("amber") / "zones.toml").write_text(ZONES)
    with at_work(stage, "amber"), console(stage.folder("amber")) as found:
        tick(stage, "amber", 700)
        yield found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_zone_is_told_in_the_language_of_the_page_in_the_order_of_the_parties(address, lang):
    """Names stand in the order of the agreement whatever the file's; the claim is said in the page's language."""
    sit = Browser(address, **{"Accept-Language": lang}).sign_in("watch-1")
    (zone,) = json.loads(sit.get("/chart/zones.json")[2])["features"]
    said = zone["properties"]["words"]

    assert said.index("north area") < said.index("area 7")
    assert {"en": "claimed by", "ja": "主張", "zh": "主张"}[lang] in said
    assert said in sit.get("/chart")[2]


def test_a_drawing_says_of_when_it_is_and_has_the_zone(address):
    """Whoever prints it can see its time, its credit, and whose claim the line is."""
    drawing = (
        Browser(address, **{"Accept-Language": "en"})
        .sign_in("watch-1")
        .get("/chart/drawn.svg?box=-165.4,31.8,-164.8,32.3")[2]
    )

    assert "2026-06-03T02:11:40Z" in drawing
    assert "OpenStreetMap" in drawing
    assert "claimed by Coral" in drawing
