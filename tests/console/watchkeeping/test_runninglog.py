"""The running log: everything once, the newest first, by kind; and nothing of what is no watch's business."""

from searoom.console.watchkeeping import runninglog
from searoom.review.texts import Texts


def rows(view, *kinds, before=None, lang="en"):
    """Return the lines."""
    return runninglog.rows(view, Texts(lang, "searoom.console"), frozenset(kinds), before)


def test_each_thing_stands_on_one_line_with_its_kind(scene):
    """From the record and from the national notes alike, the newest first."""
    scene.say("coral-1", "hotline-contact", {"phrase": "please-answer"})
    scene.meet()
    scene.note("watch-entry", {"at": "2026-06-03T02:30:00Z", "kind": "note", "person": "Duty 1", "words": "Fog."})
    scene.note("bell-note", {"a": "A", "b": "B", "grade": "warn", "at": "2026-06-03T02:20:00Z", "person": "Duty 1"})

    found = rows(scene.view())

    assert ["watch", "alarm", "message"] == [row.kind for row in found]
    assert sorted((row.at_us for row in found), reverse=True) == [row.at_us for row in found]
    assert ["note · Fog.", "A × B · heard, the bell is quiet"] == [row.words for row in found[:2]]
    assert ("coral", "/messages/coral/0") == (found[2].party, found[2].link)


def test_a_filter_shows_one_kind_alone(scene):
    """What is asked for and nothing else; and what lies before a time."""
    scene.note("watch-entry", {"at": "2026-06-03T02:30:00Z", "kind": "note", "person": "Duty 1", "words": "One."})
    scene.note("watch-entry", {"at": "2026-06-03T02:31:00Z", "kind": "told", "person": "Duty 1", "words": "Two."})
    scene.say("amber-1", "hotline-contact", {"phrase": "please-answer"})
    view = scene.view()

    assert {"watch"} == {row.kind for row in rows(view, "watch")}
    newest = rows(view, "watch")[0]
    assert ["note · One."] == [row.words for row in rows(view, "watch", before=newest.at_us)]


def test_a_key_opened_under_duress_stands_nowhere(scene):
    """Whoever forced an officer's hand may be reading over their shoulder."""
    before = rows(scene.view())
    scene.note("duress", {"person": "amber-1", "at": "2026-06-03T02:00:00Z"})
    scene.note("track-note", {"craft": "X", "source": "GPS", "at": "2026-06-03T02:00:00Z", "where": "32-0N 165-0W"})
    for lang in ("en", "ja", "zh"):
        assert len(before) == len(rows(scene.view(), lang=lang))


def test_a_line_of_a_very_long_message_stays_a_line(scene):
    """It is cut, and leads to the whole."""
    placed = scene.say("amber-1", "hotline-message", {"text": "word " * 700})
    scene.release("amber-2", placed.draft)
    (row,) = rows(scene.view(), "message")
    assert runninglog.LONGEST == len(row.words)
    assert row.words.endswith("…")


def test_of_ten_thousand_notes_the_newest_are_shown(scene):
    """A long watch does not make a long page."""
    view = scene.view()
    scene.note("watch-entry", {"at": "2026-06-03T02:30:00Z", "kind": "note", "person": "Duty 1", "words": "One."})
    note = scene.view().notes[-1]
    full = type(view)(view.party, view.agreement, view.book, view.account, view.now_us, notes=(note,) * 10_000)
    assert runninglog.MOST == len(rows(full))
