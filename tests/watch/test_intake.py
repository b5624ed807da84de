"""One sensor of a live watch: what is read first when there is too much, and how the pace is told."""

from pyais import encode_dict

from searoom import clock
from searoom.tracks import addresses
from searoom.watch.intake import STATIC_SHED, Pace, Sensor

AMBER, CORAL = "219000001", "219000002"


def report(mmsi):
    """Return a position report."""
    told = {"type": 1, "mmsi": mmsi, "lat": 30.0, "lon": 130.0, "speed": 16.0, "course": 90.0}
    return encode_dict(told, talker_id="AI", sentence_type="VDM")[0].encode()


def static(mmsi):
    """Return what a ship says of itself, in two parts."""
    return [one.encode() for one in encode_dict({"type": 5, "mmsi": mmsi, "shipname": "MADE"}, talker_id="AI")]


def test_while_behind_static_data_goes_first_and_positions_stay():
    """Parts of long messages and what ships say of themselves are not read; every position is."""
    pace, sensor = Pace(), Sensor(addresses.parse("udp://127.0.0.1:10110"), clock.machine_now, "")
    everything = [*static(AMBER), report(AMBER), b"$GPRMC,1,A*00", *static(CORAL)]
    sensor.feed.put(everything)
    fixes = sensor.read(pace, behind=True)

    assert (AMBER,) == fixes.names
    assert {STATIC_SHED: 4} == dict(pace.shed)
    sensor.feed.put(everything)
    sensor.read(pace, behind=False)
    assert {STATIC_SHED: 4} == dict(pace.shed)
    assert 12 == sensor.counts()["lines"]


def test_the_pace_is_told_by_its_latest_latencies():
    """Median and the slowest of a hundred; nothing, where nothing was told yet."""
    pace = Pace()
    assert (None, None) == pace.quantiles()
    pace.latencies_s.extend([0.01] * 98 + [0.5] * 2)

    assert (0.01, 0.5) == pace.quantiles()
