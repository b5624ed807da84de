"""Incidents and the yearly review in a real browser: both consoles show one hash, a phone does not scroll sideways."""

import hashlib

import pytest

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
    assert not page.locator("figure.plot .wide").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_from_an_incident_to_a_form_that_is_filled_in_by_keyboard(after):
    """Enter on the button of a measurement opens its form with the dossier filled in."""
    page = after.sit("amber")
    page.goto(after.url("amber") + "/incidents")
    page.locator("main table a").first.press("Enter")
    page.get_by_role("link", name="Release a measurement").press("Enter")
    page.wait_for_url("**/say/measurement?*")

    assert page.input_value("[name='field-dossier']").startswith("amber/")
