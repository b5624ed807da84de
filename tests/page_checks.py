"""What is asked of every page in a real browser: it is whole, translated, reachable by keyboard, and axe objects to nothing."""

import re

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from searoom.review.texts import HTML_LANGUAGES, table
from searoom.signals.tables import LANGUAGES

# Texts that stand on a page as its own words: (tag of the language that they are marked with, the words).
SPOKEN = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode()); ) {
    const words = node.textContent.trim(), at = node.parentElement;
    if (words && !at.closest("script, style, bdi, code, pre, samp, [hidden]")) {
      const marked = at.closest("[lang]");
      found.push([marked ? marked.lang : "", words]);
    }
  }
  return found;
}"""
# How an element is known again, also after the page has drawn itself anew; radio buttons of one name count once.
KNOWN = """const known = (one) => [one.tagName, one.id, one.name, one.type === "radio" ? "" : one.value,
  one.getAttribute("href"), one.type === "radio" ? "" : one.textContent.trim().slice(0, 60)].join(" | ");"""
# What can be reached by the Tab key, as far as it is shown.
REACHABLE = (
    "() => {"
    + KNOWN
    + """
  const found = [];
  for (const one of document.querySelectorAll(
    "a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select, textarea, summary, [tabindex='0']")) {
    if (!one.checkVisibility({ visibilityProperty: true })) continue;
    if (one.closest("details:not([open])") && !one.matches("details > summary")) continue;
    found.push(known(one));
  }
  return found;
}"""
)
FOCUSED = "() => {" + KNOWN + " return known(document.activeElement); }"
LATIN = re.compile(r"[A-Za-z]{3,}(?:[ ,;:]+[a-z]{2,}){2,}")  # three words and more in a row are a sentence of English
LONGEST = 400


def untranslated(page: Page, lang: str) -> list[str]:
    """Return the words that stand in another language than the page says; names and marked foreign words are left out."""
    tag = HTML_LANGUAGES[lang]
    own = [words for marked, words in page.evaluate(SPOKEN) if marked == tag]
    if lang == "en":
        return [words for words in own if re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", words)]
    foreign = {row[other] for row in table("searoom.console").values() for other in LANGUAGES if other != lang}
    same = {row[lang] for row in table("searoom.console").values()}
    whole = {words for words in foreign - same if len(words) > 11}
    return [words for words in own if words in whole or LATIN.search(words)]


def out_of_reach(page: Page) -> list[str]:
    """Return what the Tab key does not come to, beginning at the top of the page."""
    there = page.evaluate(REACHABLE)
    page.evaluate("() => { document.activeElement.blur(); window.scrollTo(0, 0); }")
    seen: set[str] = set()
    for _ in range(LONGEST):  # a box for a date takes several presses
        page.keyboard.press("Tab")
        seen.add(page.evaluate(FOCUSED))
        if seen.issuperset(there):
            break
    return [one for one in dict.fromkeys(there) if one not in seen]


def too_wide(page: Page) -> int:
    """Return by how many pixels the page is wider than its window; what scrolls in a box of its own is not counted."""
    return int(page.evaluate("() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"))


def objections(page: Page) -> list[str]:
    """Return what axe finds wrong with a page."""
    if page.evaluate("() => typeof axe") == "undefined":
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        "() => axe.run(document, { resultTypes: ['violations'], preload: false }).then((all) => all.violations)"
    )
    return [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
