"""From spoken words back to the signal, and two tellings of the same words laid side by side.

Rule 1: a signal is called certain only where the whole sentence is there, word for word, and could not be
        what is left of another one. A group of letters alone has no redundancy and is never certain.
Rule 2: a signal is never shown without its words: "ZL" and "YV1 ZL1" mean opposite things.
Rule 3: "received" and "roger" are no readback, whatever they answer.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from searoom.sentences import Sentence
from searoom.signals import persons
from searoom.signals.codebook import Codebook
from searoom.signals.likeness import marks, mended, pairs, same_sound, shared, within
from searoom.signals.patterns import Ear, Pattern, ear, read, units
from searoom.signals.render import PROWORDS
from searoom.signals.rows import BLANK, MARKERS, Signal
from searoom.signals.spelling import tokens
from searoom.signals.tables import LANGUAGES

MAX_CANDIDATES: Final = 5
LIKELY: Final = 0.5
"""A row with less than this share of its words heard is not shown."""
GROUP_ALONE: Final = 0.9
"""Where a group heard without its words stands among the candidates."""
LOST: Final = 0.4
"""Below this share of shared words two tellings are not one message heard badly, but two messages."""
MAX_NAME_WORDS: Final = 6
"""A unit's name as called has at most this many words."""
SPECIAL_TABLE: Final = "YV1"

_MARKERS: Final = frozenset(marker.lower() for marker in MARKERS)
_ENDS: Final = frozenset(("over", "out"))
_RECEIPTS: Final = frozenset((
    "roger", "received", "copy", "copied", "acknowledged", "acknowledge", "wilco", "ok", "okay", "understood", "that",
    "all", "your", "message", "signal", "is", "i", "have", "we", "was", *"了解受信しまた收到明白完毕",
))  # fmt: skip
_REVERSES: Final = frozenset(("not", "no", "cannot", "never", *"不没"))
"""A word whose loss turns the meaning round."""
DECISIVE: Final = _REVERSES | frozenset((
    "port", "starboard", "ahead", "astern", "north", "south", "east", "west", "stop", "keep", "increase", "reduce",
    "yes", *"右左前后後",
))  # fmt: skip
"""A word that turns the meaning round when it comes, goes or changes."""
_KANA: Final = re.compile(r"[\u3040-\u30ff]")
_CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_SPOKEN: Final = {PROWORDS[lang].markers[marker]: marker for lang in LANGUAGES[1:] for marker in MARKERS}
_ENDINGS: Final = {"どうぞ": "over", "请回答": "over", "終わり": "out", "通话完毕": "out"}
_ENGLISH: Final = {**_SPOKEN, **_ENDINGS, "こちらは": "this is", "这里是": "this is"}
_PROCEDURE: Final = re.compile(f"(?:^|(?<=。))(?:{'|'.join(_SPOKEN)})。|こちらは|这里是|(?:{'|'.join(_ENDINGS)})。?$")


