"""Kinds of field for words: texts, names, codes, choices, lists, references to entries, bytes, and personal data."""

import re
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Final

from searoom.cbor import Value
from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals.fieldkind import (
    Context,
    Kind,
    alike,
    bytes_schema,
    fine,
    items,
    list_schema,
    matching,
    not_blank,
    one_line,
    plain,
    row_schema,
    text_schema,
    whole,
    whole_schema,
)
from searoom.signals.lookalikes import doubtful
from searoom.signals.personal import (
    REFERENCE_SIZE,
    check_personal,
    looks_personal,
    parse_personal,
    personal_reference,
    say_personal,
)
from searoom.signals.quantities import MAX_INTEGER, parse_integer, plain_typed

MAX_TEXT: Final = 4000
MAX_WORDS: Final = 1000
MAX_NAME: Final = 64
MAX_LIST: Final = 16
MAX_INDEXES: Final = 256
MAX_BYTES: Final = 1 << 18
"""Bytes in a form are a signed draft with its body; the national log holds them."""

INNER: Final = "form"  # a field that holds another form, as its bytes; `forms` reads what is inside
CONTRIBUTION_SIZE: Final = 32
DIGEST_SIZE: Final = 32

_PARTY: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
_CODE: Final = re.compile(r"(?:YV1 )?[A-Z0-9](?:[A-Z0-9-]{0,6}[A-Z0-9])?")
_LOG: Final = re.compile(r"[a-z][a-z0-9-]{0,31}(?:\.(?:[2-9]|[1-9][0-9]{1,5}))?")
_REF: Final = re.compile(rf"({_LOG.pattern}) ?[#/] ?([0-9]{{1,10}})")
_KEY: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_FIELD: Final = re.compile(r"[a-z][a-z0-9_]{0,31}(?:\.[a-z][a-z0-9_]{0,31})?")
_TAG: Final = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?")
TAGGED: Final = re.compile(rf"\s*({_TAG.pattern})\s*[:：]\s*(.*)", re.DOTALL)
"""A text behind the tag of its language, as it is typed."""
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _text_form(value: object) -> str:
    return one_line(value, MAX_TEXT, "a.text", lines=True)


def _say_text(value: object, context: Context, lang: str) -> str:
    """Return the original words; where the reader's language is another, their language stands before them."""
    return _text_form(value) if context.lang == lang else f"[{context.lang}] {_text_form(value)}"


_TEXT: Final = Kind(
    "text",
    parse=lambda typed, _: _text_form(typed.strip()),
    check=not_blank,
    encode=lambda value, _: _text_form(value),
    decode=lambda value, _: _text_form(value),
    say=_say_text,
    schema=lambda _: text_schema(MAX_TEXT),
    doubt=lambda value, context: doubtful(str(value), context.lang),
)


def _tagged_form(value: object) -> tuple[str, str]:
    tag, text = items(value, 2, "a.text_with_its_language")
    return matching(tag, _TAG, "noun.language_tag"), _text_form(text)


def _tagged_parse(typed: str) -> tuple[str, str]:
    found = TAGGED.fullmatch(typed)
    if not found:
        raise NotAllowed(Sentence("name.no_language", typed=f"{typed:.40}"))
    return _tagged_form([found[1], found[2].strip()])


def _tagged_say(value: object, context: Context, lang: str) -> str:
    del context
    tag, text = _tagged_form(value)
    return text if tag == lang else f"[{tag}] {text}"


_TAGGED_KIND: Final = Kind(
    "tagged",
    parse=lambda typed, _: _tagged_parse(typed),
    check=lambda value, context: not_blank(_tagged_form(value)[1], context),
    encode=lambda value, _: _tagged_form(value),
    decode=lambda value, _: _tagged_form(value),
    say=_tagged_say,
    schema=lambda _: row_schema(text_schema(16, _TAG), text_schema(MAX_TEXT)),
    doubt=lambda value, _: doubtful(_tagged_form(value)[1], _tagged_form(value)[0][:2]),
)


