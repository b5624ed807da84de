"""The chart's pages over HTTP, beside a real node: the table without a script, what a script asks for, and sightings."""

import http.client
import json
import re

import pytest

from console_at_work import Browser, console, wait_for, words
from deskside import at_work, tick
from searoom.console.chart import pages
from searoom.desk import asking as desk
from searoom.signals.tables import LANGUAGES

SEEN = {"who": "OOW", "name": "boat 1", "seen": "a boat", "bearing_deg": "70", "range_nm": "2.5"}


@pytest.fixture(scope="module")
def sea_stage(module_stage):
    """A console whose node has seen an encounter come."""
    with at_work(module_stage, "amber"), console(module_stage.folder("amber")) as address:
        for second in range(0, 701, 50):
            tick(module_stage, "amber", second)
        yield module_stage, address


@pytest.fixture
def sit(sea_stage):
    """Somebody of the watch at that console."""
    return Browser(sea_stage[1], **{"Accept-Language": "en"}).sign_in("watch-1")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_has_all_of_it_without_a_script(sea_stage, lang):
    """Craft with source, error and age in a table, the open pair in words, and the warning in three languages."""
    text = Browser(sea_stage[1], **{"Accept-Language": lang}).sign_in("watch-1").get("/chart")[2]
    said = words(text)

    for part in (
        "AMBER 21",
        "CORAL 34",
        "ARPA",
        "± 10 m",
        "CPA",
        "Not for navigation",
        "航海用ではない",
        "不可用于航行",
    ):
        assert part in said
    assert "OpenStreetMap" in said
    assert "/chart/drawn.svg?" in text
    assert "style=" not in text


def test_an_open_pair_leads_to_its_page(sit):
    """From the chart's list to the words for it."""
    link = re.search(r'<a href="(/encounters/[^"]+)"><bdi>[^<]*CPA', sit.get("/chart")[2])[1]

    assert 200 == sit.get(link)[0]


def test_a_selected_craft_and_filters_hold_without_a_script(sit):
    """A link of the table selects; a filter leaves the others out, and the choice stays chosen."""
    text = sit.get("/chart")[2]
    link = re.search(r'href="(/chart\?[^"]*craft=CORAL[^"]*)"', text)[1].replace("&amp;", "&")
    chosen = words(sit.get(link)[2])
    filtered = sit.get("/chart?source=GPS&kind=ship&rings=3")[2]

    assert "± 10 m" in words(text)
    assert "Position" in chosen.partition("Selected craft")[2][:60]
    assert "CORAL 34" not in words(filtered).partition("Craft in this view")[2].partition("Claimed")[0]
    assert '<option value="GPS" selected>' in filtered


@pytest.mark.parametrize(
    "query", ["box=1,2,3", "box=a,b,c,d&kind=x&most=-1", "craft=%00&rings=99999999&vector=x", "grade=none"]
)
def test_an_odd_address_opens_the_chart(sit, query):
    """Whatever somebody types into an address, the page opens with what goes without saying."""
    assert 200 == sit.get(f"/chart?{query}")[0]
    assert 200 == sit.get(f"/chart/drawn.svg?{query}")[0]


def test_what_a_script_asks_for_is_told_once_or_as_a_stream(sea_stage, sit):
    """One question gets everything; the stream begins with the same, and goes on a second later with what changed."""
    once = json.loads(sit.get("/chart/craft.json")[2])
    line = http.client.HTTPConnection(sea_stage[1], timeout=20)
    line.request("GET", "/chart/stream", headers={"Cookie": "; ".join(f"{k}={v}" for k, v in sit.cookies.items())})
    answer = line.getresponse()
    events = [json.loads(answer.readline().partition(b"data: ")[2] or b"0") for _ in range(6)]
    line.close()
    first, second = [one for one in events if one]

    assert "text/event-stream" in answer.getheader("content-type")
    assert (True, once["rows"]["id"], 1) == (first["whole"], first["rows"]["id"], len(first["pairs"]))
    assert (False, []) == (second["whole"], second["rows"]["id"])


def test_a_changed_grade_is_told_on_the_chart_before_its_second_is_over(stage, monkeypatch):
    """With a minute between two tellings, the grade comes all the same; nothing else comes before it."""
    monkeypatch.setattr(pages, "EVERY_S", 60.0)
    with at_work(stage, "amber"), console(stage.folder("amber")) as address:
        sit = Browser(address).sign_in("watch-1")
        line = http.client.HTTPConnection(address, timeout=20)
        line.request("GET", "/chart/stream", headers={"Cookie": "; ".join(f"{k}={v}" for k, v in sit.cookies.items())})
        answer = line.getresponse()
        before = _event(answer)
        for second in range(0, 701, 50):
            tick(stage, "amber", second)
        after = _event(answer)
        line.close()

    assert [] == before["pairs"]
    assert ["CORAL 34"] == [pair["b"] for pair in after["pairs"]]


def _event(answer):
    while not (line := answer.readline()).startswith(b"data: "):
        pass
    return json.loads(line.removeprefix(b"data: "))


def test_nothing_is_told_to_who_is_not_signed_in(sea_stage):
    """Positions are national: without a session there is no stream, no list and no drawing."""
    for path in ("/chart/craft.json", "/chart/zones.json", "/chart/stream", "/chart/drawn.svg", "/replay/tracks.json"):
        assert 303 == Browser(sea_stage[1]).get(path)[0]


def test_a_sighting_is_shown_with_the_errors_of_bearing_and_range(sea_stage, sit):
    """What an officer typed in stands under the chart in words and on the drawn chart as a sector, within a second."""
    desk.ask(sea_stage[0].folder("amber"), {"do": "sight", "fields": SEEN})
    wait_for(lambda: "boat" in sit.get("/chart/drawn.svg")[2])
    said = words(sit.get("/chart")[2])

    assert "bearing 070° ± 5°" in said
    assert "by OOW" in said
    assert 'href="/sightings"' in sit.get("/chart")[2]


def test_who_only_looks_is_offered_no_form(sea_stage):
    """An auditor sees the chart, and no way to a form that would be refused."""
    sit = Browser(sea_stage[1], **{"Accept-Language": "en"}).sign_in("audit-1")

    assert 'href="/sightings"' not in sit.get("/chart")[2]


def test_land_and_fonts_are_served_from_here(sea_stage):
    """The land lies packed and is sent packed, under its own name; the map's program and fonts are there."""
    sit = Browser(sea_stage[1])
    line = http.client.HTTPConnection(sea_stage[1], timeout=20)
    line.request("GET", "/static/vendor/land/osm-land-eastchina.geojson")
    answer = line.getresponse()
    body = answer.read()
    line.close()

    assert (200, "gzip", "application/geo+json") == (
        answer.status,
        answer.getheader("content-encoding"),
        answer.getheader("content-type"),
    )
    assert b"\x1f\x8b" == body[:2]
    assert 200 == sit.get("/static/vendor/maplibre/maplibre-gl-worker.mjs")[0]
    assert 404 == sit.get("/static/vendor/land/LICENSE-ODBL")[0]
