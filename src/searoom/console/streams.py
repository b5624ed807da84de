"""How many streams each browser session, and each account over all of its sessions, keeps open; more are refused.

Rule: a place is given back when the answer ends, however it ends; what a browser drops leaves nothing behind.
"""

from collections import Counter
from collections.abc import AsyncGenerator
from types import MappingProxyType
from typing import Final

from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

MOST_OF_SESSION: Final = 12  # a browser opens six to one console; two windows of it, and some that are just ending
MOST_OF_ACCOUNT: Final = 36
MOST_OF_PROGRAM: Final = 100  # of one token
AGAIN_S: Final = 10
FULL: Final = (
    "Too many pages of this account are kept new already. Close one of them; this one is kept new more slowly."
)
_AGAIN: Final = MappingProxyType({"retry-after": str(AGAIN_S)})


class Streams:
    """The places that are taken, by name: of a session, of an account, of a program."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def __len__(self) -> int:
        """The number of names that hold a place."""
        return len(self._taken)

    def take(self, **most: int) -> "Place | None":
        """Take one place under each name, or none where one of them has its number already."""
        if any(self._taken[name] >= number for name, number in most.items()):
            self._taken = +self._taken  # a name that was only asked for is not kept
            return None
        self._taken.update(most.keys())
        return Place(self, tuple(most))

    def page(self, account: str, token: str) -> "Place | None":
        """Take a place for a page of a session."""
        return self.take(**{f"session {token}": MOST_OF_SESSION, f"account {account}": MOST_OF_ACCOUNT})

    def program(self, name: str) -> "Place | None":
        """Take a place for a program, by the name of its token."""
        return self.take(**{f"program {name}": MOST_OF_PROGRAM})

    def give_back(self, names: tuple[str, ...]) -> None:
        """Give back one place under each name."""
        self._taken.subtract(names)
        self._taken = +self._taken


class Place:
    """One stream's place; it is given back once."""

    def __init__(self, streams: Streams, names: tuple[str, ...]) -> None:
        self._streams, self._names = streams, names

    def leave(self) -> None:
        """Give it back."""
        names, self._names = self._names, ()
        self._streams.give_back(names)


class Kept(StreamingResponse):
    """Events for a page that has a place, which is given back with their end."""

    def __init__(self, events: AsyncGenerator[str, None], place: Place) -> None:
        super().__init__(events, media_type="text/event-stream")
        self._events, self._place = events, place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until they end, or nobody takes them any more."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._place.leave()
            await self._events.aclose()


def full() -> Response:
    """Return the refusal, with when to ask again."""
    return PlainTextResponse(FULL + "\n", 429, dict(_AGAIN))
