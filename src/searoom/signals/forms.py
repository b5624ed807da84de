"""Forms as data: what may be said in writing, filled in, checked alike on every node, and as bytes.

Rule 1: both nodes run the same `check`; what it finds is shown to people and never raised.
Rule 2: `decode` raises `NotAllowed` for what is no form at all: a field unknown, missing, or of another kind.
Rule 3: a national form exists on the channel `national` alone, and a shared form never does.
Rule 4: personal data are no part of the bytes: `encode` takes their salted hash alone (`searoom.statements.annexes`).
Rule 5: `check` finds gaps, for which nothing is sent; `advise` finds what is unlikely, and stops nobody.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, cast

from searoom import cbor
from searoom.cbor import Value
from searoom.errors import Finding, NotAllowed
from searoom.sentences import Named, Sentence, joined, unplaced
from searoom.signals import negations, rules
from searoom.signals.formbook import CHANNELS, Field, Form, FormBook, load, read_form
from searoom.signals.kinds import FIELD_KINDS, INNER, Context, weak_distance
from searoom.signals.tables import LANGUAGES
from searoom.signals.wordinglint import compare

__all__ = [
    "CHANNELS", "FIELD_KINDS", "PRECEDENCES", "Field", "Filled", "Form", "FormBook", "advise", "check",
    "compare_languages", "decode", "encode", "from_text", "load", "read_form", "read_out",
]  # fmt: skip

PRECEDENCES: Final = ("flash", "immediate", "routine")
FORMAT: Final = 1
"""Version of the bytes; the version of each form stands beside it."""
MAX_CONTENT: Final = 1 << 20
_KEYS: Final = frozenset(range(8))


@dataclass(frozen=True, slots=True)
class Filled:
    """A form with what somebody wrote into it; `lang` is the language of the writer, whose words are the original."""

    form: str
    version: int
    channel: str
    precedence: str
    lang: str
    fields: Mapping[str, object]
    reply_to: tuple[str, int] | None = None


# what people type, and what they read


def from_text(
    book: FormBook,
    form: str,
    typed: Mapping[str, str],
    *,
    channel: str = "",
    precedence: str = "routine",
    lang: str = "en",
    reply_to: tuple[str, int] | None = None,
) -> Filled:
    """Return the form with what a person typed; what cannot be read raises `NotAllowed` naming the field.

    Without a channel it is the form's first one. What is missing is left to `check`.
    """
    known = book.form(form)
    context = _language(lang)
    fields: dict[str, object] = {}
    for name, text in typed.items():
        try:
            if name in known.typed:
                fields |= zip(known.typed[name], _pair(text, context), strict=True)
            else:
                each = known.field(name)
                fields[name] = FIELD_KINDS[each.kind].parse(text, Context(each.choices, lang))
        except NotAllowed as fault:
            raise NotAllowed(
                Sentence("at.form", form=form, where=Named(name), what=fault.sentence), advice=fault.advice()
            ) from None
    filled = Filled(known.name, known.version, channel or known.channels[0], precedence, lang, fields, reply_to)
    _check_envelope(filled, known)
    return filled


def _language(lang: str) -> Context:
    if lang not in LANGUAGES:
        raise NotAllowed(Sentence("form.no_language", lang=f"{lang:.16}", known=", ".join(LANGUAGES)))
    return Context(MappingProxyType({}), lang)


def _pair(text: str, context: Context) -> tuple[int, int]:
    return cast("tuple[int, int]", FIELD_KINDS["distance"].parse(text, context))


def read_out(filled: Filled, book: FormBook, lang: str) -> tuple[str, ...]:
    """Return the form as lines for a reader of `lang`: its title, then `label: value`, in the form's order.

    A value and its error are one line, and the value is never finer than the error.
    """
    form = book.form(filled.form)
    _language(lang)
    return (form.title[lang], *_lines(filled, form, book, lang))


def _lines(filled: Filled, form: Form, book: FormBook, lang: str) -> Iterator[str]:
    errors = {error for value, error in form.typed.values() if value in filled.fields and error in filled.fields}
    together = {value: error for value, error in form.typed.values() if error in errors}
    for each in form.fields:
        if each.name not in filled.fields or each.name in errors:
            continue
        value, kind = filled.fields[each.name], each.kind
        if kind == INNER:
            title, *inner = read_out(decode(cast("bytes", value), book), book, lang)
            yield f"{each.label[lang]}: {title}"
            yield from (f"    {line}" for line in inner)
            continue
        if each.name in together:
            value, kind = (value, filled.fields[together[each.name]]), "distance"
        yield f"{each.label[lang]}: {FIELD_KINDS[kind].say(value, Context(each.choices, filled.lang), lang)}"


# the check that both nodes run


def check(filled: Filled, book: FormBook) -> tuple[Finding, ...]:
    """Return everything that is wrong or weak with a filled-in form; nothing found is an empty tuple."""
    try:
        form = book.form(filled.form)
        _check_envelope(filled, form)
    except NotAllowed as fault:
        return (Finding(filled.form, fault.sentence),)
    findings = [
        Finding(name, Sentence("find.no_such_field", form=form.name))
        for name in sorted(set(filled.fields) - _names(form))
    ]
    for each in form.fields:
        findings += [Finding(at, sentence, each.clause) for at, sentence in _weaknesses(each, filled, form, book)]
    for value, error in form.typed.values() if form.visibility == "shared" else ():
        sure = filled.fields.get(error)
        if value in filled.fields and isinstance(sure, int) and (sentence := weak_distance(sure)):
            findings.append(Finding(error, sentence, form.field(error).clause))
    if form.one_of and not set(form.one_of) & set(filled.fields):
        findings.append(
            Finding(form.one_of[0], Sentence("find.one_of", fields=tuple(map(Named, form.one_of))), form.source)
        )
    if form.answers and filled.reply_to is None:
        findings.append(Finding("reply_to", Sentence("find.answers"), form.source))
    return (*findings, *_by_rule("needed", filled, form))


def advise(filled: Filled, book: FormBook) -> tuple[Finding, ...]:
    """Return what is possible and unlikely in a form that passes its check: advice, which stops nobody."""
    form = book.form(filled.form)
    if form.visibility != "shared" or check(filled, book):
        return ()
    doubts = (
        Finding(each.name, sentence, each.clause)
        for each in form.fields
        if each.name in filled.fields
        and (sentence := FIELD_KINDS[each.kind].doubt(filled.fields[each.name], Context(each.choices, filled.lang)))
    )
    return (*doubts, *_by_rule("advice", filled, form), *_translated(filled, form))


def _translated(filled: Filled, form: Form) -> Iterator[Finding]:
    """Yield where a translation says other numbers, units or times than the original, or loses its "not"."""
    for each in form.fields:
        if each.kind != "translation" or each.name not in filled.fields:
            continue
        made = cast("Mapping[str, Any]", filled.fields[each.name])
        original = filled.fields.get(made["of"])
        if isinstance(original, str):
            original = (filled.lang, original)
        if not isinstance(original, tuple) or not all(isinstance(part, str) for part in original):
            yield Finding(f"{each.name}.of", Sentence("find.no_text", of=f"{made['of']:.40}"), each.clause)
            continue
        yield from compare_languages(cast("tuple[str, str]", original), made["text"], where=each.name)


def compare_languages(one: tuple[str, str], other: tuple[str, str], *, where: str) -> Iterator[Finding]:
    """Yield where two texts, each as (language tag, words), say other numbers, or one of them alone denies."""
    (lang, words), (tag, translation) = one, other
    yield from compare(words, translation, langs=(lang, tag), where=where)
    yield from negations.compare(words, translation, langs=(lang, tag), where=where)


def _by_rule(weight: str, filled: Filled, form: Form) -> Iterator[Finding]:
    kinds = form.kinds
    for row in form.asks:
        if (
            row.weight == weight
            and row.since <= filled.version
            and (sentence := rules.judge(row, filled.fields, kinds))
        ):
            yield Finding(rules.where(row), sentence, row.clause)


def require(filled: Filled, book: FormBook) -> None:
    """Raise `NotAllowed` with everything that `check` finds, where it finds anything."""
    findings = check(filled, book)
    if findings:
        raise NotAllowed(_together(findings))


def _together(findings: Sequence[Finding]) -> str:
    return joined(Sentence("at.field", where=Named(each.where), what=each.sentence) for each in findings)


def _names(form: Form) -> set[str]:
    return {each.name for each in form.fields}


def _weaknesses(each: Field, filled: Filled, form: Form, book: FormBook) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with one field, as (field, or field.part, sentence).

    How good the content is matters only where it is said to somebody.
    """
    if each.name not in filled.fields:
        if each.required:
            yield each.name, Sentence("find.needed")
        return
    kind, context, value = FIELD_KINDS[each.kind], Context(each.choices, filled.lang), filled.fields[each.name]
    try:
        parts = list(kind.inside(value, context)) if kind.inside and form.visibility == "shared" else []
        yield from ((f"{each.name}.{part}", sentence) for part, sentence in parts)
        if parts:
            return
        _coded(each, value, form, filled.lang, book)
        if each.kind == INNER:
            inner = check(_inner(value, book), book)
            if inner:
                yield each.name, _together(inner)
            return
    except NotAllowed as fault:
        yield each.name, unplaced(fault.sentence)
        return
    sentence = kind.check(value, context) if form.visibility == "shared" else ""
    if sentence:
        yield each.name, sentence


