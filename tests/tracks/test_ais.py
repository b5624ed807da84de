"""AIS sentences: used, or counted by what spoke against them."""

import math
from functools import reduce
from operator import xor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyais import encode_dict

from searoom.tracks.ais import MAX_OPEN_MESSAGES, Sentences, course_deg, speed_mps
from searoom.tracks.fixes import Rows

DATA = Path(__file__).parent.parent / "data"
POSITION = b"!BSVDM,1,1,,A,13:WB@0vC2PmgjpP`WO=DbdF0<0U,0*5D"
TIME = b"$PGHP,1,2010,6,11,11,46,12,470,219,,2190064,1,5D*57"
TIME_US = 1_276_256_772_470_000
NAME = (
    b"!AIVDM,2,1,1,,53cMa3@000010WSW?V105=<45B2222222222220t388151:9e2UiDm851DTh,0*65",
    b"!AIVDM,2,2,1,,j1C32CQp888,2*17",
)


def heard(*lines):
    """Return what was made of lines."""
    sentences = Sentences(rows=Rows())
    sentences.feed(lines)
    sentences.close()
    return sentences


def sentence(**fields):
    """Return a position report with some fields set."""
    told = {"type": 1, "mmsi": 235000001, "lat": 50.0, "lon": -1.0, "speed": 10.0, "course": 90.0, **fields}
    return encode_dict(told, talker_id="AI", sentence_type="VDM")[0].encode()


def checked(text):
    """Return a sentence or tag block with its checksum."""
    return text + b"*%02X" % reduce(xor, text[1:] if text[:1] in b"!$" else text, 0)


def test_reads_a_position_and_its_time():
    """A `$PGHP` line gives the time of reception of the next sentence."""
    fixes, _ = heard(TIME, POSITION).rows.fixes()

    assert ("212456000",) == fixes.names
    assert [TIME_US] == fixes.time_us.tolist()
    assert pytest.approx([57.033167, 11.741167]) == [fixes.lat_deg[0], fixes.lon_deg[0]]
    assert pytest.approx(19.4 * 1852 / 3600) == fixes.speed_mps[0]
    assert [341.0] == fixes.course_deg.tolist()


@pytest.mark.parametrize(
    ("expected", "lines"),
    [
        (1_700_000_000_000_000, [b"\\" + checked(b"s:station,c:1700000000") + b"\\" + POSITION]),
        (1_700_000_000_123_000, [b"\\" + checked(b"c:1700000000123") + b"\\" + POSITION]),
        (1_700_000_000_000_000, [POSITION + b",r003669961,1700000000"]),
        (TIME_US, [TIME, b"$GPRMC,other instrument", POSITION]),
    ],
)
def test_reads_the_time_of_reception_in_each_layout(expected, lines):
    """Tag block in seconds or milliseconds, a tail after the checksum, and other sentences between."""
    assert [expected] == heard(*lines).rows.fixes()[0].time_us.tolist()


@pytest.mark.parametrize(
    ("cause", "lines"),
    [
        ("no time of reception", [POSITION]),
        ("checksum wrong", [TIME, POSITION[:-1] + b"0"]),
        ("checksum missing", [TIME, POSITION[:-3]]),
        ("checksum wrong", [TIME, POSITION[:-2] + b"xy"]),
        ("line too long", [TIME, b"!AIVDM," + b"1" * 2000]),
        ("sentence has the wrong fields", [TIME, checked(b"!AIVDM,1,1,,A,13:WB@0vC2PmgjpP`WO=DbdF0<0U")]),
        ("sentence has the wrong fields", [TIME, checked(b"!AIVDM,1,2,,A,13:WB@0vC2PmgjpP`WO=DbdF0<0U,0")]),
        ("sentence has the wrong fields", [TIME, checked(b"!AIVDM,x,1,,A,13:WB@0vC2PmgjpP`WO=DbdF0<0U,0")]),
        ("message cannot be decoded", [TIME, checked(b"!AIVDM,1,1,,A,1,0")]),
        ("first part of a message missing", [NAME[1]]),
        ("part of a message missing", [NAME[0]]),
        ("part of a message missing", [NAME[0], NAME[0], NAME[1]]),
        ("time line cannot be read", [b"$PGHP,1,2010,13,41,11,46,12,470,219*57"]),
        ("tag block's checksum wrong", [b"\\c:1700000000*00\\" + POSITION]),
    ],
)
def test_counts_what_cannot_be_used(cause, lines):
    """Each cause has its count, and nothing is fatal."""
    assert 1 == heard(*lines).rows.refused[cause]


