"""The factors between SI and what is said at sea are exact by definition."""

from fractions import Fraction

import pytest

from searoom import units


@pytest.mark.parametrize(
    ("expected", "factor"),
    [
        (Fraction(1852), units.METRES_PER_NAUTICAL_MILE),
        (Fraction(1852, 10), units.METRES_PER_CABLE),
        (Fraction(3048, 10000), units.METRES_PER_FOOT),
        (Fraction(9144, 10000), units.METRES_PER_YARD),
        (Fraction(1852, 3600), units.METRES_PER_SECOND_PER_KNOT),
        (Fraction(1000000), units.MICROSECONDS),
    ],
)
def test_a_factor_is_the_defined_one(expected, factor):
    """Each factor is the nearest double to its definition."""
    assert float(expected) == pytest.approx(factor, rel=1e-15)


def test_a_yard_is_three_feet():
    """The factors agree with each other."""
    assert Fraction(3) == round(Fraction(units.METRES_PER_YARD) / Fraction(units.METRES_PER_FOOT), 12)
