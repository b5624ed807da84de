"""What a person does at the console besides looking: signing in and out, choosing a language and a light."""

import asyncio
from typing import Final
from urllib.parse import urlsplit

from starlette.responses import RedirectResponse, Response

from searoom import clock
from searoom.console.asked import LANGUAGE_COOKIE, LIGHT_COOKIE, LIGHTS, Asked
from searoom.console.people import LONGEST_US, People
from searoom.errors import NotAllowed
from searoom.signals.tables import LANGUAGES
from searoom.units import MICROSECONDS

SESSION_COOKIE: Final = "searoom-session"
HOME: Final = "/"
YEAR_S: Final = 365 * 24 * 3600


class Deeds:
    """What pages may change; `people` are the accounts of this console."""

    def __init__(self, people: People) -> None:
        self._people = people

    async def sign_in(self, asked: Asked) -> Response:
        """Let a person in, or show the page again with what was wrong."""
        if asked.request.method != "POST":
            return asked.page("sign-in.html", wrong="", person="")
        form = await asked.request.form(max_files=0, max_fields=8)
        person, password = str(form.get("person", "")), str(form.get("password", ""))
        try:
            session = await asyncio.to_thread(self._people.sign_in, person, password, clock.machine_now())
        except NotAllowed as fault:
            return asked.page("sign-in.html", 403, wrong=f"{fault.sentence}. {fault.advice()}", person=person[:40])
        answer = asked.to(_inside(asked.request.query_params.get("to", HOME)))
        answer.set_cookie(
            SESSION_COOKIE, session.token, max_age=LONGEST_US // MICROSECONDS, httponly=True, samesite="strict",
            secure=asked.request.url.scheme == "https",
        )  # fmt: skip
        return answer

    def sign_out(self, asked: Asked) -> Response:
        """End this session."""
        if asked.session is not None:
            self._people.sign_out(asked.session)
        answer = asked.to("/sign-in")
        answer.delete_cookie(SESSION_COOKIE)
        return answer

    async def choose(self, asked: Asked) -> Response:
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
