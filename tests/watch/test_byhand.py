"""Sightings entered by hand: placed from our own ship, noted in words, and a source of tracks like any other."""

import asyncio

import pytest

from searoom.desk.bridge import Bridge
from searoom.desk.charting import Charting
from searoom.errors import NotAllowed
from searoom.signals import forms
from searoom.tracks.sighted import FILE
from searoom.units import MICROSECONDS
from searoom.watch.lookout import Lookout

AHEAD = {"who": "amber-1", "name": "dark ship", "bearing_deg": "10", "range_nm": "2", "seen": "no lights, grey hull"}


@pytest.fixture
def bridge(stage, amber):
    """Amber's node a minute after the start, with the desk's verbs; `look(seconds)` lets time pass."""
    eyes = Lookout(amber)
    verbs = {**Bridge(amber, eyes).verbs(), **Charting(amber, eyes).verbs()}

    class Told:
        def look(self, second):
            amber.tick(stage.scenario.start_us + second * MICROSECONDS)
            eyes.look(amber.now())

        def sighted(self, **more):
            return asyncio.run(verbs["sight"]({"do": "sight", "fields": {**AHEAD, **more}}))

        def open(self):
            return {one[end]["name"] for one in asyncio.run(verbs["encounters"]({}))["open"] for end in "ab"}

    told = Told()
    told.eyes, told.node = eyes, amber
    told.look(60)
    yield told
    eyes.close()


def test_a_sighting_is_a_note_in_words(bridge):
    """Who, when, on what bearing, how far and how sure, and what was seen; in the national log alone."""
    told = bridge.sighted()
    ((_, note),) = bridge.node.notebook.notes("sighting")
    read = "\n".join(forms.read_out(note, bridge.node.book, "en"))

    assert "sighted:dark ship" == told["craft"]
    assert all(words in read for words in ("amber-1", "no lights, grey hull", "010", "4000 m ± 3000 m", "02:01:00Z")), (
        read
    )
    assert {"amber": 0, "coral": 0} == {log: bridge.node.record.size(log) for log in ("amber", "coral")}


def test_a_sighting_is_seen_by_the_detector(bridge):
    """A ship that comes at us, seen twice by eye alone, is an open encounter."""
    bridge.sighted(sog_kn="20", cog_deg="190", range_error_nm="0.1")
    bridge.look(90)
    bridge.sighted(sog_kn="20", cog_deg="190", range_nm="1.8", range_error_nm="0.1")
    bridge.look(92)

    assert "sighted:dark ship" in bridge.open()


def test_what_was_seen_before_the_newest_look_counts(bridge):
    """It is written down later than it was seen; no sensor's line would be taken so late."""
    before = bridge.eyes.now_open().craft
    at_us = bridge.sighted(time_utc="2026-06-03T02:00:50Z")["at_us"]
    bridge.look(61)
    once = bridge.eyes.now_open().craft
    bridge.look(62)

    assert 50 == (at_us - bridge.node.now()) // MICROSECONDS + 62
    assert (before + 1, before + 1) == (once, bridge.eyes.now_open().craft)


def test_after_a_restart_it_is_still_there(bridge):
    """The file is read again with the others."""
    bridge.sighted(sog_kn="20", cog_deg="190", range_error_nm="0.1")
    bridge.look(62)
    again = Lookout(bridge.node)
    again.look(bridge.node.now())

    assert "sighted:dark ship" in again.fixes.names
    again.close()


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"bearing_deg": "400"}, "bearing_deg out of range"),
        ({"range_nm": "near"}, "not a number"),
        ({"name": ""}, "sighting without name"),
        ({"name": "x" * 49}, "at most 48 letters"),
        ({"seen": "a\u202eb"}, "seen cannot be read"),
        ({"seen": "a\nb"}, "seen cannot be read"),
        ({"time_utc": "yesterday"}, "time cannot be read"),
        ({"time_utc": "2026-06-02T02:00:00Z"}, "own craft's place is not known"),
        ({"time_utc": "2026-06-03T02:04:00Z"}, "has not come|place is not known"),
    ],
)
def test_what_cannot_be_placed_leaves_no_trace(bridge, typed, why):
    """A sentence for who typed it; no note, and no line in the file."""
    with pytest.raises(NotAllowed, match=why):
        bridge.sighted(**typed)

    assert [] == list(bridge.node.notebook.notes("sighting"))
    assert not (bridge.node.folder / FILE).exists()


def test_words_with_commas_and_quotes_come_back_whole(bridge):
    """The file is a table that other programs read too."""
    bridge.sighted(seen='grey, "no name", two masts')
    bridge.look(61)

    assert 'grey, "no name", two masts' == bridge.eyes.labels["sighted:dark ship"]
    assert "searoom" not in (bridge.node.folder / FILE).read_text()
