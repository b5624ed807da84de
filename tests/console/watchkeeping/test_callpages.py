"""The calls as a page: what can be said next leads to its form, and both readouts stand side by side."""

from console_at_work import Browser, console, wait_for, words
from watchside import REQUEST


def test_a_call_shows_what_was_said_and_what_can_be_said(scene):
    """The request with its words, the time with both clocks, and the ways on."""
    scene.say("coral-1", "call-request", REQUEST, channel="hotline")
    scene.meet()
    scene.note("call-note", {"what": "promised", "party": "coral", "at": "2026-06-03T05:00:00Z"})
    with console(scene.stage.folder("amber")) as address:
        one = Browser(address, **{"Accept-Language": "en"}).sign_in("duty-1")
        text = wait_for(lambda: "coral/0" in (found := one.get("/watch/calls")[2]) and found)
        assert "2026-06-03T05:00:00Z Amber 14:00 +09:00 Coral 13:00 +08:00" in words(text)
        assert "asked, no answer yet" in words(text)
        assert "ships or aircraft near each other" in words(text)
        for path in ("/say/call-answer?reply_to=coral/0", "/say/call-readout?reply_to=coral/0", "/say/call-request"):
            assert path in text
            assert 200 == one.get(path)[0]


def test_without_a_call_the_page_says_what_to_do(scene):
    """An empty page is a page."""
    with console(scene.stage.folder("amber")) as address:
        one = Browser(address, **{"Accept-Language": "en"}).sign_in("audit-1")
        text = words(one.get("/watch/calls")[2])
        assert "No call stands in the record yet. Ask for one above." in text
        assert "Ask for a call" not in text
