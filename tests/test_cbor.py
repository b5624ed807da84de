"""The record's CBOR: one value, one byte string; nothing else is read."""

import collections
import enum
import types
import typing
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom import cbor
from searoom.errors import NotAllowed

# RFC 8949, appendix A: those of its examples that lie in our subset.
RFC_VECTORS = [
    (0, "00"), (1, "01"), (10, "0a"), (23, "17"), (24, "1818"), (25, "1819"), (100, "1864"), (1000, "1903e8"),
    (1000000, "1a000f4240"), (1000000000000, "1b000000e8d4a51000"), (18446744073709551615, "1bffffffffffffffff"),
    (-18446744073709551616, "3bffffffffffffffff"), (-1, "20"), (-10, "29"), (-100, "3863"), (-1000, "3903e7"),
    (False, "f4"), (True, "f5"), (None, "f6"), (b"", "40"), (bytes.fromhex("01020304"), "4401020304"), ("", "60"),
    ("a", "6161"), ("IETF", "6449455446"), ('"\\', "62225c"), ("\u00fc", "62c3bc"), ("\u6c34", "63e6b0b4"),
    ("\U00010151", "64f0908591"), ([], "80"), ([1, 2, 3], "83010203"), ([1, [2, 3], [4, 5]], "8301820203820405"),
    (list(range(1, 26)), "98190102030405060708090a0b0c0d0e0f101112131415161718181819"), ({}, "a0"),
    ({1: 2, 3: 4}, "a201020304"), ({"a": 1, "b": [2, 3]}, "a26161016162820203"), (["a", {"b": "c"}], "826161a161626163"),
    ({"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"}, "a56161614161626142616361436164614461656145"),
]  # fmt: skip

# The same appendix: what is valid CBOR there and has no place in the record.
RFC_FOREIGN = [
    "c249010000000000000000", "c349010000000000000000", "f90000", "f93c00", "fb3ff199999999999a", "fa47c35000",
    "f97e00", "fb7ff8000000000000", "f7", "f0", "f8ff", "c074323031332d30332d32315432303a30343a30305a", "d74401020304",
    "d818456449455446", "d82076687474703a2f2f7777772e6578616d706c652e636f6d", "5f42010243030405ff",
    "7f657374726561646d696e67ff", "9fff", "9f018202039f0405ffff", "83018202039f0405ff", "bf61610161629f0203ffff",
]  # fmt: skip


@pytest.mark.parametrize(("value", "data"), RFC_VECTORS)
def test_writes_and_reads_what_the_standard_shows(value, data):
    """Every example of RFC 8949 in our subset is written and read byte for byte."""
    assert bytes.fromhex(data) == cbor.encode(value)
    back = cbor.decode(bytes.fromhex(data))
    assert value == back
    assert type(value) is type(back)


@pytest.mark.parametrize("data", RFC_FOREIGN)
def test_refuses_the_rest_of_the_standard(data):
    """Tags, floats, undefined, unassigned simple values and indefinite lengths are refused."""
    with pytest.raises(NotAllowed):
        cbor.decode(bytes.fromhex(data))


def longer_heads():
    """Every way to write a length or an integer longer than it must be, for each major type."""
    for major, rest in ((0, b""), (1, b""), (2, b"x" * 23), (3, b"x" * 23), (4, b"\x00" * 23), (5, b"")):
        count = 0 if major == 5 else 23
        for info, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
            yield bytes((major << 5 | info,)) + count.to_bytes(width, "big") + rest
    for info, width, argument in ((25, 2, 0xFF), (26, 4, 0xFFFF), (27, 8, 0xFFFFFFFF)):
        yield bytes((info,)) + argument.to_bytes(width, "big")
        yield bytes((1 << 5 | info,)) + argument.to_bytes(width, "big")
        yield (
            bytes((2 << 5 | info,)) + argument.to_bytes(width, "big") + b"x" * argument
            if width < 8
            else b"\x1b\0\0\0\0\xff\xff\xff\xff"
        )


@pytest.mark.parametrize("data", list(longer_heads()), ids=lambda data: data[:9].hex())
def test_refuses_a_head_longer_than_needed(data):
    """An integer or a length has one way to be written, the shortest (RFC 8949, 4.2.1)."""
    with pytest.raises(NotAllowed, match="longer than it must be"):
        cbor.decode(data)


