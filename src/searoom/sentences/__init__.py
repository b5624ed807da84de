"""What the program says by itself: a key and values, in English by default and at the edge in the language asked for.

Rule 1: every sentence stands in one table of this room, in all languages, with the same placeholders in each.
Rule 2: a `Sentence` is its English text wherever text is wanted (terminal, JSON); its key and values stay with it.
Rule 3: a value is data, another sentence, or `Named`: what a reader's form calls by its label.
The ja and zh columns are ours and await review by native speakers (`state` in each table).
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache, reduce
from importlib import resources
from string import Formatter
from types import MappingProxyType
from typing import Final, Self, TypeAlias, cast

LANGUAGES: Final = ("en", "ja", "zh")
"""English, Japanese, Chinese: of equal rank, in the order of their tags."""
DO: Final = "do"
"""What a row may say beside its sentence: what the reader can do about it."""
_STATE: Final = "state"
_COMMAS: Final = MappingProxyType({"en": ", ", "ja": "、", "zh": "、"})
Row: TypeAlias = "Mapping[str, Mapping[str, str]]"
"""A sentence under '', and what can be done under `DO` where the row says that; each by language."""


class Named(str):
    """What has a label in the reader's language: a field of a form, a part of it, or a choice (`of` is its field)."""

    __slots__ = ("of",)
    of: str

    def __new__(cls, name: str, of: str = "") -> Self:
        """Return a name that reads as itself until somebody knows its label."""
        made = super().__new__(cls, name)
        made.of = of
        return made

    def __reduce__(self) -> tuple[object, ...]:
        """Return what a copy in another process is made of."""
        return Named, (str(self), self.of)


class Worded(str):
    """A text that is already in the language of whoever reads it, and no sentence of these tables."""

    __slots__ = ()


Value: TypeAlias = "str | int | tuple[str, ...]"
Shown: TypeAlias = "Callable[[str], str]"
Labels: TypeAlias = "Mapping[str, str]"
"""The label of each name, of a choice behind its field and a slash."""
_NO_LABELS: Final[Labels] = MappingProxyType({})


class Sentence(str):
    """One sentence of the tables with its values; as a `str` it is the English text.

    `key` is `group.name`. A value that is no text, number or tuple of texts is taken as its text. A key that is in no
    table, and a value too many or too few, raise `KeyError`: a fault of this program, which a test looks for.
    """

    __slots__ = ("key", "part", "values")
    key: str
    part: str
    values: Mapping[str, Value]

    def __new__(cls, key: str, /, **values: object) -> Self:
        """Return the sentence that a key and its values say."""
        return cls._of(key, "", values)

    @classmethod
    def _of(cls, key: str, part: str, values: Mapping[str, object]) -> Self:
        held = {name: _value(value) for name, value in values.items()}
        made = super().__new__(cls, _filled(key, part, held, LANGUAGES[0], _NO_LABELS, str))
        made.key, made.part, made.values = key, part, MappingProxyType(held)
        return made

    def __reduce__(self) -> tuple[object, ...]:
        """Return what a copy in another process is made of."""
        return remade, (self.key, self.part, dict(self.values))

    @staticmethod
    def has(key: str) -> bool:
        """Tell whether a table has this key."""
        return key in tables()

    def to_do(self) -> str:
        """Return what its row says that can be done: a sentence, or '' where the row says nothing of it."""
        return self._of(self.key, DO, self.values) if DO in tables()[self.key] else ""


def remade(key: str, part: str, values: Mapping[str, object]) -> Sentence:
    """Return the sentence of a key and values that came from another process; an unknown key raises `KeyError`."""
    whole = Sentence(key, **values)
    return cast("Sentence", whole.to_do()) if part else whole


def _value(value: object) -> Value:
    if isinstance(value, str | int):
        return value
    return value if isinstance(value, tuple) else str(value)


def _filled(key: str, part: str, values: Mapping[str, Value], lang: str, labels: Labels, shown: Shown) -> str:
    row = tables()[key]
    wanted = placeholders(row[""]["en"]) | placeholders(row.get(DO, row[""])["en"])
    if wanted != values.keys():
        raise KeyError(f"'{key}' has the values {sorted(wanted)}, not {sorted(values)}")
    said = {name: _said(value, lang, labels, shown) for name, value in values.items()}
    return row[part][lang].format(**said)


def _said(value: Value, lang: str, labels: Labels, shown: Shown) -> str:
    match value:
        case Sentence():
            return _filled(value.key, value.part, value.values, lang, labels, shown)
        case Named():
            return labels.get(f"{value.of}/{value}" if value.of else str(value)) or shown(value)
        case tuple():
            return _COMMAS[lang].join(_said(each, lang, labels, shown) for each in value)
        case int():
            return str(value)
    return shown(value)


def spoken(text: str, lang: str, labels: Labels = _NO_LABELS, shown: Shown = str) -> str:
    """Return a sentence in `lang`, with `labels` for what is named in it; any other text is returned as it is.

    `shown` is what a page does with each value that is data, or in another language than the sentence.
    """
    return _filled(text.key, text.part, text.values, lang, labels, shown) if isinstance(text, Sentence) else text


def known(text: str) -> bool:
    """Tell whether all of a text can be said in every language: it is a sentence, and so is what is said inside it."""
    if not isinstance(text, Sentence):
        return False
    inner = (text.values.get(name) for name in ("first", "what", "do"))
    return all(isinstance(one, Named) or known(one) for one in inner if isinstance(one, str))


def joined(texts: Iterable[str], how: str = "at.and") -> str:
    """Return several sentences or names as one sentence, which the row `how` puts together; '' where there are none."""
    return reduce(lambda first, what: Sentence(how, first=first, what=what), texts) if (texts := tuple(texts)) else ""


def unplaced(text: str) -> str:
    """Return what is said of a field or part, without the name of that field before it."""
    return cast("str", text.values["what"]) if isinstance(text, Sentence) and text.key.startswith("at.") else text


@cache
def placeholders(sentence: str) -> frozenset[str]:
    """Return the names in braces of a sentence."""
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name)


@cache
def tables() -> Mapping[str, Row]:
    """Return every row of every table, by `group.name`; a gap, a double or an odd placeholder raises `KeyError`."""
    found: dict[str, Row] = {}
    folder = resources.files(__name__)
    for source in sorted((one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name):
        for key, row in read(source.read_text(encoding="utf-8")).items():
            if key in found:
                raise KeyError(f"{source.name}: '{key}' stands in another table too")
            found[key] = row
    return MappingProxyType(found)


def read(text: str) -> Mapping[str, Row]:
    """Return the rows of one table."""
    groups = tomllib.loads(text)
    _whole(_STATE, groups.pop(_STATE, {}))
    return {
        f"{group}.{name}": _row(f"{group}.{name}", row) for group, rows in groups.items() for name, row in rows.items()
    }


def _row(key: str, row: Mapping[str, object]) -> Row:
    words = {lang: said for lang, said in row.items() if lang != DO}
    parts = {"": _whole(key, words)} | ({DO: _whole(key, row[DO])} if DO in row else {})
    return MappingProxyType(parts)


def _whole(key: str, words: object) -> Mapping[str, str]:
    if not isinstance(words, Mapping) or set(words) != set(LANGUAGES):
        raise KeyError(f"'{key}' must have exactly the languages {', '.join(LANGUAGES)}")
    if len({placeholders(words[lang]) for lang in LANGUAGES}) != 1:
        raise KeyError(f"the languages of '{key}' name different values")
    return MappingProxyType(dict(words))
