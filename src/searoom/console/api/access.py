"""Who asks: a program by its token, or a person by the session of their browser; nobody else is answered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from searoom import clock
from searoom.console.deeds import session_cookie
from searoom.console.house import House

SCHEME = "bearer"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, by the name of a token or of an account, with which roles."""

    name: str
    roles: frozenset[str]

    def may(self, roles: Sequence[str]) -> bool:
        """Whether it has one of these roles."""
        return not self.roles.isdisjoint(roles)


def caller(house: House, request: Request, *uses: str) -> Caller | None:
    """Return who asks, by a token for one of these uses or by a session; None where it is nobody.

    A request that brings a token is judged by that alone. Asking is no sign of a person: no session goes on by it.
    """
    now_us, given = clock.machine_now(), request.headers.get("authorization", "")
    if given:
        scheme, _, token = given.partition(" ")
        bearer = house.people.bearers.bearer(token.strip(), now_us) if scheme.lower() == SCHEME else None
        if bearer is None:
            house.people.audit.refused_stranger(now_us)
            return None
        return Caller(bearer.name, bearer.roles) if bearer.uses & set(uses) else None
    session = house.people.session(request.cookies.get(session_cookie(house.follower.view.party), ""), now_us)
    return None if session is None else Caller(session.person.id, session.person.roles)


def of_calendar(house: House, token: str) -> Caller | None:
    """Return whose calendar a token in an address asks for; a token for anything else opens nothing here."""
    bearer = house.people.bearers.bearer(token, clock.machine_now())
    return Caller(bearer.name, bearer.roles) if bearer is not None and "calendar" in bearer.uses else None


def still(house: House, request: Request, *uses: str) -> Callable[[], bool]:
    """Return what tells whether who listens may still do so."""
    return lambda: caller(house, request, *uses) is not None
