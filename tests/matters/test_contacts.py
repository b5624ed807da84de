"""Calls as sent and as heard: matched afterwards, told apart, edited never."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.matters.contacts import (
    AS_SENT,
    DIFFERENTLY,
    GARBLED,
    MATCH_WINDOW_US,
    NOT_HEARD,
    NOT_SENT,
    VERDICT_WORDS,
    contacts,
)
from told import START_US, Tale

SAID = "Information. I intend to pass you on your port side."
GARBLE = "Information. I intend ... pass ... port side."
OTHER = "Question. What are your intentions in this area at noon tomorrow?"
SECOND_US = 1_000_000


def call(tale, *, at_us=START_US, words=SAID, code="P10", who="amber", unit_from="AMBER 21", unit_to="CORAL 34"):
    """Let one party log a call as sent."""
    return tale.say(
        who, "contact-sent", at_us=at_us, at=at_us, words=words, code=code, lang="en", means="vhf-16",
        unit_from=unit_from, unit_to=unit_to,
    )  # fmt: skip


def hear(tale, *, at_us=START_US, words=SAID, who="coral", unit_from="AMBER 21", unit_to="CORAL 34", **more):
    """Let one party log a call as heard."""
    return tale.say(
        who, "contact-heard", at_us=at_us, at=at_us, words=words, quality="clear", unit_from=unit_from,
        unit_to=unit_to, **more,
    )  # fmt: skip


def rows(tale):
    """Return (sent, heard, verdict) of each contact."""
    return [(c.sent and c.sent.ref, c.heard and c.heard.ref, c.verdict) for c in contacts(tale.account())]


@pytest.mark.parametrize(
    ("words", "candidates", "verdict"),
    [
        (SAID, ("P10",), AS_SENT),
        (SAID, (), AS_SENT),
        (GARBLE, ("P10", "P11"), GARBLED),
        (GARBLE, (), GARBLED),
        (GARBLE, ("P11",), DIFFERENTLY),
        (OTHER, (), DIFFERENTLY),
        (OTHER, ("P10",), DIFFERENTLY),
        ("...", (), DIFFERENTLY),
    ],
)
def test_tells_the_cases_apart(words, candidates, verdict):
    """As sent, garbled with or without a code that is recognised, or differently."""
    tale = Tale()
    sent = call(tale)
    heard = hear(tale, words=words, candidates=candidates)

    assert [(sent, heard, verdict)] == rows(tale)


def test_compares_with_the_script_where_there_is_one():
    """What was spoken is the script; the sentence alone stands where none was kept."""
    tale = Tale()
    ref = tale.say(
        "amber", "contact-sent", at=START_US, words="something else", code="P10", script=SAID,
        unit_from="AMBER 21", unit_to="CORAL 34",
    )  # fmt: skip
    heard = hear(tale)

    assert [(ref, heard, AS_SENT)] == rows(tale)


def test_what_nobody_logged_is_not_heard():
    """A call without a hearing is a case of its own, and so is a hearing without a call."""
    tale = Tale()
    sent = call(tale)
    heard = hear(tale, unit_from="AMBER 22")

    assert [(sent, None, NOT_HEARD), (None, heard, NOT_SENT)] == rows(tale)
    assert [None, None] == [c.comparison for c in contacts(tale.account())]


@pytest.mark.parametrize(("apart_us", "verdicts"), [(MATCH_WINDOW_US, [AS_SENT]), (MATCH_WINDOW_US + 1, None)])
@pytest.mark.parametrize("sign", [-1, 1])
def test_the_window_is_closed(apart_us, verdicts, sign):
    """Two minutes apart is one call; a microsecond more is two."""
    tale = Tale()
    call(tale)
    hear(tale, at_us=START_US + sign * apart_us)

    assert (verdicts or [NOT_HEARD, NOT_SENT]) == [c.verdict for c in contacts(tale.account())]


def test_names_of_units_match_as_people_write_them():
    """Case and doubled spaces do not part a call from its hearing."""
    tale = Tale()
    call(tale)
    hear(tale, unit_from=" amber  21", unit_to="Coral 34")

    assert [AS_SENT] == [c.verdict for c in contacts(tale.account())]


def test_the_sender_does_not_hear_for_the_other_side():
    """An entry of the sender's own party is no second account."""
    tale = Tale()
    call(tale)
    hear(tale, who="amber")

    assert [NOT_HEARD, NOT_SENT] == [c.verdict for c in contacts(tale.account())]


