"""The stores are read and never changed."""

import apsw
import pytest

from deskside import MESSAGE, change_settings, exchange, signed
from searoom.doctoring import stores
from searoom.doctoring.ailment import Patient, Weight
from searoom.doctoring.stores import Still
from searoom.keys.enrol import read_settings


def test_nothing_can_be_written_through_it(amber):
    """What the doctor opens refuses every write, while the node that has it open writes on."""
    store = Still(amber.folder / "shared.db")
    try:
        with pytest.raises(apsw.ReadOnlyError):
            store._run("DELETE FROM note")
        amber.record  # noqa: B018  # it is open meanwhile
        store.check_pages(deep=True)
    finally:
        store.close()


def test_a_clock_that_is_ahead_of_ours(stage, amber, coral, monkeypatch):
    """An entry that was stored here before it was written, by their clock, is told; without one nothing is claimed."""
    amber.submit(*signed(stage, amber, MESSAGE, "amber-1", "amber-2"))
    exchange(amber, coral)
    change_settings(stage.folder("amber"), clock="machine", start="")
    patient = Patient(stage.folder("amber"), read_settings(stage.folder("amber")), amber.now())
    assert [Weight.SOUND] == [one.weight for one in stores.clocks(patient)]

    earlier = Still.newest
    monkeypatch.setattr(
        Still, "newest", lambda self, log: [(entry, at - 60_000_000) for entry, at in earlier(self, log)]
    )
    (found,) = stores.clocks(patient)
    assert (Weight.DOUBTFUL, True) == (found.weight, "60 s" in found.sentence)