def _check_envelope(filled: Filled, form: Form) -> None:
    """Raise `NotAllowed` where version, channel, precedence, language or reference cannot be."""
    if not form.oldest <= filled.version <= form.version:
        raise NotAllowed(Sentence("form.version", form=form.name, known=form.versions, given=f"{filled.version!r:.12}"))
    if filled.channel not in form.channels:
        raise NotAllowed(Sentence("form.channel", form=form.name, channel=f"{filled.channel:.24}", known=form.channels))
    if filled.precedence not in PRECEDENCES:
        raise NotAllowed(Sentence("form.precedence", given=f"{filled.precedence:.24}", known=", ".join(PRECEDENCES)))
    _language(filled.lang)
    if filled.reply_to is not None:
        FIELD_KINDS["ref"].encode(filled.reply_to, _language(filled.lang))


# bytes


def encode(filled: Filled, book: FormBook) -> bytes:
    """Return the one encoding of a filled-in form; raise `NotAllowed` for what `decode` would refuse."""
    form = book.form(filled.form)
    _check_envelope(filled, form)
    _check_names(filled.fields, form)
    values: dict[str, Value] = {}
    for each in form.fields:
        if each.name in filled.fields:
            values[each.name] = _coded(each, filled.fields[each.name], form, filled.lang, book)
    return cbor.encode({
        0: FORMAT, 1: form.name, 2: filled.version, 3: filled.channel, 4: filled.precedence, 5: filled.lang, 6: values,
        7: None if filled.reply_to is None else list(filled.reply_to),
    })  # fmt: skip


