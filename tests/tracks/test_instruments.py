"""One ship's line: own ship, radar and AIS mixed; everything used, or counted by its cause."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom import clock
from searoom.tracks.instruments import Instruments, speaks
from spoken import NOON_US, at, rmc, said, ttm

GPSD = Path(__file__).parent.parent / "data" / "gpsd"
AIS = b"!BSVDM,1,1,,A,13:WB@0vC2PmgjpP`WO=DbdF0<0U,0*5D"


def heard(*lines, **given):
    """Return what was made of lines."""
    instruments = Instruments(**given)
    instruments.feed(lines)
    instruments.close()
    return instruments


def test_reads_a_bridge():
    """Our own ship, a target by relative bearing and an AIS ship, each behind its time."""
    instruments = heard(
        at(0, rmc()),
        at(0.1, "HEHDT,90.0,T"),
        at(0.2, ttm(bearing="10.0,R", name="FERRY")),
        at(0.3, AIS),
        sensor="bridge",
    )
    fixes, _ = instruments.rows.fixes()

    assert {"own:bridge", "radar:bridge:7", "212456000"} == set(fixes.names)
    assert [0, 200_000, 300_000] == (fixes.time_us - NOON_US).tolist()
    assert {} == instruments.rows.refused
    assert "FERRY" == instruments.labels["radar:bridge:7"]


def test_the_lines_of_a_feed_are_read_alike():
    """A feed has stamped them all: AIS sentences are not looked at one by one, and nothing comes out otherwise."""
    lines = [at(0, rmc()), at(0.1, "HEHDT,90.0,T"), at(0.2, AIS), at(0.3, ttm(bearing="10.0,R")), at(0.4, b"!AIVDM,x")]
    plain, stamped = heard(*lines, sensor="bridge"), Instruments(sensor="bridge", compiled=True)
    stamped.feed_stamped(lines)
    stamped.close()

    assert plain.rows.fixes()[0].names == stamped.rows.fixes()[0].names
    assert (plain.rows.fixes()[0].time_us == stamped.rows.fixes()[0].time_us).all()
    assert (plain.rows.refused, plain.other) == (stamped.rows.refused, stamped.other)


def test_our_own_name_is_taken_where_it_is_known():
    """An MMSI of ours makes one craft of what we send and what our receiver says."""
    assert ("431000001",) == heard(rmc(), own="431000001").rows.fixes()[0].names


def test_ais_sentences_without_a_time_are_timed_by_our_own_clock():
    """A log of a bridge whose only clock is in RMC."""
    fixes, _ = heard(rmc("120001"), AIS).rows.fixes()

    assert [1_000_000, 1_000_000] == (fixes.time_us - NOON_US).tolist()


def test_the_time_last_seen_holds():
    """A block before one line is the time of those after it, AIS or not, until the next."""
    fixes, _ = heard(at(3, "GPTXT,01,01,02,hello"), rmc(), AIS, at(4, said("GPTXT,1"))).rows.fixes()

    assert [3_000_000, 3_000_000] == (fixes.time_us - NOON_US).tolist()


def test_a_logs_own_layout_of_times_is_left_to_the_reader_of_ais():
    """`$PGHP` lines and tails with Unix seconds are not overwritten by our clock."""
    pghp = said("PGHP,1,2026,6,3,12,0,9,0,219,,2190064,1,5D")
    by_line, by_tail = heard(rmc(), pghp, AIS).rows.fixes()[0], heard(rmc(), AIS + b",r1,1780488007").rows.fixes()[0]

    assert 9_000_000 == by_line.time_us.max() - NOON_US
    assert 7_000_000 == by_tail.time_us.max() - NOON_US


@pytest.mark.parametrize(
    ("cause", "lines"),
    [
        ("checksum wrong", [rmc()[:-2] + b"00"]),
        ("checksum missing", [rmc()[:-3]]),
        ("no time of reception", [said("HEHDT,90.0,T")]),
        ("no time of reception", [ttm()]),
        ("own position not valid", [rmc(mode="N")]),
        ("target without a fresh place of our own ship", [at(0, ttm())]),
        ("relative bearing without a fresh heading", [at(0, rmc()), at(0, ttm(bearing="1.0,R"))]),
        ("tag block's checksum wrong", [b"\\c:1780488000*00\\" + rmc()]),
        ("tag block's checksum wrong", [b"\\c:1780488000*00\\" + AIS]),
        ("line too long", [b"$GPRMC," + b"1" * 5000]),
        ("no time of reception", [AIS]),
    ],
)
def test_counts_what_cannot_be_used(cause, lines):
    """Each cause has its count, and nothing is fatal."""
    assert 1 == heard(*lines).rows.refused[cause]


def test_counts_other_sentences():
    """Depths, satellites, comments and makers' own lines."""
    assert 4 == heard(b"# a log", said("SDDBT,7.8,f"), said("PGRME,15.0"), b"hello", b"", rmc()).other


