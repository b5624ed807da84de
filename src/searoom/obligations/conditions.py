"""Conditions in the Common Expression Language (CEL), checked when a pack is read and answered yes, no or not known.

The one room that knows the library. Rule 1: names and types are checked at load, with line and column. Rule 2: what
the library returns as a value of type ERROR (an overflow, a field that is missing) is *not known*, never yes or no.
Rule 3: a condition sees what was said (`fields`), who said it (`author`), what was *verified* and how many of m steps
are done; it sees no claim, no clock and no other state. The dialect's version stands in the pack, under its hash.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from searoom.errors import NotAllowed

try:
    from cel_expr_python import cel  # type: ignore[import-untyped,unused-ignore]  # it ships stubs, and no py.typed
except ImportError:  # the extra `conditions` is not installed: packs with conditions are refused, none is guessed
    cel = None

DIALECT: Final = "cel-1"
"""What a pack with conditions names: CEL's standard functions and macros, no extension, over the variables below."""
MAX_CONDITION: Final = 2000
VARIABLES: Final = ("fields", "author", "verified", "done")
"""`fields`: the entry that starts the duty; `author`: its party; `verified`: clause id to finding; `done`: to steps."""

_NAMED: Final = re.compile(r"""\b(verified|done)\s*\[\s*["']([^"']+)["']\s*\]""")
_FIELD: Final = re.compile(r"""\bfields(?:\.([A-Za-z_]\w*)|\[\s*["']([^"']+)["']\s*\])""")
_PLACE: Final = re.compile(r"<input>:(\d+):(\d+): (.*)")


class Condition:
    """One compiled condition; equal to another where its text is."""

    __slots__ = ("_compiled", "text")

    def __init__(self, text: str) -> None:
        """Compile `text`; raise `NotAllowed` with line and column for what does not fit, or without the library."""
        self.text = text
        self._compiled = _compile(text)

    def __eq__(self, other: object) -> bool:
        """Whether both are the same condition."""
        return isinstance(other, Condition) and self.text == other.text

    def __hash__(self) -> int:
        """Return the hash of its text."""
        return hash(self.text)

    def __repr__(self) -> str:
        """Return its text."""
        return f"Condition({self.text!r})"

    def clauses(self) -> tuple[str, ...]:
        """Return the clauses whose verified state or steps it asks for, each once."""
        return tuple(dict.fromkeys(name for _, name in _NAMED.findall(self.text)))

    def fields(self) -> tuple[str, ...]:
        """Return the fields of the entry that it asks for, each once."""
        return tuple(dict.fromkeys(first or second for first, second in _FIELD.findall(self.text)))

    def holds(
        self, *, fields: Mapping[str, object], author: str, verified: Mapping[str, str], done: Mapping[str, int]
    ) -> bool | None:
        """Return whether it holds; None where that is not known: a field is missing, a number overflows."""
        value = self._compiled({
            "fields": {name: _value(fields[name]) for name in self.fields() if name in fields}, "author": author,
            "verified": dict(verified), "done": dict(done),
        })  # fmt: skip
        return value if isinstance(value, bool) else None


def _value(item: object) -> object:
    """Return a field as CEL has values: lists for tuples, tables, whole numbers, bytes; anything else as its text."""
    if isinstance(item, Mapping):
        return {str(name): _value(each) for name, each in item.items()}
    if isinstance(item, tuple | list):
        return [_value(each) for each in item]
    return item if isinstance(item, str | int | bytes) else str(item)


def _compile(text: str) -> Callable[[Mapping[str, object]], object]:
    if len(text) > MAX_CONDITION:
        raise NotAllowed(f"a condition has at most {MAX_CONDITION} characters")
    if cel is None:
        raise NotAllowed(
            "conditions need the extra 'conditions', which is not installed here",
            advice="Install searoom[conditions]; a node without it does not guess what a condition means.",
        )
    try:
        expression = _environment().compile(text)
    except RuntimeError as error:
        raise NotAllowed(_sentence(str(error))) from None
    if expression.return_type() != cel.Type.BOOL:
        raise NotAllowed(f"a condition is true or false; this is {expression.return_type().name()}")

    def answer(data: Mapping[str, object]) -> object:
        value = expression.eval(data=dict(data))
        return None if value.type() == cel.Type.ERROR else value.plain_value()

    return answer


def _environment() -> Any:
    text, number, anything = cel.Type.STRING, cel.Type.INT, cel.Type.DYN
    return cel.NewEnv(
        variables={
            "fields": cel.Type.Map(text, anything),
            "author": text,
            "verified": cel.Type.Map(text, text),
            "done": cel.Type.Map(text, number),
        }
    )


def _sentence(problem: str) -> str:
    """Return the library's complaint as one sentence with line and column."""
    found = _PLACE.search(problem)
    if not found:
        return f"this is no condition: {problem.splitlines()[0]}"
    line, column, what = found.groups()
    return f"line {line}, column {column}: {what.removesuffix('.')}"
