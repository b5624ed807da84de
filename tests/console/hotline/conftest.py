"""Fixtures of the hotline's tests: two nodes at work, and amber's console."""

import pytest

from console_at_work import console


@pytest.fixture
def scene(nodes_at_work):
    """Two nodes at work, and amber's console."""
    with console(nodes_at_work.stage.folder("amber")) as address:
        nodes_at_work.address = address
        yield nodes_at_work
