"""What is owed: pending, due, met, late, missed, disputed or at rest, from the account and a moment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packs import clause, small, tell
from searoom import clock
from searoom.account import arrange
from searoom.obligations.deadlines import FAR_US
from searoom.obligations.standing import STATES, automatic, by_station, due, resting_from, standing
from searoom.signals import forms
from told import BOOK, DAY_US, DEMO, HOUR_US, MACM, MINUTE_US, START_US, Tale

SLOT_US = DEMO.clause("line-test").trigger.start_us
AT = clock.from_text


def states(tale, now_us, clause, agreement=DEMO):
    """Return label, who and state of each duty under one clause."""
    return [
        (d.label, ",".join(d.owed_by), d.state)
        for d in standing(agreement, tale.account(), now_us)
        if d.clause.id == clause
    ]  # fmt: skip


def first_slot(tale, now_us):
    """Return the states of the first slot of the line test, amber's and coral's."""
    return tuple(state for _, _, state in states(tale, now_us, "line-test")[:2])


def test_a_scheduled_test_goes_through_its_states():
    """Pending before its slot, due in it, missed after it."""
    tale = Tale()

    assert [
        ("pending", "pending"), ("due", "due"), ("due", "due"), ("missed", "missed"), ("missed", "missed"),
    ] == [
        first_slot(tale, SLOT_US + after)
        for after in (-1, 0, 30 * MINUTE_US - 1, 30 * MINUTE_US, 5 * DAY_US)
    ]  # fmt: skip


def test_is_met_when_said_and_received_in_time():
    """Each side's own test counts for itself, once the other has it."""
    tale = Tale()
    tale.say("amber", "line-test", at_us=SLOT_US + 1)
    assert ("due", "due") == first_slot(tale, SLOT_US + MINUTE_US)

    tale.receive("coral", at_us=SLOT_US + 2)
    assert ("met", "due") == first_slot(tale, SLOT_US + MINUTE_US)
    assert ("met", "missed") == first_slot(tale, SLOT_US + DAY_US)


def test_is_late_when_its_author_says_so():
    """Said after the time, whoever received it when."""
    tale = Tale()
    tale.say("amber", "line-test", at_us=SLOT_US + HOUR_US)
    tale.receive("coral", at_us=SLOT_US + HOUR_US)

    assert "late" == first_slot(tale, SLOT_US + 2 * HOUR_US)[0]


@pytest.mark.parametrize("received_us", [SLOT_US + 30 * MINUTE_US, None])
def test_two_clocks_that_differ_are_a_dispute(received_us):
    """In time by the author's clock, late or not shown by the other's: both stand, and neither wins."""
    tale = Tale()
    tale.say("amber", "line-test", at_us=SLOT_US + 1)
    if received_us is not None:
        tale.receive("coral", at_us=received_us)

    assert "disputed" == first_slot(tale, SLOT_US + 2 * HOUR_US)[0]


def test_the_receiving_station_says_when_it_had_it():
    """What counts is when the recipient's station placed what shows the delivery, not what its author claims."""
    tale = Tale()
    tale.say("amber", "line-test", at_us=SLOT_US + 1)
    tale.meet()
    tale.say("coral", "hotline-message", at_us=SLOT_US + 2, placed_us=SLOT_US + DAY_US, text="Begun in time.")

    assert "disputed" == first_slot(tale, SLOT_US + DAY_US + 1)[0]


def test_a_backdated_test_is_not_met():
    """An entry that claims yesterday and arrives today is no proof of yesterday."""
    tale = Tale()
    tale.say("amber", "line-test", at_us=SLOT_US + 1)
    tale.receive("coral", at_us=SLOT_US + DAY_US)

    assert "disputed" == first_slot(tale, SLOT_US + DAY_US + 1)[0]


def test_each_slot_takes_its_own_entry():
    """A test of today does not fill yesterday's slot, nor a second one today's twice."""
    tale = Tale()
    for after in (DAY_US + 1, DAY_US + 2):
        tale.say("amber", "line-test", at_us=SLOT_US + after)
        tale.receive("coral", at_us=SLOT_US + after)

    assert ["missed", "met", "pending"] == [
        state for _, who, state in states(tale, SLOT_US + DAY_US + HOUR_US, "line-test") if who == "amber"
    ]


