"""What ships say of themselves."""

from searoom.tracks.ships import Ship, named, names


def test_what_is_said_later_replaces_what_was_said_before():
    """A new name takes the place of the old one; what is not said again stays."""
    amber = Ship("AMBER", "3FOF8", 9134270, bow_m=20)

    assert Ship("AMBER TWO", "3FOF8", 9134270, ship_type=35, bow_m=20) == amber.later(Ship("AMBER TWO", ship_type=35))


def test_names_are_of_those_who_say_one():
    """A ship without a name has no label; a label alone makes a ship with a name."""
    assert {"1": "AMBER"} == names({"1": Ship("AMBER"), "2": Ship(call_sign="3FOF8")})
    assert {"1": Ship("AMBER")} == named({"1": "AMBER"})
