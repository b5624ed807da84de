"""What of the account counts: entries with their times, transcripts behind them, words handed over by hand."""

from searoom.obligations.entries import CONVEYED, READ_BACK, read_said
from told import START_US, Tale


def test_gives_entries_by_form_with_what_stands_in_them():
    """Only the forms that are asked for; when all had it, by their stations' word."""
    tale = Tale()
    ref = tale.say("amber", "hotline-message", text="Hello.")
    tale.say("amber", "line-test")
    tale.receive("coral", at_us=START_US + 5)
    said, causes = read_said(tale.account(), {"hotline-message"})

    assert ["hotline-message"] == list(said) == list(causes)
    ((_, its),) = said["hotline-message"]
    assert (ref, START_US + 5, {"text": "Hello."}, False) == (its.ref, its.delivered_us, dict(its.fields), its.conveyed)
    assert ({}, {}) == tuple(map(dict, read_said(tale.account(), set())))


def test_transcripts_start_nothing():
    """They stand behind the entries, and are no causes."""
    from searoom.signals import forms
    from told import BOOK

    tale = Tale()
    tale.transcribe("amber", "coral", understood=forms.from_text(BOOK, "line-test", {}))
    tale.say("coral", "line-test")
    said, causes = read_said(tale.account(), {"line-test"})

    assert ["", "amber"] == [its.transcript_by for _, its in said["line-test"]]
    assert [("coral", 0)] == [its.ref for its in causes["line-test"]]
    assert ("conveyed", ("code", "words")) == (CONVEYED, READ_BACK)
