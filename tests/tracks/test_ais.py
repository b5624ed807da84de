"""AIS sentences: used, or counted by what spoke against them; each case is read both ways, compiled and plainly."""

import math
from functools import reduce
from operator import xor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyais import encode_dict
from pyais.constants import TurnRate

from searoom.compiling import COMPILED
from searoom.tracks.ais import Sentences, course_deg, speed_mps
from searoom.tracks.aisdecoder import MAX_REST_BYTES, Decoder
from searoom.tracks.aiskernel import MAX_GAP_US, MAX_OPEN_MESSAGES
from searoom.tracks.ships import Ship

DATA = Path(__file__).parent.parent / "data"
STREAM = (DATA / "dma_stream_2010-06-11.txt").read_bytes()
POSITION = b"!BSVDM,1,1,,A,13:WB@0vC2PmgjpP`WO=DbdF0<0U,0*5D"
TIME = b"$PGHP,1,2010,6,11,11,46,12,470,219,,2190064,1,5D*57"
TIME_US = 1_276_256_772_470_000
NAME = (
    b"!AIVDM,2,1,1,,53cMa3@000010WSW?V105=<45B2222222222220t388151:9e2UiDm851DTh,0*65",
    b"!AIVDM,2,2,1,,j1C32CQp888,2*17",
)


def heard(*lines):
    """Return what was made of lines; both ways of decoding make the same of them."""
    plain, compiled = (Sentences(decoder=Decoder(compiled=way)) for way in (False, COMPILED))
    for sentences in (plain, compiled):
        sentences.feed(lines)
        sentences.close()
    assert made_of(plain) == made_of(compiled)
    return compiled


def made_of(sentences):
    """Return all that can be known of what was made, in a form that can be compared."""
    rows = sentences.rows
    counts = (rows.refused, rows.doubtful, sentences.other, sentences.base_stations)
    return rows._names, rows._sources, rows._whole, rows._real.tobytes(), counts, sentences.ships


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
        ("sentence has the wrong fields", [TIME, checked(b"!AIVDM,1,1,,A,13:WB@0vC2PmgjpP`WO=DbdF0<0U,6")]),
        ("message too short for its type", [TIME, checked(b"!AIVDM,1,1,,A,1,0")]),
        ("message too short for its type", [TIME, checked(b"!AIVDM,1,1,,A,13:WB@0vC2PmgjpP`WO=DbdF0<0,0")]),
        ("message too long for its type", [TIME, checked(b"!AIVDM,1,1,,A,13:WB@0vC2PmgjpP`WO=DbdF0<0U0000000,0")]),
        ("message too long for its type", [TIME, checked(b"!AIVDM,1,1,,A,1" + b"0" * 300 + b",0")]),
        ("payload is not six-bit", [TIME, checked(b"!AIVDM,1,1,,A,13:WB@0vC2PmgjpP`WO=D~dF0<0U,0")]),
        ("part of message 24 unknown", [checked(b"!AIVDM,1,1,,A,H3KLehdt00000000?6ekkjm00000,0")]),
        ("time cannot be read", [POSITION + b",r003669961,17000x0000"]),
        ("time cannot be read", [b"\\" + checked(b"c:now") + b"\\" + POSITION]),
        ("tag block's checksum wrong", [b"\\c:1700000000*45"]),
        ("time line cannot be read", [TIME[:-1] + b"8", POSITION]),
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


@pytest.mark.parametrize("block", [b"\\c:1700000000*00\\", b"\\c:1700000000\\", b"\\c:17"])
def test_a_damaged_tag_block_leaves_no_time(block):
    """What stands in a block whose checksum is wrong is not believed, and the time before it may be hours old."""
    refused = heard(TIME, block + POSITION, POSITION).rows.refused

    assert {"tag block's checksum wrong": 1, "no time of reception": 2 if block.endswith(b"\\") else 1} == refused


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

    for way in (False, COMPILED):
        sentences = Sentences(decoder=Decoder(compiled=way))
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
        ("speed", {"type": 9, "speed": 1023, "alt": 300}),
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


