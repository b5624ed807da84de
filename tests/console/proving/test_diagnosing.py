"""The bytes of an entry, explained: everything that is signed can be followed, and what is no entry is said to be none."""

import pytest

from deskside import fill, signed
from searoom.console.proving.diagnosing import hexdump, lines


@pytest.fixture
def entry(stage, amber):
    """An entry that two officers signed."""
    return amber.submit(*signed(stage, amber, fill("hotline-message", {"text": "Your course?"}), "amber-1", "amber-2"))


def test_each_part_of_an_entry_is_named(entry):
    """Place, author, hashes and all signatures stand there with their names."""
    told = {line.what: line.text for line in lines(entry.to_bytes())}

    assert '1: "amber"' == told["log"]
    assert f"3: {entry.height}" == told["height"]
    assert f"5: h'{entry.statement.body_hash.hex()}'" == told["body hash"]
    assert 2 == [line.what for line in lines(entry.to_bytes())].count("signature")
    assert "signature of the station" in told


def test_brackets_close_at_the_depth_where_they_opened(entry):
    """The notation is whole: each bracket has its pair."""
    open_at = []
    pairs = {"[": "]", "{": "}", "<<": ">>"}
    for line in lines(entry.to_bytes()):
        last = line.text.split(" /")[0].split(": ")[-1].split()[-1] if line.text else ""
        if last in pairs:
            open_at.append((pairs[last], line.depth))
        elif line.text in pairs.values():
            assert (line.text, line.depth) == open_at.pop()

    assert [] == open_at


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x84", b"\xff" * 40])
def test_what_is_no_entry_is_told_in_one_line(data):
    """Foreign bytes end in a sentence."""
    (line,) = lines(data)

    assert line.what


def test_the_dump_shows_place_bytes_and_letters():
    """Sixteen bytes a line, each line with its place; what is no letter is a dot."""
    assert "000000  00 41" in hexdump(b"\x00A" * 9)
    assert hexdump(b"\x00A" * 9).splitlines()[0].endswith(".A" * 8)
    assert 2 == len(hexdump(bytes(17)).splitlines())
    assert "" == hexdump(b"")
