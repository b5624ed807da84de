"""JSON Schema and JSON of forms: made from the kinds alone, and agreeing with the decoder on what is a form."""

import copy
import json
import re
from pathlib import Path

import pytest

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.signals import forms
from searoom.signals.forms import FIELD_KINDS
from searoom.signals.kinds import Context
from searoom.signals.schema import DRAFT, form_schema, from_json, to_json
from signals.test_forms import NAMES, example
from signals.test_kinds import CONTEXT, TYPED

BOOK = forms.load()
VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "field-kinds.json").read_text(encoding="utf-8"))


def fits(value, schema):
    """Tell whether a value fits a schema: the few keywords that are used here, by the standard's words."""
    known = {
        "$schema", "title", "type", "properties", "required", "additionalProperties", "anyOf", "oneOf", "enum", "const",
        "items", "prefixItems", "minItems", "maxItems", "minimum", "maximum", "maxLength", "minLength", "pattern",
        "contentEncoding", "format", "maxProperties",
    }  # fmt: skip
    assert all(key in known or key.startswith("x-") for key in schema), set(schema) - known
    types = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None)}
    if "type" in schema and (not isinstance(value, types[schema["type"]]) or isinstance(value, bool)):
        return False
    checks = [
        "enum" not in schema or value in schema["enum"],
        "const" not in schema or value == schema["const"],
        "anyOf" not in schema or any(fits(value, one) for one in schema["anyOf"]),
        "oneOf" not in schema or 1 == sum(fits(value, one) for one in schema["oneOf"]),
    ]
    if isinstance(value, str):
        checks += [schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**9)]
        checks += ["pattern" not in schema or bool(re.search(schema["pattern"], value))]
    if isinstance(value, int) and not isinstance(value, bool):
        checks += [schema.get("minimum", value) <= value <= schema.get("maximum", value)]
    if isinstance(value, list):
        first = schema.get("prefixItems", [])
        checks += [schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**9)]
        checks += [
            fits(item, first[at] if at < len(first) else schema.get("items", {})) for at, item in enumerate(value)
        ]
    if isinstance(value, dict):
        rows, more = schema.get("properties", {}), schema.get("additionalProperties", {})
        checks += [set(schema.get("required", [])) <= set(value), len(value) <= schema.get("maxProperties", 10**9)]
        checks += [
            fits(item, rows[key]) if key in rows else more is not False and fits(item, more)
            for key, item in value.items()
        ]
    return all(checks)


@pytest.mark.parametrize("name", NAMES)
def test_every_form_fits_its_schema_and_comes_back(name):
    """A form with all its fields goes to JSON text and back, and fits the schema in each language."""
    filled = example(name)
    given = json.loads(json.dumps(to_json(filled, BOOK)))
    assert filled == from_json(given, BOOK)
    for lang in ("en", "ja", "zh"):
        schema = json.loads(json.dumps(form_schema(BOOK.form(name), lang)))
        assert fits(given, schema)
        assert (DRAFT, BOOK.form(name).title[lang]) == (schema["$schema"], schema["title"])
        assert all(not fits({**given, key: 5.5}, schema) for key in given)
    for each in BOOK.form(name).fields:
        if each.required:
            less = copy.deepcopy(given)
            del less["fields"][each.name]
            assert not fits(less, schema)


@pytest.mark.parametrize("row", VECTORS["kinds"], ids=lambda row: f"{row['kind']}-{row['cbor'][:8]}")
def test_the_vectors_of_the_kinds(row):
    """What is typed has these bytes and this JSON, and the JSON fits the schema of the kind."""
    kind = FIELD_KINDS[row["kind"]]
    value = kind.parse(row["typed"], CONTEXT)
    assert row["cbor"] == cbor.encode(kind.encode(value, CONTEXT)).hex()
    assert value == kind.decode(cbor.decode(bytes.fromhex(row["cbor"])), CONTEXT)
    assert fits(row["json"], kind.schema(CONTEXT))