def test_an_aircraft_has_a_height_and_a_speed_in_knots():
    """Message 9: metres above the sea and whole knots; 4095 m is not known; the MMSI has nine digits, however short."""
    high, unknown = (sentence(type=9, mmsi=mmsi, alt=alt, speed=140) for mmsi, alt in ((1029, 303), (1030, 4095)))
    fixes, _ = heard(TIME, high, unknown).rows.fixes()

    assert ("000001029", "000001030") == fixes.names
    assert 303.0 == fixes.alt_m[0]
    assert math.isnan(fixes.alt_m[1])
    assert pytest.approx([140 * 1852 / 3600] * 2) == fixes.speed_mps.tolist()


@pytest.mark.parametrize(
    ("expected", "turn"),
    [(0.0, 0), (10.0 / 60, 10), (-10.0 / 60, -10), (math.nan, 127), (math.nan, -127), (math.nan, -128)],
)
def test_reads_the_rate_of_turn(expected, turn):
    """Degrees a second to starboard; without a turn indicator it is not known, also where the ship says that she turns."""
    fixes, _ = heard(TIME, sentence(turn=TurnRate(turn) if abs(turn) > 126 else turn)).rows.fixes()

    assert pytest.approx(expected, rel=0.06, nan_ok=True) == fixes.turn_dps[0]


def test_fill_bits_counted_wrong_cost_nothing():
    """The letters hold the bits that a sender calls fill; a message without its whole last letters is refused."""
    right, wrong = (checked(b"!AIVDM,1,1,,A,13:WB@0vC2PmgjpP`WO=DbdF0<0U,%d" % fill) for fill in (0, 5))

    assert made_of(heard(TIME, right)) == made_of(heard(TIME, wrong))


def test_own_ship_is_told_apart():
    """VDO is what our own transponder sends; it is a fix like any other, from another source."""
    own = checked(b"!AIVDO,1,1,,,13:WB@0vC2PmgjpP`WO=DbdF0<0U,0")
    fixes, _ = heard(TIME, own, sentence()).rows.fixes()

    assert {("212456000", "OWN"), ("235000001", "AIS")} == {
        (fixes.names[craft], fixes.sources[source]) for craft, source in zip(fixes.craft, fixes.source, strict=True)
    }


def test_base_stations_are_counted_as_what_they_are():
    """Messages 4 and 11 tell where a station stands; that is no craft."""
    sentences = heard(TIME, *(sentence(type=kind, year=2020, month=1, day=1) for kind in (4, 11)))

    assert (0, 2, {}) == (len(sentences.rows), sentences.base_stations, sentences.decoder.other_messages)


@pytest.mark.parametrize(
    "tagged",
    [
        lambda station, line: b"\\" + checked(b"s:%b,c:1700000000" % station) + b"\\" + line,
        lambda station, line: b"\\" + checked(b"g:%b-2-%b" % (line[9:10], station)) + b"\\" + line,
        # the station stands only in the first line of a group
        lambda station, line: (
            b"\\" + checked(b"g:%b-2-%b%b" % (line[9:10], station, b",s:r7" * (line[9:10] == b"1"))) + b"\\" + line
        ),
        lambda station, line: line + b"," + station + b",1700000000",
    ],
)
def test_parts_of_two_receivers_are_not_mixed(tagged):
    """Two stations hear different messages with one sequence number at once; each part goes to its own."""
    other = encode_dict(
        {"type": 5, "mmsi": 235000001, "shipname": "CORAL"}, talker_id="AI", sentence_type="VDM", seq_id=1
    )
    amber, coral = (
        [part.replace(b",1,,", b",1,A,") for part in parts] for parts in (NAME, [x.encode() for x in other])
    )
    amber, coral = ([checked(part[:-3]) for part in parts] for parts in (amber, coral))
    mixed = [(b"1", amber[0]), (b"2", coral[0]), (b"1", amber[1]), (b"2", coral[1])]

    sentences = heard(*(tagged(*one) for one in mixed))
    assert {} == sentences.rows.refused
    assert {**heard(*NAME).labels, "235000001": "CORAL"} == sentences.labels


