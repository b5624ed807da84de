"""Pictures of the first screen in its states: two real nodes, a real console and a real browser, in each language.

Run as `python -m tools.screens [STATE ...]`; it writes docs/pictures/screens/STATE-LANG.png. The right answers of each
state stand in `STATES`; a page that gives another answer ends the run, so that no picture shows what is not said of it.
Needs Chromium at /usr/bin/chromium and the package playwright.
"""

import contextlib
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as NeverCame

from searoom import officer
from searoom.desk.asking import ask
from searoom.errors import SearoomError
from searoom.exercise import run, scenario
from searoom.exercise.consoles import Consoles
from searoom.exercise.made import AGREEMENT, Stage
from searoom.obligations import agreement as agreements
from searoom.signals import forms
from searoom.units import MICROSECONDS
from tools.palette import smaller

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures" / "screens"
LANGUAGES = {"en": "en", "ja": "ja", "zh": "zh-CN"}
SIZE = {"width": 1024, "height": 640}
CHROMIUM = "/usr/bin/chromium"
PATIENCE_MS = 30_000
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
BOOK = forms.load()
Prepare = Callable[["Scene"], None]


@dataclass(slots=True)
class Scene:
    """Two parties' nodes as processes, and amber's console beside them."""

    stage: Stage
    consoles: Consoles

    def tick(self, seconds: int, *parties: str, step: int = 10, begin: int = 0) -> None:
        """Let time go on to so many seconds after the start, and the nodes meet at its end."""
        for at in range(begin, seconds + 1, step):
            now_us = self.stage.scenario.start_us + at * MICROSECONDS
            for party in parties or self.stage.parties:
                ask(self.stage.folder(party), {"do": "tick", "now_us": now_us, "meet": at + step > seconds})

    def say(self, person: str, form: str, typed: dict[str, str], *, precedence: str = "routine") -> None:
        """Let a person say something."""
        folder = self.stage.folder(person.partition("-")[0])
        filled = forms.from_text(BOOK, form, typed, precedence=precedence)
        officer.say(folder, folder / "officers" / f"{person}.key", filled, BOOK)

    def meet(self) -> None:
        """Let both meet."""
        for party in self.stage.parties * 2:
            ask(self.stage.folder(party), {"do": "meet"})

    def end(self, party: str) -> None:
        """Stop a party's node."""
        ask(self.stage.folder(party), {"do": "stop"})
        self.stage.processes[party].wait()


def quiet(scene: Scene) -> None:
    """Both nodes have met, and nothing is open."""
    scene.meet()


def line_silent(scene: Scene) -> None:
    """The counterpart's node was unplugged a quarter of an hour ago."""
    scene.end("coral")
    scene.tick(900, "amber", step=300, begin=300)


def node_silent(scene: Scene) -> None:
    """The party's own node has ended, and the console goes on."""
    scene.end("amber")


def flash(scene: Scene) -> None:
    """A flash has come, and no officer has signed that it was read."""
    scene.say("coral-1", "hotline-contact", {"phrase": "please-answer"}, precedence="flash")
    scene.meet()


def urgent(scene: Scene) -> None:
    """Two ships are five minutes from their closest approach."""
    scene.tick(620, begin=20)


def draft(scene: Scene) -> None:
    """What one officer signed waits for another."""
    scene.say("amber-1", "hotline-message", {"text": "We hold a rescue drill at 0600Z."})


def missed(scene: Scene) -> None:
    """The counterpart's test of the line did not come in time."""
    scene.end("coral")
    scene.tick(7200, "amber", step=1800, begin=1800)


def restored(scene: Scene) -> None:
    """The counterpart's node came back from an older copy of its stores."""
    _put_back(scene, say_other=False)


def fork(scene: Scene) -> None:
    """The counterpart signed two histories: what stood at a place before, and something else there now."""
    _put_back(scene, say_other=True)


def _put_back(scene: Scene, *, say_other: bool) -> None:
    folder = scene.stage.folder("coral")
    scene.end("coral")
    copy = folder.with_name("copy")
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("desk"))
    scene.stage.start("coral")
    scene.say("coral-1", "hotline-contact", {"phrase": "please-answer"})
    scene.meet()
    scene.end("coral")
    shutil.rmtree(folder)
    copy.rename(folder)
    scene.stage.start("coral")
    if say_other:
        for phrase in ("we-are-here", "please-answer"):  # longer than what is held, so that it is shown
            scene.say("coral-1", "hotline-contact", {"phrase": phrase})
        bundle = ask(folder, {"do": "bundle-write", "to": "amber"})
        for _name, part in bundle["parts"]:  # type: ignore[attr-defined]  # rows of (name, bytes)
            with contextlib.suppress(SearoomError):  # refused, and the proof is kept
                ask(scene.stage.folder("amber"), {"do": "bundle-read", "part": part})
    scene.meet()


