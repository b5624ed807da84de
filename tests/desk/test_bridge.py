"""The desk's answers to the watch on a bridge: figures of now, bells, answers that hold, tags, and marks for a map."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bridge_at_work import BESIDE, HEAD_ON, Watch
from deskside import change_settings
from searoom.errors import NotAllowed
from searoom.node.node import Node
from searoom.watch.answering import BELL, TAG
from searoom.watch.lookout import Lookout
from searoom.watch.noting import COMPANY, ENCOUNTER, TRACK, ZONE


@pytest.fixture
def watch(stage):
    """Amber's bridge, a second before its first look."""
    made = Watch(stage)
    yield made
    made.kill()


def brief(reply):
    """Return (a, b, grade, bell's step or None, acknowledged, put off) of what is open."""
    return [
        (one["a"]["name"], one["b"]["name"], one["grade"], one["bell"] and one["bell"]["step"], bool(one["acknowledged"]), bool(one["snoozed_until"]))
        for one in reply["open"]
    ]  # fmt: skip


def test_what_is_open_is_told_with_the_figures_of_now(watch):
    """Range, bearing, CPA and TCPA with their errors, by what seen and how long ago, the rule, and whose it is."""
    watch.sail(10, {7: HEAD_ON})
    (one,) = watch.ask("encounters")["open"]

    assert ("AMBER 21", "amber", [["OWN", 1]]) == tuple(one["a"][name] for name in ("name", "party", "seen"))
    assert ("radar:bridge:7", None, [["RADAR", 1]]) == tuple(one["b"][name] for name in ("name", "party", "seen"))
    figures = one["figures"]
    assert 3 * 1852 - 11.3 * 10 == pytest.approx(figures["range_m"], abs=30)
    assert {"range_error_m", "cpa_error_m"} <= {name for name, value in figures.items() if value and value > 0}
    assert (3, "head-on") == (figures["bearing_deg"], one["geometry"])
    later = figures["tcpa_s"]
    watch.tick(20)
    (one,) = watch.ask("encounters")["open"]
    assert later - 20 == pytest.approx(one["figures"]["tcpa_s"], abs=2)
    assert 21 == one["b"]["seen"][0][1]


def test_a_tag_names_a_track_for_a_time_and_is_undone(watch):
    """07 on the screen; whose it is, is shown; the track keeps its own name, and its encounter goes on."""
    watch.sail(5, {7: HEAD_ON})
    told = watch.ask("tag", track="radar:bridge:07", unit="CORAL 34", begin="", end="", by="amber-1", note="seen")
    (one,) = watch.ask("encounters")["open"]

    assert ("radar:bridge:7", "2026-06-03T03:00:05Z") == (told["track"], told["end"])
    assert ("radar:bridge:7", "CORAL 34", "coral") == tuple(one["b"][name] for name in ("name", "unit", "party"))
    assert [told] == watch.ask("tags")["tags"]
    watch.ask("untag", track="radar:bridge:7", at="", by="amber-1")
    (one,) = watch.ask("encounters")["open"]
    assert one["b"]["unit"] is None
    assert [] == watch.ask("tags")["tags"]
    assert ["named", "undone"] == [note.fields["deed"] for note in watch.notes(TAG)]


def test_an_answer_by_the_units_name_silences_its_track(watch):
    """The officer says CORAL 34, the radar says 7."""
    watch.sail(5, {7: HEAD_ON})
    watch.ask("tag", track="radar:bridge:7", unit="CORAL 34", begin="", end="", by="", note="")

    assert {"answered": [["AMBER 21", "radar:bridge:7", "warn"]]} == watch.ask(
        "acknowledge", names=["CORAL 34"], by="amber-1"
    )
    assert [("AMBER 21", "radar:bridge:7", "warn", None, True, False)] == brief(watch.ask("encounters"))


def test_what_nobody_answers_becomes_louder_and_an_answer_ends_it(watch):
    """A step each minute, who is called said with it."""
    watch.sail(70, {7: HEAD_ON})
    (one,) = watch.ask("encounters")["open"]

    assert (1, "the officer of the watch") == (one["bell"]["step"], one["bell"]["calls"])
    watch.ask("acknowledge", names=["AMBER 21", "radar:bridge:07"], by="")
    assert [None] == [step for _, _, _, step, _, _ in brief(watch.ask("encounters"))]


