"""The chart in a real browser: drawn, chosen from by keyboard, kept new, measured in, replayed; and drawn for who cannot."""

import re

import pytest
from playwright.sync_api import expect

from browser_at_work import SWITCHES
from deskside import tick

READY = "#chart[data-ready]"


@pytest.fixture
def sea(desks):
    """Two desks whose nodes have seen an encounter come."""
    for second in range(0, 701, 50):
        tick(desks.stage, "amber", second)
    return desks


def opened(desks, path, **options):
    """Return a page with the chart drawn."""
    page = desks.sit("amber", "watch-1", **options)
    page.goto(path)
    expect(page.locator(READY)).to_be_attached(timeout=30_000)
    return page


def test_a_craft_is_chosen_by_keyboard_and_stands_in_the_address(sea):
    """The table's link selects without a mouse; its figures stand there, and the address can be handed on."""
    page = opened(sea, "/chart")
    expect(page.locator(READY)).to_have_attribute("data-ready", "map")
    page.locator("#craft a", has_text="CORAL 34").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#selected h3")).to_have_text("CORAL 34")
    expect(page.locator("#selected")).to_contain_text("ARPA")
    assert "craft=CORAL+34" in page.url or "craft=CORAL%2034" in page.url
    assert "Not for navigation" in page.locator(".maplibregl-ctrl-attrib").inner_text()
    assert 1 == page.inner_text("body").count("Not for navigation")


def test_what_moves_is_drawn_anew_without_loading_the_page(sea):
    """After a step of the scenario the selected craft stands at its new place, and the pair counts down."""
    page = opened(sea, "/chart?craft=AMBER%2021")
    before = page.locator("#selected [data-key=position]").inner_text()
    page.evaluate("() => { window.same = true; }")
    tick(sea.stage, "amber", 860)

    expect(page.locator("#selected [data-key=position]")).not_to_have_text(before, timeout=10_000)
    expect(page.locator("#pairs .urgent a")).to_contain_text("CPA")
    assert page.locator("#pairs .urgent a").get_attribute("href").startswith("/encounters/")
    assert page.evaluate("() => window.same")


def test_two_places_are_measured_between(sea):
    """Measure, two clicks, and range and bearing are on the chart; Escape ends it."""
    page = opened(sea, "/chart?box=-165.2,31.9,-164.8,32.2")
    page.click("#measure")
    expect(page.locator("#measure")).to_have_attribute("aria-pressed", "true")
    sheet = page.locator("#sheet").bounding_box()
    for share in (0.4, 0.6):
        page.mouse.click(sheet["x"] + sheet["width"] * share, sheet["y"] + sheet["height"] / 2)
        page.wait_for_timeout(400)
    page.keyboard.press("Escape")

    expect(page.locator("#measure")).to_have_attribute("aria-pressed", "false")


def test_filters_change_the_sheet_at_once(sea):
    """Who asks for what their own receiver says alone no longer sees what the radar saw."""
    page = opened(sea, "/chart")
    page.select_option("select[name=source]", "GPS")

    expect(page.locator("#craft tbody tr")).to_have_count(1, timeout=10_000)
    assert "source=GPS" in page.url


def test_the_past_is_replayed_with_its_figures_at_the_cursor(sea):
    """A step forward moves the moment, the figures of the selected track and the address; paused, all of it stays."""
    page = opened(
        sea, "/replay?from=2026-06-03T02:00:00Z&to=2026-06-03T02:11:00Z&t=2026-06-03T02:05:00Z&craft=CORAL%2034"
    )
    before = page.locator("#selected [data-key=position]").inner_text()
    page.click("#forward")

    expect(page.locator("#moment")).to_contain_text("2026-06-03T02:05:10Z")
    expect(page.locator("#selected [data-key=position]")).not_to_have_text(before)
    assert re.search(r"t=2026-06-03T02(:|%3A)05(:|%3A)10Z", page.url)

    page.select_option("#speed", "60")
    page.click("#play")
    expect(page.locator("#chart")).to_have_attribute("data-now", re.compile("02:0[6-9]"), timeout=15_000)
    page.click("#play")
    stopped = page.locator("#chart").get_attribute("data-now")
    page.wait_for_timeout(800)
    assert stopped == page.locator("#chart").get_attribute("data-now")


def test_without_a_graphics_card_the_console_draws_the_chart(sea):
    """Where WebGL is off there is a picture, keys that move it, and the table."""
    browser = sea.browser.browser_type.launch(
        executable_path="/usr/bin/chromium", args=[*SWITCHES, "--disable-3d-apis"]
    )
    try:
        kept, sea.browser = sea.browser, browser
        page = opened(sea, "/chart")
        expect(page.locator(READY)).to_have_attribute("data-ready", "drawn")
        picture = page.locator("#sheet img")
        assert 0 < picture.evaluate("one => one.naturalWidth")
        before = picture.get_attribute("src")
        page.get_by_role("button", name="＋").click()
        expect(picture).not_to_have_attribute("src", before)
        expect(page.locator("#craft")).to_contain_text("CORAL 34")
    finally:
        sea.browser = kept
        browser.close()
