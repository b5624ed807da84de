"""Check cards as pages: shown from the matter that calls for them, each step ticked with a time into the log."""

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