def test_a_pair_that_is_put_off_rings_again_when_the_time_is_over(watch):
    """Two minutes, and then as if it had begun anew."""
    watch.sail(3, {7: HEAD_ON})
    watch.ask("snooze", names=["radar:bridge:7"], minutes=2, by="amber-1")
    quiet = brief(watch.ask("encounters"))
    watch.sail(121, {7: HEAD_ON})

    assert [("AMBER 21", "radar:bridge:7", "warn", None, False, True)] == quiet
    assert [("AMBER 21", "radar:bridge:7", "warn", 0, False, False)] == brief(watch.ask("encounters"))


@pytest.mark.parametrize(
    ("do", "more", "why"),
    [
        ("acknowledge", {"names": ["NOBODY"], "by": ""}, "no encounter is open with NOBODY"),
        ("acknowledge", {"names": [], "by": ""}, "one craft of it, or by both"),
        ("acknowledge", {"names": ["a", "b", "c"], "by": ""}, "one craft of it, or by both"),
        ("acknowledge", {"names": [7], "by": ""}, "one craft of it, or by both"),
        ("snooze", {"names": ["radar:bridge:7"], "minutes": 61, "by": ""}, "an hour at most"),
        ("snooze", {"names": ["radar:bridge:7"], "minutes": 0, "by": ""}, "a time ahead"),
        ("untag", {"track": "radar:bridge:7", "at": "", "by": ""}, "not tagged at that time"),
    ],
)
def test_what_cannot_be_answered_is_refused_and_not_written(watch, do, more, why):
    """A sentence for the officer, and no note."""
    watch.sail(3, {7: HEAD_ON})
    with pytest.raises(NotAllowed, match=why):
        watch.ask(do, **more)

    assert [] == watch.notes(BELL, TAG)


@pytest.mark.parametrize("answered", [None, "acknowledge", "snooze"])
def test_after_a_restart_the_bells_are_as_before(watch, answered):
    """Open encounters, grades, since when, steps, answers, company, limits: the same, and no note is written twice."""
    watch.sail(40, {7: HEAD_ON, 8: BESIDE})
    if answered:
        watch.ask(answered, names=["radar:bridge:7"], by="amber-1", **({"minutes": 30} if answered == "snooze" else {}))
    watch.sail(400, {7: HEAD_ON, 8: BESIDE})
    before, noted = watch.ask("encounters"), watch.node.national.size
    watch.kill()
    watch.start()
    while not watch.eyes.look_again(16):
        pass

    assert before["open"]
    assert before["company"]
    assert before | {"blind": {}} == watch.ask("encounters") | {"blind": {}}
    assert noted == watch.node.national.size
    watch.sail(60, {7: HEAD_ON, 8: BESIDE})
    assert noted < watch.node.national.size
    fields = [tuple(sorted(note.fields.items(), key=str)) for note in watch.notes(TRACK, ENCOUNTER, COMPANY, ZONE)]
    assert len(set(fields)) == len(fields)


def test_while_it_looks_again_an_answer_waits(watch):
    """An encounter that is not yet seen again cannot be answered; what was answered before is not forgotten."""
    watch.sail(20, {7: HEAD_ON})
    watch.ask("acknowledge", names=["radar:bridge:7"], by="amber-1")
    watch.kill()
    watch.start()

    assert watch.ask("encounters")["behind"]
    with pytest.raises(NotAllowed, match="still being looked at"):
        watch.ask("acknowledge", names=["radar:bridge:7"], by="amber-1")
    watch.tick(1)
    assert [("AMBER 21", "radar:bridge:7", "warn", None, True, False)] == brief(watch.ask("encounters"))


def test_who_sails_beside_us_is_told_by_states_and_events(watch):
    """A consort on our quarter: in company after five minutes, no alarm, and a national note of it."""
    watch.sail(330, {8: BESIDE})
    reply = watch.ask("encounters")

    assert [] == reply["open"]
    assert [("AMBER 21", "radar:bridge:8")] == [(one["a"]["name"], one["b"]["name"]) for one in reply["company"]]
    assert ["began to keep together"] == [event["deed"] for event in reply["events"]]
    (note,) = watch.notes(COMPANY)
    assert ("began", reply["company"][0]["state"]) == (note.fields["deed"], note.fields["state"])


def test_who_was_lost_is_shown_as_lost_and_not_as_clear(watch):
    """Six minutes without a fix: the encounter ended, and this is not an all-clear."""
    watch.sail(5, {7: HEAD_ON})
    watch.sail(370, {})
    (one,) = watch.ask("encounters")["cleared"]

    assert "this is not an all-clear" in one["why"]
    assert ["lost"] == [note.fields["reason"] for note in watch.notes(ENCOUNTER)][-1:]


