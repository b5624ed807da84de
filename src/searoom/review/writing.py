"""How a page writes what stands in the record: references, times, signers, and the fields of a form."""

from collections.abc import Iterable
from typing import cast

from searoom.record.keys import Signer
from searoom.review.sections import FieldRow, Who, Words
from searoom.review.texts import HTML_LANGUAGES, Texts
from searoom.signals.forms import FIELD_KINDS, Filled, Form, FormBook, decode
from searoom.signals.kinds import INNER, Context

KEY_DIGITS = 8
"""Hex digits of a key's id that a page shows; the whole id has 16."""

_FOREIGN = frozenset({"text", "words", "line", "unit", "person"})
"""Kinds whose values are somebody's own words, in the language of the writer."""


_OWN = frozenset({"text", "words"})
"""Kinds that are quoted as the original: whole sentences of the writer's own."""


def people(signers: Iterable[Signer], texts: Texts) -> tuple[Who, ...]:
    """Return who signed, as the party's card names them."""
    return tuple(
        Who(one.party, one.name, texts(f"role.{one.role.value}"), one.holder, one.key_id.hex()[:KEY_DIGITS])
        for one in signers
    )


def html_language(lang: str) -> str:
    """Return the HTML language of a writer's language; `und` for one that the house does not know."""
    return HTML_LANGUAGES.get(lang, "und")


def values(filled: Filled, book: FormBook, texts: Texts) -> tuple[FieldRow, ...]:
    """Return the fields in the form's order; a value and its error are one row, no finer than the error."""
    form = book.form(filled.form)
    pairs = {value: error for value, error in form.typed.values() if {value, error} <= set(filled.fields)}
    errors = set(pairs.values())
    found = []
    for field in form.fields:
        if field.name not in filled.fields or field.name in errors:
            continue
        if field.kind == INNER:
            inner = decode(cast("bytes", filled.fields[field.name]), book, inside=True)
            title = book.form(inner.form).title[texts.lang]
            found.append(FieldRow(field.label[texts.lang], Words(title, HTML_LANGUAGES[texts.lang])))
            found.extend(values(inner, book, texts))
        elif field.name in pairs:
            both = (filled.fields[field.name], filled.fields[pairs[field.name]])
            measured = FIELD_KINDS["distance"].say(both, Context(field.choices, filled.lang), texts.lang)
            found.append(FieldRow(field.label[texts.lang], Words(measured, HTML_LANGUAGES[texts.lang])))
        else:
            key = str(filled.fields[field.name]) if field.kind == "choice" else ""
            shown = value(filled, form, field.name, texts)
            found.append(FieldRow(field.label[texts.lang], shown, own=field.kind in _OWN, key=key))
    return tuple(found)


def value(filled: Filled, form: Form, name: str, texts: Texts) -> Words:
    """Return one field's value as words with their language; nothing where the field is not filled in."""
    if name not in filled.fields:
        return Words("", HTML_LANGUAGES[texts.lang])
    field, held = form.field(name), filled.fields[name]
    if field.kind in _FOREIGN and isinstance(held, str):
        return Words(held, html_language(filled.lang))
    return Words(
        FIELD_KINDS[field.kind].say(held, Context(field.choices, filled.lang), texts.lang), HTML_LANGUAGES[texts.lang]
    )
