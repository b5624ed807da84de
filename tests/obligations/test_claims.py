"""6 December 2025 from both chairs: every line is somebody's claim; the machine settles one thing, and nothing else."""

from importlib import resources

import pytest

from searoom.errors import NotAllowed
from searoom.obligations.claims import FILLED, NOT_SAID, OTHERWISE, against_form, read_case, side_by_side
from told import BOOK

TEXT = (resources.files("searoom.obligations") / "data" / "claims" / "2025-12-06.toml").read_text(encoding="utf-8")
CASE = read_case(TEXT, "2025-12-06.toml")


def test_every_line_has_an_owner_and_a_source():
    """Whose account, where it was published; what unnamed officials said is marked as that."""
    assert {"japan", "china"} == {claim.by for claim in CASE.claims}
    assert all(claim.source and {"en", "ja", "zh"} == set(claim.text) for claim in CASE.claims)
    assert ["line"] == [claim.about for claim in CASE.claims if not claim.named]
    assert "zone not stated" in CASE.claims[0].at


def test_swapping_the_chairs_swaps_the_columns_and_nothing_else():
    """The same matters in the same order; each claim in the other column."""
    ours, theirs = side_by_side(CASE, ("japan", "china")), side_by_side(CASE, ("china", "japan"))

    assert [line.about for line in ours] == [line.about for line in theirs]
    assert [line.columns for line in ours] == [line.columns[::-1] for line in theirs]
    assert ["distance", "line", "notice", "radar"] == [line.about for line in ours]
    assert sorted(c.id for c in CASE.claims) == sorted(c.id for line in ours for column in line.columns for c in column)


def test_the_machine_says_one_thing_only():
    """Which fields of the notice the published words fill as the form asks, and which they do not."""
    assert [
        ("purpose", FILLED), ("start", OTHERWISE), ("lasts", FILLED), ("area", OTHERWISE), ("aircraft", NOT_SAID),
        ("warning", NOT_SAID),
    ] == [(name, state) for name, state, _ in against_form(CASE, BOOK)]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('source = "thesbharat.com/?p=1541"', "", "'source' is missing"),
        ('by = "china"', 'by = "teal"', "has no chair"),
        ('lasts = "6 h"', 'mood = "calm"', "has no field 'mood'"),
        ('id = "c1"', "id = c1", "this is not TOML"),
    ],
)
def test_refuses_a_claim_that_hangs_in_the_air(old, new, problem):
    """Without a source, of somebody who has no chair, or about a field that is none."""
    with pytest.raises(NotAllowed) as refusal:
        case = read_case(TEXT.replace(old, new, 1), "x.toml")
        side_by_side(case, ("japan", "china"))
        against_form(case, BOOK)

    assert problem in refusal.value.sentence
