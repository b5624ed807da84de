"""Sightings by hand: placed by bearing and range with a wide error, or refused with the field that cannot be."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from searoom.errors import NotAllowed
from searoom.tracks import sighted
from searoom.tracks.fixes import Rows
from searoom.tracks.sighted import add, sighting
from spoken import NOON_US

GEOD = Geod(ellps="WGS84")
FIELDS = {
    "time_utc": "2026-06-03T12:00:00Z", "who": "Lt Amber", "name": "grey-1", "seen": "grey frigate, hull 12",
    "lat": "34.0", "lon": "139.0", "bearing_deg": "45", "range_nm": "4",
}  # fmt: skip
NM = 1852.0


def placed(fixes=None, **changes):
    """Return the fix of a sighting."""
    rows = Rows()
    add(sighting({**FIELDS, **changes}), rows, fixes)
    return rows.fixes()[0]


def ours(speed_mps=10.0):
    """Return the fixes of our own craft, half a minute earlier."""
    rows = Rows()
    rows.add(
        "amber-1", NOON_US - 30_000_000, 34.0, 139.0, speed_mps=speed_mps, course_deg=0.0, sigma_m=5.0, source="OWN"
    )
    return rows.fixes()[0]


def test_places_what_was_seen():
    """On the ellipsoid, under its own kind of name, with who saw it kept."""
    found = placed()
    lon, lat, _ = GEOD.fwd(139.0, 34.0, 45.0, 4 * NM)

    assert (("sighted:grey-1",), ("SIGHTED",)) == (found.names, found.sources)
    assert (lat, lon) == pytest.approx((found.lat_deg[0], found.lon_deg[0]))
    assert "Lt Amber" == sighting(FIELDS).who
    assert math.isnan(found.speed_mps[0])


def test_the_error_is_the_larger_of_along_and_across():
    """A third of the range by eye; a measured range leaves the bearing's error."""
    own = sighted.OWN_ERROR_M

    assert math.hypot(0.3 * 4 * NM, own) == pytest.approx(placed().sigma_m[0])
    assert math.hypot(4 * NM * math.radians(5.0), own) == pytest.approx(placed(range_error_nm="0.05").sigma_m[0])
    assert math.hypot(0.05 * NM, own) == pytest.approx(
        placed(range_error_nm="0.05", bearing_error_deg="0.1").sigma_m[0]
    )


@pytest.mark.parametrize(("metres", "speed_mps"), [(2152.0, 10.0), (1852.0, math.nan)])
def test_a_named_craft_of_ours_says_from_where(metres, speed_mps):
    """Its newest place, half a minute old: reckoned on at ten metres a second, or as it was where no speed is known."""
    found = placed(ours(speed_mps), lat="", lon="", own="amber-1", bearing_deg="0", range_nm="1")

    assert metres == pytest.approx(GEOD.inv(139.0, 34.0, found.lon_deg[0], found.lat_deg[0])[2], abs=0.01)


@pytest.mark.parametrize(
    ("sentence", "changes"),
    [
        *((f"sighting without {name}", {name: " "}) for name in sighted.NEEDED),
        ("does not say from where", {"lat": ""}),
        ("own craft's place is not known", {"lat": "", "own": "amber-1"}),
        ("time cannot be read", {"time_utc": "noon"}),
        ("not a number", {"range_nm": "far"}),
        ("range_nm out of range", {"range_nm": "31"}),
        ("range_nm out of range", {"range_nm": "nan"}),
        ("bearing_deg out of range", {"bearing_deg": "361"}),
        ("lat out of range", {"lat": "91"}),
        ("bearing_error_deg out of range", {"bearing_error_deg": "0"}),
        ("who cannot be read", {"who": "Lt\x00"}),
        ("seen cannot be read", {"seen": "x" * 300}),
    ],
)
def test_refuses_a_sighting_by_its_field(sentence, changes):
    """The sentence names the field, and the advice says what a sighting has."""
    with pytest.raises(NotAllowed, match=sentence) as refusal:
        placed(**changes)
    assert refusal.value.advice()


def test_an_old_or_unknown_place_of_ours_is_none():
    """More than a minute old, or of another craft."""
    late = {"lat": "", "lon": "", "own": "amber-1", "time_utc": "2026-06-03T12:00:31Z"}
    for own, changes in (
        (ours(), late),
        (ours(), {**late, "own": "amber-2"}),
        (ours(), {**late, "time_utc": "2026-06-03T11:00:00Z"}),
    ):
        with pytest.raises(NotAllowed, match="own craft's place is not known"):
            placed(own, **changes)


def test_reads_a_table_and_counts_what_cannot_be_used():
    """Columns in any order, what was seen as label, each bad row by its cause."""
    header = ",".join(FIELDS)
    good = ",".join(f'"{value}"' for value in FIELDS.values())
    bad = ["", good + ",more", good.replace("45", "east"), '"open', good.replace("34.0", "").replace("139.0", "")]
    rows = Rows()
    labels = sighted.read_rows(iter([good, *bad]), header, rows)

    assert {"sighted:grey-1": "grey frigate, hull 12"} == labels
    assert 1 == len(rows)
    assert {
        "wrong number of columns": 1, "not a number": 1, "line is no row of values": 1, "sighting does not say from where": 1,
    } == rows.refused  # fmt: skip


def test_knows_its_own_tables():
    """By the columns that each sighting has."""
    assert sighted.knows("\ufeffTIME_UTC, who ,name,bearing_deg,range_nm")
    assert not sighted.knows("name,time_utc,lat,lon,sog_kn,cog_deg,source_kind")


@given(st.dictionaries(st.sampled_from([*sighted.NEEDED, *sighted.OPTIONAL]), st.text(max_size=12)))
def test_any_fields_are_a_sighting_or_are_refused(fields):
    """Nothing else comes out of a form."""
    rows = Rows()
    with contextlib.suppress(NotAllowed):
        add(sighting({**FIELDS, **fields}), rows)
        assert 1 == len(rows) + sum(rows.refused.values())
