"""Stories of the packs from both chairs and among three; that they come out alike on nodes is told in `test_told`."""

import re
import tomllib
from importlib import resources

import pytest

from packs import told_of
from searoom.obligations import coverage, stories
from searoom.obligations.reckoning import reckon
from told import BOOK


@pytest.mark.parametrize("name", ["contested-waters", "weekly-call", "transparency", "exchange", "issues"])
def test_from_the_other_chair_every_line_comes_out_as_well(name):
    """Swapping the parties in the words of a story swaps the parties in the answers, and changes nothing else.

    Where later versions name who stays and who leaves, the two have no chairs that could be swapped.
    """
    found = [story for _, story in stories.split(coverage.stories_of(name)) if not stories.later(story)]
    text = "\n".join(found)
    other = {"amber": "coral", "coral": "amber"}
    swapped = re.sub(r"\b(amber|coral)\b", lambda found: other[found[1]], text)
    told, mirrored = (coverage.tell_all(words, name, BOOK) for words in (text, swapped))

    for one, two in zip(told, mirrored, strict=True):
        assert [(c.clause, c.found.split(",")[0]) for c in one.checked] == [
            (c.clause, c.found.split(",")[0]) for c in two.checked
        ]
        rows = reckon(one.agreement, one.teller.account(), one.now_us, BOOK).duties
        turned = reckon(two.agreement, two.teller.account(), two.now_us, BOOK).duties
        assert sorted((d.clause.id, tuple(sorted(d.owed_by)), d.state) for d in rows) == sorted(
            (d.clause.id, tuple(sorted(other[p] for p in d.owed_by)), d.state) for d in turned
        ), one.title


def test_the_two_chairs_of_one_event_are_two_stories():
    """What each side can say of June and of January 2018 is told by itself; both stand beside each other."""
    titles = [told.title for told in told_of("contested-waters")]

    assert 2 == sum("from coral's chair" in title for title in titles)
    assert 2 == sum("from amber's chair" in title for title in titles)


def test_a_trilateral_story_outvotes_nobody():
    """What two of three have said together is not done: each of them says so for itself."""
    text = (
        "Story: s\nAgreement: exercise-notice\nAt 2026-02-01\namber says exercise-meeting-request as M: text = x\n"
        "everybody receives everything\nAt 2026-02-02\n{}everybody receives everything\nThen meeting-48h of all for M is {}"
    )
    says = [
        f"{who} says exercise-meeting in reply to M: host = jade; date = 2026-02-02; outcome = x\n"
        for who in ("amber", "coral", "jade")
    ]
    for count, state in ((2, "due"), (3, "met")):
        (told,) = coverage.tell_all(text.format("".join(says[:count]), state), "x", BOOK)
        assert () == told.findings("x")


def test_the_sample_series_of_visits_is_as_published():
    """Each point has its source, cumulative figures never fall, and an interruption is a point of its own."""
    text = (resources.files("searoom.obligations") / "data" / "samples" / "sasakawa.toml").read_text(encoding="utf-8")
    points = tomllib.loads(text)["point"]
    figures = [(point["to_china"], point["to_japan"]) for point in points if "to_china" in point]

    assert all(point["source"] for point in points)
    assert [(116, 187), (130, 200), (152, 228), (165, 268)] == sorted(figures) == figures
    assert [point["when"] for point in points] == sorted(point["when"] for point in points)
    assert [False] == [point["exact"] for point in points if not point.get("exact", True)]
    assert 2 == sum("suspended" in point.get("note", "") or "cancelled" in point.get("note", "") for point in points)
