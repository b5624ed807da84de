"""The OpenAPI document as a plain page."""

import json
import re

from searoom.console.api.reference import kind


def test_the_page_names_every_address_and_loads_nothing_of_others(program):
    """Each address and field of the document stands on the page; there is no script, and no address of another host."""
    document = json.loads(program.get("/api/openapi.json")[2])
    status, headers, text = program.get("/api/docs")

    assert (200, "text/html; charset=utf-8") == (status, headers["content-type"])
    assert [] == [path for path in document["paths"] if f"/api{path}" not in text]
    assert [] == [
        name
        for model in document["components"]["schemas"].values()
        for name in model.get("properties", {})
        if name not in text
    ]
    assert "<script" not in text
    assert [] == re.findall(r"https?://", text)
    assert "style=" not in text


def test_a_schema_in_a_few_words():
    """References, choices, lists and what may be nothing."""
    assert "Line" == kind({"$ref": "#/components/schemas/Line"})
    assert "list of string" == kind({"type": "array", "items": {"type": "string"}})
    assert "integer or null" == kind({"anyOf": [{"type": "integer"}, {"type": "null"}]})
    assert "json | kml" == kind({"enum": ["json", "kml"]})
