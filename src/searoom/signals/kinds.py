"""The kinds of field that a form may have, one row each: how it is typed, checked, encoded and read out.

Rule 1: inside a form there are only whole numbers: millimetres, microseconds, millidegrees, 1e-7 degrees.
Rule 2: `encode` writes what `decode` reads, and each refuses what is not of its kind.
Rule 3: a distance is never said finer than its error.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Final, cast

from searoom.cbor import Value, check_text
from searoom.clock import from_text as time_from_text
from searoom.clock import to_text as time_to_text
from searoom.errors import NotAllowed
from searoom.signals.personal import check_personal, parse_personal, personal_reference, say_personal
from searoom.signals.quantities import (
    check_position,
    parse_angle,
    parse_distance,
    parse_duration,
    parse_length,
    parse_position,
    parse_speed,
    say_angle,
    say_distance,
    say_duration,
    say_length,
    say_position,
    say_speed,
)

MAX_TEXT: Final = 4000
MAX_WORDS: Final = 1000
MAX_NAME: Final = 64
MAX_LIST: Final = 16
MAX_INDEXES: Final = 256
MAX_INTEGER: Final = 2**53
"""Whole numbers stay within what every language's numbers hold exactly."""
MAX_BYTES: Final = 1 << 18
"""Bytes in a form are a signed draft with its body; the national log holds them."""
_LENGTH_MM: Final = 10**12
MIN_TIME_US: Final = 946_684_800_000_000
MAX_TIME_US: Final = 4_102_444_800_000_000
"""Times of forms lie between the years 2000 and 2100; anything else is a slip of the clock or the pen."""

INNER: Final = "form"  # a field that holds another form, as its bytes; `forms` reads what is inside
CONTRIBUTION_SIZE: Final = 32

_PARTY: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
_CODE: Final = re.compile(r"(?:YV1 )?[A-Z0-9](?:[A-Z0-9-]{0,6}[A-Z0-9])?")
_LOG: Final = re.compile(r"[a-z][a-z0-9-]{0,31}(?:\.(?:[2-9]|[1-9][0-9]{1,5}))?")
_REF: Final = re.compile(rf"({_LOG.pattern}) ?[#/] ?(\d{{1,10}})")
_KEY: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class Context:
    """What a kind may need to know of its field: the choices with their labels, and the writer's language."""

    choices: Mapping[str, Mapping[str, str]]
    lang: str = "en"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of field.

    `parse(typed, context)` reads what a person types; `check(value, context)` returns a sentence about weak
    content, or nothing; `encode` and `decode` go to CBOR values and back and raise `NotAllowed` for another kind;
    `say(value, context, lang)` is how it reads.
    """

    name: str
    parse: Callable[[str, Context], object]
    check: Callable[[object, Context], str]
    encode: Callable[[object, Context], Value]
    decode: Callable[[Value, Context], object]
    say: Callable[[object, Context, str], str]


def _line(value: object, limit: int, what: str, *, lines: bool = False) -> str:
    """Return a text that may stand in a form, or raise `NotAllowed`."""
    if not isinstance(value, str):
        raise NotAllowed(f"{what} must be text")
    if len(value) > limit:
        raise NotAllowed(f"{what} has {len(value)} characters; {limit} are allowed")
    if not lines and ("\n" in value or "\t" in value):
        raise NotAllowed(f"{what} must be one line")
    return check_text(value)


def _whole(value: object, low: int, high: int, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise NotAllowed(f"{what} must be a whole number")
    if not low <= value <= high:
        raise NotAllowed(f"{what} must lie between {low} and {high}")
    return value


def _matching(value: object, pattern: re.Pattern[str], what: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise NotAllowed(f"{value!r:.80} is no {what}")
    return value


def _fine(_value: object, _context: Context) -> str:
    return ""


def _not_blank(value: object, _context: Context) -> str:
    return "" if str(value).strip() else "nothing is written here"


def _plain(name: str, form: Callable[[object], Value], check: Callable[[object, Context], str] = _not_blank) -> Kind:
    """Return a kind whose value is itself one text."""
    return Kind(
        name,
        parse=lambda typed, _: form(typed.strip()),
        check=check,
        encode=lambda value, _: form(value),
        decode=lambda value, _: form(value),
        say=lambda value, _context, _lang: str(value),
    )


def _number(
    name: str, low: int, high: int, parse: Callable[[str], int], say: Callable[[int, str], str],
    check: Callable[[object, Context], str] = _fine,
) -> Kind:  # fmt: skip
    """Return a kind whose value is one whole number within bounds."""

    def form(value: object) -> int:
        return _whole(value, low, high, f"a {name}")

    return Kind(
        name,
        parse=lambda typed, _: form(parse(typed)),
        check=check,
        encode=lambda value, _: form(value),
        decode=lambda value, _: form(value),
        say=lambda value, _, lang: say(form(value), lang),
    )


def _text_form(value: object) -> str:
    return _line(value, MAX_TEXT, "a text", lines=True)


def _say_text(value: object, context: Context, lang: str) -> str:
    """Return the original words; where the reader's language is another, their language stands before them."""
    return _text_form(value) if context.lang == lang else f"[{context.lang}] {_text_form(value)}"


