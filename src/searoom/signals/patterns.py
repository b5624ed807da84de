"""The sentences of a codebook as words to be listened for: cut once, asked often."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from searoom.signals.codebook import Codebook
from searoom.signals.parameters import PARAMETER_KINDS, Parameter
from searoom.signals.rows import BLANK, Signal
from searoom.signals.spelling import tokens

_SHAPES: Final = {
    "course": r"\d{3}",
    "figures": r"\d+(?:\.\d+)?",
    "position": r"\d+ degrees [\d.]+ minutes (?:north|south) \d+ degrees [\d.]+ minutes (?:east|west)",
    "time": r"\d{4} zulu",
    "name": r"[\w'-]+(?: [\w'-]+){0,5}",
}
_PLACE: Final = re.compile(r"(\d+) degrees ([\d.]+) minutes (n|s)\w+ (\d+) degrees ([\d.]+) minutes (e|w)\w+")


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """One row's sentence as words; a blank is the parameter that fills it; `fixed` leaves the blanks out."""

    signal: Signal
    parts: tuple[str | Parameter, ...]
    fixed: tuple[str, ...]

    @property
    def open_ended(self) -> bool:
        """Whether the row holds a name, which any words could be."""
        return any(isinstance(part, Parameter) and part.kind == "name" for part in self.parts)

    def fit(self, sentence: Sequence[str]) -> dict[str, str] | None:
        """Return the values where the whole sentence is this row word for word, else nothing."""
        first = self.parts[0]
        if len(sentence) < len(self.parts) or (isinstance(first, str) and first != sentence[0]):
            return None
        found = _regex(self).fullmatch(" ".join(sentence))
        if not found:
            return None
        known = {p.name: p for p in self.signal.parameters}
        params = {name: _value(value, known[name]) for name, value in found.groupdict().items()}
        fits = all(PARAMETER_KINDS[known[name].kind][0].fullmatch(value) for name, value in params.items())
        return params if fits else None


@dataclass(frozen=True, slots=True, eq=False)
class Ear:
    """All sentences of a codebook in one language, ready to be compared with what was heard."""

    patterns: tuple[Pattern, ...]
    vocabulary: frozenset[str]
    whole: Mapping[tuple[str, ...], tuple[Pattern, ...]]
    open: tuple[Pattern, ...]

    def fits(self, sentence: tuple[str, ...]) -> list[tuple[Pattern, dict[str, str]]]:
        """Return the rows that this sentence is, word for word, with their values."""
        found: list[tuple[Pattern, dict[str, str]]] = [(pattern, {}) for pattern in self.whole.get(sentence, ())]
        for pattern in self.open:
            params = pattern.fit(sentence)
            if params is not None:
                found.append((pattern, params))
        return found


@lru_cache(maxsize=16)
def ear(codebook: Codebook, lang: str) -> Ear:
    """Return the sentences of `codebook` in `lang` as patterns."""
    patterns = tuple(_pattern(signal, lang) for signal in codebook.signals)
    whole: dict[tuple[str, ...], tuple[Pattern, ...]] = {}
    for pattern in patterns:
        if not pattern.signal.parameters:
            whole[pattern.fixed] = (*whole.get(pattern.fixed, ()), pattern)
    vocabulary = frozenset(word for pattern in patterns for word in pattern.fixed)
    return Ear(patterns, vocabulary, MappingProxyType(whole), tuple(p for p in patterns if p.signal.parameters))


@lru_cache(maxsize=16)
def units(codebook: Codebook) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Return the English units that differ behind a 1: as they stand there, and behind other figures."""
    pairs = {(read(p.one["en"]), read(p.unit["en"])) for s in codebook.signals for p in s.parameters}
    return tuple(sorted(pair for pair in pairs if pair[0] != pair[1]))


@lru_cache(maxsize=8192)
def read(piece: str) -> tuple[str, ...]:
    """Return the words of a piece of a table: the same pieces are asked for with every text."""
    return tokens(piece)


def _pattern(signal: Signal, lang: str) -> Pattern:
    parameters = {p.name: p for p in signal.parameters}
    parts: list[str | Parameter] = []
    for at, piece in enumerate(BLANK.split(signal.wording[lang])):
        if at % 2:
            parts.append(parameters[piece])
            parts.extend(read(parameters[piece].unit[lang]))
        else:
            parts.extend(read(piece))
    return Pattern(signal, tuple(parts), tuple(part for part in parts if isinstance(part, str)))


@lru_cache(maxsize=1024)
def _regex(pattern: Pattern) -> re.Pattern[str]:
    pieces = [f"(?P<{p.name}>{_shape(p)})" if isinstance(p, Parameter) else re.escape(p) for p in pattern.parts]
    return re.compile(" ".join(pieces))


def _choices(parameter: Parameter) -> Mapping[str, str]:
    """Return which choice each spoken form of it is, in whatever language."""
    return {" ".join(read(word)): key for key, words in parameter.choices.items() for word in words.values()}


def _shape(parameter: Parameter) -> str:
    """Return the pattern of a parameter's value as it is heard."""
    return "|".join(map(re.escape, _choices(parameter))) or _SHAPES[parameter.kind]


def _value(heard: str, parameter: Parameter) -> str:
    """Return a heard value as it is typed into a signal."""
    if parameter.choices:
        return _choices(parameter)[heard]
    if place := _PLACE.fullmatch(heard):
        return "{}-{}{} {}-{}{}".format(*(part.upper() for part in place.groups()))
    return heard.upper() if parameter.kind == "name" else heard.replace(" zulu", "Z")