def _line(name: str, limit: int, what: str) -> Kind:
    """Return a kind of one line; what reads otherwise than it is written is doubted."""
    made = plain(name, lambda value: one_line(value, limit, what), text_schema(limit))
    return Kind(
        made.name, made.parse, made.check, made.encode, made.decode, made.say, made.schema,
        doubt=lambda value, context: doubtful(str(value), context.lang) or looks_personal(str(value)),
    )  # fmt: skip


def _ref_form(value: object) -> tuple[str, int]:
    log, index = items(value, 2, "a.reference")
    return matching(log, _LOG, "noun.log"), whole(index, 0, MAX_INTEGER, "a.index")


def _ref_parse(typed: str) -> tuple[str, int]:
    found = _REF.fullmatch(plain_typed(typed))
    if not found:
        raise NotAllowed(Sentence("name.no_reference", typed=f"{typed:.40}"))
    return found[1], int(found[2])


# one of a list, several codes, parameters of a signal


def _choice_form(value: object, context: Context) -> str:
    if not isinstance(value, str) or value not in context.choices:
        raise NotAllowed(Sentence("name.not_one_of", value=f"{value!r:.40}", known=", ".join(context.choices)))
    return value


def _codes_form(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > MAX_LIST:
        raise NotAllowed(Sentence("name.codes", most=MAX_LIST))
    codes = tuple(matching(item, _CODE, "noun.code") for item in value)
    if len(set(codes)) != len(codes):
        raise NotAllowed(Sentence("name.code_twice"))
    return codes


def _names_form(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_LIST:
        raise NotAllowed(Sentence("name.names", most=MAX_LIST))
    names = tuple(matching(item, _FIELD, "noun.name_of_a_field") for item in value)
    if len(set(names)) != len(names):
        raise NotAllowed(Sentence("name.name_twice"))
    return names


def _parameters_form(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping) or len(value) > MAX_LIST:
        raise NotAllowed(Sentence("name.parameters", most=MAX_LIST))
    return {
        matching(name, _KEY, "noun.parameter"): one_line(item, MAX_NAME, "a.parameter") for name, item in value.items()
    }


def _parameters_parse(typed: str) -> dict[str, str]:
    pairs = [piece.partition("=") for piece in typed.split(",") if piece.strip()]
    if any(not equals for _, equals, _ in pairs):
        raise NotAllowed(Sentence("name.no_parameters", typed=f"{typed:.60}"))
    names = [name.strip() for name, _, _ in pairs]
    if len(set(names)) != len(names):
        raise NotAllowed(Sentence("name.parameter_twice"))
    return _parameters_form({name.strip(): value.strip() for name, _, value in pairs})


def _say_parameters(value: object, _lang: str) -> str:
    return ", ".join(f"{name} {item}" for name, item in sorted(_parameters_form(value).items()))


def _date_form(value: object) -> str:
    """Return a day as `2026-06-03`, or raise `NotAllowed` where there is no such day."""
    try:
        if isinstance(value, str) and date.fromisoformat(value).isoformat() == value:
            return value
    except ValueError:
        pass
    raise NotAllowed(Sentence("name.no_day", value=f"{value!r:.40}"))


def _bytes_form(value: object) -> bytes:
    if not isinstance(value, bytes) or len(value) > MAX_BYTES:
        raise NotAllowed(Sentence("name.bytes", most=MAX_BYTES))
    return value


def _bytes_parse(typed: str) -> bytes:
    try:
        return _bytes_form(bytes.fromhex(typed))
    except ValueError:
        raise NotAllowed(Sentence("name.no_hex")) from None


def _exactly(size: int, what: str, value: object) -> bytes:
    if not isinstance(value, bytes) or len(value) != size:
        raise NotAllowed(Sentence("name.exactly", size=size, what=Sentence(what)))
    return value


def _contribution(value: object) -> bytes:
    return _exactly(CONTRIBUTION_SIZE, "noun.random", value)


def _digest(value: object) -> bytes:
    return _exactly(DIGEST_SIZE, "noun.sha256", value)


def _indexes_form(value: object) -> tuple[int, ...]:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_INDEXES:
        raise NotAllowed(Sentence("name.indexes", most=MAX_INDEXES))
    found = tuple(whole(item, 0, MAX_INTEGER, "a.index") for item in value)
    if any(first >= second for first, second in pairwise(found)):
        raise NotAllowed(Sentence("name.ascending"))
    return found


def _split(typed: str) -> list[str]:
    return [piece.strip() for piece in typed.split(",") if piece.strip()]


def _coded(value: object) -> Value:
    return matching(value, _CODE, "noun.code_of_a_signal")


_CHOICE: Final = Kind(
    "choice",
    parse=lambda typed, context: _choice_form(typed.strip(), context),
    check=fine,
    encode=_choice_form,
    decode=_choice_form,
    say=lambda value, context, lang: context.choices[_choice_form(value, context)][lang],
    schema=lambda context: {"enum": list(context.choices)},
)


def _say_size(value: object, _lang: str) -> str:
    return f"{len(_bytes_form(value))} B"


KINDS: Final = (
    _TEXT,
    _TAGGED_KIND,
    plain("words", lambda value: one_line(value, MAX_WORDS, "noun.heard_words", lines=True), text_schema(MAX_WORDS)),
    _line("unit", MAX_NAME, "a.name_of_a_unit"),
    plain("person", lambda value: one_line(value, MAX_NAME, "a.person"), text_schema(MAX_NAME)),
    _line("line", MAX_NAME * 2, "a.short_text"),
    plain("party", lambda value: matching(value, _PARTY, "noun.party"), text_schema(32, _PARTY), fine),
    plain("log", lambda value: matching(value, _LOG, "noun.log"), text_schema(39, _LOG), fine),
    plain("code", _coded, text_schema(12, _CODE), fine),
    plain("date", _date_form, text_schema(10, _DATE) | {"format": "date"}, fine),
    _CHOICE,
    alike("ref", _ref_parse, _ref_form, lambda value, _: "{}/{}".format(*_ref_form(value)),
          row_schema(text_schema(39, _LOG), whole_schema(0))),
    alike("codes", lambda typed: _codes_form(_split(typed)), _codes_form,
          lambda value, _: ", ".join(_codes_form(value)), list_schema(text_schema(12, _CODE), 0, MAX_LIST)),
    alike("names", lambda typed: _names_form(_split(typed)), _names_form,
          lambda value, _: ", ".join(_names_form(value)), list_schema(text_schema(65, _FIELD), 1, MAX_LIST)),
    alike("indexes", lambda typed: _indexes_form([parse_integer(each) for each in _split(typed)]), _indexes_form,
          lambda value, _: ", ".join(map(str, _indexes_form(value))),
          list_schema(whole_schema(0), 1, MAX_INDEXES)),
    alike("bytes", _bytes_parse, _bytes_form, _say_size, bytes_schema(0, MAX_BYTES)),
    alike(INNER, _bytes_parse, _bytes_form, _say_size, bytes_schema(0, MAX_BYTES)),
    alike("contribution", lambda typed: _contribution(_bytes_parse(typed)), _contribution,
          lambda _value, _: f"({CONTRIBUTION_SIZE} B)", bytes_schema(CONTRIBUTION_SIZE, CONTRIBUTION_SIZE)),
    alike("digest", lambda typed: _digest(_bytes_parse(typed)), _digest,
          lambda value, _: f"SHA-256 {_digest(value).hex()}", bytes_schema(DIGEST_SIZE, DIGEST_SIZE)),
    alike("personal", parse_personal, personal_reference, say_personal, bytes_schema(REFERENCE_SIZE, REFERENCE_SIZE),
          check=lambda value, _: check_personal(value)),
    alike("parameters", _parameters_parse, _parameters_form, _say_parameters,
          {"type": "object", "maxProperties": MAX_LIST, "additionalProperties": text_schema(MAX_NAME)}),
)  # fmt: skip
