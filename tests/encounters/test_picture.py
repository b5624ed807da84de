"""The picture keeps the newest believable fix of each craft."""

from dataclasses import replace

import numpy as np
import pytest

from searoom.encounters import picture as pictures
from searoom.encounters.picture import Picture
from searoom.encounters.settings import Settings
from tracks_made import SECOND, START_US, fixes_of, track

NAN = float("nan")


def picture(*feeds, settings=None):
    """Return a picture after feeds of rows, each taken at its given second."""
    made = Picture(settings or Settings())
    for second, rows in feeds:
        made.update(fixes_of(rows), START_US + second * SECOND)
    return made


def place(made, second):
    """Return the latitudes that the picture holds, reckoned to a second, from the earth-fixed places."""
    return np.degrees(np.arcsin(made.at(START_US + second * SECOND).motion.up[:, 2]))


def test_reckons_all_craft_to_one_instant():
    """Fixes of different ages are moved to one time before anything is compared."""
    made = picture((30, [("A", 0, 0.0, 0.0, 10.0, 0.0), ("B", 30, 1.0, 0.0, 10.0, 0.0)]))
    moved = place(made, 60) - np.array([0.0, 1.0])

    assert pytest.approx([600.0, 300.0], rel=1e-3) == (moved * 110_574.0).tolist()


def test_old_craft_leave_the_picture_and_come_back():
    """Past the greatest age a craft is not reckoned on; a new fix brings it back in its old slot."""
    made = picture(
        (0, [("A", 0, 0.0, 0.0, 0.0, 0.0), ("B", 0, 1.0, 0.0, 0.0, 0.0)]), (400, [("B", 400, 1.0, 0.0, 0.0, 0.0)])
    )
    instant = made.at(START_US + 400 * SECOND)

    assert [1] == instant.slot.tolist()
    assert [-1, 0] == instant.row.tolist()


def test_the_error_grows_with_the_age():
    """The same craft, an older fix: a wider error."""
    made = picture((0, [("A", 0, 0.0, 0.0, 5.0, 0.0)]))

    assert made.at(START_US).place_sigma_m[0] < made.at(START_US + 60 * SECOND).place_sigma_m[0]


def test_passes_over_what_is_late_repeated_or_from_the_future():
    """Satellite receivers deliver minutes late; clocks run ahead; both are counted, neither moves a craft."""
    made = picture(
        (100, [("A", 100, 0.0, 0.0, 0.0, 0.0)]),
        (101, [("A", 50, 0.1, 0.0, 0.0, 0.0)]),
        (102, [("A", 100, 0.1, 0.0, 0.0, 0.0)]),
        (103, [("A", 200, 0.1, 0.0, 0.0, 0.0)]),
    )

    assert {"later than now": 1, "not newer than what is known": 2} == made.passed_over
    assert [0.0] == place(made, 103).tolist()


def test_a_jump_is_believed_only_when_confirmed():
    """One fix 100 km off is passed over; a second there means that the first place was wrong."""
    far = ("A", 10, 1.0, 0.0, 5.0, 0.0)
    made = picture((0, [("A", 0, 0.0, 0.0, 5.0, 0.0)]), (10, [far]))
    assert {"jump that no ship makes": 1} == made.passed_over
    assert place(made, 10)[0] < 0.1

    made.update(fixes_of([("A", 20, 1.0, 0.0, 5.0, 0.0)]), START_US + 20 * SECOND)
    assert place(made, 20)[0] > 0.9


def test_two_ships_with_one_number_do_not_drag_a_craft_about():
    """Alternating places: the craft stays with the first, and the other's fixes are counted."""
    feeds = [(n * 10, [("A", n * 10, float(n % 2), 0.0, 0.0, 0.0)]) for n in range(6)]
    made = picture(*feeds)

    assert {"jump that no ship makes": 3} == made.passed_over
    assert place(made, 50)[0] < 0.1


@pytest.mark.parametrize(("speed", "course"), [(NAN, NAN), (NAN, 45.0), (8.0, NAN)])
def test_takes_speed_and_course_from_two_fixes_where_none_is_told(speed, course):
    """A radar plot without a vector still moves: 8 m/s north-east, found within 2 percent, its error wider."""
    rows = track("A", 34.0, 139.0, 8.0, 45.0, range(0, 130, 10))
    feeds = [(row[1], [(*row[:4], speed, course)]) for row in rows]
    instant = picture(*feeds).at(START_US + 120 * SECOND)

    assert [True] == instant.moving.tolist()
    assert pytest.approx(8.0, rel=0.02) == instant.speed_mps[0]
    assert pytest.approx(45.0, abs=1.0) == instant.course_deg[0]
    assert instant.velocity_sigma_mps[0] > 0.25


