"""Presence as it is told: a table in three languages, rows for a program, and a line that can be cited."""

import csv
import json
from datetime import timedelta

import pytest

from in_zone import AREA, BEGIN, made
from searoom.encounters import presence
from searoom.errors import NotAllowed
from searoom.review import presence as telling
from searoom.review.presence import Words
from searoom.tracks.fixes import Rows
from searoom.tracks.registry import KINDS


def test_a_table_says_what_its_count_is_worth():
    """Each basis apart, nothing added up; below each how far it can be trusted, and at the end the line to cite."""
    lines = telling.to_table(made(), Words("en")).splitlines()

    assert ["Presence in firing area", "claimed by amber; notice 12 of 2026, 2026-05-01"] == lines[:2]
    assert "  unknown  unknown     1      1           1    1.0" in lines
    assert "  Hours with any report from the zone: 2 of 2." in lines
    assert "  Gaps up to 30 min between two reports are bridged; 0.0 h in longer ones are not counted." in lines
    assert "  Reports from the zone: AIS 7, tracks.csv 7." in lines
    assert any("2 of 3. A day that it does not name was not told" in line for line in lines)
    assert 2 == sum("Absence of reports is not absence of craft." in line for line in lines)
    assert telling.citation(made()) == lines[-1]


def test_nobody_there_is_said_with_its_coverage():
    """A zone without a report has no rows, and still says that silence is not absence."""
    rows = Rows()
    rows.add("A", BEGIN, 35.0, 130.0, speed_mps=0.0, course_deg=0.0, sigma_m=9.0, source="AIS")
    told = made(parts=(presence.of_fixes(rows.fixes()[0], AREA),))

    assert "Nobody was told to be in the zone." in telling.to_table(told, Words("en"))
    assert "0 of 1 hours; absence of reports is not absence of craft." in telling.citation(told)


@pytest.mark.parametrize("lang", ["en", "ja", "zh"])
def test_every_sentence_is_there_in_each_language(lang):
    """All kinds and all sentences; columns of full-width letters stand under each other."""
    words = Words(lang)
    table = telling.to_table(made(), words)

    assert all(words(f"kind.{kind}") for kind in (*KINDS, "unknown"))
    assert words("coverage.absence") in table
    assert "firing area" in table
    assert "notice of amber, daily" in table


def test_there_is_no_fourth_language():
    """A language that has no texts is refused."""
    with pytest.raises(NotAllowed, match="no texts in 'xx'"):
        Words("xx")


def test_rows_for_a_spreadsheet():
    """One row a day, party, kind and basis; hours that nobody told are an empty cell, and quotes are kept."""
    rows = list(csv.DictReader(telling.to_csv(made()).splitlines()))

    assert [
        ("2026-06-01", "unknown", "unknown", "1", "1.00", "tracks"),
        ("2026-06-01", "coral", "coast guard", "2", "", "notice of amber, daily"),
        ("2026-06-03", "coral", "navy", "0", "", "notice of amber, daily"),
    ] == [tuple(row.values()) for row in rows]


def test_json_for_a_program():
    """Days, totals and coverage of each basis, the files by their hashes, and the statement in words."""
    told = json.loads(json.dumps(telling.to_json(made(registry="our own list (SHA-256 00)"))))
    tracks, table = told["parts"]

    assert ["tracks.csv", "daily.csv", "zones.toml"] == [file["name"] for file in told["files"]]
    assert [7, None, None] == [file["fixes_in_zone"] for file in told["files"]]
    assert (2, 2, 1, 1) == tuple(tracks["coverage"][key] for key in ("hours", "heard_hours", "stays", "silent"))
    assert {"date": "2026-06-01", "party": "unknown", "kind": "unknown", "craft": 1, "hours": 1.0} == tracks["days"][0]
    assert (2, None) == (table["days_told"], table["coverage"])
    assert "Absence of reports is not absence of craft." == tracks["coverage"]["statement"]
    assert ("amber", "our own list (SHA-256 00)") == (told["zone"]["claimed_by"], told["registry"])


def test_a_line_to_cite_names_everything_it_rests_on():
    """Zone with who claims it, its source and date; period, files with their hashes, registry, bridge and coverage."""
    line = telling.citation(made(registry="our own list (SHA-256 00)", day_begins=timedelta(hours=-3, minutes=-30)))

    for part in (
        "claimed by amber (notice 12 of 2026, 2026-05-01; zones.toml, SHA-256 " + "ef" * 32,
        "2026-06-01 to 2026-06-03 UTC-03:30;",
        "tracks.csv (SHA-256 " + "ab" * 32,
        "units by our own list (SHA-256 00);",
        "gaps over 30 min not counted; reports from the zone in 2 of 2 hours; absence of reports is not absence of craft.",
    ):
        assert part in line
    assert "\n" not in line
