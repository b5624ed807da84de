"""What a console holds of craft: replies merged by id, who is gone, whose it is, and what is refused."""

import numpy as np
import pytest

from made_sea import reply, sea
from searoom.console.craft import HeldSea, Who
from searoom.errors import NotAllowed


def places(held):
    """Return where each craft is, by name."""
    return dict(zip((one.name for one in held.who), held.columns["lon_deg"].tolist(), strict=True))


def test_what_moved_is_written_over_and_what_is_new_is_added():
    """A second reply changes who is held, adds who is new, and takes away who has gone."""
    held = sea((1, "A", 125.0, 30.0), (2, "B", 126.0, 30.0), (5, "C", 127.0, 30.0))
    held.take(reply([(2, "B", 126.5, 30.0), (9, "D", 128.0, 30.0)], number=2, whole=False, gone=(1,)))

    assert {"B": 126.5, "C": 127.0, "D": 128.0} == places(held)
    assert [2, 5, 9] == held.columns["ids"].tolist()
    assert [2, 1, 2] == held.changed.tolist()
    assert 2 == held.since


def test_everything_anew_forgets_what_was_held():
    """After a restart of the node its whole sea takes the place of ours."""
    held = sea((1, "A", 125.0, 30.0))
    held.take(reply([(1, "Z", 120.0, 30.0)]))

    assert {"Z": 120.0} == places(held)


def test_party_and_unit_come_from_the_registry_and_our_own_unit_is_ours():
    """A registry says whose a craft is; our own unit is of our own party; of others nothing is assumed."""
    held = sea((1, "A", 125.0, 30.0), (2, "412", 126.0, 30.0), (3, "X", 127.0, 30.0),
               units={"412": ["CORAL 34", "coral", "navy"]}, labels={"X": "SEA STAR"})  # fmt: skip

    assert [
        Who("A", "", "", "amber", ""),
        Who("412", "", "CORAL 34", "coral", "navy"),
        Who("X", "SEA STAR", "", "", ""),
    ] == held.who


def test_columns_that_do_not_fit_are_refused_whole():
    """A reply of which one column is short changes nothing."""
    held, bad = sea((1, "A", 125.0, 30.0)), reply([(2, "B", 126.0, 30.0)], whole=False)
    bad["columns"]["lat_deg"] = np.zeros(2).tobytes()

    with pytest.raises(NotAllowed, match="differ in length"):
        held.take(bad)
    assert {"A": 125.0} == places(held)

    del bad["columns"]["lat_deg"]
    with pytest.raises(NotAllowed, match="no columns"):
        HeldSea().take(bad)
