"""Incidents and the yearly review in a real browser: both consoles show one hash, a phone does not scroll sideways."""

import hashlib

import pytest
from playwright.sync_api import expect

from searoom.signals.tables import LANGUAGES


def test_both_consoles_show_one_hash_and_give_one_file(after):
    """After a whole exercise: two nodes, two officers, one data file."""
    digests, files = [], []
    for party in ("amber", "coral"):
        page = after.sit(party, "duty-1" if party == "amber" else "watch-1")
        page.goto(after.url(party) + "/reviews/2026/joint")
        digests.append(page.locator(".hashes dd").first.inner_text())
        with page.expect_download() as given:
            page.get_by_role("link", name="Data file (JSON)").click()
        files.append(given.value.path().read_bytes())

    assert digests[0] == digests[1] == hashlib.sha256(files[0]).hexdigest()
    assert files[0] == files[1]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_incident_is_read_on_a_phone(after, lang):
    """Both accounts one below the other, the figures in their narrow form, our own notes in a frame of their own."""
    page = after.sit("amber", lang=lang, width="phone")
    page.goto(after.url("amber") + "/incidents")
    page.locator("main table a").first.click()
    page.locator("section.ours").wait_for()

    assert 2 == page.locator("#accounts ~ .cols .side").count()
    assert page.locator("figure.plot .narrow").first.is_visible()
    expect(page.locator("figure.plot .wide").first).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_from_an_incident_to_a_form_that_is_filled_in_by_keyboard(after):
    """Enter on the button of a measurement opens its form with the dossier filled in."""
    page = after.sit("amber")
    page.goto(after.url("amber") + "/incidents")
    page.locator("main table a").first.press("Enter")
    page.get_by_role("link", name="Release a measurement").press("Enter")
    page.wait_for_url("**/say/measurement?*")

    assert page.input_value("[name='field-dossier']").startswith("amber/")


def stand_by(desks, party, button):
    """Press a button of the joint review, sign it as one officer, and release it as another; both through the pages."""
    first, second = desks.sit(party, "duty-1"), desks.sit(party, "duty-2")
    first.goto(desks.url(party) + "/reviews/2026/joint")
    first.get_by_role("link", name=button, exact=True).click()
    signed = first.input_value("[name='field-hash']"), first.input_value("[name='field-heads']")
    first.get_by_role("button", name="Look at it as it will be read").click()
    first.get_by_role("button", name="Sign the draft; another person releases it").click()
    first.wait_for_url("**/drafts/*")
    second.goto(first.url)
    second.get_by_role("button", name="Sign and release").click()
    second.wait_for_url("**/messages/*/*")
    desks.meet()
    return signed


def test_both_sign_the_same_hash_and_it_is_agreed(after):
    """Amber stands by its data file; coral presses its first button: the same hash of the same entries, and it is agreed."""
    ours = stand_by(after, "amber", "Stand by this data file")
    page = after.sit("coral", "duty-1")
    page.goto(after.url("coral") + "/reviews/2026/joint")
    page.get_by_text("Signed, but not by every party yet.").wait_for()
    assert "Stand by the same data file as Amber" == page.locator("section:has(#agreed) a.button").first.inner_text()
    assert not page.get_by_role("link", name="Stand by this data file", exact=True).is_visible()

    theirs = stand_by(after, "coral", "Stand by the same data file as Amber")

    assert ours == theirs
    for party in ("amber", "coral"):
        page = after.sit(party, "duty-1")
        page.goto(after.url(party) + "/reviews/2026/joint")
        page.get_by_text("Agreed: every party has signed the same hash.").wait_for()
        assert 0 == page.locator("a[href*='review-agreed']").count()
