"""Tests of what a yearly review is counted from: the period, months and squares."""

import pytest

from searoom.obligations.deadlines import year_start_us
from searoom.review.yearlyscene import Period, Scene, month, months, square
from told import BOOK, DEMO, START_US, Tale


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        ((275_000_000, 1_235_000_000), "N27E123"), ((0, 0), "N00E000"), ((-1, -1), "S01W001"),
        ((-900_000_000, -1_800_000_000), "S90W180"), ((899_999_999, 1_799_999_999), "N89E179"), (None, ""), ("x", ""),
    ],
)  # fmt: skip
def test_a_position_lies_in_the_square_that_its_south_west_corner_names(position, expected):
    """Each square has one name, on both sides of the equator and of Greenwich."""
    assert expected == square(position)


def test_a_year_has_its_first_microsecond_and_not_its_last():
    """What lies on the edge belongs to one year alone."""
    period = Period(2026, year_start_us(2026), year_start_us(2027))
    assert period.holds(year_start_us(2026))
    assert not period.holds(year_start_us(2027))
    assert not period.holds(year_start_us(2026) - 1)
    assert not period.holds(None)


def test_months_are_those_of_utc():
    """The last microsecond of January is January, the next is February."""
    edge = year_start_us(2026) + 31 * 86_400_000_000
    assert (1, 2) == (month(edge - 1), month(edge))
    assert [1, 1, *[0] * 10] == months([edge - 1, edge])


def test_messages_are_found_by_form_in_the_order_of_the_account():
    """Only what was placed within the period is there."""
    tale = Tale()
    for n in range(3):
        tale.say("amber", "hotline-message", at_us=START_US + n, text=f"{n}")
    account = tale.account()
    period = Period(2026, year_start_us(2026), START_US + 2)
    scene = Scene(account, DEMO, BOOK, period, tuple(i for i in account.items if period.holds(i.placed_us)), ())
    assert [0, 1] == [message.ref[1] for message in scene.of("hotline-message", "read")]
    assert ("amber", "coral") == scene.parties