@pytest.mark.parametrize(("number", "head"), [
    (23, "17"), (24, "1818"), (255, "18ff"), (256, "190100"), (65535, "19ffff"), (65536, "1a00010000"),
    (2**32 - 1, "1affffffff"), (2**32, "1b0000000100000000"), (2**64 - 1, "1bffffffffffffffff"),
])  # fmt: skip
def test_writes_the_shortest_head_at_each_edge(number, head):
    """Both sides of every edge between two widths are written short and read back, whatever the head is of."""
    first, *rest = bytes.fromhex(head)
    uint, nint, octets, text, array, mapping = (bytes((major << 5 | first, *rest)) for major in range(6))
    for value, data in ((number, uint), (-1 - number, nint)):
        assert data == cbor.encode(value)
        assert value == cbor.decode(data)
    assert b"\xa1" + uint + b"\x00" == cbor.encode({number: 0})
    if number <= 65536:
        letters = b"x" * number
        assert octets + letters == cbor.encode(letters) == cbor.octets(letters)
        assert text + letters == cbor.encode(letters.decode())
        assert array + bytes(number) == cbor.encode([0] * number)
        assert cbor.encode(dict.fromkeys(range(number))).startswith(mapping)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("a201020100", "doubled or out of order"), ("a202000100", "doubled or out of order"), ("a2616100616100", "doubled or out of order"), ("a2616200616100", "doubled or out of order"),
        ("a26161000100", "doubled or out of order"), ("a262616100616200", "doubled or out of order"), ("a12000", "neither"), ("a14000", "neither"),
        ("a1f400", "neither"), ("a18000", "neither"), ("a1a000", "neither"), ("a1810000", "too deep"), ("0000", "follow"), ("", "end"), ("18", "end"),
        ("1900", "end"), ("1c", "indefinite or reserved"), ("1d", "indefinite or reserved"), ("1e", "indefinite or reserved"), ("1f", "indefinite or reserved"),
        ("ff", "indefinite or reserved"), ("42ff", "longer than the data"), ("62ff", "longer than the data"), ("5bffffffffffffffff", "longer than the data"),
        ("9bffffffffffffffff", "more items"), ("bbffffffffffffffff", "more items"), ("8200", "end|more"), ("a100", "end"), ("61ff", "UTF-8"), ("63eda080", "UTF-8"),
        ("f818", "tag, a float"), ("f814", "longer than it must be"), ("e0", "tag, a float"), ("f3", "tag, a float"),
    ],
)  # fmt: skip
def test_refuses_each_malformed_form_with_its_reason(data, why):
    """Doubled keys, wrong order, foreign keys, cut data, data left over: each is named."""
    with pytest.raises(NotAllowed, match=why):
        cbor.decode(bytes.fromhex(data))


def test_orders_keys_by_their_bytes_not_by_their_length():
    """Section 4.2.1 of RFC 8949 orders by encoded bytes: 100 before 'z' before 'aa'."""
    assert bytes.fromhex("a3186400617a00626161 00".replace(" ", "")) == cbor.encode({"aa": 0, 100: 0, "z": 0})


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        {1.5: 0},
        {-1: 0},
        {True: 0},
        {b"k": 0},
        {None: 0},
        {(1,): 0},
        2**64,
        -(2**64) - 1,
        {1, 2},
        object(),
        bytearray(b"x"),
        "\ud800",
    ],
)
def test_writes_nothing_outside_the_subset(value):
    """What has no single encoding in the record is refused by the writer too."""
    with pytest.raises(NotAllowed):
        cbor.encode(value)


