"""The plain way, by itself: what a line must be."""

import pytest

from searoom.tracks import aisplain
from searoom.tracks.aiskernel import COUNTS, NO_TIME

POSITION = b"!BSVDM,1,1,,A,13:WB@0vC2PmgjpP`WO=DbdF0<0U,0*5D"
WANTED = frozenset(b"15")


@pytest.mark.parametrize(
    ("holds", "told"), [(True, b"5D"), (True, b"5d"), (False, b"5"), (False, b"+5"), (False, b" 5")]
)
def test_a_checksum_has_two_hexadecimal_digits(holds, told):
    """Not what a language's own reader of numbers would take as well."""
    assert holds == aisplain._checks(POSITION[1:-3], told)


@pytest.mark.parametrize("size", [0, 1, 2, 63, 64, 65, 1000, 5000])
def test_a_checksum_is_that_of_all_bytes(size):
    """Words of any length: one byte more changes it."""
    words = bytes(size) + b"\x5d"

    assert aisplain._checks(words, b"5D")
    assert not aisplain._checks(words + b"\x01", b"5D")


def test_gives_whole_messages_with_their_letters():
    """A message comes with its letters and fill bits, without a time where none is known."""
    lines = aisplain.Lines(WANTED)

    assert [(NO_TIME, b"13:WB@0vC2PmgjpP`WO=DbdF0<0U", 0, False)] == [*lines.read(POSITION + b"\r\n")]
    assert [0] * COUNTS == lines.counts
