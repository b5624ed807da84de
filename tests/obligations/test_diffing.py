"""Two versions differ where a word, a number or an order does, and nowhere else."""

from packs import HEAD, clause, small
from searoom.obligations.agreement import load
from searoom.obligations.diffing import differences
from told import BOOK, MACM

A, B = clause("a", ful='form = "line-test"'), clause("b", ful='form = "hotline-message"')


def told(old, new):
    """Return where two packs differ, and how."""
    return [(each.where, each.before, each.after) for each in differences(old, new)]


def test_a_version_is_the_same_as_itself():
    """Comments change nothing; nor does the hash stand as a difference of its own."""
    assert [] == told(MACM, MACM)
    assert [] == told(small(A), small(A, head="# a comment\n" + HEAD))


def test_tells_each_change_where_it_is():
    """A number, a clause that came, one that went, and their order."""
    longer = A.replace('kind = "period-end"', 'kind = "by-day", month = 3, day = 1')
    changed = {where: (before, after) for where, before, after in told(small(A), small(longer))}

    assert ("period-end", "by-day") == changed["clause a, term, kind"]
    assert ("0", "3") == changed["clause a, term, month"]
    assert [("clause b", "", "e")] == told(small(A), small(A, B))
    assert [("clause b", "e", "")] == told(small(A, B), small(A))
    assert [("order of clauses", "a, b", "b, a")] == told(small(A, B), small(B, A))


def test_a_condition_is_compared_by_its_text():
    """What decides who owes is a difference too."""
    old = load("exercise-notice", BOOK)
    with_when = clause("a", owes="author", trigger='kind = "on-entry", form = "hotline-message"',
                       term='kind = "within", time = "1 h", from = "start"', ful='form = "read"', extra="when = \"fields.text == 'x'\"")  # fmt: skip

    assert [] == told(old, load("exercise-notice", BOOK))
    assert [("clause a, when", "fields.text == 'x'", "fields.text == 'y'")] == told(
        small(with_when), small(with_when.replace("'x'", "'y'"))
    )


def test_a_table_is_read_as_words():
    """Names that came with another pack stand as a person reads them, not as a program writes them."""
    changed = {where: (before, after) for where, before, after in told(MACM, load("exercise-notice", BOOK))}

    assert not [texts for texts in changed.values() if any(mark in text for text in texts for mark in "{[")]
