"""Meetings for hours: what comparing all with all along geodesics finds, however the archive was cut into parts."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searoom.encounters import meetings, meetings_plain, meetings_rows
from searoom.encounters.meetings import COLUMNS, MAX, MIN
from searoom.errors import NotAllowed
from searoom.tracks.fixes import no_fixes
from track_oracle import US, WORLDS, together
from tracks_made import fixes_of, track
from worlds import fixes_from

STEP_US = 600 * US
LIMITS = {"radius_m": 500.0, "at_least_s": 1800.0, "step_s": 600.0, "max_gap_s": 1200.0}


def drifting(world, seed, *, craft=40, stamps=20):
    """Return columns at common stamps: craft that drift, some missing now and then, two of them at one place."""
    chance = np.random.default_rng(seed)
    (south, north), (west, east) = WORLDS[world]
    lat, lon = chance.uniform(south, north, craft), chance.uniform(west, east, craft)
    lat[1], lon[1] = lat[0], lon[0]
    north_by, east_by = chance.normal(0.0, 0.0004, (2, stamps, craft)).cumsum(axis=1)
    north_by[:, 1], east_by[:, 1] = north_by[:, 0], east_by[:, 0]
    here = chance.random((stamps, craft)) < 0.8
    time, number = np.nonzero(here)
    all_lat, all_lon = np.clip(lat + north_by, -90.0, 90.0)[here], ((lon + east_by)[here] + 180.0) % 360.0 - 180.0
    return number.astype(np.int32), time * STEP_US, all_lat, all_lon


def runs(columns, *, radius_m, at_least_s, step_s, max_gap_s):
    """Return {(a, b, first, last, stamps): closest} from all pairs at all stamps."""
    del step_s
    open_, closed = {}, []
    for (time, a, b), metres in sorted(together(columns, radius_m=radius_m).items()):
        run = open_.get((a, b))
        if run and time - run[1] <= max_gap_s * US:
            run[1:] = [time, run[2] + 1, min(run[3], metres)]
        else:
            open_[a, b] = [time, time, 1, metres]
            closed.append(((a, b), open_[a, b]))
    return {
        (*pair, first, last, count): metres
        for pair, (first, last, count, metres) in closed
        if last - first >= at_least_s * US
    }


def found(rows):
    """Return the rows as the oracle gives them."""
    whole = zip(rows.a, rows.b, rows.first_us, rows.last_us, rows.stamps, rows.cpa_m, strict=True)
    return {
        (int(rows.names[a][1:]), int(rows.names[b][1:]), int(first), int(last), int(stamps)): metres
        for a, b, first, last, stamps, metres in whole
    }


def assert_same(one, other):
    """Compare all columns to the last bit."""
    assert one.names == other.names
    assert one.left_out == other.left_out
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@pytest.mark.parametrize("search", [meetings_rows, meetings_plain], ids=["compiled", "plain"])
@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("seed", range(2))
def test_finds_what_comparing_all_with_all_finds(monkeypatch, search, world, seed):
    """Same pairs, first and last stamps, number of stamps, distance within a millimetre or two."""
    monkeypatch.setattr(meetings, "COMPILED", search is meetings_rows)
    columns = drifting(world, seed, craft=80)
    ours, expected = found(meetings.meetings(fixes_from(columns), **LIMITS)), runs(columns, **LIMITS)

    assert expected.keys() == ours.keys()
    assert len(expected) > 5
    for row, metres in expected.items():
        assert metres == pytest.approx(ours[row], abs=0.002)


@settings(max_examples=25)
@given(st.sampled_from(list(WORLDS)), st.integers(0, 50), st.lists(st.integers(0, 20 * STEP_US), max_size=5))
def test_one_part_or_many_give_the_same_rows(world, seed, cuts):
    """However time is cut, chained rows are those of the whole: nothing is lost for being short in its part."""
    fixes = fixes_from(drifting(world, seed, craft=25))
    parts = [
        meetings.meetings(fixes.between(a, b), after_us=a, until_us=b, **LIMITS)
        for a, b in itertools.pairwise([MIN, *sorted(cuts), MAX])
    ]

    assert_same(meetings.meetings(fixes, **LIMITS), meetings.chain(parts))


def test_two_hours_within_500_metres_by_default():
    """The field's definition: 119 minutes are no meeting, two hours are."""
    together_ = track("amber", 30.0, 125.0, 0.0, 0.0, range(0, 7201, 600))
    together_ += track("coral", 30.004, 125.0, 0.0, 0.0, range(0, 7201, 600))

    assert 1 == len(meetings.meetings(fixes_of(together_, start_us=0)))
    assert 0 == len(meetings.meetings(fixes_of(together_[:-1], start_us=0)))


