"""Saying something from the console: any form filled in, checked while typing, looked at once more, signed, released.

Rule 1: nothing is sent in one step. A form is filled in, then shown as it will be read, and only then signed.
Rule 2: a form's number is taken once. However often it is posted, what it says is said at most once, and whoever posts
        it again is told what came of it.
Rule 3: the officer's key is opened for one deed by the passphrase typed for it, and forgotten with it.
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from starlette.responses import Response

from searoom import clock, officer
from searoom.console.asked import Asked
from searoom.console.follow import Follower
from searoom.console.people import People, Person
from searoom.errors import Finding, NotAllowed, StateUnknown
from searoom.items import Ref, ref_of
from searoom.officer import Looked, Placed
from searoom.passphrases import normal
from searoom.release import forbidden
from searoom.signals import forms
from searoom.signals.forms import PRECEDENCES, Filled, Form

SIGNERS: Final = ("watch", "duty", "drafter", "releaser", "desk")
FIELD: Final = "field-"
OFFICERS: Final = "officers"
SHOWN_S: Final = 3.0  # how long a page waits to show what was said
BY_PROGRAM: Final = frozenset(
    {
        "aside",
        "bell-note",
        "company-note",
        "draft",
        "duress",
        "encounter-note",
        "erased",
        "handed-over",
        "track-note",
        "tag-note",
        "zone-note",
    }
)
"""National notes that the node itself writes of what happens; nobody types them."""


class Saying:
    """What officers say through this console; `folder` is the node's."""

    def __init__(self, folder: Path, people: People, follower: Follower) -> None:
        self._folder, self._people, self._follower = folder, people, follower

    def choose(self, asked: Asked) -> Response:
        """Show what can be said: every form that a person signs, by channel."""
        policy, channels = asked.view.agreement.policy, dict[str, list[Form]]()
        for form in asked.view.book.forms:
            if not form.automatic and form.name not in BY_PROGRAM and not forbidden(policy, form):
                for channel in form.channels:
                    channels.setdefault(channel, []).append(form)
        return asked.page("choose.html", channels=channels)

    async def say(self, asked: Asked) -> Response:
        """Show a form to fill in; then what it will say; then sign it."""
        form = asked.view.book.form(asked.request.path_params["form"])
        if asked.request.method != "POST":
            typed = {"reply_to": asked.request.query_params.get("reply_to", "")}
            return self._fill(asked, form, typed, ())
        typed = await asked.posted()
        try:
            filled = _filled(asked, form, typed)
            findings = forms.check(officer.complete(filled, asked.view.book)[0], asked.view.book)
        except NotAllowed as fault:
            findings = (Finding(form.name, f"{fault.sentence}. {fault.advice()}"),)
            return self._fill(asked, form, typed, findings)
        if "x-live" in asked.request.headers or typed.get("deed") == "change" or findings:
            return self._fill(asked, form, typed, findings)
        if typed.get("deed") != "sign":
            return self._look(asked, form, filled, typed)
        return await self._once(asked, typed, lambda: self._sign(asked, filled, typed), form)

    def _fill(
        self, asked: Asked, form: Form, typed: Mapping[str, str], findings: tuple[Finding, ...]
    ) -> Response:  # fmt: skip
        paired = {name for pair in form.typed.values() for name in pair}
        labels = {each.name: each.label[asked.lang] for each in form.fields}
        return asked.page(
            "say.html",
            form=form,
            typed=typed,
            findings=[(labels.get(one.where, one.where), one.sentence) for one in findings],
            fields=[each for each in form.fields if each.name not in paired],
            pairs=form.typed,
            precedences=PRECEDENCES,
        )

    def _look(self, asked: Asked, form: Form, filled: Filled, typed: Mapping[str, str]) -> Response:
        recipients = () if form.visibility == "national" else self._follower.table.recipients(filled)
        return asked.page(
            "look.html", form=form, typed=typed, readings=_readings(asked, filled), recipients=recipients,
            advice=forms.advise(filled, asked.view.book), officer=_officer(asked),
        )  # fmt: skip

    def _sign(self, asked: Asked, filled: Filled, typed: Mapping[str, str]) -> Placed:
        until = clock.from_text(typed["until"]) if typed.get("until") else None
        return officer.say(
            self._folder, self._key(asked), filled, asked.view.book, until_us=until, passphrase=_typed(typed)
        )

    def _key(self, asked: Asked) -> Path:
        return self._folder / OFFICERS / f"{_officer(asked)}.key"

    async def draft(self, asked: Asked) -> Response:
        """Show a draft as another person signed it, and release it with one's own key."""
        number = asked.request.path_params["number"]
        looked = await asyncio.to_thread(officer.look, self._folder, number, asked.view.book)
        if asked.request.method != "POST":
            return self._show_draft(asked, looked)
        typed = await asked.posted()
        return await self._once(
            asked, typed,
            lambda: officer.release(self._folder, self._key(asked), looked, passphrase=_typed(typed)), None,
        )  # fmt: skip

    def _show_draft(self, asked: Asked, looked: Looked) -> Response:
        return asked.page(
            "draft.html", looked=looked, readings=_readings(asked, looked.shown), officer=_officer(asked),
            recipients=looked.released.statement.recipients,
        )  # fmt: skip

    async def _once(
        self, asked: Asked, typed: Mapping[str, str], deed: Callable[[], Placed], form: Form | None
    ) -> Response:  # fmt: skip
        """Do what a form asks for, once for its number, and show where it went."""
        number, person = typed.get("number", ""), _person(asked)
        if not number:
            raise NotAllowed("this form has no number", advice="Open the page again, and send it from there.")
        came = self._people.begin(number, person, clock.machine_now())
        if came is None:
            try:
                placed = await asyncio.to_thread(deed)
            except NotAllowed:  # nothing happened: it may be sent again
                self._people.give_back(number)
                raise
            came = _place(placed, form)
            self._people.ended(number, came)
            if placed.index is not None and (form is None or form.visibility == "shared"):
                await self._follower.holding((placed.author, placed.index), SHOWN_S)
        if not came:
            raise StateUnknown(
                "this was sent before, and what came of it is not known",
                advice="Look whether it stands among the messages or the drafts before you say it once more.",
            )
        return asked.to(came)


