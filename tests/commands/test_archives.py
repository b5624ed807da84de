"""`searoom screen` on archives: what is typed, what is written, and with which exit code."""

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from archives_made import as_csv, reports, written
from searoom.cli import main


@pytest.fixture(scope="module")
def raw():
    """Two hours of reports."""
    return reports(minutes=120)


@pytest.fixture
def archive(tmp_path, raw):
    """A folder of two files."""
    (tmp_path / "in").mkdir()
    written(tmp_path / "in" / "a.parquet", raw.slice(0, 4_000))
    as_csv(tmp_path / "in" / "b.csv", raw.slice(4_000))
    return str(tmp_path / "in")


def test_approaches_to_a_file_and_to_the_terminal(archive, tmp_path, capsys):
    """The same rows, the nearest first on the terminal; exit code 0 where there are some."""
    out = tmp_path / "near.parquet"

    assert 0 == main(["screen", archive, "--find", "approaches", "--out", str(out), "--part-rows", "1500"])
    rows = pq.read_table(out).to_pylist()
    assert f"{len(rows):,} rows" in capsys.readouterr().err
    assert 0 == main(["screen", archive, "--find", "approaches", "--limit", "5"])
    shown = capsys.readouterr().out.splitlines()
    assert ["time_utc", "a", "b", "cpa_m"] == shown[0].split()[:4]
    assert f"{min(row['cpa_m'] for row in rows):.1f}" in shown[1]
    assert f"{len(rows):,} approaches" == shown[-1]


def test_csv_and_json_on_standard_output(archive, capsys):
    """For a program that reads them at once."""
    assert 0 == main(["screen", archive, "--find", "meetings", "--radius-m", "3000", "--at-least-s", "1200", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert 0 == main(["screen", archive, "--find", "meetings", "--radius-m", "3000", "--at-least-s", "1200", "--csv"])
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))

    assert [row["first_utc"] for row in told["meetings"]] == [row["first_utc"] for row in rows]
    assert {"refused", "left_out", "meetings"} == set(told)
    assert all(row["first_utc"].endswith("Z") for row in rows)


def test_only_pairs_with_a_watched_craft(archive, tmp_path):
    """As with alerts."""
    assert 0 == main(
        ["screen", archive, "--find", "approaches", "--watch", "200000003", "--out", str(tmp_path / "o.csv")]
    )
    rows = list(csv.DictReader((tmp_path / "o.csv").read_text().splitlines()))

    assert rows
    assert all("200000003" in (row["a"], row["b"]) for row in rows)


def test_a_folder_to_work_in_is_gone_on_with(archive, tmp_path):
    """The second run finds all parts done and gives the same bytes; another question is refused."""
    words = ["screen", archive, "--find", "approaches", "--work", str(tmp_path / "work"), "--part-rows", "1500"]
    assert 0 == main([*words, "--out", str(tmp_path / "one.csv")])
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "work").glob("part-*")}
    assert 0 == main([*words, "--out", str(tmp_path / "two.csv")])

    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "work").glob("part-*")}
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert 3 == main([*words, "--radius-m", "100"])


def test_a_cluster_of_this_machine(archive, tmp_path):
    """The same bytes as from one process."""
    words = ["screen", archive, "--find", "approaches", "--part-rows", "1500", "--out"]
    assert 0 == main([*words, str(tmp_path / "one.csv")])
    assert 0 == main([*words, str(tmp_path / "two.csv"), "--cluster", "local:1"])

    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_alerts_of_a_parquet_file(raw, tmp_path, capsys):
    """The default: as a table, as JSON, as a map."""
    name = written(tmp_path / "a.parquet", raw.slice(0, 3_000))

    assert 0 == main(["screen", name, "--limit", "2"])
    assert "craft, " in capsys.readouterr().out
    assert 0 == main(["screen", name, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert 0 == main(["screen", name, "--out", str(tmp_path / "o.geojson")])
    features = json.loads((tmp_path / "o.geojson").read_text())["features"]
    assert len(told["alerts"]) == len(features)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("alerts hang together", ["--cluster", "local:2"]),
        ("alerts hang together", ["--work", "w"]),
        ("--at-least-s is of no use for approaches", ["--find", "approaches", "--at-least-s", "5"]),
        ("--still-kn is of no use for meetings", ["--find", "meetings", "--still-kn", "5"]),
        ("says no form", ["--out", "x.xlsx"]),
        ("no positive number", ["--find", "approaches", "--radius-m", "-1"]),
        ("there is no file", ["nothing/*.parquet", "--find", "approaches"]),
        ("no address of a store", ["nonsense://x", "--find", "approaches"]),
    ],
)
def test_what_cannot_be_is_refused_with_code_3(archive, tmp_path, monkeypatch, capsys, said, words):
    """One sentence and one of advice; nothing is written."""
    monkeypatch.chdir(tmp_path)

    assert 3 == main(["screen", archive, *words])
    told = capsys.readouterr().err
    assert said in told
    assert 2 == len(told.strip().splitlines())
    assert ["in"] == [path.name for path in tmp_path.iterdir()]


def test_nothing_found_is_code_1(tmp_path):
    """The file is there, with its columns and no row."""
    name = written(tmp_path / "a.parquet", reports(ships=1, minutes=10))

    assert 1 == main(["screen", name, "--find", "approaches", "--out", str(tmp_path / "o.parquet")])
    assert 0 == len(pq.read_table(tmp_path / "o.parquet"))
    assert pa.timestamp("us", "UTC") == pq.read_schema(tmp_path / "o.parquet").field("time_utc").type


def test_without_the_extra_the_rest_still_works(raw, tmp_path, monkeypatch, capsys):
    """A track file needs no Arrow; an archive says what to install."""
    monkeypatch.setattr("searoom.commands.watch.importlib.util.find_spec", lambda _name: None)

    assert 0 == main(["screen", as_csv(tmp_path / "a.csv", raw.slice(0, 2_000)), "--limit", "1"])
    assert 3 == main(["screen", written(tmp_path / "a.parquet", raw)])
    assert "searoom[archive]" in capsys.readouterr().err
