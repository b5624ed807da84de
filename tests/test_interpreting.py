"""One entry as an item of the account; what is accepted and what is closed, `test_account.py` tells of whole records."""

import builders
from searoom.interpreting import Interpreter
from searoom.items import Closed, Message
from searoom.release import BY_FORM
from searoom.signals import forms
from told import BOOK

AMBER, CORAL = builders.parties()
HELLO = forms.encode(forms.from_text(BOOK, "hotline-contact", {"phrase": "we-are-here"}), BOOK)


def read(*contents):
    """Return what amber's entries of these contents are to amber."""
    record = builders.make_record(AMBER, builders.roster(AMBER, CORAL))
    for content in contents:
        builders.say(record, AMBER, content)
    interpreter = Interpreter(record.roster, BOOK, builders.opener(AMBER), BY_FORM)
    return [interpreter.item(entry, body) for entry, body in record.entries("amber")]


def test_says_what_an_entry_is_and_where_it_stands():
    """Words that are a form are a message, anything else is closed; each has its place."""
    first, second = read(HELLO, b"no form")

    assert (Message, ("amber", 0), "hotline-contact") == (type(first), first.ref, first.filled.form)
    assert (Closed, ("amber", 1)) == (type(second), second.ref)
    assert "cannot be read" in second.why


def test_holds_once_what_many_entries_say():
    """A million entries name the same few signers and readers: they are the same objects."""
    first, second = read(HELLO, HELLO)

    assert first.station is second.station
    assert first.signers[0] is second.signers[0]
    assert first.recipients is second.recipients
    assert first.author is second.author
    assert first.statement != second.statement
