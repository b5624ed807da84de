"""Records that fill a few blocks, what keeps their blocks, and how two accounts are compared."""

import builders
from searoom.account import Reading
from searoom.keys.folds import Folds
from talk import AMBER, CORAL, HELLO, PEOPLE, WORDS
from told import BOOK

SMALL = 4


def kept(record, store, *, rules=b"rules", opens=(b"key",), party=AMBER):
    """Return where a node of a party keeps its blocks."""
    return Folds(store, record, party.storage, rules, opens)


def same(whole, account):
    """Assert that two accounts answer alike whatever is asked of them."""
    names = {message.filled.form for message in whole.messages()}
    for name in names:
        assert whole.messages(name) == account.messages(name)
    assert whole.messages() == account.messages()
    assert whole.transcripts() == account.transcripts()
    for log, size in whole.sizes.items():
        for index in range(size):
            ref = (log, index)
            assert whole.answers(ref) == account.answers(ref)
            assert whole.message(ref) == account.message(ref)
            for who in PEOPLE:
                assert whole.delivered(ref, who) == account.delivered(ref, who)
    assert whole == account


def spoken(count=2 * SMALL + 1):
    """Return a record with so many entries of amber, a contact and substance in turn, and what counts openings."""
    record, opened = builders.make_record(AMBER, builders.roster(AMBER, CORAL)), []
    for number in range(count):
        content = WORDS if number % 2 else HELLO
        signers = AMBER.officers[: 1 + number % 2]
        released, body = builders.make_released(record.roster, AMBER, content, signers=signers)
        record.say(released, body, now_us=builders.NOW_US)

    def count_it(entry, body):
        opened.append(entry.index)
        return builders.opener(AMBER)(entry, body)

    return record, opened, count_it


def begun(record, opener, folds):
    """Return a reading of all of it."""
    reading = Reading(record, BOOK, opener, folds=folds)
    reading.go_on()
    return reading