def test_every_kind_has_a_vector():
    """Whoever writes a second implementation can try each kind; two of them hold bytes that commands make."""
    assert set(FIELD_KINDS) - {"form", "personal"} == {row["kind"] for row in VECTORS["kinds"]}


@pytest.mark.parametrize("row", VECTORS["refused"], ids=lambda row: f"{row['kind']}-{row['cbor'][:12]}")
def test_the_vectors_that_are_refused(row):
    """These bytes are of no such kind."""
    with pytest.raises(NotAllowed):
        FIELD_KINDS[row["kind"]].decode(cbor.decode(bytes.fromhex(row["cbor"])), CONTEXT)


@pytest.mark.parametrize("row", VECTORS["forms"], ids=lambda row: row["form"])
def test_the_vectors_of_forms(row):
    """Whole forms: bytes to JSON, JSON to the same bytes."""
    filled = forms.decode(bytes.fromhex(row["cbor"]), BOOK)
    assert row["json"] == to_json(filled, BOOK)
    assert row["cbor"] == forms.encode(from_json(row["json"], BOOK), BOOK).hex()


@pytest.mark.parametrize("name", sorted(set(TYPED) - {"personal"}))
def test_what_the_schema_refuses_the_decoder_refuses(name):
    """A value of another shape fits neither."""
    kind = FIELD_KINDS[name]
    for value in (True, 1.5, None, {"a": 1}, [[1]], "\n\n" * 3000, -(2**60)):
        if not fits(value, kind.schema(CONTEXT)):
            with pytest.raises(NotAllowed):
                kind.decode(value, CONTEXT)


def test_a_page_reads_labels_and_clauses_from_it():
    """Choices with their words, the clause that asks, who may see it and how many persons it takes."""
    schema = form_schema(BOOK.form("measurement"), "ja")
    method = schema["properties"]["fields"]["properties"]["method"]
    assert ("方法", "レーダー", "measurement: method") == (
        method["title"],
        method["x-labels"]["radar"],
        method["x-clause"],
    )
    assert ("shared", 2, 1) == (schema["x-visibility"], schema["x-persons"], schema["x-rules"])
    with pytest.raises(NotAllowed, match="no language"):
        form_schema(BOOK.form("read"), "ru")


@pytest.mark.parametrize(
    "change",
    [
        {"form": "gossip"}, {"form": 5}, {"format": 2}, {"fields": {"colour": 1}}, {"fields": []}, {"lang": "ru"}, {"reply_to": "coral/3"},
        {"fields": {"fields": ["a"], "question": 1.5}}, {"fields": {"fields": [None]}}, {"more": 1},
    ],
)  # fmt: skip
def test_refuses_json_that_is_no_form(change):
    """Whatever a page or a program sends, it is a whole form or refused."""
    whole = next(row["json"] for row in VECTORS["forms"] if row["form"] == "clarification")
    with pytest.raises(NotAllowed):
        from_json({**whole, **change}, BOOK)
    with pytest.raises(NotAllowed):
        from_json([], BOOK)


def test_refuses_a_byte_string_that_is_none():
    """Hexadecimal, and of the length that the kind has."""
    row = next(row["json"] for row in VECTORS["forms"] if row["form"] == "observed-act")
    for text in ("xy" * 32, "0f"):
        given = copy.deepcopy(row)
        given["fields"]["evidence"]["hash"] = text
        with pytest.raises(NotAllowed):
            from_json(given, BOOK)
        assert not fits(text, FIELD_KINDS["digest"].schema(Context({})))


def test_the_schema_has_each_version_that_is_read():
    """A program that checks by the schema takes an older version of a form too, where it is still read."""
    book = forms.load()
    assert {"enum": [1, 2]} == form_schema(book.form("exercise-notice"))["properties"]["version"]
    assert {"const": 1} == form_schema(book.form("read"))["properties"]["version"]
