"""How long each answer of the console took, by route and status; addresses themselves are not kept."""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from searoom import clock
from searoom.console.api.metrics import BOUNDS_S

STREAMS = "text/event-stream"
Heard = Callable[[str, str, int, float], None]
"""Told after each answer: method, route, status, seconds."""


class Meter:
    """Counts answers; wraps the pages as a middleware does."""

    def __init__(self, heard: Heard | None = None) -> None:
        self._counts: dict[tuple[str, str], list[int]] = {}
        self._sums: dict[tuple[str, str], float] = {}
        self._heard = heard

    def around(self, app: ASGIApp) -> ASGIApp:
        """Return the app, measured."""

        async def measured(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            began, seen = clock.monotonic(), dict[str, Any]()

            async def sent(message: Message) -> None:
                if message["type"] == "http.response.start":
                    kind = dict(message.get("headers", [])).get(b"content-type", b"").decode("latin-1")
                    seen.update(status=message["status"], stream=kind.startswith(STREAMS))
                await send(message)

            try:
                await app(scope, receive, sent)
            finally:
                if not seen.get("stream"):
                    self._count(scope, int(seen.get("status", 500)), clock.monotonic() - began)

        return measured

    def _count(self, scope: Scope, status: int, took_s: float) -> None:
        name = route(scope)
        key = (name, str(status))
        counts = self._counts.setdefault(key, [0] * (len(BOUNDS_S) + 1))
        counts[bisect_left(BOUNDS_S, took_s)] += 1
        self._sums[key] = self._sums.get(key, 0.0) + took_s
        if self._heard is not None:
            self._heard(str(scope["method"]), name, status, took_s)

    def counted(self) -> Mapping[tuple[str, str], tuple[tuple[int, ...], float]]:
        """Return how many answers of each route and status took so long at most, and how long all took."""
        return {key: (tuple(counts), self._sums[key]) for key, counts in self._counts.items()}


def route(scope: Scope) -> str:
    """Return the pattern of the route that answered: an address would name what somebody read."""
    found = scope.get("route")
    path = getattr(found, "path_format", getattr(found, "path", "")) if found is not None else ""
    return f"{scope.get('root_path', '')}{path}" or "other"


def memory_bytes() -> int:
    """Return the resident memory of this process; 0 where the system does not say."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * 4096
