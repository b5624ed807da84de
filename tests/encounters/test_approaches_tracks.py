"""Tracks and their legs, compiled: the same legs as NumPy draws, and pieces that hold where the craft was."""

import numpy as np
import pytest

from searoom.encounters.approaches_legs import US, by_name, fastest, legs
from searoom.encounters.approaches_tracks import BEGIN, BIN, CRAFT, MOVES, STOP, Asked, cut, laid
from track_oracle import WORLDS, made
from worlds import fixes_from

WINDOW = (600 * US, 2400 * US)


def tracks(fixes, still_mps=0.0):
    """Return the tracks of fixes, with the legs that reach into the window."""
    craft = by_name(fixes.names).astype(np.int32)[fixes.craft]
    return laid(craft, fixes.time_us, fixes.lat_deg, fixes.lon_deg, fastest(fixes), Asked(600 * US, *WINDOW, still_mps))


@pytest.mark.parametrize("world", WORLDS)
def test_draws_the_legs_that_numpy_draws(world):
    """Same craft, same ends, same places within a micrometre, and the same is left out."""
    columns = list(made(world, 1))
    columns[2][::17] *= 0.9  # jumps
    fixes = fixes_from(columns)
    fixes = fixes.concat(fixes.take(slice(5, 60, 9)))  # fixes that came twice
    ours, left_out = tracks(fixes)
    drawn, expected = legs(fixes, max_gap_s=600.0, after_us=WINDOW[0], until_us=WINDOW[1])
    at = np.flatnonzero(ours.drawn)

    assert expected == left_out
    assert min(expected.values()) > 0
    np.testing.assert_array_equal(drawn.craft, np.searchsorted(ours.starts, at, side="right") - 1)
    np.testing.assert_array_equal(drawn.begin_us, ours.time_us[at])
    np.testing.assert_array_equal(drawn.end_us, ours.time_us[at + 1])
    np.testing.assert_allclose(ours.place_m[at], drawn.place_m, atol=1e-6)


def test_what_moves_is_at_least_as_fast_as_what_is_said_to_stand_still():
    """A leg moves by its own length and time; a piece moves if one of its legs does."""
    ours, _ = tracks(fixes_from(made("open sea", 2)), still_mps=3.0)
    at = np.flatnonzero(ours.drawn)
    speed = ours.length_m[at] / (ours.time_us[at + 1] - ours.time_us[at]) * US
    pieces, _, _ = cut(ours, 300 * US)

    np.testing.assert_array_equal(speed >= 3.0, ours.moves[at])
    assert 0 < ours.moves[at].sum() < len(at)
    for piece in pieces:
        assert bool(piece[MOVES]) == ours.moves[piece[BEGIN] : piece[STOP]].any()


@pytest.mark.parametrize("bin_s", [7, 300, 100_000])
def test_each_craft_is_in_the_box_of_its_piece_in_each_bin(bin_s):
    """Whatever the bins: at every second of a leg there is one piece of the craft whose box holds it."""
    ours, _ = tracks(fixes_from(made("date line", 3, craft=4)))
    pieces, boxes, starts = cut(ours, bin_s * US)
    where = {(piece[BIN], piece[CRAFT]): row for row, piece in enumerate(pieces.tolist())}

    assert len(where) == len(pieces)
    assert (np.diff(pieces[:, BIN]) >= 0).all()
    assert len(pieces) == starts[-1]
    for leg in np.flatnonzero(ours.drawn).tolist():
        craft = int(np.searchsorted(ours.starts, leg, side="right")) - 1
        begin, end = ours.time_us[leg : leg + 2].tolist()
        for time in range(begin, end, 5 * US):
            row = where[time // (bin_s * US), craft]
            share = (time - begin) / (end - begin)
            place = ours.place_m[leg] + share * (ours.place_m[leg + 1] - ours.place_m[leg])

            assert pieces[row, BEGIN] <= leg < pieces[row, STOP]
            assert (boxes[row, :3] - 1.0 <= place).all()
            assert (place <= boxes[row, 3:] + 1.0).all()


def test_nothing_drawn_is_no_piece():
    """No fixes and no legs."""
    nothing = np.zeros(0)
    ours, left_out = laid(
        nothing.astype(np.int32), nothing.astype(np.int64), nothing, nothing, nothing, Asked(US, -1, 2**60, 0.0)
    )

    assert {"repeated": 0, "impossible speed": 0} == left_out
    assert 0 == len(cut(ours, US)[0])
