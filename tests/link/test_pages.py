"""Messages no longer than the medium: each opened like the first, none empty, nothing cut."""

from linked import TEXT
from searoom.link.frames import Cosigned, End, Hello
from searoom.link.mail import Errands, NoMail
from searoom.link.pages import Pages
from searoom.link.progress import Message
from searoom.link.session import MOST, Role, Session

HELLO = Hello("demo-2026", TEXT, "amber", "amber", 0, "coral", 0, TEXT)


def pages(room: int) -> Pages:
    return Pages(lambda: Session(Role.CLIENT, "demo-2026", "amber", "coral"), [HELLO], room)


def read(data: bytes) -> Message:
    return Message.read(Session(Role.SERVER, "demo-2026", "coral", "amber"), data)


def test_what_does_not_fit_goes_into_the_next_message() -> None:
    """Each is whole, opens with the hello, ends, and is no longer than it may be; the order stays."""
    made = pages(1000)
    notes = [bytes([number]) * 300 for number in range(7)]
    for note in notes:
        made.say(Cosigned(note))
    messages = made.done()
    assert [2, 2, 2, 1] == [len(read(message).events) - 1 for message in messages]
    assert all(len(message) <= 1000 and read(message).hello == HELLO for message in messages)
    assert notes == [
        event.note for message in messages for event in read(message).events if isinstance(event, Cosigned)
    ]


def test_a_frame_that_is_too_long_for_any_stands_alone() -> None:
    """Whoever makes the parts refuses it; here it is not cut."""
    made = pages(1000)
    made.say(Cosigned(b"x" * 10))
    made.say(Cosigned(b"y" * 2000))
    made.say(Cosigned(b"z" * 10))
    assert [2, 2, 2] == [len(read(message).events) for message in made.done()]


def test_no_message_has_more_of_a_kind_than_it_may() -> None:
    """However short they are."""
    made = pages(1 << 20)
    for number in range(MOST[Cosigned] + 1):
        made.say(Cosigned(b"%d" % number))
    assert [MOST[Cosigned] + 1, 2] == [len(read(message).events) for message in made.done()]


def test_nothing_to_say_is_one_message_that_asks() -> None:
    """Who we are and what we hold; and one only, after errands with nothing to say, too."""
    made = pages(1000)
    made.say_errands(Errands(NoMail(), "coral"))
    (message,) = made.done()
    assert (HELLO, (End(),)) == (read(message).hello, read(message).events)
