"""A form inside a form: what a counterpart is understood to have said, chosen and filled in as its own form would be.

Pure. The boxes of the inner form are those of that form, under names of their own; what they give is its bytes, and no
officer types those.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from searoom.console import fields
from searoom.console.fields import Drawn
from searoom.console.gathering import FIELD, gathered, unread
from searoom.console.wording import Told
from searoom.errors import Finding, NotAllowed
from searoom.sentences import Sentence
from searoom.signals import forms
from searoom.signals.forms import Filled, Form, FormBook
from searoom.signals.kinds import INNER
from searoom.signals.tables import LANGUAGES
from searoom.statements.items import Ref

CHOSEN: Final = "inside"
"""The box in which the inner form is chosen."""
BEFORE: Final = "inside-"
"""What stands before the names of its boxes."""
SPOKEN: Final = FIELD + "language"  # in which language it was heard


def holds(form: Form) -> str:
    """Return the field of a form that holds another form, or ''."""
    return next((each.name for each in form.fields if each.kind == INNER), "")


def choices(book: FormBook) -> tuple[Form, ...]:
    """Return the forms that can stand inside: what persons say to the other side, with nothing kept apart in it."""
    return tuple(
        form
        for form in book.forms
        if form.visibility == "shared" and not form.automatic and not {each.kind for each in form.fields} & _NEVER
    )


_NEVER: Final = frozenset({INNER, "personal"})


def chosen(book: FormBook, form: Form, typed: Mapping[str, str]) -> Form | None:
    """Return the form that was chosen to stand inside, or None; `NotAllowed` for one that cannot."""
    name = typed.get(CHOSEN, "") if holds(form) else ""
    if not name:
        return None
    found = book.form(name)
    if found not in choices(book):
        raise NotAllowed(Sentence("form.not_inside", form=found.name))
    return found


def told(typed: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in the boxes of the inner form, under the names of its own form."""
    return {name.removeprefix(BEFORE): value for name, value in typed.items() if name.startswith(BEFORE)}


def filled(book: FormBook, inner: Form, typed: Mapping[str, str], reply_to: Ref | None) -> Filled:
    """Return the inner form as it was filled in; `NotAllowed` where something in it cannot be read."""
    channel = typed.get("channel", "")
    return forms.from_text(
        book, inner.name, gathered(inner, told(typed)), channel=channel if channel in inner.channels else "",
        lang=_lang(typed), reply_to=reply_to,
    )  # fmt: skip


def _lang(typed: Mapping[str, str]) -> str:
    return next((lang for lang in (typed.get(SPOKEN), typed.get("lang")) if lang in LANGUAGES), LANGUAGES[0])


def together(
    book: FormBook, form: Form, typed: Mapping[str, str], values: Mapping[str, str], reply_to: Ref | None
) -> dict[str, str]:
    """Return what was gathered of a form, with the inner form in its field; as it was where none was chosen."""
    inner = chosen(book, form, typed)
    if inner is None:
        return dict(values)
    return {**values, holds(form): forms.encode(filled(book, inner, typed, reply_to), book).hex()}


def findings(book: FormBook, form: Form, typed: Mapping[str, str], reply_to: Ref | None) -> tuple[Finding, ...]:
    """Return what is wrong or missing in the inner form, each at its field there."""
    inner = chosen(book, form, typed)
    if inner is None:
        return ()
    try:
        return forms.check(filled(book, inner, typed, reply_to), book)
    except NotAllowed:
        return unread(book, inner, gathered(inner, told(typed)), {"lang": _lang(typed), "reply_to": reply_to})


@dataclass(frozen=True, slots=True)
class Inside:
    """The inner form as a page draws it: which can be chosen, which one is, and its fields."""

    name: str
    choices: tuple[tuple[str, str], ...]
    form: Form | None
    fields: tuple[Drawn, ...]


def shown(
    book: FormBook, form: Form, typed: Mapping[str, str], found: Sequence[Told], lang: str,
    parties: Mapping[str, str],
) -> Inside | None:  # fmt: skip
    """Return what a page draws for a form inside, with what was `found` at its fields.

    None: the form has no such field, or somebody brought its bytes.
    """
    field = holds(form)
    if not field or typed.get(FIELD + field):
        return None
    inner = chosen(book, form, typed)
    drawn = () if inner is None else fields.drawn(inner, told(typed), found, lang, parties)
    rows = tuple((each.name, each.title[lang]) for each in choices(book))
    return Inside(field, tuple(sorted(rows, key=lambda row: row[1])), inner, tuple(map(_under, drawn)))


def _under(one: Drawn) -> Drawn:
    """Return a field of the inner form with its boxes under their own names."""
    boxes = tuple(replace(box, name=BEFORE + box.name) for box in one.boxes)
    return replace(one, name=BEFORE + one.name, boxes=boxes, parts=tuple(map(_under, one.parts)))
