"""Nobody is answered who shows no right to ask."""

import time

import pytest

from console_at_work import Browser, Program, people
from searoom.console.people import ROLES, SHOWN_TO, Person


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/status",
        "/api/v1/messages",
        "/api/v1/stream",
        "/api/openapi.json",
        "/api/docs",
        "/metrics",
        "/calendar.ics",
    ],
)
def test_nothing_is_anonymous(program, path):
    """Without a token, with a wrong one, or with one in the wrong place there is no answer but how to get one."""
    for wrong in (
        Program(program.address, ""),
        Program(program.address, "searoom-wrong"),
        Program(program.address, program.token[:-1]),
    ):
        status, headers, text = wrong.get(path)
        assert 401 == status
        assert headers["www-authenticate"].startswith("Bearer")
        assert "token" in text

    assert 401 == Program(program.address, "").get(f"{path}?token={program.token}")[0]


def test_a_token_opens_what_it_is_for(program, token):
    """A token for metrics opens no messages, and one for a calendar opens nothing by a header."""
    counting = Program(program.address, token("counter", uses=("metrics",)))
    dated = Program(program.address, token("dates", uses=("calendar",)))

    assert (200, 401) == (counting.get("/metrics")[0], counting.get("/api/v1/status")[0])
    assert (401, 401) == (dated.get("/metrics")[0], dated.get("/api/v1/status")[0])


def test_a_token_ends_and_is_withdrawn(program, token, api_stage):
    """After its end, and from the moment at which it is withdrawn, a token opens nothing."""
    now_us = time.time_ns() // 1000
    short = Program(program.address, token("short", until_us=now_us + 700_000))
    assert 200 == short.get("/api/v1/lines")[0]
    time.sleep(0.8)
    assert 401 == short.get("/api/v1/lines")[0]

    gone = Program(program.address, token("gone"))
    assert 200 == gone.get("/api/v1/lines")[0]
    token("gone")
    assert 401 == gone.get("/api/v1/lines")[0]


def test_a_person_who_is_signed_in_may_ask(program):
    """The session of a browser opens the interface, and no page of another site can use it: there is nothing to write."""
    sit = Browser(program.address).sign_in("watch-1")

    assert 200 == sit.get("/api/v1/status")[0]
    assert 405 == sit.post("/api/v1/status", {})[0]
    assert 403 == sit.post("/api/v1/status", {}, Origin="http://elsewhere.example")[0]


@pytest.mark.parametrize("role", ROLES)
def test_pages_and_programs_are_shown_the_same(program, token, api_stage, role):
    """Drafts, reviews and proofs: what a role's pages refuse, its programs are refused, too, and nothing else."""
    people(api_stage.folder("amber"), Person(f"only-{role}", role, frozenset({role}))).close()
    asking, sit = Program(program.address, token(f"as-{role}", role)), Browser(program.address).sign_in(f"only-{role}")
    told, (status, _, _) = asking.get("/api/v1/drafts")[2], sit.get("/drafts/999")
    assert [role in SHOWN_TO["drafts"]] * 2 == ['"drafts":[]' in told, 404 == status]
    assert '"count":0' in told
    pages = {"reviews": ("/reviews", "/api/v1/reviews"), "proof": (None, "/api/v1/record/amber/0/proof")}
    for what, (page, route) in pages.items():
        wanted = 200 if role in SHOWN_TO[what] else 403
        assert wanted == asking.get(route)[0]
        assert page is None or wanted == sit.get(page)[0]
