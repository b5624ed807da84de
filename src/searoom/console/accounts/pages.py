"""The pages of the accounts: one's own, everybody's for administrators, and what was done here for auditors."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from starlette.responses import JSONResponse, Response

from searoom import clock
from searoom.console.accounts import auditing
from searoom.console.asked import Asked, Page
from searoom.console.deeds import site_of, stretching
from searoom.console.people import ROLES, People, Person, Session
from searoom.errors import NotAllowed
from searoom.record.keys import Role
from searoom.sentences import Sentence

ADMINISTRATORS: Final = ("administrator",)
AUDITORS: Final = ("auditor", "administrator")


def _who(asked: Asked) -> Session:
    if asked.session is None:
        raise NotAllowed(Sentence("page.nobody"))
    return asked.session


# -- one's own account -------------------------------------------------------------------------------


async def me(asked: Asked) -> Response:
    """Show one's own account, and change the password, end sessions or remove passkeys."""
    if asked.request.method != "POST":
        return _me(asked)
    form = await asked.posted()
    try:
        done = await _change_mine(asked, form)
    except NotAllowed as fault:
        return _me(asked, 403, wrong=asked.refusal(fault))
    return asked.to("/sign-in") if done == "out" else _me(asked, done=asked.texts(f"accounts.{done}"))


async def _change_mine(asked: Asked, form: Mapping[str, str]) -> str:
    """Do what was asked, and return the name of the sentence that says so; 'out' where this session has ended too."""
    session, people, now_us = _who(asked), asked.house.people, clock.machine_now()
    person, deed = session.person.id, form.get("deed", "")
    if deed == "password":
        await _check_mine(asked, form)
        if form.get("new", "") != form.get("again", ""):
            raise NotAllowed(asked.texts("accounts.differ"), advice="")
        await stretching(partial(people.change, person, form.get("new", ""), now_us, by=person))
        return "out"
    if deed == "end":
        people.end(person, form.get("session", ""), now_us, by=person)
        return "ended" if people.session(session.token, now_us) else "out"
    if deed == "passkey":
        people.passkeys.remove(person, form.get("passkey", ""), now_us, by=person)
        return "passkey_gone"
    raise NotAllowed(Sentence("account.no_deed"))


async def _check_mine(asked: Asked, form: Mapping[str, str]) -> None:
    """Ask for the password once more: an open browser alone changes no key to this account."""
    person, people = _who(asked).person.id, asked.house.people
    if not await stretching(partial(people.confirm, person, form.get("password", ""), clock.machine_now())):
        raise NotAllowed(asked.texts("accounts.wrong_password"), advice="")


def _me(asked: Asked, status: int = 200, wrong: str = "", done: str = "") -> Response:
    session, people, now_us = _who(asked), asked.house.people, clock.machine_now()
    named = asked.request.url.hostname or ""
    return asked.page(
        "accounts/me.html",
        status,
        wrong=wrong,
        done=done,
        person=session.person,
        sittings=people.sittings(session.person.id, now_us, session.token),
        passkeys=people.passkeys.of(session.person.id),
        by_name="" if named == "localhost" else f"http://localhost:{asked.request.url.port}/me",
    )


async def offer_passkey(asked: Asked) -> Response:
    """Tell the browser what a new passkey must be, after the password was given once more."""
    if asked.request.method != "POST":
        return asked.to("/me")
    try:
        await _check_mine(asked, await asked.posted())
        person, party = _who(asked).person, asked.called(asked.view.party)
        offer = asked.house.people.passkeys.offer_new(
            site_of(asked), person.id, person.name, party, clock.machine_now()
        )
    except NotAllowed as fault:
        return JSONResponse({"wrong": asked.refusal(fault)}, 403)
    return Response(offer, media_type="application/json")


async def add_passkey(asked: Asked) -> Response:
    """Keep the passkey that the browser made."""
    if asked.request.method != "POST":
        return asked.to("/me")
    form, person = await asked.posted(), _who(asked).person.id
    try:
        asked.house.people.passkeys.add(
            site_of(asked), person, form.get("answer", ""), form.get("name", ""), clock.machine_now()
        )
    except NotAllowed as fault:
        return JSONResponse({"wrong": asked.refusal(fault)}, 403)
    return JSONResponse({"to": "/me"})


# -- everybody's accounts, for administrators ---------------------------------------------------------


