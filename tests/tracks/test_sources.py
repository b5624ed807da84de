"""Files: read by what is in them, refused with a sentence when they cannot be."""

import gzip
import random
from pathlib import Path

import pytest

from searoom.errors import NotAllowed
from searoom.tracks import layouts, sources
from searoom.tracks.stamps import tag
from spoken import NOON_US, at, rmc, ttm

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
    "\n".join([HEADER, *[ROW.format("1Z")] * 5000]).encode() + random.Random(5).randbytes(20_000).hex().encode(),
    mtime=0,
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
        ("no table of tracks", "name,time_utc\r,lat,lon\nA,1\n"),
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


SBS = b"MSG,3,1,1,86E123,1,2026/06/03,12:00:00.000,2026/06/03,12:00:00.000,,38000,,,34.0,139.0,,,0,0,0,0"
LISTED = b'{ "now": 1780488000,\n "aircraft": [\n {"hex": "86e123", "lat": 1, "lon": 2, "seen_pos": 0}\n ]\n}\n'
EVENT = b'<event uid="S" type="a-u-S" time="2026-06-03T12:00:00Z"><point lat="1" lon="2"/></event>'
SIGHTING = b"time_utc,who,name,lat,lon,bearing_deg,range_nm\n2026-06-03T12:00:00Z,Lt,grey,34,139,45,4\n"
KINDS = [
    ("instruments' sentences", b"# log\n" + rmc() + b"\r\n"),
    ("instruments' sentences", at(0, rmc())),
    ("SBS lines", SBS + b"\r\n"),
    ("SBS lines", at(0, SBS)),
    ("aircraft lists", LISTED),
    ("aircraft lists", at(0, LISTED.replace(b"\n", b" ")) + b"\n" + at(9, LISTED.replace(b"\n", b" "))),
    ("CoT events", b'<?xml version="1.0"?>\n' + EVENT),
    ("CoT events", at(0, EVENT) + b"\r\n\r\n"),
    ("sightings", SIGHTING),
]


@pytest.mark.parametrize(("kind", "data"), KINDS, ids=[f"{kind}-{number}" for number, (kind, _) in enumerate(KINDS)])
@pytest.mark.parametrize("pack", [False, True])
def test_knows_each_kind_by_its_first_bytes(kind, data, pack, tmp_path):
    """As a program writes it, as we record it, and packed: one fix at noon."""
    reading = sources.read(written(tmp_path, gzip.compress(data, mtime=0) if pack else data))

    assert kind == reading.kind
    assert [NOON_US] == reading.fixes.time_us.tolist()


def test_a_file_is_the_sensor_that_its_targets_are_named_by(tmp_path):
    """Two radars in two files have each their target 7."""
    names = set()
    for sensor in ("Radar A", "Radar B"):
        path = tmp_path / f"{sensor}.nmea"
        path.write_bytes(rmc() + b"\n" + ttm() + b"\n")
        names |= set(sources.read(path).fixes.names)

    assert {"own:radar-a", "radar:radar-a:7", "own:radar-b", "radar:radar-b:7"} == names


def test_a_list_may_be_longer_than_a_line_of_text(tmp_path):
    """A thousand aircraft on one line are read; the limit of their documents is another."""
    one = b'{"hex": "%06x", "lat": 1, "lon": 2, "seen_pos": 0, "note": "' + b"x" * 200 + b'"}'
    line = b'{"now": 1780488000, "aircraft": [' + b",".join(one % number for number in range(1000)) + b"]}"

    assert 1000 == len(sources.read(written(tmp_path, tag(NOON_US) + line)).fixes)


def test_says_what_told_no_position(tmp_path):
    """Other sentences are counted, not forgotten."""
    reading = sources.read(written(tmp_path, rmc() + b"\n# comment\n"))

    assert ["lines and messages without a craft's position: 1"] == [finding.sentence for finding in reading.findings]


def test_reads_a_table_by_a_given_layout(tmp_path):
    """A user's map goes before ours where a table has its columns; what it does not fit is read as ever, or refused by it."""
    given = layouts.from_table(
        {
            "kind": "coast radar",
            "name": "name",
            "time": {"column": "time_utc", "form": "iso"},
            "lat": {"column": "lat", "unit": "deg"},
            "lon": {"column": "lon", "unit": "deg"},
            "speed": {"column": "sog_kn", "unit": "m/s"},
            "course": {"column": "cog_deg", "unit": "deg"},
        }
    )
    own = written(tmp_path, f"{HEADER}\n{ROW.format('1Z')}\n")

    assert ("coast radar", 10.0) == ((reading := sources.read(own, given)).kind, reading.fixes.speed_mps[0])
    assert "marinecadastre csv" == sources.read(DATA / "noaa_us_2022-01-03_first600.csv.gz", given).kind
    with pytest.raises(NotAllowed, match="'coast radar': it also needs cog_deg, sog_kn"):
        sources.read(written(tmp_path, "name,time_utc,lat,lon\nA,B,1,2\n"), given)
