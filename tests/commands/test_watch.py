"""The command `screen`: good files and bad ones, several as one picture, each form of output, and what was refused."""

import csv
import gzip
import io
import json
from pathlib import Path

import pytest

from deskside import run
from searoom.commands import watch
from spoken import at, rmc, ttm

HEAD = "name,source_kind,party,time_utc,lat,lon,sog_kn,cog_deg"


def line(name, minute, lat, lon, speed_kn, course_deg):
    return f"{name},AIS,,2026-06-03T02:{minute:02d}:00Z,{lat:.6f},{lon:.6f},{speed_kn},{course_deg}"


def meeting(names=("ALFA", "BRAVO"), minutes=range(0, 20, 2)):
    """Two craft on one parallel that steam at each other with 10 knots each, four miles apart at first."""
    mile_deg = 1 / 60 / 0.829  # of longitude at 34 degrees
    rows = []
    for minute in minutes:
        gone = minute / 6 * mile_deg
        rows.append(line(names[0], minute, 34.0, 139.0 + gone, 10, 90))
        rows.append(line(names[1], minute, 34.0, 139.0 + 4 * mile_deg - gone, 10, 270))
    return rows


def write(path: Path, rows, head=HEAD):
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def tracks(tmp_path):
    return write(tmp_path / "tracks.csv", meeting())


def test_a_table_for_a_person(tracks, capsys):
    """The encounter on the terminal, and on the other stream what was read."""
    code, out, err = run(capsys, "screen", tracks)

    assert 0 == code
    assert "ALFA" in out
    assert "head-on" in out
    assert out.splitlines()[-1].startswith("2 craft, 1 encounters (1 urgent")
    assert f"{tracks}: " in err
    assert "20 fixes\n" in err


def test_csv_for_a_spreadsheet(tracks, capsys):
    """One row for each change of grade, and nothing else on the output."""
    code, out, _ = run(capsys, "screen", tracks, "--csv")

    rows = list(csv.DictReader(io.StringIO(out)))
    assert 0 == code
    assert {"ALFA", "BRAVO"} == {rows[0]["a"], rows[0]["b"]}
    assert "urgent" in [row["grade"] for row in rows]


def test_json_for_a_program(tracks, capsys):
    """Alerts, encounters, and the refused rows by file and cause."""
    code, out, _ = run(capsys, "screen", tracks, "--json")

    told = json.loads(out)
    assert 0 == code
    assert (2, 1) == (told["craft"], len(told["encounters"]))
    assert {str(tracks): {}} == told["refused"]


def test_csv_and_json_at_once_are_unusable(tracks, capsys):
    """One output has one form."""
    with pytest.raises(SystemExit) as ended:
        run(capsys, "screen", tracks, "--csv", "--json")
    assert 2 == ended.value.code


def test_refused_rows_are_counted_by_cause(tmp_path, capsys):
    """Rows that cannot be used are told with their number, and the rest is used."""
    bad = [line("ALFA", 0, 91.0, 181.0, 10, 90), line("ALFA", 1, 95.0, 10.0, 10, 90), line("", 1, 34.0, 139.0, 10, 90)]
    path = write(tmp_path / "tracks.csv", [*meeting(), *bad])

    code, out, err = run(capsys, "screen", path, "--json")

    refused = json.loads(out)["refused"][str(path)]
    assert 0 == code
    assert {"position not available": 1, "position out of range": 1, "no usable name": 1} == refused
    assert "20 fixes; refused: 1 no usable name; 1 position not available; 1 position out of range" in err


def test_several_files_are_one_picture(tmp_path, capsys):
    """Each craft in its own file, one of them packed: the encounter is found between them."""
    rows = meeting()
    one = write(tmp_path / "one.csv", rows[0::2])
    other = tmp_path / "other.csv.gz"
    other.write_bytes(gzip.compress("\n".join([HEAD, *rows[1::2]]).encode()))

    alone = run(capsys, "screen", one)
    code, out, err = run(capsys, "screen", one, other)

    assert 1 == alone[0]
    assert alone[1].startswith("1 craft, 0 encounters")
    assert 0 == code
    assert "2 craft, 1 encounters" in out
    assert 2 == err.count("10 fixes")