def decode(content: bytes, book: FormBook, *, inside: bool = False, partly: bool = False) -> Filled:
    """Return the form that `content` encodes; raise `NotAllowed` for anything that is no whole form of this book.

    `inside` another form, only a shared one can stand that has itself no form inside and no personal data. With
    `partly` needed fields may be missing: what comes of that is no form, and is for an officer to look at alone.
    """
    whole = cbor.decode(content, max_bytes=MAX_CONTENT)
    if not isinstance(whole, Mapping) or set(whole) != _KEYS:
        raise NotAllowed(Sentence("form.bytes_keys"))
    items = cast("Mapping[int, Value]", whole)
    if items[0] != FORMAT or isinstance(items[0], bool):
        raise NotAllowed(Sentence("form.bytes_format", given=f"{items[0]!r:.12}", known=FORMAT))
    name, version, channel, precedence, lang, fields, reply = (items[key] for key in range(1, 8))
    if not all(isinstance(item, str) for item in (name, channel, precedence, lang)):
        raise NotAllowed(Sentence("form.bytes_texts"))
    if not isinstance(version, int) or isinstance(version, bool) or not isinstance(fields, Mapping):
        raise NotAllowed(Sentence("form.bytes_fields"))
    form = book.form(cast("str", name))
    if inside and (form.visibility != "shared" or {each.kind for each in form.fields} & {INNER, "personal"}):
        raise NotAllowed(Sentence("form.not_inside", form=form.name))
    values = cast("Mapping[str, Value]", fields)
    _check_names(values, form, partly=partly)
    language = cast("str", lang)
    filled = Filled(
        form.name, version, cast("str", channel), cast("str", precedence), language,
        {one.name: _decoded(one, values[one.name], form, language, book) for one in form.fields if one.name in values},
        None if reply is None else cast("tuple[str, int]", FIELD_KINDS["ref"].decode(reply, _language(language))),
    )  # fmt: skip
    _check_envelope(filled, form)
    return filled


def _check_names(values: Mapping[str, object], form: Form, *, partly: bool = False) -> None:
    known = _names(form)
    if unknown := [name for name in values if name not in known]:
        raise NotAllowed(Sentence("form.no_field", form=form.name, field=f"{unknown[0]!r:.40}"))
    if partly:
        return
    if lacking := [each.name for each in form.fields if each.required and each.name not in values]:
        raise NotAllowed(Sentence("form.lacks", form=form.name, field=Named(lacking[0])))
    if form.one_of and not set(form.one_of) & set(values):
        raise NotAllowed(Sentence("form.lacks_one", form=form.name, fields=", ".join(form.one_of)))


def _coded(each: Field, value: object, form: Form, lang: str, book: FormBook) -> Value:
    return cast("Value", _turned(FIELD_KINDS[each.kind].encode, each, value, form, lang, book))


def _decoded(each: Field, value: Value, form: Form, lang: str, book: FormBook) -> object:
    return _turned(FIELD_KINDS[each.kind].decode, each, value, form, lang, book)


def _turned(
    turn: Callable[[Any, Context], object], each: Field, value: object, form: Form, lang: str, book: FormBook
) -> object:
    """Return a value turned to CBOR or back; what is for its own side only stands in no form that leaves."""
    try:
        turned = turn(value, Context(each.choices, lang))
        if each.kind == INNER:
            _inner(turned, book)
        if form.visibility == "shared" and FIELD_KINDS[each.kind].at_home(turned):
            _refuse_at_home()
    except NotAllowed as fault:
        raise NotAllowed(Sentence("at.field", where=Named(each.name), what=fault.sentence)) from None
    return turned


def _refuse_at_home() -> None:
    raise NotAllowed(Sentence("form.at_home"))


def _inner(content: object, book: FormBook) -> Filled:
    """Return the form inside a form; what is inside holds no third, is shared, and its bytes are whole."""
    found = decode(content, book, inside=True) if isinstance(content, bytes) else None
    if found is None:
        raise NotAllowed(Sentence("form.inner_bytes"))
    return found