def test_the_duties_of_some_clauses_are_those_of_all_that_are_under_them():
    """What the station does by itself is asked for often: it is the same duties, found without looking at the rest."""
    tale = Tale()
    tale.say("amber", "hotline-message", text="Your course?")
    tale.say("coral", "line-test", at_us=START_US + HOUR_US)
    tale.meet()
    account, now_us = tale.account(), START_US + DAY_US
    clauses = by_station(DEMO, BOOK)

    assert {"line-test"} == {clause.fulfilment.form for clause in clauses}
    wanted = tuple(duty for duty in standing(DEMO, account, now_us) if duty.clause in clauses)
    assert wanted == standing(DEMO, account, now_us, clauses=clauses)
    assert () == standing(DEMO, account, now_us, clauses=())


def test_gives_a_station_only_what_is_automatic():
    """The test that is due now and was not said; never a person's form, never twice, never too late."""
    tale = Tale()
    tale.say("coral", "hotline-message", at_us=SLOT_US, text="Hello.")
    tale.receive("amber", at_us=SLOT_US)

    def owed(now_us):
        return [d.clause.id for d in automatic(standing(DEMO, tale.account(), now_us), "amber", BOOK)]

    assert [[], ["line-test"], []] == [owed(SLOT_US + after) for after in (-1, 1, 30 * MINUTE_US)]
    tale.say("amber", "line-test", at_us=SLOT_US + 1)
    assert [] == owed(SLOT_US + 2)


def hold(tale, when, host, *whose, level="director-general", **more):
    """Let the named parties (or all) say that a meeting was held."""
    for party in whose or tale.parties:
        tale.say(party, "meeting-held", level=level, host=host, date=when, agenda="as agreed", **more)


def meetings(tale, now, clause="meeting-directors-general", agreement=MACM):
    """Return label, state and host of each yearly meeting."""
    return [(d.label, d.state, d.host) for d in standing(agreement, tale.account(), AT(now)) if d.clause.id == clause]


def test_lapsed_meetings_show_year_after_year():
    """What happened since 2018: three meetings in eight years, and every other year stands on the list."""
    tale = Tale("japan", "china")
    for when, host in (("2018-12-26", "china"), ("2020-01-15", "japan"), ("2021-03-29", "china")):
        hold(tale, when, host)
    found = meetings(tale, "2025-12-06T00:00:00Z")

    assert ["met", "missed", "met", "met", "missed", "missed", "missed", "due"] == [state for _, state, _ in found]
    assert [str(year) for year in range(2018, 2026)] == [label for label, _, _ in found]
    open_now = [d for d in due(MACM, tale.account(), AT("2025-12-06T00:00:00Z")) if d.clause.id.endswith("general")]
    assert ["2019", "2022", "2023", "2024", "2025"] == [d.label for d in open_now]
    assert "Overdue since 2020-01-01" in open_now[0].sentence["en"]


def test_hosts_take_turns():
    """The next host follows the last one who hosted; a lapsed year does not cost a turn."""
    tale = Tale("japan", "china")
    hold(tale, "2018-12-26", "china")

    assert ["china", "japan", "japan"] == [host for _, _, host in meetings(tale, "2020-06-01T00:00:00Z")]
    hold(tale, "2020-07-01", "japan")
    assert [("2021", "due", "china")] == meetings(tale, "2021-01-01T00:00:00Z")[-1:]


def test_no_default_names_the_first_host():
    """While nobody has hosted, whose turn it is is for the parties to agree."""
    only, _experts = standing(MACM, Tale("japan", "china").account(), AT("2018-07-01T00:00:00Z"))

    assert "" == only.host
    assert "for the parties to agree" in only.sentence["en"]


def test_levels_are_two_meetings():
    """An expert meeting is none of directors-general."""
    tale = Tale("japan", "china")
    hold(tale, "2018-12-26", "china", level="expert")

    assert ["due"] == [s for _, s, _ in meetings(tale, "2018-12-30T00:00:00Z")]
    assert ["met"] == [s for _, s, _ in meetings(tale, "2018-12-30T00:00:00Z", "meeting-experts")]


def test_one_side_alone_has_held_no_meeting():
    """It is met when each party has said so for itself."""
    tale = Tale("japan", "china")
    hold(tale, "2018-12-26", "china", "japan")

    assert ["due"] == [s for _, s, _ in meetings(tale, "2018-12-30T00:00:00Z")]
    assert ["missed", "due"] == [s for _, s, _ in meetings(tale, "2019-01-01T00:00:00Z")]


