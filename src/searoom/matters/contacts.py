"""What one unit says that it sent and another says that it heard, laid side by side; neither is edited.

Matching comes after the fact, by the two units, the time, and the code or the words. The rows are
the account's claims side by side, and none of them says who is right.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from searoom.account import Account, Message, Ref
from searoom.signals.readback import Comparison, compare
from searoom.units import MICROSECONDS

SENT: Final = "contact-sent"
HEARD: Final = "contact-heard"
ANSWER: Final = "contact-answer"

MATCH_WINDOW_US: Final = 120 * MICROSECONDS
"""A call and its hearing lie at most two minutes apart, as each unit's own clock has it: long enough for
two clocks that differ and an officer who writes it down after the call, short enough to part two calls."""

AS_SENT: Final = "heard as sent"
GARBLED: Final = "heard garbled"
DIFFERENTLY: Final = "heard differently"
NOT_HEARD: Final = "not heard"
NOT_SENT: Final = "heard, not sent"

VERDICT_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    AS_SENT: {
        "en": "Heard as sent: the words are the same. This does not mean that they were accepted.",
        "ja": "送信どおり聴取：言葉は同じです。承諾されたことを意味しません。",
        "zh": "听到的与发出的一致：词句相同。这不表示已被接受。",
    },
    GARBLED: {
        "en": "Heard garbled: part of what was sent was heard, and nothing that contradicts it.",
        "ja": "一部のみ聴取：送信内容の一部が聞こえ、矛盾する言葉はありません。",
        "zh": "听到的内容残缺：听到部分内容，没有与之矛盾的词句。",
    },
    DIFFERENTLY: {
        "en": "Heard differently: the two accounts of the words differ. Both stand.",
        "ja": "異なって聴取：双方の記録する言葉が異なります。双方をそのまま併記します。",
        "zh": "听到的内容不同：双方记录的词句不同。两者并列保留。",
    },
    NOT_HEARD: {
        "en": "Not heard: no entry so far says that it was heard. This does not mean that nobody heard it.",
        "ja": "聴取の記録なし：これまでの記録に聴取を示すものがありません。誰にも聞こえなかったことを意味しません。",
        "zh": "没有听到的记录：目前没有记录显示有人听到。这不表示无人听到。",
    },
    NOT_SENT: {
        "en": "Heard, not sent: no entry so far says that it was sent. This does not mean that nobody sent it.",
        "ja": "送信の記録なし：聴取の記録に対応する送信の記録がありません。誰も送信しなかったことを意味しません。",
        "zh": "有听到的记录而无发出的记录：目前没有对应的发出记录。这不表示无人发出。",
    },
}
"""ja and zh are our own words and await review by native speakers."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One call as the two sides have it.

    A call that was heard by two has two rows, each with the same `sent`. `independent` says that the
    heard entry was placed when its station held no byte of the sent one: proven by what that
    station signed as `heard`. `answers` are the contact answers to either entry.
    """

    sent: Message | None
    heard: Message | None
    verdict: str
    independent: bool
    comparison: Comparison | None
    answers: tuple[Message, ...]

    def sentence(self, lang: str) -> str:
        """Return the verdict in words of `lang` (en, ja, zh), with what it does not mean."""
        return VERDICT_WORDS[self.verdict][lang]


@dataclass(frozen=True, slots=True)
class _Pair:
    """A sent and a heard entry that may be one call, and how well they fit (smaller is better)."""

    sent: Message
    heard: Message
    verdict: str
    comparison: Comparison

    def fit(self) -> tuple[int, int, int, Ref, int, Ref]:
        """Return what pairs are chosen by: the words, the time between, then the order of the account."""
        apart_us = abs(_at(self.sent) - _at(self.heard))
        rank = (AS_SENT, GARBLED, DIFFERENTLY).index(self.verdict)
        return (rank, apart_us, self.sent.height, self.sent.ref, self.heard.height, self.heard.ref)


def contacts(account: Account) -> tuple[Contact, ...]:
    """Return every call in the account, in order of the first entry about it."""
    sent, heard = account.messages(SENT), account.messages(HEARD)
    answers = _answers(account)
    chosen = _choose(_pairs(sent, heard))
    rows = [_paired(pair, answers) for pair in chosen]
    matched = {ref for pair in chosen for ref in (pair.sent.ref, pair.heard.ref)}
    rows += [Contact(m, None, NOT_HEARD, False, None, answers.get(m.ref, ())) for m in sent if m.ref not in matched]
    rows += [Contact(None, m, NOT_SENT, False, None, answers.get(m.ref, ())) for m in heard if m.ref not in matched]
    place = {item.ref: at for at, item in enumerate(account.items)}
    return tuple(sorted(rows, key=lambda row: sorted(place[m.ref] for m in (row.sent, row.heard) if m is not None)))


def _paired(pair: _Pair, answers: Mapping[Ref, tuple[Message, ...]]) -> Contact:
    to_both = (*answers.get(pair.sent.ref, ()), *answers.get(pair.heard.ref, ()))
    return Contact(
        sent=pair.sent,
        heard=pair.heard,
        verdict=pair.verdict,
        independent=not pair.heard.had_heard(pair.sent.ref),
        comparison=pair.comparison,
        answers=tuple(sorted(to_both, key=lambda message: (message.height, message.ref))),
    )


def _answers(account: Account) -> Mapping[Ref, tuple[Message, ...]]:
    found: dict[Ref, tuple[Message, ...]] = {}
    for message in account.messages(ANSWER):
        ref = account.answered(message.filled)
        if ref is not None:
            found[ref] = (*found.get(ref, ()), message)
    return found


def _pairs(sent: Sequence[Message], heard: Sequence[Message]) -> list[_Pair]:
    """Return every pair that may be one call: the same two units, two parties, and near enough in time."""
    by_units: dict[tuple[str, str], list[Message]] = {}
    for message in sorted(sent, key=_at):
        by_units.setdefault(_units(message), []).append(message)
    return [
        _pair(call, hearing)
        for hearing in heard
        for call in _near(by_units.get(_units(hearing), []), _at(hearing))
        if call.author != hearing.author
    ]


def _near(calls: Sequence[Message], at_us: int) -> Sequence[Message]:
    """Return those of the calls, sorted by time, that lie within the window around a moment."""
    first = bisect_left(calls, at_us - MATCH_WINDOW_US, key=_at)
    return calls[first : bisect_right(calls, at_us + MATCH_WINDOW_US, key=_at)]


def _choose(pairs: Iterable[_Pair]) -> list[_Pair]:
    """Return one pair for each hearing; calls not yet taken come first, then a call may be heard again."""
    best_first = sorted(pairs, key=_Pair.fit)
    chosen: list[_Pair] = []
    calls: set[Ref] = set()
    hearings: set[Ref] = set()
    for again in (False, True):
        for pair in best_first:
            if pair.heard.ref not in hearings and (again or pair.sent.ref not in calls):
                chosen.append(pair)
                calls.add(pair.sent.ref)
                hearings.add(pair.heard.ref)
    return chosen


def _pair(sent: Message, heard: Message) -> _Pair:
    comparison = compare(_text(sent, "script") or _text(sent, "words"), _text(heard, "words"))
    return _Pair(sent, heard, _verdict(comparison, _text(sent, "code"), heard), comparison)


def _verdict(comparison: Comparison, code: str, heard: Message) -> str:
    """Judge one pair; words that were heard only in part count as garbled unless they tell of another signal."""
    if comparison.kind == "same":
        return AS_SENT
    candidates = heard.filled.fields.get("candidates")
    named = candidates if isinstance(candidates, list | tuple) else ()
    if comparison.kind == "different" or (named and code and code not in named):
        return DIFFERENTLY
    return GARBLED


def _units(message: Message) -> tuple[str, str]:
    """Return from whom and to whom, as one writes names: case and doubled spaces do not part them."""
    return _plain(_text(message, "unit_from")), _plain(_text(message, "unit_to"))


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _text(message: Message, field: str) -> str:
    value = message.filled.fields.get(field, "")
    return value if isinstance(value, str) else ""


def _at(message: Message) -> int:
    """Return when the unit says that it was, or where the form has no time, when its party wrote it down."""
    value = message.filled.fields.get("at")
    return value if isinstance(value, int) else message.claimed_us
