"""Saying something from the console: any form filled in, checked while typing, looked at once more, signed, released.

Rule 1: nothing is sent in one step. A form is filled in, then shown as it will be read, and only then signed.
Rule 2: a form's number is taken once. However often it is posted, what it says is said at most once, and whoever posts
        it again is told what came of it.
Rule 3: the officer's key is opened for one deed by the passphrase typed for it, and forgotten with it.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from starlette.responses import Response

from searoom import clock, officer
from searoom.console import fields
from searoom.console.asked import Asked, Page
from searoom.console.duties import packs
from searoom.console.gathering import FIELD, gathered, unread
from searoom.console.hotline import beside, inside, supposed, unfinished
from searoom.console.hotline.unfinished import Begun
from searoom.console.people import WORKERS, Person
from searoom.console.view import View
from searoom.console.wording import Told
from searoom.errors import Finding, NotAllowed, StateUnknown
from searoom.keys.passphrases import normal
from searoom.officer import Looked, Placed
from searoom.sentences import Sentence
from searoom.signals import forms
from searoom.signals.forms import PRECEDENCES, Filled, Form
from searoom.statements.items import Item, Ref, ref_of, ref_text
from searoom.statements.release import forbidden, need

RELEASERS: Final = ("duty", "releaser", "desk")
"""Who may release the draft of another person; whoever signs may look at it."""
OFFICERS: Final = "officers"
TRANSLATION: Final = supposed.TRANSLATION
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
        "hand-over",
        "handed-over",
        "track-note",
        "tag-note",
        "watch-entry",
        "zone-note",
    }
)
"""National notes that the node or the watch's own pages write; nobody types them as a form."""


def choose(asked: Asked) -> Response:
    """Show what can be said: every form that a person signs, by channel."""
    policy, channels = asked.view.agreement.policy, dict[str, list[Form]]()
    for form in asked.view.book.forms:
        if not form.automatic and form.name not in BY_PROGRAM and not forbidden(policy, form):
            for channel in form.channels:
                channels.setdefault(channel, []).append(form)
    return asked.page(
        "choose.html", channels=channels, offered=lambda form: packs.offered(form.name, asked.view.agreement)
    )


async def say(asked: Asked) -> Response:
    """Show a form to fill in; then what it will say; then sign it."""
    form = asked.view.book.form(asked.request.path_params["form"])
    if asked.request.method != "POST":
        brought = {name: value for name, value in asked.request.query_params.items() if _prefills(name)}
        begun = unfinished.begin(asked, form, brought)
        return _fill(asked, form, supposed.supposed(asked.view, form, begun.typed), (), begun)
    typed = _trimmed(form, await asked.posted())
    if (pressed := supposed.pressed(typed, _now_us(asked))) is not None:
        return _fill(asked, form, pressed, ())
    if typed.get("deed") == "forget":
        unfinished.throw_away(asked, typed)
        return asked.to(_back(typed) or f"/say/{form.name}")
    unfinished.keep(asked, form, typed)
    try:
        filled = _filled(asked, form, typed)
        findings = forms.check(officer.complete(filled, asked.view.book)[0], asked.view.book)
    except NotAllowed as fault:
        findings = _unread(asked, form, typed) or (
            Finding(form.name, Sentence("at.advice", what=fault.sentence, do=fault.advice())),
        )
        return _fill(asked, form, typed, findings)
    if "x-live" in asked.request.headers or typed.get("deed") == "change" or findings:
        return _fill(asked, form, typed, findings, None, None if findings else filled)
    if typed.get("deed") != "sign":
        return _look(asked, form, filled, typed)
    answer = await once(asked, typed, lambda: _sign(asked, filled, typed), form)
    unfinished.done(asked, typed, answer.headers["location"])
    return answer


async def parked(asked: Asked) -> Response:
    """Show that nothing was done, because the session of a form has ended, and let its writer go on with its words."""
    typed = await asked.posted()
    held = {name: value for name, value in typed.items() if name not in ("mark", "passphrase", "deed")}
    return asked.page("parked.html", 401 if asked.session is None else 403, typed=held)


def _fill(
    asked: Asked, form: Form, typed: Mapping[str, str], findings: tuple[Finding, ...], begun: Begun | None = None,
    filled: Filled | None = None,
) -> Response:  # fmt: skip
    parties = {party: words[asked.lang] for party, words in asked.view.agreement.names.items()}
    told = asked.told(findings, form)
    inner = inside.findings(asked.view.book, form, typed, None) if findings else ()
    held = inside.shown(asked.view.book, form, typed, _inner_told(asked, form, typed, inner), asked.lang, parties)
    drawn = fields.drawn(form, typed, told, asked.lang, parties)
    wanted = typed.get("deed") in ("look", "sign") and "x-live" not in asked.request.headers
    return asked.page(
        "say.html",
        form=form,
        typed=typed,
        stopped=len(findings) if wanted else 0,
        offered=packs.offered(form.name, asked.view.agreement),
        findings=fields.elsewhere(form, told),
        fields=supposed.asked([one for one in drawn if held is None or one.name != held.name], form, asked.texts),
        inside=held,
        inside_found=[one for one in told if held is not None and one.where == held.name],
        reply_label=supposed.said(form, "reply_to", asked.texts),
        replies=supposed.answerable(asked.view, form, asked.lang),
        precedences=PRECEDENCES,
        begun=begun,
        attached=any(value for name, value in typed.items() if name.startswith(FIELD + "attachment")),
        **beside.beside(asked, form, typed, filled),
    )


