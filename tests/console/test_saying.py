"""Saying something from the console: two steps, two persons, and nothing twice."""

import re
import threading

import pytest

from console_at_work import Browser, console, fields_of, people, words
from deskside import at_work, meet
from searoom.console.people import Person
from searoom.desk import asking as desk

WORDS = "We hold a rescue drill at 0600Z."


@pytest.fixture
def scene(stage):
    """Two nodes at work, and the console of one of them."""
    with at_work(stage) as nodes, console(stage.folder("amber")) as address:
        yield stage, nodes, address


def sit(address, person="duty-1"):
    """Return a browser with this person before it."""
    return Browser(address, **{"Accept-Language": "en"}).sign_in(person)


def looked(browser, form="hotline-message", **more):
    """Fill in a form and look at it; return the hidden fields of the second step."""
    page = f"/say/{form}"
    fields = {**fields_of(browser.get(page)[2]), "lang": "en", "precedence": "routine", "deed": "look", **more}
    status, _, text = browser.post(page, fields)
    assert 200 == status, words(text)
    return {**fields_of(text), "deed": "sign"}, text


def said(stage, party="amber"):
    """How many entries our log has."""
    return desk.ask(stage.folder(party), {"do": "status"})["sizes"][party]


def test_nothing_is_said_by_looking(scene):
    """The first step shows the words as they will be read, to whom, and sends nothing."""
    stage, _, address = scene
    before = said(stage)

    _, text = looked(sit(address), **{"field-text": WORDS})

    assert WORDS in text
    assert "To: Coral" in words(text)
    assert before == said(stage)


def test_substance_waits_for_another_person_and_is_then_said(scene):
    """What one person signs is a draft; the other person's key releases it, and the counterpart gets it."""
    stage, nodes, address = scene
    one, two = sit(address), sit(address, "duty-2")
    fields, _ = looked(one, **{"field-text": WORDS})
    before = said(stage)

    status, headers, text = one.post("/say/hotline-message", fields)
    draft = headers["location"]
    assert (303, before) == (status, said(stage)), words(text)
    own = words(one.get(draft)[2])
    assert "You have signed it. Another person opens it" in own
    assert "Sign and release" not in own
    same = one.post(draft, one.hidden("/say/hotline-message"))
    assert 404 == same[0]
    assert "has signed draft" in words(same[2])

    status, headers, _ = two.post(draft, two.hidden(draft))
    assert (303, f"/messages/amber/{before}") == (status, headers["location"])
    meet(nodes)
    assert WORDS in two.get(headers["location"])[2]
    assert said(stage) == desk.ask(stage.folder("coral"), {"do": "status"})["sizes"]["amber"]


def test_lines_are_said_as_they_were_typed(scene):
    """A browser ends a line with two signs; what is signed has one, and the words of both steps are the same."""
    stage, _, address = scene
    one = sit(address)
    fields, _ = looked(one, **{"field-text": "First line.\r\nSecond line."})

    assert "First line.\nSecond line." == fields["field-text"]
    sent = {**fields, "field-text": fields["field-text"].replace("\n", "\r\n")}
    status, headers, text = one.post("/say/hotline-message", sent)
    assert 303 == status, words(text)
    assert "First line. Second line." in words(sit(address, "duty-2").get(headers["location"])[2])


def test_a_draft_shows_the_entry_that_it_answers(scene):
    """Who releases an answer sees what it answers, as its writer did."""
    stage, nodes, address = scene
    one, two = sit(address), sit(address, "duty-2")
    fields, _ = looked(one, **{"field-text": WORDS})
    draft = one.post("/say/hotline-message", fields)[1]["location"]
    asked = two.post(draft, two.hidden(draft))[1]["location"].removeprefix("/messages/")
    meet(nodes)

    fields, _ = looked(one, **{"field-text": "We correct the time to 0700Z.", "reply_to": asked})
    draft = one.post("/say/hotline-message", fields)[1]["location"]

    shown = words(two.get(draft)[2])
    assert f"What it is about {asked}" in shown
    assert WORDS in shown


def test_a_drafter_looks_at_a_draft_and_does_not_release_it(scene):
    """Who only drafts sees another person's words as they wait, without a form, and a form that they post does nothing."""
    stage, _, address = scene
    people(stage.folder("amber"), Person("draft-1", "Draft 1", frozenset({"drafter"}), "amber-2")).close()
    one, drafter = sit(address), sit(address, "draft-1")
    fields, _ = looked(one, **{"field-text": WORDS})
    draft, before = one.post("/say/hotline-message", fields)[1]["location"], said(stage)

    text = drafter.get(draft)[2]
    assert WORDS in text
    assert "Sign and release" not in words(text)
    mark = drafter.hidden("/say/hotline-message")["mark"]
    assert 403 == drafter.post(draft, {"mark": mark, "number": "0" * 22, "passphrase": ""})[0]
    assert before == said(stage)


def test_one_officer_opens_contact_at_once(scene):
    """An agreed phrase needs one person, and no draft."""
    stage, _, address = scene
    one = sit(address)
    fields, _ = looked(one, "hotline-contact", **{"field-phrase": "please-answer"})
    before = said(stage)

    status, headers, _ = one.post("/say/hotline-contact", fields)

    assert (303, f"/messages/amber/{before}", before + 1) == (status, headers["location"], said(stage))
    assert "We ask you to come to the line." in one.get(headers["location"])[2]


