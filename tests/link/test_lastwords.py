"""What a party said last by hand: kept, added up within one bundle, replaced by the next."""

import pytest

from linked import TEXT, spoken
from searoom.link.frames import Aside, End, Hello, Want, WantAnnex
from searoom.link.lastwords import HALF, LastWords
from searoom.link.progress import Message
from searoom.link.session import Role, Session
from searoom.record.store import SqliteStore

ONE, OTHER = b"1" * 16, b"2" * 16


@pytest.fixture
def words() -> LastWords:
    return LastWords(SqliteStore(":memory:"), "demo-2026", "amber")


def message(held: int, *events: object) -> Message:
    hello = Hello("demo-2026", TEXT, "coral", "coral", 1, "amber", held, TEXT)
    data = spoken("amber", "coral", [hello, Want("teal", 3), *events, End()])
    return Message.read(Session(Role.SERVER, "demo-2026", "amber", "coral"), data)


def test_nobody_has_said_anything_at_first(words: LastWords) -> None:
    """No words, and no bundle that is answered."""
    assert (None, bytes(HALF)) == (words.last("coral"), words.read("coral"))
    words.forget("coral")


def test_what_was_said_last_is_kept_and_forgotten(words: LastWords) -> None:
    """What they hold, and of which bundle it was."""
    words.keep("coral", message(4), ONE)
    words.keep("coral", message(5), OTHER)
    told = words.last("coral")
    assert told is not None
    assert (5, (Want("teal", 3),), (), ()) == (told.hello.held_size, told.wants, told.annexes, told.asides)
    assert OTHER[:HALF] == words.read("coral")
    words.forget("coral")
    assert words.last("coral") is None


def test_within_one_bundle_what_is_asked_for_adds_up(words: LastWords) -> None:
    """Of its several messages; another bundle begins anew."""
    words.keep("coral", message(4, Aside("table", 1, b"x"), WantAnnex((TEXT,))), ONE)
    words.keep("coral", message(4, Aside("table", 2, b"x"), WantAnnex((bytes(32),))), ONE)
    told = words.last("coral")
    assert told is not None
    assert (((("table", 1)), ("table", 2)), (bytes(32), TEXT)) == (told.asides, told.annexes)
    words.keep("coral", message(4), OTHER)
    told = words.last("coral")
    assert told is not None
    assert ((), ()) == (told.asides, told.annexes)


def test_only_the_bundle_that_asked_is_answered_and_only_at_the_same_size(words: LastWords) -> None:
    """Another name, another log, another size, another party: no answer."""
    words.ask("coral", b"question", "amber", 3)
    assert words.answers("coral", b"question", "amber", 3)
    for wrong in (
        ("teal", b"question", "amber", 3),
        ("coral", b"another!", "amber", 3),
        ("coral", b"question", "amber.2", 3),
        ("coral", b"question", "amber", 4),
    ):
        assert not words.answers(*wrong)
