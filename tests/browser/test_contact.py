"""Unit contact in a real browser, over two consoles at once: encounter, words in two presses, both logs, an answer."""

import re

import pytest

from deskside import tick
from page_checks import objections, too_wide, untranslated
from searoom.signals import situations
from searoom.signals.tables import LANGUAGES

PAIR = "/encounters/AMBER%2021/CORAL%2034"
BEHIND = ("/say/a", "/words/RT1", "/words/V-F2?v-bearing=310&v-distance=1.5&back=310", "/heard?words=received", "/find")
NEAR_S = 600
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"  # no key counts before


@pytest.fixture
def close(desks):
    """Two ships that have come within a mile of each other, a console on each bridge."""
    for second in range(0, NEAR_S, 30):
        for party in ("amber", "coral"):
            tick(desks.stage, party, second)
    return desks


def signed(page):
    """Look once more at the form that is filled in, and sign it."""
    page.locator("main button.main[value=look]").click()
    page.locator("main button[value=sign]").click()


def test_encounter_words_both_logs_and_an_answer(close):
    """One officer speaks and logs it; the other logs what was heard, before the first log came; then answers."""
    amber = close.sit("amber", "duty-1", width="tablet")
    coral = close.sit("coral", "duty-1", "zh", width="tablet")

    amber.locator("#closing a[href^='/encounters/']").first.click()
    amber.get_by_role("button", name="I have heard it").click()
    amber.get_by_text("heard by Lt Cdr Arden (Amber) at").wait_for()
    amber.keyboard.press("a")
    amber.wait_for_url("**/say/a")
    amber.evaluate(PAINTED)
    amber.keyboard.press("1")
    script = amber.locator("#script").inner_text()
    assert "EXERCISE, EXERCISE, EXERCISE." in script
    assert "CORAL THREE FOUR, THIS IS AMBER TWO ONE." in script
    assert "What are your intentions?" in script

    coral.goto(f"{close.url('coral')}{PAIR}/heard")
    coral.fill("[name=words]", "Question. What are your intentions")
    coral.locator(".candidate.certain").wait_for()
    assert "V-Q1" in coral.locator(".candidate.certain").inner_text()
    coral.locator("#reading a.main-way").click()
    signed(coral)
    coral.wait_for_url(re.compile("/encounters/"))

    amber.locator("a.main-way").click()
    signed(amber)
    amber.wait_for_url(re.compile("/encounters/[^/]+/[^/]+$"))
    close.meet()
    amber.get_by_text("Heard as sent").wait_for()

    coral.get_by_role("link", name="我无法照办").click()
    signed(coral)
    coral.wait_for_url(re.compile("/encounters/"))
    close.meet()
    amber.locator(".call").get_by_text("Cannot comply", exact=False).first.wait_for()
    assert "UNMATCHED" not in amber.locator("main").inner_text()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_two_keys_lead_from_the_encounter_to_words_for_every_situation(close, lang):
    """Pressed on the keyboard at night, with no network: the words are there in all languages after the second key."""
    page = close.sit("amber", "duty-1", lang, "tablet")
    page.context.add_cookies([{"name": "searoom-light", "value": "night", "url": close.url("amber")}])
    page.route("**/*.css", lambda one: one.abort())  # sixty pages in a few seconds are more than one person asks for
    for one in situations.situations():
        page.goto(f"{close.url('amber')}{PAIR}")
        page.evaluate(PAINTED)
        place = one.rows.index(one.fits)
        page.keyboard.press(one.key)
        page.wait_for_url(f"**/say/{one.key}")
        page.evaluate(PAINTED)
        page.keyboard.press(situations.ROW_KEYS[place])
        page.locator("[data-words=en]").wait_for()
        for each in LANGUAGES:
            assert page.locator(f"[data-words={each}]").inner_text().strip()


def test_keys_are_large_and_nothing_stands_beyond_the_edge(close):
    """On a bridge tablet and on a phone, at night: each press finds 48 pixels, and axe objects to nothing."""
    for width in ("tablet", "phone"):
        page = close.sit("amber", "duty-1", "ja", width)
        page.context.add_cookies([{"name": "searoom-light", "value": "night", "url": close.url("amber")}])
        for path in ("/encounters", "/calls", "/sightings", PAIR, *(PAIR + each for each in BEHIND)):
            page.goto(f"{close.url('amber')}{path}")
            sizes = page.eval_on_selector_all(
                "main .key, main .big",
                "all => all.filter(one => one.checkVisibility()).map(one => one.getBoundingClientRect().height)",
            )
            assert 48 <= min(sizes), (path, min(sizes))
            assert 0 >= too_wide(page), (path, width)
            assert [] == objections(page), (path, width)
            assert [] == untranslated(page, "ja"), (path, width)
