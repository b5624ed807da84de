"""What a feed brings, as fixes, batch by batch."""

import gzip
import json
from pathlib import Path

import pytest

from searoom.tracks import addresses, decoders, sources
from searoom.tracks.decoders import Decoder
from searoom.tracks.fixes import no_fixes
from searoom.tracks.recordings import Recorder
from spoken import NOON_US, at, rmc, ttm

DATA = Path(__file__).parent.parent / "data"
EVENT = b'<event uid="S" type="a-u-S" time="2026-06-03T12:00:00Z"><point lat="1" lon="2" ce="9"/></event>'
SBS = b"MSG,3,1,1,86E123,1,2026/06/03,12:00:00.000,2026/06/03,12:00:00.000,,38000,,,34.0,139.0,,,0,0,0,0"
LISTED = json.dumps({"now": NOON_US / 1e6, "aircraft": [{"hex": "86e123", "lat": 1, "lon": 2, "seen_pos": 0}]}).encode()
FEEDS = [
    ("nmea", "udp://0.0.0.0", rmc()),
    ("sbs", "sbs://127.0.0.1", SBS),
    ("aircraft", "aircraft+file:list.json", LISTED),
    ("cot", "cot+udp://0.0.0.0:4242", EVENT),
]


@pytest.mark.parametrize(("content", "address", "line"), FEEDS)
def test_each_kind_of_feed_has_its_reader(content, address, line):
    """By its address, or where that is a file by its first line, behind a time or not."""
    for where in (address, "file:log"):
        assert 1 == len(Decoder(addresses.parse(where)).feed([at(0, line)]))
    assert content == decoders.content_of(at(0, line)) == decoders.content_of(line)


def test_a_reader_remembers_from_batch_to_batch():
    """Our own place of one batch places the target of the next; each fix comes once."""
    decoder = Decoder(addresses.parse("bridge=udp://0.0.0.0"))
    own, none, target = decoder.feed([at(0, rmc())]), decoder.feed([]), decoder.feed([at(1, ttm(name="FERRY"))])

    assert (("own:bridge",), (), ("radar:bridge:7",)) == (own.names, none.names, target.names)
    assert {"radar:bridge:7": "FERRY"} == decoder.labels


def test_counts_over_all_batches():
    """What was turned away stays counted when the rows are let go."""
    decoder = Decoder(addresses.parse("bridge=udp://0.0.0.0"))
    assert {} == decoder.labels
    for _ in range(3):
        decoder.feed([at(5, rmc()[:-2] + b"00"), at(2, rmc()), at(1, rmc())])

    assert {"checksum wrong": 3, "time goes backwards, put in order": 3} == {
        cause: count for cause, count in decoder.counts.items() if "GNSS" not in cause
    }


@pytest.mark.parametrize("size", [1, 7, 100])
def test_live_and_from_a_recording_are_the_same(size, tmp_path):
    """What came in batches of any size, and what is read of the recording of it: the same fixes and the same refusals."""
    lines = gzip.decompress((DATA / "gpsd" / "ais-nmea.log.gz").read_bytes()).splitlines()
    lines = [at(number / 10, line) for number, line in enumerate(lines) if line]
    lines += [at(200 + second, ttm(range_nm=f"{second}.0")) for second in range(5)]
    recorder = Recorder(tmp_path / "bridge.nmea")
    recorder.write(lines)
    recorder.close()
    decoder = Decoder(addresses.parse("bridge=udp://0.0.0.0"))
    live = no_fixes().concat(*(decoder.feed(lines[place : place + size]) for place in range(0, len(lines), size)))
    reading = sources.read(tmp_path / "bridge.nmea")

    assert told(reading.fixes) == told(live)
    assert reading.refused == decoder.rows.refused


def told(fixes):
    """Return who was where, by time and name."""
    columns = zip(fixes.time_us.tolist(), fixes.craft, fixes.lat_deg.tolist(), fixes.lon_deg.tolist(), strict=True)
    return sorted((time, fixes.names[craft], lat, lon) for time, craft, lat, lon in columns)
