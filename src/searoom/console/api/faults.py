"""What is answered when something is wrong: one sentence and its advice, in one shape, whatever went wrong."""

from collections.abc import Sequence
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from searoom.console.api.models import Problem
from searoom.errors import NotAllowed, SearoomError

WANTED: Final = 'Bearer realm="searoom"'


class Refused(Exception):
    """A request that is not answered: status, sentence, advice, and the parameters that it is about."""

    status = 400

    def __init__(self, sentence: str, advice: str, *where: str) -> None:
        super().__init__(sentence)
        self.problem = Problem(sentence=sentence, advice=advice, where=list(where))


class BadRequest(Refused):
    """A parameter that cannot be read."""

    status = 422


class Busy(Refused):
    """Something that cannot be answered now."""

    status = 503


class NoAccess(Refused):
    """Nobody whom we know."""

    status = 401

    def __init__(self) -> None:
        super().__init__(
            "this request brings no token that opens it",
            "Bring 'Authorization: Bearer TOKEN'; `searoom account FOLDER token` makes one.",
        )


class NoRole(Refused):
    """Somebody whom we know, who has no role for this."""

    status = 403

    def __init__(self, roles: Sequence[str]) -> None:
        super().__init__("your roles are not enough for this", f"It is given to {', '.join(roles)}.")


_TEXT: Final = {"content": {"text/plain": {"schema": {"type": "string"}}}}
REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    401: {"model": Problem, "description": "No token, or one that has ended or opens something else."},
    403: {"model": Problem, "description": "No role for this."},
    404: _TEXT | {"model": Problem, "description": "There is no such thing here."},
    413: _TEXT | {"description": "The request is too large."},
    414: _TEXT | {"description": "The address is too long."},
    421: _TEXT | {"description": "This console is not called by that name."},
    422: {"model": Problem, "description": "A parameter cannot be read."},
    429: _TEXT | {"description": "Too many requests; wait a moment."},
    503: {"model": Problem, "description": "The node does not answer."},
}
"""What every route can answer besides; the plain texts are the console's, which stands before all of it."""


def install(app: FastAPI) -> None:
    """Let every fault become an answer of one shape."""

    @app.exception_handler(Refused)
    async def refused(_request: Request, fault: Refused) -> JSONResponse:
        return _answer(fault.status, fault.problem)

    @app.exception_handler(SearoomError)
    async def failed(_request: Request, fault: SearoomError) -> JSONResponse:
        status = 404 if isinstance(fault, NotAllowed) else 503
        return _answer(status, Problem(sentence=fault.sentence, advice=fault.advice()))

    @app.exception_handler(RequestValidationError)
    async def unreadable(_request: Request, fault: RequestValidationError) -> JSONResponse:
        told = [(str(one["loc"][-1]), str(one["msg"])) for one in fault.errors()]
        sentence = "; ".join(f"{name}: {why[:200]}" for name, why in told)
        advice = "/api/openapi.json says what each parameter may be."
        return _answer(422, Problem(sentence=sentence, advice=advice, where=[name for name, _ in told]))

    @app.exception_handler(HTTPException)
    async def other(_request: Request, fault: HTTPException) -> JSONResponse:
        known = {404: "there is nothing at this address", 405: "this address is only read, by GET"}
        sentence = known.get(fault.status_code, f"this cannot be asked so: {fault.detail}")
        return _answer(
            fault.status_code, Problem(sentence=sentence, advice="/api/openapi.json has all addresses."), fault.headers
        )


def _answer(status: int, problem: Problem, headers: Any = None) -> JSONResponse:
    more = {"www-authenticate": WANTED} if status == 401 else {}
    return JSONResponse(problem.model_dump(), status, {**(headers or {}), **more})
