"""The line: its tests, and every silence with what stood against it, from the record alone."""

from deskside import meet, tick
from searoom.console import matters
from searoom.console.hotline import line
from searoom.units import MICROSECONDS

MINUTE = 60


def clocks(scene, minutes, *parties):
    """Move the clocks of these nodes, without a meeting."""
    for party in parties or ("amber", "coral"):
        tick(scene.stage, party, minutes * MINUTE)


def test_a_line_that_answers_has_no_silence(nodes_at_work):
    """What arrives in time is no silence, and a receipt is not waited for."""
    scene = nodes_at_work
    scene.say("hotline-contact", {"phrase": "please-answer"}, "amber-1")
    clocks(scene, 5)
    scene.say("hotline-contact", {"phrase": "we-are-here"}, "coral-1")

    assert () == line.silences(scene.view(), "coral")


def test_a_silence_lasts_until_something_of_theirs_shows_that_ours_came(nodes_at_work):
    """While it lasts it has no end; afterwards its end is when that entry came to us, and all that stood is named."""
    scene = nodes_at_work
    first = scene.say("hotline-contact", {"phrase": "please-answer"}, "amber-1", to=False)
    clocks(scene, 4, "amber")
    second = scene.say("hotline-contact", {"phrase": "safety-matter"}, "amber-1", to=False)
    clocks(scene, 20, "amber")

    (lasting,) = line.silences(scene.view(), "coral")
    assert (None, (first, second)) == (lasting.until_us, lasting.entries)

    clocks(scene, 21)
    meet(scene.nodes)
    clocks(scene, 22)
    scene.say("hotline-contact", {"phrase": "we-are-here"}, "coral-1")

    (ended,) = line.silences(scene.view(), "coral")
    start_us = scene.stage.scenario.start_us
    assert (lasting.from_us, (first, second)) == (ended.from_us, ended.entries)
    assert start_us + 20 * MINUTE * MICROSECONDS < ended.until_us <= start_us + 22 * MINUTE * MICROSECONDS


def test_their_clock_moves_a_silence_no_further_than_ours_allows(nodes_at_work):
    """A counterpart whose clock stands hours ahead makes no silence longer than it was by our own clock."""
    scene = nodes_at_work
    clocks(scene, 8 * 60, "coral")
    scene.say("hotline-contact", {"phrase": "please-answer"}, "amber-1")
    clocks(scene, 2, "amber")
    meet(scene.nodes)

    assert () == line.silences(scene.view(), "coral")


def test_tests_are_told_for_each_party_and_a_missed_one_is_a_silence(nodes_at_work):
    """Ours first; the last, the next, how many were missed; what they owed and did not do stands in the ledger."""
    scene = nodes_at_work
    ours, theirs = line.tests(scene.view())
    start_us = scene.stage.scenario.start_us
    assert ("amber", None, 0, "coral", None, 0) == (
        ours.party, ours.last, ours.missed, theirs.party, theirs.last, theirs.missed,
    )  # fmt: skip
    assert start_us + 60 * MINUTE * MICROSECONDS == ours.next_us
    (shown,) = matters.lines(scene.view())
    assert min(ours.next_us, theirs.next_us) == shown.next_test_us

    clocks(scene, 31, "amber")
    clocks(scene, 61, "amber")
    view = scene.view()
    ours, theirs = line.tests(view)

    assert (0, 1) == (ours.missed, theirs.missed)
    assert ours.last == ("amber", 0)
    (silence,) = line.silences(view, "coral")
    assert 1 == len(silence.tests)
    assert start_us + 30 * MINUTE * MICROSECONDS >= silence.from_us


def test_the_agreement_names_what_is_tried_instead(nodes_at_work):
    """In its order; a channel that it does not name has none."""
    view = nodes_at_work.view()
    assert ["desk"] == [one.id for one in line.instead(view, "hotline")]
    assert () == line.instead(view, "no-such-channel")
