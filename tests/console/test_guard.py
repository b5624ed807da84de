"""What stands before every page: names, origins, sizes, and how often."""

import asyncio
import re
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse

from console_at_work import Browser, people
from searoom import clock
from searoom.console import guard as guarding
from searoom.console.app import PAGES
from searoom.console.guard import BURST, HEADERS, MAX_BODY, MAX_CLIENTS, PER_SECOND, Guard
from searoom.console.people import ROLES, Person

HOST = "127.0.0.1:8480"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "console.md"
ROLES_IN = re.compile(r"[,;]\s*|(?<=:)\s+")


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


@pytest.mark.parametrize(
    "charset", ["=punycode", "=undefined", "=utf-16", "*=utf-8''punycode", "=utf-8; charset=idna", ""]
)
def test_a_form_in_another_charset_is_refused(guard, charset):
    """Words come in UTF-8; no other codec is tried on what a stranger sends."""
    post = {"origin": f"http://{HOST}", "content-type": f"multipart/form-data; boundary=x; charset{charset}"}

    assert 415 == ask(guard, "POST", post)[0]
    for plain in ("", "; charset=UTF-8", '; charset="utf-8"'):
        assert 200 == ask(guard, "POST", post | {"content-type": f"multipart/form-data; boundary=x{plain}"})[0]


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
    assert b"1" == ask(guard)[1][b"retry-after"]
    assert 200 == ask(guard, client=("127.0.0.2", 1))[0]
    now[0] += 2.5 / PER_SECOND
    assert [200, 200, 429] == [ask(guard)[0] for _ in range(3)]


def test_the_clients_that_are_remembered_are_bounded(guard):
    """A stranger with many addresses fills no memory."""
    for number in range(MAX_CLIENTS + 50):
        guard._admits(f"10.0.{number // 250}.{number % 250}")

    assert MAX_CLIENTS == len(guard._buckets)


# -- every route of the console --------------------------------------------------------------------------


def opened(path):
    """Return a path of the table with something in its gaps."""
    return re.sub(r"\{[^}]*\}", "1", path)


PATHS = sorted({opened(page.path) for page in PAGES})
BESIDE = ["/stream", "/static/console.css", "/static/live.js", "/static/nothing.css", "/static/../app.py", "/health"]
NOWHERE = [
    "/nowhere",
    "/record/",
    "/record/amber/x",
    "/sign-in/nothing",
    "/%00",
    "/..%2f..%2fetc%2fpasswd",
    "/people/a/b",
    "/messages/amber/" + "9" * 5_000,
    "/static/" + "a" * 300 + ".js",
    "/static/chart/../../app.py",
    "/static/%C3%A4.js",
]


@pytest.fixture(scope="module")
def unhurried():
    """Let a test ask as often as it must."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guarding, "PER_SECOND", 1e6)
        yield


@pytest.fixture(scope="module")
def insider(address, unhurried):
    """A person with every role."""
    return Browser(address).sign_in("all-1")


def strict(headers):
    """Return which of the headers that every answer must have are missing or weaker than asked."""
    told = {name.lower(): value for name, value in headers.items()}
    wanted = {
        "x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
    }  # fmt: skip
    missing = [name for name, value in wanted.items() if told.get(name) != value]
    policy = told.get("content-security-policy", "")
    for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        missing += [] if part in policy else [part]
    missing += ["unsafe"] if "unsafe" in policy else []
    missing += [] if "camera=()" in told.get("permissions-policy", "") else ["permissions-policy"]
    return missing + ([] if "server" not in told else ["server"])


def kept(headers):
    """Whether a browser may keep an answer."""
    return "no-store" not in {name.lower(): value for name, value in headers.items()}.get("cache-control", "")


@pytest.mark.parametrize("path", [*PATHS, *BESIDE, *NOWHERE], ids=lambda path: path[:40])
def test_every_answer_has_the_strict_headers_and_no_page_is_kept(insider, address, path):
    """Whoever asks, whatever comes of it: a page, a file, a refusal; only files of the console itself may be kept."""
    seen = (
        []
        if path.endswith("stream")
        else [insider.ask("GET", path), insider.ask("DELETE", path, Origin=f"http://{address}")]
    )
    if path != "/sign-out":
        seen.append(insider.post(path, {}))

    for status, headers, text in [*seen, Browser(address).get(path)]:
        assert status < 500, text
        assert [] == strict(headers), (status, path)
        assert not kept(headers) or path.startswith("/static/")
        assert "Traceback" not in text


@pytest.mark.parametrize("path", [*PATHS, *BESIDE, *NOWHERE], ids=lambda path: path[:40])
def test_no_path_answers_what_another_site_posts(insider, path):
    """A form of another origin is refused before anything looks at it."""
    status, _, text = insider.post(path, {"deed": "x"}, Origin="https://evil.example")

    assert (403, "A form is taken from this console's own pages only.\n") == (status, text)


@pytest.mark.parametrize("page", [page for page in PAGES if page.posts and not page.open], ids=lambda page: page.name)
def test_no_form_is_taken_without_the_mark_of_its_session(insider, page):
    """What comes from our origin and not from a page of this session does nothing."""
    for mark in ("", "0" * 64):
        status, _, text = insider.post(opened(page.path), {"mark": mark})
        assert status in (403, 404)  # a page that keeps what was typed shows it again
        assert "another session" in text or page.parks is not None


@pytest.mark.parametrize("page", [page for page in PAGES if not page.posts], ids=lambda page: page.name)
def test_a_page_without_a_form_takes_none(insider, page):
    """What only shows something cannot be told to do something."""
    assert 405 == insider.post(opened(page.path), {})[0]


@pytest.fixture(scope="module")
def seats(module_stage, address, unhurried):
    """One person of each role, who sits there."""
    staff = [Person(f"only-{role}", role, frozenset({role})) for role in ROLES]
    people(module_stage.folder("amber"), *staff).close()
    return {role: Browser(address, **{"Accept-Language": "en"}).sign_in(f"only-{role}") for role in ROLES}


def no_role(answer):
    """Whether a person was refused for the roles that they have."""
    return answer[0] == 403 and "Your account has no role for this page." in answer[2]


@pytest.mark.parametrize("page", [page for page in PAGES if not page.open], ids=lambda page: page.name)
def test_each_page_opens_to_its_roles_and_to_no_other(seats, page):
    """Every route by every role, to look and to post: refused exactly where the table says so."""
    for role, sit in seats.items():
        asked = [sit.get(opened(page.path))] if not page.path.endswith("stream") else []
        may_look, may_post = not page.roles or role in page.roles, role in page.asks("POST")
        assert [not may_look] * len(asked) == [no_role(answer) for answer in asked], role
        if page.posts and page.path != "/sign-out":
            assert may_post != no_role(sit.post(opened(page.path), {"mark": "0"})), role


def test_the_table_of_roles_is_the_one_in_the_docs():
    """docs/console.md names every page that is not everybody's, with who may open it and who of these may post."""
    told = dict(re.findall(r"^\| `(/[^`]*)` \| ([^|]*) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    held = {
        page.path: page.roles + (("to post:", *page.posters) if page.posters else ()) for page in PAGES if page.roles
    }

    assert held == {path: tuple(ROLES_IN.split(roles.strip())) for path, roles in told.items()}


def test_who_may_post_may_look():
    """Where a page names who may post, each of them may open it, and some who may open it may not post."""
    narrowed = [page for page in PAGES if page.roles and page.posters]

    assert narrowed
    assert all(set(page.posters) < set(page.roles) for page in narrowed)
