"""The items of four logs as chance has it, and what a whole look through them answers: the ledger must answer alike."""

from dataclasses import fields, replace

from searoom.record.entry import Heard
from searoom.record.keys import Role, Signer
from searoom.record.roster import author_of, epoch_of
from searoom.signals.forms import Filled
from searoom.statements.items import Again, Closed, Message, Place, Transcribed
from searoom.statements.repeated import repeats

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