def test_bounds_depth_and_length_on_both_sides():
    """Sixteen levels are read and written, seventeen are not; a byte too many is not even looked at."""
    deep = b"\x81" * 16 + b"\x00"
    assert deep == cbor.encode(cbor.decode(deep))
    nested = 0
    for _ in range(17):
        nested = [nested]
    with pytest.raises(NotAllowed, match="deep"):
        cbor.encode(nested)
    for hostile in (b"\x81" * 17 + b"\x00", b"\x81" * 100_000, b"\xa1\x00" * 100_000):
        with pytest.raises(NotAllowed, match="deep"):
            cbor.decode(hostile)
    with pytest.raises(NotAllowed, match="more than the 3 allowed"):
        cbor.decode(b"\x43abc", max_bytes=3)
    assert b"abc" == cbor.decode(b"\x43abc", max_bytes=4)
    with pytest.raises(NotAllowed, match="1048577 bytes"):
        cbor.decode(b"\x00" * (cbor.MAX_BYTES + 1))


FORBIDDEN = [
    "\x00", "\x07", "\r", "\x1b", "\x7f", "\x85", "\u00ad", "\u061c", "\u180e", "\u200b", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202e",
    "\u2060", "\u2066", "\u2069", "\u206f", "\ufdd0", "\ufeff", "\ufff9", "\ufffe", "\uffff", "\U0001fffe", "\U0010ffff", "\U000e0001", "\U000e0041",
]  # fmt: skip


@pytest.mark.parametrize("char", FORBIDDEN, ids=lambda char: f"U+{ord(char):04X}")
def test_refuses_text_that_can_read_otherwise_than_it_is_stored(char):
    """Controls, overrides, separators, invisible signs and noncharacters are named and refused, read or written."""
    with pytest.raises(NotAllowed, match=f"U\\+{ord(char):04X} at place 2"):
        cbor.encode(f"ab{char}c")
    raw = f"ab{char}c".encode()
    with pytest.raises(NotAllowed, match=f"U\\+{ord(char):04X}"):
        cbor.decode(bytes((0x60 + len(raw),)) + raw)


@pytest.mark.parametrize("text", ["e\u0301", "\u212b", "\u30ab\u3099", "\ufa0e\u0344"])
def test_refuses_text_that_is_not_normal(text):
    """A letter and its accent have one encoding, the composed one."""
    assert text != unicodedata.normalize("NFC", text)
    with pytest.raises(NotAllowed, match="normalisation form C"):
        cbor.encode(text)


@pytest.mark.parametrize(
    "text",
    ["\n\t", "日本語、中文。", "\u845b\U000e0100", "می\u200cخواهم", "\U0001f469\u200d\u2708\ufe0f", "\u00e9 \u30ac"],
)
def test_lets_the_languages_of_the_parties_through(text):
    """Variants of characters, joiners and every script pass; only what hides is refused."""
    assert text == cbor.decode(cbor.encode(text))


def texts():
    return st.text(max_size=12).map(lambda text: unicodedata.normalize("NFC", text)).filter(is_allowed)


def is_allowed(text):
    try:
        cbor.check_text(text)
    except NotAllowed:
        return False
    return True


def values():
    scalars = st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=40) | texts()
    keys = st.integers(0, 2**64 - 1) | texts()
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(keys, inner, max_size=5), max_leaves=20
    )


@given(values())
def test_what_is_written_is_read_back(value):
    """decode(encode(x)) is x, types and all."""
    back = cbor.decode(cbor.encode(value))
    assert value == back
    assert repr(sorted_keys(value)) == repr(sorted_keys(back))


def sorted_keys(value):
    if isinstance(value, dict):
        return sorted((repr(key), repr(sorted_keys(item))) for key, item in value.items())
    return [sorted_keys(item) for item in value] if isinstance(value, list) else value


def near_cbor():
    """Random bytes, and valid encodings with one byte changed, dropped or doubled."""
    valid = values().map(cbor.encode)
    changed = st.tuples(valid, st.integers(0, 10_000), st.integers(0, 255), st.integers(0, 2)).map(damage)
    return st.binary(max_size=24) | changed


def damage(parts):
    data, place, byte, kind = parts
    at = place % len(data)
    return data[:at] + (bytes((byte,)), b"", data[at : at + 1] * 2)[kind] + data[at + 1 :]


@given(near_cbor())
def test_what_is_read_is_written_back(data):
    """encode(decode(b)) is b for every b that is accepted, and no other error than NotAllowed comes out."""
    try:
        value = cbor.decode(data)
    except NotAllowed:
        return
    assert data == cbor.encode(value)


