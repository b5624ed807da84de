"""What is due in a real browser: findings at the field while typing, the filters by keyboard, a month on a phone."""

import pytest

from searoom.signals.tables import LANGUAGES


def test_what_is_wrong_is_said_at_the_field_while_typing(desks):
    """A slip is told at its field and read out with the box; put right, it is gone; nothing that was typed is lost."""
    page = desks.sit("amber")
    page.goto(desks.url("amber") + "/say/macm-training-notice")
    page.fill("[name='field-purpose']", "rescue at sea")
    page.fill("[name='field-aircraft']", "many")

    page.locator("#field-aircraft-found p").wait_for()
    assert "true" == page.get_attribute("[name='field-aircraft']", "aria-invalid")
    assert "field-aircraft-found" in page.get_attribute("[name='field-aircraft']", "aria-describedby")
    page.fill("[name='field-aircraft']", "3")
    page.locator("#field-aircraft-found p").wait_for(state="detached")
    assert page.get_attribute("[name='field-aircraft']", "aria-invalid") is None
    assert "rescue at sea" == page.input_value("[name='field-purpose']")


def test_the_list_is_chosen_by_keyboard_alone(desks):
    """Tab, an arrow and Enter choose a state; the address then says what was chosen."""
    page = desks.sit("amber")
    page.goto(desks.url("amber") + "/due")
    page.focus("#f-state")
    page.keyboard.press("End")
    page.keyboard.press("Tab")
    for _ in range(12):
        if page.evaluate("document.activeElement.tagName") == "BUTTON":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/due?*state=all*")

    assert "all" == page.input_value("#f-state")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_month_is_a_list_of_weeks_on_a_phone(desks, lang):
    """On a phone the grid gives way to weeks, and the page does not scroll sideways."""
    page = desks.sit("amber", lang=lang, width="phone")
    page.goto(desks.url("amber") + "/calendar?month=2026-06")

    assert page.locator(".weeks section").first.is_visible()
    assert not page.locator("table.month").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
