"""What lies in a node's folder."""

import shutil
from dataclasses import replace
from types import SimpleNamespace

import pytest

from searoom.doctoring import folder
from searoom.doctoring.ailment import Weight


@pytest.mark.parametrize(
    ("free", "weight"), [(50 << 20, Weight.BAD), (500 << 20, Weight.DOUBTFUL), (5 << 30, Weight.SOUND)]
)
def test_a_disk_that_is_nearly_full(monkeypatch, patient, free, weight):
    """A disk that a day fills is bad, one on which no backup fits is doubtful."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=free))

    assert [weight] == [one.weight for one in folder.room(patient)]


def test_open_keys_are_bad_where_it_is_meant(patient):
    """In an exercise keys may lie open; under an agreement that is meant they may not, and no keeper's key lies there."""
    assert [Weight.SOUND] == [one.weight for one in folder.keys(patient)]
    meant = replace(patient, settings=replace(patient.settings, agreement="macm"))
    found = list(folder.keys(meant))

    assert {Weight.BAD} == {one.weight for one in found}
    assert any("keepers" in one.sentence for one in found)


def test_folders_of_keys_are_looked_at_too(patient):
    """A folder of keys that others may enter is as bad as a key that they may read; a certificate is for everybody."""
    (patient.folder / "keys" / "link.crt").chmod(0o644)
    assert [Weight.SOUND] == [one.weight for one in folder.modes(patient)]
    (patient.folder / "keys").chmod(0o755)

    (bad,) = folder.modes(patient)
    assert f"chmod 700 {patient.folder / 'keys'}" == bad.advice
