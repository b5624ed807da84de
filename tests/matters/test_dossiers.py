"""Incidents with both accounts side by side; intervals are compared and never judged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed
from searoom.matters.dossiers import (
    NO_OVERLAP,
    ONE_SIDE,
    OVERLAP,
    SAME_MOMENT_US,
    VERDICT_WORDS,
    Interval,
    dossiers,
)
from searoom.signals import forms
from told import BOOK, START_US, Tale

SECOND_US = 1_000_000


def opened(*, names=("Crossing", "Crossing")):
    """Return a tale in which both parties have opened a dossier."""
    tale = Tale()
    for party, name in zip(("amber", "coral"), names, strict=True):
        tale.say(party, "dossier-open", incident=name, at=START_US, words=f"{party}'s own words")
    return tale


def measure(tale, who, value_mm, error_mm, *, at_us=START_US, axis="horizontal"):
    """Let a party give a measurement in its own dossier."""
    return tale.say(
        who, "measurement", dossier=(who, 0), quantity="range", value_mm=value_mm, error_mm=error_mm, axis=axis,
        method="radar", source=f"{who} unit, radar", at=at_us,
    )  # fmt: skip


def rows(tale, *order):
    """Return (columns as value and error, verdict) of the one dossier."""
    (dossier,) = dossiers(tale.account(*order))
    return [
        (tuple(c and (c.value_mm, c.error_mm) for c in row.columns), row.verdict) for row in dossier.rows()
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("amber", "coral", "verdict", "common"),
    [
        ((137_000, 25_000), (120_000, 20_000), OVERLAP, Interval(112_000, 140_000)),
        ((137_000, 25_000), (92_000, 20_000), OVERLAP, Interval(112_000, 112_000)),
        ((137_000, 25_000), (91_999, 20_000), NO_OVERLAP, None),
        ((300_000, 5_000), (137_000, 25_000), NO_OVERLAP, None),
        ((137_000, 25_000), (137_000, 1), OVERLAP, Interval(136_999, 137_001)),
    ],
)
def test_compares_closed_intervals(amber, coral, verdict, common):
    """Intervals that touch overlap in one value; a millimetre further they do not."""
    tale = opened()
    measure(tale, "amber", *amber)
    measure(tale, "coral", *coral)
    (dossier,) = dossiers(tale.account())

    assert [((amber, coral), verdict)] == rows(tale)
    assert common == dossier.rows()[0].common


def test_one_side_stands_alone():
    """What only one party measured is shown as that, with an empty column beside it."""
    tale = opened()
    measure(tale, "coral", 92_000, 20_000)

    assert [((None, (92_000, 20_000)), ONE_SIDE)] == rows(tale)


@pytest.mark.parametrize(("apart_us", "count"), [(SAME_MOMENT_US, 1), (SAME_MOMENT_US + 1, 2)])
def test_compares_only_what_is_of_one_moment(apart_us, count):
    """A range of two minutes later is another range, and no contradiction."""
    tale = opened()
    measure(tale, "amber", 137_000, 25_000)
    measure(tale, "coral", 900_000, 20_000, at_us=START_US + apart_us)

    assert count == len(rows(tale))


def test_never_compares_two_axes():
    """A horizontal distance and a vertical one are two things."""
    tale = opened()
    measure(tale, "amber", 137_000, 25_000)
    measure(tale, "coral", 137_000, 25_000, axis="vertical")

    assert [ONE_SIDE, ONE_SIDE] == [verdict for _, verdict in rows(tale)]


def test_pairs_each_with_the_nearest_in_time():
    """Of a series each claim stands beside its neighbour, not beside all within the minute."""
    tale = opened()
    for step in (0, 20, 40):
        measure(tale, "amber", 100_000 + step, 10_000, at_us=START_US + step * SECOND_US)
        measure(tale, "coral", 200_000 + step, 10_000, at_us=START_US + (step + 1) * SECOND_US)

    assert [(100_000 + s, 200_000 + s) for s in (0, 20, 40)] == [(a[0], c[0]) for (a, c), _ in rows(tale)]


def test_two_sensors_of_one_moment_are_both_compared():
    """A second sensor is neither dropped nor said to stand alone."""
    tale = opened()
    measure(tale, "amber", 137_000, 25_000)
    measure(tale, "amber", 180_000, 10_000)
    measure(tale, "coral", 120_000, 20_000)

    assert {OVERLAP, NO_OVERLAP} == {verdict for _, verdict in rows(tale)}


def test_a_claim_stands_beside_its_own_nearest():
    """Though another is nearer to that one, it is not left to stand alone."""
    tale = opened()
    measure(tale, "amber", 137_000, 25_000)
    measure(tale, "amber", 150_000, 25_000, at_us=START_US + 30 * SECOND_US)
    measure(tale, "coral", 120_000, 20_000, at_us=START_US + 10 * SECOND_US)

    assert [OVERLAP, OVERLAP] == [verdict for _, verdict in rows(tale)]


CLAIMS = st.lists(
    st.tuples(
        st.sampled_from(["amber", "coral"]),
        st.integers(0, 6).map(lambda n: n * 1000),
        st.integers(0, 3).map(lambda n: n * 1000),
        st.integers(0, 4).map(lambda n: n * 30 * SECOND_US),
        st.sampled_from(["horizontal", "vertical"]),
    ),
    max_size=10,
)


@given(CLAIMS)
def test_other_chairs_swap_the_columns_and_nothing_else(claims):
    """With the parties in the other order the rows are the same, each with its columns swapped."""
    tale = opened()
    for who, value, error, after_us, axis in claims:
        measure(tale, who, value, error, at_us=START_US + after_us, axis=axis)

    assert rows(tale) == [(columns[::-1], verdict) for columns, verdict in rows(tale, "coral", "amber")]


@given(CLAIMS)
def test_no_claim_is_lost(claims):
    """Every measurement stands in a row."""
    tale = opened()
    refs = {measure(tale, who, v, e, at_us=START_US + t, axis=x) for who, v, e, t, x in claims}
    (dossier,) = dossiers(tale.account())

    assert refs == {c.message.ref for row in dossier.rows() for c in row.columns if c is not None}


def test_joins_the_openings_of_one_incident():
    """Both parties' own words stand in one dossier, unedited, and the incident's name is found as people write it."""
    (dossier,) = dossiers(opened(names=("Crossing  of 3 June", "crossing of 3 June")).account())

    assert "Crossing  of 3 June" == dossier.incident
    assert ["amber's own words", "coral's own words"] == [m.filled.fields["words"] for m in dossier.openings]


def test_two_incidents_are_two_dossiers():
    """A measurement goes where its reference points."""
    tale = opened(names=("Crossing", "Overflight"))
    measure(tale, "coral", 92_000, 20_000)

    assert [0, 1] == [len(d.measurements) for d in dossiers(tale.account())]


def test_a_reference_to_nothing_opens_no_dossier():
    """What points at no opening is left out here; it stays in the account."""
    tale = Tale()
    measure(tale, "amber", 1000, 100)

    assert () == dossiers(tale.account())


def test_is_closed_only_when_all_have_said_the_same():
    """'Facts not agreed, prevention agreed' is a way to close, once each party has said it."""
    how = "facts-not-agreed-prevention-agreed"
    tale = opened()
    tale.say("amber", "dossier-close", incident="Crossing", how=how)
    assert "" == dossiers(tale.account())[0].closed

    tale.say("coral", "dossier-close", dossier=("coral", 0), how="agreed")
    assert "" == dossiers(tale.account())[0].closed

    tale.say("coral", "dossier-close", dossier=("coral", 0), how=how)
    (dossier,) = dossiers(tale.account())
    assert (how, 3) == (dossier.closed, len(dossier.closings))


def test_refuses_what_is_no_interval():
    """A negative error and a reversed interval are refused."""
    for make in (lambda: Interval.about(1, -1), lambda: Interval(2, 1)):
        with pytest.raises(NotAllowed):
            make()


@pytest.mark.parametrize("verdict", [OVERLAP, NO_OVERLAP, ONE_SIDE])
def test_has_words_for_each_verdict(verdict):
    """Each verdict says in three languages what it does not mean."""
    assert {"en", "ja", "zh"} == set(VERDICT_WORDS[verdict])
    assert "This " in VERDICT_WORDS[verdict]["en"]


def test_one_side_alone_closes_no_incident():
    """Without the counterpart's node amber may say how it closes the matter; the dossier stays open until both have."""
    tale = Tale()
    tale.alone("amber", "dossier-open", without=("coral",), incident="2026-1", words="x")
    tale.alone("amber", "dossier-close", without=("coral",), incident="2026-1", how="agreed")
    tale.transcribe("amber", "coral", understood=forms.from_text(BOOK, "dossier-close", {"incident": "2026-1", "how": "agreed"}))  # fmt: skip
    (one,) = dossiers(tale.account(without_node=("coral",)))

    assert ("", 1) == (one.closed, len(one.closings))


