"""One value, one byte string: deterministic CBOR, strictly read.

The subset of RFC 8949 that the record uses, in its core deterministic form (section 4.2.1):
unsigned and negative integers of up to 64 bits, byte strings, text, arrays, maps whose keys are
unsigned integers or text, false, true and null. No floats, no tags, no indefinite lengths.

Rule 1: every value has exactly one encoding.
Rule 2: `decode` accepts nothing that `encode` would not write, and reads nothing twice.
Rule 3: a decoder of foreign bytes raises `NotAllowed` and nothing else, in bounded memory and depth.

Text is Unicode in normalisation form C, without control characters (tab and line feed excepted)
and without what lets a line read otherwise than it is stored (Unicode TR36, "trojan source"):
bidirectional overrides, line separators, invisible signs, surrogates and noncharacters. That list
is written out here and does not change with the version of Unicode that a machine has.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, TypeAlias, cast

from searoom.errors import NotAllowed

Value: TypeAlias = (
    "int | bytes | str | bool | Sequence[Value] | Mapping[int | str, Value] | Mapping[int, Value]"
    "| Mapping[str, Value] | None"
)

MAX_DEPTH: Final = 16
MAX_BYTES: Final = 1 << 20

_UINT, _NINT, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_FALSE, _TRUE, _NULL = 0xF4, 0xF5, 0xF6
_ALLOWED_CONTROLS: Final = "\n\t"
_HIDDEN: Final = tuple(
    (first, last)
    for first, last in (
        (0x0000, 0x001F),  # C0 controls
        (0x007F, 0x009F),  # delete and C1 controls
        (0x00AD, 0x00AD),  # soft hyphen
        (0x061C, 0x061C),  # Arabic letter mark
        (0x180E, 0x180E),  # Mongolian vowel separator
        (0x200B, 0x200B),  # zero width space; the joiners after it are part of how some words are written
        (0x200E, 0x200F),  # left-to-right and right-to-left mark
        (0x2028, 0x202E),  # line and paragraph separator, bidirectional embeddings and overrides
        (0x2060, 0x206F),  # word joiner, invisible operators, bidirectional isolates
        (0xD800, 0xDFFF),  # surrogates
        (0xFDD0, 0xFDEF),  # noncharacters
        (0xFEFF, 0xFEFF),  # byte order mark
        (0xFFF9, 0xFFFB),  # interlinear annotation
        (0xE0000, 0xE007F),  # tags
    )
)
"""Ranges of code points that no text of the record has; U+nFFFE and U+nFFFF of each plane come on top."""
_NONCHARACTERS: Final = tuple((plane << 16 | 0xFFFE, plane << 16 | 0xFFFF) for plane in range(17))
_FORBIDDEN: Final = re.compile(
    f"(?![{_ALLOWED_CONTROLS}])["
    + "".join(f"{chr(first)}-{chr(last)}" for first, last in (*_HIDDEN, *_NONCHARACTERS))
    + "]"
)


def check_text(text: str) -> str:
    """Return `text`, or raise `NotAllowed` where a reader could be shown something else than is stored."""
    if text.isascii() and text.isprintable():
        return text
    hidden = _FORBIDDEN.search(text)
    if hidden:
        raise NotAllowed(f"text has the forbidden character U+{ord(hidden[0]):04X} at place {hidden.start()}")
    if not unicodedata.is_normalized("NFC", text):
        raise NotAllowed("text is not in Unicode normalisation form C")
    return text


_ONE: Final = tuple(bytes((byte,)) for byte in range(256))


def _head(major: int, argument: int) -> bytes:
    top = major << 5
    if argument < 24:
        return _ONE[top | argument]
    for code, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << (8 * width):
            return _ONE[top | code] + argument.to_bytes(width, "big")
    raise NotAllowed("an integer is longer than 64 bits")


def encode(value: Value, *, max_depth: int = MAX_DEPTH) -> bytes:
    """Return the one encoding of `value`; raise `NotAllowed` for what the subset does not hold."""
    out = bytearray()
    _write(value, out, max_depth)
    return bytes(out)


def _write(value: Value, out: bytearray, depth: int) -> None:
    if depth < 0:
        raise NotAllowed("a value is nested too deep")
    write = _WRITERS.get(type(value)) or _writer_of(value)
    write(value, out, depth)


def _write_simple(value: Any, out: bytearray, _depth: int) -> None:
    out.append(_NULL if value is None else _TRUE if value else _FALSE)


def _write_int(value: Any, out: bytearray, _depth: int) -> None:
    out += _head(_UINT, value) if value >= 0 else _head(_NINT, -1 - value)


def _write_bytes(value: Any, out: bytearray, _depth: int) -> None:
    out += _head(_BYTES, len(value))
    out += value


def _write_text(value: Any, out: bytearray, _depth: int) -> None:
    raw = check_text(value).encode()
    out += _head(_TEXT, len(raw))
    out += raw


def _write_map(value: Any, out: bytearray, depth: int) -> None:
    out += _head(_MAP, len(value))
    for key, item in sorted(((_key(k), item) for k, item in value.items()), key=itemgetter(0)):
        out += key
        _write(item, out, depth - 1)


def _write_array(value: Any, out: bytearray, depth: int) -> None:
    out += _head(_ARRAY, len(value))
    for item in value:
        _write(item, out, depth - 1)


_Writer: TypeAlias = Callable[[Any, bytearray, int], None]

# What writes each type: exact types here, for most values are one of them; subclasses are found by the rows below.
_WRITERS: Final[Mapping[type, _Writer]] = {
    int: _write_int,
    bytes: _write_bytes,
    str: _write_text,
    list: _write_array,
    tuple: _write_array,
    dict: _write_map,
    bool: _write_simple,
    type(None): _write_simple,
}
_SUBCLASSES: Final[tuple[tuple[type, _Writer], ...]] = (
    (int, _write_int), (bytes, _write_bytes), (str, _write_text), (Mapping, _write_map), (list, _write_array),
    (tuple, _write_array),
)  # fmt: skip


def _writer_of(value: object) -> _Writer:
    for kind, writer in _SUBCLASSES:
        if isinstance(value, kind):
            return writer
    raise NotAllowed(f"a {type(value).__name__} has no place in the record")


def _key(key: int | str) -> bytes:
    if type(key) is int and 0 <= key < 24:
        return _ONE[key]
    if isinstance(key, bool) or not isinstance(key, int | str) or (isinstance(key, int) and key < 0):
        raise NotAllowed(f"{key!r} is no key of a map: only unsigned integers and text are")
    return encode(key)


def decode(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Value:
    """Return the value that `data` encodes, all of it; raise `NotAllowed` for anything but its one encoding."""
    if len(data) > max_bytes:
        raise NotAllowed(f"{len(data)} bytes are more than the {max_bytes} allowed here")
    value, end = _read(data, 0, max_depth)
    if end != len(data):
        raise NotAllowed(f"{len(data) - end} bytes follow the value")
    return value


def _argument(data: bytes, at: int) -> tuple[int, int, int]:
    """Return type, argument and end of a head of more than one byte."""
    if at >= len(data):
        raise NotAllowed(f"the data end at byte {at}, in the middle of a value")
    major, info = data[at] >> 5, data[at] & 0x1F
    at += 1
    if info > 27:
        raise NotAllowed(f"byte {at - 1} starts an indefinite or reserved length")
    width = 1 << (info - 24)
    raw = data[at : at + width]
    if len(raw) != width:
        raise NotAllowed(f"the data end at byte {len(data)}, in the middle of a length")
    argument = int.from_bytes(raw, "big")
    if argument < 24 if width == 1 else argument < 1 << (4 * width):
        raise NotAllowed(f"byte {at - 1} starts a length that is written longer than it must be")
    return major, argument, at + width


def _read(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    if depth < 0:
        raise NotAllowed("a value is nested too deep")
    start = at
    if at < len(data) and data[at] & 0x1F < 24:  # most heads are one byte
        major, argument, at = data[at] >> 5, data[at] & 0x1F, at + 1
    else:
        major, argument, at = _argument(data, at)
    if major == _UINT:
        return argument, at
    if major == _NINT:
        return -1 - argument, at
    if major in (_BYTES, _TEXT):
        raw = data[at : at + argument]
        if len(raw) != argument:
            raise NotAllowed(f"a string at byte {start} is longer than the data")
        return (raw if major == _BYTES else _text(raw, start)), at + argument
    if major in (_ARRAY, _MAP) and argument > len(data) - at:
        raise NotAllowed(f"a collection at byte {start} claims more items than the data can hold")
    if major == _ARRAY:
        return _read_array(data, at, argument, depth)
    if major == _MAP:
        return _read_map(data, at, argument, depth)
    if data[start] in (_FALSE, _TRUE, _NULL):
        return {_FALSE: False, _TRUE: True, _NULL: None}[data[start]], at
    raise NotAllowed(f"byte {start} starts a tag, a float or a simple value, which the record does not use")


def _text(raw: bytes, start: int) -> str:
    try:
        return check_text(raw.decode())
    except UnicodeDecodeError:
        raise NotAllowed(f"the text at byte {start} is not UTF-8") from None


def _read_array(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    items: list[Value] = []
    for _ in range(count):
        item, at = _read(data, at, depth - 1)
        items.append(item)
    return items, at


def _read_map(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    items: dict[int | str, Value] = {}
    last = b""
    for _ in range(count):
        start = at
        key, at = _read(data, at, 0)
        if data[start] >> 5 not in (_UINT, _TEXT):
            raise NotAllowed(f"the key at byte {start} is neither an unsigned integer nor text")
        if data[start:at] <= last:
            raise NotAllowed(f"the key at byte {start} is doubled or out of order")
        last = data[start:at]
        items[cast("int | str", key)], at = _read(data, at, depth - 1)
    return items, at
