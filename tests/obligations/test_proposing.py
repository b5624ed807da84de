"""Rules are made row by row: nobody is outvoted, and nothing is in force before each has adopted the whole."""

from dataclasses import replace

import pytest

from packs import HEAD, clause, small
from searoom.obligations.proposing import STEPS, adopted_by, digest, in_force, page, rows, standpoints
from told import Tale

A, B = clause("a", ful='form = "line-test"'), clause("b", ful='form = "hotline-message"')
DRAFT = small(A, B)


def stands(*said):
    """Return how row a stands after what was said: (party, step) of its hash, or (party, step, other hash)."""
    tale = Tale()
    for who, step, *other in said:
        tale.say(who, "agreement-row", row="a", hash=other[0] if other else digest(DRAFT.clause("a")), step=step)
    return standpoints(DRAFT, tale.account())[0]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ((), ""),
        ((("amber", "adopted"),), ""),
        ((("amber", "proposed"), ("coral", "bracketed")), "proposed"),
        ((("amber", "adopted"), ("coral", "bracketed")), "bracketed"),
        ((("amber", "adopted"), ("coral", "bracketed"), ("coral", "ad-referendum")), "ad-referendum"),
        ((("amber", "adopted"), ("coral", "adopted")), "adopted"),
        ((("amber", "adopted"), ("coral", "adopted", "another hash")), ""),
    ],
)
def test_a_row_stands_where_the_least_far_party_stands(said, found):
    """By the last word of each; of another text it is no word; silence is no consent."""
    assert found == stands(*said).stands


def test_another_text_is_another_row():
    """A word or a number changes the hash, and what was said of the old one is shown as that."""
    other = small(A.replace('kind = "period-end"', 'kind = "by-day", month = 3, day = 1'), B)

    assert rows(DRAFT)[0].digest != rows(other)[0].digest
    assert rows(DRAFT)[1] == rows(other)[1]
    assert ("old",) == stands(("amber", "adopted", "old")).other_hashes
    assert all(row.digest[:16] in page(rows(DRAFT)) for row in rows(DRAFT))
    assert all(step in page(rows(DRAFT)) for step in STEPS)


def test_a_version_is_in_force_when_each_node_has_adopted_its_hash():
    """One alone adopts for itself; another hash is another version; below track 1 nothing binds."""
    tale = Tale()
    tale.say("amber", "agreement-adopted", hash=DRAFT.hash.hex())
    assert (("amber",), False) == (adopted_by(DRAFT, tale.account()), in_force(DRAFT, tale.account()))
    tale.say("coral", "agreement-adopted", hash=small(B, A).hash.hex())
    assert not in_force(DRAFT, tale.account())
    tale.say("coral", "agreement-adopted", hash=DRAFT.hash.hex().upper())
    assert in_force(DRAFT, tale.account())

    second = small(A, B, head=HEAD.replace("exercise = true", 'exercise = true\ntrack = "2"'))
    assert not in_force(replace(second, hash=DRAFT.hash), tale.account())
