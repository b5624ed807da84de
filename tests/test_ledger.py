"""The ledger: whatever is asked of it while it grows is what a whole look through all items gives."""

import random
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searoom.errors import NotAllowed
from searoom.items import Again, Closed, Message, Place, Transcribed
from searoom.ledger import Ledger
from searoom.record.entry import Heard
from searoom.record.keys import Role, Signer
from searoom.record.roster import author_of, epoch_of
from searoom.repeated import repeats
from searoom.signals.forms import Filled

PARTIES = ("coral", "amber")
LOGS = ("amber", "amber.2", "coral", "pearl")
FORMS = ("line-test", "receipt", "read")


def made(chance, count):
    """Return the items of four logs, each whole and in its own order, with repeats, answers and closed places."""
    logs, heard = {log: [] for log in LOGS}, {log: {} for log in LOGS}
    said = {log: set() for log in LOGS}
    for _ in range(count):
        log = chance.choice(LOGS)
        for other in LOGS:
            held = heard[log].get(other, 0)
            if other != log and logs[other] and chance.random() < 0.4:
                heard[log][other] = chance.randint(max(held, 1), len(logs[other]))
        below = [logs[other][size - 1].height for other, size in heard[log].items()]
        statement = bytes([chance.randrange(6)]) if log.startswith("amber") else b""
        item = one(chance, log, len(logs[log]), 1 + max([*below, *(i.height for i in logs[log][-1:])], default=0))
        rows = tuple(Heard(other, size, bytes(32)) for other, size in sorted(heard[log].items()))
        fresh = statement not in said[log]
        said[log].add(statement)
        logs[log].append(replace(item, heard=rows, statement=statement if fresh else b""))
    return logs


def one(chance, log, index, height):
    """Return an item that has heard nothing yet: a message, a transcript or a closed one, now and then doubtful."""
    author = author_of(log)
    station = Signer(author, Role.STATION, author, f"{author} station", author.encode())
    place = (log, index), height, author, (), 0, 0, None, (station,), station, ()
    doubtful = chance.choice(("", "", "a key was withdrawn"))
    if chance.random() < 0.2:
        return Closed(*place, why="it was not opened", doubtful=doubtful)
    answers = (chance.choice(LOGS), chance.randrange(4)) if chance.random() < 0.5 else None
    filled = Filled(chance.choice(FORMS), 1, "desk", "routine", "en", {}, answers)
    if chance.random() < 0.2:
        return Transcribed(*place, filled=filled, said_by="teal", understood=None, doubtful=doubtful)
    return Message(*place, filled=filled, doubtful=doubtful)


class Whole:
    """The same questions, answered by looking through all items that stand in the logs at these sizes."""

    def __init__(self, logs, sizes):
        chairs = {party: at for at, party in enumerate(PARTIES)}
        items = [item for log, size in sizes.items() for item in logs[log][:size]]
        items.sort(key=lambda i: (i.height, chairs.get(i.author, 99), i.author, epoch_of(i.ref[0]), i.ref[1]))
        self.same = repeats(items)
        self.items = tuple(self.shown(item) for item in items)

    def places(self, ref):
        return self.same.get(ref, (ref,))

    def shown(self, item):
        of = self.places(item.ref)[0]
        place = {each.name: getattr(item, each.name) for each in fields(Place)}
        return item if of == item.ref else Again(**place, of=of, alone=item)

    def messages(self, *names):
        return tuple(i for i in self.items if isinstance(i, Message) and (not names or i.filled.form in names))

    def transcripts(self):
        return tuple(item for item in self.items if isinstance(item, Transcribed))

    def answers(self, ref):
        there = set(self.places(ref))
        return tuple(i for i in self.items if isinstance(i, Message | Transcribed) and i.filled.reply_to in there)

    def first_to_hear(self, ref, by):
        hears = (i for i in self.items if i.author == by and any(i.had_heard(place) for place in self.places(ref)))
        return next((item.ref for item in hears), None)


def check(ledger, logs, sizes):
    """Compare every answer of the ledger with that of a whole look."""
    whole, refs = Whole(logs, sizes), [(log, index) for log, size in sizes.items() for index in range(size)]
    assert whole.items == ledger.items(sizes)
    assert whole.transcripts() == ledger.transcripts(sizes)
    for names in ((), ("read",), ("receipt", "line-test")):
        assert whole.messages(*names) == ledger.messages(sizes, *names)
    for ref in refs:
        assert whole.places(ref) == ledger.places(ref, sizes)
        assert whole.answers(ref) == ledger.answers(ref, sizes)
        for by in ("amber", "coral", "pearl"):
            heard = ledger.first_to_hear(ref, by, sizes)
            assert whole.first_to_hear(ref, by) == (None if heard is None else heard.ref)


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
