"""What a page is asked with: who sits there, in which language and light, and what is known at this moment."""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from searoom.clock import to_text
from searoom.console import flashes, wording
from searoom.console.house import House
from searoom.console.people import SHOWN_TO, WORKERS, Session
from searoom.console.view import View
from searoom.errors import Finding, SearoomError
from searoom.review.templating import environment
from searoom.review.texts import HTML_LANGUAGES, Texts
from searoom.sentences import Labels, Sentence, spoken
from searoom.signals.forms import Form
from searoom.signals.tables import LANGUAGES

MAX_FIELDS: Final = 200
PACKAGE: Final = "searoom.console"
LIGHTS: Final = ("day", "night")
LANGUAGE_COOKIE, LIGHT_COOKIE = "searoom-language", "searoom-light"


@dataclass(frozen=True, slots=True)
class Page:
    """One page: where it is, its template and name, who may see it (nobody named: whoever is signed in)."""

    path: str
    name: str
    show: Callable[["Asked"], Awaitable[Response] | Response]
    roles: tuple[str, ...] = ()
    open: bool = False  # also to who is not signed in
    posts: bool = False
    posters: tuple[str, ...] = ()  # who may post; nobody named: `roles`, and where that is everybody, who works
    menu: bool = False  # whether it stands in the menu of every page
    follows: bool = False  # whether it draws itself anew when the view changes; a form never does
    files: int = 0  # how many files a form of it may bring
    parks: Callable[["Asked"], Awaitable[Response]] | None = None  # what shows a form whose session has ended

    def asks(self, method: str) -> tuple[str, ...]:
        """Return the roles of which a person needs one, by what they do; nobody named: whoever is signed in."""
        return self.posters or self.roles or WORKERS if method == "POST" else self.roles


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, put together."""

    request: Request
    house: House
    view: View
    texts: Texts
    light: str
    session: Session | None
    pages: tuple[Page, ...]
    seen: int | None = None  # the number of the view, on a page that draws itself anew

    @property
    def lang(self) -> str:
        """The language of the page."""
        return self.texts.lang

    @property
    def words(self) -> Texts:
        """The sentences that the review has too: states, channels, precedences."""
        return Texts(self.lang)

    async def posted(self) -> dict[str, str]:
        """Return the fields of the form that was posted; a line ends in a line feed alone, as in what is said."""
        return {name: str(value).replace("\r\n", "\n") for name, value in (await form_of(self.request)).items()}

    def may(self, roles: Sequence[str]) -> bool:
        """Whether somebody is signed in who has one of these roles."""
        return self.session is not None and self.session.may(roles)

    def sees(self, what: str) -> bool:
        """Whether somebody is signed in who is shown this: a row of `SHOWN_TO`."""
        return self.may(SHOWN_TO[what])

    def called(self, party: str) -> str:
        """Return what a party is called in this language."""
        return self.view.agreement.name(party, self.lang)

    def told(self, found: Sequence[Finding], form: Form) -> tuple[wording.Told, ...]:
        """Return findings about a form in the language of the page."""
        return wording.told(found, form, self.lang, self.view.agreement)

    def said(self, text: str) -> Markup:
        """Return a sentence of the program in the language of the page."""
        return wording.words(text, self.lang)

    def plain(self, text: str) -> str:
        """Return a sentence of the program in the language of the page, as text that goes into another one."""
        return spoken(text, self.lang)

    def refusal(self, fault: SearoomError, labels: Labels = wording.NO_LABELS) -> Markup:
        """Return what was refused and what can be done, in the language of the page."""
        return wording.refusal(fault, self.lang, labels)

    def page(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a page with what all pages have in common."""
        held = {
            "t": self.texts, "w": self.words, "lang": HTML_LANGUAGES[self.lang], "light": self.light, "a": self,
            "view": self.view, "session": self.session, "time": to_text, "menu": self._menu(),
            "languages": [(lang, tag, words) for lang, (tag, words) in _named().items()],
            "flash_again": flashes.AGAIN_S, "number": secrets.token_urlsafe(16), "path": self.request.url.path,
        }  # fmt: skip
        return HTMLResponse(environment(PACKAGE).get_template(template).render(**held, **values), status)

    def _menu(self) -> list[tuple[str, str, bool]]:
        """Return the pages that this person may open: path, name, and whether it is this one."""
        if self.session is None:
            return []
        here = self.request.url.path
        return [
            (
                page.path,
                self.texts(f"menu.{page.name}"),
                here == page.path or (page.path != "/" and here.startswith(f"{page.path}/")),
            )
            for page in self.pages
            if page.menu and self.session.may(page.roles)
        ]

    def to(self, path: str) -> RedirectResponse:
        """Send the browser on, after a form was taken."""
        return RedirectResponse(path, 303)


async def form_of(request: Request, files: int = 0) -> FormData:
    """Return the form of a request, within bounds; it is read once, whoever asks first."""
    return await request.form(max_files=files, max_fields=MAX_FIELDS)


def chosen(request: Request, cookie: str, among: tuple[str, ...]) -> str:
    """Return what a person chose before, else what their browser asks for, else the first: no default takes a side."""
    said = request.cookies.get(cookie, "")
    if said in among:
        return said
    if cookie == LANGUAGE_COOKIE:
        for part in request.headers.get("accept-language", "").split(","):
            language = part.split(";")[0].strip().lower()[:2]
            if language in among:
                return language
    return among[0]


def in_words(request: Request, sentence: Sentence, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with one sentence where there is no page, in the language of whoever asks."""
    words = spoken(sentence, chosen(request, LANGUAGE_COOKIE, LANGUAGES))
    return PlainTextResponse(words + "\n", status, headers=headers)


def _named() -> dict[str, tuple[str, str]]:
    """Return each language with its HTML tag and its own name."""
    return {lang: (HTML_LANGUAGES[lang], Texts(lang, PACKAGE)("page.this_language")) for lang in LANGUAGES}
