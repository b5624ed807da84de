"""Files: read by what is in them, refused with a sentence when they cannot be."""

import gzip
import os
from pathlib import Path

import pytest

from searoom.errors import NotAllowed
from searoom.tracks import sources

DATA = Path(__file__).parent.parent / "data"
HEADER = "name,source_kind,party,time_utc,lat,lon,sog_kn,cog_deg"
ROW = "A,AIS,B,2020-01-01T00:00:0{},10,20,10,90"


def written(folder, data):
    """Return the path of a file with some bytes in it; its name says nothing of its kind."""
    path = folder / "tracks"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def test_reads_a_packed_table():
    """The first rows of a national picture, gzip told by its first bytes."""
    reading = sources.read(DATA / "noaa_us_2022-01-03_first600.csv.gz")

    assert "marinecadastre csv" == reading.kind
    assert 600 == len(reading.fixes) + sum(reading.refused.values())
    assert len(reading.labels) > 100


def test_reads_a_table_of_ships():
    """One thousand ships, one fix each; it is not in order of time, and says so."""
    reading = sources.read(DATA / "aisdb_noaa_2023-01-11.csv")

    assert (1000, 1000) == (len(reading.fixes), len(reading.fixes.names))
    assert any("time goes backwards" in finding.sentence for finding in reading.findings)


def test_reads_sentences(tmp_path):
    """AIS sentences are known by their look, after comments too, and packed as well."""
    lines = b"# log\n" + (DATA / "dma_stream_2010-06-11.txt").read_bytes()
    reading = sources.read(written(tmp_path, gzip.compress(lines, mtime=0)))

    assert "AIS sentences" == reading.kind
    assert 2965 == len(reading.fixes)


PACKED = gzip.compress(
    "\n".join([HEADER, *[ROW.format("1Z")] * 5000]).encode() + os.urandom(20_000).hex().encode(), mtime=0
)


@pytest.mark.parametrize(
    ("sentence", "data"),
    [
        ("is empty", b""),
        ("is empty", b" \n\n"),
        ("is empty", gzip.compress(b"", mtime=0)),
        ("is binary", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("is cut short", PACKED[: len(PACKED) // 2]),
        ("is cut short", PACKED[:12]),
        ("is damaged", PACKED[:40] + b"\xff" * 40 + PACKED[80:]),
        ("not the columns of a track", "name,lat,lon\nA,1,2\n"),
        ("no table of tracks", '{"a": 1, "b": 2}'),
        ("no kind of track file", "Dear sir or madam\n"),
        ("not one usable fix", HEADER + "\n"),
        ("not one usable fix: 2 x wrong number of columns", HEADER + "\nA,AIS\nB\n"),
        ("not one usable fix.*no time of reception", "!BSVDM,1,1,,A,13:WB@0vC2PmgjpP`WO=DbdF0<0U,0*5D\n"),
    ],
)
def test_refuses_a_file_that_cannot_be_read(sentence, data, tmp_path):
    """Empty, binary, cut short, damaged, of no kind, with the wrong columns, without a usable row."""
    with pytest.raises(NotAllowed, match=sentence) as refusal:
        sources.read(written(tmp_path, data))
    assert refusal.value.advice()


def test_refuses_what_is_not_there(tmp_path):
    """No file, or a folder: a sentence, not a traceback."""
    with pytest.raises(NotAllowed, match="there is no file"):
        sources.read(tmp_path / "nothing.csv")
    with pytest.raises(NotAllowed, match="cannot be read"):
        sources.read(tmp_path)


def test_counts_bad_lines_and_reads_on(tmp_path):
    """Bytes that are no text, a line without end, rows without numbers: counted, and the rest is read."""
    bad = [b"\xff\xfe\xff", b"A\0,AIS", b"x" * 200_000, b"B,AIS,B,2020-01-01T00:00:01Z,ten,20,1,1"]
    lines = [HEADER.encode(), *bad, ROW.format("2Z").encode(), ROW.format("1Z").encode()]
    # the zero byte stands behind the first bytes that are looked at, as in a file damaged further on
    padded = [lines[0], *[ROW.format("3Z").encode()] * 2000, *lines[1:]]
    reading = sources.read(written(tmp_path, b"\n".join(padded)))

    assert 3 == len(reading.fixes)
    assert {"line is not text": 2, "line too long": 1, "not a number": 1, "repeated": 1999} == reading.refused
    assert ["time goes backwards, put in order: 2"] == [finding.sentence for finding in reading.findings]


def test_refuses_a_file_that_unpacks_without_end(tmp_path, monkeypatch):
    """A small packed file that grows beyond the limit is refused before it fills the memory."""
    monkeypatch.setattr(sources, "MAX_UNPACKED_BYTES", 100_000)
    path = written(tmp_path, gzip.compress("\n".join([HEADER, *[ROW.format("1Z")] * 50_000]).encode()))

    with pytest.raises(NotAllowed, match="holds more than"):
        sources.read(path)
