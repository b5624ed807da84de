"""What flies is told from its name or from what saw it."""

import pytest

from searoom.encounters.craft import Pair, flies


@pytest.mark.parametrize(
    ("expected", "name", "source"),
    [
        (True, "icao:86e123", ""),
        (True, "icao:~86e123", "TISB"),
        (True, "BIRD", "SBS"),
        (True, "111431001", "AIS"),  # search and rescue
        (False, "431000001", "AIS"),
        (False, "1114310012", "AIS"),
        (False, "radar:bridge:7", "RADAR"),
        (False, "cot:111", "COT"),
    ],
)
def test_a_name_or_a_source_says_that_it_flies(expected, name, source):
    """Addresses of transponders, receivers of aircraft, and the identities of rescue aircraft; nothing else does."""
    assert expected is flies(name, source)


def test_a_kind_of_pair_is_how_many_of_the_two_fly():
    """None, one, both: three sets of rules, each with its word."""
    assert ["ship-ship", "air-ship", "air-air"] == [Pair(count).words for count in range(3)]
