"""The director's table: both pictures laid together, once a run is over."""

import pytest

from deskside import at_work, tick, told
from searoom.errors import Tampered
from searoom.exercise import director
from searoom.exercise.run import Outcome
from searoom.node.node import Node
from searoom.signals.forms import Filled


def note(grade, at):
    return Filled("encounter-note", 1, "national", "routine", "en", {"grade": grade, "at": at})


def test_the_first_note_of_each_grade_counts():
    """A grade that was raised again later keeps its first time."""
    notes = [note("advise", 1), note("warn", 2), note("advise", 3), note("clear", 4), note("warn", 5)]

    first = director.first_grades(notes)

    assert {"advise": 1, "warn": 2, "clear": 4} == {grade: found.fields["at"] for grade, found in first.items()}


@pytest.fixture
def played(stage):
    """Five minutes of the encounter watched by both, and a short record."""
    told(stage)
    with at_work(stage):
        for party in stage.parties:
            tick(stage, party, 300)
    return Outcome(stage)


def test_writes_a_page_in_each_language(played):
    """Each holds both units, what was refused, and the picture of either side; the English one has the plain name."""
    paths, handed = director.write_reviews(played, "a bit was changed and this was the answer")

    pages = [path.read_text() for path in paths]
    assert ["review.html", "review-ja.html", "review-zh.html"] == [path.name for path in paths]
    for page, lang in zip(pages, director.LANGUAGES, strict=True):
        assert f'<html lang="{lang}' in page
        assert "a bit was changed and this was the answer" in page
        assert "AMBER 21" in page
        assert "CORAL 34" in page
        assert page.count("<svg") >= 2
    assert 3 == len(set(pages))
    assert {("amber", 0), ("coral", 0)} <= set(handed)


def test_lets_the_stores_go_and_notes_nothing(played):
    """After the review both nodes can be opened, and their logs are as they were."""
    sizes = []
    for _ in range(2):
        for party in played.stage.parties:
            node = Node.open(played.stage.folder(party))
            sizes.append((node.record.size(party), len(list(node.national.read()))))
            node.close()
        director.write_reviews(played, "")

    assert sizes[:2] == sizes[2:]


def test_a_record_that_does_not_hold_gets_no_review(played):
    """The review stands on proven records."""
    victim = max(
        path for path in (played.stage.out / "coral" / "record" / "coral" / "bodies").rglob("*") if path.is_file()
    )
    data = victim.read_bytes()
    victim.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))

    with pytest.raises(Tampered):
        director.write_reviews(played, "")
    assert not (played.stage.out / "review.html").exists()
