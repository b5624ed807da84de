"""A statement in several logs of its author: which place counts, and that it counts once wherever an account is read."""

from dataclasses import fields as dataclass_fields
from dataclasses import replace

import pytest

from searoom.account import Again, Message, arrange
from searoom.matters import asides, contacts, dossiers
from searoom.matters.delivery import delivery
from searoom.obligations import standing
from searoom.record.entry import Heard
from searoom.review import rows
from searoom.review.texts import Texts
from searoom.statements.items import Closed, Place, stands_too
from searoom.statements.repeated import alone, repeats
from told import BOOK, DEMO, MINUTE_US, START_US, Tale

PLACE = tuple(each.name for each in dataclass_fields(Place))


def told():
    """Return a tale in which amber asks something that coral reads and answers; each statement has its hash."""
    tale = Tale()
    asked = tale.say("amber", "hotline-message", text="Where do you go?")
    tale.meet()
    tale.say("coral", "read", at_us=START_US + MINUTE_US, reply_to=asked)
    tale.meet()
    return tale


def items(tale, *more):
    """Return all items of a tale, each with a hash of its own, and more."""
    known = [item for log in tale.logs.values() for item in log]
    return [*(replace(item, statement=repr(item.ref).encode()) for item in known), *more]


def again(item, ref, **changes):
    """Return the same statement at another place, signed there as it was."""
    return replace(item, ref=ref, **{"height": item.height + 9, "heard": (), **changes})


def closed(item):
    """Return an item as who cannot read it has it."""
    return Closed(**{name: getattr(item, name) for name in PLACE}, why="closed")


def account(tale, *more):
    """Return the account of a tale and of more items."""
    return arrange(tale.parties, [*items(tale), *more], {})


def test_nothing_is_repeated_where_each_statement_stands_once():
    """Neither in one log, nor in several, nor where no statement is known."""
    tale = told()
    first = items(tale)[0]
    assert {} == repeats(items(tale))
    assert {} == repeats([first, again(first, ("amber.2", 0), statement=b"another")])
    assert {} == repeats([replace(first, statement=b""), again(first, ("amber.2", 0), statement=b"")])
    assert {} == repeats([first, again(first, ("coral", 1), author="coral")])


def test_the_place_in_the_oldest_log_counts():
    """Also where a later log has it at a lower height: who repeats a message does not move it."""
    first = items(told())[0]
    for height in (0, 1, 99):
        places = (("amber", 0), ("amber.2", 7), ("amber.10", 3))
        same = [again(first, places[2]), first, again(first, places[1], height=height)]
        assert dict.fromkeys(places, places) == repeats(same)


def test_a_closed_or_doubtful_place_counts_last():
    """A replay with fewer signatures closes nothing, and one by a stolen key makes nothing doubtful."""
    first = items(told())[0]
    later, doubtful = again(first, ("amber.2", 0)), replace(first, doubtful="a key was withdrawn")
    assert ("amber.2", 0) == repeats([doubtful, later])["amber", 0][0]
    assert ("amber.2", 0) == repeats([closed(first), later])["amber", 0][0]
    assert ("amber", 0) == repeats([doubtful, closed(later)])["amber", 0][0]
    assert ("amber", 0) == repeats([doubtful, replace(later, doubtful="too")])["amber", 0][0]


@pytest.mark.parametrize("height", [1, 99])
def test_an_account_has_it_once_and_shows_where_it_stands_again(height):
    """Messages, states, answers and duties are those of before, asked by either place; and arranged again, the same."""
    tale = told()
    first = items(tale)[0]
    before = account(tale)
    twice = account(tale, again(first, ("amber.2", 0), height=height))
    (other,) = [item for item in twice.items if isinstance(item, Again)]

    assert (("amber.2", 0), ("amber", 0)) == (other.ref, other.of)
    assert isinstance(alone(other), Message)
    assert first is alone(first)
    assert before.messages() == twice.messages()
    assert before.messages("hotline-message") == twice.messages("hotline-message")
    assert twice.message(("amber", 0)) == twice.message(("amber.2", 0)) == first
    assert delivery(twice, ("amber", 0)) == delivery(twice, ("amber.2", 0))
    assert delivery(before, ("amber", 0)).read == delivery(twice, ("amber.2", 0)).read
    now_us = START_US + 60 * MINUTE_US
    assert standing.standing(DEMO, before, now_us) == standing.standing(DEMO, twice, now_us)
    assert twice == arrange(tale.parties, twice.items, {})


