"""Whose: the words for who speaks and who is spoken to, which change places when words are read back.

Who says "you will overtake me on my port side" hears back "I will overtake you on your port side": the same words, as
the other ship says them. Rule: all of them change places, or none does; one that does and one that does not leave it
open whose side is meant.
"""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from searoom.signals.likeness import pairs

SELF, OTHER = "I", "YOU"
_OWN: Final = "'S"
_ENGLISH: Final = MappingProxyType({
    "i": SELF, "me": SELF, "we": SELF, "us": SELF, "my": SELF + _OWN, "our": SELF + _OWN,
    "you": OTHER, "your": OTHER + _OWN, "am": "are",
})  # fmt: skip
_TURNED: Final = MappingProxyType({SELF: OTHER, OTHER: SELF, SELF + _OWN: OTHER + _OWN, OTHER + _OWN: SELF + _OWN})
_CRAFT: Final = frozenset("船艦舰機机艇方")
_ALONE: Final = MappingProxyType({"我": SELF, "私": SELF, "你": OTHER, "您": OTHER})
_BEFORE_CRAFT: Final = MappingProxyType({"本": SELF, "当": SELF, "自": SELF, "貴": OTHER, "贵": OTHER})
_OF: Final = frozenset("の的")
SIDES: Final = frozenset((
    "port", "starboard", "ahead", "astern", "bow", "stern", "beam", "quarter", "left", "right", "side",
    *"左右前後后首尾舷",
))  # fmt: skip
"""A word for a side of a ship, or for where one lies of it."""


def plain(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words, each for a person as one sign for it; place for place."""
    return tuple(_ENGLISH.get(word) or _person(words, at) or word for at, word in enumerate(words))


def turned(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words as `plain` does, with who speaks and who is spoken to in each other's place."""
    return tuple(_TURNED.get(word, word) for word in plain(words))


def _person(words: Sequence[str], at: int) -> str:
    """Return who a character is about, or '': 本船 is oneself, and the end of 日本 is not."""
    if words[at] in _ALONE:
        return _ALONE[words[at]]
    before_craft = at + 1 < len(words) and words[at + 1] in _CRAFT and not (at and words[at - 1] == "日")
    return _BEFORE_CRAFT.get(words[at], "") if before_craft else ""


def changed(sent: Sequence[str], heard: Sequence[str]) -> tuple[int, ...] | None:
    """Return the places in `sent` of the persons that changed places in `heard`; None: whose is meant is not clear.

    Not clear is that one changed and another did not, and that the only one that did owns a side: "on my port side",
    read back "on your port side", is right of a side turned round and wrong of one repeated.
    """
    before, back = plain(sent), plain(heard)
    both = [(i, before[i], back[j]) for i, j in pairs(_neutral(before), _neutral(back)) if before[i] in _TURNED]
    found = tuple(i for i, one, other in both if one != other)
    if not found:
        return ()
    if len(found) < len(both) or (len(found) == 1 and _owns_side(sent, found[0])):
        return None
    return found


def _neutral(words: Sequence[str]) -> list[str]:
    """Return the words with one sign for every person, whoever it is."""
    return [SELF + word.removeprefix(OTHER).removeprefix(SELF) if word in _TURNED else word for word in words]


def _owns_side(words: Sequence[str], at: int) -> bool:
    """Tell whether a person stands at a side: my port side, astern of me, 本船の左舷, 我船左舷."""
    if at > 1 and words[at - 1] == "of" and words[at - 2] in SIDES:
        return True
    rest = list(words[at + 1 : at + 5])
    for skipped in (_CRAFT, _OF, _CRAFT):
        if rest and rest[0] in skipped:
            rest.pop(0)
    return bool(rest) and rest[0] in SIDES