_Fit = tuple[Pattern, dict[str, str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A signal that the heard words may be; `words` are its meaning in every language, with what was heard in it.

    `certain` says that nothing else fits; `why` says in one sentence why it is or is not; `likeness`
    goes from 0 to 1 and only puts candidates in order.
    """

    signal: Signal
    certain: bool
    words: Mapping[str, str]
    params: Mapping[str, str]
    likeness: float
    why: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two tellings side by side: "same", "garbled" (less of the same) or "different"; and the words that differ."""

    kind: str
    missing: tuple[str, ...]
    added: tuple[str, ...]
    note: str = ""


def recognise(text: str, codebook: Codebook) -> tuple[Candidate, ...]:
    """Return what the heard or typed `text` may be, the likeliest first; nothing found is an empty tuple."""
    heard = _plural(_words(text), codebook)
    if not heard:
        return ()
    if (special := _special(heard, codebook)) is not None:
        return special
    ears = [ear(codebook, lang) for lang in _language(text)]
    codes = _codes(heard, codebook)
    starts = _sentences(heard)
    patterns = [pattern for each in ears for pattern in each.patterns]
    whole = _closest([(p, params, s) for each in ears for s in starts for p, params in each.fits(s)])
    found = {p.signal.code: _exact(p, params, s, patterns, codes, heard) for p, params, s in whole}
    if len(found) > 1:
        several = Sentence("heard.several")
        found = {code: _doubtful(each, several) for code, each in found.items()}
    for signal in codes:
        if signal.code not in found:
            found[signal.code] = _candidate(signal, {}, GROUP_ALONE, Sentence("heard.group_alone"))
    if not any(candidate.certain for candidate in found.values()):
        for candidate in _likely(ears, starts):
            found.setdefault(candidate.signal.code, candidate)
    if codes and any(c.certain and c.signal not in codes for c in found.values()):
        why = Sentence("heard.group_differs")
        found = {code: _doubtful(each, why) for code, each in found.items()}
    return tuple(sorted(found.values(), key=lambda c: (not c.certain, -c.likeness, c.signal.code))[:MAX_CANDIDATES])


def _closest(fits: Sequence[_Fit]) -> Sequence[_Fit]:
    """Return the fits that explain most: of the longest sentence, with the fewest values that other words could be."""
    longest = max((len(sentence) for _, _, sentence in fits), default=0)
    most = [fit for fit in fits if len(fit[2]) == longest]
    plain = [fit for fit in most if not fit[0].open_ended] or most
    return [fit for fit in plain if not fit[1]] or plain


def _words(text: str) -> tuple[str, ...]:
    """Return the words of `text`, with Japanese and Chinese procedure words as their English ones."""
    if not _CJK.search(text):
        return tokens(text)
    return tokens(_PROCEDURE.sub(lambda found: f" {_ENGLISH[found[0].strip('。')]} ", text))


def _plural(words: tuple[str, ...], codebook: Codebook) -> tuple[str, ...]:
    """Return the words with the unit behind a 1 as it stands behind other figures, which is how a row is compared."""
    for one, many in units(codebook):
        for at in range(len(words) - len(one)):
            if words[at : at + 1 + len(one)] == ("1", *one):
                words = (*words[: at + 1], *many, *words[at + 1 + len(one) :])
    return words


def _turn(words: Sequence[str]) -> list[str]:
    """Return the words without the over or out that ends the turn; elsewhere "out" is a word like others."""
    end = len(words)
    while end and words[end - 1] in _ENDS:
        end -= 1
    return list(words[:end])


def _language(text: str) -> tuple[str, ...]:
    """Return the languages that the text may be in: kana are Japanese; characters alone may be either."""
    if not _CJK.search(text):
        return LANGUAGES[:1]
    return ("ja",) if _KANA.search(text) else LANGUAGES[1:]


def _special(heard: Sequence[str], codebook: Codebook) -> tuple[Candidate, ...] | None:
    """Return what stands behind YV1: a row of that table if it is in force, else the prefix; never an ICS row."""
    upper = [word.upper() for word in heard]
    places = [at for at, word in enumerate(upper) if word.startswith(SPECIAL_TABLE)]
    if not places:
        return None
    at = places[0]
    code = upper[at] if upper[at] != SPECIAL_TABLE else " ".join(upper[at : at + 2])
    code = f"{SPECIAL_TABLE} {code.removeprefix(SPECIAL_TABLE).strip()}".strip()
    rows = [signal for signal in codebook.signals if signal.code in (code, SPECIAL_TABLE)]
    why = Sentence("heard.special", table=SPECIAL_TABLE)
    chosen = [s for s in rows if s.code == code] or rows
    return tuple(_candidate(signal, {}, GROUP_ALONE, why) for signal in chosen)


def _codes(heard: Sequence[str], codebook: Codebook) -> list[Signal]:
    """Return the signals whose group was spelled, announced, typed with its figure, or is all there is."""
    words = _turn(heard)
    announced = {words[at + 1].upper() for at, word in enumerate(words[:-1]) if word == "interco"}
    plain = {word.upper() for word in words if word.isupper() or any(c.isdigit() for c in word)}
    wanted = announced | plain | ({words[0].upper()} if len(words) == 1 else set())
    said = [s for s in codebook.signals if s.phrase and _is_phrase(read(BLANK.sub("", s.phrase)), words)]
    return [s for s in codebook.signals if s.code.removeprefix(f"{SPECIAL_TABLE} ") in wanted or s in said]


def _is_phrase(phrase: Sequence[str], words: Sequence[str]) -> bool:
    """Tell whether the words are an agreed phrase, once or twice as it is sent."""
    return tuple(words) in (tuple(phrase), (*phrase, *phrase))


def _sentences(heard: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return where the sentence may begin: after marker or group, or somewhere behind the originator's name."""
    words = _turn(heard)
    calls = [at + 2 for at in range(len(words) - 1) if words[at : at + 2] == ["this", "is"]]
    first = calls[-1] if calls else 0
    marks = [at + 1 for at, word in enumerate(words) if at >= first and word in _MARKERS]
    skips = range(first, min(first + MAX_NAME_WORDS, len(words)) + 1) if calls else (0,)
    groups = [at + 2 for at in range(first, len(words)) if words[at] == "interco"]
    starts = [*marks[:1], *groups[:1], *skips]
    return tuple(dict.fromkeys(tuple(words[at:]) for at in starts if at < len(words)))


def _exact(
    pattern: Pattern,
    params: dict[str, str],
    sentence: Sequence[str],
    patterns: Sequence[Pattern],
    codes: Sequence[Signal],
    heard: Sequence[str],
) -> Candidate:
    """Return a row whose sentence is there word for word; certain unless something speaks against it."""
    marks = {word for word in heard if word in _MARKERS} - set(sentence)
    other = next((p.signal for p in patterns if p.signal is not pattern.signal and _may_be_left_of(sentence, p)), None)
    named = any(signal is pattern.signal for signal in codes)
    if marks and pattern.signal.marker.lower() not in marks:
        return _candidate(pattern.signal, params, 1.0, Sentence("heard.marked"))
    if other is not None and not named:
        return _candidate(pattern.signal, params, 1.0, Sentence("heard.left_of", code=other.code))
    if pattern.open_ended and not named:
        return _candidate(pattern.signal, params, 1.0, Sentence("heard.name"))
    why = Sentence("heard.certain_figures" if params else "heard.certain")
    return _candidate(pattern.signal, params, 1.0, why, certain=True)


def _may_be_left_of(sentence: Sequence[str], pattern: Pattern) -> bool:
    words = [word for word in sentence if not word[0].isdigit()]
    return len(pattern.fixed) > len(words) and within(words, pattern.fixed)


def _likely(ears: Sequence[Ear], starts: Sequence[Sequence[str]]) -> list[Candidate]:
    best: dict[str, tuple[float, Signal]] = {}
    heard = [word for word in (starts[0] if starts else ()) if not word[0].isdigit()]
    for each in ears:
        sentence = mended(heard, each.vocabulary)
        places, length = marks(sentence), len(sentence)
        for pattern in each.patterns:
            both = len(pattern.fixed) + length
            score = 2 * shared(pattern.fixed, places, length) / both if both else 0.0
            if score >= LIKELY and score > best.get(pattern.signal.code, (0.0, None))[0]:
                best[pattern.signal.code] = (score, pattern.signal)
    why = Sentence("heard.like")
    return [_candidate(signal, {}, min(score, 0.99), why) for score, signal in best.values()]


def _candidate(
    signal: Signal, params: Mapping[str, str], likeness: float, why: str, *, certain: bool = False
) -> Candidate:
    full = len(params) == len(signal.parameters)
    words = {lang: signal.filled(params, lang) for lang in LANGUAGES} if full else signal.meaning
    return Candidate(signal, certain, words, params, likeness, why)


def _doubtful(candidate: Candidate, why: str) -> Candidate:
    return Candidate(candidate.signal, False, candidate.words, candidate.params, candidate.likeness, why)


def compare(sent_text: str, heard_text: str) -> Comparison:
    """Lay what was sent and what was heard side by side, number by number and word by word."""
    return _compared(*_tellings(sent_text, heard_text))


def read_back(sent_text: str, back_text: str) -> Comparison:
    """Lay what was sent beside what the other side read back, in our words or turned round to theirs: you for me.

    Turned words are the same only if each word for a person is turned (`persons`): whose side it is, is never guessed.
    """
    sent, heard = _tellings(sent_text, back_text)
    turned = persons.changed(sent, heard)
    if turned is None:
        found = _compared(sent, heard)
        return found if found.kind == "different" else Comparison(
            "different", found.missing, found.added, Sentence("readback.whose")
        )  # fmt: skip
    return _compared(sent, heard, turned=True) if turned else _compared(sent, heard)


def _tellings(sent_text: str, heard_text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words of both messages, the marker of the sent one only where the heard one has any."""
    sent, heard = _said(sent_text), _said(heard_text)
    if not _MARKERS.intersection(heard) and not _receipt(sent, heard):
        sent = tuple(word for at, word in enumerate(sent) if at > 0 or word not in _MARKERS)
    return sent, heard


def _receipt(sent: Sequence[str], heard: Sequence[str]) -> bool:
    return bool(heard) and all(word in _RECEIPTS for word in heard) and heard != sent


def _compared(sent: tuple[str, ...], heard: tuple[str, ...], *, turned: bool = False) -> Comparison:
    if _receipt(sent, heard):
        return Comparison("different", sent, heard, Sentence("readback.receipt"))
    shared = pairs(persons.turned(sent), persons.plain(heard)) if turned else pairs(sent, heard)
    missing = tuple(word for at, word in enumerate(sent) if at not in {i for i, _ in shared})
    added = tuple(word for at, word in enumerate(heard) if at not in {j for _, j in shared})
    if not missing and not added:
        return Comparison("same", (), ())
    if reason := _contradiction(sent, heard, missing, added):
        return Comparison("different", missing, added, reason)
    return Comparison("garbled", missing, added, Sentence("readback.garbled"))


def _said(text: str) -> tuple[str, ...]:
    """Return the message within a script: from its marker on, without the call, the group and the over."""
    words = _turn(_words(text))
    calls = [at + 2 for at in range(len(words) - 1) if words[at : at + 2] == ["this", "is"]]
    marks = [at for at, word in enumerate(words) if calls and at >= calls[-1] and word in _MARKERS]
    return tuple(words[marks[0] :] if marks else words)


def _contradiction(sent: Sequence[str], heard: Sequence[str], missing: Sequence[str], added: Sequence[str]) -> str:
    """Return why the two tellings are not one message heard badly, or nothing."""
    figures = [[word for word in words if word[0].isdigit()] for words in (sent, heard)]
    if not within(figures[1], figures[0]):
        return Sentence("readback.number")
    if turned := (DECISIVE | _MARKERS).intersection(added):
        return Sentence("readback.heard", word=min(turned))
    if lost := _REVERSES.intersection(missing):
        return Sentence("readback.lost", word=min(lost))
    strange = [word for word in added if not any(same_sound(word, other) for other in missing)]
    shared = len(sent) - len(missing)
    if shared < LOST * len(sent) or len(strange) > shared:
        return Sentence("readback.others")
    return ""
