"""A csv block by block: the same as row by row, whatever stands in it."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searoom.archive import csvblocks
from searoom.errors import NotAllowed
from searoom.tracks import columns, layouts
from searoom.tracks.fixes import Rows
from searoom.tracks.tables import Counts

HEADER = "MMSI,BaseDateTime,LAT,LON,SOG,COG,VesselName"
LAYOUT = layouts.layout_of(HEADER)
GOOD = "219000123,2022-01-03T00:00:0{},55.1,12.{},7.5,90.0,SAN JOSE"
ODD = [
    "", " ", "219000123", "x,y", GOOD.format(1, 2) + ",more", GOOD.format(2, 2) + "\r", '"A",2022-01-03T00:00:01,1,2,3,4,B',
    'A,"2022-01-03T00:00:01,1,2,3,4,B', "A\0,2022-01-03T00:00:01,1,2,3,4,B", "ЗАРЯ,2022-01-03T00:00:01,1,2,3,4,B",
    "A,2022-01-03T00:00:01,1,2,,,", "A,2022-01-03T00:00:01,,2,3,4,", "A\rB,2022-01-03T00:00:01,1,2,3,4,",
]  # fmt: skip
lines = st.lists(
    st.one_of(st.builds(GOOD.format, st.integers(0, 9), st.integers(0, 9)), st.sampled_from(ODD)), max_size=20
)  # fmt: skip


def by_blocks(content, size):
    """Return what blocks make of a csv: the fixes of each, and the counts of all."""
    counts, made = Counts(), []
    for fixes, told in csvblocks.fixes_in(io.BytesIO(content), LAYOUT, size):
        counts.add(told)
        made.append(fixes)
    return made, counts


def cells(fixes):
    """Return the rows of fixes as a set of what they say."""
    names = ("lat_deg", "lon_deg", "speed_mps", "course_deg")
    return {
        (
            fixes.names[fixes.craft[row]],
            int(fixes.time_us[row]),
            *(repr(float(getattr(fixes, name)[row])) for name in names),
        )
        for row in range(len(fixes))
    }


@settings(max_examples=60)
@given(lines, st.sampled_from([40, 200, 10**6]))
def test_blocks_are_read_as_rows_are(body, size):
    """The same fixes and the same causes, wherever the blocks are cut; repetitions over a cut are found later."""
    content = "\n".join([HEADER, *body]).encode()
    rows = Rows()
    read = csvblocks._lines("\n".join(body).encode(), rows)
    columns.read_rows(read, LAYOUT, HEADER, rows)
    fixes, _ = rows.fixes()
    made, counts = by_blocks(content, size)
    once = {"repeated"}

    found = set().union(*map(cells, made))
    assert cells(fixes) <= found
    assert {cell[:2] for cell in cells(fixes)} == {cell[:2] for cell in found}
    assert {c: n for c, n in rows.refused.items() if c not in once} == {
        c: n for c, n in counts.refused.items() if c not in once
    }
    assert len(fixes) + rows.refused.get("repeated", 0) == sum(map(len, made)) + counts.refused.get("repeated", 0)


def test_a_plain_block_is_not_readrow_by_row(monkeypatch):
    """The quick way is taken where nothing is odd, and for the plain rows of a block where some have another length."""
    slow = []
    monkeypatch.setattr(csvblocks, "row_by_row", lambda block, *_: slow.append(block) or by_blocks(b"", 1))
    plain = "\n".join([HEADER, *(GOOD.format(n, n) for n in range(10)), "short"]).encode()
    list(csvblocks.fixes_in(io.BytesIO(plain), LAYOUT))

    assert [b"short"] == slow


def test_text_that_is_not_utf8_costs_its_line(tmp_path):
    """A block with it is read row by row."""
    content = (HEADER + "\n" + GOOD.format(1, 1) + "\n").encode() + b"\xff\xfe,2022-01-03T00:00:01,1,2,3,4,\n"
    made, counts = by_blocks(content, 10**6)

    assert {"line is not text": 1} == counts.refused
    assert 1 == sum(map(len, made))


def test_a_line_without_end_is_given_up():
    """Not held whole."""
    content = (HEADER + "\n").encode() + b"x" * 200_000 + ("\n" + GOOD.format(1, 1)).encode()
    made, counts = by_blocks(content, 50_000)

    assert 1 == sum(map(len, made))
    assert counts.refused["line too long"] >= 1


def test_a_column_twice_is_refused():
    """As elsewhere."""
    with pytest.raises(NotAllowed, match="'lat' twice"):
        list(csvblocks.fixes_in(io.BytesIO(HEADER.replace("LON", "LON,LAT").encode()), LAYOUT))


def test_times_and_numbers_are_those_of_the_text():
    """To the microsecond."""
    made, _ = by_blocks((HEADER + "\n" + GOOD.replace("0{}", "05.25").format("5")).encode(), 10**6)

    assert [np.datetime64("2022-01-03T00:00:05.25", "us").astype(int)] == made[0].time_us.tolist()