@pytest.mark.parametrize(
    ("views", "expected"),
    [
        ([], "open"), ([("coral", "agree")], "agreed"), ([("coral", "contest")], "contested"), ([("coral", "cannot-say")], "open"),
        ([("coral", "contest"), ("coral", "agree")], "agreed"), ([("coral", "agree"), ("coral", "contest")], "contested"),
        ([("amber", "contest")], "open"), ([("amber", "contest"), ("coral", "agree")], "agreed"),
    ],
)  # fmt: skip
def test_a_fact_is_agreed_when_every_other_party_says_so(views, expected):
    """The newest word of each counts; silence is neither; its own author's view of it adds nothing."""
    tale = opened()
    fact = tale.say("amber", "dossier-fact", dossier=("amber", 0), words="Both were under way.")
    for party, view in views:
        tale.say(party, "dossier-view", reply_to=fact, view=view)
    (dossier,) = dossiers(tale.account())
    (found,) = dossier.facts

    assert expected == found.state(dossier.parties)
    assert set(found.views) <= {"coral"}


def test_observed_acts_belong_to_the_dossier_that_they_name():
    """An act about nothing that was opened is in no dossier."""
    tale = opened(names=("Crossing", "Other"))
    own = tale.say("amber", "observed-act", dossier=("amber", 0), act={"act": "laser"})
    tale.say("amber", "observed-act", act={"act": "lights"})

    assert [[own], []] == [[act.ref for act in one.acts] for one in dossiers(tale.account())]