@dataclass(frozen=True, slots=True)
class State:
    """One state of the first screen: its name, how it is made, and the four right answers, as they begin in English."""

    name: str
    prepare: Prepare
    line: str
    closing: str
    unanswered: str
    due: str
    light: str = "day"
    sails: bool = False  # whether the scenario's two ships are at sea

    @property
    def right(self) -> dict[str, str]:
        """The answer by the question."""
        return {"line": self.line, "closing": self.closing, "unanswered": self.unanswered, "due": self.due}


NOTHING_NEAR, NOTHING_OPEN, SOON = "Nothing is closing", "Nothing is open", "Within seven days: 2"
UNHEARD = "Alarms that nobody has heard: 1"
UNKNOWN = "Not known: the node gives no answer"


STATES = (
    State("quiet", quiet, "Up", NOTHING_NEAR, NOTHING_OPEN, SOON),
    State("line-silent", line_silent, "Silent since", NOTHING_NEAR, NOTHING_OPEN, SOON),
    State(
        "node-silent", node_silent, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN
    ),
    State("flash-unread", flash, "Up", NOTHING_NEAR, "Flash not read: 1", SOON),
    State("urgent-encounter", urgent, "Up", "Urgent · AMBER 21 × CORAL 34", UNHEARD, SOON, sails=True),
    State("draft-waiting", draft, "Up", NOTHING_NEAR, "Drafts that wait: 1", SOON),
    State("missed", missed, "Silent since", NOTHING_NEAR, NOTHING_OPEN, "Missed or disputed: 1"),
    State("restored", restored, "Up · a node was restored", NOTHING_NEAR, "Not read: 1", SOON),
    State("fork", fork, "Proven fork", NOTHING_NEAR, "Not read: 1", SOON),
    State("exercise-night", urgent, "Up", "Urgent · AMBER 21", UNHEARD, SOON, light="night", sails=True),
)  # fmt: skip


def main(names: list[str]) -> None:
    """Draw these states, or all."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        first = _enrolled(Path(place) / "enrolled")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for state in STATES:
            if not names or state.name in names:
                out = Path(place) / state.name
                shutil.copytree(first.out, out)
                _draw(browser, state, replace(first, out=out, ports=dict(first.ports), processes={}))
                shutil.rmtree(out, ignore_errors=True)
        browser.close()


def _enrolled(out: Path) -> Stage:
    main_job = scenario.load("main-job")
    stage = Stage(out, main_job, agreements.load(AGREEMENT), run.seats(main_job, swap=False))
    stage.enrol()
    return stage


def _draw(browser: Browser, state: State, stage: Stage) -> None:
    scene = Scene(stage, Consoles(stage))
    try:
        for party in stage.parties:
            if not state.sails:
                _keep_in_harbour(stage.folder(party) / "sensors.csv")
            stage.start(party)
        scene.consoles.open()
        scene.consoles.processes[stage.parties.index("coral")].terminate()  # one console is looked at
        scene.tick(10)
        pages = {lang: _signed_in(browser, scene, lang, state.light) for lang in LANGUAGES}
        state.prepare(scene)
        for lang, page in pages.items():
            page.goto(scene.consoles.addresses["amber"])
            if lang == "en":  # the first; what it waits for is there for the others, too
                _compare(page, state)
            file = PICTURES / f"{state.name}-{lang}.png"
            file.write_bytes(smaller(page.screenshot()))
            sys.stdout.write(f"{file.name}: {file.stat().st_size // 1024} KiB\n")
            page.context.close()
    finally:
        scene.consoles.close()
        stage.stop()


def _keep_in_harbour(sensors: Path) -> None:
    """Leave only the head of a party's sensor file."""
    head = sensors.read_text(encoding="utf-8").splitlines()[0]
    sensors.write_text(head + "\n", encoding="utf-8")


def _compare(page: Page, state: State) -> None:
    """End the run where the page gives another answer than the right one, and goes on to."""
    for name, right in state.right.items():
        answer = page.locator(f"#{name} .answer")
        try:
            answer.filter(has_text=re.compile("^" + re.escape(right))).wait_for(timeout=PATIENCE_MS)
        except NeverCame:
            said = answer.inner_text()
            raise SystemExit(f"{state.name}: to '{name}' the page answers '{said}', and right is '{right}'") from None


def _signed_in(browser: Browser, scene: Scene, lang: str, light: str) -> Page:
    address = scene.consoles.addresses["amber"]
    context = browser.new_context(viewport=SIZE, locale=LANGUAGES[lang])  # type: ignore[arg-type]  # the two sides
    context.add_cookies(
        [
            {"name": "searoom-language", "value": lang, "url": address},
            {"name": "searoom-light", "value": light, "url": address},
        ]
    )
    page = context.new_page()
    page.goto(address + "sign-in")
    page.fill("[name=person]", scene.consoles.staff("amber")[0].id)
    page.fill("[name=password]", scene.consoles.password)
    page.press("[name=password]", "Enter")
    page.locator("#line .answer").wait_for()
    return page


if __name__ == "__main__":
    main(sys.argv[1:])