def test_watch_keeps_only_pairs_with_a_craft(tmp_path, capsys):
    """Of two meetings, the one of the craft that is watched."""
    rows = [*meeting(), *(row.replace("34.0", "36.0") for row in meeting(("CHARLIE", "DELTA")))]
    path = write(tmp_path / "tracks.csv", rows)

    everything = json.loads(run(capsys, "screen", path, "--json")[1])
    watched = json.loads(run(capsys, "screen", path, "--json", "--watch", "DELTA")[1])

    assert 2 == len(everything["encounters"])
    assert [{"CHARLIE", "DELTA"}] == [{one["a"], one["b"]} for one in watched["encounters"]]
    assert 1 == run(capsys, "screen", path, "--watch", "NOBODY")[0]


def test_settings_of_ones_own(tracks, tmp_path, capsys):
    """A file with one level raises that level alone; --watch is added to it."""
    path = tmp_path / "watch.toml"
    path.write_text('[[levels]]\nname = "advise"\ncpa_nm = 0.5\ntcpa_min = 15\n')

    code, out, _ = run(capsys, "screen", tracks, "--json", "--settings", path, "--watch", "ALFA")

    assert 0 == code
    assert ["advise"] == list(json.loads(out)["encounters"][0]["first"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("levels = 3", "level"),
        ("colour = 'red'", "no setting is called 'colour'"),
        ("[[levels]", "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (None, "cannot be read"),
    ],
)
def test_a_fault_in_the_settings_is_told(tracks, tmp_path, capsys, text, said):
    """An unknown name, a wrong kind, no TOML, no text, no file."""
    path = tmp_path / "watch.toml"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    code, out, err = run(capsys, "screen", tracks, "--settings", path)

    assert (3, "") == (code, out)
    assert said in err


BAD = [
    (b"", "is empty"),
    (b"\x00\x01\x02" * 100, "is binary"),
    (b"hello\n", "no kind of track file"),
    (b"a,b,c\n1,2,3\n", "column"),
    (HEAD.encode() + b"\n", "not one usable fix"),
    (gzip.compress(b"x" * 1000, mtime=0)[:-4], "bad"),
    (gzip.compress(HEAD.encode(), mtime=0)[:-4] + b"1234", "bad"),
]


@pytest.mark.parametrize(("data", "said"), BAD)
def test_a_bad_file_is_told_by_name(tracks, tmp_path, capsys, data, said):
    """One bad file among good ones: its name and what is wrong with it; no half picture is drawn."""
    path = tmp_path / "bad.csv"
    path.write_bytes(data)

    code, out, err = run(capsys, "screen", tracks, path)

    assert (3, "") == (code, out)
    assert said in err
    assert "Traceback" not in err


def test_a_file_that_is_not_there_is_told(tmp_path, capsys):
    """The name, and no traceback."""
    code, _, err = run(capsys, "screen", tmp_path / "none.csv", tmp_path)

    assert 3 == code
    assert "there is no file" in err
    assert "none.csv" in err


def test_the_table_has_a_limit(tmp_path, capsys):
    """`--limit` rows, and how many more there are."""
    rows = [*meeting(), *(row.replace("34.0", "36.0") for row in meeting(("CHARLIE", "DELTA")))]
    _, out, _ = run(capsys, "screen", write(tmp_path / "tracks.csv", rows), "--limit", "1")

    assert "... and 1 more" in out


class _Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_is_shown_on_a_terminal_after_a_second(monkeypatch):
    """Quick work shows nothing; slow work shows how far it is, and wipes the line at its end."""
    now = [0.0]
    monkeypatch.setattr(watch.clock, "monotonic", lambda: now[0])
    monkeypatch.setattr(watch.sys, "stderr", terminal := _Terminal())
    show = watch._progress()
    show(10, 100)
    assert "" == terminal.getvalue()
    for now[0] in (1.1, 1.2, 1.5):
        show(50, 100)
    assert 1 == terminal.getvalue().count("50 % of 100 fixes") or 2 == terminal.getvalue().count("50 %")
    show(100, 100)
    assert terminal.getvalue().endswith("\r")


def test_progress_is_not_written_into_a_file(monkeypatch):
    """What is no terminal gets no progress."""
    now = [0.0]
    monkeypatch.setattr(watch.clock, "monotonic", lambda: now[0])
    monkeypatch.setattr(watch.sys, "stderr", sink := io.StringIO())
    show = watch._progress()
    now[0] = 5.0
    show(50, 100)

    assert "" == sink.getvalue()


def test_stats_tell_what_was_read_by_source_and_cause(tmp_path, capsys):
    """Fixes and craft of each source, refused rows by cause, what else is to be known: as a table or in the JSON."""
    bad = [line("ALFA", 0, 95.0, 10.0, 10, 90), line("ALFA", 1, 34.0, 139.0, 999999, 90)]
    path = write(tmp_path / "tracks.csv", [*meeting(), *bad])
    _, _, table = run(capsys, "screen", path, "--stats")
    _, out, _ = run(capsys, "screen", path, "--stats", "--json")
    _, plain, _ = run(capsys, "screen", path, "--json")
    stats = json.loads(out)["stats"][str(path)]

    assert [
        f"{21:>14,}  AIS: fixes",
        f"{2:>14,}  AIS: craft",
        f"{1:>14,}  refused: position out of range",
    ] == table.splitlines()[1:4]
    assert "speed out of range: 1" in table
    assert {"AIS": {"fixes": 21, "craft": 2}} == stats["sources"]
    assert {"position out of range": 1} == stats["refused"]
    assert "stats" not in json.loads(plain)


def test_a_bridges_own_log_is_a_picture(tmp_path, capsys):
    """Own ship, radar targets and aircraft in files of their own kinds: an encounter between our ship and a target."""
    bridge = tmp_path / "bridge.nmea"
    lines = []
    for minute in range(10):
        lines += [at(60 * minute, rmc(f"12{minute:02d}00", knots="0.0"))]
        lines += [at(60 * minute + 0.5, ttm(range_nm=f"{4 - minute / 5:.2f}", bearing="90.0,T", vector="12.0,270.0,T"))]
    bridge.write_bytes(b"\n".join(lines) + b"\n")
    code, out, _ = run(capsys, "screen", bridge, "--json")

    assert 0 == code
    assert [{"own:bridge", "radar:bridge:7"}] == [{one["a"], one["b"]} for one in json.loads(out)["encounters"]]


MAP = """
kind = "coast radar"
name = "Ziel"
time = { column = "Zeit", form = "%d.%m.%Y %H:%M", zone = "Z" }
lat = { column = "Breite", unit = "deg" }
lon = { column = "Laenge", unit = "deg" }
speed = { column = "Fahrt", unit = "m/s" }
course = { column = "Kurs", unit = "deg" }
separator = ";"
"""


def test_any_table_is_read_by_a_map_of_its_columns(tmp_path, capsys):
    """Two craft that steam at each other, in a table with its own names, units and times."""
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    rows = [f"{name};03.06.2026 02:{minute:02d};34.0;{139.0 + lon + step * minute / 60:.5f};5.1;{course}"
            for minute in range(0, 20, 2) for name, lon, step, course in (("A", 0, 0.2, 90), ("B", 0.08, -0.2, 270))]  # fmt: skip
    table = write(tmp_path / "radar.txt", rows, "Ziel;Zeit;Breite;Laenge;Fahrt;Kurs")
    code, out, err = run(capsys, "screen", table, "--columns", tmp_path / "map.toml")

    assert 0 == code
    assert "head-on" in out
    assert "coast radar, 20 fixes" in err
    assert 3 == run(capsys, "screen", table)[0]
    assert 3 == (told := run(capsys, "screen", table, "--columns", table))[0]
    assert "map of columns" in told[2]


def test_safety_texts_are_shown(tmp_path, capsys):
    """What ships send each other as text stands in the statistics, with its time, sender and receiver."""
    log = tmp_path / "log"
    log.write_bytes(gzip.decompress((Path(__file__).parent.parent / "data" / "gpsd" / "sample.aivdm.gz").read_bytes()))
    _, out, err = run(capsys, "screen", log, "--stats")
    stats = json.loads(run(capsys, "screen", log, "--stats", "--json")[1])["stats"][str(log)]

    assert "351809000 to all: RCVD YR TEST MSG" in err
    assert "RCVD" not in out
    assert 10 == len(stats["texts"])
    assert {"CHINA ROSE MURPHY EXPRESS ALERT", "IBC G BUOY"} == {aid["called"] for aid in stats["aids"]}
