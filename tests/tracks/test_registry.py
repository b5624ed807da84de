"""Whose a craft is stands in a party's own table, checked, and a radar track is tagged by a person for a time."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from searoom import clock
from searoom.errors import NotAllowed
from searoom.tracks.registry import Registry, Tag, track_name

TEXT = """
source = "made for tests, 2026-06-01"

[[unit]]
name = "AMBER 21"
party = "amber"
kind = "navy"
mmsi = ["431000001"]
icao = ["86e123"]
call_sign = ["JSAA"]
hull = ["DD-21"]

[[unit]]
name = "CORAL 34"
party = "coral"
kind = "coast guard"
mmsi = ["412000001", "412000002"]

[[tag]]
track = "radar:bridge:7"
unit = "CORAL 34"
begin = 2026-06-03T02:00:00Z
end = "2026-06-03T02:40:00Z"
by = "amber-1"
note = "seen from the bridge wing"
"""
AT = clock.from_text("2026-06-03T02:10:00Z")
LATER = clock.from_text("2026-06-03T02:40:00Z")


def registry(text=TEXT):
    """Return the registry of a text."""
    return Registry.from_table(tomllib.loads(text))


@pytest.mark.parametrize("name", ["AMBER 21", "431000001", "icao:86e123", "JSAA", "DD-21"])
def test_a_unit_is_found_by_each_of_its_numbers(name):
    """By its name here, MMSI, ICAO address, call sign and hull number."""
    unit = registry().unit(name, AT)

    assert ("AMBER 21", "amber", "navy") == (unit.name, unit.party, unit.kind)


def test_a_radar_track_is_a_unit_only_while_it_is_tagged():
    """The radar gives the number to another craft afterwards."""
    assert "coral" == registry().party("radar:bridge:7", AT)
    assert registry().party("radar:bridge:7", LATER) is None
    assert registry().party("radar:bridge:8", AT) is None


def test_a_persons_tag_goes_before_a_number():
    """A ship that sends another's number is tagged as what the watch sees."""
    tag = Tag("431000001", "CORAL 34", AT, LATER, "amber-1")

    assert "coral" == registry().tagged(tag).party("431000001", AT)
    assert "amber" == registry().tagged(tag).party("431000001", LATER)


def test_only_pairs_across_two_parties_are_a_matter_between_them():
    """Own pairs and strangers are left out; what is watched is whoever belongs to a party."""
    known = registry()

    assert known.across("431000001", "412000002", AT)
    assert not known.across("412000001", "412000002", AT)
    assert not known.across("431000001", "999999999", AT)
    assert {"431000001", "radar:bridge:7"} == known.watched(["431000001", "999999999", "radar:bridge:7"], AT)


def test_says_where_it_comes_from():
    """A table without a source is a rumour."""
    assert "made for tests, 2026-06-01" == registry().source


@pytest.mark.parametrize(
    ("sentence", "old", "new"),
    [
        ("needs a line 'source'", 'source = "made for tests, 2026-06-01"', ""),
        ("no 'units'", "[[tag]]", "[[units]]\n[[tag]]"),
        ("twice", "CORAL 34", "AMBER 21"),
        ("is given to", "412000001", "431000001"),
        ("cannot be of the kind mmsi", "412000001", "41200001"),
        ("cannot be of the kind icao", "86e123", "86E123"),
        ("cannot be of the kind call_sign", "JSAA", "js"),
        ("must be a list", '["DD-21"]', '"DD-21"'),
        ("of the kind 'frigate'", '"navy"', '"frigate"'),
        ("which no unit has", 'kind = "navy"', 'kind = "navy"\nflag = "x"'),
        ("which no unit has", 'kind = "navy"', 'kind = "navy"\ntrack = ["radar:bridge:7"]'),
        ("needs a line 'party'", 'party = "amber"', ""),
        ("which no tag has", "by =", "who ="),
        ("not in the registry", 'unit = "CORAL 34"', 'unit = "CORAL 35"'),
        ("must end after it begins", "2026-06-03T02:40:00Z", "2026-06-03T01:40:00Z"),
        ("needs a time 'begin'", "begin = 2026-06-03T02:00:00Z", "begin = 1"),
        ("cannot be of the kind track", '"radar:bridge:7"', '"radar bridge"'),
        ("list of tables", "[[tag]]", "[tag]"),
    ],
)
def test_refuses_what_makes_no_sense(sentence, old, new):
    """Each wrong table is refused with a sentence that names what is wrong."""
    assert old in TEXT
    with pytest.raises(NotAllowed, match=sentence):
        registry(TEXT.replace(old, new))


def test_one_track_is_one_craft_at_a_time():
    """Two tags of one track that hold at one time are refused; one after the other is right."""
    after = Tag("radar:bridge:7", "AMBER 21", LATER, LATER + 1, "amber-1")

    before = Tag("radar:bridge:7", "AMBER 21", 1, clock.from_text("2026-06-03T02:00:00Z"), "amber-1")

    assert "amber" == registry().tagged(after).party("radar:bridge:7", LATER)
    assert "amber" == registry().tagged(before).party("radar:bridge:7", 1)
    with pytest.raises(NotAllowed, match="already tagged as 'CORAL 34'"):
        registry().tagged(Tag("radar:bridge:7", "AMBER 21", AT, LATER + 1, "amber-1"))


def test_the_registry_of_the_page_is_read():
    """What the page shows is a registry as it stands."""
    page = (Path(__file__).parent.parent.parent / "docs/formats/registry.md").read_text(encoding="utf-8")
    shown = registry(page.split("```toml\n")[1].split("```")[0])

    assert "CORAL 34" == shown.unit("radar:bridge:7", AT).name


def test_a_tag_that_is_taken_back_holds_no_more_and_makes_room_for_another():
    """What was said stays among the tags, with when it was taken back; the track is nobody's."""
    table = {"source": "x", "unit": [{"name": "U", "party": "coral", "kind": "navy"}]}
    first = Tag("radar:a:7", "U", 10, 100, "p", "", 5)
    registry = Registry.from_table(table).tagged(first).undone("radar:a:7", 50, 60)

    assert registry.unit("radar:a:7", 50) is None
    assert [60] == [tag.undone_us for tag in registry.tags]
    assert "U" == registry.tagged(replace(first, made_us=70)).unit("radar:a:7", 50).name
    with pytest.raises(NotAllowed, match="not tagged at that time"):
        registry.undone("radar:a:7", 50, 70)


@pytest.mark.parametrize(
    ("typed", "name"),
    [("radar:bridge:07", "radar:bridge:7"), ("radar:a:7#2", "radar:a:7#2"), ("radar:a:0", "radar:a:0"), ("012", "012")],
)
def test_a_radars_number_is_typed_as_its_screen_shows_it(typed, name):
    """07 on the screen is target 7 in the fixes; nothing else is changed."""
    assert name == track_name(typed)


def test_two_tracks_of_one_unit_are_one_craft():
    """By a number and by a tag; two that nobody has named are not."""
    table = {"source": "x", "unit": [{"name": "U", "party": "coral", "kind": "navy", "mmsi": ["412000001"]}]}
    registry = Registry.from_table(table).tagged(Tag("radar:a:7", "U", 10, 100, "p"))

    assert registry.one_craft("radar:a:7", "412000001", 50)
    assert not registry.one_craft("radar:a:7", "412000001", 100)
    assert not registry.one_craft("X", "Y", 50)
    assert "U" == registry.numbered("412000001")
    assert registry.numbered("radar:a:7") is None
