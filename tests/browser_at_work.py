"""A real Chromium before real consoles inside a test: a page for each officer, and no request that leaves the host.

page = desks.sit("amber", "duty-1", "ja", "phone")      # signed in, on the first screen
desks.meet()                                            # until neither node has anything for the other
"""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

from console_at_work import PASSWORD
from deskside import meet
from searoom.desk.serve import Service
from searoom.exercise.made import Stage

PROGRAM = "/usr/bin/chromium"
SWITCHES = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = {"phone": (390, 844), "tablet": (1024, 768), "desk": (1440, 900)}


@dataclass
class Desks:
    """Both parties' consoles, and whoever sits before them."""

    stage: Stage
    nodes: dict[str, Service]
    addresses: dict[str, str]
    browser: Browser
    password: str = PASSWORD
    outside: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def sit(self, party: str, person: str = "duty-1", lang: str = "en", width: str = "desk", **options) -> Page:
        """Return a page with this person signed in before it, in a browser profile of their own."""
        page = self.open(party, lang, width, **options)
        page.goto(f"http://{self.addresses[party]}/sign-in")
        page.fill("[name=person]", person)
        page.fill("[name=password]", self.password)
        page.click("main button.main")
        page.wait_for_url(f"http://{self.addresses[party]}/")
        return page

    def open(self, party: str, lang: str = "en", width: str = "desk", **options) -> Page:
        """Return a page of a new browser profile, before anybody has signed in."""
        sizes = dict(zip(("width", "height"), WIDTHS[width], strict=True))
        context = self.browser.new_context(viewport=sizes, locale=lang, base_url=self.url(party), **options)
        self.watch(context)
        return context.new_page()

    def watch(self, context: BrowserContext) -> None:
        """Write down each request that leaves this host, and each fault that a page's script reports."""
        ours = set(self.addresses.values())
        context.on("request", lambda one: self._request(one.url, ours))
        context.on("weberror", lambda one: self.faults.append(str(one.error)))
        context.on("console", lambda one: self._told(one.text, one.page.url if one.page else ""))

    def _told(self, text: str, url: str) -> None:
        if "Content Security" in text:
            self.faults.append(f"{url}: {text}")

    def _request(self, url: str, ours: set[str]) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc not in ours:
            self.outside.append(url)

    def url(self, party: str) -> str:
        """Return where a party's console is."""
        return f"http://{self.addresses[party]}"

    def meet(self) -> None:
        """Let the two nodes meet until neither has anything for the other."""
        meet(self.nodes)
