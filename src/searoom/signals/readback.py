"""From spoken words back to the signal, and two tellings of the same words laid side by side.

Rule 1: a signal is called certain only where the whole sentence is there, word for word, and could not be
        what is left of another one. A group of letters alone has no redundancy and is never certain.
Rule 2: a signal is never shown without its words: "ZL" and "YV1 ZL1" mean opposite things.
Rule 3: "received" and "roger" are no readback, whatever they answer.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from searoom.signals.codebook import MARKERS, PARAMETER_KINDS, Codebook, Parameter, Signal
from searoom.signals.likeness import mended, pairs, same_sound, within
from searoom.signals.render import PROWORDS
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
_CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_SPOKEN: Final = {PROWORDS[lang].markers[marker]: marker for lang in LANGUAGES[1:] for marker in MARKERS}
_ENDINGS: Final = {"どうぞ": "over", "请回答": "over", "終わり": "out", "通话完毕": "out"}
_ENGLISH: Final = {**_SPOKEN, **_ENDINGS, "こちらは": "this is", "这里是": "this is"}
_PROCEDURE: Final = re.compile(f"(?:^|(?<=。))(?:{'|'.join(_SPOKEN)})。|こちらは|这里是|(?:{'|'.join(_ENDINGS)})。?$")
_BLANK: Final = re.compile(r"\{([a-z]+)\}")


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


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One row's sentence as words; a blank is the parameter that fills it; `fixed` leaves the blanks out."""

    signal: Signal
    parts: tuple[str | Parameter, ...]
    fixed: tuple[str, ...]


def recognise(text: str, codebook: Codebook) -> tuple[Candidate, ...]:
    """Return what the heard or typed `text` may be, the likeliest first; nothing found is an empty tuple."""
    heard = _plural(_words(text), codebook)
    if not heard:
        return ()
    if (special := _special(heard, codebook)) is not None:
        return special
    lang = _language(text)
    patterns = [_pattern(signal, each) for signal in codebook.signals for each in lang]
    codes = _codes(heard, codebook)
    starts = _sentences(heard)
    whole = [(p, params, s) for p in patterns for s in starts if (params := _fit(p, s)) is not None]
    found = {p.signal.code: _exact(p, params, s, patterns, codes, heard) for p, params, s in whole}
    if len(found) > 1:
        found = {code: _doubtful(each, "more than one signal fits these words") for code, each in found.items()}
    for signal in codes:
        if signal.code not in found:
            found[signal.code] = _candidate(
                signal, {}, GROUP_ALONE, "a group without its words proves nothing; ask again"
            )
    if not any(candidate.certain for candidate in found.values()):
        for candidate in _likely(patterns, starts):
            found.setdefault(candidate.signal.code, candidate)
    if codes and any(c.certain and c.signal not in codes for c in found.values()):
        why = "the group and the words are two different signals"
        found = {code: _doubtful(each, why) for code, each in found.items()}
    return tuple(sorted(found.values(), key=lambda c: (not c.certain, -c.likeness, c.signal.code))[:MAX_CANDIDATES])


def _words(text: str) -> tuple[str, ...]:
    """Return the words of `text`, with Japanese and Chinese procedure words as their English ones."""
    if not _CJK.search(text):
        return tokens(text)
    return tokens(_PROCEDURE.sub(lambda found: f" {_ENGLISH[found[0].strip('。')]} ", text))


def _plural(words: tuple[str, ...], codebook: Codebook) -> tuple[str, ...]:
    """Return the words with the unit behind a 1 as it stands behind other figures, which is how a row is compared."""
    for one, many in {(_read(p.one["en"]), _read(p.unit["en"])) for s in codebook.signals for p in s.parameters}:
        if one == many:
            continue
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
    return LANGUAGES[1:] if _CJK.search(text) else LANGUAGES[:1]


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
    why = f"it stands behind {SPECIAL_TABLE}, in the special table; it is not the ordinary group of like name"
    chosen = [s for s in rows if s.code == code] or rows
    return tuple(_candidate(signal, {}, GROUP_ALONE, why) for signal in chosen)


def _codes(heard: Sequence[str], codebook: Codebook) -> list[Signal]:
    """Return the signals whose group was spelled, announced, typed with its figure, or is all there is."""
    words = _turn(heard)
    announced = {words[at + 1].upper() for at, word in enumerate(words[:-1]) if word == "interco"}
    plain = {word.upper() for word in words if word.isupper() or any(c.isdigit() for c in word)}
    wanted = announced | plain | ({words[0].upper()} if len(words) == 1 else set())
    return [signal for signal in codebook.signals if signal.code in wanted]


