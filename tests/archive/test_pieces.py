"""Row groups whose time is known before they are read."""

import datetime as dt
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from archives_made import START, reports, written
from searoom.archive import pieces
from searoom.archive.inputs import inputs
from searoom.errors import NotAllowed
from searoom.tracks import tables


@pytest.fixture
def source(tmp_path):
    """Reports of an hour in groups of 100 rows."""
    return inputs([written(tmp_path / "a.parquet", reports(ships=10, minutes=60), group_rows=100)])[0]


def test_pieces_say_their_time(source):
    """In microseconds; together they are the file."""
    found = pieces.pieces_of(source)
    table = reports(ships=10, minutes=60)
    times = table.column("BaseDateTime").cast(pa.int64()).to_numpy()

    assert 6 == len(found)
    assert 600 == sum(piece.rows for piece in found)
    assert (times[0], times[99]) == (found[0].first_us, found[0].last_us)
    assert all(one.last_us <= other.first_us for one, other in pairwise(found))


@pytest.mark.parametrize("how", ["text", "without statistics"])
def test_times_that_are_not_told_beforehand_must_be_read(tmp_path, how):
    """Text, or a file without statistics."""
    table = reports(ships=3, minutes=5)
    if how == "text":
        words = pa.array([str(one).replace(" ", "T") for one in table.column("BaseDateTime").to_pylist()])
        table = table.set_column(1, "BaseDateTime", words)
    pq.write_table(table, tmp_path / "a.parquet", write_statistics=how == "text")

    assert pieces.pieces_of(inputs([str(tmp_path / "a.parquet")])[0]) is None


def test_reads_the_rows_of_a_time_and_the_columns_that_count(source):
    """From after a time until another, no more; others' columns are not loaded."""
    found = pieces.pieces_of(source)
    after, until = found[1].first_us + 5, found[3].last_us - 5
    table = pieces.read(found[1:4], after, until, found)
    times = table.column("BaseDateTime").cast(pa.int64()).to_numpy()

    assert {"MMSI", "BaseDateTime", "LAT", "LON", "SOG", "COG", "VesselName"} == set(table.column_names)
    assert after < times.min()
    assert times.max() <= until
    assert 250 < len(table) < 300
    assert pa.types.is_dictionary(table.schema.field("MMSI").type)


def test_what_cannot_be_placed_in_time_comes_with_its_owner(tmp_path):
    """So that it is counted once."""
    table = reports(ships=2, minutes=5)
    column = table.column("BaseDateTime").to_pylist()
    table = table.set_column(1, "BaseDateTime", pa.array([None, *column[1:]], pa.timestamp("us")))
    found = pieces.pieces_of(inputs([written(tmp_path / "a.parquet", table)])[0])
    last = found[0].last_us

    assert 0 == len(pieces.read(found, last, last + 10, []))
    assert 1 == len(pieces.read(found, last, last + 10, found))


def test_folders_say_columns(tmp_path):
    """As Hive writes them: a number of a ship may stand in the path alone."""
    (tmp_path / "mmsi=219000123").mkdir()
    table = reports(ships=1, minutes=5).drop_columns(["MMSI"])
    written(tmp_path / "mmsi=219000123" / "a.parquet", table)
    source = inputs([str(tmp_path)])[0]
    found = pieces.pieces_of(source)
    table = pieces.read(found, found[0].first_us - 1, found[0].last_us, found)

    assert ("219000123",) == tables.fixes_of(table).fixes.names


@pytest.mark.parametrize("content", [b"PAR1", b"PAR1 and no more", b"MMSI,LAT\n1,2\n"])
def test_what_is_no_whole_file_is_damaged(tmp_path, content):
    """A file that is still being written, or that was cut short."""
    (tmp_path / "a.parquet").write_bytes(content)

    with pytest.raises(NotAllowed, match=r"a\.parquet is damaged or half-written") as refusal:
        pieces.pieces_of(inputs([str(tmp_path / "a.parquet")])[0])
    assert "write the file again" in refusal.value.advice()


def test_the_magic_tells_a_file_of_this_kind(tmp_path, source):
    """Not the ending."""
    (tmp_path / "b.parquet").write_text("MMSI\n")

    assert pieces.is_parquet(source)
    assert not pieces.is_parquet(inputs([str(tmp_path / "b.parquet")])[0])


def test_all_rows_come_in_batches(source, monkeypatch):
    """For whoever must read from end to end, some at a time."""
    monkeypatch.setattr(pieces, "BATCH_ROWS", 64)
    found = [len(table) for _, table in pieces.batches(source, None)]

    assert 600 == sum(found)
    assert max(found) <= 64


@pytest.mark.parametrize("kind", ["s", "ms", "us", "ns"])
def test_statistics_of_every_unit_of_time(tmp_path, kind):
    """Seconds to nanoseconds, with a zone or without."""
    moment = int(START.astype(np.int64))
    for zone in (None, "UTC", "+09:00"):
        stamp = dt.datetime.fromtimestamp(moment / 1e6, dt.UTC)
        table = reports(ships=1, minutes=1).slice(0, 1)
        made = pa.array([stamp if zone else stamp.replace(tzinfo=None)], pa.timestamp(kind, zone))
        pq.write_table(table.set_column(1, "BaseDateTime", made), tmp_path / "a.parquet")
        found = pieces.pieces_of(inputs([str(tmp_path / "a.parquet")])[0])

        assert [(moment, moment)] == [(piece.first_us, piece.last_us) for piece in found]
