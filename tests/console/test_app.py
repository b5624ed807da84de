"""The console's routes: who may open what, in which language, and what a page never does."""

import re

import pytest

from console_at_work import Browser, fields_of, words
from searoom.console.app import PAGES
from searoom.console.guard import MAX_BODY
from searoom.signals.tables import LANGUAGES

OPENED = ["/", "/messages", "/due", "/record", "/say", "/say/hotline-message"]


@pytest.mark.parametrize("page", [page for page in PAGES if not page.open], ids=lambda page: page.name)
def test_nothing_is_shown_to_who_is_not_signed_in(address, page):
    """Whoever has no session is sent to the door, whatever they ask for."""
    path = re.sub(r"\{[^}]*\}", "1", page.path)

    status, headers, text = Browser(address).get(path)

    assert (303, f"/sign-in?to={path}", "") == (status, headers["location"], text)


@pytest.mark.parametrize("path", OPENED)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_page_opens_in_each_language(address, path, lang):
    """Every page opens in the language that the person chose, and says which it is."""
    sit = Browser(address, **{"Accept-Language": lang}).sign_in("duty-1")

    status, _, text = sit.get(path)

    assert 200 == status
    assert f'<html lang="{"zh-Hans" if lang == "zh" else lang}"' in text
    assert "EXERCISE" in text
    assert "演習" in text
    assert "演习" in text


@pytest.mark.parametrize("path", OPENED)
def test_a_page_loads_nothing_from_elsewhere(address, path):
    """No address of another host stands in a page, and the policy forbids what would load one."""
    status, headers, text = Browser(address).sign_in("duty-1").get(path)

    assert 200 == status
    assert [] == re.findall(r"(?:src|href|action)=[\"'](?:https?:)?//", text)
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "<script>" not in text
    assert not re.search(r"\son[a-z]+=", text)


def test_the_first_screen_asks_the_four_questions(address):
    """Is the line up, what is closing, what is unanswered, what is due: each with its answer."""
    text = words(Browser(address, **{"Accept-Language": "en"}).sign_in("watch-1").get("/")[2])

    for question in ("Is the line up?", "What is closing?", "What is unanswered?", "What is due?"):
        assert question in text


def test_a_page_is_refused_to_whose_role_it_is_not(address):
    """An auditor looks, and has no form to sign."""
    sit = Browser(address, **{"Accept-Language": "en"}).sign_in("audit-1")

    assert 200 == sit.get("/")[0]
    assert 403 == sit.get("/say/hotline-message")[0]
    assert "/say" not in re.findall(r'href="(/[a-z]*)"', sit.get("/")[2])


def test_a_form_without_the_mark_of_its_session_is_refused(address):
    """What another page made a browser post is not taken, though the session is real."""
    sit = Browser(address, **{"Accept-Language": "en"}).sign_in("duty-1")

    status, _, text = sit.post("/sign-out", {"mark": "0" * 64})
    assert (404, True) == (status, "another session" in text)
    status, _, text = sit.post("/say/hotline-message", {"field-text": "a", "deed": "sign", "mark": "0" * 64})
    assert (403, True) == (status, "Nothing was sent" in text)
    assert 200 == sit.get("/")[0]


def test_an_entry_that_is_not_there_is_said_to_be_missing(address):
    """A wrong reference gets a sentence, not a traceback."""
    status, _, text = Browser(address).sign_in("watch-1").get("/messages/amber/99999")

    assert 404 == status
    assert "there is no entry amber/99999" in text


def test_a_form_that_does_not_come_whole_is_answered(address):
    """Whoever sends more than is taken without saying so beforehand gets a sentence, and nothing breaks."""
    sit = Browser(address)
    own = {"Origin": f"http://{address}", "Content-Type": "application/x-www-form-urlencoded"}

    status, _, text = sit.ask("POST", "/sign-in", iter((b"x" * MAX_BODY, b"x")), **own)

    assert (400, True) == (status, "did not come whole" in text)


def test_a_stream_ends_with_nobody_signed_in(address):
    """News goes to who is signed in, and to nobody else."""
    assert 401 == Browser(address).get("/stream")[0]


def test_choosing_a_language_leads_back_to_where_one_was(address):
    """A choice is kept in this browser; a path that leads off this console leads home."""
    sit = Browser(address)

    assert "/due" == sit.post("/choose", {"searoom-language": "ja", "back": "/due"})[1]["location"]
    assert 'lang="ja"' in sit.get("/sign-in")[2]
    for elsewhere in ("//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/a\nb"):
        assert "/" == sit.post("/choose", {"back": elsewhere})[1]["location"]


def test_a_form_carries_the_mark_of_its_session(address):
    """Two sessions have two marks."""
    one, two = (fields_of(Browser(address).sign_in("duty-1").get("/say/read")[2]) for _ in range(2))

    assert one["mark"] != two["mark"]