def _sentences(heard: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return where the sentence may begin: after the marker, or somewhere behind the originator's name."""
    words = _turn(heard)
    calls = [at + 2 for at in range(len(words) - 1) if words[at : at + 2] == ["this", "is"]]
    first = calls[-1] if calls else 0
    marks = [at + 1 for at, word in enumerate(words) if at >= first and word in _MARKERS]
    skips = range(first, min(first + MAX_NAME_WORDS, len(words)) + 1) if calls else (0,)
    starts = [*marks[:1], *skips]
    return tuple(dict.fromkeys(tuple(words[at:]) for at in starts if at < len(words)))


@lru_cache(maxsize=2048)
def _read(piece: str) -> tuple[str, ...]:
    """Return the words of a piece of a table: the same pieces are asked for with every text."""
    return tokens(piece)


def _pattern(signal: Signal, lang: str) -> _Pattern:
    parameters = {p.name: p for p in signal.parameters}
    parts: list[str | Parameter] = []
    for at, piece in enumerate(_BLANK.split(signal.wording[lang])):
        if at % 2:
            parts.append(parameters[piece])
            parts.extend(_read(parameters[piece].unit[lang]))
        else:
            parts.extend(_read(piece))
    return _Pattern(signal, tuple(parts), tuple(part for part in parts if isinstance(part, str)))


def _fit(pattern: _Pattern, sentence: Sequence[str]) -> dict[str, str] | None:
    """Return the values where the whole sentence is this row word for word, else nothing."""
    first = pattern.parts[0]
    if len(sentence) < len(pattern.parts) or (isinstance(first, str) and first != sentence[0]):
        return None
    pieces = [f"(?P<{p.name}>{_shape(p)})" if isinstance(p, Parameter) else re.escape(p) for p in pattern.parts]
    found = re.fullmatch(" ".join(pieces), " ".join(sentence))
    if not found:
        return None
    known = {p.name: p for p in pattern.signal.parameters}
    params = {name: _value(value, known[name]) for name, value in found.groupdict().items()}
    fits = all(PARAMETER_KINDS[known[name].kind][0].fullmatch(value) for name, value in params.items())
    return params if fits else None


_SHAPES: Final = {
    "course": r"\d{3}",
    "figures": r"\d+(?:\.\d+)?",
    "position": r"\d+ degrees [\d.]+ minutes (?:north|south) \d+ degrees [\d.]+ minutes (?:east|west)",
    "time": r"\d{4} zulu",
}
_PLACE: Final = re.compile(r"(\d+) degrees ([\d.]+) minutes (n|s)\w+ (\d+) degrees ([\d.]+) minutes (e|w)\w+")


def _choices(parameter: Parameter) -> Mapping[str, str]:
    """Return which choice each spoken form of it is, in whatever language."""
    return {" ".join(_read(word)): key for key, words in parameter.choices.items() for word in words.values()}


def _shape(parameter: Parameter) -> str:
    """Return the pattern of a parameter's value as it is heard."""
    return "|".join(map(re.escape, _choices(parameter))) or _SHAPES[parameter.kind]


def _value(heard: str, parameter: Parameter) -> str:
    """Return a heard value as it is typed into a signal."""
    if parameter.choices:
        return _choices(parameter)[heard]
    if place := _PLACE.fullmatch(heard):
        return "{}-{}{} {}-{}{}".format(*(part.upper() for part in place.groups()))
    return heard.replace(" zulu", "Z")


def _exact(
    pattern: _Pattern,
    params: dict[str, str],
    sentence: Sequence[str],
    patterns: Sequence[_Pattern],
    codes: Sequence[Signal],
    heard: Sequence[str],
) -> Candidate:
    """Return a row whose sentence is there word for word; certain unless something speaks against it."""
    marks = {word for word in heard if word in _MARKERS} - set(sentence)
    other = next((p.signal for p in patterns if p.signal is not pattern.signal and _may_be_left_of(sentence, p)), None)
    named = any(signal is pattern.signal for signal in codes)
    if marks and pattern.signal.marker.lower() not in marks:
        return _candidate(pattern.signal, params, 1.0, "it was marked as something else")
    if other is not None and not named:
        return _candidate(pattern.signal, params, 1.0, f"it may also be what is left of {other.code}")
    why = "every word is there, and no other signal fits" + ("; read the figures back" if params else "")
    return _candidate(pattern.signal, params, 1.0, why, certain=True)


def _may_be_left_of(sentence: Sequence[str], pattern: _Pattern) -> bool:
    words = [word for word in sentence if not word[0].isdigit()]
    return len(pattern.fixed) > len(words) and within(words, pattern.fixed)


def _likely(patterns: Sequence[_Pattern], starts: Sequence[Sequence[str]]) -> list[Candidate]:
    best: dict[str, tuple[float, Signal]] = {}
    heard = [word for word in (starts[0] if starts else ()) if not word[0].isdigit()]
    sentence = mended(heard, {word for pattern in patterns for word in pattern.fixed})
    for pattern in patterns:
        fixed = pattern.fixed
        if 2 * min(len(fixed), len(sentence)) < LIKELY * (len(fixed) + len(sentence)):
            continue
        shared = len(pairs(fixed, sentence))
        score = 2 * shared / (len(fixed) + len(sentence)) if sentence else 0.0
        if score >= LIKELY and score > best.get(pattern.signal.code, (0.0, None))[0]:
            best[pattern.signal.code] = (score, pattern.signal)
    return [
        _candidate(signal, {}, min(score, 0.99), "the words are like these, not the same")
        for score, signal in best.values()
    ]


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
    sent, heard = _said(sent_text), _said(heard_text)
    if heard and all(word in _RECEIPTS for word in heard) and heard != sent:
        return Comparison("different", sent, heard, "a receipt is no readback: none of the message was repeated")
    if not _MARKERS.intersection(heard):
        sent = tuple(word for at, word in enumerate(sent) if at > 0 or word not in _MARKERS)
    shared = pairs(sent, heard)
    missing = tuple(word for at, word in enumerate(sent) if at not in {i for i, _ in shared})
    added = tuple(word for at, word in enumerate(heard) if at not in {j for _, j in shared})
    if not missing and not added:
        return Comparison("same", (), ())
    if reason := _contradiction(sent, heard, missing, added):
        return Comparison("different", missing, added, reason)
    return Comparison("garbled", missing, added, "nothing contradicts, but not everything came through")


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
        return "a number was heard that was not sent"
    if turned := (DECISIVE | _MARKERS).intersection(added):
        return f"the word '{min(turned)}' was heard and not sent"
    if lost := _REVERSES.intersection(missing):
        return f"the word '{min(lost)}' was sent and not heard"
    strange = [word for word in added if not any(same_sound(word, other) for other in missing)]
    shared = len(sent) - len(missing)
    if shared < LOST * len(sent) or len(strange) > shared:
        return "most of the words are others"
    return ""