def test_two_hundred_clicks_say_it_once(scene):
    """However often and however fast one form is posted, the record holds it once, and each click is told where."""
    stage, _, address = scene
    one = sit(address)
    fields, _ = looked(one, "hotline-contact", **{"field-phrase": "please-answer"})
    before, came = said(stage), []

    def click():
        mine = Browser(address)
        mine.cookies = dict(one.cookies)
        came.extend(mine.post("/say/hotline-contact", fields)[0] for _ in range(10))

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert before + 1 == said(stage)
    assert set(came) <= {303, 503, 429}
    assert 303 in came


def test_what_is_missing_is_said_while_typing_and_nothing_is_shown_as_ready(scene):
    """The same rules as at the other side name the field; a form with a fault never reaches the second step."""
    stage, _, address = scene
    one = sit(address)
    page = "/say/hotline-message"
    fields = {**fields_of(one.get(page)[2]), "lang": "en", "deed": "look"}

    status, _, text = one.post(page, fields)
    live = one.post(page, {**fields, "field-text": WORDS}, X_Live="1")

    assert 200 == status
    assert "needed and missing" in words(text)
    assert "Sign and send" not in words(text)
    assert "needed and missing" not in words(live[2])
    assert "Sign and send" not in words(live[2])


def test_hostile_words_are_shown_and_never_obeyed(scene):
    """Markup and direction signs of whoever wrote them stand as text."""
    _, _, address = scene
    one = sit(address)
    page = "/say/hotline-message"
    fields = {**fields_of(one.get(page)[2]), "lang": "en", "deed": "look"}

    for hostile in ("<script>alert(1)</script>", "a\u202eb", "a\x00b", "'\"><img src=x>", "x" * 20_000):
        status, _, text = one.post(page, {**fields, "field-text": hostile})
        assert 200 == status
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "\u202e" not in text
        assert "\x00" not in text


def test_a_number_that_was_used_leads_to_what_came_of_it(scene):
    """A stale tab that is sent again is told where its words are, and says nothing more."""
    stage, _, address = scene
    one = sit(address)
    fields, _ = looked(one, "hotline-contact", **{"field-phrase": "please-answer"})
    first = one.post("/say/hotline-contact", fields)[1]["location"]
    after = said(stage)

    again = one.post("/say/hotline-contact", {**fields, "field-phrase": "we-are-here"})

    assert (303, first, after) == (again[0], again[1]["location"], said(stage))


def test_an_account_without_an_officer_signs_nothing(scene):
    """Who has no key of an officer looks and fills in, and the refusal says what to do."""
    stage, _, address = scene
    before = said(stage)

    status, _, text = sit(address, "watch-1").post(
        "/say/hotline-contact",
        {**fields_of(sit(address, "watch-1").get("/say/hotline-contact")[2]), "field-phrase": "please-answer"},
    )

    assert status in (403, 404)
    assert before == said(stage)
    assert words(text)


def test_every_form_that_a_person_says_can_be_opened(scene):
    """Each form of the book that stands on the page of what can be said has its own page."""
    _, _, address = scene
    one = sit(address)
    shown = set(re.findall(r'href="(/say/[a-z0-9-]+(?:\?channel=[a-z-]+)?)"', one.get("/say")[2]))

    assert len(shown) > 20
    assert {"/say/measurement?channel=desk", "/say/measurement?channel=hotline"} <= shown
    for path in sorted({each.partition("?")[0] for each in shown}):
        status, _, text = one.get(path)
        assert 200 == status, (path, words(text)[:300])


def test_a_form_that_cannot_be_looked_at_says_so_at_its_head(scene):
    """Whoever presses with a field missing is told at once that nothing went, how much is wrong, and where."""
    _, _, address = scene
    one, page = sit(address), "/say/exercise-notice"
    sent = {**fields_of(one.get(page)[2]), "lang": "en", "field-start": "2026-06-20", "field-purpose": "Training"}
    text = one.post(page, {**sent, "deed": "look"})[2]
    head = re.search(r'<div class="alarm" id="stopped" role="alert">.*?</div>', text, re.DOTALL)[0]
    assert "Nothing was sent. It cannot be looked at yet; wrong or missing here: 8." in words(head)
    assert 'href="#field-area-found"' in head
    assert 'id="field-area-found"' in text
    assert "#field-purpose-found" not in head
    assert 'id="stopped"' not in one.post(page, sent, **{"X-Live": "1"})[2]
    assert 'id="stopped"' not in one.get(page)[2]


def test_a_form_that_no_clause_in_force_asks_for_says_so(scene):
    """The notice of training is offered and not in force: it can be said, and the page says what it then is not."""
    _, _, address = scene
    one = sit(address)
    assert "no clause in force asks for it" in words(one.get("/say/macm-training-notice")[2])
    assert 'id="offered"' not in one.get("/say/hotline-message")[2]
    row = re.search(r'<li><a href="/say/macm-training-notice.*?</li>', one.get("/say")[2])[0]
    assert "offered, not in force" in words(row)
    assert 1 < one.get("/say")[2].count("offered, not in force") < 20
