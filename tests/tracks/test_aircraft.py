"""Lists of aircraft: positions as old as they say, sources and errors as they claim, everything else by its cause."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.tracks import aircraft
from searoom.tracks.aircraft import R95, Documents, craft_name, source_of
from spoken import NOON_US, at

NOW = NOON_US / 1e6
ONE = {
    "hex": "86e123", "type": "adsb_icao", "flight": "JAL123  ", "alt_baro": 38000, "alt_geom": 38500, "gs": 450.0,
    "track": 90.0, "track_rate": -0.5, "baro_rate": 640, "lat": 34.0, "lon": 139.0, "seen_pos": 1.5, "nac_p": 9,
}  # fmt: skip


def listed(*ones, now=NOW):
    """Return one document."""
    return json.dumps({"now": now, "messages": 1, "aircraft": list(ones)}).encode()


def read(*lines):
    """Return what was made of lines."""
    documents = Documents()
    documents.feed(lines)
    documents.close()
    return documents


def fixes(*ones):
    """Return the fixes of one document."""
    return read(listed(*ones)).rows.fixes()[0]


def test_reads_an_aircraft():
    """Feet, knots and feet a minute become metres and seconds; the fix is as old as `seen_pos` says."""
    documents = read(listed(ONE))
    found, _ = documents.rows.fixes()

    assert ("icao:86e123",) == found.names
    assert [NOON_US - 1_500_000] == found.time_us.tolist()
    assert 38000 * 0.3048 == pytest.approx(found.alt_m[0])
    assert 450 * 1852 / 3600 == pytest.approx(found.speed_mps[0])
    assert 640 * 0.3048 / 60 == pytest.approx(found.climb_mps[0])
    assert (90.0, -0.5, False) == (found.course_deg[0], found.turn_dps[0], bool(found.ground[0]))
    assert 30.0 / R95 == pytest.approx(found.sigma_m[0])
    assert {"icao:86e123": "JAL123"} == documents.labels


def test_an_aircraft_on_the_ground_says_so():
    """It has no height of flight, and its own column."""
    found = fixes({**ONE, "alt_baro": "ground"})

    assert [True, True] == [bool(found.ground[0]), math.isnan(found.alt_m[0])]


def test_an_address_that_is_not_of_icao_keeps_its_sign():
    """Two craft, although the number is the same."""
    assert {"icao:86e123", "icao:~86e123"} == set(fixes(ONE, {**ONE, "hex": "~86E123"}).names)
    assert "" == craft_name("86e12") == craft_name("86e12g") == craft_name("~~6e123") == craft_name("None")


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ("ADSB", {"type": "adsb_icao"}),
        ("ADSB", {"type": "adsb_icao_nt"}),
        ("ADSB", {}),
        ("ADSR", {"type": "adsr_icao"}),
        ("TISB", {"type": "tisb_trackfile"}),
        ("TISB", {"tisb": ["lat", "lon"]}),
        ("MLAT", {"type": "mlat"}),
        ("MLAT", {"type": "adsb_icao", "mlat": ["lat", "lon"]}),
        ("ADSB", {"type": "adsb_icao", "mlat": []}),
        ("ADSC", {"type": "adsc"}),
        ("UAT", {"type": "adsb_icao", "uat_version": 2}),
        ("MODES", {"type": "mode_s"}),
        ("MODES", {"type": 7}),
    ],
)
def test_says_who_says_where_it_is(expected, told):
    """The aircraft itself, a ground station, receivers by its timing: never one for the other."""
    assert expected == source_of(told)


@pytest.mark.parametrize(
    ("metres", "told"),
    [
        (3.0, {"nac_p": 11}),
        (18520.0, {"nac_p": 1}),
        (186.0, {"nac_p": 0, "rc": 186}),
        (185.2, {"nic": 8}),
        (aircraft.EPU_UNTOLD_M, {"nac_p": 0, "nic": 0}),
        (aircraft.EPU_UNTOLD_M, {}),
        (aircraft.EPU_UNTOLD_M, {"nac_p": "9"}),
        (aircraft.EPU_UNTOLD_M, {"nac_p": True, "rc": 1e12, "nic": 10**400}),
    ],
)
def test_the_error_is_what_it_claims(metres, told):
    """NACp first, then the radius of containment, then NIC, then what the rules ask of everybody."""
    assert metres / R95 == pytest.approx(aircraft.sigma_m(told, "ADSB"))


def test_a_place_found_by_timing_has_the_error_of_that():
    """What an aircraft claims for its own receiver says nothing of MLAT."""
    assert 350.0 / math.sqrt(2) == pytest.approx(aircraft.sigma_m({"nac_p": 11}, "MLAT"))


@pytest.mark.parametrize(
    ("cause", "lines"),
    [
        ("no usable address", [listed({**ONE, "hex": "xyz"})]),
        ("no position yet", [listed({"hex": "86e123", "seen": 1})]),
        ("position too old", [listed({**ONE, "seen_pos": 61})]),
        ("position of unknown age", [listed({key: ONE[key] for key in ONE if key != "seen_pos"})]),
        ("position of unknown age", [listed({**ONE, "seen_pos": -1})]),
        ("position out of range", [listed({**ONE, "lat": 91.5})]),
        ("aircraft is no table", [listed(7)]),
        ("document is not JSON", [b"{]}"]),
        ("document is not JSON", [b"not at all"]),
        ("document is not JSON", [b'{"a":' + b"[" * 100_000 + b"}"]),
        ("document lists no aircraft", [b"{}"]),
        ("document lists no aircraft", [b"[1]"]),
        ("document cut short", [b'{"now": 1, "aircraft": [']),
        ("no time of reception", [b'{"aircraft": [{}]}']),
        ("tag block's checksum wrong", [b"\\c:1*00\\" + listed(ONE)]),
        ("position told before", [listed(ONE), listed({**ONE, "seen_pos": 2.5}, now=NOW + 1)]),
        ("repeated", [listed(ONE, ONE)]),
    ],
)
def test_counts_what_cannot_be_used(cause, lines):
    """Each cause has its count, and nothing is fatal."""
    documents = read(*lines)
    documents.rows.fixes()

    assert 1 == documents.rows.refused[cause]


def test_a_document_that_grows_without_end_is_refused(monkeypatch):
    """It is bounded by bytes, and the next one is read."""
    monkeypatch.setattr(aircraft, "MAX_DOCUMENT_BYTES", 1000)
    documents = read(*[b'{"a": {'] * 200, b"}" * 400, listed(ONE))

    assert documents.rows.refused["document too long"]
    assert 1 == len(documents.rows)


def test_more_aircraft_than_there_are_is_counted(monkeypatch):
    """A list is bounded too."""
    monkeypatch.setattr(aircraft, "MAX_AIRCRAFT", 1)

    assert {"more aircraft than are read": 1} == read(listed(ONE, {**ONE, "hex": "86e124"})).rows.refused


def test_reads_a_document_over_many_lines_and_the_next():
    """As readsb writes it, one after another, each position once."""
    first = json.dumps({"now": NOW, "aircraft": [ONE]}, indent=1).encode().splitlines(keepends=True)
    second = listed({**ONE, "lon": 139.01}, now=NOW + 2)
    documents = read(*first, b"\n", second)

    assert (2, {}) == (len(documents.rows), documents.rows.refused)


def test_a_list_that_stands_still_does_not_stay_new():
    """The receiver died and its last list is read again and again: the same position is told once."""
    documents = read(*(at(second, listed(ONE)) for second in range(5)))

    assert 1 == len(documents.rows)
    assert {"position told before": 4} == documents.rows.refused


def test_times_that_differ_are_counted():
    """The list's own time goes first; where the time of reception is another, that is said."""
    documents = read(at(30, listed(ONE)))

    assert [NOON_US - 1_500_000] == documents.rows.fixes()[0].time_us.tolist()
    assert {"list's time is not the time of reception": 1} == documents.rows.doubtful


