"""What was heard, read back to the signals that it may be; a readback checked number by number; both logs side by side.

Pure. What was heard badly is never shown as certain, and no signal without its words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from searoom.errors import NotAllowed
from searoom.review.sections import ContactRow, Said
from searoom.sentences import Sentence
from searoom.signals.codebook import Codebook
from searoom.signals.likeness import pairs
from searoom.signals.readback import Candidate, Comparison, read_back, recognise
from searoom.signals.spelling import tokens

CLEAR: Final = "clear"
QUALITIES: Final = (CLEAR, "weak", "garbled")
ANSWERS: Final = ("received", "understood", "will-comply", "cannot-comply")


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a readback: as it was said and as it came back; empty where it is only on one side."""

    sent: str
    heard: str

    @property
    def same(self) -> bool:
        """Whether both are there and alike."""
        return self.sent == self.heard


@dataclass(frozen=True, slots=True)
class Readback:
    """What was said and what came back: how they compare, and each number on its own."""

    comparison: Comparison
    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One call with our log and theirs; `call` has the verdict and the answers."""

    call: ContactRow
    ours: Said | None
    theirs: Said | None
    sent_by_us: bool


def heard(words: str, quality: str, book: Codebook) -> tuple[Candidate, ...]:
    """Return which signals the heard words may be, the likeliest first; only what was heard clearly can be certain."""
    if quality not in QUALITIES:
        raise NotAllowed(Sentence("meet.no_quality", given=f"{quality:.24}", known=", ".join(QUALITIES)))
    found = recognise(words, book) if words.strip() else ()
    if quality == CLEAR:
        return found
    doubted = Sentence("heard.doubted")
    return tuple(replace(one, certain=False, why=doubted) if one.certain else one for one in found)


def readback(said: str, words: str) -> Readback:
    """Lay a readback beside what was `said`, without its call: word by word, and its numbers one after the other."""
    comparison = read_back(said, words)
    sent, back = (_numbers(tokens(text)) for text in (said, words))
    same = dict(pairs(sent, back))
    rows, at = [], 0
    for place, number in enumerate(sent):
        if place in same:
            rows += [Number("", extra) for extra in back[at : same[place]]]
            rows.append(Number(number, back[same[place]]))
            at = same[place] + 1
        elif at < len(back) and at not in same.values():
            rows.append(Number(number, back[at]))
            at += 1
        else:
            rows.append(Number(number, ""))
    return Readback(comparison, (*rows, *(Number("", extra) for extra in back[at:])))


def _numbers(words: Sequence[str]) -> list[str]:
    return [word for word in words if word[0].isdigit()]


def sides(calls: Iterable[ContactRow], party: str, names: Iterable[str] | None = None) -> tuple[Side, ...]:
    """Return calls with our log and theirs, the newest first; `names`: only those from or to one of these units."""
    wanted = None if names is None else {_plain(name) for name in names}
    found = []
    for call in calls:
        if wanted is not None and not wanted & {_plain(call.sender), _plain(call.receiver)}:
            continue
        by_us = call.sent.party == party if call.sent else call.heard is not None and call.heard.party != party
        mine, other = (call.sent, call.heard) if by_us else (call.heard, call.sent)
        found.append(Side(call, mine, other, by_us))
    return tuple(reversed(found))


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
