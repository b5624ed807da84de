"""How fast the chart is, in a real browser: drawn, kept at one update a second, and answering a click while it draws.

    python -m bench console-chart [--quick] [--only 1000|5000|50000]

A console in a process of its own serves made craft through the code that serves real ones (`chart_feed`); Chromium has
no graphics card here, so its figures are those of the slowest machine that anybody would use. Needs Playwright and
/usr/bin/chromium.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench.chart_feed import PASSWORD
from bench.frame import ROOT, Options, Report, Spread, versions, work_folder

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SIZES = (1_000, 5_000, 50_000)
QUICK = (200, 500)
CLICKS = 10
WATCHED_S = 20
SETTLED_S = 3  # after the first sheet: what is loaded once is told apart from what goes on
BOX = "120.5,24.5,130.5,33.5"
PATIENCE_MS = 60_000
# What the page is watched by, from its first moment on; nothing of it is in the page itself.
WATCH = """
window.seen = { long: [], ready: 0, clicks: [], updates: [], paints: [] };
new PerformanceObserver((list) => { for (const one of list.getEntries()) seen.long.push([one.startTime, one.duration]);
})  .observe({ type: "longtask", buffered: true });
new MutationObserver((changes) => {
  const page = document.getElementById("chart");
  if (!page) return;
  if (page.dataset.ready && !seen.ready) seen.ready = performance.now();
  for (const one of changes) {
    if (one.attributeName === "data-updates") seen.updates.push(performance.now());
    const drawn = one.attributeName === "data-uploads" && one.oldValue !== page.dataset.uploads;
    if (drawn) seen.paints.push(performance.now());
    if (one.attributeName === "data-chosen" && seen.down) {
      const down = seen.down; seen.down = 0;
      const said = performance.now() - down;
      requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = () =>
        seen.clicks.push([said, performance.now() - down]); c.port2.postMessage(0); });
    }
  }
}).observe(document, { subtree: true, attributes: true, attributeOldValue: true });
addEventListener("click", (event) => { seen.down = event.timeStamp; }, true);
"""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one visit found; milliseconds."""

    server: float
    usable: float
    drawn: float
    updates: int
    painted: int
    behind: float
    longest: float
    longest_at_first: float
    answered: tuple[float, ...]
    seen: tuple[float, ...]


@contextmanager
def served(folder: Path, count: int) -> Iterator[str]:
    """Serve a console with so many craft, and give its address."""
    command = [sys.executable, "-m", "bench.chart_feed", str(folder), str(count)]
    process = subprocess.Popen(command, cwd=ROOT.parent, stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None or not (address := process.stdout.readline().strip()):
            raise RuntimeError("the console did not start")
        time.sleep(1.0)
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(20)


def signed_in(browser: Browser, address: str) -> Page:
    """Return a page of somebody who has signed in."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB").new_page()
    page.goto(address + "/sign-in")
    page.fill("[name=person]", "bench")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    return page


def visit(browser: Browser, address: str, count: int, *, seconds: float) -> Drawn:
    """Open the chart, watch it for so long, click in it; return what was found."""
    page = signed_in(browser, address)
    page.add_init_script(WATCH)
    where = f"{address}/chart?box={BOX}&most={max(count, 1)}"
    server = []
    for _ in range(5):
        begun = time.perf_counter()
        page.request.get(where).body()
        server.append((time.perf_counter() - begun) * 1000)
    page.goto(where)
    page.locator("#chart[data-ready]").wait_for(state="attached", timeout=PATIENCE_MS)
    loaded: dict[str, Any] = page.evaluate(
        "() => ({ready: seen.ready, usable: performance.getEntriesByType('navigation')[0].domInteractive})"
    )
    page.wait_for_timeout(SETTLED_S * 1000)
    begun_ms = page.evaluate("() => performance.now()")
    page.wait_for_timeout(seconds * 1000)
    found: dict[str, Any] = page.evaluate("() => seen")
    updates = [at for at in found["updates"] if at > begun_ms]
    paints = [at for at in found["paints"] if at > begun_ms]
    waits = [min((paint - at for paint in paints if paint >= at), default=0.0) for at in updates[:-1]]
    _click(page)
    clicks = page.evaluate("() => seen.clicks")
    page.context.close()
    return Drawn(
        server=statistics.median(server), usable=loaded["usable"], drawn=loaded["ready"], updates=len(updates),
        painted=len(paints), behind=max(waits, default=0.0),
        longest=max((long for at, long in found["long"] if at > begun_ms), default=0.0),
        longest_at_first=max((long for at, long in found["long"] if at <= begun_ms), default=0.0),
        answered=tuple(said for said, _ in clicks), seen=tuple(shown for _, shown in clicks),
    )  # fmt: skip


def _click(page: Page) -> None:
    """Click at places all over the sheet while updates go on."""
    sheet = page.locator("#sheet .map, #sheet img").first.bounding_box()
    if sheet is None:
        raise RuntimeError("there is no chart to click in")
    for k in range(CLICKS):
        page.mouse.click(
            sheet["x"] + sheet["width"] * (0.3 + 0.05 * k), sheet["y"] + sheet["height"] * (0.3 + 0.04 * k)
        )  # fmt: skip
        page.wait_for_timeout(730)


def main(options: Options) -> None:
    """Measure each size; print and write the table."""
    report = Report(
        "console-chart", "The chart in a browser", options, used=versions("playwright", "starlette", "numpy")
    )  # fmt: skip
    report.say("One update a second of every craft, all in view, 1440 x 900, software rendering. Milliseconds.")
    report.table(
        "craft", "server", "table usable", "chart drawn", "updates, of them drawn before the next",
        "longest wait for an update's frame", "longest main-thread task",
        "the same while loading", "click answered", "and painted",
    )  # fmt: skip
    sizes = QUICK if options.quick else SIZES
    with sync_playwright() as driver, work_folder() as work:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        for size in sizes:
            if options.only and str(size) not in options.only:
                continue
            with served(work / str(size), size) as address:
                seconds = 4 if options.quick else WATCHED_S
                runs = [visit(browser, address, size, seconds=seconds) for _ in range(options.runs)]
            report.row(f"{size:,}", *_cells(runs))
        browser.close()
    report.save()


def _cells(runs: list[Drawn]) -> list[str]:
    def spread(name: str) -> str:
        return Spread.of([getattr(one, name) for one in runs]).text(digits=0)

    clicks = [said for one in runs for said in one.answered] or [float("nan")]
    painted = [shown for one in runs for shown in one.seen] or [float("nan")]
    return [
        spread("server"), spread("usable"), spread("drawn"),
        f"{sum(one.updates for one in runs)}, {sum(one.painted for one in runs)}", spread("behind"), spread("longest"),
        spread("longest_at_first"),
        f"{Spread.of(clicks).text(digits=0)} ({len(clicks)} clicks)", Spread.of(painted).text(digits=0),
    ]  # fmt: skip


if __name__ == "__main__":
    main(Options(quick="--quick" in sys.argv))
