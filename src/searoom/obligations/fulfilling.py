"""What fulfils a duty, what undoes it, what breaks a promise, and who verifies it: read from a pack."""

from collections.abc import Mapping
from dataclasses import dataclass

from searoom.obligations.asking import DATES, choice_of, form_field, shared_form, where_of
from searoom.obligations.pack import Table, refuse
from searoom.signals.forms import FormBook


@dataclass(frozen=True, slots=True)
class Event:
    """An entry that undoes or breaks something: its form, fields that must be equal, the field that says whose."""

    form: str
    where: Mapping[str, str]
    party_field: str


@dataclass(frozen=True, slots=True)
class Verify:
    """Who says whether a deed is confirmed: in a form that replies to it, a finding; `by` these, or all others."""

    form: str
    field: str
    confirmed: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """What fulfils a duty: an entry of `form` whose fields equal `where`.

    With `date_field`, the date in that field decides which occasion it fulfils; the deed counts then,
    and not when it was written down. With `distinct`, so many different values of that field are needed: n of m.
    An entry of a form in `also` fulfils it as well.
    """

    form: str
    where: Mapping[str, str]
    date_field: str
    distinct: str = ""
    of: int = 1
    reversed_by: Event | None = None
    verified_by: Verify | None = None
    also: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms that fulfil it."""
        return (self.form, *self.also)


def read_event(row: Table, name: str, book: FormBook) -> Event | None:
    """Return the event in the inner table `name`; None where there is none."""
    if not row.has(name):
        return None
    table = row.table(name)
    form = shared_form(table, "form", book)
    field = form_field(table, "party_field", book, form, ("party",)) if table.has("party_field") else ""
    event = Event(form, where_of(table, book, form), field)
    table.done()
    return event


def read_fulfilment(row: Table, book: FormBook) -> Fulfilment | None:
    """Return what fulfils a clause; None where nobody owes an entry."""
    if not row.has("fulfilled_by"):
        return None
    table = row.table("fulfilled_by")
    form = shared_form(table, "form", book)
    distinct = form_field(table, "distinct", book, form) if table.has("distinct") else ""
    found = Fulfilment(
        form=form,
        where=where_of(table, book, form),
        date_field=form_field(table, "date_field", book, form, DATES) if table.has("date_field") else "",
        distinct=distinct,
        of=table.whole("of", 1, 1000) if distinct else 1,
        reversed_by=read_event(table, "reversed_by", book),
        verified_by=_verify(table, book),
        also=_also(table, book),
    )
    table.done()
    return found


def _verify(row: Table, book: FormBook) -> Verify | None:
    if not row.has("verified_by"):
        return None
    table = row.table("verified_by")
    form = shared_form(table, "form", book)
    if not book.form(form).answers:
        raise refuse(table.at("form"), f"the form '{form}' answers no entry, so it cannot say which deed it verifies")
    field = form_field(table, "field", book, form, ("choice",))
    by = table.list("by") if table.has("by") else ()
    found = Verify(form, field, choice_of(table, "confirmed", book, form, field), by)
    table.done()
    return found


def _also(table: Table, book: FormBook) -> tuple[str, ...]:
    names = table.list("also") if table.has("also") else ()
    known = {form.name for form in book.forms if form.visibility == "shared"}
    if strange := [name for name in names if name not in known]:
        raise refuse(table.at("also"), f"there is no shared form '{strange[0]}'")
    return names
