"""Where the pages of unit contact lead: to a pair, to a signal's words, to a form filled in for a person (loud)."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote, urlencode

from searoom.console.contact.speaking import Call, Words
from searoom.errors import NotAllowed
from searoom.signals.rows import Signal

MEANS: Final[Mapping[str, str]] = {"16": "vhf-16", "121.5": "vhf", "243.0": "uhf"}
"""Where a call is made -> the means that a log names."""


def pair(a: str, b: str) -> str:
    """Return the address of the page of two craft."""
    return f"/encounters/{quote(a, safe='')}/{quote(b, safe='')}"


def words(at: str, code: str, decided: str = "") -> str:
    """Return the address of the words of a signal, on the pages of a pair."""
    return f"{at}/words/{quote(code, safe='')}" + (f"?{urlencode({'decided': decided})}" if decided else "")


def sent(row: Signal, values: Mapping[str, str], words: Words, call: Call, at: str, *, back: str) -> str:
    """Return the address of the form that logs a call as sent, filled in; a person looks at it and signs it.

    `back` is the page that is shown once it is signed, here and below.
    """
    if words.script is None:
        raise NotAllowed("what cannot be read aloud cannot be logged as said")
    fields = {
        "unit_from": call.sender, "unit_to": call.to, "code": row.code, "words": words.script.words,
        "script": words.script.text, "lang": words.lang, "means": MEANS[call.guard], "at": at,
        "parameters": ", ".join(f"{name}={value}" for name, value in values.items()),
    }  # fmt: skip
    return _form("contact-sent", fields, lang=words.lang, back=back)


def heard(sender: str, unit: str, words: str, quality: str, codes: Sequence[str], at: str, *, back: str) -> str:
    """Return the address of the form that logs what was heard, filled in, in the words that were heard."""
    fields = {
        "unit_from": sender, "unit_to": unit, "words": words, "quality": quality, "at": at,
        "candidates": ", ".join(dict.fromkeys(codes)),
    }  # fmt: skip
    return _form("contact-heard", fields, lang="en", back=back)


def answer(ref: str, which: str, at: str, *, back: str) -> str:
    """Return the address of the form with one of the four answers to an entry, filled in."""
    return _form("contact-answer", {"answer": which, "at": at}, reply_to=ref, back=back)


def _form(name: str, fields: Mapping[str, str], **more: str) -> str:
    given = {f"field-{field}": value for field, value in fields.items() if value}
    return f"/say/{name}?{urlencode({'channel': 'unit-contact', **more, **given})}"
