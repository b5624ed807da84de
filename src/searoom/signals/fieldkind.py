"""What a kind of field is, and the few parts from which the kinds are made.

Rule 1: inside a form there are only whole numbers: millimetres, microseconds, millidegrees, 1e-7 degrees.
Rule 2: `encode` writes what `decode` reads, and each refuses what is not of its kind.
Rule 3: `check` finds what is weak, `doubt` what is possible and unlikely; neither is ever raised.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias, cast

from searoom.cbor import Value, check_text
from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals.quantities import MAX_INTEGER

Schema: TypeAlias = "dict[str, object]"
"""JSON Schema, draft 2020-12, of a kind's value as it goes to CBOR; byte strings are hexadecimal text in JSON."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a kind may need to know of its field: the choices with their labels, and the writer's language."""

    choices: Mapping[str, Mapping[str, str]]
    lang: str = "en"


Checked: TypeAlias = Callable[[object, Context], str]


def fine(_value: object, _context: Context) -> str:
    """Find nothing."""
    return ""


def leaves(_value: object) -> bool:
    """Keep nothing at home."""
    return False


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of field.

    `parse(typed, context)` reads what a person types; `check(value, context)` returns a sentence about weak
    content, or nothing; `encode` and `decode` go to CBOR values and back and raise `NotAllowed` for another kind;
    `say(value, context, lang)` is how it reads; `schema(context)` describes the encoded value; `doubt` returns a
    sentence about what can be and seldom is, which is advice alone. A kind made of parts yields from `inside` what
    `check` says of each, as (part, sentence), says with `at_home` whether a value is for its own side only, and names
    its `parts`.
    """

    name: str
    parse: Callable[[str, Context], object]
    check: Checked
    encode: Callable[[object, Context], Value]
    decode: Callable[[Value, Context], object]
    say: Callable[[object, Context, str], str]
    schema: Callable[[Context], Schema]
    doubt: Checked = fine
    inside: Callable[[object, Context], Iterator[tuple[str, str]]] | None = None
    at_home: Callable[[object], bool] = leaves
    parts: tuple[str, ...] = ()


def not_blank(value: object, _context: Context) -> str:
    """Find a text in which nothing stands."""
    return "" if str(value).strip() else Sentence("value.nothing")


def plain(name: str, form: Callable[[object], Value], schema: Schema, check: Checked = not_blank) -> Kind:
    """Return a kind whose value is itself one text."""
    return Kind(
        name,
        parse=lambda typed, _: form(typed.strip()),
        check=check,
        encode=lambda value, _: form(value),
        decode=lambda value, _: form(value),
        say=lambda value, _context, _lang: str(value),
        schema=lambda _: schema,
    )


def number(
    name: str, low: int, high: int, parse: Callable[[str], int], say: Callable[[int, str], str], check: Checked = fine,
    doubt: Checked = fine,
) -> Kind:  # fmt: skip
    """Return a kind whose value is one whole number within bounds."""

    def form(value: object) -> int:
        return whole(value, low, high, f"a.{name}")

    return Kind(
        name,
        parse=lambda typed, _: form(parse(typed)),
        check=check,
        encode=lambda value, _: form(value),
        decode=lambda value, _: form(value),
        say=lambda value, _, lang: say(form(value), lang),
        schema=lambda _: whole_schema(low, high),
        doubt=doubt,
    )


def alike(
    name: str, parse: Callable[[str], object], form: Callable[[object], Value], say: Callable[[object, str], str],
    schema: Schema, check: Checked = fine, doubt: Checked = fine,
) -> Kind:  # fmt: skip
    """Return a kind whose value in memory is what goes to CBOR, and whose field has no say in it."""
    return Kind(
        name,
        parse=lambda typed, _: parse(typed),
        check=check,
        encode=lambda value, _: form(value),
        decode=lambda value, _: form(value),
        say=lambda value, _, lang: say(value, lang),
        schema=lambda _: schema,
        doubt=doubt,
    )


def one_line(value: object, limit: int, what: str, *, lines: bool = False) -> str:
    """Return a text that may stand in a form, of several `lines` where that is so, or raise `NotAllowed`."""
    if not isinstance(value, str):
        raise NotAllowed(Sentence("value.text", what=Sentence(what)))
    if len(value) > limit:
        raise NotAllowed(Sentence("value.too_long", what=Sentence(what), count=len(value), limit=limit))
    if not lines and ("\n" in value or "\t" in value):
        raise NotAllowed(Sentence("value.one_line", what=Sentence(what)))
    return check_text(value)


def whole(value: object, low: int, high: int, what: str) -> int:
    """Return a whole number within bounds, or raise `NotAllowed`; true and false are none."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise NotAllowed(Sentence("value.whole", what=Sentence(what)))
    if not low <= value <= high:
        raise NotAllowed(Sentence("value.bounds", what=Sentence(what), low=low, high=high))
    return value


def matching(value: object, pattern: re.Pattern[str], what: str) -> str:
    """Return a text of this pattern, or raise `NotAllowed`."""
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise NotAllowed(Sentence("value.is_no", value=f"{value!r:.80}", what=Sentence(what)))
    return value


def items(value: object, count: int, what: str) -> list[Value]:
    """Return a list of exactly `count` values, or raise `NotAllowed`."""
    if not isinstance(value, list | tuple) or len(value) != count:
        raise NotAllowed(Sentence("value.items", what=Sentence(what), count=count))
    return cast("list[Value]", list(value))


def one_of(value: object, allowed: Mapping[str, object], what: str) -> str:
    """Return a word out of a table, or raise `NotAllowed` with the words that there are."""
    if not isinstance(value, str) or value not in allowed:
        raise NotAllowed(
            Sentence("value.not_among", value=f"{value!r:.40}", what=Sentence(what), known=", ".join(allowed))
        )
    return value


def text_schema(most: int, pattern: re.Pattern[str] | None = None) -> Schema:
    """Return the schema of a text of up to `most` characters."""
    return {"type": "string", "maxLength": most} | ({"pattern": f"^(?:{pattern.pattern})$"} if pattern else {})


def whole_schema(low: int = -MAX_INTEGER, high: int = MAX_INTEGER) -> Schema:
    """Return the schema of a whole number."""
    return {"type": "integer", "minimum": low, "maximum": high}


def bytes_schema(least: int, most: int) -> Schema:
    """Return the schema of a byte string of so many bytes, which JSON writes in hexadecimal."""
    pattern = "^(?:[0-9a-f]{2})*$"
    return {"type": "string", "contentEncoding": "base16", "pattern": pattern, "minLength": 2 * least,
            "maxLength": 2 * most}  # fmt: skip


def row_schema(*parts: Schema) -> Schema:
    """Return the schema of a list that has exactly these parts, in this order."""
    return {"type": "array", "prefixItems": list(parts), "minItems": len(parts), "maxItems": len(parts)}


def list_schema(each: Schema, least: int, most: int) -> Schema:
    """Return the schema of a list of alike parts."""
    return {"type": "array", "items": each, "minItems": least, "maxItems": most}
