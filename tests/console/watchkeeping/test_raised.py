"""What calls for a check card: while the matter lasts, with its own ticks, and never for what is over."""

from dataclasses import replace

import pytest

from searoom.console.watchkeeping import settings
from searoom.console.watchkeeping.raised import raised, ticked

HELD = settings.example()
ROW = {
    "since_us": 10, "at_us": 20, "figures_us": 20, "calls": True, "range_m": 1, "range_error_m": 1, "cpa_m": 1,
    "cpa_error_m": 1, "geometry": "x",
    "colregs": "", "age_s": 1, "height_m": None, "cpa_us": 5,
}  # fmt: skip


def events(view):
    """Return the events and what each is about."""
    return [(one.event, one.about) for one in raised(view, HELD)]


def test_a_flash_calls_until_it_is_read(scene):
    """Read by an officer, it calls for nothing more."""
    ref = scene.say("coral-1", "hotline-contact", {"phrase": "please-answer"}, precedence="flash")
    scene.meet()
    assert [("flash-received", f"coral/{ref.index}")] == events(scene.view())

    scene.say("amber-1", "read", {}, channel="hotline", reply_to=("coral", ref.index))

    assert [] == events(scene.view())


def test_a_routine_message_calls_for_no_card(scene):
    """Only what is pressing does."""
    scene.say("coral-1", "hotline-contact", {"phrase": "please-answer"})
    scene.meet()
    assert [] == events(scene.view())


def test_an_urgent_encounter_calls_from_its_grade_on(scene):
    """A warning does not."""
    rows = [{**ROW, "a": "A", "b": "B", "grade": "urgent"}, {**ROW, "a": "C", "b": "D", "grade": "warn"}]
    found = raised(replace(scene.view(), picture={"open": rows}), HELD)
    assert [("encounter-urgent", "A × B", 20)] == [(one.event, one.about, one.since_us) for one in found]


@pytest.mark.parametrize(
    ("change", "event"),
    [
        ({"silent_since": "2026-06-03T02:00:00Z"}, "line-silent"),
        ({"silent_since": "since this node started"}, "line-silent"),
        ({"verdict": "proven fork"}, "fork-proven"),
        ({"verdict": "their node was restored"}, "restored"),
        ({"verdict": "our store was put back to an older state"}, "restored"),
    ],
)
def test_what_is_known_of_a_line_calls_for_its_card(scene, change, event):
    """Silence, a restore and a proven fork are three matters with three cards."""
    view = scene.view()
    status = {**view.status, "lines": {"coral": {**view.status["lines"]["coral"], **change}}}
    assert [(event, "coral")] == events(replace(view, status=status))


def test_kept_evidence_of_a_fork_calls_for_its_card(scene):
    """However it came; refused hellos alone do not."""
    view = scene.view()
    for evidence, about in (({"fork": 2}, [("fork-proven", "coral")]), ({"hello": 9}, [])):
        assert about == events(replace(view, status={**view.status, "evidence": evidence}))


def test_a_signal_of_distress_calls_and_others_do_not(scene):
    """By the signals that the card names."""
    sent = {
        "unit_from": "AMBER 21", "unit_to": "CORAL 34", "words": "x", "lang": "en", "means": "vhf-16",
        "at": "2026-06-03T02:00:00Z",
    }  # fmt: skip
    scene.say("amber-1", "contact-sent", {**sent, "code": "V-Q1"})
    ref = scene.say("amber-1", "contact-sent", {**sent, "code": "V"})
    assert [("unit-distress", f"amber/{ref.index}")] == events(scene.view())


def test_a_request_for_relief_calls_until_it_is_answered(scene):
    """The forms are those that the card names."""
    typed = {"what": "boats", "quantity": "2", "unit": "boats", "where": "there", "needed_by": "2026-06-03T06:00:00Z"}
    placed = scene.say("coral-1", "hadr-request", typed)
    ref = scene.release("coral-2", placed.draft)
    scene.meet()
    assert [("rescue-request", f"coral/{ref.index}")] == events(scene.view())


def test_steps_are_ticked_by_matter(scene):
    """The same card in another matter begins anew; who ticked and when stands with the step; the first tick counts."""
    card = HELD.card("line-silent")
    tick = {"at": "2026-06-03T02:07:00Z", "kind": "step", "person": "Duty 1", "words": "x", "card": card.event}
    scene.note("watch-entry", {**tick, "about": "coral", "step": "own"})
    scene.note("watch-entry", {**tick, "about": "coral", "step": "own", "person": "Duty 2"})
    view = scene.view()

    steps = ticked(view, card, "coral", 1_000_000)
    assert ["Duty 1", "", ""] == [step.who for step in steps]
    assert [301_000_000, 901_000_000, 1_801_000_000] == [step.by_us for step in steps]
    assert ["", "", ""] == [step.who for step in ticked(view, card, "teal", None)]