_TEXT: Final = Kind(
    "text",
    parse=lambda typed, _: _text_form(typed.strip()),
    check=_not_blank,
    encode=lambda value, _: _text_form(value),
    decode=lambda value, _: _text_form(value),
    say=_say_text,
)


def _items(value: object, count: int, what: str) -> list[Value]:
    if not isinstance(value, list | tuple) or len(value) != count:
        raise NotAllowed(f"{what} must be {count} items")
    return cast("list[Value]", list(value))


# position, distance, reference


def _position_form(value: object) -> tuple[int, int]:
    lat, lon = _items(value, 2, "a position")
    return check_position(cast("int", lat), cast("int", lon))


def _position_check(value: object, _: Context) -> str:
    return "latitude and longitude are both zero, which is what an unset receiver says" if value == (0, 0) else ""


def _distance_form(value: object) -> tuple[int, int]:
    length, error = _items(value, 2, "a distance")
    return _whole(length, 0, _LENGTH_MM, "a distance"), _whole(error, 0, _LENGTH_MM, "an error")


def _distance_check(value: object, _: Context) -> str:
    return weak_distance(_distance_form(value)[1])


def weak_distance(error_mm: int) -> str:
    """Return what is weak about a measured distance, in a sentence, or nothing; an error may exceed its value."""
    return "" if error_mm else "a measurement without an error is no measurement"


def _ref_form(value: object) -> tuple[str, int]:
    log, index = _items(value, 2, "a reference")
    return _matching(log, _LOG, "log"), _whole(index, 0, MAX_INTEGER, "an index")


def _ref_parse(typed: str) -> tuple[str, int]:
    found = _REF.fullmatch(typed.strip())
    if not found:
        raise NotAllowed(f"'{typed:.40}' is no reference", advice="Write the party and the number, such as amber/12.")
    return found[1], int(found[2])


# one of a list, several codes, parameters of a signal


def _choice_form(value: object, context: Context) -> str:
    if not isinstance(value, str) or value not in context.choices:
        raise NotAllowed(f"{value!r:.40} is not one of {', '.join(context.choices)}")
    return value


