"""Fixtures of the watch's tests."""

import pytest

from watchside import scene_of


@pytest.fixture
def scene(stage):
    """Two nodes at work."""
    with scene_of(stage) as found:
        yield found
