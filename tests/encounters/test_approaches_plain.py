"""The search in NumPy: what it takes for granted, and that a core installation finds the same."""

import subprocess
import sys

import pytest

from searoom.encounters import approaches, approaches_plain, meetings
from track_oracle import made
from worlds import fixes_from

WITHOUT = """
import sys
sys.modules["numba"] = None  # as where the extra is not installed
sys.path.insert(0, "tests")
from searoom.encounters import approaches, meetings
from track_oracle import made
from worlds import fixes_from
fixes = fixes_from(made("open sea", 2, craft=30))
found = approaches.approaches(fixes, radius_m=926.0, max_gap_s=900.0)
stamps = meetings.resampled(fixes, step_s=60.0, max_gap_s=900.0)
together = meetings.meetings(stamps, step_s=60.0, max_gap_s=120.0, at_least_s=300.0)
print(approaches.COMPILED, found.cpa_m.round(1).tolist(), together.stamps.tolist())
"""


def test_without_numba_the_same_rows_come(request):
    """A core installation reads archives too, with the same answer."""
    fixes = fixes_from(made("open sea", 2, craft=30))
    found = approaches.approaches(fixes, radius_m=926.0, max_gap_s=900.0)
    stamps = meetings.resampled(fixes, step_s=60.0, max_gap_s=900.0)
    together = meetings.meetings(stamps, step_s=60.0, max_gap_s=120.0, at_least_s=300.0)
    said = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True, cwd=request.config.rootpath
    )

    assert f"False {found.cpa_m.round(1).tolist()} {together.stamps.tolist()}\n" == said.stdout
    assert len(together) > 1


@pytest.mark.parametrize("bin_us", [20_000_000, 10_000_000_000])
def test_bins_of_any_length_give_the_same_pairs(monkeypatch, bin_us):
    """Shorter than a leg, longer than all."""
    fixes = fixes_from(made("south pole", 2, craft=25))
    asked = {"radius_m": 926.0, "max_gap_s": 900.0, "after_us": -1, "until_us": 2**60, "still_mps": 0.0}
    expected = approaches_plain.near(fixes, **asked)[1]
    monkeypatch.setattr(approaches_plain, "BIN_US", bin_us)
    found = approaches_plain.near(fixes, **asked)[1]

    assert [column.tolist() for column in expected] == [column.tolist() for column in found]
    assert len(found.leg_a) > 10
