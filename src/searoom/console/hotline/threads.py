"""What was said between us and one counterpart, turn by turn: the original first, its translations beside it.

A translation is always somebody's: the sender's own stands in the message under the same signature, ours in a national
note, and an agreed phrase is said by its key, of which the book of forms has the words of each language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from searoom.account import Again, Closed, Item, Message, Notice, Ref, Transcribed
from searoom.console.view import View
from searoom.review.texts import HTML_LANGUAGES
from searoom.signals import forms
from searoom.signals.codebook import Codebook
from searoom.signals.forms import Filled, Form, FormBook
from searoom.signals.tables import LANGUAGES

NOTE: Final = "translation-note"
SIDES: Final = ("hotline", "desk")
"""The channels on which ministries write; what units call is in the room `contact`."""
CALLS: Final = frozenset({"contact-sent", "contact-heard"})
"""Forms whose words are in a signal book; by what means they were said is no phrase."""
SIGNALS: Final = 3
_LAYERS: Final = frozenset({"read", "sufficient", "comply", "receipt", "line-test"})


@dataclass(frozen=True, slots=True)
class Said:
    """One text as it stands on the page: its words, the HTML language of its letters, and a label before it, or ''."""

    words: str
    lang: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """One translation: its words, and whose it is.

    `maker` is a choice of the kind `translation`, `book` for an agreed phrase, or `signal` for a signal's code;
    `by` is the office or person, or ''.
    `version` is that of the form whose words these are (0: no phrase book). `ours`: it was made here and is national.
    """

    said: Said
    maker: str
    by: str
    reviewed: bool
    version: int = 0
    ours: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """One attachment as its author names it: the hash in hexadecimal, size in bytes, media type and name."""

    digest: str
    size: int
    type: str
    name: str
    by: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One entry of a thread: what stands at the left, what stands beside it, and what came with it."""

    item: Item
    original: tuple[Said, ...]
    translations: tuple[Rendered, ...]
    files: tuple[File, ...]
    transcript: bool
    more: bool  # it has fields besides its words, shown on its own page


def counterparts(view: View) -> tuple[str, ...]:
    """Return the other parties, in the order of the agreement."""
    return tuple(party for party in view.agreement.parties if party != view.party)


def between(view: View, party: str, channel: str = "") -> tuple[Item, ...]:
    """Return what was said between us and a counterpart in the order of the record; on one channel where it is named.

    What acknowledges another entry (received, read, sufficient, will comply) is its state, and no turn of its own.
    """
    return tuple(
        one
        for one in view.account.items
        if not isinstance(one, Again | Notice) and _with(view, one, party) and _on(one, channel)
    )


def _with(view: View, item: Item, party: str) -> bool:
    if isinstance(item, Transcribed):
        return item.said_by == party if item.author == view.party else item.author == party
    return item.author == party or (item.author == view.party and (party in item.recipients or not item.recipients))


def _on(item: Item, channel: str) -> bool:
    if isinstance(item, Closed):
        return not channel
    if not isinstance(item, Message | Transcribed) or item.filled.form in _LAYERS:
        return False
    return item.filled.channel == channel if channel else item.filled.channel in SIDES


def turn(view: View, item: Item, lang: str) -> Turn:
    """Return an entry as a turn for a reader of `lang`."""
    if not isinstance(item, Message | Transcribed):
        return Turn(item, (), (), (), transcript=False, more=False)
    filled, form = item.filled, view.book.form(item.filled.form)
    known = _known(filled, form)
    original = _original(filled, form, lang)
    if isinstance(item, Transcribed) and item.understood is not None:
        original += _original(item.understood, view.book.form(item.understood.form), lang)
    return Turn(
        item,
        original + _measured(filled, form, view.book, lang),
        (
            *_agreed(filled, form, lang),
            *_theirs(filled, form, view.agreement.name(item.author, lang)),
            *ours(view, item.ref, lang),
        ),
        tuple(_file(filled.fields[each.name]) for each in form.fields if _is(each.name, "attachment", filled, form)),
        transcript=isinstance(item, Transcribed),
        more=not set(filled.fields) <= known,
    )


def _known(filled: Filled, form: Form) -> set[str]:
    kinds = ("text", "words", "choice", "translation", "attachment")
    return {each.name for each in form.fields if each.kind in kinds and each.name in filled.fields}


def _is(name: str, kind: str, filled: Filled, form: Form) -> bool:
    return name in filled.fields and form.field(name).kind == kind


