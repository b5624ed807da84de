"""Shapes: each reader returns what it was asked for, or refuses in words that name the place."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searoom.errors import NotAllowed
from searoom.record import shape

READERS: list[Callable[[Any], Any]] = [
    lambda value: shape.party_id(value, "the place"),
    lambda value: shape.person_id(value, "the place"),
    lambda value: shape.mechanism_id(value, "the place"),
    lambda value: shape.numbered(value, 3, "the place"),
    lambda value: shape.sequence(value, "the place", least=1, most=2),
    lambda value: shape.octets(value, "the place", size=4),
    lambda value: shape.octets(value, "the place", least=1, most=3),
    lambda value: shape.text(value, "the place", most=5),
    lambda value: shape.uint(value, "the place"),
    lambda value: shape.boolean(value, "the place"),
    lambda value: shape.log_id(value, "the place"),
]
GOOD: list[list[Any]] = [
    ["a", "amber", "a2", "a" * 32],
    ["amber-1", "a-x-y", "a-0"],
    ["demo-2026", "m", "demo-2026/national", "1.2"],
    [{0: 1, 1: "x", 2: None}],
    [[1], [1, 2]],
    [b"four"],
    [b"1", b"123"],
    ["言葉", "five5"],
    [0, 2**63 - 1],
    [True, False],
    ["a", "amber", "amber.2", "amber.10", "amber.999999", "a" * 32 + ".2"],
]
BAD: list[list[Any]] = [
    ["", "A", "2a", "a-b", "a" * 33, "a\n", "á", b"a", 1, None],
    ["amber", "amber-", "-1", "Amber-1", "amber-1\n", "amber-" + "1" * 33, 1],
    ["", "-x", "a/", "a//b", "a/1", "A", "a b", "a\n", "a" * 65, 1],
    [{0: 1, 1: 1}, {0: 1, 1: 1, 3: 1}, {0: 0, 1: 1, 2: 1}, {0: True, 1: 1, 2: 1}, {0: 1, 1: 1, "2": 1}, [1, 1, 2]],
    [[], [1, 2, 3], "ab", b"ab", {}, None],
    [b"", b"fives", "four", None],
    [b"", b"four", "1", None],
    ["", "sixsix", "a\u202eb", "e\u0301", b"x", 1],
    [-1, 2**63, True, "1", None, 1.0],
    [0, 1, None, "true"],
    [
        "",
        "amber.",
        "amber.0",
        "amber.1",
        "amber.02",
        "amber.1000000",
        "amber.2\n",
        "amber.2.3",
        "amber/national",
        b"a",
        1,
    ],
]


@pytest.mark.parametrize("which", range(len(READERS)))
def test_takes_what_fits_and_names_what_does_not(which: int) -> None:
    """Good values come back; each bad one is refused with the name of its place (or of the character in it)."""
    for value in GOOD[which]:
        assert READERS[which](value) in (value, list(value.values()) if isinstance(value, dict) else value)
    for value in BAD[which]:
        with pytest.raises(NotAllowed, match=r"the place|text"):
            READERS[which](value)


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.binary(max_size=5) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.integers(0, 3) | st.text(max_size=1), inner, max_size=3)
    ),
)


@settings(deadline=None)
@given(values)
def test_nothing_else_comes_out_of_a_reader(value: Any) -> None:
    """Whatever was decoded: a value, or `NotAllowed`."""
    for reader in READERS:
        try:
            reader(value)
        except NotAllowed:
            continue


def test_ascending_is_by_bytes_and_strict() -> None:
    """Order is that of the bytes; equal neighbours are refused; none and one are in order."""
    for items in ([], ["b"], ["a", "aa", "b"], [b"\x00", b"\x00\x00", b"\x01"]):
        shape.ascending(items, "they")  # type: ignore[arg-type]
    for items in (["b", "a"], ["a", "a"], [b"\x01", b"\x00"]):
        with pytest.raises(NotAllowed, match="they are not"):
            shape.ascending(items, "they")  # type: ignore[arg-type]
    shape.count(2, "they", most=2)
    for number in (0, 3):
        with pytest.raises(NotAllowed, match="they are"):
            shape.count(number, "they", least=1, most=2)


def test_a_version_that_is_not_read_here_says_what_to_do() -> None:
    """Another version is no fault of the bytes: both sides must run the same release."""
    with pytest.raises(NotAllowed, match="another version than 1") as caught:
        shape.numbered({0: 2, 1: 0}, 2, "the place")
    assert "same release" in caught.value.advice()