@pytest.mark.parametrize(("when", "host"), [("2018-12-27", "china"), ("2018-12-26", "japan")])
def test_two_accounts_of_one_meeting_are_a_dispute(when, host):
    """Another date or host is not the same meeting; one that they do share settles it."""
    tale = Tale("japan", "china")
    hold(tale, "2018-12-26", "china", "japan")
    hold(tale, when, host, "china")
    assert [("2018", "disputed", "")] == meetings(tale, "2018-12-30T00:00:00Z")

    hold(tale, "2018-12-26", "china", "china")
    assert [("2018", "met", "china")] == meetings(tale, "2018-12-30T00:00:00Z")


def test_a_meeting_counts_when_it_was_held():
    """Written down after New Year it still fills the year on which both agree, and no other."""
    tale = Tale("japan", "china")
    hold(tale, "2018-12-26", "china", at_us=AT("2019-02-01T00:00:00Z"))

    assert ["met", "due"] == [s for _, s, _ in meetings(tale, "2019-03-01T00:00:00Z")]


def test_a_message_is_read_in_time_or_not():
    """The clock runs from delivery, and only a reply to this message stops it."""
    tale = Tale()
    ref = tale.say("amber", "hotline-message", at_us=SLOT_US, text="Hello.")
    label = "amber/0"
    assert [(label, "coral", "pending")] == states(tale, SLOT_US + DAY_US, "hotline-read")

    tale.receive("coral", at_us=SLOT_US + DAY_US)
    assert [(label, "coral", "due")] == states(tale, SLOT_US + DAY_US + 1, "hotline-read")
    tale.say("coral", "read", at_us=SLOT_US + DAY_US + 1, reply_to=("amber", 7))
    assert [(label, "coral", "missed")] == states(tale, SLOT_US + 2 * DAY_US, "hotline-read")

    tale.say("coral", "read", at_us=SLOT_US + DAY_US + 5, reply_to=ref)
    tale.receive("amber", at_us=SLOT_US + DAY_US + 6)
    (duty,) = [d for d in standing(DEMO, tale.account(), SLOT_US + 2 * DAY_US) if d.clause.id == "hotline-read"]
    assert ("met", ("coral", 2)) == (duty.state, duty.met_by)


def test_nobody_reads_for_another():
    """The author's own word is not the recipient's."""
    tale = Tale()
    ref = tale.say("amber", "hotline-message", at_us=SLOT_US, text="Hello.")
    tale.receive("coral", at_us=SLOT_US)
    tale.say("amber", "read", at_us=SLOT_US + 1, reply_to=ref)
    tale.receive("coral", at_us=SLOT_US + 1)

    assert [("amber/0", "coral", "due")] == states(tale, SLOT_US + 2, "hotline-read")


def test_a_notice_takes_effect_when_the_last_has_it():
    """With three parties the second receipt counts, and not the first."""
    tale = Tale("amber", "coral", "jade")
    notice(tale)
    tale.receive("coral", at_us=SLOT_US)
    assert FAR_US == resting_from(DEMO, tale.account())

    tale.receive("jade", at_us=SLOT_US + HOUR_US)
    assert SLOT_US + HOUR_US == resting_from(DEMO, tale.account())


def notice(tale, effective_us=START_US):
    """Let amber give notice of suspension."""
    return tale.say("amber", "suspension-notice", at_us=SLOT_US, text="We suspend.", effective=effective_us)


def test_a_notice_that_was_not_received_has_no_effect():
    """Silence ends nothing: until the other side has it, everything goes on."""
    tale = Tale()
    notice(tale)
    assert [("amber/0", "amber", "due")] == states(tale, SLOT_US + DAY_US, "notice-of-suspension")
    assert ("missed", "missed") == first_slot(tale, SLOT_US + DAY_US)

    receipt = tale.receive("coral", at_us=SLOT_US + HOUR_US)
    (duty,) = [d for d in standing(DEMO, tale.account(), SLOT_US + DAY_US) if d.clause.effect]
    assert ("met", receipt) == (duty.state, duty.met_by)
    assert SLOT_US + HOUR_US == resting_from(DEMO, tale.account())


