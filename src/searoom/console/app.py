"""The routes: the console's table of contents, and what is asked of everybody who opens one of them."""

import asyncio
import hmac
import inspect
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from searoom import clock
from searoom.console import deeds, pages, saying, streams, wording
from searoom.console.accounts import pages as accounts
from searoom.console.accounts.noting import noting
from searoom.console.api.mounted import Programs
from searoom.console.asked import LANGUAGE_COOKIE, LIGHT_COOKIE, LIGHTS, PACKAGE, Asked, Page, chosen, form_of, in_words
from searoom.console.chart import pages as chart
from searoom.console.contact import pages as contact
from searoom.console.deeds import session_cookie
from searoom.console.duties import pages as duties
from searoom.console.guard import Guard
from searoom.console.hotline import pages as hotline
from searoom.console.house import House
from searoom.console.incidents import pages as incidents
from searoom.console.people import Session
from searoom.console.proving import pages as proving
from searoom.console.proving.indexing import indexing
from searoom.console.watchkeeping import pages as watchkeeping
from searoom.errors import NotAllowed, SearoomError
from searoom.review.texts import Texts
from searoom.sentences import Sentence
from searoom.signals.tables import LANGUAGES

HEARTBEAT_S: Final = 15.0
MAX_DIGITS: Final = 16
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".geojson": "application/geo+json",
    ".json": "application/json",
}
"""What a file of the folder `static` is, by how its name ends; no other is served."""
_SHIPPED: Final = re.compile(r"[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,99}(/[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,99}){0,4}")
"""How a file of that folder is called: no step upwards, and no name that a disk refuses."""
PACKED: Final = ".gz"  # a file that lies packed is sent so, under its own name
FORM_MARK: Final = "mark"


PAGES: Final = (
    *pages.PAGES,
    *chart.PAGES,
    *contact.PAGES,
    *hotline.PAGES,
    *saying.PAGES,
    *watchkeeping.PAGES,
    *duties.PAGES,
    *incidents.PAGES,
    *proving.PAGES,
    *accounts.PAGES,
    *deeds.PAGES,
)
"""Every page there is: the parts of the console, one after the other, as the menu has them."""


async def _lost(request: Request, fault: Exception) -> Response:
    """Answer where there is no page, or none that is asked in this way, and say nothing of what there is."""
    status = fault.status_code if isinstance(fault, HTTPException) else 404
    words = Sentence("lost.page" if status == 404 else "lost.method")
    return in_words(request, words, status, fault.headers if isinstance(fault, HTTPException) else None)


async def _cut_off(request: Request, _fault: Exception) -> Response:
    """Answer, if anybody is there still, where a form ended in the middle or was longer than is taken."""
    return in_words(request, Sentence("lost.cut_off"), 400)


LOST: Final = {404: _lost, 405: _lost, ClientDisconnect: _cut_off}


