"""The pages of the accounts: what an administrator does, what each person does to their own, and passkeys over HTTP."""

import html
import json
import re

import pytest

from authenticator import Authenticator
from console_at_work import PASSWORD, Browser, people, words
from searoom.console.people import Person

ENGLISH = {"Accept-Language": "en"}
ANOTHER = "another long password"


@pytest.fixture
def admin(address):
    """An administrator who sits there."""
    return Browser(address, **ENGLISH).sign_in("all-1")


def marked(browser, path, fields, page=None):
    """Post a form with the mark of its page."""
    return browser.post(path, {**fields, "mark": browser.hidden(page or path)["mark"]})


def where_to(answer):
    """Return an answer's status and where it leads."""
    return answer[0], answer[1]["location"]


def made(admin, name, *roles):
    """Make an account and return its one-time code."""
    fields = [("account", name), ("name", name.title()), *(("role", role) for role in roles or ("watch",))]
    status, _, text = admin.post("/people", [*fields, ("mark", admin.hidden("/people")["mark"])])
    assert 200 == status, words(text)
    return re.search(r'<output class="num">([^<]*)', text)[1]


def test_a_new_account_opens_with_its_code_and_then_with_its_own_password(admin, address):
    """The administrator never knows a password; the code is shown once."""
    code = made(admin, "fresh-1")
    door = Browser(address, **ENGLISH)

    assert code not in admin.get("/people/fresh-1")[2]
    fields = {"person": "fresh-1", "code": code, "password": ANOTHER}
    assert 403 == door.post("/sign-in/code", {**fields, "again": "another"})[0]
    assert 200 == door.post("/sign-in/code", {**fields, "again": ANOTHER})[0]
    assert "Fresh-1" in door.sign_in("fresh-1", ANOTHER).get("/me")[2]
    assert 403 == door.post("/sign-in/code", {**fields, "again": ANOTHER})[0]


def test_a_role_that_is_taken_away_is_gone_with_the_next_page(admin, address, module_stage):
    """A running session has the roles of now."""
    accounts = people(module_stage.folder("amber"), Person("turn-1", "Turn", frozenset({"auditor"})))
    sit = Browser(address, **ENGLISH).sign_in("turn-1")
    assert 200 == sit.get("/audit")[0]

    assert 200 == marked(admin, "/people/turn-1", {"deed": "change", "name": "Turn", "role": "watch"})[0]

    assert 403 == sit.get("/audit")[0]
    accounts.close()


def test_locking_and_ending_sessions_take_effect_at_once(admin, address, module_stage):
    """Whoever was locked is at the door with the next click."""
    people(module_stage.folder("amber"), Person("lock-1", "Lock", frozenset({"watch"}))).close()
    sit = Browser(address, **ENGLISH).sign_in("lock-1")

    marked(admin, "/people/lock-1", {"deed": "lock"})

    assert 303 == sit.get("/")[0]
    assert 403 == sit.post("/sign-in", {"person": "lock-1", "password": PASSWORD})[0]
    marked(admin, "/people/lock-1", {"deed": "unlock"})
    sit.sign_in("lock-1")
    marked(admin, "/people/lock-1", {"deed": "end", "session": ""})
    assert 303 == sit.get("/")[0]


def test_a_code_ends_the_password_and_a_removal_the_account(admin, address, module_stage):
    """Neither opens anything afterwards."""
    people(module_stage.folder("amber"), Person("gone-1", "Gone", frozenset({"watch"}))).close()

    marked(admin, "/people/gone-1", {"deed": "code"})
    assert 403 == Browser(address).post("/sign-in", {"person": "gone-1", "password": PASSWORD})[0]
    assert 303 == marked(admin, "/people/gone-1", {"deed": "remove"})[0]
    assert 404 == admin.get("/people/gone-1")[0]


@pytest.mark.parametrize("deed", ["lock", "remove", "code", "change"])
def test_an_administrator_does_not_shut_themselves_out(admin, deed):
    """Nobody locks, removes or demotes their own account by a slip; another administrator can."""
    status, _, text = marked(admin, "/people/all-1", {"deed": deed, "name": "x", "role": "watch"}, "/me")

    assert 403 == status
    assert "another administrator" in words(text)
    assert 200 == admin.get("/people")[0]


@pytest.mark.parametrize(
    "fields",
    [
        {"account": "Bad Name", "role": "watch"}, {"account": "x", "role": "admiral"}, {"account": "x"},
        {"account": "duty-1", "role": "watch"}, {"account": "x", "role": "watch", "officer": "coral-1"},
        {"account": "x", "role": "watch", "name": "a\u202eb"}, {"account": "<b>", "role": "watch"},
    ],
)  # fmt: skip
def test_an_account_that_cannot_be_is_refused_with_a_sentence(admin, fields):
    """What was typed stands in the boxes again, and nothing was made."""
    status, _, text = marked(admin, "/people", fields)

    assert 403 == status
    assert 'role="alert"' in text
    assert "<b>" not in text


def test_an_unknown_deed_is_refused(admin):
    """A form that another program made up does nothing."""
    assert 403 == marked(admin, "/people/duty-1", {"deed": "promote"})[0]
    assert 403 == marked(admin, "/me", {"deed": "promote"})[0]