def test_duties_rest_from_the_receipt_on():
    """What was due before it stays missed; what falls due after it is not asked for."""
    tale = Tale()
    notice(tale)
    tale.receive("coral", at_us=SLOT_US + HOUR_US)

    found = [(d.clause.about, d.state) for d in standing(DEMO, tale.account(), SLOT_US + DAY_US)]

    assert ["missed"] * 2 + ["waived"] * 4 == [state for about, state in found if about == "test"]
    assert ["waived"] * 2 == [state for about, state in found if about == "meeting"]
    assert () == due(DEMO, tale.account(), SLOT_US + 300 * DAY_US)


def test_a_notice_waits_for_the_time_that_it_names():
    """It takes effect not earlier than it says."""
    tale = Tale()
    notice(tale, effective_us=SLOT_US + 10 * DAY_US)
    tale.receive("coral", at_us=SLOT_US + HOUR_US)

    assert SLOT_US + 10 * DAY_US == resting_from(DEMO, tale.account())


def test_due_is_sorted_by_deadline_with_open_ends_last():
    """The earliest first; what has no deadline yet, at the end; nothing that is done."""
    tale = Tale()
    notice(tale)
    tale.say("amber", "line-test", at_us=SLOT_US + 1)
    deadlines = [d.due_us for d in due(DEMO, tale.account(), SLOT_US + 2)]

    assert None is deadlines[-1]
    assert sorted(deadlines[:-1]) == deadlines[:-1]
    assert all(d.open for d in due(DEMO, tale.account(), SLOT_US + 2))


def test_a_missed_test_is_counted_and_no_longer_open():
    """It lapses: it stays in the standing, and not on the list of what is still to be done."""
    account = Tale().account()
    missed = [d for d in standing(DEMO, account, SLOT_US + DAY_US) if d.state == "missed"]

    assert 2 == len(missed)
    assert not any(d.open for d in missed)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["line-test", "notice", "hotline", "read", "receive", "meet"]),
        st.sampled_from(["amber", "coral"]),
        st.integers(-2, 60),
    ),
    max_size=12,
)


@given(STEPS, st.randoms(use_true_random=False), st.integers(-1, 72))
def test_is_the_same_for_any_order_of_arrival_and_any_chairs(steps, chance, hours):
    """Two nodes with the same entries owe the same; swapping chairs changes whose column, never a state."""
    tale = Tale()
    for what, who, hour in steps:
        other, at_us = ("coral" if who == "amber" else "amber"), SLOT_US + hour * HOUR_US
        if what == "receive":
            tale.receive(who, at_us=at_us)
        elif what == "line-test":
            tale.say(who, "line-test", at_us=at_us)
        elif what == "notice":
            tale.say(who, "suspension-notice", at_us=at_us, text="x", effective=at_us)
        elif what == "hotline":
            tale.say(who, "hotline-message", at_us=at_us, text="x")
        elif what == "read":
            tale.say(who, "read", at_us=at_us, reply_to=(other, 0))
        else:
            tale.say(who, "meeting-held", level="expert", host=other, date="2026-06-04", agenda="x", at_us=at_us)
    now_us = SLOT_US + hours * HOUR_US
    account = tale.account()
    items = list(account.items)
    chance.shuffle(items)

    told = standing(DEMO, account, now_us)
    assert told == standing(DEMO, arrange(account.parties, items, {}), now_us)
    assert {d.state for d in told} <= set(STATES)
    assert sorted(repr(d) for d in told) == sorted(
        repr(d) for d in standing(DEMO, tale.account("coral", "amber"), now_us)
    )


# -- what one side alone has written down ----------------------------------------------------------


def by_telephone(form, **typed):
    """Return a form as an officer understood it."""
    return forms.from_text(BOOK, form, typed)


def test_a_transcript_meets_a_duty_only_as_transcribed():
    """Coral's test of the line by telephone, in time: done, by amber's transcript, and no entry of coral's."""
    tale = Tale()
    tale.transcribe("amber", "coral", at_us=SLOT_US + 1, understood=by_telephone("line-test"))

    assert ("due", "transcribed") == first_slot(tale, SLOT_US + MINUTE_US)
    duty = next(d for d in standing(DEMO, tale.account(), SLOT_US + DAY_US) if d.transcript_by)
    assert (("coral",), "transcribed", "amber", False) == (duty.owed_by, duty.state, duty.transcript_by, duty.open)
    for lang, words in (("en", "has signed no entry"), ("ja", "署名した記録はありません"), ("zh", "没有签名条目")):
        assert words in duty.sentence[lang]
    assert "transcribed" in STATES