def test_reads_a_real_log_as_another_decoder_does():
    """GNSS and AIS off Enkhuizen: time, place and speed of each second as gpsd has them, AIS timed by the receiver."""
    instruments = heard(*gzip.decompress((GPSD / "ais-nmea.log.gz").read_bytes()).splitlines())
    fixes, backwards = instruments.rows.fixes()
    own = fixes.of("own:ship")
    decoded = gzip.decompress((GPSD / "ais-nmea.log.chk.gz").read_bytes()).decode().splitlines()
    fixed = [json.loads(line) for line in decoded if '"TPV"' in line and '"lat"' in line and '"speed"' in line]
    expected = {clock.from_text(one["time"]): one for one in fixed}
    found = {int(time): row for row, time in enumerate(own.time_us)}

    assert (164, 30, 0) == (len(own), len(fixes.names) - 1, backwards)
    assert 161 == len(expected.keys() & found.keys())  # gpsd made no fix of three seconds
    for time, one in expected.items():
        place = own.lat_deg[found[time]], own.lon_deg[found[time]]
        assert (one["lat"], one["lon"]) == pytest.approx(place, abs=1e-8)
        assert one["speed"] == pytest.approx(own.speed_mps[found[time]], abs=6e-4)
    assert {"position not available": 3} == instruments.rows.refused


@pytest.mark.parametrize(
    ("expected", "line"),
    [(True, "$GPRMC,1"), (True, r"\c:1*00\$RATTM,7"), (False, "!AIVDM,1"), (False, "$PGHP,1"), (False, "RMC")],
)
def test_knows_its_kinds(expected, line):
    """By the kind of the sentence, behind a tag block too."""
    assert expected == speaks(line)


WORDS = st.sampled_from(["GPRMC", "GPGGA", "HEHDT", "RATTM", "RATLL", "RAOSD", "GPVTG", "GPZDA", "HETHS"])
CELL = st.one_of(
    st.sampled_from(["", "A", "T", "R", "N", "L", "Q", "120000", "3400.0", "13900.0", "E", "030626", "7"]),
    st.text("0123456789.-NEAT", max_size=8),
)


@given(st.lists(st.tuples(WORDS, st.lists(CELL, max_size=16)), max_size=20), st.booleans())
def test_no_sentence_is_fatal(sentences, timed):
    """Any fields, with a right checksum: counted or used; and what is used keeps the ranges of fixes."""
    lines = [said(",".join([word, *cells])) for word, cells in sentences]
    heard(rmc(), *((at(n, line) for n, line in enumerate(lines)) if timed else lines)).rows.fixes()


@given(st.lists(st.binary(max_size=90)))
def test_no_line_is_fatal(lines):
    """Any bytes at all."""
    heard(*lines, *(b"$" + line for line in lines), *(b"\\" + line for line in lines)).rows.fixes()
