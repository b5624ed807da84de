"""Nobody is answered who shows no right to ask."""

import time

import pytest

from console_at_work import Browser, Program


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


def test_drafts_are_named_only_to_who_may_release(program, token):
    """A watch is told how many drafts wait, a releaser which."""
    releaser = Program(program.address, token("releasing", "releaser"))

    assert '"drafts":null' in program.get("/api/v1/drafts")[2]
    assert '"drafts":[]' in releaser.get("/api/v1/drafts")[2]