def test_a_late_transcript_is_late_and_says_whose_it_is():
    """Heard after the time: late, and still only a transcript."""
    tale = Tale()
    tale.transcribe("amber", "coral", at_us=SLOT_US + HOUR_US, understood=by_telephone("line-test"))
    duty = next(d for d in standing(DEMO, tale.account(), SLOT_US + 2 * HOUR_US) if d.transcript_by)

    assert "late" == duty.state
    assert "Amber" in duty.sentence["en"].split("This rests on")[1] or "琥珀" in duty.sentence["en"]


def test_what_a_party_signed_stands_before_what_was_written_of_it():
    """With coral's own entry the duty is met, whenever the transcript was made."""
    tale = Tale()
    tale.transcribe("amber", "coral", at_us=SLOT_US + 1, understood=by_telephone("line-test"))
    tale.say("coral", "line-test", at_us=SLOT_US + 5)
    tale.receive("amber", at_us=SLOT_US + 6)

    assert "met" == first_slot(tale, SLOT_US + MINUTE_US)[1]
    assert not [d for d in standing(DEMO, tale.account(), SLOT_US + MINUTE_US) if d.transcript_by]


def test_a_transcript_of_words_alone_meets_nothing():
    """Without a form that somebody understood it to be, words are words."""
    tale = Tale()
    tale.transcribe("amber", "coral", at_us=SLOT_US + 1, words="This is a test of the line.")

    assert "due" == first_slot(tale, SLOT_US + MINUTE_US)[1]


def test_an_answer_by_telephone_meets_the_duty_of_its_author():
    """Coral is said to have read the hotline message: transcribed, for it answers the very entry."""
    tale = Tale()
    ref = tale.say("amber", "hotline-message", at_us=START_US, text="x")
    tale.receive("coral", at_us=START_US + 1)
    tale.transcribe("amber", "coral", at_us=START_US + 2, reply_to=ref, understood=by_telephone("read"))

    assert ["transcribed"] == [state for _, _, state in states(tale, START_US + 3, "hotline-read")]


def test_a_transcript_starts_no_duty_and_suspends_nothing():
    """Neither a message nor a notice of suspension that one side alone wrote down binds the other."""
    tale = Tale("japan", "china")
    notice = by_telephone("suspension-notice", text="We suspend.", effective="2019-01-01T00:00Z")
    tale.transcribe("japan", "china", at_us=AT("2018-12-01T00:00:00Z"), understood=notice)
    tale.transcribe("japan", "china", understood=by_telephone("hotline-message", text="x"))

    assert FAR_US == resting_from(MACM, tale.account())
    assert [] == [
        d for d in standing(MACM, tale.account(), AT("2020-01-01T00:00:00Z")) if d.clause.trigger.kind == "on-entry"
    ]


@pytest.mark.parametrize(
    ("readback", "state"),
    [("code", "transcribed"), ("words", "transcribed"), ("none", "disputed"), ("differs", "disputed")],
)
def test_our_own_word_that_it_came_through_is_our_word(readback, state):
    """To a counterpart without a node: handed over and read back in time makes it transcribed, and never met."""
    tale = Tale()
    ref = tale.alone("amber", "line-test", without=("coral",), at_us=SLOT_US + 1)
    tale.say("amber", "conveyed", at_us=SLOT_US + 9, reply_to=ref, party="coral", medium="telephone",
             at=SLOT_US + 2, readback=readback)  # fmt: skip
    (duty,) = [d for d in standing(DEMO, tale.account(), SLOT_US + HOUR_US)
               if d.clause.id == "line-test" and d.owed_by == ("amber",) and d.arose_us == SLOT_US]  # fmt: skip

    assert (state, "") == (duty.state, duty.transcript_by)
    assert (state == "transcribed") == ("the other side has signed nothing" in duty.sentence["en"])


