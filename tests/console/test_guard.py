"""What stands before every page: names, origins, sizes, and how often."""

import asyncio

import pytest
from starlette.responses import PlainTextResponse

from searoom import clock
from searoom.console.guard import BURST, HEADERS, MAX_BODY, MAX_CLIENTS, PER_SECOND, Guard

HOST = "127.0.0.1:8480"


async def page(scope, receive, send):
    """Answer with how much was sent."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            size = -1
            break
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await PlainTextResponse(str(size), headers={"cache-control": "no-cache"})(scope, receive, send)


def ask(guard, method="GET", headers=(), parts=(b"",), client=("127.0.0.1", 1)):
    """Return status, headers and body of one request."""
    sent, waiting = (
        [],
        [
            {"type": "http.request", "body": part, "more_body": place + 1 < len(parts)}
            for place, part in enumerate(parts)
        ],
    )
    scope = {
        "type": "http", "method": method, "path": "/", "client": client,
        "headers": [(name.encode(), value.encode()) for name, value in {"host": HOST, **dict(headers)}.items()],
    }  # fmt: skip

    async def receive():
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    asyncio.run(guard(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], dict(sent[0]["headers"]), body.decode()


@pytest.fixture
def guard():
    """A guard before a page."""
    return Guard(page, [HOST])


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "", "127.0.0.1:8480.evil.example"])
def test_another_name_of_this_machine_is_refused(guard, host):
    """A page of another site that made a name point here reads nothing (DNS rebinding)."""
    assert 421 == ask(guard, headers={"host": host})[0]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://127.0.0.1:8481", f"{HOST}"])
def test_a_form_of_another_origin_is_refused(guard, origin):
    """Who posts shows that the form came from here."""
    assert 403 == ask(guard, "POST", {"origin": origin} if origin else {})[0]


def test_a_form_of_our_own_is_taken(guard):
    """The console's own pages post."""
    assert (200, "3") == ask(guard, "POST", {"origin": f"http://{HOST}"}, [b"a=b"])[::2]


def test_more_than_the_limit_is_refused_before_it_is_read(guard):
    """A length that says too much is refused; a body that turns out too long ends as if the sender had gone."""
    post = {"origin": f"http://{HOST}"}

    assert 413 == ask(guard, "POST", {**post, "content-length": str(MAX_BODY + 1)})[0]
    assert "-1" == ask(guard, "POST", post, [b"x" * MAX_BODY, b"x"])[2]
    assert str(MAX_BODY) == ask(guard, "POST", post, [b"x" * MAX_BODY, b""])[2]


def test_every_answer_forbids_what_a_page_does_not_need(guard):
    """The headers stand on what is refused, too; a page that says its own is not overruled."""
    named = {name for name, _ in HEADERS}

    for headers in (ask(guard)[1], ask(guard, headers={"host": "evil.example"})[1]):
        assert named <= set(headers)
    assert b"no-cache" == ask(guard)[1][b"cache-control"]
    policy = dict(HEADERS)[b"content-security-policy"]
    assert b"default-src 'none'" in policy
    assert b"unsafe" not in policy


def test_too_many_requests_wait(guard, monkeypatch):
    """One client's burst is bounded and fills again with time; another is not kept waiting by it."""
    now = [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])

    answers = [ask(guard)[0] for _ in range(BURST + 5)]

    assert [200] * BURST + [429] * 5 == answers
    assert 200 == ask(guard, client=("127.0.0.2", 1))[0]
    now[0] += 2.5 / PER_SECOND
    assert [200, 200, 429] == [ask(guard)[0] for _ in range(3)]


def test_the_clients_that_are_remembered_are_bounded(guard):
    """A stranger with many addresses fills no memory."""
    for number in range(MAX_CLIENTS + 50):
        guard._admits(f"10.0.{number // 250}.{number % 250}")

    assert MAX_CLIENTS == len(guard._buckets)
