"""An entry whose bytes a tree vouches for: the same as the strict decoder gives, of every kind that a record holds."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import builders
from searoom.errors import NotAllowed
from searoom.record.entry import Entry
from searoom.record.vouched import vouched
from talk import AMBER, CORAL, HELLO, Talk


def assert_same(data):
    """Assert that both ways of reading give one entry, with the same bytes in each of its shells."""
    strict, swift = Entry.from_bytes(data), vouched(data)
    assert strict == swift
    shells = [
        [one.to_bytes(), one.payload(), one.released.to_bytes(), one.statement.to_bytes(), one.hash()]
        for one in (strict, swift)
    ]
    assert shells[0] == shells[1]
    assert data == swift.to_bytes()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**9))
def test_gives_what_the_strict_decoder_gives(seed):
    """Of talks with cards, second logs, several officers and what was heard: each entry, and each of its shells."""
    talk = Talk(random.Random(seed))
    for _ in range(20):
        talk.step()
    for record in talk.sides.values():
        for log in record.logs():
            for entry, _ in record.entries(log):
                assert_same(entry.to_bytes())


def test_reads_an_entry_with_an_end_and_one_to_nobody_else():
    """An end, and recipients that are none or several, stand where they are signed."""
    teal = builders.make_party("teal")
    record = builders.make_record(AMBER, builders.roster(AMBER, CORAL, teal))
    for to in ([], ["coral"], ["coral", "teal"]):
        entry = builders.say(record, AMBER, HELLO, to=to, until_us=builders.NOW_US + 1)
        assert_same(entry.to_bytes())
        assert (tuple(to), builders.NOW_US + 1) == (entry.statement.recipients, entry.statement.until_us)


def test_an_ordinary_entry_takes_the_short_way(monkeypatch):
    """What officers say in a shared log is not taken apart by the strict decoder again."""
    amber, coral = builders.records()
    builders.say(coral, CORAL, HELLO)
    builders.exchange(amber, coral)
    data = builders.say(amber, AMBER, HELLO, signers=AMBER.officers[:2]).to_bytes()
    monkeypatch.setattr(Entry, "from_bytes", pytest.fail)
    assert data == vouched(data).to_bytes()


def test_what_is_no_entry_is_refused_as_ever():
    """Bytes that do not fit the pattern are judged by the strict decoder."""
    amber, _ = builders.records()
    data = builders.say(amber, AMBER, HELLO).to_bytes()
    for wrong in (b"", data[:-1], data + b"\x00", b"\x85" + data[1:]):
        with pytest.raises(NotAllowed):
            vouched(wrong)
