"""Calls by voice: asked, agreed, spoken, told by each side for itself; what is promised is kept until it is done."""

from searoom.account import ref_text
from searoom.clock import from_text
from searoom.console.watchkeeping import calls
from watchside import REQUEST

READOUT = {
    "began": "2026-06-03T12:10:00+09:00", "spoke": "duty officer", "heard": "duty officer", "points": "One.\nTwo.",
    "read_back": "all",
}  # fmt: skip


def asked(scene):
    """Let coral ask for a call."""
    ref = scene.say("coral-1", "call-request", REQUEST, channel="hotline")
    scene.meet()
    return ref.author, ref.index


def test_a_call_goes_from_asked_to_agreed(scene):
    """Asked promises nothing; the time that was agreed is the one that stands."""
    ref = asked(scene)
    (thread,) = calls.threads(scene.view())
    assert ("asked", from_text("2026-06-03T03:05:00Z")) == (thread.state, thread.at_us)
    assert () == calls.promised(scene.view())

    scene.say("amber-1", "call-answer", {"answer": "agreed", "at": "2026-06-03T11:10:00+08:00"}, reply_to=ref)

    (thread,) = calls.threads(scene.view())
    assert "agreed" == thread.state
    assert [("coral", from_text("2026-06-03T03:10:00Z"), ref_text(ref))] == [
        (one.party, one.at_us, one.where) for one in calls.promised(scene.view())
    ]


def test_each_side_tells_the_call_for_itself(scene):
    """One readout leaves the other's place open; both stand side by side, whatever they say."""
    ref = asked(scene)
    amber = scene.say("amber-1", "call-readout", READOUT, reply_to=ref)
    assert amber.draft is not None, "substance takes two"
    scene.release("amber-2", amber.draft)
    scene.meet()
    (thread,) = calls.threads(scene.view())
    assert ("half_told", [1, 0]) == (thread.state, [len(told) for told in thread.readouts.values()])

    coral = scene.say("coral-1", "call-readout", {**READOUT, "read_back": "none"}, reply_to=ref)
    scene.release("coral-2", coral.draft)
    scene.meet()

    (thread,) = calls.threads(scene.view())
    assert ("told", [1, 1]) == (thread.state, [len(told) for told in thread.readouts.values()])
    assert ["all", "none"] == [told[0].filled.fields["read_back"] for told in thread.readouts.values()]
    assert () == calls.promised(scene.view())


def test_a_promise_in_a_note_stands_until_it_is_kept(scene):
    """What was promised by voice is national, and is not forgotten by the next watch."""
    promise = {"what": "promised", "party": "coral", "at": "2026-06-03T05:00:00Z"}
    scene.note("call-note", promise)
    assert ["coral"] == [one.party for one in calls.promised(scene.view())]

    scene.note("call-note", {**promise, "what": "spoken"})

    assert () == calls.promised(scene.view())


def test_a_refusal_without_a_reason_and_an_agreement_without_a_time_are_no_answers(scene):
    """The form asks for both."""
    ref = asked(scene)
    for fields in ({"answer": "declined"}, {"answer": "agreed"}, {"answer": "another"}):
        assert "needed" in scene.refused("amber-1", "call-answer", fields, reply_to=ref)


def test_a_try_that_nobody_answered_is_a_call_too(scene):
    """The ledger that the agreement keeps of its calls stands among them, and can have a readout."""
    ref = scene.say("amber-1", "macm-call", {"called": "coral", "at": "2026-06-03T02:00:00Z", "outcome": "unanswered"})
    view = scene.view()
    if "call-ledger" in {clause.id for clause in view.agreement.in_force()}:
        assert [(f"amber/{ref.index}", "logged")] == [(one.ref, one.state) for one in calls.threads(view)]
    else:
        assert () == calls.threads(view)


def test_a_promise_whose_time_is_long_past_is_handed_over_no_more(scene):
    """For two hours somebody may still be at it; then the due list and the log say what became of it."""
    scene.note("call-note", {"what": "promised", "party": "coral", "at": "2026-06-03T05:00:00Z"})
    scene.tick(4 * 3600)
    assert ["coral"] == [one.party for one in calls.promised(scene.view())]
    scene.tick(6 * 3600)
    assert () == calls.promised(scene.view())