def test_a_gap_is_forgiven_as_far_as_it_is_allowed():
    """A stamp at which one is missing does not end the meeting; two do, until more is allowed."""
    seconds = [s for s in range(0, 7201, 600) if s not in (3000, 3600)]
    rows = track("amber", 30.0, 125.0, 0.0, 0.0, seconds) + track("coral", 30.001, 125.0, 0.0, 0.0, seconds)
    fixes = fixes_of(rows, start_us=0)

    assert 0 == len(meetings.meetings(fixes))
    assert [11] == meetings.meetings(fixes, max_gap_s=1800.0).stamps.tolist()


def test_what_touches_the_end_of_a_part_is_kept_open():
    """An hour up to the cut is not two hours, but the next part may have the rest."""
    seconds = range(0, 3601, 600)
    rows = track("amber", 30.0, 125.0, 0.0, 0.0, seconds) + track("coral", 30.001, 125.0, 0.0, 0.0, seconds)
    part = meetings.meetings(fixes_of(rows, start_us=0), until_us=3600 * US)

    assert [True] == part.open_end.tolist()
    assert [False] == part.open_start.tolist()
    assert 0 == len(meetings.meetings(fixes_of(rows, start_us=0), until_us=9000 * US))


def test_fixes_between_stamps_are_refused():
    """Two positions of different instants are not compared as if they were of one."""
    rows = track("amber", 30.0, 125.0, 0.0, 0.0, [0, 600, 1201])

    with pytest.raises(NotAllowed, match="between the stamps") as refused:
        meetings.meetings(fixes_of(rows, start_us=0))
    assert "Resample" in refused.value.advice()


def test_resampled_on_the_way_from_fix_to_fix():
    """At each stamp the place on the track, none over a silence that is too long, and a fix on a stamp as it is."""
    rows = track("amber", 30.0, 125.0, 5.0, 40.0, [0, 250, 1000, 1200, 4000, 4900])
    fixes = fixes_of(rows, start_us=0)
    stamps = meetings.resampled(fixes, step_s=600.0, max_gap_s=900.0)
    on_the_way = track("amber", 30.0, 125.0, 5.0, 40.0, [0, 600, 1200, 4200, 4800])

    assert [0, 600 * US, 1200 * US, 4200 * US, 4800 * US] == stamps.time_us.tolist()
    assert [row[2] for row in on_the_way] == pytest.approx(stamps.lat_deg.tolist(), abs=1e-5)
    assert [row[3] for row in on_the_way] == pytest.approx(stamps.lon_deg.tolist(), abs=1e-5)


@settings(max_examples=20)
@given(st.integers(0, 50), st.lists(st.integers(0, 7200 * US), max_size=4))
def test_resampled_in_parts_is_resampled_at_once(seed, cuts):
    """Each stamp comes from one part, the same to the last bit."""
    chance = np.random.default_rng(seed)
    seconds = np.unique(chance.integers(0, 7200, 40))
    fixes = fixes_of(track("amber", 30.0, 179.99, 5.0, 90.0, seconds.tolist()), start_us=0)
    halo, edges = 600 * US, [MIN, *sorted(cuts), MAX]
    parts = [
        meetings.resampled(
            fixes.between(max(MIN, a - halo), b + halo), step_s=60.0, max_gap_s=600.0, after_us=a, until_us=b
        )
        for a, b in itertools.pairwise(edges)
    ]
    whole, pieces = meetings.resampled(fixes, step_s=60.0, max_gap_s=600.0), parts[0].concat(*parts[1:])

    np.testing.assert_array_equal(whole.time_us, pieces.time_us)
    np.testing.assert_array_equal(whole.lat_deg, pieces.lat_deg)
    np.testing.assert_array_equal(whole.lon_deg, pieces.lon_deg)


def test_nobody_and_one():
    """No fixes, one craft: no rows."""
    for fixes in (no_fixes(), fixes_of(track("amber", 0.0, 0.0, 0.0, 0.0, [0, 600]), start_us=0)):
        assert 0 == len(meetings.meetings(fixes))
        assert len(fixes) == len(meetings.resampled(fixes, max_gap_s=600.0))


@pytest.mark.parametrize("limits", [{"radius_m": 0.0}, {"at_least_s": np.nan}, {"step_s": -1.0}, {"max_gap_s": 599.0}])
def test_refuses_limits_that_are_no_limits(limits):
    """Zero, negative and not-a-number, and a gap shorter than the step, are said."""
    with pytest.raises(NotAllowed):
        meetings.meetings(no_fixes(), **(LIMITS | limits))
