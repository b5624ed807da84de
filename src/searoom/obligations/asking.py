"""What a pack may ask of a form: that it exists, that it is shared, that it has this field of such a kind."""

from collections.abc import Collection, Mapping
from typing import Final

from searoom.errors import NotAllowed
from searoom.obligations.pack import Table, refuse
from searoom.signals.forms import FormBook

DATES: Final = frozenset({"date", "time", "zoned"})
NUMBERS: Final = frozenset({"count", "integer", "quantity"})


def has_field(book: FormBook, form: str, field: str) -> bool:
    """Whether a form has a field of that name."""
    return any(known.name == field for known in book.form(form).fields)


def shared_form(table: Table, name: str, book: FormBook) -> str:
    """Return the form that the table names; one that never leaves its node cannot be owed."""
    form = table.text(name)
    try:
        found = book.form(form)
    except NotAllowed:
        raise refuse(table.at(name), f"there is no form '{form}'") from None
    if found.visibility != "shared":
        raise refuse(table.at(name), f"the form '{form}' never leaves its node, so nobody can owe it")
    return form


def form_field(table: Table, name: str, book: FormBook, form: str, kinds: Collection[str] = ()) -> str:
    """Return the field of `form` that the table names; where `kinds` are given it is of one of them."""
    field = table.text(name)
    if not has_field(book, form, field):
        raise refuse(table.at(name), f"the form '{form}' has no field '{field}'")
    if kinds and book.form(form).field(field).kind not in kinds:
        what = "date" if kinds == DATES else " or ".join(sorted(kinds))
        raise refuse(table.at(name), f"the field '{field}' of '{form}' holds no {what}")
    return field


def choice_of(table: Table, name: str, book: FormBook, form: str, field: str) -> str:
    """Return a text that must be one of the field's choices, where it has any."""
    value = table.text(name)
    choices = book.form(form).field(field).choices
    if choices and value not in choices:
        raise refuse(table.at(name), f"'{value}' is no choice of '{field}'; there are {', '.join(choices)}")
    return value


def where_of(table: Table, book: FormBook, form: str) -> Mapping[str, str]:
    """Return the fields that must be equal, from the inner table `where`; empty where there is none."""
    if not table.has("where"):
        return {}
    wanted = table.table("where")
    for name in wanted.names():
        if not has_field(book, form, name):
            raise refuse(table.place, f"the form '{form}' has no field '{name}'")
        choices = book.form(form).field(name).choices
        value = wanted.text(name)
        if choices and value not in choices:
            raise refuse(table.at("where"), f"'{value}' is no choice of '{name}'; there are {', '.join(choices)}")
    return {name: wanted.text(name) for name in wanted.names()}
