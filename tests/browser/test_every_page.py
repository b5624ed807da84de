"""Every route in three languages and three widths: translated, within its window, by keyboard, and axe objects to nothing.

The list of pages is the console's own table. What stands in braces in a path is found as a person finds it, by the links
of other pages: after a whole exercise, and while an encounter is open.
"""

import re
from urllib.parse import urlsplit

import pytest

from browser_at_work import WIDTHS
from deskside import tick
from page_checks import objections, out_of_reach, too_wide, untranslated
from searoom.console.app import PAGES
from searoom.signals.tables import LANGUAGES

LIGHTS = {"phone": "day", "tablet": "night", "desk": "day"}
NEAR_S = 600
# What is no page to look at: it takes a form alone, is a file or data, or a stream.
FORMS = {
    "sign_out", "choose", "acknowledge", "snooze", "offer_passkey", "add_passkey", "ask_passkey", "sign_in_by_passkey",
    "take_audit", "take_record", "withdraw",
}  # fmt: skip
FILES = {
    "chart_craft", "chart_zones", "chart_notices", "chart_drawn", "chart_stream", "replay_tracks", "replay_drawn", "review-file",
    "sound", "take_proof", "take_evidence", "hotline_flash", "hotline_file",
}  # fmt: skip

SIGNED_FIRST = {"handed"}  # a hand-over that was signed: test_watch.py signs one and looks at it


def route(path):
    """Return the name of the page that a path leads to, None where it is none of the table."""
    for page in PAGES:
        pattern = re.sub(r"\\\{\w+(:\w+)?\\\}", "[^/]+", re.escape(page.path))
        if re.fullmatch(pattern, path):
            return page.name
    return None


def found_by_links(page, known=()):
    """Return a path for each route that links lead to, from the first screen on, and what did not open."""
    paths, waiting, faults = {}, ["/"], []
    while waiting:
        path = waiting.pop(0)
        name = route(urlsplit(path).path)
        if name is None or name in paths or name in FORMS | FILES:
            continue
        answer = page.goto(path)
        paths[name] = path
        if answer.status != 200:
            faults.append(f"{path}: {answer.status}: {page.inner_text('body')[:300]}")
        hrefs = page.eval_on_selector_all(
            "main a[href], header a[href]", "all => all.map(one => one.getAttribute('href'))"
        )
        waiting += [href.partition("#")[0] for href in hrefs if href.startswith("/")]
    return {name: path for name, path in paths.items() if name not in known}, faults


def faults_of(page, path, lang):
    """Return what is wrong with one page."""
    page.goto(path)
    faults = [f"not in {lang}: {words!r}" for words in untranslated(page, lang)]
    faults += [f"not by keyboard: {html}" for html in out_of_reach(page)]
    for width, (wide, high) in WIDTHS.items():
        page.set_viewport_size({"width": wide, "height": high})
        page.evaluate("light => { document.documentElement.dataset.light = light; }", LIGHTS[width])
        faults += [f"{width}: {more} px too wide" for more in (too_wide(page),) if more > 0]
        faults += [f"{width}: {fault}" for fault in objections(page)]
    return [f"{path}: {fault}" for fault in faults]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_page_in_this_language_at_each_width(after, desks, lang):
    """All pages as the most entitled person finds them, each at three widths, by day and by night."""
    page = after.sit("amber", "all-1", lang)
    paths, faults = found_by_links(page)
    for path in [*paths.values(), "/sign-in"]:
        faults += faults_of(page, path, lang)
    for second in range(0, NEAR_S, 30):
        tick(desks.stage, "amber", second)
    near = desks.sit("amber", "all-1", lang)
    more, fewer = found_by_links(near, paths)
    faults += fewer
    for path in more.values():
        faults += faults_of(near, path, lang)
    assert not faults, "\n".join(faults)
    missing = {page.name for page in PAGES} - FORMS - FILES - SIGNED_FIRST - {"sign_in"} - paths.keys() - more.keys()
    assert not missing, f"no link leads to {sorted(missing)}"
