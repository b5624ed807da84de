"""Sightings typed in: checked, on the disk, read back by the same code as any other sensor's file."""

import pytest

from searoom import clock
from searoom.errors import NotAllowed
from searoom.tracks import sources
from searoom.watch import sightings
from searoom.watch.sightings import FILE, add, recent

NOW_US = clock.from_text("2026-06-03T02:14:20Z")
SEEN = {"who": "officer of the watch", "name": "boat 1", "seen": "a boat, two masts", "bearing_deg": "070",
        "range_nm": "2.5", "lat": "32.05", "lon": "-165.0"}  # fmt: skip


def test_a_sighting_is_a_fix_with_a_wide_error(tmp_path):
    """What was typed is read as any sensor's file is, where bearing and range put it; its words are kept."""
    one = add(tmp_path, SEEN, NOW_US)
    add(tmp_path, {**SEEN, "name": "boat 2", "time_utc": "2026-06-03T02:10:00Z"}, NOW_US)
    reading = sources.read(tmp_path / FILE)

    assert NOW_US == one.time_us
    assert {"sighted:boat 1", "sighted:boat 2"} == set(reading.fixes.names)
    assert 1_000 < reading.fixes.sigma_m[0] < 2_000
    assert "a boat, two masts" == reading.labels["sighted:boat 1"]


def test_the_last_hour_is_shown_the_oldest_first(tmp_path):
    """Older ones stay in the file and leave the chart; a broken row is passed over."""
    for minutes, name in ((0, "c"), (90, "old"), (30, "b")):
        time = clock.to_text(NOW_US - minutes * 60_000_000)
        add(tmp_path, {**SEEN, "name": name, "time_utc": time}, NOW_US)
    with (tmp_path / FILE).open("a") as file:
        file.write("no,row,at,all\n")

    assert ["b", "c"] == [one.name for one in recent(tmp_path, NOW_US)]
    assert () == recent(tmp_path / "nowhere", NOW_US)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"bearing_deg": "400"}, "bearing_deg out of range"),
        ({"range_nm": "far"}, "not a number"),
        ({"who": ""}, "without who"),
        ({"time_utc": "2026-06-03T02:30:00Z"}, "time that has not come"),
        ({"seen": "a\nboat"}, "seen cannot be read"),
        ({"sigma": "1"}, "has no 'sigma'"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(tmp_path, change, said):
    """Each field is named in a sentence, and the file stays as it was."""
    with pytest.raises(NotAllowed, match=said):
        add(tmp_path, {**SEEN, **change}, NOW_US)
    assert not (tmp_path / FILE).exists()


def test_commas_and_quotes_do_not_break_the_row(tmp_path):
    """What an officer writes is kept letter by letter."""
    add(tmp_path, {**SEEN, "seen": 'a "red" boat, =1+1'}, NOW_US)

    assert 'a "red" boat, =1+1' == recent(tmp_path, NOW_US)[0].seen


def test_a_full_file_is_said_to_be_full(tmp_path, monkeypatch):
    """A file does not grow for ever; who types is told what to do."""
    monkeypatch.setattr(sightings, "MAX_BYTES", 100)
    add(tmp_path, SEEN, NOW_US)
    with pytest.raises(NotAllowed, match="is full"):
        add(tmp_path, SEEN, NOW_US)
