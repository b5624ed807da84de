"""The OpenAPI document as one plain page: no script, and nothing that is not ours."""

from collections.abc import Iterator, Mapping
from typing import Any

from searoom.console.asked import PACKAGE
from searoom.review.templating import environment

Table = Mapping[str, Any]


def page(document: Table) -> str:
    """Return the page: each address with its parameters and what it answers, then each kind of answer."""
    models: Table = document["components"]["schemas"]
    return environment(PACKAGE).get_template("api/reference.html").render(
        title=document["info"]["title"], version=document["info"]["version"], about=document["info"]["description"],
        routes=list(_routes(document)), besides=list(_besides(document)),
        models=[(name, _model(held)) for name, held in sorted(models.items())],
    )  # fmt: skip


def _routes(document: Table) -> Iterator[dict[str, Any]]:
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            yield {
                "method": method.upper(),
                "path": f"/api{path}",
                "about": told.get("description", ""),
                "parameters": [_parameter(one) for one in told.get("parameters", ())],
                "answers": list(_media(told["responses"]["200"])),
            }


def _besides(document: Table) -> Iterator[tuple[str, str]]:
    """Yield what every address can answer besides what it is asked for."""
    first: Table = next(iter(document["paths"].values()))["get"]["responses"]
    yield from ((code, answer["description"]) for code, answer in first.items() if code != "200")


def _parameter(one: Table) -> dict[str, str]:
    held = one["schema"]
    return {"name": one["name"], "where": one["in"], "kind": kind(held), "about": one.get("description", "")}


def _media(answer: Table) -> Iterator[str]:
    for media, held in answer.get("content", {}).items():
        told = kind(held.get("schema", {}))
        yield f"{media}: {told}" if told else media


def _model(held: Table) -> dict[str, Any]:
    rows = [
        {"name": name, "kind": kind(one), "about": one.get("description", "")}
        for name, one in held.get("properties", {}).items()
    ]
    return {"about": held.get("description", ""), "rows": rows}


def kind(held: Table) -> str:
    """Return a schema in a few words."""
    if "$ref" in held:
        return str(held["$ref"]).rpartition("/")[2]
    if "anyOf" in held:
        return " or ".join(kind(one) for one in held["anyOf"])
    if "enum" in held:
        return " | ".join(map(str, held["enum"]))
    if held.get("type") == "array":
        return f"list of {kind(held.get('items', {}))}"
    return str(held.get("type", ""))
