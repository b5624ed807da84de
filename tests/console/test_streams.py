"""Open streams: so many to a session and to an account, and each place is given back however its stream ends."""

import asyncio
import contextlib
import socket

import pytest

from console_at_work import Browser, console, wait_for
from deskside import at_work
from searoom.console.streams import AGAIN_S, MOST_OF_ACCOUNT, MOST_OF_SESSION, Kept, Streams


class Dropped(socket.socket):
    """A browser's line to a stream, which can be cut off in the middle."""

    @classmethod
    def to(cls, sit, path="/stream"):
        """Open a stream as somebody who sits at a browser; return it with the first line of the answer."""
        host, port = sit.address.split(":")
        line = cls()
        line.connect((host, int(port)))
        cookie = "; ".join(f"{name}={value}" for name, value in sit.cookies.items())
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {sit.address}\r\nCookie: {cookie}\r\n\r\n".encode())
        answer = line.recv(4096).decode()
        if " 429 " in answer:
            answer += line.recv(4096).decode()
        return line, answer


def test_fifty_dropped_streams_leave_nothing_behind(stage, monkeypatch):
    """Half of them on the pages' stream, half on the chart's; each place is free again, and the next one is let in."""
    made = []
    monkeypatch.setattr(Streams, "__init__", _noting(Streams.__init__, made))
    with at_work(stage, "amber"), console(stage.folder("amber")) as address:
        sit = Browser(address).sign_in("watch-1")
        for turn in range(50):
            line, answer = Dropped.to(sit, "/stream" if turn % 2 else "/chart/stream")
            while " 429 " in answer:  # the one before is just ending
                line.close()
                line, answer = Dropped.to(sit, "/stream")
            assert " 200 " in answer
            line.close()
        wait_for(lambda: not len(made[-1]), 30)

        line, answer = Dropped.to(sit)
        line.close()
    assert " 200 " in answer


def test_the_streams_of_one_session_are_limited_and_another_has_its_own(stage):
    """One more than the number is refused in words, with when to ask again; who signs in anew is let in."""
    with at_work(stage, "amber"), console(stage.folder("amber")) as address, contextlib.ExitStack() as stack:
        sit = Browser(address).sign_in("watch-1")
        for _ in range(MOST_OF_SESSION):
            line, answer = Dropped.to(sit)
            stack.enter_context(contextlib.closing(line))
            assert " 200 " in answer
        line, refused = Dropped.to(sit, "/chart/stream")
        line.close()
        line, other = Dropped.to(Browser(address).sign_in("watch-1"))
        line.close()

    assert " 429 " in refused
    assert f"retry-after: {AGAIN_S}" in refused.lower()
    assert "Close one of them" in refused
    assert " 200 " in other


def test_an_account_is_limited_over_all_of_its_sessions():
    """Many sessions of one account share its number; another account's is untouched."""
    streams = Streams()
    places = [streams.page("watch-1", f"session {turn // MOST_OF_SESSION}") for turn in range(MOST_OF_ACCOUNT)]

    assert all(places)
    assert streams.page("watch-1", "a new one") is None
    assert streams.page("duty-1", "another") is not None
    places[0].leave()
    places[0].leave()
    assert streams.page("watch-1", "a new one") is not None
    assert streams.page("watch-1", "a new one") is None


def test_a_name_that_was_only_refused_is_not_kept():
    """Whoever asks in vain under ever new names fills no memory."""
    streams = Streams()
    for turn in range(100):
        assert streams.take(**{f"name {turn}": 0}) is None

    assert 0 == len(streams)


def test_a_stream_that_fails_in_the_middle_gives_its_place_back():
    """Whatever ends it, its place is free, and its events are closed."""
    streams, closed = Streams(), []

    async def events():
        try:
            yield "data: 1\n\n"
            yield "data: 2\n\n"
        finally:
            closed.append(True)

    async def send(message):
        if message.get("body"):
            raise OSError("gone")

    async def receive():
        await asyncio.sleep(60)

    with pytest.raises(BaseException, match="gone|unhandled"):
        asyncio.run(
            Kept(events(), streams.page("a", "b"))({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)
        )
    assert 0 == len(streams)
    assert [True] == closed


def _noting(begin, made):
    def noted(self):
        begin(self)
        made.append(self)

    return noted
