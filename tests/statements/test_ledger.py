"""The ledger: whatever is asked of it while it grows is what a whole look through all items gives."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from items_made import LOGS, PARTIES, check, made, one
from searoom.errors import NotAllowed
from searoom.statements.ledger import Ledger


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 40))
def test_whatever_arrived_when_the_answers_are_those_of_a_whole_look(seed, count):
    """The logs come in pieces, in any turn; after each piece every answer is right, and what was asked before stays."""
    chance = random.Random(seed)
    logs = made(chance, count)
    ledger, sizes, before = Ledger(PARTIES), dict.fromkeys(LOGS, 0), []
    while any(sizes[log] < len(logs[log]) for log in LOGS):
        log = chance.choice([log for log in LOGS if sizes[log] < len(logs[log])])
        for item in logs[log][sizes[log] : sizes[log] + chance.randint(1, 4)]:
            if ledger.changes(item):
                ledger = ledger.copy()
            ledger.add(item)
            sizes[log] += 1
        assert {log: size for log, size in sizes.items() if size} == ledger.sizes()
        check(ledger, logs, sizes)
        before.append((ledger, dict(sizes)))
    for older, then in before:
        check(older, logs, then)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 30))
def test_an_item_that_became_doubtful_takes_its_own_place_and_counts_less(seed, count):
    """A later card marks what stands there: the order stays, and another place of the same statement may count now."""
    chance = random.Random(seed)
    logs, ledger = made(chance, count), Ledger(PARTIES)
    for item in sorted((item for items in logs.values() for item in items), key=ledger.order):
        ledger.add(item)
    sizes, kept = {log: len(items) for log, items in logs.items()}, ledger.copy()
    unmarked = {log: list(items) for log, items in logs.items()}
    for log in LOGS:
        for item in [item for item in logs[log] if chance.random() < 0.5]:
            logs[log][item.ref[1]] = replace(item, doubtful="" if item.doubtful else "a key was withdrawn")
            ledger.replace(logs[log][item.ref[1]])

    check(ledger, logs, sizes)
    check(kept, unmarked, sizes)


def test_takes_only_the_next_item_of_a_log():
    """A gap and a double are refused, and nothing of them is kept."""
    first, second, third = (one(random.Random(1), "amber", index, index + 1) for index in range(3))
    ledger = Ledger(PARTIES)
    ledger.add(first)
    for item in (first, third):
        with pytest.raises(NotAllowed, match="gap or a double at entry 1"):
            ledger.add(item)
    ledger.add(second)

    assert {"amber": 2} == ledger.sizes()
    assert (first, second) == tuple(ledger.between("amber", 0, 9))
    assert (2, 0) == (ledger.height("amber"), ledger.height("coral"))
