"""The parts from which kinds are made: bounds kept, true is no number, and nothing is found where nothing is asked."""

import re

import pytest

from searoom.errors import NotAllowed
from searoom.signals import fieldkind
from searoom.signals.fieldkind import Context, alike, items, matching, number, one_line, one_of, plain, whole

CONTEXT = Context({})


@pytest.mark.parametrize(
    "act",
    [
        lambda: one_line("a\nb", 10, "a.text"),
        lambda: one_line("x" * 11, 10, "a.text"),
        lambda: one_line(b"x", 10, "a.text"),
        lambda: one_line("a\u202eb", 10, "a.text", lines=True),
        lambda: whole(True, 0, 5, "a.count"),
        lambda: whole(6, 0, 5, "a.count"),
        lambda: whole(1.0, 0, 5, "a.count"),
        lambda: matching("B", re.compile("[a-z]"), "noun.code"),
        lambda: matching("ab", re.compile("[a-z]"), "noun.code"),
        lambda: items([1, 2, 3], 2, "a.position"),
        lambda: items("ab", 2, "a.position"),
        lambda: one_of("c", {"a": 1}, "noun.unit"),
        lambda: one_of(["a"], {"a": 1}, "noun.unit"),
    ],
)
def test_refuses_what_is_of_another_shape(act):
    """Each part says no for itself, so that no kind can forget it."""
    with pytest.raises(NotAllowed):
        act()


def test_gives_back_what_it_was_given():
    """A part reads and changes nothing."""
    assert "a\nb" == one_line("a\nb", 10, "a.text", lines=True)
    assert (5, "a", [1, 2], "a") == (
        whole(5, 0, 5, "x"), matching("a", re.compile("[a-z]"), "x"), items((1, 2), 2, "x"), one_of("a", {"a": 1}, "x"),
    )  # fmt: skip


def test_a_kind_finds_nothing_by_itself():
    """Without a check of its own a kind finds, doubts and keeps back nothing."""
    made = alike(
        "pair", lambda typed: (typed, 1), lambda value: items(value, 2, "a.position"), lambda value, _: str(value), {}
    )
    assert ("", "", False, None, ()) == (
        made.check((1, 2), CONTEXT), made.doubt((1, 2), CONTEXT), made.at_home((1, 2)), made.inside, made.parts,
    )  # fmt: skip
    assert "nothing is written here" == plain("word", str, {}).check(" ", CONTEXT)
    assert {"type": "integer", "minimum": 1, "maximum": 5} == number("n", 1, 5, int, lambda n, _: str(n)).schema(
        CONTEXT
    )


def test_schemas_are_of_the_standard():
    """A byte string is hexadecimal, a row has its parts in order, a list its bounds."""
    assert {"type": "string", "maxLength": 3, "pattern": "^(?:[a-z])$"} == fieldkind.text_schema(3, re.compile("[a-z]"))
    assert (64, 64) == tuple(fieldkind.bytes_schema(32, 32)[key] for key in ("minLength", "maxLength"))
    assert (2, 2) == tuple(fieldkind.row_schema({}, {})[key] for key in ("minItems", "maxItems"))
    assert (0, 5) == tuple(fieldkind.list_schema({}, 0, 5)[key] for key in ("minItems", "maxItems"))
