"""Check cards as pages: shown from the matter that calls for them, each step ticked with a time into the log."""

import re

import pytest

from console_at_work import Browser, console, fields_of, wait_for, words

CARD = "/watch/cards/flash-received?about=coral%2F0"


@pytest.fixture
def rooms(scene):
    """A flash that nobody has read, and a console."""
    scene.say("coral-1", "hotline-contact", {"phrase": "please-answer"}, precedence="flash")
    scene.meet()
    with console(scene.stage.folder("amber")) as address:
        yield scene, address


def sit(address, lang="en"):
    """Return a browser with an officer of the watch before it."""
    return Browser(address, **{"Accept-Language": lang}).sign_in("watch-1")


def test_the_matter_leads_to_its_card(rooms):
    """From the first screen, with whom to tell, who may release, which linguist and in how many minutes."""
    _, address = rooms
    one = sit(address)
    front = wait_for(lambda: CARD in (found := one.get("/")[2]) and found)
    assert "Check card: Flash received" in words(front)
    text = words(one.get(CARD)[2])
    for part in (
        "Who may release",
        "linguist for their language · their language · within 5 min",
        "Tell the duty officer",
    ):
        assert part in text


def test_a_tick_goes_into_the_log_with_its_time(rooms):
    """Once, by whom, and with what was said; the card then shows it as done."""
    scene, address = rooms
    one = sit(address)
    wait_for(lambda: CARD in one.get("/")[2])
    held = fields_of(one.get(CARD)[2])
    form = {"mark": held["mark"], "number": "n-duty", "step": "duty", "words": "Called the duty officer"}
    assert {303} == {one.post(CARD, form)[0] for _ in range(3)}
    assert "done 2026-06-03T02:00:00Z, Watch 1" in words(one.get(CARD)[2])
    assert "1 of 3 done" in words(one.get("/watch/cards")[2])
    log = words(one.get("/watch?kind=watch")[2])
    assert 1 == log.count("Tell the duty officer: Called the duty officer")


@pytest.mark.parametrize(
    ("path", "step"),
    [(CARD, "dance"), ("/watch/cards/flash-received", "duty"), ("/watch/cards/rain?about=x", "duty")],
)
def test_a_tick_without_step_matter_or_card_is_refused(rooms, path, step):
    """And nothing is written."""
    scene, address = rooms
    one = sit(address)
    status, _, _ = one.post(path, {"mark": fields_of(one.get(CARD)[2])["mark"], "number": "n", "step": step})
    assert 404 == status
    assert [] == scene.watched()


@pytest.mark.parametrize(("lang", "title"), [("ja", "最優先通信の受信"), ("zh", "收到特提信文")])
def test_cards_are_read_in_each_language(rooms, lang, title):
    """A card in a foreign language is none at night."""
    _, address = rooms
    assert title in sit(address, lang).get(CARD)[2]


def test_the_card_of_a_silent_line_names_the_party_and_leads_to_other_means(scene):
    """By name in each language on every page that shows it; two buttons lead to what is used instead."""
    with console(scene.stage.folder("amber")) as address:
        page = "/watch/cards/line-silent?about=coral"
        for lang, name in (("en", "Coral"), ("ja", "珊瑚"), ("zh", "珊瑚")):
            text = sit(address, lang).get(page)[2]
            assert f"{name}</strong>" in text
            assert "coral</strong>" not in text
            assert {"/hotline/other-means?with=coral", "/hotline/line?with=coral"} <= set(_links(text))
        assert "/hotline/other-means?with=coral" not in _links(sit(address).get(CARD)[2])


def test_the_running_log_says_that_check_cards_are_called_for(rooms):
    """Not a bare number; and the watch is marked in the menu on each of its pages."""
    _, address = rooms
    one = sit(address)
    text = wait_for(lambda: "Check cards called for now: 1" in words(found := one.get("/watch")[2]) and found)
    assert '<a href="/watch" aria-current="page">' in text
    for page in ("/watch/hand-over", "/watch/cards", "/watch/calls", CARD):
        assert '<a href="/watch" aria-current="page">' in one.get(page)[2]


def _links(text):
    return re.findall(r'href="([^"]*)"', text)
