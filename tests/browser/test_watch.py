"""The watch in a real browser: handed over between two officers while something comes in, and read at every width."""

import pytest

from deskside import key_file, meet, tick
from page_checks import objections, too_wide
from searoom import officer
from searoom.signals import forms

BOOK = forms.load()
PAGES = ("/watch", "/watch/hand-over", "/watch/cards", "/watch/cards/flash-received?about=coral/0", "/watch/calls")


@pytest.fixture
def watch(desks):
    """A console of each party, on nodes that have met."""
    for party in ("amber", "coral"):
        tick(desks.stage, party, 10)
    meet(desks.nodes)
    return desks


def flash(desks):
    """Let coral say a flash that amber has not read."""
    filled = forms.from_text(BOOK, "hotline-contact", {"phrase": "please-answer"}, precedence="flash")
    officer.say(desks.stage.folder("coral"), key_file(desks.stage, "coral-1"), filled, BOOK)
    meet(desks.nodes)


def test_a_watch_is_handed_over_while_something_comes_in(watch):
    """The one leaves a remark; the other looks, is shown what came meanwhile, signs, and has the watch."""
    one, two = watch.sit("amber", "duty-1"), watch.sit("amber", "duty-2")
    one.goto(f"{watch.url('amber')}/watch/hand-over")
    one.get_by_label("Remark for the relief").fill("The technician comes at six.")
    one.get_by_role("button", name="Leave this remark").click()
    one.get_by_text("The technician comes at six.").first.wait_for()

    two.goto(f"{watch.url('amber')}/watch/hand-over")
    two.get_by_role("button", name="I take the watch").click()
    two.get_by_role("heading", name="You take the watch with this").wait_for()
    flash(watch)
    one.locator("a[href='/messages/coral/0']").first.wait_for()
    two.get_by_role("button", name="Sign: I have the watch").click()
    two.get_by_role("alert").get_by_text("Something came or changed").wait_for()
    assert "new" in two.locator(".open li.warn").inner_text()
    two.get_by_role("button", name="Sign: I have the watch").click()

    two.locator(".has").get_by_text("Capt Vale (Amber) has the watch").wait_for()
    one.goto(f"{watch.url('amber')}/")
    one.locator(".on-watch").get_by_text("Capt Vale (Amber) has the watch").wait_for()


def test_a_flash_leads_to_its_card_and_a_step_is_ticked(watch):
    """From the first screen in two presses, and it stands in the log with its time."""
    flash(watch)
    one = watch.sit("amber", "duty-1", width="tablet")
    one.locator(".card-link a", has_text="Flash received").click()
    step = one.locator(".card-steps li", has_text="Tell the duty officer")
    step.get_by_role("button").click()
    one.locator(".card-steps li.done", has_text="Tell the duty officer").wait_for()
    one.goto(f"{watch.url('amber')}/watch?kind=watch")
    one.get_by_text("Tell the duty officer").first.wait_for()


def test_words_that_are_being_typed_stay_while_the_page_draws_itself(watch):
    """What came in meanwhile does not wipe a half-written entry, wherever the cursor is."""
    one = watch.sit("amber", "duty-1")
    one.goto(f"{watch.url('amber')}/watch")
    one.get_by_label("Words").fill("Half a sentence")
    one.locator("h1").click()
    flash(watch)
    one.wait_for_timeout(1500)
    assert "Half a sentence" == one.get_by_label("Words").input_value()


@pytest.mark.parametrize(("lang", "width"), [("en", "desk"), ("ja", "phone"), ("zh", "tablet")])
def test_its_pages_are_sound_at_every_width(watch, lang, width):
    """axe finds nothing, and no page is wider than its window."""
    flash(watch)
    one = watch.sit("amber", "duty-1", lang, width=width)
    for path in PAGES:
        one.goto(f"{watch.url('amber')}{path}")
        assert [] == objections(one)
        assert not too_wide(one)