def test_a_message_is_timed_by_its_first_part():
    """What another station writes down between two parts is not when the message was heard."""
    parts = [checked(b"!AIVDM,2,%d,1,A,%b,0" % (n, half)) for n, half in ((1, POSITION[14:30]), (2, POSITION[30:42]))]
    stamps = [b"\\" + checked(b"g:%d-2-7,c:%d" % (n, 1_700_000_000 + n)) + b"\\" for n in (1, 2)]

    fixes, _ = heard(stamps[0] + parts[0], stamps[1] + parts[1]).rows.fixes()
    assert [1_700_000_001_000_000] == fixes.time_us.tolist()


def test_a_late_part_is_of_another_message():
    """Sequence numbers come round: a second part much later does not belong to the first."""
    begun, late = (NAME[n] + b",r1,%d" % (1_700_000_000 + n * (MAX_GAP_US // 1_000_000 + 1)) for n in (0, 1))

    assert {"part of a message missing": 1, "first part of a message missing": 1} == heard(begun, late).rows.refused


def test_a_tail_without_a_time_is_none():
    """Some receivers write only their name or a signal's strength behind the checksum; the time holds."""
    assert 1 == len(heard(TIME, POSITION + b",b003660465").rows)


def test_gathers_what_ships_say_of_themselves():
    """Name, call sign, IMO number, type, size and destination, from messages 5 and 24; later words replace earlier ones."""
    voyage = {"type": 5, "imo": 9134270, "callsign": "3FOF8", "shipname": "AMBER ONE", "ship_type": 35, "to_bow": 225}
    parts = [
        encode_dict(fields, talker_id="AI", sentence_type="VDM", seq_id=number)
        for number, fields in enumerate(
            [
                {**voyage, "mmsi": 351759000, "destination": "NEW YORK"},
                {**voyage, "mmsi": 351759000, "shipname": "AMBER TWO"},
                {"type": 24, "mmsi": 271041815, "partno": 0, "shipname": "CORAL"},
                {"type": 24, "mmsi": 271041815, "partno": 1, "callsign": "TC6163", "ship_type": 60, "to_port": 5},
                {"type": 24, "mmsi": 982710418, "partno": 1, "callsign": "TC6164", "mothership_mmsi": 271041815},
            ]
        )
    ]
    ships = heard(*(line.encode() for message in parts for line in message)).ships

    amber = Ship("AMBER TWO", "3FOF8", 9134270, 35, bow_m=225, destination="NEW YORK")
    coral = Ship("CORAL", "TC6163", ship_type=60, port_m=5)
    assert {"351759000": amber, "271041815": coral, "982710418": Ship(call_sign="TC6164")} == ships


def test_reads_a_real_stream():
    """The Danish stream: 2,965 positions of 1,390 craft and 458 names; 24 told no position; nothing else is lost."""
    sentences = heard(*STREAM.splitlines())
    fixes, _ = sentences.rows.fixes()

    assert (2965, 1390, 458) == (len(fixes), len(fixes.names), len(sentences.labels))
    assert {"position not available": 24} == sentences.rows.refused


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_the_stream_may_be_cut_anywhere(size):
    """Pieces of any size make the same as the whole: a line without its end waits for it."""
    some = STREAM[: 40 * size + 3000]
    for way in (False, COMPILED):
        pieces, whole = (Sentences(decoder=Decoder(compiled=way)) for _ in range(2))
        for start in range(0, len(some), size):
            pieces.read(some[start : start + size])
        whole.read(some)
        for sentences in (pieces, whole):
            sentences.close()
        assert made_of(whole) == made_of(pieces)


def test_a_line_without_an_end_is_not_held():
    """More than a line can have is counted once and let go, what is left of it too; the next line is read."""
    sentences = Sentences()
    sentences.read(TIME + b"\n")
    for _ in range(2):
        sentences.read(b"x" * (MAX_REST_BYTES // 2 + 1))
    sentences.read(POSITION + b"\n" + POSITION + b"\n")

    assert {"line too long": 1} == sentences.rows.refused
    assert 1 == len(sentences.rows)


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
