"""Areas of notices on the chart in a real browser: drawn and said in words, and replayed with the time."""

import pytest
from playwright.sync_api import expect

from deskside import BOOK, fill, key_file, tick
from searoom import officer

NOTICE = fill(
    "exercise-notice",
    {
        "designation": "WATCHFUL 26", "purpose": "training", "command": "fleet", "personnel": "9000", "ships": "12",
        "aircraft": "4", "start": "2026-06-01", "end": "2026-06-12", "area": "circle 32-10N 165-00W 5 nm",
        "warning": "none",
    },
)  # fmt: skip


@pytest.mark.parametrize(("lang", "words"), [("en", "in force"), ("ja", "実施中"), ("zh", "生效中")])
def test_a_released_notice_is_on_the_chart_with_its_party_and_time(desks, lang, words):
    """Two officers release it: it stands in the list with its state and area, and on the chart the feed goes on."""
    folder = desks.stage.folder("amber")
    for second in range(0, 301, 50):
        tick(desks.stage, "amber", second)
    drafted = officer.say(folder, key_file(desks.stage, "amber-1"), NOTICE, BOOK)
    officer.release(folder, key_file(desks.stage, "amber-2"), officer.look(folder, drafted.draft, BOOK))
    page = desks.sit("amber", "watch-1", lang=lang)
    page.goto("/chart?box=-165.3,31.9,-164.7,32.4")
    expect(page.locator("#chart[data-ready]")).to_be_attached(timeout=30_000)

    expect(page.locator("#notices .state")).to_have_text(words)
    expect(page.locator("#notices")).to_contain_text("2026-06-13T00:00:00Z")
    assert page.locator("#notices a").get_attribute("href").startswith("/messages/amber/")
    assert [] == desks.faults
