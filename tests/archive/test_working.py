"""One part, read and searched."""

import pickle

import pyarrow as pa
import pytest

from archives_made import reports, written
from searoom.archive import working
from searoom.archive.cutting import Part, parts_of
from searoom.archive.finds import FindApproaches
from searoom.archive.inputs import inputs
from searoom.archive.pieces import pieces_of
from searoom.tracks import tables

REACH_US = 600_000_000


@pytest.fixture
def parts(tmp_path):
    """Two hours of reports in parts of 2,000."""
    return parts_of(pieces_of(inputs([written(tmp_path / "a.parquet", reports(minutes=120))])[0]), REACH_US, 2_000)


def test_a_part_has_its_fixes_and_those_round_it(parts):
    """Of the reach and no more."""
    fixes, counts = working.fixes_of(parts[1])
    all_fixes = tables.fixes_of(reports(minutes=120)).fixes
    expected = all_fixes.between(parts[1].after_us - REACH_US, parts[1].until_us + REACH_US)

    assert expected.time_us.tolist() == fixes.time_us.tolist()
    assert sorted(expected.lat_deg.tolist()) == sorted(fixes.lat_deg.tolist())
    assert {name: n for name, n in counts.refused.items() if name != "repeated"} == {}


def test_the_result_can_be_sent(parts):
    """A table and counts, whichever process made it."""
    found = working.work(working.Task(parts[0], FindApproaches()))
    back = pickle.loads(pickle.dumps(found))

    assert found.rows.equals(back.rows, check_metadata=True)
    assert (found.fixes, found.counts) == (back.fixes, back.counts)


def test_files_of_several_layouts_are_one_part(tmp_path):
    """The same craft in two files is one craft, and what both say at one time is there once."""
    table = reports(ships=5, minutes=10)
    fixes = tables.fixes_of(table).fixes
    names = [written(tmp_path / "a.parquet", table), written(tmp_path / "b.parquet", tables.table_of(fixes))]
    pieces = tuple(piece for one in inputs(names) for piece in pieces_of(one))
    part = Part(0, -1, 2**62, 0, pieces, pieces)
    both, counts = working.fixes_of(part)

    assert fixes.time_us.tolist() == both.time_us.tolist()
    assert len(fixes) <= counts.refused["repeated"]


def test_a_time_without_fixes_is_an_empty_part():
    """Nothing fails."""
    fixes, counts = working.fixes_of(Part(0, 0, 10, 0, (), ()))
    found = working.work(working.Task(Part(0, 0, 10, 0, (), ()), FindApproaches()))

    assert (0, {}) == (len(fixes), counts.refused)
    assert isinstance(found.rows, pa.Table)
    assert 0 == len(found.rows)
