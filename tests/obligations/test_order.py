"""Clauses are reckoned behind those that they wait for; what they name exists; a circle is refused."""

import pytest

from packs import clause, rule, small
from searoom.errors import NotAllowed
from searoom.obligations.order import check_names, in_order

DONE = 'form = "roadmap-step"'
VERIFIED = f'{DONE}, verified_by = {{ form = "roadmap-finding", field = "finding", confirmed = "confirmed" }}'


def after(*names, state="met"):
    """Return a trigger that waits for clauses."""
    listed = ", ".join(f'"{name}"' for name in names)
    return f'kind = "after", clauses = [{listed}], state = "{state}"'


def test_puts_a_clause_behind_what_it_waits_for():
    """However they stand in the pack; those that wait for nothing keep their order."""
    agreement = small(
        clause("c", trigger=after("b"), term='kind = "none"', ful=DONE),
        clause("b", trigger=after("a"), term='kind = "none"', ful=DONE),
        clause("a", ful=DONE),
        clause("z", ful='form = "line-test"'),
    )

    assert ["a", "b", "c", "z"] == [each.id for each in in_order(agreement.clauses)]
    check_names(agreement.clauses, agreement.head, agreement.parties, "small.toml")


@pytest.mark.parametrize("ring", [("a",), ("a", "b"), ("a", "b", "c")])
def test_refuses_a_circle_with_its_ring(ring):
    """Clauses that wait for each other would wait for ever; the ring is told."""
    clauses = [
        clause(name, trigger=after(ring[at - 1]), term='kind = "none"', ful=DONE) for at, name in enumerate(ring)
    ]
    with pytest.raises(NotAllowed, match="wait for each other in a circle: a -> ") as refusal:
        small(*clauses)

    assert refusal.value.sentence.startswith("small.toml, clauses[1] 'a'")


def test_a_condition_can_close_a_circle_too():
    """What is verified is waited for as well."""
    with pytest.raises(NotAllowed, match="in a circle"):
        small(
            clause("a", trigger=after("b"), term='kind = "none"', ful=VERIFIED),
            clause("b", trigger='kind = "once", on = 2026-02-01', term='kind = "none"', ful=DONE,
                   extra="when = 'verified[\"a\"] == \"confirmed\"'"),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("planted", "problem"),
    [
        (clause("a", trigger=after("gone"), term='kind = "none"', ful=DONE), "there is no clause 'gone'"),
        (clause("a", owes="named", ful=DONE, extra='by = ["teal"]'), "there is no party 'teal'"),
        (clause("a", owes="in-turn", ful=DONE, extra='first = "teal"'), "there is no party 'teal'"),
        (
            clause("a", trigger='kind = "once", on = 2026-02-01',
                   term='kind = "working-days", days = 3, from = "start", calendars = ["moon"]', ful=DONE),
            "there is no calendar 'moon'",
        ),
        (
            clause("a", ful=DONE) + clause("b", trigger=after("a", state="verified"), term='kind = "none"', ful=DONE),
            "says nobody who verifies it",
        ),
        (rule("a", 'kind = "pair"\norder = "parallel"\nfirst = ["x"]\nsecond = ["y"]'), "there is no clause 'x'"),
        (
            clause("a", owes="author", trigger='kind = "on-entry", form = "suspension-notice"',
                   term='kind = "on-receipt"', extra='effect = "suspends"\nstops = ["nothing"]'),
            "there is no clause 'nothing'",
        ),
    ],
)  # fmt: skip
def test_refuses_a_name_that_the_agreement_does_not_have(planted, problem):
    """Parties, clauses and calendars that a clause names are there."""
    with pytest.raises(NotAllowed) as refusal:
        small(planted)

    assert problem in refusal.value.sentence
