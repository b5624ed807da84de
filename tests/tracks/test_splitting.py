"""A stream cut into pieces: the same whatever pieces the bytes come in, and no piece longer than it may be."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.tracks.splitting import Splitter


@given(st.lists(st.binary(max_size=12)), st.lists(st.integers(0, 60), max_size=8), st.sampled_from([b"\n", b"</e>"]))
def test_cuts_do_not_matter(chunks, cuts, end):
    """All at once or byte by byte: the same pieces, the same count."""
    data = end.join(chunks)
    once, often = Splitter(end, 8), Splitter(end, 8)
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [piece for first, last in itertools.pairwise(places) for piece in often.push(data[first:last])]

    whole = data.split(end)[:-1]
    assert [piece for piece in whole if len(piece) <= 8] == once.push(data) == pieces
    assert once.end() == often.end()
    assert once.too_long == often.too_long


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"</event>"])
@pytest.mark.parametrize("size", [99, 100, 101, 200])
def test_the_longest_piece_is_as_long_as_it_may_be(end, size):
    """To the byte, however the end mark is cut."""
    splitter = Splitter(end, 100)
    found = [piece for byte in b"x" * size + end for piece in splitter.push(bytes([byte]))]

    assert ([b"x" * size] if size <= 100 else []) == found
    assert (size > 100) == splitter.too_long


def test_a_long_piece_is_counted_once_and_not_held():
    """A megabyte without an end, then a line: one count, the line, and nothing kept."""
    splitter = Splitter(b"\n", 100)
    for _ in range(1000):
        assert [] == splitter.push(b"x" * 1000)
        assert 100 >= len(splitter._rest)

    assert [b"line"] == splitter.push(b"\nline\n")
    assert 1 == splitter.too_long


@pytest.mark.parametrize(
    ("expected", "data"),
    [(True, b"half"), (True, b"x" * 200), (False, b""), (False, b"whole\n \r"), (False, b"whole\n")],
)
def test_says_whether_a_piece_was_cut_short(expected, data):
    """Blanks are no piece."""
    splitter = Splitter(b"\n", 100)
    splitter.push(data)

    assert expected == splitter.end()
    assert not splitter.end()
