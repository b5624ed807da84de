"""Where an archive is cut."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from searoom.archive.cutting import parts_of, read_again
from searoom.archive.inputs import Input
from searoom.archive.pieces import Piece
from searoom.encounters.approaches import MAX, MIN
from searoom.tracks.layouts import LAYOUTS

HOUR = 3_600_000_000
spans = st.tuples(st.integers(-10, 10**6), st.integers(0, 10**5), st.integers(1, 10**6))


def piece(number, first, last, rows):
    """Return a piece of a file."""
    return Piece(Input("a", 1, ""), LAYOUTS[0], number, rows, first, last)


@given(st.lists(spans, min_size=1, max_size=30), st.integers(0, 1000), st.integers(1, 10**6))
def test_parts_lie_end_to_end_and_miss_nothing(drawn, reach, rows):
    """Every moment is of one part, every piece is owned by one, and is read wherever it may matter."""
    pieces = [piece(number, first, first + lasts, rows) for number, (first, lasts, rows) in enumerate(drawn)]
    parts = parts_of(pieces, reach, rows)

    assert (MIN, MAX) == (parts[0].after_us, parts[-1].until_us)
    assert all(one.until_us == other.after_us for one, other in pairwise(parts))
    assert sorted(p.group for part in parts for p in part.owned) == list(range(len(pieces)))
    for part in parts:
        assert {one.group for one in part.owned} <= {one.group for one in part.pieces}
        for one in pieces:
            if one.first_us <= part.until_us + reach and one.last_us > part.after_us - reach:
                assert one.group in {read.group for read in part.pieces}


def test_parts_hold_about_as_many_fixes_each():
    """A day of a million fixes in parts of a hundred thousand."""
    pieces = [piece(hour, hour * HOUR, (hour + 1) * HOUR - 1, 41_667) for hour in range(24)]
    parts = parts_of(pieces, HOUR // 6, 100_000)

    assert 8 <= len(parts) <= 10
    assert parts == parts_of(pieces, HOUR // 6, 100_000)
    assert read_again(parts) < 2.0


def test_no_part_is_shorter_than_the_reach():
    """However dense: so each fix is read at most three times."""
    pieces = [piece(number, number * 100, number * 100 + 99, 10**6) for number in range(100)]
    parts = parts_of(pieces, 1_000, 1)

    assert all(part.until_us - part.after_us >= 1_000 for part in parts[1:-1])
    assert read_again(parts) <= 3.5


def test_files_out_of_order_are_seen_to_be():
    """Pieces that all span the whole time would be unpacked again for each part."""
    pieces = [piece(number, 0, 24 * HOUR, 10**6) for number in range(10)]

    assert read_again(parts_of(pieces, 0, 10**6)) > 5.0
