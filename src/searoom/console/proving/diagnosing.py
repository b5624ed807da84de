"""The bytes of an entry as people can follow them: CBOR diagnostic notation (RFC 8949, 8), line by line and explained.

What is signed stands inside byte strings. They are opened here where the format says what is in them; the bytes
themselves are the proof, and nothing here is part of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.sentences import Sentence

LONG: Final = 48  # bytes of a string that are shown; its length is said in any case
_HEADER: Final = {1: "alg", 4: "kid"}
_STATEMENT: Final = {
    0: "version", 1: "mechanism", 2: "exercise", 3: "author", 4: "recipients", 5: "body hash", 6: "plain hash",
    7: "claimed, microseconds", 8: "holds until", 9: "kind",
}  # fmt: skip
_ENTRY: Final = {
    0: "version", 1: "log", 2: "index", 3: "height", 4: "heard", 5: "released: COSE_Sign", 6: "placed, microseconds",
}  # fmt: skip
_SIGN1: Final = ("protected header", "unprotected header", "what the station signs", "signature of the station")
_SIGN: Final = ("protected header", "unprotected header", "what the persons sign", "signatures of the persons")
_SIGNATURE: Final = ("protected header", "unprotected header", "signature")
_HEARD: Final = ("log", "size", "root")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: how deep, the value as notation, and what it is by docs/formats/entry.md."""

    depth: int
    text: str
    what: str = ""


def lines(entry: bytes) -> tuple[Line, ...]:
    """Return the lines of an entry's bytes; of what is no entry, one line that says so."""
    try:
        return tuple(_sign1(cbor.decode(entry, max_bytes=len(entry))))
    except NotAllowed as fault:
        return (Line(0, f"h'{entry[:LONG].hex()}'", fault.sentence),)


def hexdump(data: bytes) -> str:
    """Return bytes as people compare them: the place, 16 bytes, and the letters among them."""
    rows = []
    for at in range(0, len(data), 16):
        part = data[at : at + 16]
        letters = "".join(chr(each) if 32 <= each < 127 else "." for each in part)
        rows.append(f"{at:06x}  {part.hex(' '):<47}  {letters}")
    return "\n".join(rows)


def _sign1(value: cbor.Value) -> Iterator[Line]:
    yield Line(0, "[", "COSE_Sign1")
    for what, each in zip(_SIGN1, _items(value, 4), strict=True):
        inner = _HEADER if what == _SIGN1[0] else _ENTRY if what == _SIGN1[2] else None
        yield from _opened(each, inner, what, 1)
    yield Line(0, "]")


def _opened(
    value: cbor.Value, names: Mapping[int, str] | None, what: str, depth: int, before: str = ""
) -> Iterator[Line]:
    """Yield a byte string with what is in it, where the format says that it is a map with these names."""
    if names is None or not isinstance(value, bytes) or not value:
        yield Line(depth, before + _text(value), what)
        return
    inside = cbor.decode(value, max_bytes=len(value))
    yield Line(depth, f"{before}<<  / {len(value)} bytes /", what)
    if isinstance(inside, Mapping):
        yield from _map(inside, names, depth + 1)
    else:
        yield from _sign(inside, depth + 1)
    yield Line(depth, ">>")


def _map(value: Mapping[Any, cbor.Value], names: Mapping[int, str], depth: int) -> Iterator[Line]:
    yield Line(depth, "{")
    for key, each in value.items():
        what = names.get(key, "") if isinstance(key, int) else ""
        if names is _ENTRY and key == 5:
            yield from _opened(each, {}, what, depth + 1, f"{key}: ")
        elif names is _ENTRY and key == 4:
            yield Line(depth + 1, f"{key}: [", what)
            for row in _items(each):
                yield Line(depth + 2, ", ".join(map(_text, _items(row, 3))), ", ".join(_HEARD))
            yield Line(depth + 1, "]")
        else:
            yield Line(depth + 1, f"{key}: {_text(each)}", what)
    yield Line(depth, "}")


def _sign(value: cbor.Value, depth: int) -> Iterator[Line]:
    parts = _items(value, 4)
    yield Line(depth, "[", "COSE_Sign")
    for what, each in zip(_SIGN[:3], parts[:3], strict=True):
        yield from _opened(each, _STATEMENT if what == _SIGN[2] else None, what, depth + 1)
    yield Line(depth + 1, "[", _SIGN[3])
    for row in _items(parts[3]):
        for what, each in zip(_SIGNATURE, _items(row, 3), strict=True):
            yield from _opened(each, _HEADER if what == _SIGNATURE[0] else None, what, depth + 2)
    yield Line(depth + 1, "]")
    yield Line(depth, "]")


def _items(value: cbor.Value, size: int | None = None) -> tuple[cbor.Value, ...]:
    if not isinstance(value, list | tuple) or (size is not None and len(value) != size):
        raise NotAllowed(Sentence("entry.not_put"))
    return tuple(value)


def _text(value: cbor.Value) -> str:
    """Return a value in diagnostic notation; a long byte string is cut and its length said."""
    if isinstance(value, bytes):
        return f"h'{value.hex()}'" if len(value) <= LONG else f"h'{value[:LONG].hex()}'...  / {len(value)} bytes /"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_text, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(key)}: {_text(each)}" for key, each in value.items()) + "}"
    return str(value)