def test_a_craft_without_speed_stands_still_until_it_has_moved():
    """With one fix nothing can be derived: it stands still, and its error says what it may be doing."""
    instant = picture((0, [("A", 0, 0.0, 0.0, NAN, NAN)])).at(START_US)

    assert [False] == instant.moving.tolist()
    assert instant.velocity_sigma_mps[0] >= Settings().unknown_speed_mps


def test_grows_with_the_number_of_craft():
    """More craft than the first room holds keep their places."""
    rows = [(f"C{n}", 0, n / 100.0, 0.0, 0.0, 0.0) for n in range(700)]
    made = picture((0, rows))

    assert pytest.approx([n / 100.0 for n in range(700)], abs=1e-9) == place(made, 0).tolist()


@pytest.mark.parametrize(("told", "second_course"), [(0.5, 90.0), (NAN, 120.0)])
def test_who_turns_has_a_wider_velocity(told, second_course):
    """A turn that is told, or seen between two courses a minute apart, widens the error; a straight course does not."""

    def sigma(turn_dps, course):
        made = Picture(Settings())
        for second, heading in ((0, 90.0), (60, course)):
            fixes = fixes_of([("A", second, 0.0, second * 8.99e-5, 10.0, heading)])
            made.update(replace(fixes, turn_dps=np.array([turn_dps])), START_US + second * SECOND)
        return made.at(START_US + 60 * SECOND).velocity_sigma_mps[0]

    assert 3.0 * sigma(NAN, 90.0) < sigma(told, second_course)
    assert sigma(0.0, 120.0) == sigma(NAN, 90.0)


def test_a_height_that_the_newest_fix_does_not_tell_is_reckoned_on():
    """An aircraft's position without its height: the height of before, with its climb and a wider error."""
    high, bare = (
        ("icao:00000a", 0, 30.0, 130.0, 100.0, 0.0, 1_000.0, 5.0),
        ("icao:00000a", 20, 30.018, 130.0, 100.0, 0.0),
    )
    made = picture((0, [high]), (20, [bare]))
    then, now = made.at(START_US), made.at(START_US + 20 * SECOND)

    assert (1_000.0, 1_100.0) == (then.alt_m[0], now.alt_m[0])
    assert then.alt_sigma_m[0] < now.alt_sigma_m[0]


def test_a_ship_is_at_the_height_of_the_sea_and_an_aircraft_without_height_anywhere():
    """Zero is known, nan is not; who once told a height is an aircraft whatever it is called."""
    made = picture(
        (0, [("A", 0, 0.0, 0.0, 5.0, 0.0), ("icao:00000a", 0, 1.0, 0.0, 5.0, 0.0), ("B", 0, 2.0, 0.0, 5.0, 0.0, 50.0)])
    )
    instant = made.at(START_US)

    assert [False, True, True] == instant.flying.tolist()
    assert [0.0, 50.0] == instant.alt_m[[0, 2]].tolist()
    assert np.isnan(instant.alt_m[1])


def test_where_there_is_no_room_those_unheard_for_longest_go_strangers_first():
    """Of four slots two were not heard for a quarter of an hour: the stranger's is given to a new craft."""
    made = Picture(replace(Settings(), watched=frozenset({"A"})), most=4)
    for second, rows in ((0, "AB"), (900, "CD"), (901, "E")):
        made.update(fixes_of([(name, second, 10.0, 10.0, 5.0, 0.0) for name in rows]), START_US + second * SECOND)

    assert {"A", "C", "D", "E"} == set(made.names)
    assert 1 == made.passed_over["not heard for long, and forgotten to make room"]
    assert 5 == made.seen
    assert -1 == made.known("B")
    assert {"C", "D", "E"} == {made.names[slot] for slot in made.at(START_US + 901 * SECOND).slot}


