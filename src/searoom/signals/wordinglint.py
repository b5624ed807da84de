"""Two languages of one text, compared in what they say in numbers: amounts, units, dates, times and places.

Advice for whoever wrote or reads both: it changes nothing, sends nothing, and says nothing of words without numbers.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from searoom.errors import Finding
from searoom.sentences import Sentence
from searoom.signals.amountkinds import units
from searoom.signals.wordfacts import Clock, Fact, facts, loose_numbers

MAX_FINDINGS: Final = 32
_CLOCKS: Final = frozenset({"time", "instant", "group"})


def compare(first: str, second: str, *, langs: tuple[str, str], where: str = "text") -> tuple[Finding, ...]:
    """Return what one text says in numbers and the other does not, each as advice about the field `where`.

    `langs` are the language tags of the two texts. The order of the texts decides nothing but the order of findings.
    """
    one, other = facts(first), facts(second)
    found = [Finding(where, sentence) for sentence in (*_impossible(one, langs[0]), *_impossible(other, langs[1]))]
    lost = _unmatched(one, other, loose_numbers(second, [fact for fact in other if not _bare(fact)]))
    added = _unmatched(other, one, loose_numbers(first, [fact for fact in one if not _bare(fact)]))
    taken: set[int] = set()
    for fact in lost:
        near = next((at for at, each in enumerate(added) if at not in taken and _akin(fact, each)), None)
        if near is None:
            found.append(Finding(where, Sentence("lint.no_equal", words=fact.words, lang=langs[0], other=langs[1])))
        else:
            taken.add(near)
            found.append(Finding(where, _differs(fact, added[near], langs)))
    found += [
        Finding(where, Sentence("lint.no_equal", words=fact.words, lang=langs[1], other=langs[0]))
        for at, fact in enumerate(added)
        if at not in taken
    ]
    return tuple(found[:MAX_FINDINGS])


def _impossible(found: Sequence[Fact], lang: str) -> list[str]:
    return [Sentence("lint.impossible", words=fact.words, lang=lang) for fact in found if fact.kind == "impossible"]


def _unmatched(those: Sequence[Fact], these: Sequence[Fact], loose: frozenset[Fraction]) -> list[Fact]:
    """Return what stands in the first alone; what is said twice in one language may be said once in the other.

    A bare number or a count may stand in the other with a counter of its own, or with none (`loose`); one of a thing is
    often said without a number.
    """
    left: list[Fact] = []
    for fact in those:
        if fact.kind == "impossible" or (_bare(fact) and (_days(fact) == 1 or _days(fact) in loose)):
            continue
        alone = not any(_same(fact, other) for other in these)
        if alone and not any((fact.kind, fact.value) == (known.kind, known.value) for known in left):
            left.append(fact)
    return left


def _bare(fact: Fact) -> bool:
    """Tell whether a fact is a number alone, a count, or days, which Japanese writes like the day of a month."""
    return fact.kind in ("number", "code") or (bool(fact.unit) and fact.unit in (fact.kind, "d"))


def _same(one: Fact, other: Fact) -> bool:
    """Tell whether two facts are the same thing said in two languages."""
    if one.kind == other.kind:
        match one.value, other.value:
            case Clock() as a, Clock() as b:
                return _same_clock(a, b)
            case (tuple() as a, tuple() as b) if one.kind in ("date", "instant"):
                return a[1:] == b[1:] and (None in (a[0], b[0]) or a[0] == b[0])
        return one.value == other.value
    if {one.kind, other.kind} == {"group", "instant"}:
        group, instant = (one, other) if one.kind == "group" else (other, one)
        return _same_group(group.value, instant.value)
    if "number" in (one.kind, other.kind):  # one language counts in a word, the other leaves it out
        return _days(one) == _days(other) and {one.kind, other.kind} <= {"number", "code", *_counted(one, other)}
    return False


def _days(fact: Fact) -> object:
    """Return the number of a fact, of days as they are counted: 第30天, the 30th day, 30日."""
    return fact.value / units()["d"].size if fact.unit == "d" and isinstance(fact.value, Fraction) else fact.value


def _counted(one: Fact, other: Fact) -> set[str]:
    return {fact.kind for fact in (one, other) if fact.unit and fact.unit in (fact.kind, "d")}


def _same_clock(one: Clock, other: Clock) -> bool:
    if one.zone is None or other.zone is None:
        return one.zone == other.zone and one.minutes == other.minutes
    return (one.minutes - one.zone) % 1440 == (other.minutes - other.zone) % 1440


def _same_group(group: object, instant: object) -> bool:
    match group, instant:
        case (month, day, minutes), (_, other_month, other_day, other_minutes):
            return month in (None, other_month) and (day, minutes) == (other_day, other_minutes)
    return False


def _akin(one: Fact, other: Fact) -> bool:
    """Tell whether two unequal facts are likely meant as one: of one kind, times both, or one figure in two units."""
    return one.kind == other.kind or {one.kind, other.kind} <= _CLOCKS or _figure(one) == _figure(other)


def _figure(fact: Fact) -> str:
    return "".join(sign for sign in fact.words if sign in "0123456789.") or fact.words


def _differs(one: Fact, other: Fact, langs: tuple[str, str]) -> str:
    pair = {"words": one.words, "lang": langs[0], "others": other.words, "other": langs[1]}
    zones = [fact.value.zone is None for fact in (one, other) if isinstance(fact.value, Clock)]
    if len(zones) == 2 and zones[0] != zones[1]:
        return Sentence("lint.no_zone", **pair)
    if one.unit and other.unit and one.unit != other.unit and _figure(one) == _figure(other):
        return Sentence("lint.units", **pair)
    return Sentence("lint.differ", **pair)
