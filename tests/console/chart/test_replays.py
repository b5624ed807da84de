"""The replay over HTTP: its period from the address, its tracks, one moment drawn, and times that are none."""

import json

import pytest

from console_at_work import Browser, console, words
from deskside import at_work, tick
from searoom.console.chart.replays import last_hour, period
from searoom.errors import NotAllowed
from searoom.units import MICROSECONDS

S = MICROSECONDS
NOW = 1_780_452_900 * S  # 2026-06-03T02:15:00Z
HOUR = "from=2026-06-03T02:00:00Z&to=2026-06-03T02:15:00Z"


@pytest.fixture(scope="module")
def sit(module_stage):
    """Somebody before the console of a node that has seen fifteen minutes."""
    with at_work(module_stage, "amber"), console(module_stage.folder("amber")) as address:
        for second in range(0, 901, 50):
            tick(module_stage, "amber", second)
        yield Browser(address, **{"Accept-Language": "en"}).sign_in("duty-1")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, (NOW - 3600 * S, NOW, NOW - 3600 * S)),
        ({"t": "2026-06-03T02:10:00Z"}, (NOW - 3900 * S, NOW, NOW - 300 * S)),
        ({"from": "2026-06-03T02:00:00Z"}, (NOW - 900 * S, NOW, NOW - 900 * S)),
        (
            {"from": "2026-06-03T02:00:00Z", "to": "2026-06-03T02:05:00Z", "t": "2026-06-03T02:09:00Z"},
            (NOW - 900 * S, NOW - 600 * S, NOW - 600 * S),
        ),
    ],
)
def test_a_period_is_read_from_the_address(query, found):
    """A moment alone is shown in the hour around it; nothing ends after now; the cursor stays inside."""
    assert found == period(query, NOW)


@pytest.mark.parametrize(
    "query",
    [
        {"from": "x"},
        {"from": "2026-06-03T02:00:00Z", "to": "2026-06-03T01:00:00Z"},
        {"from": "2026-06-02T02:00:00Z", "to": "2026-06-03T02:00:00Z"},
    ],
)
def test_a_period_that_is_none_is_refused(sit, query):
    """Times that cannot be read, that run backwards, or a whole day: a sentence says how to write them."""
    with pytest.raises(NotAllowed):
        period(query, NOW)
    status, _, text = sit.get("/replay?" + "&".join(f"{name}={value}" for name, value in query.items()))

    assert 400 == status
    assert "six hours at most" in words(text)


def test_the_page_says_that_it_is_the_past_and_lists_the_grades(sit):
    """The date is always there; each change of grade is a link to its moment."""
    text = sit.get(f"/replay?{HOUR}&t=2026-06-03T02:12:00Z")[2]

    assert "This is the past: 2026-06-03T02:12:00Z" in words(text)
    assert "AMBER 21 – CORAL 34: Urgent" in words(text)
    assert "t=2026-06-03T02:10:00Z" in text
    assert "Not for navigation" in words(text)


def test_the_tracks_of_the_period_and_nothing_later_are_told(sit):
    """Both craft, every ten seconds of fifteen minutes, as their sensors told it; what has not come yet is not told."""
    told = json.loads(sit.get(f"/replay/tracks.json?{HOUR}".replace("02:15", "02:45"))[2])

    assert ["AMBER 21", "CORAL 34"] == sorted(craft["name"] for craft in told["craft"])
    assert [91, 91] == [len(craft["at"]) for craft in told["craft"]]
    assert ["advise", "warn", "urgent"] == [row["grade"] for row in told["grades"]]


def test_one_moment_is_drawn_for_who_has_no_script(sit):
    """The drawing of a moment has the craft as they were then, and the time."""
    drawing = sit.get(f"/replay/drawn.svg?{HOUR}&t=2026-06-03T02:05:00Z")[2]

    assert "CORAL 34" in drawing
    assert "2026-06-03T02:05:00Z" in drawing
    assert "2026-06-03T02:00:00" in last_hour(NOW + 2_700 * S)
