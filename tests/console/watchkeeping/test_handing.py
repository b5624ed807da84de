"""What a watch hands to the next: all that is open, the same hash in every language, and who signed for it."""

from dataclasses import replace

import pytest

from deskside import BOOK, fill, key
from searoom.console.view import Note
from searoom.console.watchkeeping import handing
from searoom.errors import NotAllowed
from searoom.review.texts import Texts
from searoom.signals import forms
from searoom.statements import handsigned

LANGS = ("en", "ja", "zh")


def standing(view, lang="en"):
    """Return what is open."""
    return handing.standing(view, Texts(lang, "searoom.console"))


def counts(view):
    """Return how much of each kind is open, where there is any."""
    return {kind: len(rows) for kind, rows in standing(view).items() if rows and kind != "due"}


def test_everything_that_is_open_is_collected(scene):
    """Unread, awaited, drafts, snoozed alarms with their end, calls promised, lines that are down."""
    scene.say("coral-1", "hotline-contact", {"phrase": "please-answer"})
    scene.meet()
    scene.say("amber-1", "hotline-contact", {"phrase": "please-answer"})
    scene.say("amber-1", "hotline-message", {"text": "Waits for another."})
    bell = {"a": "A", "b": "B", "grade": "warn", "at": "2026-06-03T02:00:00Z", "person": "Duty 1"}
    scene.note("bell-note", {**bell, "until": "2026-06-03T02:20:00Z"})
    scene.note("call-note", {"what": "promised", "party": "coral", "at": "2026-06-03T05:00:00Z"})
    view = scene.view()
    lines = {"coral": {**view.status["lines"]["coral"], "silent_since": "2026-06-03T01:00:00Z"}}

    view = replace(view, status={**view.status, "lines": lines})

    assert {"unread": 1, "awaited": 1, "drafts": 1, "snoozed": 1, "calls": 1, "lines": 1} == counts(view)
    assert "A × B: put off until 2026-06-03T02:20:00Z by Duty 1" == standing(view)["snoozed"][0].words


def test_a_call_that_was_telephoned_says_so_in_the_hand_over(scene):
    """How, when, what was read back, and a transcript of their answer, in the language of the page; the hash knows."""
    placed = scene.say("amber-1", "hotline-contact", {"phrase": "please-answer"})
    ref = (placed.author, placed.index)
    before = handing.digest(standing(scene.view()))
    told = {"party": "coral", "medium": "telephone", "at": "2026-06-03T02:00:00Z", "readback": "words"}
    scene.say("amber-1", "conveyed", told, channel="hotline", reply_to=ref)
    heard = {
        "said_by": "coral", "medium": "telephone", "heard_by": "amber-1", "at": "2026-06-03T02:00:00Z",
        "words": "We come to the line.",
    }  # fmt: skip
    transcript = scene.say("amber-1", "transcribed", heard, channel="hotline", reply_to=ref)

    view = scene.view()
    (row,) = standing(view)["awaited"]
    assert row.words.endswith(
        " · handed over by our officer, telephone, 2026-06-03T02:00:00Z: the words were read back in full and match"
        f" · their answer stands as a transcript: amber/{transcript.index}"
    )
    assert "当方担当官が伝達済み（電話" in standing(view, "ja")["awaited"][0].words
    assert "已由我方军官递交（电话" in standing(view, "zh")["awaited"][0].words
    assert before != handing.digest(standing(view))


def test_a_snooze_that_has_ended_is_not_handed_over(scene):
    """The newest answer of a pair counts, and it ends by itself."""
    bell = {"a": "A", "b": "B", "grade": "warn", "at": "2026-06-03T01:00:00Z", "until": "2026-06-03T01:59:00Z"}
    scene.note("bell-note", bell)
    scene.meet()
    assert {} == counts(scene.view())


