"""Commands of the watch on a bridge: what an officer reads, and what the exit code says."""

import json

import pytest

from deskside import at_work, change_settings, run
from searoom.desk import asking as desk
from searoom.exercise.scenario import CSV_HEAD
from searoom.units import MICROSECONDS

REGISTRY = 'source = "x"\n[[unit]]\nname = "CORAL 34"\nparty = "coral"\nkind = "navy"\n'
ZONE = """
[[zone]]
name = "firing area"
claimed_by = "pearl"
source = "notice 12"
date = 2026-05-01
shape = "circle"
points = [[31.1, 128.0]]
radius_nm = 3
"""


@pytest.fixture
def folder(stage):
    """Amber's folder, its node at work: a target comes head on, another was lost."""
    place = stage.folder("amber")
    change_settings(place, sensors=("sensors.csv",))
    (place / "registry.toml").write_text(REGISTRY)
    (place / "zones.toml").write_text(ZONE)
    rows = [CSV_HEAD]
    for second in range(0, 31, 10):
        lat = second * 6.17 / 110_900.0
        when = f"2026-06-03T02:00:{second:02d}Z"
        rows.append(f"AMBER 21,OWN,,{when},{31.0 + lat:.7f},128.0,12.0,0.0,,5.0")
        rows.append(f"radar:arpa:7,ARPA,,{when},{31.05 - lat:.7f},128.0,12.0,180.0,,25.0")
    (place / "sensors.csv").write_text("\n".join(rows) + "\n")
    with at_work(stage, "amber"):
        desk.ask(place, {"do": "tick", "now_us": stage.scenario.start_us + 30 * MICROSECONDS})
        yield place


def test_encounters_for_a_person(folder, capsys):
    """Grade, who and whose, range and closest approach with errors, the rule with its condition, who is called, the limit."""
    run(capsys, "tag", folder, "radar:arpa:07", "CORAL 34", "--by", "amber-1", "--note", "from the wing")
    code, out, _ = run(capsys, "encounters", folder)

    assert 0 == code
    assert "WARN  AMBER 21 (amber) and radar:arpa:7 (CORAL 34, coral)   head-on, since 2026-06-03T02:00:00Z" in out
    assert "range 2.8 nm (5,170 m ± 60 m) bearing 000; CPA 0.0 nm" in out
    assert "head-on (rule 14), if in sight of one another" in out
    assert "radar:arpa:7: ARPA 0 s ago" in out
    assert "UNANSWERED since 2026-06-03T02:00:00Z; step 0 of 3: nobody yet" in out
    assert "outside of 'firing area' (claimed by pearl, notice 12, 2026-05-01), crosses it in " in out


def test_encounters_for_a_program(folder, capsys):
    """The same as JSON."""
    code, out, _ = run(capsys, "encounters", folder, "--json")
    told = json.loads(out)

    assert 0 == code
    assert ["warn"] == [one["grade"] for one in told["open"]]
    assert {"now", "looked_at", "behind", "blind", "open", "company", "events", "cleared", "limits"} == set(told)


def test_an_alarm_is_acknowledged_and_put_off(folder, capsys):
    """Who and up to which grade is said; then it no longer rings."""
    told = run(capsys, "acknowledge", folder, "radar:arpa:07", "--by", "amber-1")
    shown = run(capsys, "encounters", folder)[1]
    later = run(capsys, "snooze", folder, "AMBER 21", "radar:arpa:7", "--minutes", "20")

    assert (0, "acknowledged: AMBER 21 and radar:arpa:7, up to warn\n", "") == told
    assert "acknowledged 2026-06-03T02:00:30Z" in shown
    assert "UNANSWERED" not in shown
    assert (0, "put off for 20 min: AMBER 21 and radar:arpa:7, up to warn\n", "") == later
    assert "put off until 2026-06-03T02:20:30Z" in run(capsys, "encounters", folder)[1]


def test_who_is_not_there_cannot_be_acknowledged(folder, capsys):
    """Exit code 3, and nothing is written."""
    code, _, err = run(capsys, "acknowledge", folder, "NOBODY")

    assert 3 == code
    assert "no encounter is open with NOBODY" in err


def test_a_tag_is_set_listed_and_undone(folder, capsys):
    """With its time; after it is taken back there is none."""
    until = "2026-06-03T02:40:00Z"
    told = run(capsys, "tag", folder, "radar:arpa:7", "CORAL 34", "--from", "2026-06-03T02:00:00Z", "--until", until)
    line = "radar:arpa:7 is CORAL 34 from 2026-06-03T02:00:00Z until 2026-06-03T02:40:00Z\n"

    assert (0, f"tagged: {line}", "") == told
    assert f"  {line}" == run(capsys, "tag", folder)[1]
    assert f"taken back: {line}" == run(capsys, "tag", folder, "radar:arpa:7", "--undo")[1]
    assert "  none\n" == run(capsys, "tag", folder)[1]


def test_a_tag_of_a_unit_that_is_in_no_registry_is_refused(folder, capsys):
    """The name is said."""
    code, _, err = run(capsys, "tag", folder, "radar:arpa:7", "CORAL 99")

    assert 3 == code
    assert "CORAL 99" in err


def test_marks_for_a_map_go_into_a_new_file_alone(folder, tmp_path, capsys):
    """One event an encounter; what that means is said; no file is replaced."""
    code, out, err = run(capsys, "cot", folder, tmp_path / "a.cot")

    assert (0, "") == (code, out)
    assert "1 encounters in" in err
    assert "handing it on is a release" in err
    assert 1 == (tmp_path / "a.cot").read_text().count("<event ")
    assert 5 == run(capsys, "cot", folder, tmp_path / "a.cot")[0]


def test_an_empty_picture_is_not_called_clear(stage, capsys):
    """Nothing open, a sensor that is blind: both are said."""
    (stage.folder("amber") / "sensors.csv").write_text("garbage,header\n1,2\n")
    with at_work(stage, "amber"):
        desk.ask(stage.folder("amber"), {"do": "tick", "now_us": stage.scenario.start_us})
        code, out, _ = run(capsys, "encounters", stage.folder("amber"))

    assert 0 == code
    assert "no alarm is not a clear sea" in out
    assert "BLIND sensors.csv: " in out