async def everybody(asked: Asked) -> Response:
    """Show all accounts, and make one."""
    if asked.request.method != "POST":
        return _everybody(asked)
    request, people, now_us = await asked.request.form(), asked.house.people, clock.machine_now()
    name = str(request.get("account", "")).strip()
    person = Person(
        name, str(request.get("name", "")).strip() or name, frozenset(map(str, request.getlist("role"))),
        str(request.get("officer", "")),
    )  # fmt: skip
    try:
        _check_officer(asked, person.officer)
        people.add(person, None, now_us, by=_who(asked).person.id)
        code = people.give_code(person.id, now_us, by=_who(asked).person.id)
    except NotAllowed as fault:
        return _everybody(asked, 403, wrong=asked.refusal(fault), typed=person)
    return _one(asked, person.id, code=code)


def _everybody(asked: Asked, status: int = 200, wrong: str = "", typed: Person | None = None) -> Response:
    people, now_us = asked.house.people, clock.machine_now()
    rows = [(one, len(people.sittings(one.id, now_us)), len(people.passkeys.of(one.id))) for one in people.everybody()]
    return asked.page(
        "accounts/people.html",
        status,
        wrong=wrong,
        rows=rows,
        roles=ROLES,
        officers=_officers(asked),
        typed=typed or Person("", "", frozenset()),
    )


def _officers(asked: Asked) -> list[tuple[str, str]]:
    own = asked.house.follower.table.own
    return sorted({key.holder: key.name for key in own.keys if key.role is Role.OFFICER}.items())


def _check_officer(asked: Asked, officer: str) -> None:
    if officer and officer not in dict(_officers(asked)):
        raise NotAllowed(Sentence("account.no_officer", officer=f"{officer:.40}"))


async def one(asked: Asked) -> Response:
    """Show one account, and change, lock or remove it, end its sessions, or give its owner a one-time code."""
    person = str(asked.request.path_params["account"])
    asked.house.people.find(person)
    if asked.request.method != "POST":
        return _one(asked, person)
    try:
        return await _change(asked, person)
    except NotAllowed as fault:
        return _one(asked, person, 403, wrong=asked.refusal(fault))


async def _change(asked: Asked, person: str) -> Response:
    form, people, now_us = await asked.request.form(), asked.house.people, clock.machine_now()
    by, deed, t = _who(asked).person.id, str(form.get("deed", "")), asked.texts
    if person == by and deed in ("lock", "remove", "code", "change"):
        raise NotAllowed(t("accounts.not_yourself"), advice="")
    match deed:
        case "change":
            made = Person(
                person, str(form.get("name", "")).strip(), frozenset(map(str, form.getlist("role"))),
                str(form.get("officer", "")),
            )  # fmt: skip
            _check_officer(asked, made.officer)
            people.change_account(made, now_us, by=by)
        case "lock" | "unlock":
            people.lock(person, now_us, closed=deed == "lock", by=by)
        case "end":
            people.end(person, str(form.get("session", "")), now_us, by=by)
        case "passkey":
            people.passkeys.remove(person, str(form.get("passkey", "")), now_us, by=by)
        case "code":
            return _one(asked, person, code=people.give_code(person, now_us, by=by))
        case "remove":
            people.remove(person, now_us, by=by)
            return asked.to("/people")
        case _:
            raise NotAllowed(Sentence("account.no_deed"))
    return _one(asked, person, done=t("accounts.changed"))


def _one(asked: Asked, person: str, status: int = 200, wrong: str = "", done: str = "", code: str = "") -> Response:
    people: People = asked.house.people
    return asked.page(
        "accounts/person.html",
        status,
        wrong=wrong,
        done=done,
        code=code,
        person=people.find(person),
        sittings=people.sittings(person, clock.machine_now()),
        passkeys=people.passkeys.of(person),
        roles=ROLES,
        officers=_officers(asked),
        own=person == _who(asked).person.id,
        back="/people",
    )


PAGES: Final[tuple[Page, ...]] = (
    Page("/people", "people", everybody, roles=ADMINISTRATORS, posts=True, menu=True),
    Page("/people/{account}", "person", one, roles=ADMINISTRATORS, posts=True),
    Page("/audit", "audit", auditing.show, roles=AUDITORS, menu=True),
    Page("/audit/take", "take_audit", auditing.take, roles=AUDITORS, posts=True),
    Page("/me", "me", me, posts=True, posters=ROLES),
    Page("/me/passkeys/ask", "offer_passkey", offer_passkey, posts=True, posters=ROLES),
    Page("/me/passkeys", "add_passkey", add_passkey, posts=True, posters=ROLES),
)