class Console:
    """One node's console."""

    def __init__(self, house: House) -> None:
        self._house, self._programs = house, Programs(house)

    def app(self, hosts: Sequence[str]) -> ASGIApp:
        """Return the whole, guarded; `hosts` are the names by which it may be called."""
        routes = [
            Route(page.path, self._shown(page), methods=["GET", "POST"] if page.posts else ["GET"], name=page.name)
            for page in PAGES
        ]
        routes += [
            Route("/stream", self._stream, name="stream"),
            Route("/static/{name:path}", _static, name="static"),
            Route("/health", _health, name="health"),
        ]
        starlette = Starlette(
            routes=[*routes, *self._programs.routes()], lifespan=self._lifespan, exception_handlers=LOST
        )
        return Guard(self._programs.around(starlette), hosts)

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        works = [self._house.follower.run(), self._programs.run(), noting(self._house), indexing(self._house)]
        tasks = [asyncio.create_task(self._house.going_on(each)) for each in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._house.people.close()

    def _session(self, request: Request) -> Session | None:
        return self._house.people.session(
            request.cookies.get(session_cookie(self._house.follower.view.party), ""), clock.machine_now()
        )

    def _shown(self, page: Page) -> Callable[[Request], object]:
        async def show(request: Request) -> Response:
            session = self._session(request)
            follows = page.follows and session is not None and request.method == "GET"  # what answers a form stays
            asked = Asked(
                request=request,
                house=self._house,
                view=self._house.follower.view,
                texts=Texts(chosen(request, LANGUAGE_COOKIE, LANGUAGES), PACKAGE),
                light=chosen(request, LIGHT_COOKIE, LIGHTS),
                session=session,
                pages=PAGES,
                seen=self._house.follower.number if follows else None,
            )
            if not page.open:
                if session is None and page.parks is not None and request.method == "POST":
                    return await page.parks(asked)
                if session is None:
                    return asked.to("/sign-in?to=" + _back_to(request))
                if not session.may(page.asks(request.method)):
                    return asked.page("refused.html", 403, sentence=asked.texts("page.not_your_role"), advice="")
                if "x-live" not in request.headers:
                    self._house.people.seen(session, clock.machine_now())
            try:
                if page.parks is not None and not await _marked(page, session, request):
                    return await page.parks(asked)
                await _check_mark(page, session, request)
                answer = page.show(asked)
                return await answer if inspect.isawaitable(answer) else answer
            except SearoomError as fault:
                status = 404 if isinstance(fault, NotAllowed) else 503
                sentence, advice = wording.refused(fault, asked.lang)
                return asked.page("refused.html", status, sentence=sentence, advice=advice)

        return show

    async def _stream(self, request: Request) -> Response:
        """Tell a browser each time the view has changed, until its session ends."""
        session = self._session(request)
        if session is None:
            return PlainTextResponse("sign in\n", 401)
        place = self._house.streams.page(session.person.id, session.token)
        if place is None:
            return streams.full()

        async def events() -> AsyncGenerator[str, None]:
            asked = request.query_params.get("seen", "")
            seen = int(asked) if asked.isdecimal() and len(asked) < MAX_DIGITS else -1
            while self._session(request) is not None:
                number = await self._house.follower.changed(seen, HEARTBEAT_S)
                yield (
                    f"id: {number}\nevent: changed\ndata: {json.dumps(number)}\n\n" if number != seen else ": here\n\n"
                )
                seen = number
            yield "event: ended\ndata: 0\n\n"

        return streams.Kept(events(), place)


def _back_to(request: Request) -> str:
    """Return where whoever signs in goes on: the page that they asked for, with what stood behind its address."""
    behind = f"?{request.url.query}" if request.url.query else ""
    return quote(request.url.path + behind, safe="/")


async def _check_mark(page: Page, session: Session | None, request: Request) -> None:
    """Refuse a form that does not bring the mark of the session that it says it is of."""
    if not await _marked(page, session, request):
        raise NotAllowed(Sentence("page.other_session"))


async def _marked(page: Page, session: Session | None, request: Request) -> bool:
    if request.method != "POST" or page.open:
        return True
    form = await form_of(request, page.files)
    brought = str(form.get(FORM_MARK, "")).encode(errors="replace")
    return session is not None and hmac.compare_digest(session.mark.encode(), brought)


def _static(request: Request) -> Response:
    name = PurePosixPath(str(request.path_params["name"]))
    if not _SHIPPED.fullmatch(str(name)):
        return PlainTextResponse("there is no such file\n", 404)
    file = resources.files(PACKAGE).joinpath("static", *name.parts)
    packed = resources.files(PACKAGE).joinpath("static", *name.parts[:-1], name.name + PACKED)
    headers = {"cache-control": "no-cache"}
    if not file.is_file() and packed.is_file():
        file, headers["content-encoding"] = packed, "gzip"
    if name.suffix not in TYPES or not file.is_file():
        return PlainTextResponse("there is no such file\n", 404)
    return Response(file.read_bytes(), media_type=TYPES[name.suffix], headers=headers)


def _health(_request: Request) -> Response:
    return PlainTextResponse("up\n")
