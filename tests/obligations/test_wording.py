"""The standing in words: one sentence a language, the same facts in each."""

import pytest

from searoom.clock import to_text
from searoom.obligations.standing import STATES, standing
from searoom.obligations.wording import STATE_WORDS, join_names
from told import DEMO, HOUR_US, Tale

SLOT_US = DEMO.clause("line-test").trigger.start_us


def duty(clause, tale=None, after_us=0):
    """Return the first duty under a clause some time after the first slot."""
    account = (tale or Tale()).account()
    return next(d for d in standing(DEMO, account, SLOT_US + after_us) if d.clause.id == clause)


def test_has_words_for_every_state():
    """Each state is told in each language."""
    assert set(STATES) == set(STATE_WORDS)
    assert all({"en", "ja", "zh"} == set(texts) for texts in STATE_WORDS.values())


@pytest.mark.parametrize("lang", ["en", "ja", "zh"])
def test_says_who_what_and_until_when(lang):
    """Title, party and deadline stand in the sentence of every language."""
    told = duty("line-test")

    for part in (told.clause.title[lang], DEMO.name("amber", lang), to_text(told.due_us)):
        assert part in told.sentence[lang]
    assert "{" not in told.sentence[lang]


@pytest.mark.parametrize("lang", ["en", "ja", "zh"])
def test_says_what_silence_means_once_there_is_silence(lang):
    """A missed duty ends with the clause's own words on silence; one that is due does not threaten."""
    assert (
        duty("line-test", after_us=HOUR_US).clause.silence_text[lang] in duty("line-test", None, HOUR_US).sentence[lang]
    )
    assert duty("line-test").clause.silence_text[lang] not in duty("line-test").sentence[lang]


def test_never_guesses_why():
    """Missed is not refused."""
    assert "Why is not known" in duty("line-test", after_us=HOUR_US).sentence["en"]


def test_a_clock_that_does_not_run_has_no_deadline():
    """What counts from delivery says so while nothing shows delivery."""
    tale = Tale()
    tale.say("amber", "hotline-message", at_us=SLOT_US, text="Hello.")

    assert "the time runs only from receipt" in duty("hotline-read", tale).sentence["en"]


def test_an_unreceived_notice_says_that_it_has_no_effect():
    """Silence ends nothing, in words."""
    tale = Tale()
    tale.say("amber", "suspension-notice", at_us=SLOT_US, text="We suspend.", effective=SLOT_US)

    assert "silence ends nothing" in duty("notice-of-suspension", tale).sentence["en"]


def test_names_the_host_whose_turn_it_is():
    """After one side hosted, the other is named."""
    tale = Tale()
    for party in tale.parties:
        tale.say(party, "meeting-held", level="expert", host="amber", date="2026-06-05", agenda="x")
    account = tale.account()
    told = [d for d in standing(DEMO, account, SLOT_US + 300 * 24 * HOUR_US) if d.clause.id == "meeting-experts"]

    assert ["met", "due"] == [d.state for d in told]
    assert "Host: Coral." in told[1].sentence["en"]


@pytest.mark.parametrize(("lang", "text"), [("en", "Amber and Coral"), ("ja", "琥珀と珊瑚"), ("zh", "琥珀和珊瑚")])
def test_joins_names(lang, text):
    """Names stand in the order of the agreement."""
    assert text == join_names(DEMO, DEMO.parties, lang)