def test_a_person_changes_their_password_and_signs_in_anew(address, module_stage):
    """The old one is asked for, the new one typed twice, and every session ends."""
    people(module_stage.folder("amber"), Person("self-1", "Self", frozenset({"watch"}))).close()
    sit = Browser(address, **ENGLISH).sign_in("self-1")
    good = {"deed": "password", "password": PASSWORD, "new": ANOTHER, "again": ANOTHER}

    for wrong in ({"password": "wrong"}, {"again": "other"}, {"new": "short", "again": "short"}):
        assert 403 == marked(sit, "/me", {**good, **wrong})[0]
    assert (303, "/sign-in") == where_to(marked(sit, "/me", good))
    assert 303 == sit.get("/me")[0]
    sit.sign_in("self-1", ANOTHER)


def test_a_person_ends_a_session_that_they_left_open(address):
    """The one at the other desk is gone, this one stays."""
    here, there = (Browser(address, **ENGLISH, **{"User-Agent": name}).sign_in("duty-2") for name in ("Here", "There"))
    text = here.get("/me")[2]
    row = next(part for part in text.split("<tr>") if "There" in part)

    marked(here, "/me", {"deed": "end", "session": re.search(r'name="session" value="([^"]*)"', row)[1]})

    assert 303 == there.get("/")[0]
    assert 200 == here.get("/")[0]


# -- passkeys ------------------------------------------------------------------------------------------


@pytest.fixture
def named(address):
    """The console by a name, as passkeys need it."""
    return Named(address)


class Named(Browser):
    """Calls the console by the name of this machine."""

    def __init__(self, address):
        super().__init__(address, **ENGLISH, Host=address.replace("127.0.0.1", "localhost"))
        self.origin = f"http://{self.headers['Host']}"

    def post(self, path, fields, **headers):
        """Send a form as a page of that name does."""
        return super().post(path, fields, **{"Origin": self.origin, **headers})


def registered(sit, password=PASSWORD):
    """Register a passkey of whoever sits there, and return it."""
    key = Authenticator("localhost", sit.origin)
    status, _, offer = marked(sit, "/me/passkeys/ask", {"password": password}, "/me")
    assert 200 == status, offer
    status, _, told = marked(sit, "/me/passkeys", {"answer": key.make(offer), "name": "laptop"}, "/me")
    assert (200, {"to": "/me"}) == (status, json.loads(told))
    return key


def test_a_passkey_is_registered_signs_in_and_is_removed(named, address):
    """From the person's own page to the door and back."""
    key = registered(named.sign_in("duty-1"))
    door = Named(address)
    offer = door.post("/sign-in/passkey/ask", {})[2]

    status, headers, told = door.post("/sign-in/passkey?to=/due", {"answer": key.answer(offer)})

    assert (200, {"to": "/due"}) == (status, json.loads(told))
    assert "HttpOnly" in headers["set-cookie"]
    text = door.get("/me")[2]
    assert "passkey" in words(text)
    marked(door, "/me", {"deed": "passkey", "passkey": re.search(r'name="passkey" value="([^"]*)"', text)[1]})
    offer = door.post("/sign-in/passkey/ask", {})[2]
    assert 403 == door.post("/sign-in/passkey", {"answer": key.answer(offer, count=2)})[0]


def test_a_passkey_is_registered_only_with_the_password(named):
    """Whoever finds an open browser adds no key of their own."""
    status, _, told = marked(named.sign_in("duty-2"), "/me/passkeys/ask", {"password": "wrong"}, "/me")

    assert 403 == status
    assert "wrong" in json.loads(told)["wrong"]


def test_a_locked_account_does_not_open_by_its_passkey(named, admin, address, module_stage):
    """The lock holds at each door."""
    people(module_stage.folder("amber"), Person("key-1", "Key", frozenset({"watch"}))).close()
    key = registered(named.sign_in("key-1"))
    marked(admin, "/people/key-1", {"deed": "lock"})
    door = Named(address)

    status, headers, told = door.post(
        "/sign-in/passkey", {"answer": key.answer(door.post("/sign-in/passkey/ask", {})[2])}
    )

    assert 403 == status
    assert "locked" in json.loads(told)["wrong"]
    assert "set-cookie" not in headers


def test_by_a_number_the_page_says_which_name_to_use(address):
    """At 127.0.0.1 no browser makes a passkey; the pages lead to where one does."""
    sit = Browser(address, **ENGLISH).sign_in("duty-1")
    by_name = f"http://{address.replace('127.0.0.1', 'localhost')}"

    assert f"{by_name}/me" in html.unescape(sit.get("/me")[2])
    assert f"{by_name}/sign-in" in html.unescape(Browser(address).get("/sign-in")[2])
    assert 403 == sit.post("/sign-in/passkey/ask", {})[0]


@pytest.mark.parametrize("answer", ["", "{}", "null", "x" * 70_000])
def test_a_senseless_answer_is_refused_with_a_sentence(named, answer):
    """Whatever is posted at the door."""
    status, _, told = named.post("/sign-in/passkey", {"answer": answer})

    assert 403 == status
    assert json.loads(told)["wrong"]


@pytest.mark.parametrize(
    "path", ["/sign-in/passkey", "/sign-in/passkey/ask", "/me/passkeys", "/me/passkeys/ask", "/audit/take"]
)
def test_what_takes_forms_leads_on_whoever_opens_it_as_a_page(admin, path):
    """A link to it does nothing."""
    assert 303 == admin.get(path)[0]
