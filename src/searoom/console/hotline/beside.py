"""What stands beside words while they are written and before they are signed: what they answer, terms, and advice.

Advice changes nothing and stops nobody: figures, units and times that the translation says otherwise, a "not" that it
lost, and words that say whose waters it is, order or judge.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from searoom.account import Again, Item
from searoom.console.asked import Asked
from searoom.console.gathering import FIELD, SUB
from searoom.console.hotline import glossary, threads
from searoom.console.hotline.glossary import Term
from searoom.console.wording import Told
from searoom.errors import Finding, NotAllowed
from searoom.node.books import in_force
from searoom.obligations import sovereignty
from searoom.sentences import Sentence
from searoom.signals import forms
from searoom.signals.forms import Filled, Form
from searoom.signals.tables import LANGUAGES
from searoom.statements.items import ref_of

ANSWERED = ("reply_to", "field-entry")
"""What names the entry that a form is about: what it answers, or what it translates."""


def advice(asked: Asked, filled: Filled) -> tuple[Told, ...]:
    """Return the doubts about words that can be said as they are."""
    view = asked.view
    form = view.book.form(filled.form)
    marked = sovereignty.advise(filled, form, view.agreement)
    return asked.told((*forms.advise(filled, view.book), *marked, *_note(asked, filled)), form)


def _note(asked: Asked, filled: Filled) -> tuple[Finding, ...]:
    """Compare our translation of an entry with the entry's own words, which stand in another form."""
    entry = filled.fields.get("entry")
    if filled.form != threads.NOTE or not isinstance(entry, tuple):
        return ()
    item = asked.view.account.message(entry)
    said = getattr(item, "filled", None)
    made = filled.fields["translation"]
    if not isinstance(said, Filled) or not isinstance(made, Mapping):
        return ()
    text = said.fields.get(str(made["of"]))
    if not isinstance(text, str):
        return (Finding("translation.of", Sentence("find.no_text_there", of=f"{made['of']:.40}")),)
    return tuple(forms.compare_languages((said.lang, text), made["text"], where="translation"))


def beside(asked: Asked, form: Form, typed: Mapping[str, str], filled: Filled | None) -> dict[str, Any]:
    """Return what a template shows beside a form: `answered`, `terms`, `advised`, and a fault of the glossary."""
    terms, fault = known_terms(asked)
    return {
        "answered": about(asked, typed),
        "terms": _suggested(form, typed, asked.lang, terms),
        "glossary_fault": fault,
        "advised": () if filled is None else advice(asked, filled),
    }


def about(asked: Asked, typed: Mapping[str, str]) -> threads.Turn | None:
    """Return the entry that a form answers or translates, or None."""
    for name in ANSWERED:
        try:
            item: Item | Again = asked.view.account.message(ref_of(typed.get(name, "")))
        except NotAllowed:
            continue
        return None if isinstance(item, Again) else _with_signal(asked, threads.turn(asked.view, item, asked.lang))
    return None


def _with_signal(asked: Asked, turn: threads.Turn) -> threads.Turn:
    """Return a turn with the words that the books in force have for its signal, or for what it may be."""
    filled = getattr(turn.item, "filled", None)
    if not isinstance(filled, Filled) or filled.form not in threads.CALLS:
        return turn
    book = in_force(asked.house.folder, asked.house.follower.table.books)
    return replace(turn, translations=(*threads.of_signal(filled, book, asked.lang), *turn.translations))


def known_terms(asked: Asked) -> tuple[tuple[Term, ...], str]:
    """Return all terms, and what is wrong with the party's own table, or ''."""
    own = asked.house.folder / glossary.FILE
    known = (*glossary.of_agreement(asked.view.agreement), *glossary.fitting(glossary.packaged(), asked.view.agreement))
    try:
        return (*glossary.read(own.read_text(encoding="utf-8"), str(own)), *known) if own.exists() else known, ""
    except (NotAllowed, OSError, UnicodeDecodeError) as fault:
        return known, str(fault)


def _suggested(form: Form, typed: Mapping[str, str], lang: str, terms: tuple[Term, ...]) -> tuple[Term, ...]:
    found: list[Term] = []
    for each in form.fields:
        name = FIELD + each.name
        if each.kind in ("text", "words"):
            found += glossary.suggest(typed.get(name, ""), typed.get("lang", lang), terms)
        elif each.kind == "translation":
            spoken = typed.get(f"{name}.text{SUB}lang", "")
            found += glossary.suggest(typed.get(f"{name}.text", ""), spoken, terms) if spoken in LANGUAGES else ()
    return tuple({term.id: term for term in found}.values())[: glossary.MOST]
