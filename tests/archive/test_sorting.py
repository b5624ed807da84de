"""Files that do not say their times, put in order with little in memory."""

import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from archives_made import as_csv, reports, written
from searoom.archive import sorting
from searoom.archive.inputs import inputs
from searoom.archive.pieces import read
from searoom.errors import NotAllowed
from searoom.tracks import sources, tables

DATA = Path(__file__).parent.parent / "data"


@pytest.fixture
def folder(tmp_path):
    """Where runs are written."""
    (tmp_path / "sorted").mkdir()
    return tmp_path / "sorted"


def all_fixes(pieces):
    """Return all fixes of pieces as one."""
    parts = [read([piece], -1, 2**62, [piece]) for piece in pieces]
    return tables.fixes_of(pa.concat_tables(parts).unify_dictionaries()).fixes


def test_a_csv_out_of_order_becomes_sorted_runs(tmp_path, folder, monkeypatch):
    """Of bounded length, each in order of time; together the file."""
    monkeypatch.setattr(sorting, "RUN_ROWS", 500)
    monkeypatch.setattr(sorting, "GROUP_ROWS", 100)
    monkeypatch.setattr(sorting.csvblocks, "BLOCK_BYTES", 20_000)
    table = reports(ships=20, minutes=60)
    shuffled = table.take(pa.array(np.random.default_rng(1).permutation(len(table))))
    source = inputs([as_csv(tmp_path / "a.csv", shuffled)])[0]
    pieces, counts = sorting.sorted_pieces(source, 3, None, folder)
    whole = sources.read(tmp_path / "a.csv")

    assert len(list(folder.glob("00003-*.parquet"))) >= 2
    assert np.array_equal(whole.fixes.time_us, all_fixes(pieces).time_us)
    assert set(whole.fixes.names) == set(all_fixes(pieces).names)
    assert all(one.last_us >= one.first_us for one in pieces)
    assert whole.labels == counts.labels


def test_what_is_done_is_not_done_again_and_half_is_done_anew(tmp_path, folder, monkeypatch):
    """The note that lies beside the runs says that a file is done, and of which file it is."""
    path = as_csv(tmp_path / "a.csv", reports(ships=5, minutes=10))
    first, counts = sorting.sorted_pieces(inputs([path])[0], 0, None, folder)
    (folder / "00001-00000.parquet").write_bytes(b"half")  # of another file: without a note it counts for nothing
    monkeypatch.setattr(sorting, "fixes_in", lambda *_: pytest.fail("read again"))
    again, told = sorting.sorted_pieces(inputs([path])[0], 0, None, folder)

    assert (first, counts) == (again, told)
    assert inputs([path])[0].name == json.loads((folder / "00000.json").read_text())["source"]["name"]
    monkeypatch.undo()
    Path(path).write_text(Path(path).read_text() + "\n")
    sorting.sorted_pieces(inputs([path])[0], 0, None, folder)
    assert inputs([path])[0].size == json.loads((folder / "00000.json").read_text())["source"]["size"]


def test_sentences_and_parquet_with_times_as_text_are_put_in_order_too(tmp_path, folder):
    """Whatever kind of file is known."""
    log = DATA / "dma_stream_2010-06-11.txt"
    pieces, counts = sorting.sorted_pieces(inputs([str(log)])[0], 0, None, folder)
    reading = sources.read(log)
    table = reports(ships=3, minutes=5)
    words = pa.array([str(one).replace(" ", "T") for one in table.column("BaseDateTime").to_pylist()])
    text = written(tmp_path / "text.parquet", table.set_column(1, "BaseDateTime", words))

    assert len(reading.fixes) == sum(piece.rows for piece in pieces)
    assert dict(reading.refused) == counts.refused
    assert len(table) == sum(piece.rows for piece in sorting.sorted_pieces(inputs([text])[0], 1, None, folder)[0])


@pytest.mark.parametrize(
    ("said", "content"),
    [
        ("is empty", b""),
        ("not one usable fix: 1 x not a number", b"MMSI,BaseDateTime,LAT,LON,SOG,COG\n1,2022-01-03T00:00:00,x,1,1,1\n"),
        ("also needs", b"MMSI,LAT,LON\n"),
        ("no kind of track file", b"hello\nworld\n"),
        ("cut short or damaged", gzip.compress(b"MMSI,BaseDateTime,LAT,LON,SOG,COG\n" + b"1,2\n" * 9000)[:-12]),
        ("binary", b"\0\1\2\3"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path, folder, said, content):
    """With its name, and nothing that looks whole stays behind."""
    (tmp_path / "a.csv").write_bytes(content)

    with pytest.raises(NotAllowed, match=said):
        sorting.sorted_pieces(inputs([str(tmp_path / "a.csv")])[0], 0, None, folder)
    assert [] == list(folder.glob("*.json"))