def _codes_form(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > MAX_LIST:
        raise NotAllowed(f"codes must be a list of at most {MAX_LIST}")
    codes = tuple(_matching(item, _CODE, "code") for item in value)
    if len(set(codes)) != len(codes):
        raise NotAllowed("a code stands twice in the list")
    return codes


def _parameters_form(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping) or len(value) > MAX_LIST:
        raise NotAllowed(f"parameters must be a table of at most {MAX_LIST}")
    return {_matching(name, _KEY, "parameter"): _line(item, MAX_NAME, "a parameter") for name, item in value.items()}


def _parameters_parse(typed: str) -> dict[str, str]:
    pairs = [piece.partition("=") for piece in typed.split(",") if piece.strip()]
    if any(not equals for _, equals, _ in pairs):
        raise NotAllowed(f"'{typed:.60}' is no list of parameters", advice="Write them like course=045, speed=10.")
    names = [name.strip() for name, _, _ in pairs]
    if len(set(names)) != len(names):
        raise NotAllowed("a parameter stands twice in the list")
    return _parameters_form({name.strip(): value.strip() for name, _, value in pairs})


def _integer_parse(typed: str) -> int:
    if not re.fullmatch(r"-?\d{1,15}", typed.strip()):
        raise NotAllowed(f"'{typed:.40}' is no whole number")
    return int(typed)


def _say_number(value: int, _lang: str) -> str:
    return str(value)


def _say_time(value: int, _lang: str) -> str:
    return time_to_text(value)


def _date_form(value: object) -> str:
    """Return a day as `2026-06-03`, or raise `NotAllowed` where there is no such day."""
    try:
        if isinstance(value, str) and date.fromisoformat(value).isoformat() == value:
            return value
    except ValueError:
        pass
    raise NotAllowed(f"{value!r:.40} is no day", advice="Write it like 2026-06-03.")


def _bytes_form(value: object) -> bytes:
    if not isinstance(value, bytes) or len(value) > MAX_BYTES:
        raise NotAllowed(f"bytes of at most {MAX_BYTES} are needed here")
    return value


def _bytes_parse(typed: str) -> bytes:
    try:
        return _bytes_form(bytes.fromhex(typed))
    except ValueError:
        raise NotAllowed("these are no bytes in hexadecimal") from None


def _indexes_form(value: object) -> tuple[int, ...]:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_INDEXES:
        raise NotAllowed(f"1 to {MAX_INDEXES} indexes are needed here")
    found = tuple(_whole(item, 0, MAX_INTEGER, "an index") for item in value)
    if any(first >= second for first, second in pairwise(found)):
        raise NotAllowed("indexes stand in ascending order, each once")
    return found


def _contribution(value: object) -> bytes:
    if not isinstance(value, bytes) or len(value) != CONTRIBUTION_SIZE:
        raise NotAllowed(f"exactly {CONTRIBUTION_SIZE} random bytes are needed here")
    return value


def _upper_code(value: object) -> str:
    return _matching(value, _CODE, "code of a signal")


_KINDS: Final = (
    _TEXT,
    _plain("words", lambda value: _line(value, MAX_WORDS, "heard words", lines=True)),
    _plain("unit", lambda value: _line(value, MAX_NAME, "the name of a unit")),
    _plain("person", lambda value: _line(value, MAX_NAME, "a person")),
    _plain("line", lambda value: _line(value, MAX_NAME * 2, "a short text")),
    _plain("party", lambda value: _matching(value, _PARTY, "party"), _fine),
    _plain("log", lambda value: _matching(value, _LOG, "log"), _fine),
    _plain("code", _upper_code, _fine),
    _plain("date", _date_form, _fine),
    _number("count", 0, MAX_INTEGER, _integer_parse, _say_number),
    _number("integer", -MAX_INTEGER, MAX_INTEGER, _integer_parse, _say_number),
    _number("time", MIN_TIME_US, MAX_TIME_US, time_from_text, _say_time),
    _number("duration", -(10**15), 10**15, parse_duration, say_duration),
    _number("length", 0, _LENGTH_MM, parse_length, say_length),
    _number("speed", 0, 10**7, parse_speed, say_speed),
    _number("angle", 0, 359_999, parse_angle, say_angle),
    Kind("position", lambda typed, _: parse_position(typed), _position_check, lambda value, _: _position_form(value),
         lambda value, _: _position_form(value), lambda value, _, _lang: say_position(*_position_form(value))),
    Kind("distance", lambda typed, _: parse_distance(typed), _distance_check, lambda value, _: _distance_form(value),
         lambda value, _: _distance_form(value), lambda value, _, lang: say_distance(*_distance_form(value), lang)),
    Kind("ref", lambda typed, _: _ref_parse(typed), _fine, lambda value, _: _ref_form(value),
         lambda value, _: _ref_form(value), lambda value, _, _lang: "{}/{}".format(*_ref_form(value))),
    Kind("choice", lambda typed, context: _choice_form(typed.strip(), context), _fine, _choice_form, _choice_form,
         lambda value, context, lang: context.choices[_choice_form(value, context)][lang]),
    Kind("codes", lambda typed, _: _codes_form([c.strip() for c in typed.split(",") if c.strip()]), _fine,
         lambda value, _: _codes_form(value), lambda value, _: _codes_form(value),
         lambda value, _, _lang: ", ".join(_codes_form(value))),
    Kind("indexes", lambda typed, _: _indexes_form([_integer_parse(c.strip()) for c in typed.split(",") if c.strip()]),
         _fine, lambda value, _: _indexes_form(value), lambda value, _: _indexes_form(value),
         lambda value, _, _lang: ", ".join(map(str, _indexes_form(value)))),
    Kind("bytes", lambda typed, _: _bytes_parse(typed), _fine, lambda value, _: _bytes_form(value),
         lambda value, _: _bytes_form(value), lambda value, _, _lang: f"{len(_bytes_form(value))} B"),
    Kind(INNER, lambda typed, _: _bytes_parse(typed), _fine, lambda value, _: _bytes_form(value),
         lambda value, _: _bytes_form(value), lambda value, _, _lang: f"{len(_bytes_form(value))} B"),
    Kind("contribution", lambda typed, _: _contribution(_bytes_parse(typed)), _fine,
         lambda value, _: _contribution(value), lambda value, _: _contribution(value),
         lambda _value, _, _lang: f"({CONTRIBUTION_SIZE} B)"),
    Kind("personal", lambda typed, _: parse_personal(typed), lambda value, _: check_personal(value),
         lambda value, _: personal_reference(value), lambda value, _: personal_reference(value),
         lambda value, _, lang: say_personal(value, lang)),
    Kind("parameters", lambda typed, _: _parameters_parse(typed), _fine, lambda value, _: _parameters_form(value),
         lambda value, _: _parameters_form(value),
         lambda value, _, _lang: ", ".join(f"{name} {item}" for name, item in sorted(_parameters_form(value).items()))),
)  # fmt: skip

FIELD_KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.name: kind for kind in _KINDS})
"""Every kind of field there is; a new one is one row above."""