def test_reads_every_short_byte_string_without_a_crash():
    """All byte strings of up to two bytes: accepted ones re-encode, the others are refused."""
    accepted = 0
    for data in [b"", *(bytes((a,)) for a in range(256)), *(bytes((a, b)) for a in range(256) for b in range(256))]:
        try:
            value = cbor.decode(data)
        except NotAllowed:
            continue
        accepted += 1
        assert data == cbor.encode(value)
    one_byte = 24 + 24 + len(["b''", "''", "[]", "{}", "false", "true", "null"])
    printable = 0x7F - 0x20 + len("\t\n")
    assert one_byte + 232 + 232 + 256 + printable + one_byte == accepted


HIDDEN = [
    (0x00, 0x08), (0x0B, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x61C, 0x61C), (0x180E, 0x180E), (0x200B, 0x200B),
    (0x200E, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0xD800, 0xDFFF), (0xFDD0, 0xFDEF), (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB), (0xE0000, 0xE007F), *((plane << 16 | 0xFFFE, plane << 16 | 0xFFFF) for plane in range(17)),
]  # fmt: skip


@pytest.mark.parametrize(("first", "last"), HIDDEN, ids=lambda code: f"{code:04X}")
def test_refuses_just_these_ranges(first, last):
    """Each range of hidden characters begins and ends where it is said to; its neighbours are other texts' letters."""
    for code in {first, last, (first + last) // 2}:
        with pytest.raises(NotAllowed, match=f"forbidden character U\\+{code:04X}"):
            cbor.check_text(chr(code))
    for code in {first - 1, last + 1}:
        if not any(low <= code <= high for low, high in HIDDEN) and 0 <= code < 0x110000:
            assert chr(code) == cbor.check_text(chr(code))


def nested(depth, wrap):
    """Return 0 inside so many collections."""
    value = 0
    for _ in range(depth):
        value = wrap(value)
    return value


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {0: value}, lambda value: (value,)])
def test_arrays_and_maps_count_one_level_each(wrap):
    """Sixteen of either kind are written and read; one more is refused by both, and a lower bound is kept exactly."""
    data = cbor.encode(nested(16, wrap))
    assert data == cbor.encode(cbor.decode(data))
    assert cbor.encode(nested(2, wrap), max_depth=2) == cbor.encode(
        cbor.decode(cbor.encode(nested(2, wrap)), max_depth=2)
    )
    for deeper, depth in ((17, 16), (3, 2), (1, 0)):
        with pytest.raises(NotAllowed, match="nested too deep"):
            cbor.encode(nested(deeper, wrap), max_depth=depth)
        with pytest.raises(NotAllowed, match="nested too deep"):
            cbor.decode(cbor.encode(nested(deeper, wrap), max_depth=17), max_depth=depth)


class Number(enum.IntEnum):
    """Numbers with names."""

    NOUGHT = 0
    BELOW = -1
    ONE = 1


class Words(str):
    """A text of a kind of its own."""

    __slots__ = ()


class Pair(typing.NamedTuple):
    """Two things with names."""

    one: object
    two: object


def test_writes_a_value_of_a_narrower_kind_as_what_it_is():
    """A number with a name is a number, a named pair a pair, a view of a map a map."""
    assert cbor.encode([0, -1, 1]) == cbor.encode([Number.NOUGHT, Number.BELOW, Number.ONE])
    assert cbor.encode({0: 1, 1: 0}) == cbor.encode({Number.NOUGHT: Number.ONE, Number.ONE: Number.NOUGHT})
    assert cbor.encode({"a": 1}) == cbor.encode(types.MappingProxyType({Words("a"): 1}))
    assert cbor.encode([b"1", "2"]) == cbor.encode(Pair(b"1", Words("2")))
    assert cbor.encode([1]) == cbor.encode(collections.UserDict({0: [1]})[0])
    with pytest.raises(NotAllowed, match="no key of a map"):
        cbor.encode({Number.BELOW: 0})


def test_a_collection_inside_claims_no_more_than_is_left():
    """What is left behind its head bounds a collection before one item of it is read."""
    for data in ("82008300", "8200830000", "a100a200"):
        with pytest.raises(NotAllowed, match="claims more items than the data can hold"):
            cbor.decode(bytes.fromhex(data))
