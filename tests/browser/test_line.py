"""A line that breaks and comes back, and a session that ends: what the person at the console is told."""

import time

import pytest

from browser_at_work import Desks
from searoom.desk.asking import ask
from searoom.exercise.consoles import Consoles
from searoom.units import MICROSECONDS


@pytest.fixture
def processes(stage, chromium):
    """Both nodes and both consoles as processes of their own, as in an establishment; (desks, stage)."""
    consoles = Consoles(stage)
    try:
        for party in stage.parties:
            stage.start(party)
        consoles.open()
        addresses = {party: url.removeprefix("http://").rstrip("/") for party, url in consoles.addresses.items()}
        found = Desks(stage, {}, addresses, chromium, consoles.password)
        yield found
        for context in chromium.contexts:
            context.close()
        assert [] == found.outside
    finally:
        consoles.close()
        stage.stop()


def later(stage, party, seconds):
    """Move a node's clock, and let it try to meet."""
    now_us = stage.scenario.start_us + seconds * MICROSECONDS
    return ask(stage.folder(party), {"do": "tick", "now_us": now_us, "meet": True})


def test_a_counterpart_that_is_unplugged_is_shown_as_silent_and_comes_back(processes):
    """The page says so by itself, without being loaded anew; a message said meanwhile arrives when the line is back."""
    stage = processes.stage
    for party in stage.parties:
        later(stage, party, 10)
    amber = processes.sit("amber", "amber-1")
    amber.locator("#line .state").get_by_text("Up").wait_for()

    ask(stage.folder("coral"), {"do": "stop"})
    stage.processes["coral"].wait(10)
    later(stage, "amber", 200)
    amber.locator("#line .state").get_by_text("Silent").wait_for()

    amber.goto(f"{processes.url('amber')}/say/hotline-contact?field-phrase=please-answer")
    amber.locator("main button.main[value=look]").click()
    amber.locator("main button[value=sign]").click()
    amber.wait_for_url("**/messages/**")
    entry = amber.url.removeprefix(processes.url("amber"))

    stage.start("coral")
    for seconds in (300, 310):
        for party in stage.parties:
            later(stage, party, seconds)
    amber.goto(f"{processes.url('amber')}/")
    amber.locator("#line .state").get_by_text("Up").wait_for()
    coral = processes.sit("coral", "coral-1", "zh")
    coral.goto(f"{processes.url('coral')}{entry}")
    coral.get_by_text("请贵方接听热线。").first.wait_for()


def test_a_node_that_ends_is_said_to_be_silent_on_the_open_page(processes):
    """What is shown then is said to be old; when the node answers again, the sentence goes."""
    amber = processes.sit("amber", "amber-1")
    told = amber.get_by_text("The node on this machine has given no answer since")

    ask(processes.stage.folder("amber"), {"do": "stop"})
    processes.stage.processes["amber"].wait(10)
    told.wait_for()
    processes.stage.start("amber")
    told.wait_for(state="detached")


def test_a_page_that_asked_too_often_waits_as_long_as_it_was_told(processes):
    """Refused with three seconds, it asks again after these and not before, and then draws what is new."""
    amber = processes.sit("amber", "amber-1")
    asked = []

    def refuse(route):
        if route.request.headers.get("x-live") != "1":
            return route.continue_()
        asked.append(time.monotonic())
        if len(asked) > 1:
            return route.continue_()
        return route.fulfill(status=429, headers={"retry-after": "3"}, body="too often")

    amber.route("**/", refuse)
    later(processes.stage, "amber", 40)  # something new, so that the page is drawn anew
    amber.wait_for_function("() => document.getElementById('now').textContent.includes('02:00:4')", timeout=20_000)

    assert 2 <= len(asked)
    assert 2.9 < asked[1] - asked[0]


def test_a_session_that_ends_leads_to_the_door_and_back_and_loses_no_words(processes):
    """Whoever types on after the end of their session is told, signs in again, and finds what they had written."""
    amber = processes.sit("amber", "amber-1")
    amber.goto(f"{processes.url('amber')}/say/hotline-message")
    amber.fill("[name=field-text]", "We hold a rescue drill at 0600Z")
    amber.wait_for_timeout(1_000)  # until it was checked and kept
    amber.context.clear_cookies(name="searoom-session-amber")
    amber.locator("[name=field-text]").press_sequentially(".")
    amber.locator("main button.main[value=look]").click()

    with amber.expect_popup() as opened:
        amber.locator("main a[href='/sign-in']").click()
    door = opened.value
    door.fill("[name=person]", "amber-1")
    door.fill("[name=password]", processes.password)
    door.click("main button.main")
    door.wait_for_url(f"{processes.url('amber')}/")
    while not amber.locator("[name=field-text]:visible").count():  # shown once more, as of the new session, then itself
        amber.locator("main button[value=change]").click()
        amber.wait_for_load_state()
    assert amber.locator("[name=field-text]").input_value().startswith("We hold a rescue drill at 0600Z")
