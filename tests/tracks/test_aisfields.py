"""Letters to fields: both ways the same, for any letters, and right for numbers that are written here bit by bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom import compiling
from searoom.tracks import aisfields
from searoom.tracks.aisfields import ABSENT, Made
from searoom.tracks.aiskernel import MAX_SYMBOLS
from searoom.tracks.aislayout import COLUMNS, LAYOUT, POSITIONS, STATIC

compiling.ready(aisfields.__name__)  # else the loops are tested as Python runs them

ARMOUR = "0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVW`abcdefghijklmnopqrstuvw"
KINDS = sorted({*POSITIONS, *STATIC})


def fields(read, payloads, fills):
    """Return what a way of reading makes of payloads: rows that were kept, texts, counts."""
    rows = len(payloads)
    letters = np.zeros((rows, MAX_SYMBOLS), np.uint8)
    for row, payload in enumerate(payloads):
        letters[row, : len(payload)] = list(payload[:MAX_SYMBOLS].encode())
    made = Made(
        np.full((rows, len(COLUMNS)), 7, np.int32), np.zeros(rows, bool),
        np.zeros((rows, aisfields.LETTERS), np.uint8), np.zeros(aisfields.COUNTS, np.int64),
    )  # fmt: skip
    sizes = np.array([[len(payload), fill] for payload, fill in zip(payloads, fills, strict=True)], np.int64)
    sizes = sizes.reshape(-1, 2)
    texts = read(letters, sizes[:, 0], sizes[:, 1], LAYOUT, made)
    return made.table[made.kept].tolist(), made.letters[:texts].tolist(), made.kept.tolist(), made.counts.tolist()


@st.composite
def payloads(draw):
    """Draw a payload of about the length of its type, with a stray letter now and then."""
    kind = draw(st.sampled_from(KINDS))
    least, most = LAYOUT.bits[kind].tolist()
    size = draw(st.integers(max(1, least // 6 - 1), most // 6 + 2))
    rest = draw(st.text(ARMOUR, min_size=size - 1, max_size=size - 1))
    return ARMOUR[kind] + rest + draw(st.sampled_from(["", "", "", "X", "~"]))


@given(st.lists(st.tuples(payloads(), st.integers(0, 5)), max_size=6))
def test_both_ways_read_the_same_fields(messages):
    """Any letters of any type that is read, too short, too long and with strange letters among them."""
    given_, fills = [payload for payload, _ in messages], [fill for _, fill in messages]

    assert fields(aisfields.read_plainly, given_, fills) == fields(aisfields.read, given_, fills)


@pytest.mark.parametrize("read", [aisfields.read, aisfields.read_plainly])
@pytest.mark.parametrize(("turn", "lon", "lat"), [(-128, -108_000_000, -54_000_000), (127, 108_600_000, 54_600_000)])
def test_signed_numbers_keep_their_sign(read, turn, lon, lat):
    """Rate of turn, longitude and latitude at their ends."""
    bits = f"{1:06b}00{235000001:030b}0000{turn & 255:08b}{0:010b}0{lon & (1 << 28) - 1:028b}{lat & (1 << 27) - 1:027b}"
    bits = bits.ljust(168, "0")
    payload = "".join(ARMOUR[int(bits[place : place + 6], 2)] for place in range(0, 168, 6))
    (row,), _, _, _ = fields(read, [payload], [0])
    found = dict(zip(COLUMNS, row, strict=True))

    assert (235000001, turn, lon, lat) == (found["mmsi"], found["turn"], found["lon"], found["lat"])
    assert ABSENT == found["imo"]
