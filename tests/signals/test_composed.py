"""Kinds made of parts: read strictly from their table; what was perceived and what was concluded never become one."""

import re
from pathlib import Path

import pytest

from searoom.errors import NotAllowed
from searoom.signals import composed
from searoom.signals.kinds import FIELD_KINDS, Context
from searoom.signals.tables import packaged

CONTEXT = Context({}, "en")
ACT, CLAIM, CRAFT = FIELD_KINDS["act"], FIELD_KINDS["claim"], FIELD_KINDS["craft"]
SEEN = {
    "act": "radar-fire-control",
    "perceived": "A steady tone.",
    "means": "warning-receiver",
    "at": (1_780_459_506_000_000, 540),
}
TEXT = packaged("composed.toml")
PLAIN = {name: kind for name, kind in FIELD_KINDS.items() if not kind.parts}


def test_the_acts_that_are_asked_for_are_there():
    """Each act that reports name has its row; radar is 'as claimed'."""
    choices = ACT.schema(CONTEXT)["properties"]["act"]["enum"]
    assert {
        "radar-fire-control", "radar-search", "flares", "laser", "lights", "sonar", "jamming", "objects", "low-pass",
        "repeated-pass", "weapon-aimed",
    } <= set(choices)  # fmt: skip
    assert "as claimed" in ACT.say(SEEN, CONTEXT, "en")


def test_perceived_and_concluded_stand_apart():
    """A conclusion is said behind its own label, and its absence is no conclusion."""
    said = ACT.say(SEEN | {"concluded": "Fire-control radar.", "sure": "likely"}, CONTEXT, "en")
    assert re.search(
        "perceived: A steady tone.; by means of: .*; concluded: Fire-control radar.; how sure: likely", said
    )
    assert "concluded" not in ACT.say(SEEN, CONTEXT, "en")
    assert [("concluded", "this is needed and missing")] == list(ACT.inside(SEEN | {"sure": "likely"}, CONTEXT))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({}, ""), ({"means": "eye"}, "not perceived by eye"), ({"act": "jamming", "means": "camera"}, "not perceived by eye"),
        ({"act": "sonar", "means": "radar"}, "heard under water"), ({"act": "flares", "means": "esm"}, "does not perceive this"),
        ({"act": "laser", "means": "eye"}, ""), ({"perceived": "tel. 090-1234-5678"}, ""), ({"perceived": "l00 m"}, "look alike"),
    ],
)  # fmt: skip
def test_an_instrument_that_cannot_perceive_it_is_doubted(change, named):
    """Advice alone: the check finds nothing, and it can be sent."""
    doubt = ACT.doubt(SEEN | change, CONTEXT)
    assert (named in doubt, bool(named)) == (True, bool(doubt))
    assert [] == list(ACT.inside(SEEN | change, CONTEXT))


def test_each_missing_or_wrong_part_is_named():
    """All of it at once, each by its name."""
    found = dict(ACT.inside({"act": "noise", "perceived": " ", "means": "eye"}, CONTEXT))
    assert {"act", "perceived", "at"} == set(found)
    assert "act: " in ACT.check({"act": "noise"}, CONTEXT)
    with pytest.raises(NotAllowed, match="perceived: this is needed"):
        ACT.encode({"act": "flares"}, CONTEXT)
    with pytest.raises(NotAllowed, match="no part 'colour'"):
        ACT.encode(SEEN | {"colour": "red"}, CONTEXT)
    with pytest.raises(NotAllowed, match="table of parts"):
        ACT.encode("flares", CONTEXT)


def test_one_of_several_parts():
    """A craft has a name, a number or a call sign."""
    assert [("name", "one of these is needed: name, number, callsign")] == list(
        CRAFT.inside({"type": "warship"}, CONTEXT)
    )
    with pytest.raises(NotAllowed, match="one of these"):
        CRAFT.encode({"type": "warship"}, CONTEXT)


def test_a_typed_text_may_hold_a_semicolon():
    """Only `; part=` begins the next part."""
    assert {"text": "a; b = c", "by": "coral"} == CLAIM.parse("text=a; b = c; by=coral", CONTEXT)
    with pytest.raises(NotAllowed, match="'text' stands twice"):
        CLAIM.parse("text=a; text=b", CONTEXT)
    with pytest.raises(NotAllowed, match="no part of a claim") as refused:
        CLAIM.parse("colour=red", CONTEXT)
    assert "visibility" in refused.value.advice()
    with pytest.raises(NotAllowed, match="at: .*no zone"):
        ACT.parse("at=2026-06-03T04:05:06", CONTEXT)


def test_a_value_for_its_own_side_says_so():
    """A claim says itself who may see it."""
    claim = {"text": "x", "by": "coral", "binding": "none"}
    assert [True, False, False] == [CLAIM.at_home(claim | {"visibility": v}) for v in ("national", "parties", "public")]
    assert not ACT.at_home(SEEN)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('then = "axis"', 'then = "colour"', "'colour'"),
        ('is = ["range", "closest"]', 'is = ["range", "width"]', "width"),
        (
            'stays = { part = "visibility", choice = "national" }',
            'stays = { part = "visibility", choice = "nobody" }',
            "nobody",
        ),
        ('kind = "zoned"', 'kind = "clock"', "clock"),
        ('one_of = ["name", "number", "callsign"]', 'one_of = ["hull"]', "'hull'"),
        ('name = "callsign"', 'name = "number"', "stands twice"),
        ('label = { en = "role", ja = "職務", zh = "职务" }', 'label = { en = "role", ja = "職務" }', "'zh'"),
        (
            'label = { en = "role", ja = "職務", zh = "职务" }',
            'label = { en = "role", ja = "職務", zh = "职务" }\nsize = 3',
            "unknown field",
        ),
        ('kind = "line"\nlabel = { en = "role"', 'kind = "choice"\nlabel = { en = "role"', "has choices"),
        ('among = ["eye", "camera"]', 'among = ["nose"]', "nose"),
    ],
)
def test_refuses_a_faulty_table(old, new, named):
    """A part, a choice or a kind that is not there is refused with its row."""
    assert old in TEXT
    with pytest.raises(NotAllowed, match=r"^composed\.toml, ") as refused:
        composed.read(TEXT.replace(old, new, 1), "composed.toml", PLAIN)
    assert named in refused.value.sentence


def test_the_page_lists_the_parts():
    """Whoever writes a second implementation finds each part with its kind."""
    page = (Path(__file__).parents[2] / "docs" / "formats" / "forms.md").read_text(encoding="utf-8")
    for name, kind in FIELD_KINDS.items():
        if kind.parts:
            (row,) = re.findall(rf"^\| {name} \| (.*) \|$", page, re.MULTILINE)
            listed = re.findall(r"(?:^|, )(\w+)(\*?) \w+", row.split(";")[0])
            assert list(kind.parts) == [part for part, _ in listed]
            assert kind.schema(CONTEXT)["required"] == [part for part, needed in listed if needed]