def test_an_unreadable_time_does_not_leave_the_old_one():
    """After a time line that cannot be read, a sentence is without time rather than with a wrong one."""
    refused = heard(TIME, b"$PGHP,broken", POSITION).rows.refused

    assert {"time line cannot be read": 1, "no time of reception": 1} == refused


def test_joins_parts_with_other_sentences_between():
    """The name of a ship comes in two sentences, and a position may come between them."""
    sentences = heard(NAME[0], TIME, POSITION, NAME[1])

    assert 1 == len(sentences.labels)
    assert 1 == len(sentences.rows)
    assert {} == sentences.rows.refused


def test_gives_up_the_oldest_when_too_many_messages_are_open():
    """Parts that never come do not fill the memory."""
    lines = [checked(b"!AIVDM,2,1,%d,A,53cMa3@,0" % number) for number in range(MAX_OPEN_MESSAGES + 5)]

    sentences = Sentences(rows=Rows())
    sentences.feed(lines)
    assert {"part of a message missing": 5} == sentences.rows.refused
    sentences.close()
    assert {"part of a message missing": MAX_OPEN_MESSAGES + 5} == sentences.rows.refused


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("speed", {"speed": 102.3}),
        ("course", {"course": 360.0}),
        ("speed", {"type": 18, "speed": 102.3}),
        ("speed", {"type": 27, "speed": 63, "course": 90, "gnss": 0}),
        ("course", {"type": 27, "speed": 10, "course": 511, "gnss": 0}),
    ],
)
def test_sentinels_become_not_known(what, fields):
    """102.3 kn and 360 degrees (63 and 511 in message 27) mean not available, not a fast ship going north."""
    fixes, _ = heard(TIME, sentence(**fields)).rows.fixes()
    values = {"speed": fixes.speed_mps, "course": fixes.course_deg}

    assert math.isnan(values.pop(what)[0])
    assert not math.isnan(values.popitem()[1][0])


def test_a_position_that_is_not_available_is_refused():
    """91 north 181 east is no place."""
    assert {"position not available": 1} == heard(TIME, sentence(lat=91.0, lon=181.0)).rows.refused


def test_the_edge_values_are_told_apart():
    """Just below the sentinel is a speed; the sentinel is none."""
    assert not math.isnan(speed_mps(102.2))
    assert math.isnan(speed_mps(102.3))
    assert 359.9 == course_deg(359.9)


def test_reads_a_real_stream():
    """The Danish stream: 2,965 positions of 1,390 ships and 458 names; 23 told no position; nothing else is lost."""
    sentences = heard(*(DATA / "dma_stream_2010-06-11.txt").read_bytes().splitlines())
    fixes, _ = sentences.rows.fixes()

    assert (2965, 1390, 458) == (len(fixes), len(fixes.names), len(sentences.labels))
    assert {"position not available": 23} == sentences.rows.refused


@given(
    st.lists(
        st.one_of(st.binary(max_size=90), st.binary(max_size=60).map(lambda b: checked(b"!AIVDM,1,1,,A," + b + b",0")))
    )
)
def test_no_line_is_fatal(lines):
    """Any bytes at all: counted or used."""
    heard(TIME, *lines)


@given(st.integers(0, 27), st.text("0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVW`abcdefghijklmnopqrstuvw", max_size=60))
def test_no_payload_is_fatal(kind, payload):
    """Any payload of any type, with a right checksum: counted or used."""
    first = chr(kind + 48 if kind < 40 else kind + 56)
    heard(TIME, checked(b"!AIVDM,1,1,,A," + (first + payload).encode() + b",0"))