def _place(placed: Placed, form: Form | None) -> str:
    """Return the page that shows what became of an officer's words."""
    if placed.draft is not None:
        return f"/drafts/{placed.draft}"
    if form is not None and form.visibility == "national":
        return "/messages"
    return f"/messages/{placed.author}/{placed.index}"


def _readings(asked: Asked, filled: Filled) -> list[tuple[str, tuple[str, ...]]]:
    """Return how words read: in their writer's language, then with the labels of this page's."""
    langs = dict.fromkeys((filled.lang, asked.lang))
    return [(lang, forms.read_out(filled, asked.view.book, lang)) for lang in langs]


def _filled(asked: Asked, form: Form, typed: Mapping[str, str]) -> Filled:
    values = {name.removeprefix(FIELD): value for name, value in typed.items() if name.startswith(FIELD) and value}
    reply: Ref | None = ref_of(typed["reply_to"]) if typed.get("reply_to") else None
    if reply is not None:
        asked.view.account.message(reply)
    return forms.from_text(
        asked.view.book, form.name, values, channel=typed.get("channel", ""), lang=typed.get("lang", asked.lang),
        precedence=typed.get("precedence", "routine"), reply_to=reply,
    )  # fmt: skip


def _person(asked: Asked) -> Person:
    if asked.session is None:
        raise NotAllowed("nobody is signed in here")
    return asked.session.person


def _officer(asked: Asked) -> str:
    """Return the officer whose key this person uses; `NotAllowed` where the account signs nothing."""
    person = _person(asked)
    if not person.officer:
        raise NotAllowed(
            "your account names no officer, and signs nothing",
            advice="An administrator says which officer you are: searoom account NODE add NAME --officer ID.",
        )
    return person.officer


def _typed(typed: Mapping[str, str]) -> Callable[[str], bytes]:
    return lambda _what: normal(typed.get("passphrase", ""))