def test_what_answers_has_or_stores_any_place_does_so_for_the_message():
    """Coral knew of amber.2 alone: it heard, cosigned and answered it there, and that is shown of the first place."""
    tale = Tale()
    tale.say("amber", "hotline-message", text="Where do you go?")
    first = items(tale)[0]
    later = again(first, ("amber.2", 0), height=1)
    tale.say("coral", "read", at_us=START_US + MINUTE_US, reply_to=("amber.2", 0))
    tale.meet()
    tale.say("amber", "line-test", at_us=START_US + 2 * MINUTE_US)
    _, heard, read = items(tale)
    read = replace(read, height=2, heard=(Heard("amber.2", 1, bytes(32)),))
    shown = arrange(tale.parties, [first, later, read, replace(heard, height=3)], {("amber.2", "coral"): 1})

    assert [("coral", 0)] == [answer.ref for answer in shown.answers(("amber", 0))]
    assert ("amber", 0) == shown.answered(read.filled)
    assert ("coral", 0) == shown.delivered(("amber", 0), "coral").ref
    assert shown.stored(("amber", 0), "coral")
    assert not shown.stored(("coral", 0), "amber")
    told_of = delivery(shown, ("amber", 0))
    assert (("coral", 0), {"coral": True}) == (told_of.read.ref, told_of.recorded)
    duties = [
        duty for duty in standing.standing(DEMO, shown, START_US + 60 * MINUTE_US) if duty.clause.id == "hotline-read"
    ]
    assert [("met", ("coral", 0))] == [(duty.state, duty.met_by) for duty in duties]


def test_calls_dossiers_and_channels_are_found_by_any_place():
    """What points at the second place is about the same call, the same incident, the same channel."""
    tale = Tale()
    call = {"unit_from": "Amber 1", "unit_to": "Coral 1", "words": "Keep clear.", "at": START_US}
    tale.say("amber", "contact-sent", **call)
    tale.say("amber", "dossier-open", incident="Collision")
    tale.say("amber", "off-record-open", **{"with": "coral", "contribution": bytes(32)}, to=("coral",))
    first = items(tale)
    second = [again(item, ("amber.2", n)) for n, item in enumerate(first)]
    tale.say("coral", "contact-answer", reply_to=("amber.2", 0), answer="received")
    tale.say("coral", "dossier-close", reply_to=("amber.2", 1), how="settled")
    tale.say(
        "coral",
        "off-record-open",
        **{"with": "amber", "contribution": bytes(32)},
        to=("amber",),
        reply_to=("amber.2", 2),
    )
    shown = account(tale, *second)

    (row,) = contacts.contacts(shown)
    assert [("coral", 0)] == [answer.ref for answer in row.answers]
    (dossier,) = dossiers.dossiers(shown)
    assert [("coral", 1)] == [message.ref for message in dossier.closings]
    (channel,) = asides.channels(shown)
    assert (("amber", 2), ("coral", 2)) == (channel.ref, channel.joined)


@pytest.mark.parametrize(
    ("lang", "said", "other"),
    [("en", "Said again", "also stands at"), ("ja", "再掲", "にもあります"), ("zh", "重复载入", "还载于")],
)
def test_a_reader_sees_that_it_stands_twice(lang, said, other):
    """The second place is a line of its own on the page, in each language; the first names its other places."""
    tale = told()
    shown = account(tale, again(items(tale)[0], ("amber.2", 0)))
    page = rows.content(shown, DEMO, BOOK, Texts(lang), director=True)
    (line,) = [row for row in page.timeline if getattr(row, "ref", "") == "amber.2/0"]
    assert (True, (), ()) == (said in line.title, line.states, line.fields)
    assert 1 == len(page.hotline)
    assert other in stands_too(shown.places(("amber", 0))[1:], lang)
    assert "amber.2/0" in stands_too(shown.places(("amber", 0))[1:], lang)
    assert "" == stands_too((), lang)
