"""Personal data as a field of a form: the bytes hold a salted hash alone, people read the value or why it is not here.

In memory such a field is one of three: the text that a person typed, the hash that stands in the bytes, or, for
showing alone, `Absent`. `statements.annexes` makes the second of the first, and shows the first or the third for it.
"""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Final

from searoom.cbor import check_text
from searoom.errors import NotAllowed
from searoom.sentences import Sentence

REFERENCE_SIZE: Final = 32
MAX_PERSONAL: Final = 8000


class Absent(Enum):
    """Why a value that a message refers to cannot be read here."""

    ERASED = "erased"
    NOT_HELD = "not held"


ABSENT_WORDS: Final[Mapping[Absent, Mapping[str, str]]] = {
    Absent.ERASED: {"en": "[erased]", "ja": "［消去済み］", "zh": "［已删除］"},
    Absent.NOT_HELD: {"en": "[not held here]", "ja": "［当方に未着］", "zh": "［本方未持有］"},
}
KEPT_APART: Final[Mapping[str, str]] = {
    "en": "[personal data, kept apart: {ref}]",
    "ja": "［個人情報・別途保管：{ref}］",
    "zh": "［个人信息，另行保管：{ref}］",
}
"""ja and zh are our own words and await review by native speakers."""

_PERSONAL_MARKS: Final = (
    (re.compile(r"[^\s@]+@[^\s@]+\.[a-z]{2,}"), "noun.mail"),
    (
        re.compile(r"(?:\+|\b(?:tel|phone|mobile)\b|電話|携帯|电话|手机).{0,4}[0-9][0-9 ()-]{6,}", re.IGNORECASE),
        "noun.telephone",
    ),
    (re.compile(r"\b(?:born|birth|passport)\b|生年月日|旅券|出生|护照", re.IGNORECASE), "noun.birth"),
)  # fmt: skip


def looks_personal(text: str) -> str:
    """Return a sentence where a text that both sides would sign seems to hold what is personal, or nothing."""
    for pattern, what in _PERSONAL_MARKS:
        if pattern.search(text):
            return Sentence("doubt.personal", what=Sentence(what))
    return ""


def parse_personal(typed: str) -> str:
    """Return what a person typed; it must be set apart before it is encoded. A `;` begins a new line."""
    return check_value("\n".join(part.strip() for part in typed.strip().split(";") if part.strip()))


def check_value(text: str) -> str:
    """Return a text that may be a personal value, or raise `NotAllowed`."""
    if not text.strip():
        raise NotAllowed(Sentence("value.nothing"))
    if len(text) > MAX_PERSONAL:
        raise NotAllowed(Sentence("personal.too_long", count=len(text), limit=MAX_PERSONAL))
    return check_text(text)


def check_personal(value: object) -> str:
    """Return what is weak about a field of this kind: a hash says nothing that could be."""
    return "" if isinstance(value, bytes) else Sentence("find.not_apart")


def personal_reference(value: object) -> bytes:
    """Return the hash that stands in the bytes; raise `NotAllowed` for a value in clear and for anything else."""
    if not isinstance(value, bytes) or len(value) != REFERENCE_SIZE:
        raise NotAllowed(Sentence("personal.hash_alone"))
    return value


def say_personal(value: object, lang: str) -> str:
    """Return the value, or that it is erased, not held, or kept apart."""
    if isinstance(value, str):
        return "; ".join(value.split("\n"))
    if isinstance(value, Absent):
        return ABSENT_WORDS[value][lang]
    return KEPT_APART[lang].format(ref=personal_reference(value).hex()[:8])
