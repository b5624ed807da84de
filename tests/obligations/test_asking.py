"""What a pack asks of a form is there, is shared, and is of that kind."""

import pytest

from searoom.errors import NotAllowed
from searoom.obligations.asking import DATES, NUMBERS, choice_of, form_field, has_field, shared_form, where_of
from searoom.obligations.pack import Table
from told import BOOK


def table(**values):
    """Return a table of a pack."""
    return Table(values, "p")


def test_gives_what_is_there():
    """A shared form, a field of a kind, a choice, fields that must be equal."""
    assert "line-test" == shared_form(table(form="line-test"), "form", BOOK)
    assert "personnel" == form_field(table(field="personnel"), "field", BOOK, "exercise-notice", NUMBERS)
    assert "expert" == choice_of(table(level="expert"), "level", BOOK, "meeting-held", "level")
    assert {"level": "expert"} == where_of(table(where={"level": "expert"}), BOOK, "meeting-held")
    assert {} == where_of(table(), BOOK, "meeting-held")
    assert has_field(BOOK, "meeting-held", "host")
    assert not has_field(BOOK, "meeting-held", "hostess")


@pytest.mark.parametrize(
    ("ask", "problem"),
    [
        (lambda: shared_form(table(form="draft"), "form", BOOK), "never leaves its node"),
        (lambda: shared_form(table(form="x"), "form", BOOK), "there is no form 'x'"),
        (lambda: form_field(table(field="x"), "field", BOOK, "read"), "has no field 'x'"),
        (lambda: form_field(table(field="level"), "field", BOOK, "meeting-held", DATES), "holds no date"),
        (lambda: form_field(table(field="level"), "field", BOOK, "meeting-held", NUMBERS), "holds no count or integer"),
        (lambda: choice_of(table(level="x"), "level", BOOK, "meeting-held", "level"), "is no choice of 'level'"),
        (lambda: where_of(table(where={"level": "x"}), BOOK, "meeting-held"), "is no choice of 'level'"),
        (lambda: where_of(table(where={"x": "x"}), BOOK, "meeting-held"), "has no field 'x'"),
    ],
)
def test_refuses_what_is_not(ask, problem):
    """With the place in the pack."""
    with pytest.raises(NotAllowed, match=r"^p") as refusal:
        ask()

    assert problem in refusal.value.sentence
