"""Where everybody was: read from a node's files and raw recordings, named by its registry, no more than is asked for."""

import pytest

from deskside import change_settings
from searoom import clock
from searoom.console.chart import past
from searoom.errors import NotAllowed
from searoom.tracks import stamps
from searoom.tracks.fixes import Rows
from searoom.units import MICROSECONDS
from searoom.watch.journal import Journal, Look
from searoom.watch.sightings import add

SENTENCE = b"!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24"  # 265547250 off Gothenburg (pyais)


def test_a_file_of_a_sensor_is_replayed_as_it_was(stage):
    """Ten minutes of the exercise: both craft, each ten seconds, nothing later than was asked for."""
    begin = stage.scenario.start_us
    found = past.seen(stage.folder("amber"), begin, begin + 600 * MICROSECONDS)

    assert {"AMBER 21", "CORAL 34"} == {found.fixes.names[k] for k in found.fixes.craft}
    assert 122 == len(found.fixes)
    assert begin + 600 * MICROSECONDS == found.fixes.time_us.max()
    assert 0 == found.every_s


def test_raw_sentences_that_a_feed_brought_are_replayed(stage):
    """What was recorded of a live feed is decoded again: the craft is where the sentence says."""
    folder, now_us = stage.folder("amber"), stage.scenario.start_us
    change_settings(folder, sensors=("mast=udp://127.0.0.1:10110",))
    journal = Journal(folder, keep_hours=1e6)
    journal.write(Look(now_us, {"mast": [stamps.stamped(SENTENCE, now_us)]}))
    journal.close()
    found = past.seen(folder, now_us - MICROSECONDS, now_us + MICROSECONDS)

    assert ["265547250"] == [found.fixes.names[k] for k in found.fixes.craft]
    assert 57.66 == pytest.approx(float(found.fixes.lat_deg[0]), abs=0.1)


def test_sightings_and_the_registry_are_in_it(stage):
    """What an officer saw is replayed too; a registry says whose a craft is."""
    folder, begin = stage.folder("amber"), stage.scenario.start_us
    add(
        folder,
        {"who": "OOW", "name": "boat", "bearing_deg": "70", "range_nm": "2", "lat": "32", "lon": "-165"},
        begin + 5,
    )
    (folder / "registry.toml").write_text(
        'source = "made"\n[[unit]]\nname = "Coral ship"\nparty = "coral"\nkind = "navy"\nhull = ["CORAL 34"]\n'
    )
    found = past.seen(folder, begin, begin + 60 * MICROSECONDS)

    assert {"AMBER 21", "Coral ship", "sighted:boat"} == {found.fixes.names[k] for k in found.fixes.craft}
    assert "coral" == found.registry.party("Coral ship", begin) or "coral" == found.registry.units["Coral ship"].party


@pytest.mark.parametrize(("begin", "end"), [(10, 10), (20, 10), (0, 7 * 3600)])
def test_a_period_that_is_none_is_refused(stage, begin, end):
    """A replay begins before it ends, and lasts six hours at most."""
    start = stage.scenario.start_us
    with pytest.raises(NotAllowed):
        past.seen(stage.folder("amber"), start + begin * MICROSECONDS, start + end * MICROSECONDS)


def test_of_too_many_each_craft_keeps_one_fix_in_each_step():
    """Thinned by time and not by craft: nobody disappears, and the step is told."""
    rows = Rows()
    for second in range(600):
        for craft in "abc":
            rows.add(craft, clock.from_text("2026-06-03T02:00:00Z") + second * MICROSECONDS, 30.0, 125.0,
                     source="AIS", speed_mps=5.0, course_deg=0.0, sigma_m=10.0)  # fmt: skip
    thin, every_s = past.thinned(rows.fixes()[0], most=400)

    assert (5, 360) == (every_s, len(thin))
    assert {0, 1, 2} == set(thin.craft.tolist())
