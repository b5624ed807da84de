"""A node's folder to examine."""

import pytest

from searoom.doctoring.ailment import Patient
from searoom.keys.enrol import read_settings

NOW = 1_780_000_000_000_000


@pytest.fixture
def patient(stage):
    """The folder of a node that never ran."""
    folder = stage.folder("amber")
    return Patient(folder, read_settings(folder), NOW)
