"""What was read, with what was turned away."""

import numpy as np
import pytest

from searoom.errors import NotAllowed
from searoom.tracks.fixes import no_fixes
from searoom.tracks.readings import reading_of
from searoom.tracks.ships import named
from tracks_made import fixes_of, track


def test_a_reading_says_what_a_reader_of_the_result_should_know():
    """Counts as sentences, with the name of the file, and the names that craft send."""
    fixes = fixes_of(track("A", 1.0, 2.0, 3.0, 4.0, np.arange(3)))
    reading = reading_of(fixes, 2, "a kind", named({"A": "AMBER"}), {"x": 1}, {"speed out of range": 3}, "a.csv")

    assert ["speed out of range: 3", "time goes backwards, put in order: 2"] == [
        one.sentence for one in reading.findings
    ]
    assert ({"A": "AMBER"}, {"x": 1}, "a kind") == (reading.labels, reading.refused, reading.kind)


@pytest.mark.parametrize(("said", "refused"), [("2 x b, 1 x c$", {"c": 1, "b": 2}), ("it has no rows", {})])
def test_a_file_without_a_fix_is_refused_with_the_causes(said, refused):
    """Not one usable fix, and why."""
    with pytest.raises(NotAllowed, match=said.replace("2 x b, 1 x c", "2 x b, 1 x c")):
        reading_of(no_fixes(), 0, "a kind", {}, refused, {}, "a.csv")
