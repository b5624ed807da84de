"""The watch's running log: everything that happened, one line each, the newest first, from record and notes. Pure.

Rule 1: nothing is written for it. Each line is an entry of the record, a note, or what a line is known to do now.
Rule 2: that a key was opened under duress stands on no page.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from searoom.account import Again, Closed, Item, Message, Notice, ref_text
from searoom.clock import from_text, to_text
from searoom.console import matters
from searoom.console.view import Note, View
from searoom.errors import SearoomError
from searoom.review.texts import HTML_LANGUAGES, Texts
from searoom.signals import forms
from searoom.signals.forms import Filled
from searoom.statements.items import Transcribed

KINDS: Final = ("message", "contact", "alarm", "line", "call", "watch", "draft", "sighting", "record")
"""What a line can be of; an address filters by them."""
_OF_NOTE: Final[Mapping[str, str]] = {
    "bell-note": "alarm", "encounter-note": "alarm", "company-note": "alarm", "zone-note": "alarm",
    "watch-entry": "watch", "hand-over": "watch", "call-note": "call", "draft": "draft", "sighting": "sighting",
    "erased": "record", "tag-note": "sighting",
}  # fmt: skip
"""The notes that are shown, and as what; no other is: `duress` for a reason, `track-note` because of its number."""
_OF_FORM: Final[Mapping[str, str]] = {
    "line-test": "line", "call-request": "call", "call-answer": "call", "call-readout": "call", "macm-call": "call",
    "macm-fault": "line", "macm-fault-step": "line", "weekly-call-made": "call", "weekly-call-change": "call",
}  # fmt: skip
UNITS: Final = "unit-contact"
MOST: Final = 100
LONGEST: Final = 240  # characters of one line
_UNSAID: Final = frozenset({"released", "body", "signature", "state", "at"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line: when, what kind, whose (a party, or '' for our own side alone), what, in which language, and where."""

    at_us: int
    kind: str
    party: str
    title: str
    words: str
    lang: str
    link: str
    person: str = ""


def rows(view: View, texts: Texts, kinds: frozenset[str], before_us: int | None = None) -> tuple[Row, ...]:
    """Return the newest lines of these kinds (of every kind where none is named), those before a time alone."""
    shown = kinds or frozenset(KINDS)

    def newest(found: Iterator[Row]) -> list[Row]:
        wanted = (row for row in found if row.kind in shown and (before_us is None or row.at_us < before_us))
        return list(islice(wanted, MOST))

    every = newest(_of_notes(view, texts)) + newest(_of_record(view, texts)) + newest(_of_lines(view, texts))
    return tuple(sorted(every, key=lambda row: -row.at_us)[:MOST])


def _of_notes(view: View, texts: Texts) -> Iterator[Row]:
    for index in range(len(view.notes) - 1, -1, -1):
        note = view.notes[index]
        kind = _OF_NOTE.get(note.filled.form)
        if kind is not None:
            yield _note_row(view, note, index, kind, texts)


def _note_row(view: View, note: Note, index: int, kind: str, texts: Texts) -> Row:
    filled, fields = note.filled, note.filled.fields
    link = {"hand-over": f"/watch/hand-over/{index}", "draft": f"/drafts/{index}", "call-note": "/watch/calls"}
    at = fields.get("at")
    return Row(
        at if isinstance(at, int) else note.at_us, kind, "", _title(view, filled, texts),
        _SAID.get(filled.form, _said)(view, filled, texts), HTML_LANGUAGES[filled.lang], link.get(filled.form, ""),
        str(fields.get("person", "")),
    )  # fmt: skip


def _of_record(view: View, texts: Texts) -> Iterator[Row]:
    for item in reversed(view.account.items):
        if isinstance(item, Message) and view.book.form(item.filled.form).automatic and item.filled.form != "line-test":
            continue
        yield _item_row(view, item, texts)


