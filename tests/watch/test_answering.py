"""Answers and tags are national notes: they hold once they are written, and are read again as they were."""

from dataclasses import replace

import pytest

from encounters.test_bells import encounter
from searoom.encounters.bells import Answers, ringing
from searoom.encounters.settings import Settings
from searoom.errors import NotAllowed, StateUnknown
from searoom.tracks.registry import NOBODY, Registry
from searoom.watch.answering import BELL, TAG, Answering, tag_from_words

MINUTE, HOUR = 60_000_000, 3_600_000_000
NOW = 1_780_452_000_000_000
REGISTRY = Registry.from_table({
    "source": "a test", "unit": [{"name": name, "party": "coral", "kind": "navy"} for name in ("CORAL 34", "CORAL 35")],
})  # fmt: skip


def open_at(*grades):
    """Return an encounter whose grades rose each minute up to now."""
    made = encounter(*grades)
    alerts = tuple(replace(one, time_us=NOW - (len(grades) - k) * MINUTE) for k, one in enumerate(made.alerts, 1))
    return replace(made, alerts=alerts)


def again(node, registry=REGISTRY):
    """Return what a start makes of the notes."""
    return Answering(node.notebook, node.book, registry, [filled for _, filled in node.notebook.notes(BELL, TAG)])


def rings(said, one, now_us):
    return [bell.step for bell in ringing([one], said.answers, Settings(), now_us)]


def test_an_acknowledgement_is_read_again_as_it_was(amber):
    """The same answer, to the microsecond: the bell is as quiet after a start, and a higher grade rings."""
    said, one = again(amber), open_at("advise", "warn")
    said.acknowledge(one, "amber-1", NOW)

    assert said.answers == again(amber).answers
    assert [] == rings(again(amber), one, NOW + HOUR)
    higher = replace(one, alerts=(*one.alerts, *open_at("urgent").alerts))
    assert [0] == rings(again(amber), higher, NOW)


def test_a_snooze_is_read_again_and_ends(amber):
    """Until its time, and no longer."""
    said, one = again(amber), open_at("warn")
    said.snooze(one, NOW + 20 * MINUTE, "amber-1", NOW)

    assert said.answers == again(amber).answers
    assert [] == rings(again(amber), one, NOW + 19 * MINUTE)
    assert [0] == rings(again(amber), one, NOW + 20 * MINUTE)


def test_an_answer_that_could_not_be_written_does_not_hold(amber, monkeypatch):
    """The disk fails: whoever answered is told so, and the bell goes on."""
    said, one = again(amber), open_at("warn")

    def failing(_filled):
        raise StateUnknown("the disk is full")

    monkeypatch.setattr(amber.notebook, "note", failing)
    for answer in (lambda: said.acknowledge(one, "", NOW), lambda: said.snooze(one, NOW + MINUTE, "", NOW)):
        with pytest.raises(StateUnknown):
            answer()
    with pytest.raises(StateUnknown):
        said.tag(tag_from_words("radar:bridge:7", "CORAL 34", "", "", by="", note="", now_us=NOW))

    assert Answers() == said.answers
    assert () == said.registry.tags


def test_a_snooze_beyond_the_hour_is_refused_and_not_written(amber):
    """What is refused leaves no note."""
    said = again(amber)
    with pytest.raises(NotAllowed, match="an hour at most"):
        said.snooze(open_at("warn"), NOW + HOUR + 1, "amber-1", NOW)

    assert [] == list(amber.notebook.notes(BELL))


def test_tags_are_kept_and_taken_back_and_read_again(amber):
    """Two tags, one of them taken back: after a start the same registry, with who said what and why."""
    said = again(amber)
    said.tag(tag_from_words("radar:bridge:07", "CORAL 34", "", "", by="amber-1", note="seen", now_us=NOW))
    said.untag("radar:bridge:7", NOW + MINUTE, "amber-2", NOW + MINUTE)
    said.tag(tag_from_words("radar:bridge:7", "CORAL 35", "", "", by="amber-2", note="", now_us=NOW + 2 * MINUTE))

    assert said.registry == again(amber).registry
    assert [("CORAL 34", False), ("CORAL 35", True)] == [(tag.unit, tag.stands) for tag in again(amber).registry.tags]
    assert "CORAL 35" == again(amber).registry.unit("radar:bridge:7", NOW + 3 * MINUTE).name
    assert "seen" == again(amber).registry.tags[0].note


@pytest.mark.parametrize(
    ("unit", "end", "why"),
    [
        ("NOBODY 1", "", "not in the registry"),
        ("CORAL 34", "2026-06-05T02:00:00Z", "a day at most"),
        ("CORAL 34", "2026-06-03T01:00:00Z", "end after it begins"),
    ],
)
def test_a_tag_that_cannot_be_is_refused_and_not_written(amber, unit, end, why):
    """An unknown unit, too long, backwards."""
    said = again(amber)
    with pytest.raises(NotAllowed, match=why):
        said.tag(tag_from_words("radar:bridge:7", unit, "", end, by="", note="", now_us=NOW))

    assert [] == list(amber.notebook.notes(TAG))


def test_a_tag_of_a_unit_that_was_struck_out_since_is_passed_over(amber):
    """registry.toml is the party's own, and newer: a node starts all the same."""
    again(amber).tag(tag_from_words("radar:bridge:7", "CORAL 34", "", "", by="", note="", now_us=NOW))

    assert () == again(amber, NOBODY).registry.tags
