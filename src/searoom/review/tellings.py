"""Both sides' tellings laid side by side: calls sent and heard, and measurements of one incident."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from types import MappingProxyType

from searoom.account import Account, Message, ref_text
from searoom.clock import to_text
from searoom.errors import NotAllowed
from searoom.matters.contacts import Contact, contacts
from searoom.matters.dossiers import Dossier, Measurement, Row, dossiers
from searoom.obligations.agreement import Agreement
from searoom.review.distance import share
from searoom.review.sections import (
    AccountRow,
    AnswerRow,
    ContactRow,
    DossierRow,
    MeasurementRow,
    QuantityRow,
    Said,
    Token,
)
from searoom.review.texts import Texts
from searoom.review.writing import html_language, people, value, values
from searoom.signals.codebook import Codebook
from searoom.signals.forms import FormBook
from searoom.signals.quantities import say_distance, say_length
from searoom.signals.render import marked

_CHARACTERS = ("ja", "zh")
"""Languages that part no words by spaces: compared character by character."""


def tokens(sent: str, heard: str, lang: str) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    """Return both texts as marked words: what only the first has is `lost`, what only the second has is `added`.

    Letter case and marks at the end of a word do not count, as in speech.
    """
    first, second = _words(sent, lang), _words(heard, lang)
    matcher = SequenceMatcher(None, [_plain(word) for word in first], [_plain(word) for word in second], autojunk=False)
    left, right = [], []
    for kind, a, b, c, d in matcher.get_opcodes():
        left += [Token(word, "same" if kind == "equal" else "lost") for word in first[a:b]]
        right += [Token(word, "same" if kind == "equal" else "added") for word in second[c:d]]
    return tuple(left), tuple(right)


def _words(text: str, lang: str) -> list[str]:
    return [char for char in text if not char.isspace()] if lang in _CHARACTERS else text.split()


def _plain(word: str) -> str:
    return word.strip(".,;:!?\"'()").casefold() or word


def contact_rows(account: Account, book: FormBook, texts: Texts, signals: Codebook) -> tuple[ContactRow, ...]:
    """Return every contact of the account, in its order; `signals` are the books that the agreement put in force."""
    return tuple(_contact(one, book, texts, signals) for one in contacts(account))


def _contact(one: Contact, book: FormBook, texts: Texts, signals: Codebook) -> ContactRow:
    known = one.sent or one.heard
    fields: Mapping[str, object] = known.filled.fields if known else MappingProxyType({})
    left, right = _compared(one)
    told, reviewed = _told(one.sent, texts.lang, signals)
    return ContactRow(
        sender=str(fields.get("unit_from", "")),
        receiver=str(fields.get("unit_to", "")),
        code=str(one.sent.filled.fields.get("code", "")) if one.sent else "",
        meaning=_field(one.sent, "words") if _field(one.sent, "script") else "",
        sent=_said(one.sent, left, "means", book, texts),
        heard=_said(one.heard, right, "quality", book, texts),
        verdict=one.verdict.replace(", ", "_").replace(" ", "_"),
        sentence=one.sentence(texts.lang),
        lost=" ".join(one.comparison.missing) if one.comparison else "",
        added=" ".join(one.comparison.added) if one.comparison else "",
        independent=one.independent,
        answers=tuple(_answer(answer, texts) for answer in one.answers),
        told=told,
        reviewed=reviewed,
    )


def _told(sent: Message | None, lang: str, signals: Codebook) -> tuple[str, bool]:
    """Return what the codebook says of a sent signal in `lang` where another language was spoken, and if reviewed.

    A code that no book in force has, or values that do not fit it, give nothing: no word is made up.
    """
    if sent is None or _language(sent) == lang:
        return "", False
    given = sent.filled.fields.get("parameters")
    params = {str(name): str(item) for name, item in given.items()} if isinstance(given, Mapping) else {}
    try:
        row = signals.row(_field(sent, "code"))
        words = row.filled(params, lang)
    except NotAllowed:
        return "", False
    return marked(row, words, lang), row.review[lang] != "unreviewed"


def _compared(one: Contact) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    """Return both tellings as words; only what the comparison calls missing or added is marked so.

    The comparison leaves out the call and the OVER, which belong to no message; so do the marks.
    """
    spoken, lang = _field(one.sent, "script") or _field(one.sent, "words"), _language(one.sent or one.heard)
    left, right = tokens(spoken, _field(one.heard, "words"), lang)
    missing = frozenset(one.comparison.missing) if one.comparison else frozenset()
    added = frozenset(one.comparison.added) if one.comparison else frozenset()
    return _only(left, missing), _only(right, added)


def _only(words: tuple[Token, ...], marked: frozenset[str]) -> tuple[Token, ...]:
    held = {_plain(word) for word in marked} | {char for word in marked for char in word if not char.isascii()}
    return tuple(word if _plain(word.text) in held else Token(word.text, "same") for word in words)


def _field(message: Message | None, name: str) -> str:
    return str(message.filled.fields.get(name, "")) if message else ""


def _language(message: Message | None) -> str:
    return (_field(message, "lang") or message.filled.lang) if message else "en"


def _said(message: Message | None, words: tuple[Token, ...], note: str, book: FormBook, texts: Texts) -> Said | None:
    if message is None:
        return None
    remark = value(message.filled, book.form(message.filled.form), note, texts).text
    spoken = message.filled.fields.get("at")
    at = to_text(spoken if isinstance(spoken, int) else message.claimed_us)
    return Said(
        message.author,
        ref_text(message.ref),
        at,
        words,
        html_language(_language(message)),
        remark,
        people(message.signers, texts),
    )


def _answer(message: Message, texts: Texts) -> AnswerRow:
    said = _field(message, "answer").replace("-", "_")
    known = texts.has(f"answer.{said}")
    return AnswerRow(
        party=message.author,
        ref=ref_text(message.ref),
        at=to_text(message.claimed_us),
        words=texts(f"answer.{said}") if known else said,
        not_means=texts(f"answer_not.{said}") if known else "",
        who=people(message.signers, texts),
    )


def dossier_rows(account: Account, agreement: Agreement, book: FormBook, texts: Texts) -> tuple[DossierRow, ...]:
    """Return every dossier of the account; the agreement's order of parties decides columns alone."""
    return tuple(dossier_row(one, agreement, book, texts) for one in dossiers(account))


