"""What is taken of foreign bytes is what the strict decoder gives, and what it refuses is refused in its words."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import parties
from record.test_glance import entries
from searoom.errors import NotAllowed
from searoom.record import taken as room
from searoom.record.entry import MAX_ENTRY, Entry, Heard, Statement, place, release
from searoom.record.taken import taken

AMBER, CORAL = parties()


def made(recipients=("coral",)):
    """Return an entry of words that has heard of two logs."""
    statement = Statement("exercise.2030", True, "amber", recipients, bytes(32), b"\x05" * 32, 70_000, 80_000)
    heard = (Heard("coral", 300, b"\x83" * 32), Heard("teal.2", 7, bytes(32)))
    return place(
        release(statement, AMBER.station, CORAL.station),
        log="amber", index=1000, height=70_000, heard=heard, placed_us=1 << 40, station_key=AMBER.station,
    )  # fmt: skip


def verdict(reader, data):
    """Return the entry of some bytes, or the sentence by which they are refused."""
    try:
        return reader(data)
    except NotAllowed as refusal:
        return refusal.sentence


@settings(max_examples=100)
@given(entries())
def test_takes_every_entry_that_there_can_be(entry):
    """The same fields and the same bytes as the strict decoder's."""
    data = entry.to_bytes()
    assert (Entry.from_bytes(data), data, entry.payload()) == (
        taken(data),
        taken(data).to_bytes(),
        taken(data).payload(),
    )


@settings(max_examples=60)
@given(entries(), st.data())
def test_judges_changed_bytes_as_the_strict_decoder_does(entry, data):
    """One byte changed, some lost or added: the same entry or the same sentence."""
    raw = bytearray(entry.to_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(min_size=0, max_size=3))
    assert verdict(Entry.from_bytes, bytes(raw)) == verdict(taken, bytes(raw))


def test_judges_each_byte_of_an_entry_as_the_strict_decoder_does():
    """Every place, four other values: lengths, heads, names, numbers, hashes, keys."""
    raw = made().to_bytes()
    for at, byte in enumerate(raw):
        for other in {byte ^ 1, byte ^ 0x20, (byte + 1) % 256, 0xFF} - {byte}:
            changed = raw[:at] + bytes((other,)) + raw[at + 1 :]
            assert verdict(Entry.from_bytes, changed) == verdict(taken, changed), at


def test_refuses_an_integer_that_is_written_longer_than_it_must_be():
    """A second form of one number would be a second form of one entry."""
    raw = made().to_bytes()
    longer = raw.replace(b"\x02\x19\x03\xe8", b"\x02\x1a\x00\x00\x03\xe8")  # its index, 1000
    assert len(raw) + 2 == len(longer)
    with pytest.raises(NotAllowed):
        taken(longer)


def test_refuses_what_is_longer_than_an_entry_may_be():
    """By its length, before it is taken apart."""
    with pytest.raises(NotAllowed, match=f"more than the {MAX_ENTRY}"):
        taken(bytes(MAX_ENTRY + 1))


def test_reads_an_ordinary_entry_without_the_strict_decoder(monkeypatch):
    """The short way is the one that ordinary entries go: without it each would cost twice as much."""
    raw = made().to_bytes()
    expected = Entry.from_bytes(raw)
    monkeypatch.setattr(room.Entry, "from_bytes", classmethod(lambda _cls, _data: pytest.fail("it was decoded")))
    assert expected == taken(raw)


def test_judges_hostile_bytes_in_a_moment():
    """Many recipients and a wrong byte behind them: refused after one look at each byte, not after 2^length."""
    names = tuple(f"coral{number}" for number in range(10, 30))
    raw = made(recipients=names).to_bytes()
    behind = raw.index(b"\x05\x58\x20" + bytes(32)) + 1
    begun = time.process_time()
    with pytest.raises(NotAllowed):
        taken(raw[:behind] + b"\x59" + raw[behind + 1 :])
    assert 1 > time.process_time() - begun
