"""The four answers: the worst first, what is not known said so, and never an old answer told as now."""

from dataclasses import replace

import pytest

from searoom.console.watchkeeping.answers import answers
from searoom.review.texts import Texts

ROW = {
    "since_us": 10, "at_us": 20, "figures_us": 20, "calls": True, "range_m": 1, "range_error_m": 1, "cpa_m": 1,
    "cpa_error_m": 1, "geometry": "x",
    "colregs": "", "age_s": 1, "height_m": None, "cpa_us": 5,
}  # fmt: skip


def told(view, lang="en"):
    """Return look and words by question."""
    return {one.name: (one.look, one.words) for one in answers(view, Texts(lang, "searoom.console"))}


def with_line(view, **change):
    """Return the view with something else known of the line."""
    return replace(view, status={**view.status, "lines": {"coral": {**view.status["lines"]["coral"], **change}}})


def test_all_quiet_is_said_as_such(scene):
    """Up, nothing closing, nothing open."""
    scene.meet()
    found = told(scene.view())
    assert ("good", "Up") == found["line"]
    assert "idle" == found["closing"][0]
    assert ("idle", "Nothing is open") == found["unanswered"]


def test_while_the_node_is_silent_nothing_is_told_as_now(scene):
    """What was held a moment ago may be wrong now; each of the four says so."""
    found = told(replace(scene.view(), silent_us=1))
    assert {("bad", "Not known: the node gives no answer")} == set(found.values())


@pytest.mark.parametrize(
    ("change", "look", "words"),
    [
        ({"last_contact": "2026-06-03T01:00:00Z", "silent_since": "2026-06-03T01:00:00Z"}, "bad", "Silent since 2026-06-03T01:00:00Z"),
        ({"verdict": "proven fork"}, "bad", "Proven fork · up"),
        ({"verdict": "their node was restored"}, "warn", "Up · a node was restored"),
        ({"last_contact": None}, "bad", "No contact yet since the start"),
    ],
)  # fmt: skip
def test_a_line_says_what_stands_against_it(scene, change, look, words):
    """A restore is no fork, and a fork is not hidden by a line that is up."""
    scene.meet()
    assert (look, words.lower()) == tuple(part.lower() for part in told(with_line(scene.view(), **change))["line"])


def test_a_fork_that_a_stick_brought_to_light_is_told_too(scene):
    """Evidence that is kept stands, whatever the line says now, and after any restart."""
    scene.meet()
    view = scene.view()
    found = told(replace(view, status={**view.status, "evidence": {"fork": 1}}))
    assert ("bad", "Proven fork · Up") == found["line"]


def test_a_flash_that_nobody_read_stands_first(scene):
    """Then what is unread, then what waits elsewhere."""
    scene.say("coral-1", "hotline-contact", {"phrase": "please-answer"})
    scene.say("coral-1", "hotline-contact", {"phrase": "please-answer"}, precedence="flash")
    scene.meet()
    scene.say("amber-1", "hotline-message", {"text": "Waits."})
    assert ("bad", "Flash not read: 1 · not read: 1 · drafts that wait: 1") == told(scene.view())["unanswered"]


def test_an_alarm_that_nobody_has_heard_is_unanswered(scene):
    """It stands first, and the answer looks as bad as an unread message; once heard it counts no more."""
    rows = [{**ROW, "a": "A", "b": "B", "grade": "urgent", "calls": True}]
    rows.append({**ROW, "a": "C", "b": "D", "grade": "warn", "calls": False})
    view = scene.view()
    assert ("bad", "Alarms that nobody has heard: 1") == told(replace(view, picture={"open": rows}))["unanswered"]
    heard = [{**row, "calls": False} for row in rows]
    assert ("idle", "Nothing is open") == told(replace(view, picture={"open": heard}))["unanswered"]


def test_the_most_pressing_encounter_is_named_with_its_countdown(scene):
    """By name, so that nobody asks which."""
    rows = [{**ROW, "a": "A", "b": "B", "grade": "urgent"}, {**ROW, "a": "C", "b": "D", "grade": "warn"}]
    found = answers(replace(scene.view(), picture={"open": rows}), Texts("en", "searoom.console"))[1]
    assert ("urgent", "Urgent · A × B · 2 open", 5) == (found.look, found.words, found.until_us)


def test_a_record_that_is_still_being_read_is_no_quiet_one(scene):
    """Nothing open is not said of what nobody has read."""
    found = told(replace(scene.view(), unread=128))
    assert all("still being read" in found[name][1] for name in ("unanswered", "due"))


@pytest.mark.parametrize("lang", ["ja", "zh"])
def test_every_language_answers_the_same(scene, lang):
    """The looks are the same; the words are its own."""
    view = scene.view()
    mine, theirs = told(view), told(view, lang)
    assert [one[0] for one in mine.values()] == [one[0] for one in theirs.values()]
    assert all(mine[name] != theirs[name] for name in ("unanswered", "closing"))