def test_a_limit_that_is_neared_is_told_with_who_claims_it(watch):
    """Noted once; shown as long as it is so; nothing is blocked."""
    watch.sail(30, {})
    (limit,) = watch.ask("encounters")["limits"]

    assert ("AMBER 21", "pearl", "notice 12", "2026-05-01") == tuple(
        limit[name] for name in ("craft", "claimed_by", "source", "date")
    )
    assert ["nearing"] == [note.fields["deed"] for note in watch.notes(ZONE)]


def test_of_a_busy_feed_few_positions_are_noted(watch):
    """Two minutes of thirty targets: our own ship and the one that we meet, each half minute; the rest is recorded."""
    targets = {7: HEAD_ON} | {number: (5.0, 12.0 * number, 10.0, 12.0 * number) for number in range(10, 40)}
    watch.sail(120, targets)
    noted = {(note.fields["craft"]) for note in watch.notes(TRACK)}

    assert {"AMBER 21", "radar:bridge:7"} == noted
    assert 10 >= len(watch.notes(TRACK))
    assert 24 * 33 == sum(path.read_bytes().count(b"\n") for path in watch.folder.rglob("recordings/*/bridge.nmea"))


def test_the_nearest_range_of_feeds_is_measured(watch):
    """Our place and the radar's line come at one second."""
    watch.sail(60, {7: HEAD_ON})
    found = watch.eyes.nearest(watch.stage.scenario.start_us, watch.node.now())

    assert ("AMBER 21", "radar:bridge:7", "RADAR") == (found.by, found.other, found.source)
    assert 3 * 1852_000 - 11.3 * 59_000 == pytest.approx(found.value_mm, rel=0.01)


def test_one_craft_seen_twice_meets_nobody_twice(watch):
    """The radar's echo of our consort lies where her AIS is: once somebody has said so, no alarm of the two."""
    registry = watch.eyes.said.registry
    watch.ask("tag", track="radar:bridge:9", unit="AMBER 22", begin="", end="", by="", note="")

    assert watch.eyes.said.registry.one_craft("radar:bridge:9", "431000022", watch.node.now())
    assert not registry.one_craft("radar:bridge:9", "431000022", watch.node.now())


def test_marks_for_a_map_are_made_when_a_person_asks(watch):
    """One event an open encounter, at the place of its closest approach, neither friend nor foe; none is made by itself."""
    watch.sail(10, {7: HEAD_ON})
    (event,) = watch.ask("cot")["events"]
    point = ET.fromstring(event).find("point")

    assert 31.027 == pytest.approx(float(point.get("lat")), abs=0.002)
    assert "b-m-p-s-m" in event
    assert [] == list(watch.folder.rglob("*.cot"))


@pytest.mark.parametrize(
    ("name", "text"), [("registry.toml", "x = ["), ("zones.toml", "[[zone]]\n"), ("watch.toml", "hold = 3\n")]
)
def test_a_file_that_cannot_be_read_stops_the_start(stage, name, text):
    """Settings that are wrong are said at once, and not when they are needed."""
    (stage.folder("amber") / name).write_text(text)
    node = Node.open(stage.folder("amber"))
    with pytest.raises(NotAllowed):
        Lookout(node)
    node.close()


def test_the_name_that_a_craft_sends_is_shown_as_what_it_sends(stage):
    """From a file as from a feed; it stands beside the number and never in its place."""
    folder = stage.folder("amber")
    change_settings(folder, sensors=("ais.nmea",))
    lines = (Path(__file__).parent.parent / "data" / "dma_stream_2010-06-11.txt").read_bytes()
    (folder / "ais.nmea").write_bytes(lines)
    node = Node.open(folder)
    eyes = Lookout(node)
    eyes._sensing.read_files()

    assert "ALKA" in eyes.labels.values()
    assert "211188000" not in eyes.labels.values()
    node.close()


def test_levels_of_the_party_are_read_from_its_folder(stage):
    """watch.toml, as `screen --settings` takes it."""
    (stage.folder("amber") / "watch.toml").write_text("hold_s = 90\n")
    node = Node.open(stage.folder("amber"))

    assert 90.0 == Lookout(node).settings.hold_s
    assert Lookout(node).settings.watched is None
    node.close()


def test_with_a_registry_our_own_are_watched(watch):
    """Our unit and those of our party: who else meets whom is not for this bridge."""
    assert {"AMBER 21", "AMBER 22"} == watch.eyes.settings.watched