def test_a_new_stranger_finds_no_room_while_all_are_in_use_and_a_watched_craft_does():
    """Nobody who is seen is forgotten; the stranger is counted."""
    made = Picture(replace(Settings(), watched=frozenset({"W"})), most=2)
    for second, rows in ((0, "AB"), (1, "C"), (2, "W")):
        made.update(fixes_of([(name, second, 10.0, 10.0, 5.0, 0.0) for name in rows]), START_US + second * SECOND)

    assert ["A", "B", "W"] == made.names
    assert {"more craft than can be kept": 1} == made.passed_over


def test_a_slot_that_is_used_again_knows_nothing_of_who_had_it():
    """Neither the height, nor the place that a jump is judged from, nor that it flew."""
    made = Picture(Settings(), most=1)
    made.update(fixes_of([("icao:00000a", 0, 10.0, 10.0, 200.0, 0.0, 9_000.0)]), START_US)
    made.update(fixes_of([("B", 2_000, 50.0, 10.0, 5.0, 0.0)]), START_US + 2_000 * SECOND)
    instant = made.at(START_US + 2_000 * SECOND)

    assert (["B"], [False], [0.0]) == (made.names, instant.flying.tolist(), instant.alt_m.tolist())


def test_a_frozen_picture_stands_still():
    """What is reported afterwards is not in it."""
    made = picture((0, [("A", 0, 10.0, 10.0, 5.0, 0.0)]))
    still = made.frozen()
    made.update(fixes_of([("A", 60, 10.01, 10.0, 5.0, 0.0), ("B", 60, 20.0, 10.0, 5.0, 0.0)]), START_US + 60 * SECOND)

    assert 1 == len(still.at(START_US + 60 * SECOND).slot)
    assert 60.0 == still.at(START_US + 60 * SECOND).age_s[0]
    assert [0.0, 0.0] == made.at(START_US + 60 * SECOND).age_s.tolist()


def test_a_copy_that_was_looked_at_holds_only_names():
    """Hundreds of thousands of craft need their room again; events are still told by name, and the picture goes on."""
    made = picture((0, [("A", 0, 10.0, 10.0, 5.0, 0.0), ("B", 0, 20.0, 10.0, 5.0, 0.0)]))
    still = made.frozen()
    still.let_go()

    assert ["A", "B"] == still.names
    with pytest.raises(IndexError):
        still.heard_us(0)
    assert 2 == len(made.at(START_US).slot)


@pytest.mark.parametrize("at_once", [1, 3, 8])
def test_a_picture_reckoned_in_parts_is_the_same_as_at_once(at_once, monkeypatch):
    """Every column, in order, with craft that are too old in between."""
    made = picture(
        (0, [(f"C{k}", 0, k / 10.0, 10.0, 5.0, 40.0 * k) for k in range(4)]),
        (400, [(f"D{k}", 400, -k / 10.0, 170.0, 9.0, 40.0 * k) for k in range(4)] + [("C2", 400, 0.2, 10.0, 5.0, 0.0)]),
    )
    whole = made.at(START_US + 401 * SECOND)
    monkeypatch.setattr(pictures, "_SLOTS_AT_ONCE", at_once)
    parts = made.at(START_US + 401 * SECOND)

    assert 5 == len(parts.slot)
    for one, other in zip(
        (*whole[:2], *whole.motion, *whole[3:]), (*parts[:2], *parts.motion, *parts[3:]), strict=True
    ):
        np.testing.assert_array_equal(one, other)
        assert one.dtype == other.dtype


def test_some_craft_alone_are_reckoned_as_among_all():
    """Asked for a few slots, it gives for those what it gives for all."""
    made = picture((0, [(f"C{k}", 0, k / 10.0, 10.0, 5.0, 40.0 * k) for k in range(8)]))
    every, some = made.at(START_US + 30 * SECOND), made.at(START_US + 30 * SECOND, np.array([2, 5]))

    assert [2, 5] == some.slot.tolist()
    assert (every.motion.place_m[[2, 5]] == some.motion.place_m).all()
    assert [-1, -1, 0, -1, -1, 1, -1, -1] == some.row.tolist()


def test_another_choice_of_watched_craft_holds_at_once():
    """For those that are known, and for those to come."""
    made = picture((0, [("A", 0, 0.0, 0.0, 0.0, 0.0), ("B", 0, 1.0, 0.0, 0.0, 0.0)]))
    made.watch(frozenset({"B", "C"}))
    made.update(fixes_of([("C", 1, 2.0, 0.0, 0.0, 0.0)]), START_US + SECOND)

    assert [False, True, True] == made.watched(np.arange(3)).tolist()
