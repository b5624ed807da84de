"""Off-record channels as the record shows them: opened, joined, closed, and nothing of what was said."""

import pytest

import builders
from searoom.account import Closed, read
from searoom.errors import NotAllowed
from searoom.matters.asides import channels, copy_of, last_number
from searoom.signals import forms
from searoom.signals.forms import Filled
from searoom.statements import offrecord
from searoom.statements.release import Policy
from told import BOOK, Tale

LEAVE = Policy((), frozenset({"off_record"}))
SECRET = "We could live with twelve miles."


def opening(other, half, reply_to=None):
    """Return an opening towards a party, as bytes."""
    fields = {"with": other, "contribution": half}
    return forms.encode(Filled("off-record-open", 1, "hotline", "routine", "en", fields, reply_to), BOOK)


def closing(other, reply_to):
    """Return a closing, as bytes."""
    return forms.encode(Filled("off-record-close", 1, "hotline", "routine", "en", {"with": other}, reply_to), BOOK)


@pytest.fixture
def three():
    """Three parties with their records, by name."""
    members = builders.parties("amber", "coral", "teal")
    ring = builders.roster(*members)
    return {member.name: (member, builders.make_record(member, ring)) for member in members}


def tell(three, who, content, to, *, signers=2):
    """Let a party say a content to some, under so many officers, and everybody hear it."""
    party, record = three[who]
    builders.say(record, party, content, signers=party.officers[:signers], to=to)
    builders.exchange(*(record for _, record in three.values()))


def account(three, who):
    """Return the account as a party reads it."""
    party, record = three[who]
    return read(record, BOOK, builders.opener(party), policy=LEAVE)


def test_opens_between_two_and_is_closed_by_either(three):
    """A half each, sealed to the other alone: then both hold one channel, the third party none; and it ends."""
    tell(three, "amber", opening("coral", b"\x01" * 32), ("coral",))
    (waiting,) = channels(account(three, "coral"))
    assert ("amber/0", False) == (waiting.name, waiting.usable)
    with pytest.raises(NotAllowed, match="waits for the other side's half"):
        waiting.channel("demo-2026", "coral")

    tell(three, "coral", opening("amber", b"\x02" * 32, ("amber", 0)), ("amber",))
    ours, theirs = (channels(account(three, who))[0].channel("demo-2026", who) for who in ("amber", "coral"))
    assert SECRET == theirs.read(ours.write(1, SECRET), 0)
    assert () == channels(account(three, "teal"))
    assert [Closed, Closed] == [type(item) for item in account(three, "teal").items]

    tell(three, "coral", closing("amber", ("amber", 0)), ("amber",), signers=1)
    (ended,) = channels(account(three, "amber"))
    assert (("coral", 1), False) == (ended.closed, ended.usable)
    with pytest.raises(NotAllowed, match="was closed"):
        ended.channel("demo-2026", "amber")


def test_nothing_of_it_is_in_the_shared_record(three):
    """Of what is said, no byte: neither the words nor what travelled; only that it was opened and closed."""
    tell(three, "amber", opening("coral", b"\x01" * 32), ("coral",))
    tell(three, "coral", opening("amber", b"\x02" * 32, ("amber", 0)), ("amber",))
    amber, record = three["amber"]
    aside = channels(account(three, "amber"))[0].channel("demo-2026", "amber").write(1, SECRET)
    note = copy_of(aside, "amber", SECRET, builders.NOW_US, BOOK, "en")
    national = builders.make_private(amber)
    national.write(forms.encode(note, BOOK), signer=amber.station, now_us=builders.NOW_US)
    builders.exchange(*(one for _, one in three.values()))

    assert (1, 1, 1) == (national.size, record.size("amber"), record.size("coral"))
    for _, one in three.values():
        held = b"".join(entry.to_bytes() + body for log in one.logs() for entry, body in one.entries(log))
        assert aside.data[:32] not in held
        assert SECRET.encode() not in held
    ((_, content),) = national.read()
    assert note == forms.decode(content, BOOK)
    assert "national" == BOOK.form("aside").visibility


@pytest.mark.parametrize("to", [("coral", "teal"), ("teal",)])
def test_an_opening_that_others_read_opens_nothing(three, to):
    """A half of the key that a third party has is no half of a key."""
    tell(three, "amber", opening("coral", b"\x01" * 32), to)
    assert () == channels(account(three, "teal"))
    assert () == channels(account(three, "amber"))


def test_nobody_else_joins_or_closes(three):
    """Teal can answer and close what it likes: the channel is between the two whom its opening names."""
    tell(three, "amber", opening("coral", b"\x01" * 32), ("coral",))
    tell(three, "teal", opening("amber", b"\x03" * 32, ("amber", 0)), ("amber",))
    tell(three, "teal", closing("amber", ("amber", 0)), ("amber", "coral"), signers=1)
    tell(three, "coral", opening("teal", b"\x04" * 32, ("amber", 0)), ("teal",))
    (waiting,) = channels(account(three, "amber"))
    assert (None, None, ["amber"]) == (waiting.joined, waiting.closed, sorted(waiting.contributions))


def test_two_channels_have_two_keys(three):
    """Each opening is a channel of its own, with its own name and key, in the order of the record."""
    for half in (1, 3):
        tell(three, "amber", opening("coral", bytes([half]) * 32), ("coral",))
        tell(three, "coral", opening("amber", bytes([half + 1]) * 32, ("amber", half // 2)), ("amber",))
    one, two = channels(account(three, "coral"))
    assert ["amber/0", "amber/1"] == [one.name, two.name]
    assert one.channel("demo-2026", "coral") != two.channel("demo-2026", "coral")


def test_goes_on_behind_the_highest_number_of_our_copies():
    """The copies are what a node remembers: its next number comes from them, by channel and by author."""
    copies = [
        copy_of(offrecord.Aside(channel, number, b"x"), author, "x", builders.NOW_US, BOOK, "ja")
        for channel, number, author in (("amber/0", 1, "amber"), ("amber/0", 4, "coral"), ("amber.2/0", 9, "amber"))
    ]
    assert (1, 4, 9) == tuple(
        last_number(copies, *which) for which in (("amber/0", "amber"), ("amber/0", "coral"), ("amber.2/0", "amber"))
    )
    assert 0 == last_number(copies, "amber.2/0", "coral")
    assert () == forms.check(copies[0], BOOK)


def test_an_account_without_any_has_none():
    """No opening, no channel."""
    assert () == channels(Tale().account())