def test_a_call_may_be_heard_twice():
    """Each hearing has its row, and the call is not counted as unheard."""
    tale = Tale()
    sent = call(tale)
    first, second = hear(tale, words=GARBLE), hear(tale)

    assert {(sent, first, GARBLED), (sent, second, AS_SENT)} == set(rows(tale))


def test_of_two_calls_each_gets_its_own_hearing():
    """A call repeated within the window is not swallowed by the one before it."""
    tale = Tale()
    one, two = call(tale), call(tale, at_us=START_US + 60 * SECOND_US)
    late, early = hear(tale, at_us=START_US + 61 * SECOND_US), hear(tale, at_us=START_US + SECOND_US)

    assert {(one, early, AS_SENT), (two, late, AS_SENT)} == set(rows(tale))


def test_a_call_not_yet_heard_comes_before_one_that_was():
    """Two hearings that lie nearest to one call are two calls heard, where two were made."""
    tale = Tale()
    one, two = call(tale), call(tale, at_us=START_US + 60 * SECOND_US)
    first, second = hear(tale, at_us=START_US + SECOND_US), hear(tale, at_us=START_US + 20 * SECOND_US)

    assert {(one, first, AS_SENT), (two, second, AS_SENT)} == set(rows(tale))


def test_words_decide_before_time():
    """A hearing belongs to the call with its words, though another call lies nearer."""
    tale = Tale()
    far, near = call(tale), call(tale, at_us=START_US + 50 * SECOND_US, words=OTHER, code="P20")
    heard = hear(tale, at_us=START_US + 50 * SECOND_US)

    assert {(far, heard, AS_SENT), (near, None, NOT_HEARD)} == set(rows(tale))


def test_independence_is_read_from_what_the_station_had_heard():
    """A hearing written before any byte of the call arrived is independent, one written after it is not."""
    tale = Tale()
    call(tale)
    hear(tale)
    tale.meet()
    call(tale, at_us=START_US + 600 * SECOND_US)
    tale.meet()
    hear(tale, at_us=START_US + 600 * SECOND_US)

    assert [True, False] == [c.independent for c in contacts(tale.account())]


def test_only_a_pair_is_independent():
    """A call alone is independent of nothing."""
    tale = Tale()
    call(tale)

    assert [False] == [c.independent for c in contacts(tale.account())]


def test_keeps_the_answers_beside_the_call():
    """Answers to either entry stand with it, in order."""
    tale = Tale()
    sent, heard = call(tale), hear(tale)
    first = tale.say("coral", "contact-answer", answer="received", reply_to=sent)
    second = tale.say("coral", "contact-answer", answer="will-comply", reply_to=heard)

    assert [(first, second)] == [tuple(a.ref for a in c.answers) for c in contacts(tale.account())]


def test_edits_neither_side():
    """The messages stand in the row as they stand in the account."""
    tale = Tale()
    call(tale)
    hear(tale, words=GARBLE)
    account = tale.account()
    (row,) = contacts(account)

    assert (account.message(("amber", 0)), account.message(("coral", 0))) == (row.sent, row.heard)


CALLS = st.lists(
    st.tuples(
        st.sampled_from(["sent", "heard"]),
        st.sampled_from(["amber", "coral"]),
        st.integers(0, 5),
        st.sampled_from([SAID, GARBLE, OTHER]),
    ),
    max_size=12,
)


@given(CALLS)
def test_no_entry_is_lost_and_chairs_do_not_matter(calls):
    """Each hearing stands in one row, each call in one or more; other chairs give the same rows."""
    tale = Tale()
    for kind, who, step, words in calls:
        other = "coral" if who == "amber" else "amber"
        units = (who, other) if kind == "sent" else (other, who)
        (call if kind == "sent" else hear)(
            tale, who=who, at_us=START_US + step * 40 * SECOND_US, words=words, unit_from=units[0], unit_to=units[1]
        )
    account = tale.account()
    told = contacts(account)

    assert sorted(m.ref for m in account.messages("contact-heard")) == sorted(c.heard.ref for c in told if c.heard)
    assert {m.ref for m in account.messages("contact-sent")} == {c.sent.ref for c in told if c.sent}
    assert set(map(repr, told)) == set(map(repr, contacts(tale.account("coral", "amber"))))


@pytest.mark.parametrize("verdict", [AS_SENT, GARBLED, DIFFERENTLY, NOT_HEARD, NOT_SENT])
def test_has_words_for_each_verdict(verdict):
    """Every verdict is told in three languages, and 'not heard' never says that nobody heard."""
    assert {"en", "ja", "zh"} == set(VERDICT_WORDS[verdict])
    assert verdict.split(",")[0] == VERDICT_WORDS[verdict]["en"].split(":")[0].split(",")[0].lower()
