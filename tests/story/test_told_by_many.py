"""Stories of three and of six parties on as many nodes: every pair of them meets, and each keeps what it holds."""

import pytest

from searoom.exercise.told import Rehearsal
from told_on_nodes import MANY, differences


@pytest.mark.parametrize("name", MANY)
def test_stories_of_many_stand_on_nodes_as_they_do_by_hand(name):
    """Every line of every story, each clause covered alike, on three and on six nodes."""
    with Rehearsal() as rehearsal:
        assert () == differences(rehearsal, name)
