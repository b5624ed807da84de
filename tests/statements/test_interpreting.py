"""One entry as an item of the account; what is accepted and what is closed, `test_account.py` tells of whole records."""

import builders
from searoom import cbor
from searoom.record.keys import Role
from searoom.signals import forms
from searoom.statements.interpreting import NAMELESS, Interpreter
from searoom.statements.items import Closed, Message
from searoom.statements.release import BY_FORM, Policy
from told import BOOK

AMBER, CORAL = builders.parties()
HELLO = forms.encode(forms.from_text(BOOK, "hotline-contact", {"phrase": "we-are-here"}), BOOK)


def read(*contents, policy=BY_FORM):
    """Return what amber's entries of these contents are to amber."""
    record = builders.make_record(AMBER, builders.roster(AMBER, CORAL))
    for content in contents:
        builders.say(record, AMBER, content)
    interpreter = Interpreter(record.roster, BOOK, builders.opener(AMBER), policy)
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


def test_what_lacks_a_needed_field_is_closed_and_partly_read():
    """It counts for nothing; what could be read is there for an officer, where all else about it is as it must be."""
    whole = cbor.decode(HELLO)
    notice = {**whole, 1: "read", 3: "desk", 6: {}}  # nothing is missing in it: it takes an answer, and has none
    lacking = {**whole, 6: {}}
    (weak, strange, personal, fine) = read(
        *(
            cbor.encode(each)
            for each in (lacking, {**whole, 6: {"colour": 1}}, {**lacking, 1: "duress", 3: "national"}, notice)
        )
    )
    assert (Closed, "hotline-contact", {}) == (type(weak), weak.partly.form, weak.partly.fields)
    assert "lacks" in weak.why
    assert (None, None) == (strange.partly, personal.partly)
    assert isinstance(fine, Message)


def test_where_nobody_is_quoted_the_signers_are_counted_and_not_named():
    """The same message by the same keys, without name and id; a station speaks for a party and keeps its name."""
    (named,), (quiet,) = read(HELLO), read(HELLO, policy=Policy(attributed=False))

    assert {(NAMELESS, "", "")} == {(one.name, one.holder, one.member) for one in quiet.signers}
    assert [one.key_id for one in named.signers] == [one.key_id for one in quiet.signers]
    assert (Message, named.filled, named.station) == (type(quiet), quiet.filled, quiet.station)
    assert {Role.OFFICER} == {one.role for one in quiet.signers}


def test_too_few_persons_are_too_few_where_nobody_is_quoted():
    """It is asked who signed before the names are taken away: substance under one key is not believed."""
    content = forms.encode(forms.from_text(BOOK, "hotline-message", {"text": "Your course?"}), BOOK)
    (held,) = read(content, policy=Policy(attributed=False))

    assert (Closed, True) == (type(held), "takes 2 officers" in held.why)
    assert {NAMELESS} == {one.name for one in held.signers}
