"""The command `presence`: tracks and daily tables, zones and registry, each form of output, and what was refused."""

import hashlib
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pyarrow import parquet

from deskside import run
from searoom.tracks import sources
from searoom.tracks.tables import table_of

DATA = Path(__file__).parent.parent / "data"
ZONES = """
[[zone]]
name = "firing area"
claimed_by = "amber"
source = "notice 12 of 2026"
date = 2026-05-01
shape = "circle"
points = [[30.0, 130.0]]
radius_nm = 10
"""
OTHER = ZONES.replace("firing area", "far away").replace("30.0, 130.0", "-30.0, 10.0")
UNITS = """
source = "made for tests, 2026-06-01"
[[unit]]
name = "CORAL 34"
party = "coral"
kind = "coast guard"
mmsi = ["412000001"]
"""
TRACKS = "name,source_kind,time_utc,lat,lon,sog_kn,cog_deg\n" + "".join(
    f"{name},AIS,2026-06-01T22:{minute:02d}:00Z,30.0,130.0,0,0\n"
    for name in ("412000001", "431999999")
    for minute in range(0, 60, 10)
)
DAILY = "date,party,kind,craft,source\n2026-06-01,coral,navy,3,notice of amber\n2026-06-01,coral,warship,3,notice of amber\n"


@pytest.fixture
def folder(tmp_path):
    for name, text in (
        ("zones.toml", ZONES), ("two.toml", ZONES + OTHER), ("units.toml", UNITS), ("tracks.csv", TRACKS),
        ("daily.csv", DAILY),
    ):  # fmt: skip
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_table_for_a_person(folder, capsys):
    """Tracks by the registry, the published table beside them, what was refused on the other stream."""
    code, out, err = run(
        capsys,
        "presence",
        folder / "zones.toml",
        folder / "tracks.csv",
        folder / "daily.csv",
        "--registry",
        folder / "units.toml",
    )

    assert 0 == code
    assert "  coral    coast guard     1      1           1    0.8" in out
    assert "  unknown  unknown         1      1           1    0.8" in out
    assert "As published: notice of amber" in out
    assert "daily.csv: daily table, 1 rows; refused: 1 kind is none that is known\n" in err
    assert hashlib.sha256(TRACKS.encode()).hexdigest() in out


def test_without_a_registry_everybody_is_unknown(folder, capsys):
    """A number is no party; JSON for a program, by the days of another clock."""
    code, out, _ = run(capsys, "presence", folder / "zones.toml", folder / "tracks.csv", "--json", "--day", "+09:00")
    (part,) = json.loads(out)["parts"]

    assert 0 == code
    assert [("unknown", 2)] == [(total["party"], total["craft"]) for total in part["totals"]]
    assert ("2026-06-02", "UTC+09:00") == (part["first"], json.loads(out)["days_of"])


def test_one_zone_of_several_is_named(folder, capsys):
    """Which zone is meant must be said; nobody in it is exit code 1."""
    two, tracks = folder / "two.toml", folder / "tracks.csv"

    assert 3 == (told := run(capsys, "presence", two, tracks))[0]
    assert "'firing area', 'far away'" in told[2]
    assert 3 == run(capsys, "presence", two, tracks, "--zone", "nowhere")[0]
    assert 0 == run(capsys, "presence", two, tracks, "--zone", "firing area")[0]
    assert 1 == run(capsys, "presence", two, tracks, "--zone", "far away")[0]


def test_a_picture_and_rows(folder, capsys):
    """The picture goes to its file, the rows to the output."""
    code, out, _ = run(
        capsys,
        "presence",
        folder / "zones.toml",
        folder / "daily.csv",
        "--csv",
        "--plot",
        folder / "p.svg",
        "--lang",
        "ja",
    )

    assert 0 == code
    assert "date,party,kind,craft,hours,basis\n2026-06-01,coral,navy,3,,notice of amber\n" == out
    assert "ja" == ET.fromstring((folder / "p.svg").read_text(encoding="utf-8")).get("lang")


def test_reads_the_real_stream(folder, capsys):
    """Sentences as they were received, in the Sound."""
    sound = ZONES.replace("30.0, 130.0", "55.8, 12.6").replace("radius_nm = 10", "radius_nm = 30")
    (folder / "sound.toml").write_text(sound, encoding="utf-8")
    code, out, _ = run(capsys, "presence", folder / "sound.toml", DATA / "dma_stream_2010-06-11.txt")

    assert 0 == code
    assert "114" in out
    assert "stays" in out


def test_reads_parquet(folder, capsys):
    """The same stream as Parquet: the same craft and hours, to the last figure."""
    sound = ZONES.replace("30.0, 130.0", "55.8, 12.6").replace("radius_nm = 10", "radius_nm = 30")
    (folder / "sound.toml").write_text(sound, encoding="utf-8")
    stream = DATA / "dma_stream_2010-06-11.txt"
    parquet.write_table(table_of(sources.read(stream).fixes), folder / "stream.parquet", row_group_size=500)
    lines = [
        run(capsys, "presence", folder / "sound.toml", file, "--csv")[1] for file in (stream, folder / "stream.parquet")
    ]

    assert lines[0] == lines[1]
    assert "unknown,unknown,114," in lines[0]


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        ("there is no file", ["zones.toml", "none.csv"]),
        ("the zones in", ["none.toml", "tracks.csv"]),
        ("zones are a list", ["units.toml", "tracks.csv"]),
        ("a registry has no", ["zones.toml", "tracks.csv", "--registry", "zones.toml"]),
        ("longest gap", ["zones.toml", "tracks.csv", "--gap", "0"]),
        ("is no zone that says one thing", ["zones.toml", "tracks.csv", "--day", "Asia/Tokyo"]),
        ("not one usable row", ["zones.toml", "empty.csv"]),
    ],
)
def test_a_fault_is_told(said, arguments, folder, capsys, monkeypatch):
    """What cannot be read or cannot be meant is named, and nothing is printed."""
    monkeypatch.chdir(folder)
    Path("empty.csv").write_text("date,party,kind,craft,source\n", encoding="utf-8")
    code, out, err = run(capsys, "presence", *arguments)

    assert (3, "") == (code, out)
    assert said in err