def _item_row(view: View, item: Item | Again, texts: Texts) -> Row:
    link = f"/messages/{item.ref[0]}/{item.ref[1]}"
    person = ", ".join(signer.name for signer in item.signers)
    names = view.agreement.names_in(texts.lang)
    match item:
        case Message():
            kind = _OF_FORM.get(item.filled.form, "contact" if item.filled.channel == UNITS else "message")
            title, words = _title(view, item.filled, texts), _said(view, item.filled, texts)
            lang = HTML_LANGUAGES[item.filled.lang]
        case Transcribed():
            kind, title, words = "message", _title(view, item.filled, texts), _said(view, item.filled, texts)
            lang = HTML_LANGUAGES[item.filled.lang]
        case Notice() | Again():
            kind, title, words, lang, link = (
                "record",
                ref_text(item.ref),
                item.sentence(texts.lang, names),
                "",
                "/record",
            )
        case Closed():
            kind, title, words, lang = "record", ref_text(item.ref), item.why, ""
    return Row(item.placed_us, kind, item.author, title, words, lang, link, person)


def _of_lines(view: View, texts: Texts) -> Iterator[Row]:
    """Yield what is known of the lines now: a silence from when it began, a fault that stands, a verdict."""
    for line in matters.lines(view):
        name = view.agreement.name(line.party, texts.lang)
        if line.silent:
            since = texts("handing.line", party=name, since=line.silent)
            yield Row(_time(line.silent, view.now_us), "line", line.party, texts("line.silent"), since, "", "/#line")
        if line.verdict:
            words = texts("line.verdict_" + line.verdict.replace(" ", "_"))
            yield Row(line.contact_us or view.now_us, "record", line.party, name, words, "", "/record")


def _time(text: str, now_us: int) -> int:
    try:
        return from_text(text)
    except SearoomError:  # never since the start
        return now_us


def _title(view: View, filled: Filled, texts: Texts) -> str:
    return view.book.form(filled.form).title[texts.lang]


def _said(view: View, filled: Filled, texts: Texts) -> str:
    """Return what a form says, on one line: each field as it reads in the page's language."""
    kept = {name: value for name, value in filled.fields.items() if name not in _UNSAID}
    lines = forms.read_out(Filled(filled.form, filled.version, filled.channel, filled.precedence, filled.lang, kept),
                           view.book, texts.lang)[1:]  # fmt: skip
    return _short(" · ".join(" ".join(line.split()) for line in lines))


def _entry(view: View, filled: Filled, texts: Texts) -> str:
    fields, form = filled.fields, view.book.form(filled.form)
    kind = form.field("kind").choices[str(fields["kind"])][texts.lang]
    about = str(fields.get("about", ""))
    named = view.agreement.name(about, texts.lang) if about in view.agreement.parties else about
    return _short(" · ".join(str(part) for part in (kind, fields["words"], named) if part))


def _bell(_view: View, filled: Filled, texts: Texts) -> str:
    fields = filled.fields
    until = fields.get("until")
    what = texts("log.heard") if not isinstance(until, int) else texts("log.put_off", until=to_text(until))
    return f"{fields['a']} × {fields['b']} · {what}"


def _encounter(view: View, filled: Filled, texts: Texts) -> str:
    fields = filled.fields
    grade = view.book.form(filled.form).field("grade").choices[str(fields["grade"])][texts.lang]
    read = {line.partition(": ")[0]: line for line in forms.read_out(filled, view.book, texts.lang)}
    labels = [view.book.form(filled.form).field(name).label[texts.lang] for name in ("range_mm", "cpa_mm")]
    return " · ".join([f"{fields['a']} × {fields['b']}", grade, *(read[label] for label in labels if label in read)])


def _hand(_view: View, filled: Filled, texts: Texts) -> str:
    fields = filled.fields
    return texts("log.handed", to=fields["taken_by"], by=fields.get("given_by", "–"))


_SAID: Final[Mapping[str, Callable[[View, Filled, Texts], str]]] = {
    "watch-entry": _entry, "encounter-note": _encounter, "bell-note": _bell, "hand-over": _hand, "draft": lambda *_: "",
}  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
