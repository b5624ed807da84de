"""A message is parted into who speaks, what is wanted and the rest; an outcome knows whether it changed anything."""

import pytest

from linked import TEXT, spoken
from searoom.errors import NotAllowed
from searoom.link.frames import Cosigned, End, Fault, Hello, Want
from searoom.link.progress import Message, Outcome, Progress, Verdict
from searoom.link.session import Role, Session

HELLO = Hello("demo-2026", TEXT, "amber", "amber", 0, "coral", 0, bytes(32))


def test_parts_a_message() -> None:
    """Hello, wants, and all that follows the hello; a fault is read out of it."""
    said = [HELLO, Want("teal", 3), Fault("busy", "our watch changes"), End()]
    session = Session(Role.SERVER, "demo-2026", "coral", "amber")
    message = Message.read(session, spoken("coral", "amber", said))
    assert message == Message(HELLO, (Want("teal", 3),), tuple(said[1:]))
    assert message.fault == "our watch changes"
    assert Message(HELLO, (), (End(),)).fault == ""


def test_refuses_what_is_no_whole_message() -> None:
    """Nothing is parted that broke off."""
    data = spoken("coral", "amber", [HELLO, End()])
    with pytest.raises(NotAllowed, match="breaks off"):
        Message.read(Session(Role.SERVER, "demo-2026", "coral", "amber"), data[:-1])


def test_an_outcome_is_empty_where_nothing_came_of_it() -> None:
    """Entries, own ones, hurried ones and what is to be said each count; what is lacking does not."""
    assert Outcome().empty
    assert Outcome(lacking={"teal": 3}).empty
    for outcome in (Outcome(received=1), Outcome(healed=1), Outcome(ahead=1), Outcome(to_say=[Cosigned(b"n")])):
        assert not outcome.empty


def test_a_verdict_reads_as_a_watch_says_it() -> None:
    """The words of a verdict are shown as they stand; where all is well there is none."""
    assert str(Verdict.THEY_RESTORED) == "their node was restored"
    assert not Verdict.CLEAR
    assert Progress(in_step=True, rounds=1, sent=0, received=0, fault="").verdict is Verdict.CLEAR
