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
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, TypeAlias, cast

from searoom.errors import NotAllowed
from searoom.sentences import Sentence

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
        raise NotAllowed(Sentence("text.forbidden", number=f"{ord(hidden[0]):04X}", place=hidden.start()))
    if not unicodedata.is_normalized("NFC", text):
        raise NotAllowed(Sentence("text.not_nfc"))
    return text


_ONE: Final = tuple(bytes((byte,)) for byte in range(256))


def _long_head(major: int, argument: int) -> bytes:
    for code, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << (8 * width):
            return _ONE[major << 5 | code] + argument.to_bytes(width, "big")
    raise NotAllowed("an integer is longer than 64 bits")


_SHORT: Final = 256
_UINTS, _NINTS, _BYTES_HEADS, _TEXT_HEADS, _ARRAYS, _MAPS = (
    tuple(_ONE[major << 5 | n] if n < 24 else _long_head(major, n) for n in range(_SHORT))
    for major in (_UINT, _NINT, _BYTES, _TEXT, _ARRAY, _MAP)
)
"""The heads of arguments below 256, by type: most heads are among them."""


def encode(value: Value, *, max_depth: int = MAX_DEPTH) -> bytes:
    """Return the one encoding of `value`; raise `NotAllowed` for what the subset does not hold."""
    out = bytearray()
    _write(value, out, max_depth)
    return bytes(out)


def octets(data: bytes) -> bytes:
    """Return the encoding of a byte string: the shells of an entry are little else, and each is made many times."""
    size = len(data)
    return (_BYTES_HEADS[size] if size < _SHORT else _long_head(_BYTES, size)) + data


def _write(value: Any, out: bytearray, depth: int) -> None:  # one function, for a call costs more than what it does
    if depth < 0:
        raise NotAllowed("a value is nested too deep")
    kind = type(value)
    if kind not in _KINDS:
        value, kind = _plain(value)
    if kind is bytes or kind is str:
        heads, major = (_BYTES_HEADS, _BYTES) if kind is bytes else (_TEXT_HEADS, _TEXT)
        raw = value if kind is bytes else check_text(value).encode()
        out += heads[len(raw)] if len(raw) < _SHORT else _long_head(major, len(raw))
        out += raw
    elif kind is int:
        heads, major, argument = (_UINTS, _UINT, value) if value >= 0 else (_NINTS, _NINT, -1 - value)
        out += heads[argument] if argument < _SHORT else _long_head(major, argument)
    elif kind is list or kind is tuple:
        out += _ARRAYS[len(value)] if len(value) < _SHORT else _long_head(_ARRAY, len(value))
        for item in value:
            _write(item, out, depth - 1)
    elif kind is dict:
        out += _MAPS[len(value)] if len(value) < _SHORT else _long_head(_MAP, len(value))
        rows = [(_key(key), item) for key, item in value.items()]
        rows.sort(key=itemgetter(0))  # deterministic: in the order of the encoded keys
        for key, item in rows:
            out += key
            _write(item, out, depth - 1)
    else:
        out.append(_NULL if value is None else _TRUE if value else _FALSE)


_KINDS: Final = frozenset((int, bytes, str, list, tuple, dict, bool, type(None)))


def _plain(value: object) -> tuple[Any, type]:
    """Return what a value of a subclass is, and its type."""
    for kind in (int, bytes, str, list, tuple):
        if isinstance(value, kind):
            return value, kind
    if isinstance(value, Mapping):
        return value, dict
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
    first = data[at] if at < len(data) else 0xFF  # 0xFF: as at the end of the data, `_argument` says what is wrong
    if (argument := first & 0x1F) < 24:  # most heads are one byte
        major, at = first >> 5, at + 1
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
        items: list[Value] = []
        for _ in range(argument):
            item, at = _read(data, at, depth - 1)
            items.append(item)
        return items, at
    if major == _MAP:
        return _read_map(data, at, argument, depth)
    if first in (_FALSE, _TRUE, _NULL):
        return {_FALSE: False, _TRUE: True, _NULL: None}[first], at
    raise NotAllowed(f"byte {start} starts a tag, a float or a simple value, which the record does not use")


def _text(raw: bytes, start: int) -> str:
    try:
        return check_text(raw.decode())
    except UnicodeDecodeError:
        raise NotAllowed(f"the text at byte {start} is not UTF-8") from None


def _read_map(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    items: dict[int | str, Value] = {}
    last = b""
    for _ in range(count):
        start = at
        key, at = _read(data, at, 0)
        if data[start] >> 5 not in (_UINT, _TEXT):
            raise NotAllowed(f"the key at byte {start} is neither an unsigned integer nor text")
        written = data[start:at]
        if written <= last:
            raise NotAllowed(f"the key at byte {start} is doubled or out of order")
        last = written
        items[cast("int | str", key)], at = _read(data, at, depth - 1)
    return items, at
