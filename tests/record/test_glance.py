"""A glance finds in an entry what reading all of it finds, whatever kind of entry it is."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import parties
from searoom.errors import NotAllowed
from searoom.record import glance as room
from searoom.record.algorithms import SigningKey
from searoom.record.entry import Entry, Heard, Kind, Statement, place, release
from searoom.record.glance import Glance, glance

AMBER, CORAL = parties()
KEYS = [SigningKey(bytes([n]) * 32) for n in range(1, 9)]
hashes = st.binary(min_size=32, max_size=32) | st.sampled_from([bytes(32), b"\xff" * 32, b"\x05\x58\x20\x06" * 8])
party_ids = st.from_regex(r"[a-z][a-z0-9]{0,31}", fullmatch=True)
numbers = st.integers(0, 30) | st.sampled_from([255, 256, 65_535, 65_536, 2**32 - 1, 2**32]) | st.integers(0, 2**63 - 1)


@st.composite
def entries(draw):
    """Draw an entry of any kind, with anything heard, to anybody, by one to eight keys."""
    author, kind, body_hash = draw(party_ids), draw(st.sampled_from(Kind)), draw(hashes)
    others = sorted(draw(st.frozensets(party_ids, max_size=6)) - {author})
    words = kind is Kind.WORDS
    claimed = draw(numbers)
    statement = Statement(
        draw(st.from_regex(r"[a-z0-9][a-z0-9.-]{0,63}", fullmatch=True)),
        draw(st.booleans()),
        author,
        tuple(others) if words else (),
        body_hash,
        draw(hashes) if words else body_hash,
        claimed,
        draw(st.none() | st.integers(claimed, 2**63 - 1)),
        kind,
    )
    logs = draw(
        st.frozensets(st.builds(lambda p, n: f"{p}.{n}" if n > 1 else p, party_ids, st.integers(1, 40)), max_size=6)
    )
    heard = tuple(Heard(log, draw(numbers.filter(bool)), draw(hashes)) for log in sorted(logs))
    return place(
        release(statement, *KEYS[: draw(st.integers(1, 8))]),
        log=draw(st.sampled_from([author, f"{author}.2", f"{author}.123456"])),
        index=draw(numbers),
        height=draw(numbers.filter(bool)),
        heard=heard,
        placed_us=draw(numbers),
        station_key=AMBER.station,
    )


@settings(max_examples=150)
@given(entries())
def test_a_glance_is_what_a_full_reading_says(entry):
    """Index, height, salted hash and kind, of every entry there can be."""
    data = entry.to_bytes()
    read = Entry.from_bytes(data)
    assert Glance(read.index, read.height, read.statement.plain_hash, read.statement.kind) == glance(data)


def test_ordinary_entries_need_no_full_reading(monkeypatch):
    """The pattern knows the one form of an entry: else a start would be slow, and nobody would notice."""
    statement = Statement("demo-2026", True, "amber", ("coral", "jade"), b"\x01" * 32, b"\x02" * 32, 2**50, None)
    heard = (Heard("coral", 300, bytes(32)), Heard("coral.2", 3, bytes(32)))
    where = {"index": 70_000, "height": 24, "heard": heard, "placed_us": 2**50, "station_key": AMBER.station}
    data = place(release(statement, *KEYS[:2]), log="amber.12", **where).to_bytes()
    monkeypatch.setattr(room.Entry, "from_bytes", lambda _data: pytest.fail("an ordinary entry was read in full"))
    assert Glance(70_000, 24, b"\x02" * 32, Kind.WORDS) == glance(data)


@given(st.binary(max_size=400))
def test_what_is_no_entry_is_refused(data):
    """Whatever is not read by the pattern is read in full, and refused there."""
    with pytest.raises(NotAllowed):
        glance(data)


def test_refuses_what_breaks_off_behind_many_recipients_in_a_moment():
    """One look at each byte: a changed store must not hold a start up for years."""
    names = tuple(f"coral{number}" for number in range(10, 30))
    statement = Statement("demo-2026", True, "amber", names, b"\x01" * 32, b"\x02" * 32, 2**50, None)
    where = {"index": 0, "height": 1, "heard": (), "placed_us": 2**50, "station_key": AMBER.station}
    data = place(release(statement, KEYS[0]), log="amber", **where).to_bytes()
    behind, begun = data.index(b"\x05\x58\x20" + b"\x01" * 32) + 1, time.process_time()
    with pytest.raises(NotAllowed):
        glance(data[:behind] + b"\x59" + data[behind + 1 :])
    assert 1 > time.process_time() - begun
