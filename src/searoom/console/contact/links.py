"""Where the pages of unit contact lead: to a pair, to a signal's words, to a form filled in for a person (loud)."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote, urlencode

from searoom.console.contact.speaking import Call, Words
from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals.rows import Signal

MEANS: Final[Mapping[str, str]] = {"16": "vhf-16", "121.5": "vhf", "243.0": "uhf"}
"""Where a call is made -> the means that a log names."""
NOW: Final = "now"
"""What a link brings for a time: the node's, when it is pressed."""


def pair(a: str, b: str) -> str:
    """Return the address of the page of two craft."""
    return f"/encounters/{quote(a, safe='')}/{quote(b, safe='')}"


def words(at: str, code: str, decided: str = "") -> str:
    """Return the address of the words of a signal, on the pages of a pair."""
    return f"{at}/words/{quote(code, safe='')}" + (f"?{urlencode({'decided': decided})}" if decided else "")


def logged(at: str, words: str = "") -> str:
    """Return the address of a pair's page that says what was just logged, with the way back to its `words`."""
    return f"{at}?{urlencode({'logged': words or 'yes'})}"


def sent(row: Signal, values: Mapping[str, str], words: Words, call: Call, *, back: str) -> str:
    """Return the address of the form that logs a call as sent, filled in; a person looks at it and signs it.

    `back` is the page that is shown once it is signed, here and below; the time is that of the press.
    """
    if words.script is None:
        raise NotAllowed(Sentence("meet.not_read_aloud"))
    fields = {
        "unit_from": call.sender, "unit_to": call.to, "code": row.code, "words": words.script.words,
        "script": words.script.text, "lang": words.lang, "means": MEANS[call.guard], "at": NOW,
        "parameters": ", ".join(f"{name}={value}" for name, value in values.items()),
    }  # fmt: skip
    return _form("contact-sent", fields, lang=words.lang, back=back)


def heard(sender: str, unit: str, words: str, quality: str, codes: Sequence[str], *, back: str) -> str:
    """Return the address of the form that logs what was heard, filled in, in the words that were heard."""
    fields = {
        "unit_from": sender, "unit_to": unit, "words": words, "quality": quality, "at": NOW,
        "candidates": ", ".join(dict.fromkeys(codes)),
    }  # fmt: skip
    return _form("contact-heard", fields, lang="en", back=back)


def answer(ref: str, which: str, *, back: str) -> str:
    """Return the address of the form with one of the four answers to an entry, filled in."""
    return _form("contact-answer", {"answer": which, "at": NOW}, reply_to=ref, back=back)


def _form(name: str, fields: Mapping[str, str], **more: str) -> str:
    given = {f"field-{field}": value for field, value in fields.items() if value}
    return f"/say/{name}?{urlencode({'channel': 'unit-contact', **more, **given})}"
