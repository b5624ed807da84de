"""Cursor on Target: craft at sea and in the air become fixes; XML that could harm, and events that tell nothing, are counted."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed
from searoom.tracks import cot
from searoom.tracks.cot import Events
from spoken import NOON_US, at

EVENT = (
    '<event version="2.0" uid="S-1" type="a-f-S-C" how="m-g" time="2026-06-03T12:00:05Z" start="2026-06-03T12:00:00Z" '
    'stale="2026-06-03T12:05:00Z"><point lat="34.0" lon="139.0" hae="12.5" ce="25.0" le="9999999.0"/>'
    '<detail><contact callsign="TEAL 1"/><track course="90.0" speed="5.5"/></detail></event>'
)
BOMB = '<!DOCTYPE e [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + EVENT.replace("TEAL 1", "&b;")


def read(*lines):
    """Return what was made of lines."""
    events = Events()
    events.feed(line if isinstance(line, bytes) else line.encode() for line in lines)
    events.close()
    return events


def test_reads_a_ship():
    """Place, error, course and speed, the moment at which they held, the call sign."""
    events = read(EVENT)
    found, _ = events.rows.fixes()

    assert (("cot:S-1",), ("COT",)) == (found.names, found.sources)
    assert [NOON_US] == found.time_us.tolist()
    assert (34.0, 139.0, 90.0, 5.5, 25.0) == tuple(
        float(column[0]) for column in (found.lat_deg, found.lon_deg, found.course_deg, found.speed_mps, found.sigma_m)
    )
    assert math.isnan(found.alt_m[0])
    assert {"cot:S-1": "TEAL 1"} == events.labels


def test_an_aircraft_has_a_height():
    """A ship's height above the ellipsoid is the geoid's; an aircraft's is its own."""
    found, _ = read(EVENT.replace("a-f-S-C", "a-n-A")).rows.fixes()

    assert [12.5] == found.alt_m.tolist()


def test_what_is_not_known_is_not_known():
    """The sentinels of the format, `nan`, and what is left out."""
    line = EVENT.replace('ce="25.0"', 'ce="9999999.0"').replace('course="90.0" speed="5.5"', 'course="NaN"')
    found, _ = read(line.replace("a-f-S-C", "a-f-A").replace('hae="12.5"', 'hae="999999"')).rows.fixes()

    assert [cot.SIGMA_UNKNOWN_M] == found.sigma_m.tolist()
    assert [True] * 3 == [math.isnan(column[0]) for column in (found.speed_mps, found.course_deg, found.alt_m)]


def test_reads_events_however_they_lie():
    """Several on one line, one on several, with XML's first line before each, behind a tag block."""
    second = EVENT.replace("S-1", "S-2").replace("><", ">\n<")
    events = read(
        EVENT + EVENT.replace("S-1", "S-3"),
        '<?xml version="1.0"?>',
        *second.splitlines(),
        at(9, EVENT.replace("S-1", "S-4").encode()),
    )

    assert {"cot:S-1", "cot:S-2", "cot:S-3", "cot:S-4"} == set(events.rows.fixes()[0].names)
    assert {} == events.rows.refused


@pytest.mark.parametrize("kind", ["a-f-G-U-C", "b-t-f", "t-x-c-t", "b-m-p-s-m", "a-f", ""])
def test_counts_what_is_no_craft(kind):
    """Units on land, chat, pings, markers."""
    assert 1 == read(EVENT.replace("a-f-S-C", kind)).other


@pytest.mark.parametrize(
    ("cause", "line"),
    [
        ("event with a document type or an entity", BOMB),
        ("event with a document type or an entity", '<!DOCTYPE e SYSTEM "file:///etc/passwd">' + EVENT),
        ("event is not XML", EVENT.replace("TEAL 1", "&unheard;")),
        ("event is not XML", EVENT.replace("<detail>", "")),
        ("event is not XML", "</event>"),
        ("event is not XML", EVENT.replace("TEAL 1", "\x00")),
        ("event without a point", EVENT.replace("<point", "<paint")),
        ("event deeper or wider than is read", EVENT.replace("<detail>", "<detail>" + "<a>" * 40 + "</a>" * 40)),
        ("event deeper or wider than is read", EVENT.replace("<detail>", "<detail>" + "<a/>" * 2000)),
        (
            "event deeper or wider than is read",
            EVENT.replace("<contact", "<contact " + " ".join(f'a{n}=""' for n in range(99))),
        ),
        ("event too long", EVENT.replace("TEAL 1", "x" * cot.MAX_EVENT_BYTES)),
        ("event too long", "<event" + " " * 100_000),
        ("event cut short", EVENT[:-20]),
        ("not a number", EVENT.replace('"34.0"', '"north"')),
        ("position out of range", EVENT.replace('"34.0"', '""')),
        ("time cannot be read", EVENT.replace('start="2026-06-03T12:00:00Z"', 'start="now"')),
        ("time cannot be read", EVENT.replace('start="2026-06-03T12:00:00Z"', 'start="2026-06-03T12:00:00"')),
        ("no usable name", EVENT.replace("S-1", "")),
        ("no usable name", EVENT.replace("S-1", "S" * 80)),
        ("tag block's checksum wrong", "\\c:1*00\\" + EVENT),
    ],
)
def test_counts_what_cannot_be_used(cause, line):
    """Each cause has its count, nothing is fatal, and the next event is read."""
    events = read(line)
    assert 1 == events.rows.refused[cause]
    events.feed([EVENT.replace("S-1", "S-9").encode()])
    assert "cot:S-9" in events.rows.fixes()[0].names


def test_no_file_is_opened_and_nothing_is_expanded():
    """An entity is refused where it is declared, so none is ever looked up."""
    with pytest.raises(NotAllowed, match="document type"):
        cot.parse(b'<!DOCTYPE e [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><event></event>')


PIECES = st.sampled_from(
    [EVENT, "<event>", "</event>", '<event uid="1" type="a-f-S">', "<point/>", "&lt;", "<!--", "]]>", "\n", " "]
)


@given(st.lists(st.one_of(PIECES.map(str.encode), st.binary(max_size=60)), max_size=12))
def test_no_bytes_are_fatal(pieces):
    """Any pieces in any order: counted or used."""
    read(*pieces).rows.fixes()
