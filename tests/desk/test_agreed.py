"""What is said of the agreement that a node goes by: one sentence for each thing, and what can be done."""

import pytest

from searoom.desk.agreed import open_questions, told
from searoom.sentences import spoken

NOW = {"id": "demo-2026", "hash": "5" * 64, "since": [], "adopted_by": [], "waiting": [], "unknown": []}
NEXT = {"id": "demo-2027", "hash": "7" * 64}


@pytest.mark.parametrize(
    ("more", "keys"),
    [
        ({}, ["agreed.begun"]),
        ({"adopted_by": ["amber"]}, ["agreed.begun_said"]),
        ({"since": ["amber/3", "coral/5"]}, ["agreed.since"]),
        ({"waiting": [{**NEXT, "wants": ["coral"]}]}, ["agreed.begun", "agreed.waits"]),
        ({"waiting": [{**NEXT, "wants": []}]}, ["agreed.begun", "agreed.binds_nobody"]),
        ({"unknown": ["9" * 64]}, ["agreed.begun", "agreed.unknown"]),
    ],
)
def test_each_thing_has_its_sentence(more, keys):
    """Begun on paper, adopted, in force by entries; waiting for whom; adopted by all and not held here."""
    assert keys == [sentence.key for sentence in told({**NOW, **more})]


def test_what_is_as_it_should_be_asks_for_nobody():
    """The first screen says what waits, and no more; that all is as it was begun is said on the agreement's page."""
    waits = {"waiting": [{**NEXT, "wants": ["coral"]}]}

    assert () == open_questions(NOW)
    assert told({**NOW, **waits})[1:] == open_questions({**NOW, **waits})


def test_who_is_waited_for_stands_in_the_sentence():
    """With the hash short enough to be compared aloud, in each language."""
    *_, waits = told({**NOW, "waiting": [{**NEXT, "wants": ["amber", "coral"]}]})

    assert (
        "version demo-2027 (hash 7777777777777777…) is not in force: its hash has not been said by amber, coral"
        == waits
    )
    assert "amber、coral" in spoken(waits, "ja")
    (_, unknown) = told({**NOW, "unknown": ["9" * 64]})
    assert "Name its pack in node.toml and start the node again." == unknown.to_do()
