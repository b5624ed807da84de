"""Signing in and out at the console."""

from console_at_work import PASSWORD, Browser, words
from searoom.console.people import FREE_TRIES


def test_signing_in_leads_to_where_one_wanted_to_go(address):
    """The page that was asked for first comes after the door; one that is not ours leads home."""
    sit = Browser(address)

    for asked, comes in (("/due", "/due"), ("//evil.example", "/"), ("https://evil.example/", "/")):
        headers = sit.post(f"/sign-in?to={asked}", {"person": "watch-1", "password": PASSWORD})[1]
        assert comes == headers["location"]


def test_the_cookie_of_a_session_is_for_the_browser_alone(address):
    """No script reads it, and no other site's request carries it."""
    headers = Browser(address).post("/sign-in", {"person": "watch-1", "password": PASSWORD})[1]

    assert "HttpOnly" in headers["set-cookie"]
    assert "SameSite=strict" in headers["set-cookie"]


def test_a_wrong_password_is_told_with_what_to_do_and_tries_are_counted(address):
    """The page comes again with a sentence; after too many tries it says how long to wait."""
    sit = Browser(address, **{"Accept-Language": "en"})

    for _ in range(FREE_TRIES):
        status, headers, text = sit.post("/sign-in", {"person": "audit-1", "password": "wrong"})
        assert 403 == status
        assert "set-cookie" not in headers
        assert "the name or the password is wrong" in words(text)
    assert "the next try is in" in words(sit.post("/sign-in", {"person": "audit-1", "password": PASSWORD})[2])


def test_signing_out_ends_the_session_for_every_tab(address):
    """The token of before opens nothing any more."""
    sit = Browser(address).sign_in("duty-1")
    token = dict(sit.cookies)
    mark = sit.get("/")[2].split('name="mark" value="')[1].split('"')[0]

    assert "/sign-in" == sit.post("/sign-out", {"mark": mark})[1]["location"]

    sit.cookies = token
    assert 303 == sit.get("/")[0]


def test_signing_out_needs_the_mark_of_the_session(address):
    """No other page ends somebody's session."""
    sit = Browser(address).sign_in("duty-1")

    sit.post("/sign-out", {"mark": "0"})

    assert 200 == sit.get("/")[0]
