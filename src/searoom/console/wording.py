"""What was found or refused, as a page says it: in its language, a field by its label, a rule by its form and field.

Rule 1: what is said here comes from the tables of `searoom.sentences`; a detail that has no row there stays in the
language it came in, behind a sentence of the page, and marked as such.
Rule 2: a value is somebody's data: it is made visible, and set apart from the words around it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Final

from markupsafe import Markup, escape

from searoom.errors import Finding, SearoomError
from searoom.obligations.agreement import Agreement
from searoom.obligations.clauses import Clause
from searoom.review.svg import visible
from searoom.sentences import Labels, Sentence, Worded, known, spoken
from searoom.signals.forms import Form
from searoom.signals.kinds import PARTS

ENGLISH: Final = "en"
_OPEN, _CLOSE = "\ue000", "\ue001"  # private signs, which `visible` leaves in no value
NO_LABELS: Final[Labels] = MappingProxyType({})
_STOPS: Final = MappingProxyType({"en": ". ", "ja": "。", "zh": "。"})
_COLONS: Final = MappingProxyType({"en": ": ", "ja": "：", "zh": "："})


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as a page shows it: `label` names the field, `rule` what asks for it, `href` the agreement's clause."""

    where: str
    label: str
    sentence: Markup
    rule: str
    href: str


def told(found: Sequence[Finding], form: Form, lang: str, agreement: Agreement | None = None) -> tuple[Told, ...]:
    """Return findings about a form in the language of a page; with the agreement, a link to the clause that asks."""
    called = labels(form, lang)
    href = _href(form, agreement)
    return tuple(
        Told(
            one.where,
            called.get(one.where, called.get(one.where.partition(".")[0], form.title[lang])),
            words(one.sentence, lang, called),
            rule(one, form, lang),
            href if one.clause else "",
        )
        for one in found
    )


def labels(form: Form, lang: str) -> Labels:
    """Return what a page calls the fields of a form, their parts and choices: `field`, `field.part`, `field/choice`."""
    return dict(chain(_parts(form, lang), _fields(form, lang)))


def _fields(form: Form, lang: str) -> Iterator[tuple[str, str]]:
    for each in form.fields:
        yield each.name, each.label[lang]
        yield from ((f"{each.name}/{choice}", called[lang]) for choice, called in each.choices.items())
    for typed, (value, _) in form.typed.items():
        yield typed, form.field(value).label[lang]


def _parts(form: Form, lang: str) -> Iterator[tuple[str, str]]:
    for each in form.fields:
        for part in PARTS.get(each.kind, ()):
            yield part.name, part.label[lang]
            yield f"{each.name}.{part.name}", f"{each.label[lang]}{_COLONS[lang]}{part.label[lang]}"


def rule(one: Finding, form: Form, lang: str) -> str:
    """Return what asks for it: in English as its table has it, else by form and field; '' where nothing does."""
    if lang == ENGLISH or (":" not in one.clause and one.clause != form.source):
        return one.clause
    label = labels(form, lang).get(one.where.partition(".")[0], "")
    return form.title[lang] + (f"{_COLONS[lang]}{label}" if label else "")


def _href(form: Form, agreement: Agreement | None) -> str:
    """Return the address of the agreement's first clause that such an entry fulfils or starts; '' where none does."""
    clauses = () if agreement is None else agreement.clauses
    return next((f"/agreement#{clause.id}" for clause in clauses if form.name in _forms(clause)), "")


def _forms(clause: Clause) -> tuple[str, ...]:
    fulfilled = () if clause.fulfilment is None else (clause.fulfilment.form,)
    return (*fulfilled, clause.trigger.form)


def words(text: str, lang: str, called: Labels = NO_LABELS) -> Markup:
    """Return a sentence in the language of a page; a text that is in no table stays, marked as English."""
    if isinstance(text, Markup):
        return text
    if isinstance(text, Worded) or lang == ENGLISH:
        return escape(visible(spoken(text, lang, called), lines=True))
    if not isinstance(text, Sentence):
        return Markup('<bdi lang="en">{}</bdi>').format(visible(text, lines=True))
    return _marked(spoken(text, lang, called, _apart))


def _apart(value: str) -> str:
    return f"{_OPEN}{visible(value, lines=True)}{_CLOSE}" if value else ""


def _marked(text: str) -> Markup:
    pieces = escape(text).split(_OPEN)
    return pieces[0] + Markup("").join(Markup("<bdi>{}</bdi>{}").format(*one.split(_CLOSE, 1)) for one in pieces[1:])


def refused(fault: SearoomError, lang: str, called: Labels = NO_LABELS) -> tuple[Markup, Markup]:
    """Return what a refusal says and what can be done, in the language of a page.

    A detail that has no row in the tables stands behind the sentence of its kind of failure.
    """
    sentence, advice = fault.sentence, fault.advice()
    said = words(sentence, lang, called)
    if lang != ENGLISH and not known(sentence) and not isinstance(sentence, Worded):
        said = _kind(fault, lang) + Markup(" ") + said
    return said, words(advice, lang, called)


def _kind(fault: SearoomError, lang: str) -> Markup:
    name = next(each.__name__ for each in type(fault).__mro__ if Sentence.has(f"kind.{each.__name__}"))
    return escape(spoken(Sentence(f"kind.{name}"), lang))


def refusal(fault: SearoomError, lang: str, called: Labels = NO_LABELS) -> Markup:
    """Return a refusal as one paragraph."""
    sentence, advice = refused(fault, lang, called)
    return sentence + _STOPS[lang] + advice if advice else sentence


def plain(fault: SearoomError, lang: str) -> str:
    """Return a refusal as text without marks, for what is no page."""
    return refusal(fault, lang).striptags()
