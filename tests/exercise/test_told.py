"""Stories on nodes: the same plain text, with keys, stores, sticks and lines, comes out as it does by hand."""

import pytest

from packs import clause, small
from searoom.account import Closed
from searoom.errors import NotAllowed
from searoom.exercise.told import Rehearsal
from searoom.obligations import coverage, stories
from told import BOOK
from told_on_nodes import MANY, PACKS, differences

LINE = small(
    clause("test", trigger='kind = "schedule", every = "24 h", start = 2026-02-01T00:00:00Z',
           term='kind = "within", time = "30 min", from = "start"', ful='form = "line-test"'),
    clause("read", owes="recipients", trigger='kind = "on-entry", form = "hotline-message"',
           term='kind = "within", time = "30 min", from = "delivery"', ful='form = "read"'),
)  # fmt: skip


@pytest.fixture(scope="module")
def rehearsal():
    """Parties that are enrolled once for all tests of this file."""
    with Rehearsal() as found:
        yield found


def tell(rehearsal, *lines):
    """Tell a story of these lines on nodes; every line must come out as it says."""
    told = stories.tell("\n".join(("Story: s", *lines)), 1, LINE, BOOK, rehearsal.nodes)
    assert () == told.findings("story")
    return told


@pytest.mark.parametrize("name", [name for name in PACKS if name not in MANY])
def test_stories_stand_on_nodes_as_they_do_by_hand(rehearsal, name):
    """Every line of every packaged story, each clause covered alike, on as many nodes as there are parties."""
    assert () == differences(rehearsal, name)


def test_each_node_has_only_what_it_received(rehearsal):
    """What one party has is seen by its own node before the others know of it."""
    told = tell(
        rehearsal, "At 2026-02-01 00:05", "amber says line-test", "Then, as amber sees it, test of amber is due",
        "coral receives everything", "Then, as coral sees it, test of amber is met",
        "Then, as amber sees it, test of amber is due", "everybody receives everything", "Then test of amber is met",
    )  # fmt: skip
    amber, coral = (told.teller.account_of(party) for party in ("amber", "coral"))

    assert amber is not coral
    assert amber == coral == told.teller.account()


def test_officers_sign_as_many_as_the_form_asks_for(rehearsal):
    """A message of substance bears two persons' signatures, a test the station's alone."""
    told = tell(
        rehearsal, "At 2026-02-01 00:05", "amber says hotline-message: text = Hello.", "amber says line-test",
        "everybody receives everything",
    )  # fmt: skip
    words, test = told.teller.account_of("coral").messages("hotline-message", "line-test")

    assert [2, 1] == [len(each.signers) for each in (words, test)]
    assert ["officer", "officer", "station"] == [str(s.role.value) for each in (words, test) for s in each.signers]


def test_what_somebody_wrote_down_and_another_clock_are_taken_as_they_are_by_hand(rehearsal):
    """A transcript stays one; words that claim an earlier time than their station's make a dispute."""
    tell(
        rehearsal, "At 2026-02-01 00:05", "amber writes down that coral said line-test by telephone",
        "everybody receives everything", "Then test of coral is transcribed",
        "At 2026-02-01 02:00", "amber says hotline-message as M: text = Hello.", "everybody receives everything",
        "At 2026-02-01 03:00", "coral says read in reply to M by its clock 2026-02-01 02:10",
        "everybody receives everything", "Then read of coral for M is disputed",
    )  # fmt: skip


def test_words_for_one_party_are_closed_to_the_third(rehearsal):
    """They are sealed to whom they are for; the others hold them and cannot read them."""
    text = (
        "Story: s\nAgreement: exercise-notice\nAt 2026-02-01\n"
        "amber says exercise-request to coral as WHY: cause = x\neverybody receives everything\n"
    )
    (told,) = coverage.tell_all(text, "x", BOOK, on=rehearsal.nodes)

    assert 1 == len(told.teller.account_of("coral").messages("exercise-request"))
    assert () == told.teller.account_of("jade").messages("exercise-request")
    assert [Closed] == [type(item) for item in told.teller.account_of("jade").items if item.recipients == ("coral",)]


def test_a_node_refuses_what_the_account_by_hand_does_not_notice(rehearsal):
    """One's own words are neither read nor judged by oneself; the line is named."""
    with pytest.raises(NotAllowed, match=r"^line 4: one does not say of one's own words"):
        tell(
            rehearsal,
            "At 2026-02-01",
            "amber says hotline-message as M: text = Hello.",
            "amber says read in reply to M",
        )


def test_a_composite_party_speaks_with_officers_of_each_member(rehearsal):
    """Jade consists of two: what it says is signed by an officer of each."""
    text = "Story: s\nAgreement: exercise-notice\nAt 2026-11-20\njade says exercise-calendar: year = 2027; activities = 0\n"
    (told,) = coverage.tell_all(text, "x", BOOK, on=rehearsal.nodes)
    (said,) = told.teller.account_of("jade").messages("exercise-calendar")

    assert {"north", "south"} == {signer.member for signer in said.signers}


def test_nothing_of_a_story_stays_on_the_disk():
    """The folder of a rehearsal ends with it, and a story's own with the story."""
    with Rehearsal() as found:
        folder = found.enrolled("amber", LINE.names["amber"], {}).parent
        tell(found, "At 2026-02-01", "amber says line-test")
        assert ["amber", "coral"] == sorted(path.name for path in folder.iterdir())
    assert not folder.exists()
