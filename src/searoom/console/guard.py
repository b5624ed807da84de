"""What stands before every page: which hosts may ask, how much and how often, and what each answer forbids a browser.

Rule 1: nothing of another origin is loaded, framed, or posted to; a test counts what leaves the host.
Rule 2: whoever posts shows where the form came from and brings its mark; a request that does not is refused unread.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from searoom import clock
from searoom.console.asked import in_words
from searoom.sentences import Sentence

MAX_BODY: Final = 1 << 20
MAX_PATH: Final = 512  # letters of an address before its query: two names of craft, and what is asked of them
LARGER: Final[Mapping[str, int]] = MappingProxyType({"/hotline/files": (16 << 20) + (64 << 10)})
"""Bytes of a body where a file is handed in, by path; `hotline.attachments` says how large a file may be."""
MAX_CLIENTS: Final = 1_000
BURST: Final = 120
PER_SECOND: Final = 20.0
TOO_MANY: Final = 429
_AGAIN: Final = MappingProxyType({"retry-after": "1"})  # by then whoever waited is let in again

_POLICY: Final = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    b"connect-src 'self'; media-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    b"base-uri 'none'"
)
_PERMISSIONS: Final = (
    b"accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), "
    b"magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-create=(self), "
    b"publickey-credentials-get=(self), screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()"
)
HEADERS: Final = (
    (b"content-security-policy", _POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),  # with none at all a browser names no origin of its own forms
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", _PERMISSIONS),
    (b"cache-control", b"no-store"),
)
_SAFE: Final = ("GET", "HEAD")
_UTF8: Final = re.compile(rb';\s*charset="?utf-8"?\s*(?=;|$)')


class Guard:
    """Wraps the pages; `hosts` are the names by which this console may be called, with their ports."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        self._app, self._hosts = app, frozenset(host.lower() for host in hosts)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what may not be asked, and pass on the rest with a bounded body and the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refused(scope)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                named = {name for name, _ in message.get("headers", [])}
                message = {
                    **message,
                    "headers": [*message.get("headers", []), *(row for row in HEADERS if row[0] not in named)],
                }
            await send(message)

        if refused is not None:
            status, words = refused
            again = _AGAIN if status == TOO_MANY else None
            await in_words(Request(scope), words, status, again)(scope, receive, sent)
            return
        await self._app(scope, _bounded(receive, LARGER.get(scope["path"], MAX_BODY)), sent)

    def _refused(self, scope: Scope) -> tuple[int, Sentence] | None:
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if host not in self._hosts:
            return 421, Sentence("lost.name")
        if scope["method"] not in _SAFE:
            origin = headers.get(b"origin", b"").decode("latin-1").lower()
            if origin.partition("://")[2] != host:
                return 403, Sentence("lost.origin")
            kind = headers.get(b"content-type", b"").lower()
            if kind.count(b"charset") != len(_UTF8.findall(kind)):  # a name of any codec would be tried
                return 415, Sentence("lost.letters")
        if len(scope["path"]) > MAX_PATH:
            return 414, Sentence("lost.address")
        most = LARGER.get(scope["path"], MAX_BODY)
        if int(headers.get(b"content-length", b"0") or b"0") > most:
            return 413, Sentence("lost.too_much", most=most)
        client = scope.get("client") or ("", 0)
        return None if self._admits(str(client[0])) else (TOO_MANY, Sentence("lost.too_many"))

    def _admits(self, client: str) -> bool:
        now = clock.monotonic()
        left, at = self._buckets.pop(client, (float(BURST), now))
        left = min(float(BURST), left + (now - at) * PER_SECOND)
        admitted = left >= 1.0
        self._buckets[client] = (left - 1.0 if admitted else left, now)
        while len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        return admitted


def _bounded(receive: Receive, most: int) -> Receive:
    """Pass on a body up to its limit, however it is sent; beyond, as if whoever sends had gone."""
    total = 0

    async def received() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        return {"type": "http.disconnect"} if total > most else message

    return received
