"""An entry of the other side looked through field by field: what the check finds, by which rule, and how to ask.

It is advice at home: nothing of it leaves unless an officer asks for clarification, with the form that anybody signs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from searoom.account import Account, Closed, Item, Message, ref_text
from searoom.console.gathering import FIELD, link
from searoom.errors import Finding, NotAllowed
from searoom.sentences import Named, Sentence
from searoom.signals import forms, rules
from searoom.signals.forms import Filled, FormBook
from searoom.signals.kinds import FIELD_KINDS, Context

CLARIFICATION: Final = "clarification"
SUFFICIENT: Final = "sufficient"
MOST_NAMES: Final = 16
"""How many fields one question is about: the form has room for so many."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One field of an entry: its label, its words ('' where it is not there), what asks for it, what was found.

    `lacks` are gaps by a rule, `doubts` what is possible and unlikely.
    """

    name: str
    label: str
    words: str
    lang: str
    required: bool
    clause: str
    lacks: tuple[Finding, ...]
    doubts: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Through:
    """A whole entry looked through; `closed` says why it cannot be read, where it cannot.

    Of one that lacks needed fields `fields` holds them all, with what could be read.
    """

    item: Item
    title: str
    fields: tuple[Looked, ...]
    rest: tuple[Finding, ...]
    closed: str

    @property
    def weak(self) -> tuple[str, ...]:
        """The fields in which something is missing, wrong or unlikely."""
        return tuple(each.name for each in self.fields if each.lacks or each.doubts)

    @property
    def missing(self) -> bool:
        """Whether a rule asks for something that is not there."""
        return bool(self.closed or self.rest or any(each.lacks for each in self.fields))


def through(item: Item, book: FormBook, lang: str) -> Through:
    """Return an entry looked through; raise `NotAllowed` for what is no words of a party."""
    filled = words_of(item)
    if filled is None:
        if isinstance(item, Closed):
            return Through(item, "", (), (), item.why)
        raise NotAllowed(Sentence("duties.no_message", ref=ref_text(item.ref)))
    form = book.form(filled.form)
    lacks, doubts = forms.check(filled, book), forms.advise(filled, book)
    fields = tuple(
        Looked(
            each.name, each.label[lang], _words(filled, each.name, each.kind, each.choices, lang), filled.lang,
            each.required, each.clause, _of(lacks, each.name), _of(doubts, each.name),
        )
        for each in form.fields
    )  # fmt: skip
    names = {each.name for each in form.fields}
    rest = tuple(one for one in lacks if one.where.partition(".")[0] not in names)
    return Through(item, form.title[lang], fields, rest, item.why if isinstance(item, Closed) else "")


def words_of(item: Item) -> Filled | None:
    """Return the words of an entry, or what could be read of words that lack needed fields; None for neither."""
    return item.partly if isinstance(item, Closed) else item.filled if isinstance(item, Message) else None


def _of(found: Sequence[Finding], name: str) -> tuple[Finding, ...]:
    return tuple(one for one in found if one.where.partition(".")[0] == name)


def _words(filled: Filled, name: str, kind: str, choices: Mapping[str, Mapping[str, str]], lang: str) -> str:
    if name not in filled.fields or kind == "form":
        return ""
    return FIELD_KINDS[kind].say(filled.fields[name], Context(choices, filled.lang), lang)


def question(account: Account, looked: Through, names: Sequence[str]) -> str:
    """Return the address of the question about these fields, filled in; raise `NotAllowed` for others.

    An entry that cannot be read is asked about as a whole.
    """
    item = looked.item
    known = {each.name: each for each in looked.fields}
    if strange := [name for name in names if name not in known]:
        raise NotAllowed(Sentence("duties.entry_no_field", field=Named(f"{strange[0]:.40}")))
    if not names and (looked.fields or not looked.closed):
        raise NotAllowed(Sentence("duties.no_tick"))
    if len(names) > MOST_NAMES:
        raise NotAllowed(Sentence("duties.most_fields", most=MOST_NAMES))
    query = {"reply_to": ref_text(item.ref), "channel": _channel(item)}
    if names:
        query[f"{FIELD}fields"] = ", ".join(names)
    clauses = dict.fromkeys(filter(None, (_asked_by(known[name]) for name in names)))
    if clauses:
        query[f"{FIELD}clause"] = "; ".join(clauses)[:128]
    account.message(item.ref)
    return link(f"/say/{CLARIFICATION}", query)


def _asked_by(field: Looked) -> str:
    return next((one.clause for one in (*field.lacks, *field.doubts) if one.clause), field.clause)


def enough(looked: Through) -> str:
    """Return the address of the form that says nothing is missing, filled in."""
    query = {
        "reply_to": ref_text(looked.item.ref),
        "channel": _channel(looked.item),
        f"{FIELD}rules_version": str(rules.VERSION),
    }
    return link(f"/say/{SUFFICIENT}", query)


def _channel(item: Item) -> str:
    """Return the channel of an answer: that of the entry, where such answers go there."""
    filled = words_of(item)
    channel = "" if filled is None else filled.channel
    return channel if channel in ("desk", "hotline") else "desk"
