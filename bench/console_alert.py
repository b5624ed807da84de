"""How long from the detector's change of grade until a person can see it: a node, its console, and a real Chromium.

    python -m bench console-alert [--quick] [--only front|chart]

The node of `console_sse` is told the time, which makes it look. Counted from before the look was asked for until the
frame in which the page shows the pair with its new grade has been handed to the screen. Needs Playwright and Chromium.
"""

import time
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench import console_sse
from bench.console_chart import ARGUMENTS, CHROMIUM
from bench.frame import Options, Report, Spread, percentile, versions, work_folder

OTHERS, QUICK_OTHERS = 24, 2
EVERY_S = 400  # so far apart that the first screen, which names six pairs, names all of them
PROMISED_MS = 1_000.0
PATIENCE_MS = 10_000
SETTLES_MS = 400  # what else a look changes is drawn before the next one
PAGES = {"front": ("/", "#closing"), "chart": ("/chart", "#pairs")}
# A pair is told by its link, its grade by the row's class: what the page says, not what its script holds.
WATCH = """
(where) => {
  const told = () => [...document.querySelectorAll(where + " li")].map(
    (row) => row.className + " " + (row.querySelector("a")?.getAttribute("href") ?? "")).sort().join();
  const seen = { was: told(), at: 0 };
  new MutationObserver(() => {
    if (seen.at || told() === seen.was) return;
    seen.at = -1;
    requestAnimationFrame(() => { const after = new MessageChannel();
      after.port1.onmessage = () => { seen.at = Date.now(); }; after.port2.postMessage(0); });
  }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  window.anew = () => { seen.was = told(); seen.at = 0; };
  window.seen = seen;
}
"""


def opened(browser: Any, port: int, name: str) -> Page:
    """Return a page of somebody who has signed in and looks at this screen, watched from outside."""
    path, where = PAGES[name]
    page: Page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB").new_page()
    page.goto(f"http://127.0.0.1:{port}/sign-in")
    page.fill("[name=person]", "watch-1")
    page.fill("[name=password]", console_sse.PASSWORD)
    page.click("main button")
    page.goto(f"http://127.0.0.1:{port}{path}")
    if name == "chart":
        page.locator("#chart[data-ready]").wait_for(state="attached", timeout=60_000)
    page.evaluate(WATCH, where)
    return page


def measured(page: Page, stage: Any, others: int) -> list[float]:
    """Return the milliseconds of each look that raised a grade, until the page showed it."""
    took = []
    for seconds in console_sse.looks(others, EVERY_S):
        page.evaluate("() => anew()")
        begun_ms = time.time() * 1000
        if not console_sse.look(stage, seconds):
            continue
        page.wait_for_function("() => seen.at > 0", timeout=PATIENCE_MS)
        took.append(page.evaluate("() => seen.at") - begun_ms)
        page.wait_for_timeout(SETTLES_MS)
    return took


def main(options: Options) -> None:
    """Measure each screen; print and write bench/results-console-alert.md."""
    report = Report(
        "console-alert", "Benchmark: an alert on a screen", options, used=versions("playwright", "starlette")
    )
    report.say(
        "From before the look that raises a grade until a page in Chromium shows the pair with it, software rendering.",
        f"Promised are {PROMISED_MS:.0f} ms. Milliseconds.",
    )
    report.table("screen", "changes of grade", "median", "99 of 100", "worst", "the promise")
    others = QUICK_OTHERS if options.quick else OTHERS
    with sync_playwright() as driver, work_folder() as folder:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        for name in PAGES:
            if options.only and name not in options.only:
                continue
            runs = []
            for turn in range(options.runs):
                with console_sse.at_work(folder / f"{name}-{turn}", others, EVERY_S) as (stage, port, _):
                    page = opened(browser, port, name)
                    runs.append(measured(page, stage, others))
                    page.context.close()
            worst = [max(run) for run in runs]
            report.row(
                name, f"{sum(map(len, runs))}", Spread.of([percentile(run, 0.5) for run in runs]).text(digits=0),
                Spread.of([percentile(run, 0.99) for run in runs]).text(digits=0), Spread.of(worst).text(digits=0),
                "kept" if max(worst) <= PROMISED_MS else "NOT kept",
            )  # fmt: skip
        browser.close()
    report.save()
