"""A view as rows for programs."""

from dataclasses import replace

import pytest

from searoom.console.api import rows
from searoom.console.craft import HeldSea
from searoom.errors import NotAllowed


def test_a_cursor_comes_back_as_it_went():
    """Sizes of logs go into a cursor and out of it, later logs of a party too."""
    sizes = {"amber": 12, "amber.2": 3, "coral": 0}

    assert sizes == rows.sizes_of(rows.cursor(sizes))
    assert {} == rows.sizes_of("")


@pytest.mark.parametrize(
    "text", ["amber", "amber:", ":3", "amber:-1", "amber:x", "amber:99999999999999999", "amber:\u0663"]
)
def test_what_is_no_cursor_is_refused(text):
    """Anything but names and sizes is refused with what to do."""
    with pytest.raises(NotAllowed) as refused:
        rows.sizes_of(text)

    assert "next" in refused.value.advice()


def test_points_of_zones_have_longitude_first():
    """A zone's line is turned for maps, and nothing else of it."""
    (zone,) = rows.zones([{"name": "z", "line": [[30.0, 124.0]], "reach_m": 5.0}])

    assert {"name": "z", "reach_m": 5.0, "line_lon_lat_deg": [[124.0, 30.0]]} == zone


def test_swapped_ends_keep_their_points(view):
    """An encounter whose pair the node names the other way round shows each point at its own craft."""
    near = view.picture["open"][0]
    pair = {
        "a": near["b"],
        "b": near["a"],
        "cpa_a": [1.0, 1.0],
        "cpa_b": [2.0, 2.0],
        "from_a": [3.0, 3.0],
        "from_b": [4.0, 4.0],
        "range_m": 7,
        "range_error_m": 1,
        "cpa_m": 5,
        "cpa_error_m": 1,
        "cpa_us": view.now_us,
        "answered": True,
    }
    (row,) = rows.encounters(view, HeldSea(pairs=(pair,)))

    assert (near["a"], [2.0, 2.0], [1.0, 1.0], True) == (
        row["a"],
        row["cpa_a_lon_lat_deg"],
        row["cpa_b_lon_lat_deg"],
        row["answered"],
    )
    (alone,) = rows.encounters(view, HeldSea())
    assert alone["cpa_a_lon_lat_deg"] is None


def test_a_node_that_does_not_answer_is_said_so(view):
    """What was held is told on, with since when nobody answered."""
    row = rows.status(replace(view, silent_us=1_780_000_000_000_000))

    assert (False, "2026-05-28T20:26:40Z") == (row["answers"], row["silent_since"])
    assert rows.status(view)["log_entries"] == row["log_entries"]