def test_the_hash_is_of_what_is_open_and_of_no_language(scene):
    """Two officers who read different languages sign the same state; one thing more is another."""
    scene.say("coral-1", "hotline-contact", {"phrase": "please-answer"})
    scene.meet()
    view = scene.view()
    before = {handing.digest(standing(view, lang)) for lang in LANGS}
    assert 1 == len(before)

    scene.say("coral-1", "hotline-contact", {"phrase": "we-are-here"})
    scene.meet()

    assert before.isdisjoint({handing.digest(standing(scene.view()))})


def test_what_came_since_is_told_by_its_mark(scene):
    """A page brings back what it showed, and only what is new is marked."""
    scene.say("coral-1", "hotline-contact", {"phrase": "please-answer"})
    scene.meet()
    seen = handing.marks(standing(scene.view()))
    assert frozenset() == handing.since(standing(scene.view()), seen)
    scene.say("coral-1", "hotline-contact", {"phrase": "we-are-here"})
    scene.meet()

    assert {("coral/1",)} == {one.key for one in handing.since(standing(scene.view()), seen)}


def test_what_is_too_long_for_a_field_says_how_much_more_there_was(scene):
    """A note has room for so much; the hash is over all of it."""
    many = dict.fromkeys(handing.KINDS, ())
    many["unread"] = tuple(handing.Open((f"coral/{at}",), f"coral/{at} " + "x" * 60, "") for at in range(400))
    filled = handing.filled(scene.view(), many, taken_by="amber-2", given_by="", remarks="", lang="en")
    forms.require(filled, BOOK)
    lines = str(filled.fields["unread"]).splitlines()
    assert f"+ {400 - (len(lines) - 1)}" == lines[-1]


def held(view, stage, person="amber-2", **fields):
    """Return a view in which a person has signed for the watch."""
    typed = {"at": "2026-06-03T02:00:00Z", "taken_by": "amber-2", "state": "00" * 32, **fields}
    bare = fill("hand-over", typed, channel="national")
    signed = handsigned.sign(bare, BOOK, key(stage, person), mechanism=view.agreement.id, party="amber")
    return replace(view, notes=(*view.notes, Note(view.now_us, signed)))


def roster(scene):
    """Return the cards."""
    return scene.nodes["amber"].node.record.roster


def test_who_signed_has_the_watch(scene):
    """The name is that on the card."""
    view = scene.view()
    assert None is handing.taken(view, roster(scene))
    found = handing.taken(held(view, scene.stage), roster(scene))
    assert ("amber-2", "Capt Vale (Amber)", "") == (found.by, found.signed, found.fault)


def test_a_note_signed_by_another_than_it_names_is_told_as_that(scene):
    """Nobody is put on watch by somebody else's key."""
    found = handing.taken(held(scene.view(), scene.stage, "amber-1"), roster(scene))
    assert ("", True) == (found.signed, "names another" in found.fault)


def test_a_changed_note_does_not_hold(scene):
    """The watch's own log shows it as it is, with what is wrong."""
    view = held(scene.view(), scene.stage)
    note = view.notes[-1]
    other = replace(note.filled, fields={**note.filled.fields, "unread": "nothing"})
    found = handing.taken(replace(view, notes=(*view.notes[:-1], replace(note, filled=other))), roster(scene))
    assert "" == found.signed
    assert found.fault


def test_remarks_are_those_since_the_watch_was_taken(scene):
    """What was told to the watch before is theirs."""
    remark = {"at": "2026-06-03T02:00:00Z", "kind": "remark", "person": "Duty 1", "words": "Mind the draft."}
    scene.note("watch-entry", remark)
    view = scene.view()
    assert ["Mind the draft."] == [note.filled.fields["words"] for note in handing.remarks(view)]
    assert () == handing.remarks(held(view, scene.stage))


def test_only_a_hand_over_is_shown_as_one(scene):
    """Another note, or none, is refused."""
    scene.note("watch-entry", {"at": "2026-06-03T02:00:00Z", "kind": "note", "person": "x", "words": "y"})
    for index in (0, 7, -1):
        with pytest.raises(NotAllowed, match="no hand-over"):
            handing.of(scene.view(), index, roster(scene))
