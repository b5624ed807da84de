"""Realised closest approaches: what a search along geodesics finds, however the archive was cut into parts of time."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searoom.encounters import approaches, approaches_compiled, approaches_plain
from searoom.encounters.approaches import COLUMNS, MAX, MIN
from searoom.errors import NotAllowed
from searoom.tracks.fixes import no_fixes
from track_oracle import US, WORLDS, made, stretches
from tracks_made import fixes_of, track
from worlds import fixes_from

LIMITS = {"radius_m": 926.0, "max_gap_s": 900.0}
STATED_M = 1.0


def found(fixes, **limits):
    """Return {(a, b): [(first, last, cpa)]} as the oracle gives it."""
    rows, answer = approaches.approaches(fixes, **(LIMITS | limits)), {}
    for a, b, first, last, cpa in zip(rows.a, rows.b, rows.first_us, rows.last_us, rows.cpa_m, strict=True):
        pair = (int(rows.names[a][1:]), int(rows.names[b][1:]))
        answer.setdefault(pair, []).append((first, last, cpa))
    return answer


def in_parts(fixes, cuts, **limits):
    """Return the chained rows of the parts between the cuts, each read with a gap more at both ends."""
    limits = LIMITS | limits
    edges, halo = [MIN, *sorted(cuts), MAX], round(limits["max_gap_s"] * US)
    return approaches.chain(
        [
            approaches.approaches(fixes.between(max(MIN, a - halo), b + halo), after_us=a, until_us=b, **limits)
            for a, b in itertools.pairwise(edges)
        ]
    )


def assert_same(one, other):
    """Compare all columns to the last bit."""
    assert one.names == other.names
    assert one.left_out == other.left_out
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@pytest.mark.parametrize("search", [approaches_compiled, approaches_plain], ids=["compiled", "plain"])
@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("seed", range(2))
def test_finds_what_a_search_along_geodesics_finds(monkeypatch, search, world, seed):
    """Same pairs, same number of stretches, each distance within a metre: date line, poles, stopped, at one place."""
    monkeypatch.setattr(approaches, "COMPILED", search is approaches_compiled)
    columns = made(world, seed, craft=26)
    ours, expected = found(fixes_from(columns)), stretches(columns, **LIMITS)

    assert expected.keys() == ours.keys()
    assert len(expected) > 10
    for pair, runs in expected.items():
        assert len(runs) == len(ours[pair])
        for (first, last, least), (begin, end, cpa) in zip(runs, ours[pair], strict=True):
            assert least == pytest.approx(cpa, abs=STATED_M)
            assert max(abs(first - begin), abs(last - end)) < 20 * US  # as far as a metre at a grazing way in is worth


@settings(max_examples=25)
@given(st.sampled_from(list(WORLDS)), st.integers(0, 50), st.lists(st.integers(0, 3600 * US), max_size=6))
def test_one_part_or_many_give_the_same_rows(world, seed, cuts):
    """However time is cut, chained rows are those of the whole, to the last bit, and what was left out too."""
    fixes = fixes_from(made(world, seed, craft=8))

    assert_same(approaches.approaches(fixes, **LIMITS), in_parts(fixes, cuts))


def test_chaining_step_by_step_is_chaining_at_once():
    """A part may be chained to what was chained before; what came twice is once."""
    fixes = fixes_from(made("open sea", 3))
    whole = approaches.approaches(fixes, **LIMITS)
    cuts, halo = [MIN, 900 * US, 1800 * US, MAX], 900 * US
    parts = [
        approaches.approaches(fixes.between(max(MIN, a - halo), b + halo), after_us=a, until_us=b, **LIMITS)
        for a, b in itertools.pairwise(cuts)
    ]
    steps = approaches.chain([approaches.chain([parts[2], parts[0]]), parts[1]])

    assert_same(whole, steps)
    assert len(whole) == len(approaches.chain([whole, whole]))


def test_rows_that_do_not_touch_a_cut_are_complete():
    """What is not open at the end stands unchanged in the whole; a part without a cut has nothing open."""
    fixes = fixes_from(made("open sea", 4))
    whole = approaches.approaches(fixes, **LIMITS)
    part = approaches.approaches(fixes, until_us=1500 * US, **LIMITS)
    done = part.take(~part.open_end)
    rows = {tuple(getattr(whole, name)[k] for name in ("first_us", "last_us", "cpa_m")) for k in range(len(whole))}

    assert 0 < len(done) < len(part)
    assert rows.issuperset(zip(done.first_us, done.last_us, done.cpa_m, strict=True))
    assert not whole.open_start.any()
    assert not whole.open_end.any()


def test_a_part_knows_what_may_have_begun_before_it():
    """The row that a cut divides is open at its start in the later part."""
    rows = track("amber", 30.0, 125.0, 5.0, 90.0, range(0, 3600, 60)) + track(
        "coral", 30.003, 125.0, 5.0, 90.0, range(0, 3600, 60)
    )
    fixes = fixes_of(rows, start_us=0)
    later = approaches.approaches(fixes, after_us=1800 * US, **LIMITS)

    assert [True] == later.open_start.tolist()
    assert ("amber", "coral") == later.names


def test_over_a_long_silence_nothing_is_said():
    """Two that pass each other while one is silent are no row; with a longer gap allowed they are."""
    rows = track("amber", 30.0, 125.0, 5.0, 90.0, [0, 1800]) + track(
        "coral", 30.0, 125.09, 5.0, 270.0, range(0, 1801, 60)
    )
    fixes = fixes_of(rows)

    assert {} == found_names(fixes, max_gap_s=1799.0)
    assert {("amber", "coral")} == found_names(fixes, max_gap_s=1800.0).keys()


def found_names(fixes, **limits):
    """Return {(name, name): cpa}."""
    rows = approaches.approaches(fixes, **(LIMITS | limits))
    return {(rows.names[a], rows.names[b]): cpa for a, b, cpa in zip(rows.a, rows.b, rows.cpa_m, strict=True)}


def test_a_jump_is_no_way():
    """A position 60 km off makes no leg there and back, so nobody is met on the way; it is counted."""
    rows = track("amber", 30.0, 125.0, 5.0, 90.0, range(0, 900, 60))
    rows[7] = ("amber", 420, 30.5, 125.0, 5.0, 90.0)
    rows += track("coral", 30.25, 125.0, 0.0, 0.0, range(0, 900, 60))
    answer = approaches.approaches(fixes_of(rows), **LIMITS)

    assert 0 == len(answer)
    assert {"repeated": 0, "impossible speed": 2} == answer.left_out


def test_what_flies_may_be_fast():
    """250 m/s is a jump for a ship, and none for an aircraft by its name."""
    rows = track("icao:86e123", 30.0, 125.0, 250.0, 90.0, range(0, 121, 10))
    rows += track("111440001", 30.0, 125.2, 0.0, 0.0, range(0, 121, 10))
    ships = [("amber", *row[1:]) if row[0].startswith("icao") else row for row in rows]

    assert [("111440001", "icao:86e123")] == list(found_names(fixes_of(rows)))
    assert {} == found_names(fixes_of(ships))


def test_a_second_fix_at_the_same_instant_is_left_out():
    """The first stands; the other is counted."""
    rows = track("amber", 30.0, 125.0, 5.0, 90.0, range(0, 300, 60)) + track(
        "coral", 30.001, 125.0, 5.0, 90.0, range(0, 300, 60)
    )
    answer = approaches.approaches(fixes_of([*rows, ("amber", 60, 31.0, 125.0, 5.0, 90.0)]), **LIMITS)

    assert 1 == answer.left_out["repeated"]
    assert 1 == len(answer)


def test_two_that_lie_still_are_quiet_if_wanted():
    """Moored beside each other: a row by default, none where both make less than the given speed; a mover is heard."""
    seconds = range(0, 1800, 180)
    rows = track("amber", 30.0, 125.0, 0.0, 0.0, seconds) + track("coral", 30.001, 125.0, 0.05, 90.0, seconds)
    passing = track("pearl", 30.0, 124.97, 3.0, 90.0, seconds)

    assert {("amber", "coral")} == found_names(fixes_of(rows)).keys()
    assert {} == found_names(fixes_of(rows), still_mps=0.2)
    assert {("amber", "pearl"), ("coral", "pearl")} == found_names(fixes_of(rows + passing), still_mps=0.2).keys()


def test_the_row_tells_where_both_were():
    """Head on: the places at the closest instant are on the two tracks, and the relative speed is the sum."""
    seconds = [0, 100, 230, 400]
    rows = track("amber", 30.0, 125.0, 5.0, 90.0, seconds) + track("coral", 30.002, 125.03, 5.0, 270.0, seconds)
    answer = approaches.approaches(fixes_of(rows), **LIMITS)

    assert 10.0 == pytest.approx(answer.relative_mps[0], abs=0.01)
    assert [30.0, 30.002] == pytest.approx([answer.a_lat_deg[0], answer.b_lat_deg[0]], abs=1e-6)
    assert answer.a_lon_deg[0] == pytest.approx(answer.b_lon_deg[0], abs=1e-6)


def test_nobody_and_one():
    """No fixes, one fix, one craft: no rows."""
    for fixes in (
        no_fixes(),
        fixes_of(track("amber", 0.0, 0.0, 1.0, 0.0, [0])),
        fixes_of(track("amber", 0, 0, 1, 0, [0, 9])),
    ):
        assert 0 == len(approaches.approaches(fixes, **LIMITS))


@pytest.mark.parametrize("limits", [{"radius_m": 0.0}, {"radius_m": np.nan}, {"max_gap_s": -1.0}, {"still_mps": -1.0}])
def test_refuses_limits_that_are_no_limits(limits):
    """Zero, negative and not-a-number are said, not searched with."""
    with pytest.raises(NotAllowed):
        approaches.approaches(no_fixes(), **(LIMITS | limits))


def test_refuses_to_chain_nothing():
    """No parts have no rows and no time either."""
    with pytest.raises(NotAllowed, match="no parts"):
        approaches.chain([])
