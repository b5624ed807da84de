"""A form as JSON Schema (draft 2020-12), and a filled-in form as the JSON that fits it: for pages and programs.

Made from `FIELD_KINDS` and the form's table alone. The JSON is the form's CBOR value by value; byte strings are
hexadecimal. What the schema lets through, `from_json` still reads with the form's own decoder.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from searoom import cbor
from searoom.cbor import Value
from searoom.errors import NotAllowed
from searoom.signals.fieldkind import Context, Schema
from searoom.signals.forms import CHANNELS, FIELD_KINDS, FORMAT, PRECEDENCES, Filled, Form, FormBook, decode, encode
from searoom.signals.tables import LANGUAGES

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_NAMES: Final = ("format", "form", "version", "channel", "precedence", "lang", "fields", "reply_to")
"""The names of the keys 0 to 7 of a form's CBOR map (`docs/formats/forms.md`)."""


def form_schema(form: Form, lang: str = "en") -> Schema:
    """Return the JSON Schema of a filled-in form, with titles in `lang`; its rules stand beside as `x-` keywords."""
    if lang not in LANGUAGES:
        raise NotAllowed(f"'{lang:.16}' is no language here; there are {', '.join(LANGUAGES)}")
    fields: Schema = {
        "type": "object",
        "properties": {each.name: _field(form, each.name, lang) for each in form.fields},
        "required": [each.name for each in form.fields if each.required],
        "additionalProperties": False,
    }
    if form.one_of:
        fields["anyOf"] = [{"required": [name]} for name in form.one_of]
    ref = FIELD_KINDS["ref"].schema(Context({}))
    return {
        "$schema": DRAFT,
        "title": form.title[lang],
        "type": "object",
        "properties": {
            "format": {"const": FORMAT},
            "form": {"const": form.name},
            "version": _version(form),
            "channel": {"enum": [name for name in CHANNELS if name in form.channels]},
            "precedence": {"enum": list(PRECEDENCES)},
            "lang": {"enum": list(LANGUAGES)},
            "fields": fields,
            "reply_to": ref if form.answers else {"anyOf": [{"type": "null"}, ref]},
        },
        "required": list(_NAMES),
        "additionalProperties": False,
        "x-visibility": form.visibility,
        "x-persons": form.release_persons,
        "x-rules": form.rules_version,
    }


def _version(form: Form) -> Schema:
    """Return which versions are read: a new one is written alone, and older ones are in records."""
    if form.oldest == form.version:
        return {"const": form.version}
    return {"enum": list(range(form.oldest, form.version + 1))}


def _field(form: Form, name: str, lang: str) -> Schema:
    each = form.field(name)
    kind = FIELD_KINDS[each.kind]
    made = {**kind.schema(Context(each.choices)), "title": each.label[lang], "x-kind": each.kind}
    if each.choices:
        made["x-labels"] = {key: words[lang] for key, words in each.choices.items()}
    if each.clause:
        made["x-clause"] = each.clause
    return made


def to_json(filled: Filled, book: FormBook) -> dict[str, object]:
    """Return a filled-in form as JSON values; raise `NotAllowed` for what has no bytes."""
    whole = cast("Mapping[int, Value]", cbor.decode(encode(filled, book)))
    return {name: _plain(whole[key]) for key, name in enumerate(_NAMES)}


def from_json(given: object, book: FormBook) -> Filled:
    """Return the form that JSON values say; raise `NotAllowed` for anything that is no whole form of this book."""
    if not isinstance(given, Mapping) or set(given) != set(_NAMES):
        raise NotAllowed(f"a form in JSON has exactly the names {', '.join(_NAMES)}")
    items = cast("Mapping[str, Any]", given)
    form = book.form(items["form"] if isinstance(items["form"], str) else repr(items["form"]))
    fields = cast("Schema", form_schema(form)["properties"])["fields"]
    values = {**items, "fields": _coded(items["fields"], cast("Schema", fields))}
    try:
        content = cbor.encode({key: cast("Value", values[name]) for key, name in enumerate(_NAMES)})
    except (TypeError, ValueError) as fault:
        raise NotAllowed(f"these JSON values are no form: {fault}") from None
    return decode(content, book)


def _plain(value: Value) -> object:
    match value:
        case bytes():
            return value.hex()
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    return value


def _coded(value: object, schema: Schema) -> object:
    """Return JSON values with byte strings where their schema has them; whatever else is wrong, the decoder says."""
    match value:
        case str() if schema.get("contentEncoding") == "base16":
            try:
                return bytes.fromhex(value)
            except ValueError:
                raise NotAllowed(f"'{value:.24}' is no byte string in hexadecimal") from None
        case Mapping():
            rows = cast("Mapping[str, Schema]", schema.get("properties", {}))
            return {name: _coded(item, rows.get(str(name), {})) for name, item in value.items()}
        case list() | tuple():
            parts = cast("Sequence[Schema]", schema.get("prefixItems", ()))
            each = cast("Schema", schema.get("items", {}))
            return [_coded(item, parts[at] if at < len(parts) else each) for at, item in enumerate(value)]
    return value
