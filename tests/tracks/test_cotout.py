"""Events out: what is written is read again as it was, and says no more than it must."""

import math

from hypothesis import given
from hypothesis import strategies as st

from searoom.tracks import cot
from searoom.tracks.cot import Events
from searoom.tracks.cotout import AIRCRAFT, MARK, SHIP, Meeting, of_fixes, of_meetings
from searoom.tracks.fixes import Rows
from spoken import NOON_US

KNOWN = st.floats(0, 300, allow_nan=False)
MAYBE = st.one_of(st.just(math.nan), KNOWN)
ROW = st.tuples(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(str.isprintable),
    st.integers(0, 4_000_000_000_000_000),
    st.floats(-90, 90), st.floats(-180, 180), MAYBE, st.one_of(st.just(math.nan), st.floats(0, 359.9)),
    st.floats(0.1, 10_000), MAYBE,
)  # fmt: skip


def made(rows):
    """Return fixes of rows."""
    found = Rows()
    for name, time_us, lat, lon, speed, course, sigma, alt in rows:
        found.add(
            f"cot:{name}", time_us, lat, lon, speed_mps=speed, course_deg=course, sigma_m=sigma, source="COT", alt_m=alt
        )
    return found.fixes()[0]


def again(fixes):
    """Return what is read of the events of fixes."""
    events = Events()
    events.feed(event.encode() for event in of_fixes(fixes))
    events.close()
    assert {} == events.rows.refused
    return events.rows.fixes()[0]


@given(st.lists(ROW, max_size=8))
def test_what_is_written_is_read_as_it_was(rows):
    """Names of any letters, all numbers to the last bit, what is not known stays so."""
    before = made(rows)
    after = again(before)

    assert told(before) == told(after)


def told(fixes):
    """Return all that an event says, row by row, by name and time: which craft was met first is no matter."""
    columns = ("time_us", "lat_deg", "lon_deg", "speed_mps", "course_deg", "sigma_m", "alt_m")
    values = zip(*(getattr(fixes, name).tolist() for name in columns), strict=True)
    return sorted((fixes.names[craft], *map(repr, row)) for craft, row in zip(fixes.craft, values, strict=True))


def test_an_event_says_ship_or_aircraft_and_never_friend_or_foe():
    """The caller may say what kind a craft is; nobody else does."""
    fixes = made([("a", NOON_US, 1.0, 2.0, 3.0, 4.0, 5.0, math.nan), ("b", NOON_US, 1.0, 2.0, 3.0, 4.0, 5.0, 900.0)])
    kinds = [cot.parse(event.encode())[0].attributes["type"] for event in of_fixes(fixes)]
    told = [cot.parse(event.encode())[0].attributes["type"] for event in of_fixes(fixes, types={"cot:a": "a-n-S-C"})]

    assert [SHIP, AIRCRAFT] == kinds
    assert ["a-n-S-C", AIRCRAFT] == told


def test_a_name_that_a_craft_sends_is_its_call_sign():
    """Whatever letters it has."""
    fixes = made([("a", NOON_US, 1.0, 2.0, 3.0, 4.0, 5.0, math.nan)])
    events = Events()
    events.feed(event.encode() for event in of_fixes(fixes, labels={"cot:a": "<\"&'星"}))

    assert {"cot:a": "<\"&'星"} == events.labels


def test_an_encounter_is_a_mark_with_words():
    """Who, how near now and at the closest, in how many minutes; no alarm of other people's systems."""
    (event,) = of_meetings([Meeting(NOON_US, 34.0, 139.0, "ALFA <1>", "BRAVO", "warn", 3704.0, 926.0, 600.0)])
    elements = cot.parse(event.encode())

    assert MARK == elements[0].attributes["type"]
    assert "warn: ALFA &lt;1&gt; and BRAVO, now 2.00 nm, closest 0.50 nm in 10 min" in event
    assert ["ALFA <1>", "BRAVO"] == [one.attributes["uid"] for one in elements if one.name == "link"]