def test_a_list_without_a_time_has_that_of_reception():
    """Older receivers write none."""
    line = json.dumps({"aircraft": [ONE]}).encode()

    assert [NOON_US + 500_000] == read(at(2, line)).rows.fixes()[0].time_us.tolist()


@pytest.mark.parametrize("value", ["450", True, [1], {}, float("nan"), 10**400])
def test_a_field_of_the_wrong_kind_is_not_known(value):
    """The position counts, the speed does not, and it is said."""
    documents = read(listed({**ONE, "gs": value}))

    assert math.isnan(documents.rows.fixes()[0].speed_mps[0])
    assert {"gs is not a number": 1} == documents.rows.doubtful


def test_reads_the_fields_of_older_receivers():
    """dump1090 said altitude, speed and vert_rate."""
    one = {
        "hex": "86e123",
        "lat": 1,
        "lon": 2,
        "seen_pos": 0,
        "altitude": 1000,
        "speed": 100,
        "vert_rate": 60,
        "track": 360,
    }
    found = fixes(one)

    assert (304.8, 0.3048, 0.0) == pytest.approx((found.alt_m[0], found.climb_mps[0], found.course_deg[0]))


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.sampled_from(["86e123", "~86e123", "ground", "", "lat"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(sorted(ONE)), inner, max_size=4)
    ),
    max_leaves=8,
)
AIRCRAFT = st.fixed_dictionaries({}, optional=dict.fromkeys([*ONE, "altitude", "mlat", "rc", "nic"], VALUES))


@given(VALUES, st.lists(AIRCRAFT, max_size=4))
def test_no_document_is_fatal(now, ones):
    """Any values in any field: counted or used."""
    read(json.dumps({"now": now, "aircraft": ones}).encode(), json.dumps(now).encode()).rows.fixes()
