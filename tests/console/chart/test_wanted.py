"""What the address of a chart asks for: read, written back, and applied to who is there."""

import pytest

from made_sea import PAIR, sea
from searoom.console.chart.wanted import EAST_CHINA_SEA, Wanted, chosen, first_box, wanted

HERE = [
    (1, "A", 125.0, 30.0), (2, "B", 125.1, 30.0, {"source": 1}), (3, "icao:abc", 125.2, 30.0, {"flying": True}),
    (4, "X", -179.9, 30.0), (5, "412", 179.9, 30.0),
]  # fmt: skip
UNITS = {"412": ["CORAL 34", "coral", "navy"]}


def names(view, held=None):
    """Return the names of those that a view shows."""
    held = held or sea(*HERE, units=UNITS, pairs=[PAIR])
    return [held.who[place].name for place in chosen(held, view)[0].tolist()]


@pytest.mark.parametrize(
    "query",
    [
        {"box": "118.0000,23.5000,132.0000,34.5000", "kind": "navy,aircraft", "grade": "warn", "craft": "CORAL 34"},
        {"party": "amber,none", "source": "AIS", "follow": "1", "rings": "3", "vector": "12", "most": "100"},
        {},
    ],
)
def test_a_view_reads_back_from_its_own_address(query):
    """What is written into an address is read from it again: a view can be handed on."""
    view = wanted(query)
    said = dict(part.split("=") for part in view.address().split("&") if part)

    assert view == wanted({name: text.replace("%20", " ") for name, text in said.items()})
    assert set(query) == set(said)


@pytest.mark.parametrize(
    "box", ["1,2,3", "a,b,c,d", "0,10,10,0", "0,0,nan,10", "0,-91,10,10", "200,0,210,10", "5,0,5,10", "inf,0,1,1"]
)
def test_a_box_that_is_none_counts_as_not_said(box):
    """Whatever stands in the address, a page opens."""
    assert Wanted() == wanted({"box": box})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["A", "B", "icao:abc", "X", "412"]),
        ({"kind": "ship"}, ["A", "B", "X", "412"]),
        ({"kind": "aircraft"}, ["icao:abc"]),
        ({"kind": "navy"}, ["412"]),
        ({"party": "coral"}, ["412"]),
        ({"party": "none"}, ["B", "icao:abc", "X"]),
        ({"source": "RADAR"}, ["B"]),
        ({"grade": "advise"}, ["A", "B"]),
        ({"grade": "urgent"}, []),
        ({"box": "124,29,125.15,31"}, ["A", "B"]),
        ({"box": "179,29,-179,31"}, ["X", "412"]),
        ({"kind": "ship", "box": "124,29,126,31", "source": "AIS"}, ["A"]),
    ],
)
def test_filters_leave_those_that_were_asked_for(query, found):
    """Kind, party, source, grade and box each take away the others, also over the date line."""
    assert found == names(wanted(query))


def test_of_too_many_those_that_matter_stay_and_the_rest_is_the_same_each_time():
    """Whoever is in an encounter, in a registry or selected is never thinned out; it is said how many there are."""
    held = sea(*((k, f"c{k}", 120.0 + k / 1000, 30.0) for k in range(1, 500)), (500, "A", 125.0, 30.0),
               (501, "B", 125.1, 30.0), pairs=[PAIR])  # fmt: skip
    view = wanted({"most": "50", "craft": "c77"})
    places, total = chosen(held, view)
    shown = names(view, held)

    assert (50, 501) == (len(places), total)
    assert {"A", "B", "c77"} <= set(shown)
    assert shown == names(view, held)


def test_the_first_sheet_lies_around_us():
    """Nobody has chosen: our own craft is in the middle; with nobody there it is the East China Sea."""
    west, south, east, north = first_box(sea(*HERE))

    assert west < 125.0 < east
    assert south < 30.0 < north
    assert EAST_CHINA_SEA == first_box(sea())
    assert -180.0 <= first_box(sea((1, "A", 179.99, 30.0)))[2] < -179.0
