"""The routes: the console's table of contents, and what is asked of everybody who opens one of them."""

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from searoom import clock
from searoom.console import pages
from searoom.console.asked import LANGUAGE_COOKIE, LIGHT_COOKIE, LIGHTS, PACKAGE, Asked, Page, chosen, form_of
from searoom.console.deeds import SESSION_COOKIE, Deeds
from searoom.console.follow import Follower
from searoom.console.guard import Guard
from searoom.console.people import People, Session
from searoom.console.saying import SIGNERS, Saying
from searoom.errors import NotAllowed, SearoomError
from searoom.review.texts import Texts
from searoom.signals.tables import LANGUAGES

HEARTBEAT_S: Final = 15.0
MAX_DIGITS: Final = 16
STATIC: Final = {"console.css": "text/css; charset=utf-8", "live.js": "text/javascript; charset=utf-8"}
FORM_MARK: Final = "mark"


def table(deeds: Deeds, saying: Saying) -> tuple[Page, ...]:
    """Return every page there is."""
    return (
        Page("/", "front", pages.front, menu=True, follows=True),
        Page("/messages", "messages", pages.messages, menu=True, follows=True),
        Page("/messages/{log}/{index:int}", "message", pages.message, follows=True),
        Page("/say", "say", saying.choose, roles=SIGNERS, menu=True),
        Page("/say/{form}", "fill", saying.say, roles=SIGNERS, posts=True),
        Page("/drafts/{number:int}", "draft", saying.draft, roles=SIGNERS, posts=True),
        Page("/due", "due", pages.due, menu=True, follows=True),
        Page("/record", "record", pages.record, menu=True, follows=True),
        Page("/sign-in", "sign_in", deeds.sign_in, open=True, posts=True),
        Page("/sign-out", "sign_out", deeds.sign_out, posts=True),
        Page("/choose", "choose", deeds.choose, open=True, posts=True),
    )


class Console:
    """One node's console."""

    def __init__(self, folder: Path, follower: Follower, people: People) -> None:
        self._follower, self._people = follower, people
        self._pages = table(Deeds(people), Saying(folder, people, follower))

    def app(self, hosts: Sequence[str]) -> ASGIApp:
        """Return the whole, guarded; `hosts` are the names by which it may be called."""
        routes = [
            Route(page.path, self._shown(page), methods=["GET", "POST"] if page.posts else ["GET"], name=page.name)
            for page in self._pages
        ]
        routes += [
            Route("/stream", self._stream, name="stream"),
            Route("/static/{name}", _static, name="static"),
            Route("/health", _health, name="health"),
        ]
        return Guard(Starlette(routes=routes, lifespan=self._lifespan), hosts)

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        following = asyncio.create_task(self._follower.run())
        try:
            yield
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            self._people.close()

    def _session(self, request: Request) -> Session | None:
        return self._people.session(request.cookies.get(SESSION_COOKIE, ""), clock.machine_now())

    def _shown(self, page: Page) -> Callable[[Request], object]:
        async def show(request: Request) -> Response:
            session = self._session(request)
            asked = Asked(
                request=request,
                view=self._follower.view,
                texts=Texts(chosen(request, LANGUAGE_COOKIE, LANGUAGES), PACKAGE),
                light=chosen(request, LIGHT_COOKIE, LIGHTS),
                session=session,
                pages=self._pages,
                seen=self._follower.number if page.follows and session is not None else None,
            )
            if not page.open:
                if session is None:
                    return asked.to("/sign-in?to=" + request.url.path)
                if not session.may(page.roles):
                    return asked.page("refused.html", 403, sentence=asked.texts("page.not_your_role"), advice="")
                if "x-live" not in request.headers:
                    self._people.seen(session, clock.machine_now())
            try:
                await _check_mark(page, session, request)
                answer = page.show(asked)
                return await answer if inspect.isawaitable(answer) else answer
            except SearoomError as fault:
                status = 404 if isinstance(fault, NotAllowed) else 503
                return asked.page("refused.html", status, sentence=fault.sentence, advice=fault.advice())

        return show

    async def _stream(self, request: Request) -> Response:
        """Tell a browser each time the view has changed, until its session ends."""
        if self._session(request) is None:
            return PlainTextResponse("sign in\n", 401)

        async def events() -> AsyncIterator[str]:
            asked = request.query_params.get("seen", "")
            seen = int(asked) if asked.isdecimal() and len(asked) < MAX_DIGITS else -1
            while self._session(request) is not None:
                number = await self._follower.changed(seen, HEARTBEAT_S)
                yield (
                    f"id: {number}\nevent: changed\ndata: {json.dumps(number)}\n\n" if number != seen else ": here\n\n"
                )
                seen = number
            yield "event: ended\ndata: 0\n\n"

        return StreamingResponse(events(), media_type="text/event-stream")


async def _check_mark(page: Page, session: Session | None, request: Request) -> None:
    """Refuse a form that does not bring the mark of the session that it says it is of."""
    if request.method == "POST" and not page.open:
        form = await form_of(request)
        if session is None or form.get(FORM_MARK) != session.mark:
            raise NotAllowed("this form is of another session", advice="Open the page again, and send it from there.")


def _static(request: Request) -> Response:
    name = str(request.path_params["name"])
    if name not in STATIC:
        return PlainTextResponse("there is no such file\n", 404)
    data = resources.files(PACKAGE).joinpath("static", name).read_bytes()
    return Response(data, media_type=STATIC[name], headers={"cache-control": "no-cache"})


def _health(_request: Request) -> Response:
    return PlainTextResponse("up\n")
