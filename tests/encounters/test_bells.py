"""What calls for a person: an answer holds, a snooze ends, and what nobody answers becomes louder."""

import random
from dataclasses import replace

import pytest

from searoom.encounters.alerts import Alert, Encounter, Reason
from searoom.encounters.bells import MOST_PRESSING, Answers, ringing, unanswered
from searoom.encounters.geometry import Geometry
from searoom.encounters.settings import Grade, Settings
from searoom.errors import NotAllowed

MINUTE = 60_000_000
NOBODY = Answers()


def encounter(*grades, a="A", b="B", cleared=None):
    """Return an encounter whose grade changed each minute from minute 1 on."""
    alert = Alert(
        time_us=0, a=a, b=b, grade=Grade.ADVISE, range_m=5000.0, range_error_m=30.0, cpa_m=300.0, cpa_error_m=250.0,
        tcpa_s=900.0, bearing_deg=45.0, aspect_deg=315.0, geometry=Geometry.CROSSING, reason=Reason.NEARER, age_s=5.0,
    )  # fmt: skip
    alerts = tuple(replace(alert, time_us=k * MINUTE, grade=Grade(grade)) for k, grade in enumerate(grades, 1))
    return Encounter(a, b, alerts, 300.0, 400.0, 9, cleared)


def rings(*encounters, answers=NOBODY, at=10):
    """Return (b, grade, step) of what rings at a minute."""
    found = ringing(encounters, answers, Settings(), at * MINUTE)
    return [(bell.b, bell.grade.value, bell.step) for bell in found]


@pytest.mark.parametrize(("step", "minute"), [(0, 1), (1, 2), (2, 3), (MOST_PRESSING, 4), (MOST_PRESSING, 90)])
def test_what_nobody_answers_becomes_louder_each_minute(step, minute):
    """From the alert that raised the grade, one step a minute, and at last no more."""
    assert [("B", "warn", step)] == rings(encounter("warn"), at=minute)


def test_an_advise_is_shown_and_never_becomes_louder():
    """It says that there is time; nobody is called for it."""
    assert [("B", "advise", 0)] == rings(encounter("advise"), at=60)


def test_an_acknowledgement_holds_while_the_encounter_lasts():
    """Also while the grade falls and comes back to what was acknowledged."""
    one = encounter("advise", "warn")
    answers = NOBODY.acknowledge(one, 3 * MINUTE)

    assert [] == rings(one, answers=answers, at=60)
    assert [] == rings(encounter("advise", "warn", "advise", "warn"), answers=answers, at=60)


def test_a_grade_above_the_acknowledged_one_rings_again():
    """From the moment at which it rose, at the first step."""
    answers = NOBODY.acknowledge(encounter("advise", "warn"), 3 * MINUTE)

    assert [("B", "urgent", 0)] == rings(encounter("advise", "warn", "urgent"), answers=answers, at=3)


def test_another_encounter_of_the_same_pair_rings():
    """Who was cleared and comes again has not been answered."""
    answers = NOBODY.acknowledge(encounter("warn"), 2 * MINUTE)
    later = encounter("advise", "warn")
    later = replace(later, alerts=tuple(replace(alert, time_us=alert.time_us + 5 * MINUTE) for alert in later.alerts))

    assert [("B", "warn", 2)] == rings(later, answers=answers, at=8)


def test_a_snooze_is_for_the_pair_and_has_an_end():
    """Quiet until the time; then it rings from that time on, at the first step."""
    one = encounter("advise", "warn")
    answers = NOBODY.snooze(one, 3 * MINUTE, 20 * MINUTE)

    assert [] == rings(one, answers=answers, at=19)
    assert [("B", "warn", 0)] == rings(one, answers=answers, at=20)
    assert [("B", "urgent", 0)] == rings(encounter("advise", "warn", "urgent"), answers=answers, at=3)
    assert [("C", "warn", 0)] == rings(encounter("warn", b="C"), answers=answers, at=1)


@pytest.mark.parametrize("until", [3, 2, 64])
def test_nothing_is_put_off_for_ever(until):
    """A snooze without an end ahead, or of more than an hour, is refused."""
    with pytest.raises(NotAllowed, match="an hour at most"):
        NOBODY.snooze(encounter("warn"), 3 * MINUTE, until * MINUTE)


def test_what_is_cleared_rings_no_more():
    """Cleared, by opening or by loss: nothing to answer."""
    assert [] == rings(encounter("warn", "clear", cleared=2 * MINUTE))


def test_the_most_pressing_comes_first():
    """Urgent before warn, then who has waited longest."""
    told = rings(encounter("warn", b="C"), encounter("warn", "urgent", b="D"), encounter("advise", b="E"), at=3)

    assert ["D", "C", "E"] == [one[0] for one in told]


def test_answers_that_say_nothing_any_more_are_let_go():
    """Acknowledgements and ended snoozes of cleared encounters; of open ones, since when it rings again is kept."""
    one, other = encounter("warn"), encounter("warn", b="C", cleared=MINUTE)
    answers = NOBODY.acknowledge(one, MINUTE).acknowledge(other, MINUTE).snooze(one, MINUTE, 5 * MINUTE)
    answers = answers.snooze(other, MINUTE, 5 * MINUTE)
    kept = answers.kept([one, other], 6 * MINUTE)

    assert [("A", "B")] == list(kept.acknowledged)
    assert [("A", "B")] == list(kept.snoozed)


def test_what_nobody_has_answered_rings_alike_where_only_its_first_and_last_alert_are_known():
    """The watch, with tens of thousands open, asks for the most pressing of these alone: the same, in the same order."""
    chance = random.Random(3)
    many = [
        encounter(*chance.choices(["advise", "warn", "urgent"], k=chance.randint(1, 4)), b=f"B{k}") for k in range(300)
    ]
    for at in (2, 4, 5, 90):
        every = ringing(many, NOBODY, Settings(), at * MINUTE)
        short = unanswered([(one.alerts[-1], one.alerts[0].time_us) for one in many], Settings(), at * MINUTE, 200)
        assert list(every[:200]) == short