def _original(filled: Filled, form: Form, lang: str) -> tuple[Said, ...]:
    """Return the words as their author chose them: texts as they stand, an agreed phrase in the author's language."""
    said = []
    for each in form.fields:
        value = filled.fields.get(each.name)
        if each.kind in ("text", "words") and isinstance(value, str):
            said.append(Said(value, HTML_LANGUAGES.get(filled.lang, "und"), each.label[lang]))
        elif each.kind == "choice" and value in each.choices:
            words = each.choices[str(value)][filled.lang]
            said.append(Said(words, HTML_LANGUAGES[filled.lang], each.label[lang]))
    return tuple(said)


def _measured(filled: Filled, form: Form, book: FormBook, lang: str) -> tuple[Said, ...]:
    """Return each value that a form gives with its error, as it reads: never finer than the error."""
    names = {name for pair in form.typed.values() for name in pair if name in filled.fields}
    kept = replace(filled, fields={name: filled.fields[name] for name in names})
    return tuple(Said(line, HTML_LANGUAGES[lang]) for line in forms.read_out(kept, book, lang)[1:]) if names else ()


def _agreed(filled: Filled, form: Form, reader: str) -> tuple[Rendered, ...]:
    """Return an agreed phrase in each other language, the reader's own first: the key was said, the book has words."""
    return tuple(
        Rendered(Said(each.choices[str(filled.fields[each.name])][lang], HTML_LANGUAGES[lang]), "book", form.name,
                 reviewed=False, version=form.version)
        for each in form.fields
        if filled.form not in CALLS and _is(each.name, "choice", filled, form)
        for lang in sorted(LANGUAGES, key=lambda lang: lang != reader)
        if lang != filled.lang
    )  # fmt: skip


def of_signal(filled: Filled, book: Codebook, reader: str) -> tuple[Rendered, ...]:
    """Return the words that the books have for the signal of a call, the reader's language first.

    Of a call that was heard these are the signals that it may be, each with its code; at most three are shown.
    """
    fields, found = filled.fields, []
    named = fields.get("candidates")
    codes = (fields["code"],) if "code" in fields else named if isinstance(named, list | tuple) else ()
    given = fields.get("parameters")
    values = {str(name): str(value) for name, value in given.items()} if isinstance(given, Mapping) else {}
    for row in (row for row in book.signals if row.code in codes[:SIGNALS]):
        whole = set(values) == {each.name for each in row.parameters}
        for lang in sorted(LANGUAGES, key=lambda lang: lang != reader):
            words = row.filled(values, lang) if whole else row.meaning[lang]
            said = Said(words, HTML_LANGUAGES[lang])
            found.append(Rendered(said, "signal", row.code, reviewed=row.review[lang] == "signed"))
    return tuple(found)


def _theirs(filled: Filled, form: Form, author: str) -> tuple[Rendered, ...]:
    return tuple(
        rendered(cast("Mapping[str, Any]", filled.fields[each.name]), author)
        for each in form.fields
        if _is(each.name, "translation", filled, form)
    )


def rendered(made: Mapping[str, Any], by: str, *, here: bool = False) -> Rendered:
    """Return a value of the kind `translation` as it stands on a page."""
    tag, words = made["text"]
    said = Said(str(words), HTML_LANGUAGES.get(str(tag)[:2], str(tag)))
    return Rendered(said, str(made["maker"]), str(made.get("by") or by), made["review"] == "reviewed", ours=here)


def ours(view: View, ref: Ref, lang: str) -> tuple[Rendered, ...]:
    """Return our own translations of an entry, as national notes have them, the newest first."""
    return tuple(
        rendered(
            cast("Mapping[str, Any]", note.filled.fields["translation"]),
            str(note.filled.fields.get("person", view.agreement.name(view.party, lang))),
            here=True,
        )
        for note in reversed(view.notes)
        if note.filled.form == NOTE and note.filled.fields["entry"] == ref
    )


def _file(value: object) -> File:
    made = cast("Mapping[str, Any]", value)
    return File(
        bytes(made["hash"]).hex(), int(made["size"]), str(made["type"]), str(made.get("name", "")),
        str(made.get("by", "")),
    )  # fmt: skip


def newest(items: Sequence[Item], before: int, most: int) -> tuple[tuple[Item, ...], int]:
    """Return the last `most` of the first `before` items, and how many stand before them."""
    stop = min(before, len(items)) if before > 0 else len(items)
    start = max(0, stop - most)
    return tuple(items[start:stop]), start