def test_words_that_were_read_back_start_the_duty_of_one_without_a_node():
    """By telephone at 00:01, read back: coral owes a reading within half an hour, and it rests on amber's word."""
    tale = Tale()
    ref = tale.alone("amber", "hotline-message", without=("coral",), at_us=START_US, text="x")
    assert [] == states(tale, START_US + DAY_US, "hotline-read")
    tale.say("amber", "conveyed", at_us=START_US + MINUTE_US, reply_to=ref, party="coral", medium="telephone",
             at=START_US + MINUTE_US, readback="words")  # fmt: skip
    half_hour = START_US + 31 * MINUTE_US
    assert ["due", "missed"] == [states(tale, at, "hotline-read")[0][2] for at in (half_hour - 1, half_hour)]
    (duty,) = [d for d in standing(DEMO, tale.account(), half_hour) if d.clause.id == "hotline-read"]
    assert (("coral",), "amber") == (duty.owed_by, duty.conveyed_by)
    assert "is the word of Amber; the other side has signed nothing" in duty.sentence["en"]

    tale.transcribe("amber", "coral", at_us=START_US + 5 * MINUTE_US, reply_to=ref, understood=by_telephone("read"))
    assert "transcribed" == states(tale, half_hour, "hotline-read")[0][2]


def test_our_own_word_that_a_notice_came_through_suspends_nothing():
    """A notice of suspension handed over on paper and read back: its author alone says so, and nothing rests by that."""
    tale = Tale("japan", "china")
    at_us = AT("2018-12-01T00:00:00Z")
    ref = tale.alone("japan", "suspension-notice", without=("china",), at_us=at_us, text="x", effective=at_us)
    tale.say("japan", "conveyed", at_us=at_us, reply_to=ref, party="china", medium="paper", at=at_us, readback="words")

    assert FAR_US == resting_from(MACM, tale.account())


def test_a_nodes_own_word_stands_before_our_word():
    """What coral's station shows it held makes it met, whatever was telephoned besides."""
    tale = Tale()
    ref = tale.say("amber", "line-test", at_us=SLOT_US + 1)
    tale.say("amber", "conveyed", at_us=SLOT_US + 3, reply_to=ref, party="coral", medium="fax", at=SLOT_US + 2, readback="code")  # fmt: skip
    assert "transcribed" == first_slot(tale, SLOT_US + MINUTE_US)[0]

    tale.receive("coral", at_us=SLOT_US + 4)
    assert "met" == first_slot(tale, SLOT_US + MINUTE_US)[0]


def test_a_party_cannot_convey_the_words_of_another():
    """Coral's word that amber's entry came through is none; nor is one that answers an entry which is not there."""
    tale = Tale()
    ref = tale.alone("amber", "line-test", without=("coral",), at_us=SLOT_US + 1)
    for answers in (ref, ("amber", 99), ("jade", 0)):
        tale.say("coral", "conveyed", at_us=SLOT_US + 2, reply_to=answers, party="coral", medium="fax", at=SLOT_US + 2, readback="code")  # fmt: skip
    alone = tale.account()

    assert ["disputed"] == [
        d.state for d in standing(DEMO, alone, SLOT_US + HOUR_US) if d.said and d.owed_by == ("amber",)
    ]


# -- conditions --------------------------------------------------------------------------------------------------------

ASKED = clause("asked", owes="recipients", trigger='kind = "on-entry", form = "exercise-calendar"',
               term='kind = "within", time = "1 h", from = "start"', ful='form = "read"', extra="when = \"fields.words == 'why'\"")  # fmt: skip


@pytest.mark.parametrize(
    ("words", "found"),
    [("; words = why", ["due"]), ("; words = so", []), ("", ["pending"])],
    ids=["yes", "no", "not known"],
)
def test_what_a_condition_says_no_to_is_not_owed_and_what_it_cannot_tell_is_not_guessed(words, found):
    """Owed, not owed, or shown as not known whether it is owed: never missed for want of a field."""
    told = tell(
        small(ASKED),
        "At 2026-02-01",
        f"amber says exercise-calendar as C: year = 2027; activities = 1{words}",
        "everybody receives everything",
    )
    duties = standing(told.agreement, told.teller.account(), told.now_us + (0 if found == ["due"] else DAY_US))

    assert found == [duty.state for duty in duties]
    for duty in duties:
        assert ("unclear" if found == ["pending"] else "") == duty.note
        assert ("is not known" in duty.sentence["en"]) == (found == ["pending"])
        assert found != ["pending"] or duty.due_us is None
