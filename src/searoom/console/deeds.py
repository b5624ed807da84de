"""What a person does at the console besides looking: signing in and out, choosing a language and a light."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar
from urllib.parse import urlsplit

from starlette.responses import JSONResponse, RedirectResponse, Response

from searoom import clock
from searoom.console import wording
from searoom.console.asked import LANGUAGE_COOKIE, LIGHT_COOKIE, LIGHTS, Asked, Page
from searoom.console.passkeys import Site
from searoom.console.people import LONGEST_US, ROLES, Session
from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals.tables import LANGUAGES
from searoom.units import MICROSECONDS

HOME: Final = "/"
YEAR_S: Final = 365 * 24 * 3600
_STRETCHING: Final = ThreadPoolExecutor(2, "password")  # each password takes memory and time: few at once
_WAITING: Final = set[object]()
MOST_WAITING: Final = 16
_Told = TypeVar("_Told")


def session_cookie(party: str) -> str:
    """Return the name of the cookie of a session: a browser keeps one for a host, whatever the port."""
    return f"searoom-session-{party}"


def site_of(asked: Asked) -> Site:
    """Return under which name and origin this browser has opened the console; the guard has let no other name in."""
    url = asked.request.url
    return Site(url.hostname or "", f"{url.scheme}://{url.netloc}")


async def stretching(work: Callable[[], _Told]) -> _Told:
    """Do what tries or sets a password where it keeps nobody else waiting; `NotAllowed` where too many wait already."""
    if len(_WAITING) >= MOST_WAITING:
        raise NotAllowed(Sentence("door.too_many"))
    mine = object()
    _WAITING.add(mine)
    try:
        return await asyncio.get_running_loop().run_in_executor(_STRETCHING, work)
    finally:
        _WAITING.discard(mine)


async def sign_in(asked: Asked) -> Response:
    """Let a person in, or show the page again with what was wrong."""
    if asked.request.method != "POST":
        return _door(asked)
    form = await asked.request.form(max_files=0, max_fields=8)
    person, password = str(form.get("person", "")), str(form.get("password", ""))
    try:
        session = await stretching(
            partial(asked.house.people.sign_in, person, password, clock.machine_now(), _browser(asked))
        )
    except NotAllowed as fault:
        return _door(asked, 403, wrong=asked.refusal(fault), person=person[:40])
    return _let_in(asked, session, asked.to(_inside(asked.request.query_params.get("to", HOME))))


def _door(asked: Asked, status: int = 200, wrong: str = "", person: str = "", told: str = "") -> Response:
    named = asked.request.url.hostname or ""
    by_name = "" if named == "localhost" else f"http://localhost:{asked.request.url.port}/sign-in"
    return asked.page("sign-in.html", status, wrong=wrong, person=person, told=told, by_name=by_name)


def _let_in(asked: Asked, session: Session, answer: Response) -> Response:
    answer.set_cookie(
        session_cookie(asked.view.party),
        session.token,
        max_age=LONGEST_US // MICROSECONDS,
        httponly=True,
        samesite="strict",
        secure=asked.request.url.scheme == "https",
    )
    return answer


def _browser(asked: Asked) -> str:
    said = asked.request.headers.get("user-agent", "")
    return "".join(letter for letter in said if letter.isprintable())


async def ask_passkey(asked: Asked) -> Response:
    """Tell a browser what a passkey must answer to."""
    if asked.request.method != "POST":
        return asked.to("/sign-in")
    try:
        offer = asked.house.people.passkeys.offer(site_of(asked), clock.machine_now())
    except NotAllowed as fault:
        return JSONResponse({"wrong": wording.plain(fault, asked.lang)}, 403)
    return Response(offer, media_type="application/json")


async def sign_in_by_passkey(asked: Asked) -> Response:
    """Let in whoever's passkey gave the right answer."""
    if asked.request.method != "POST":
        return asked.to("/sign-in")
    form, people, now_us = await asked.posted(), asked.house.people, clock.machine_now()
    try:
        person = people.passkeys.owner(site_of(asked), form.get("answer", ""), now_us)
        session = people.begin_session(person, "passkey", now_us, _browser(asked))
    except NotAllowed as fault:
        people.audit.refused_stranger(now_us)
        return JSONResponse({"wrong": wording.plain(fault, asked.lang)}, 403)
    to = _inside(asked.request.query_params.get("to", HOME))
    return _let_in(asked, session, JSONResponse({"to": to}))


async def use_code(asked: Asked) -> Response:
    """Let a person set a password by the one-time code that an administrator gave them."""
    if asked.request.method != "POST":
        return asked.page("accounts/code.html", wrong="", person="")
    form = await asked.posted()
    person, password = form.get("person", ""), form.get("password", "")
    if password != form.get("again", ""):
        return asked.page("accounts/code.html", 403, wrong=asked.texts("accounts.differ"), person=person[:40])
    try:
        code = form.get("code", "")
        await stretching(partial(asked.house.people.use_code, person, code, password, clock.machine_now()))
    except NotAllowed as fault:
        wrong = asked.refusal(fault)
        return asked.page("accounts/code.html", 403, wrong=wrong, person=person[:40])
    return _door(asked, person=person, told=asked.texts("accounts.code_used"))


def sign_out(asked: Asked) -> Response:
    """End this session; a link alone ends none."""
    if asked.request.method != "POST":
        return asked.to(HOME)
    if asked.session is not None:
        asked.house.people.sign_out(asked.session, clock.machine_now())
    answer = asked.to("/sign-in")
    answer.delete_cookie(session_cookie(asked.view.party))
    return answer


async def choose(asked: Asked) -> Response:
    """Keep a language or a light in this browser, and go back to where the person was."""
    form = await asked.request.form(max_files=0, max_fields=8)
    answer = RedirectResponse(_inside(str(form.get("back", HOME))), 303)
    for cookie, among in ((LANGUAGE_COOKIE, LANGUAGES), (LIGHT_COOKIE, LIGHTS)):
        if form.get(cookie) in among:
            answer.set_cookie(cookie, str(form[cookie]), max_age=YEAR_S, httponly=True, samesite="strict")
    return answer


def _inside(path: str) -> str:
    """Return a path of this console; whatever leads elsewhere leads home."""
    parts = urlsplit(path)
    inside = not parts.scheme and not parts.netloc and path.startswith("/") and "\\" not in path
    return path if inside and path.isprintable() and not path.startswith("//") else HOME


PAGES: Final = (
    Page("/sign-in", "sign_in", sign_in, open=True, posts=True),
    Page("/sign-in/code", "use_code", use_code, open=True, posts=True),
    Page("/sign-in/passkey", "sign_in_by_passkey", sign_in_by_passkey, open=True, posts=True),
    Page("/sign-in/passkey/ask", "ask_passkey", ask_passkey, open=True, posts=True),
    Page("/sign-out", "sign_out", sign_out, posts=True, posters=ROLES),
    Page("/choose", "choose", choose, open=True, posts=True),
)