def dossier_row(one: Dossier, agreement: Agreement, book: FormBook, texts: Texts) -> DossierRow:
    """Return one dossier as a page shows it."""
    return DossierRow(
        incident=one.incident,
        accounts=tuple(account_row(opening, book, texts) for opening in one.openings),
        quantities=tuple(_quantity(row, book, texts) for row in one.rows()),
        closings=tuple(
            texts("dossier.closed_by", party=agreement.name(message.author, texts.lang), how=_how(message, book, texts))
            for message in one.closings
        ),
        closed=_how(one.closings[-1], book, texts) if one.closed else "",
    )


def account_row(message: Message, book: FormBook, texts: Texts) -> AccountRow:
    """Return a party's own words with the entry they stand in and who signed it."""
    at, who = to_text(message.claimed_us), people(message.signers, texts)
    return AccountRow(message.author, ref_text(message.ref), at, values(message.filled, book, texts), who)


def _how(message: Message, book: FormBook, texts: Texts) -> str:
    return value(message.filled, book.form(message.filled.form), "how", texts).text


def _quantity(row: Row, book: FormBook, texts: Texts) -> QuantityRow:
    given = [one for one in row.columns if one is not None]
    first = given[0].message.filled
    form = book.form(first.form)
    name = texts("mark.list").join(value(first, form, part, texts).text for part in ("quantity", "axis"))
    return quantity(name, [_measurement(one, book, texts) for one in given], row.sentence(texts.lang), texts)


def quantity(name: str, measured: Sequence[MeasurementRow], sentence: str, texts: Texts) -> QuantityRow:
    """Return measurements of one thing with the range that is common to all, or that lies between them."""
    rows = tuple(measured)
    if len(rows) < 2:
        return QuantityRow(name, rows, None, sentence)
    common = share([(row.value_mm, row.error_mm) for row in rows])
    low, high = say_length(common.low_mm, texts.lang), say_length(common.high_mm, texts.lang)
    edges = texts("dossier.agree" if common.agree else "dossier.disagree", low=low, high=high)
    return QuantityRow(name, rows, common.agree, f"{edges} {sentence}")


def _measurement(one: Measurement, book: FormBook, texts: Texts) -> MeasurementRow:
    message = one.message
    return MeasurementRow(
        party=one.party,
        ref=ref_text(message.ref),
        at=to_text(one.at_us),
        value=say_distance(one.value_mm, one.error_mm, texts.lang),
        value_mm=one.value_mm,
        error_mm=one.error_mm,
        method=value(message.filled, book.form(message.filled.form), "method", texts).text,
        sensor=one.source,
        who=people(message.signers, texts),
    )