def _inner_told(asked: Asked, form: Form, typed: Mapping[str, str], found: tuple[Finding, ...]) -> tuple[Told, ...]:
    inner = inside.chosen(asked.view.book, form, typed)
    return () if inner is None else asked.told(found, inner)


def _unread(asked: Asked, form: Form, typed: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return what cannot be read, each at its field, and what is missing in the rest."""
    told: dict[str, object] = {name: typed[name] for name in ("channel", "lang", "precedence") if typed.get(name)}
    with suppress(NotAllowed):
        told["reply_to"] = ref_of(typed.get("reply_to", ""))
    return unread(asked.view.book, form, gathered(form, typed), told)


def _look(asked: Asked, form: Form, filled: Filled, typed: Mapping[str, str]) -> Response:
    table, shared = asked.house.follower.table, form.visibility != "national"
    return asked.page(
        "look.html", form=form, typed=typed, readings=readings(asked, filled), officer=officer_of(asked),
        recipients=table.recipients(filled) if shared else (), advice=beside.advice(asked, filled),
        drafts=shared and need(table.policy, form, filled, table.own).persons > 1,
        **beside.beside(asked, form, typed, None),
    )  # fmt: skip


def _now_us(asked: Asked) -> int:
    """Return the node's time; a scenario's stands still between its steps."""
    return clock.machine_now() if asked.view.running else asked.view.now_us


def _trimmed(form: Form, typed: Mapping[str, str]) -> dict[str, str]:
    """Return what was posted without a translation that nobody has written: what goes without saying stood alone."""
    empty = [
        FIELD + each.name
        for each in form.fields
        if each.kind == TRANSLATION and not typed.get(f"{FIELD}{each.name}.text", "").strip()
    ]
    return {name: value for name, value in typed.items() if not any(name.startswith(f"{one}.") for one in empty)}


def _back(typed: Mapping[str, str]) -> str:
    """Return the page of this console from which a form was opened; '' for any other."""
    path = typed.get("back", "")
    return (
        path
        if path.startswith(("/hotline", "/encounters/", "/calls")) and path.isascii() and path.isprintable()
        else ""
    )


def _sign(asked: Asked, filled: Filled, typed: Mapping[str, str]) -> Placed:
    until = clock.from_text(typed["until"]) if typed.get("until") else None
    return officer.say(
        asked.house.folder, key_file(asked), filled, asked.view.book, until_us=until, passphrase=typed_passphrase(typed)
    )


def key_file(asked: Asked) -> Path:
    """Return the file of the key of whoever sits there; `NotAllowed` where the account signs nothing."""
    return asked.house.folder / OFFICERS / f"{officer_of(asked)}.key"


async def draft(asked: Asked) -> Response:
    """Show a draft as another person signed it, and release it with one's own key."""
    number = asked.request.path_params["number"]
    looked = await asyncio.to_thread(officer.look, asked.house.folder, number, asked.view.book)
    if asked.request.method != "POST":
        return _show_draft(asked, looked)
    typed = await asked.posted()
    if _released(asked.view, looked) is not None:
        return _show_draft(asked, looked, 409)
    try:
        return await once(
            asked, typed,
            lambda: officer.release(asked.house.folder, key_file(asked), looked, passphrase=typed_passphrase(typed)),
            None,
        )  # fmt: skip
    except NotAllowed:
        if await _faster(asked, looked):
            return _show_draft(replace(asked, view=asked.house.follower.view), looked, 409)
        raise


async def _faster(asked: Asked, looked: Looked) -> bool:
    """Whether another person has released this draft meanwhile, as the record shows after a moment."""
    follower, until = asked.house.follower, clock.monotonic() + SHOWN_S
    while _released(follower.view, looked) is None:
        left = until - clock.monotonic()
        if left <= 0 or follower.number == await follower.changed(follower.number, left):
            return False
    return True


def _show_draft(asked: Asked, looked: Looked, status: int = 200) -> Response:
    return asked.page(
        "draft.html", status, looked=looked, readings=readings(asked, looked.shown), officer=officer_of(asked),
        recipients=looked.released.statement.recipients, said=_released(asked.view, looked),
        advice=beside.advice(asked, looked.filled), shown=looked.filled, may_release=asked.may(RELEASERS),
        answered=beside.about(asked, _names(looked.filled)),
    )  # fmt: skip


def _names(filled: Filled) -> dict[str, str]:
    """Return which entry a form answers, as it would be typed."""
    return {} if filled.reply_to is None else {"reply_to": ref_text(filled.reply_to)}


def _released(view: View, looked: Looked) -> Item | None:
    """Return the entry in which the statement of a draft stands already, or None: another person was faster."""
    statement = hashlib.sha256(looked.released.statement.to_bytes()).digest()
    said = view.account.messages(looked.filled.form)
    return next((one for one in reversed(said) if one.author == view.party and one.statement == statement), None)


async def once(
    asked: Asked, typed: Mapping[str, str], deed: Callable[[], Placed], form: Form | None, *, to: str = ""
) -> Response:  # fmt: skip
    """Do what a form asks for, once for its number, and show where it went, or the page `to`."""
    number, person = typed.get("number", ""), person_of(asked)
    if not number:
        raise NotAllowed(Sentence("page.no_number"))
    came = asked.house.people.begin(number, person, clock.machine_now())
    if came is None:
        try:
            placed = await asyncio.to_thread(deed)
        except NotAllowed:  # nothing happened: it may be sent again
            asked.house.people.give_back(number)
            raise
        came = to or (placed.draft is None and _back(typed)) or _place(placed, form)
        asked.house.people.ended(number, came)
        if placed.index is not None and (form is None or form.visibility == "shared"):
            await asked.house.follower.holding((placed.author, placed.index), SHOWN_S)
    if not came:
        raise StateUnknown(Sentence("page.sent_before"))
    return asked.to(came)


def _place(placed: Placed, form: Form | None) -> str:
    """Return the page that shows what became of an officer's words."""
    if placed.draft is not None:
        return f"/drafts/{placed.draft}"
    if form is not None and form.visibility == "national":
        return "/messages"
    return f"/messages/{placed.author}/{placed.index}"


def readings(asked: Asked, filled: Filled) -> list[tuple[str, tuple[str, ...]]]:
    """Return how words read: in their writer's language, then with the labels of this page's."""
    langs = dict.fromkeys((filled.lang, asked.lang))
    return [(lang, _named(asked, filled, forms.read_out(filled, asked.view.book, lang), lang)) for lang in langs]


def _named(asked: Asked, filled: Filled, lines: tuple[str, ...], lang: str) -> tuple[str, ...]:
    """Return the lines of a form with each party by its name beside the id that is signed."""
    parties = [each for each in asked.view.book.form(filled.form).fields if each.kind == "party"]
    called = {
        f"{each.label[lang]}: {filled.fields[each.name]}": str(filled.fields[each.name])
        for each in parties
        if filled.fields.get(each.name) in asked.view.agreement.parties
    }
    names = asked.view.agreement.names_in(lang)
    return tuple(f"{line} ({names[called[line]]})" if line in called else line for line in lines)


def _filled(asked: Asked, form: Form, typed: Mapping[str, str]) -> Filled:
    reply: Ref | None = ref_of(typed["reply_to"]) if typed.get("reply_to") else None
    if reply is not None:
        asked.view.account.message(reply)
    values = inside.together(asked.view.book, form, typed, gathered(form, typed), reply)
    return forms.from_text(
        asked.view.book, form.name, values, channel=typed.get("channel", ""), lang=typed.get("lang", asked.lang),
        precedence=typed.get("precedence", "routine"), reply_to=reply,
    )  # fmt: skip


def _prefills(name: str) -> bool:
    """Whether a link may bring this value for a form: it is shown, and nothing is sent by opening it."""
    return name in {"reply_to", "channel", "precedence", "until", "lang", "back", "inside"} or name.startswith(FIELD)


def person_of(asked: Asked) -> Person:
    """Return who sits there."""
    if asked.session is None:
        raise NotAllowed(Sentence("page.nobody"))
    return asked.session.person


def officer_of(asked: Asked) -> str:
    """Return the officer whose key this person uses; `NotAllowed` where the account signs nothing."""
    person = person_of(asked)
    if not person.officer:
        raise NotAllowed(Sentence("page.no_officer"))
    return person.officer


def typed_passphrase(typed: Mapping[str, str]) -> Callable[[str], bytes]:
    """Return what gives the passphrase that was typed for this one deed."""
    return lambda _what: normal(typed.get("passphrase", ""))


PAGES: Final = (
    Page("/say", "say", choose, roles=WORKERS, menu=True),
    Page("/say/{form}", "fill", say, roles=WORKERS, posts=True, parks=parked),
    Page("/drafts/{number:int}", "draft", draft, roles=WORKERS, posts=True, posters=RELEASERS),
)
