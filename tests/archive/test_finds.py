"""What is looked for travels as a value, and its rows as tables."""

import pickle

import pytest

from archives_made import reports
from searoom.archive import finds
from searoom.archive.finds import OPEN, FindApproaches, FindMeetings
from searoom.encounters import approaches, meetings
from searoom.encounters.approaches import MAX, MIN
from searoom.tracks import tables


@pytest.fixture(scope="module")
def fixes():
    """Sixty ships over two hours."""
    return tables.fixes_of(reports(minutes=120)).fixes


@pytest.mark.parametrize(
    "find", [FindApproaches(), FindMeetings(radius_m=3000.0, at_least_s=1200.0)], ids=lambda f: f.kind
)
def test_rows_cut_in_two_are_joined_again(fixes, find):
    """Only rows that touch the cut are kept open; chained they are what the whole gives."""
    middle = int(fixes.time_us[len(fixes) // 2])
    whole = find.rows(fixes, MIN, MAX)
    halves = [find.rows(fixes, MIN, middle), find.rows(fixes, middle, MAX)]
    chained = find.chained(halves)
    closed = [half.filter(pc_not(half.column(OPEN))) for half in halves]

    assert not any(whole.column(OPEN).to_pylist())
    assert 0 < len(chained) < len(whole)
    told = [key(row) for table in (*closed, chained) for row in table.to_pylist()]
    assert sorted(map(key, whole.to_pylist())) == sorted(told)


def pc_not(column):
    """Return the other rows."""
    import pyarrow.compute as pc

    return pc.invert(column)


def key(row):
    """Return a row without what is said of cuts."""
    return tuple(value for name, value in row.items() if name != OPEN)


def test_the_tables_hold_what_the_kernels_say(fixes):
    """Names as text, every other column as it is."""
    found = approaches.approaches(fixes, radius_m=926.0, max_gap_s=600.0)
    table = FindApproaches().rows(fixes, MIN, MAX)

    assert [found.names[a] for a in found.a] == table.column("a").to_pylist()
    assert found.cpa_m.tolist() == table.column("cpa_m").to_pylist()
    assert dict(found.left_out) == finds.left_out(table)


def test_a_find_says_how_far_it_looks_beyond_a_part():
    """A leg may be as long as the longest gap; fixes at stamps need none beside them."""
    assert 600_000_000 == FindApproaches().reach_us
    assert round(meetings.MAX_GAP_S * 1e6) == FindMeetings().reach_us
    assert 0 == FindMeetings(stands=True).reach_us


@pytest.mark.parametrize("find", [FindApproaches(), FindMeetings()])
def test_a_find_can_be_sent(find):
    """It is a value."""
    assert find == pickle.loads(pickle.dumps(find))
