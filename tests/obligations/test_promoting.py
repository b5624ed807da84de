"""The ladder: rows agreed by every person at a table are lifted into a proposal that names nobody and binds nobody."""

from dataclasses import replace

import pytest

from packs import HEAD, clause, small
from searoom.errors import NotAllowed
from searoom.obligations.agreement import parse
from searoom.obligations.promoting import (
    STEPS,
    TITLES,
    lift,
    page,
    require_nameless,
    seated,
    source_hash,
    tallies,
)
from searoom.obligations.proposing import digest
from searoom.record.keys import Key, Role, Signer
from told import BOOK, Tale

TRACK = HEAD.replace("exercise = true", 'exercise = true\ntrack = "2"')
A, B = clause("a", ful='form = "line-test"'), clause("b", ful='form = "hotline-message"')
TEXT = TRACK + A + B
DRAFT = parse(TEXT, "draft.toml", BOOK)
SEATS = (b"one", b"two", b"three")
SOURCE = "ab" * 32


def tally(*said):
    """Return how row a stands at a table of three after what was said: (who, step) of its hash, or (who, step, hash)."""
    tale = Tale("table")
    for who, step, *other in said:
        tale.say("table", "table-row", row="a", hash=other[0] if other else digest(DRAFT.clause("a")), step=step)
        tale.logs["table"][-1] = replace(
            tale.logs["table"][-1], signers=(Signer("table", Role.OFFICER, "", "not named", who),)
        )
    return tallies(DRAFT, tale.account(), SEATS)[0]


@pytest.mark.parametrize(
    ("said", "stands", "silent"),
    [
        ((), "", 3),
        (((b"one", "agreed"), (b"two", "agreed")), "", 1),
        (((b"one", "agreed"), (b"two", "agreed"), (b"three", "bracketed")), "bracketed", 0),
        (((b"one", "agreed"), (b"two", "agreed"), (b"three", "proposed"), (b"three", "agreed")), "agreed", 0),
        (((b"one", "agreed"), (b"two", "agreed"), (b"three", "agreed"), (b"one", "bracketed")), "bracketed", 0),
        (((b"one", "agreed"), (b"two", "agreed"), (b"three", "agreed", "another text")), "", 1),
        (((b"one", "agreed"), (b"two", "agreed"), (b"a stranger", "agreed")), "", 1),
    ],
)
def test_a_row_stands_where_the_least_far_person_stands(said, stands, silent):
    """By the last word of each; silence, another text and another's key are no word."""
    found = tally(*said)

    assert (stands, silent) == (found.stands, found.silent)


def test_the_page_counts_and_names_nobody():
    """How many said which step, and how many nothing."""
    told = page((tally((b"one", "agreed"), (b"two", "bracketed")),))

    assert "not all have said" in told
    assert all(step in told for step in STEPS)
    assert "Nothing of this binds anybody." in told
    assert () == tuple(name for name in ("one", "two", "not named") if f" {name} " in told)


def test_what_was_agreed_is_lifted_and_the_rest_left_out():
    """The rows keep their hashes, the track becomes that of governments, and the source hash stands in it."""
    text, proposal = lift(TEXT, "draft.toml", BOOK, {"a"}, SOURCE)

    assert ("a",) == tuple(each.id for each in proposal.clauses)
    assert digest(DRAFT.clause("a")) == digest(proposal.clause("a"))
    assert ("1", True, SOURCE) == (proposal.head.track, proposal.head.attribution, proposal.head.promoted_from)
    assert DRAFT.hash != proposal.hash
    assert text == lift(TEXT, "draft.toml", BOOK, {"a"}, SOURCE)[0]


def test_no_comment_leaves_the_table():
    """Anybody may stand in a comment."""
    commented = TEXT.replace('id = "a"', 'id = "a"  # Professor Quillfeather wants this')

    assert lift(TEXT, "draft.toml", BOOK, {"a"}, SOURCE) == lift(commented, "draft.toml", BOOK, {"a"}, SOURCE)


@pytest.mark.parametrize(
    ("text", "agreed", "problem"),
    [
        (TEXT, set(), "no row of draft.toml is agreed on by everybody"),
        (TEXT, {"c"}, "no row of draft.toml is agreed on by everybody"),
        (HEAD + A + B, {"a"}, "is a draft of track 1"),
        (
            TRACK + A + clause("b", trigger='kind = "after", clauses = ["a"], state = "met"', term='kind = "within", time = "1 d", from = "start"', ful='form = "line-test"'),
            {"b"},
            "what was agreed of draft.toml",
        ),
    ],
)  # fmt: skip
def test_refuses_what_cannot_be_lifted(text, agreed, problem):
    """Nothing agreed, a draft that binds already, and a row that leans on one that was not agreed to."""
    with pytest.raises(NotAllowed) as refusal:
        lift(text, "draft.toml", BOOK, agreed, SOURCE)

    assert problem in refusal.value.sentence


def test_a_clause_of_a_base_is_adopted_only_where_it_was_agreed():
    """A model clause of the base that the table did not agree to is offered and not in force."""
    instance = TRACK.replace('id = "small"', 'id = "small"\nbase = "macm"') + "[adopts.line-test]\n[adopts.reading]\n"
    text = instance.replace("[adopts.reading]\n", "") + A
    _, proposal = lift(text, "draft.toml", BOOK, {"line-test"}, SOURCE)

    assert {"line-test"} == set(proposal.adopted)
    assert "a" not in {each.id for each in proposal.clauses}


def test_the_source_hash_is_of_draft_and_record():
    """Another draft or one more entry is another source."""
    heads = {"table": (3, bytes(32))}

    assert source_hash(DRAFT, heads) == source_hash(DRAFT, dict(heads))
    assert source_hash(DRAFT, heads) != source_hash(small(B, A), heads)
    assert source_hash(DRAFT, heads) != source_hash(DRAFT, {"table": (4, bytes(32))})


PERSON = Key(Role.OFFICER, "table-1", "Professor Ada Quillfeather", bytes(range(32)))


@pytest.mark.parametrize(
    "words",
    [
        "as Professor Ada Quillfeather said",
        "as PROFESSOR ADA QUILLFEATHER said",
        "the Quillfeather paragraph",
        "by table-1",
        PERSON.key_id.hex(),
        PERSON.public.hex(),
    ],
)
def test_refuses_a_proposal_in_which_a_person_stands(words):
    """By name, a word of it, id, key id or key."""
    with pytest.raises(NotAllowed, match="belongs to a person at the table"):
        require_nameless(f"text = {words!r}", (PERSON,))


def test_ordinary_words_name_nobody():
    """A title stands in agreements too, and part of a longer word is no name."""
    assert "Professor" in TITLES
    require_nameless("The Professor of each side; Quillfeatherstone; ada", (PERSON,))


def test_only_officers_sit_at_a_table():
    """A station has a key on the card and no seat."""
    assert (PERSON,) == seated((PERSON, Key(Role.STATION, "table", "the table", bytes(32))))
