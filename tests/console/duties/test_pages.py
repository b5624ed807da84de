"""The pages of what is due: each opens in every language, and a notice with gaps is asked about, answered and closed."""

import re
from dataclasses import replace
from html import unescape

import pytest

from console_at_work import Browser, console, fields_of, people, wait_for, words
from deskside import BOOK, at_work, closed, fill, key, meet, signed
from searoom import cbor
from searoom.console.people import Person
from searoom.desk import asking as desk
from searoom.node.node import Node
from searoom.record.entry import release
from searoom.signals import forms
from searoom.signals.tables import LANGUAGES

OPENED = [
    "/due",
    "/due?state=all&party=amber&channel=hotline&from=2020-01-01&until=2030-01-01",
    "/calendar",
    "/calendar?month=2026-06",
    "/standing",
    "/agreement",
    "/agreement?pack=roadmap",
    "/agreement/compare?old=macm&new=ours",
    "/agreement/compare?old=macm&new=macm",
    "/agreement/proposals",
    "/agreement/proposals?pack=contested-waters",
    "/agreement/coverage?pack=hadr",
    "/agreement/coverage?pack=demo",
    "/agreement/wording",
    "/release",
]
WRONG = [
    "/due?state=half",
    "/due?party=%00",
    "/due?from=soon",
    "/calendar?month=soon",
    "/agreement?pack=../../secret",
    "/agreement/compare?old=nothing",
    "/findings/amber/99",
    "/findings/nobody/0",
    "/release/99999",
]
CORAL = (
    Person("duty-3", "Duty 3", frozenset({"duty"}), "coral-1"),
    Person("duty-4", "Duty 4", frozenset({"releaser"}), "coral-2"),
)


NOTICE = {
    "designation": "WATCHFUL 26", "purpose": "training", "command": "fleet", "personnel": "9000", "ships": "12", "aircraft": "4",
    "start": "2026-06-20", "end": "2026-06-22", "area": "circle 32-10N 125-20E 20 nm", "warning": "none",
}  # fmt: skip


def sit(address, person="duty-1", lang="en"):
    """Return a browser with this person before it."""
    return Browser(address, **{"Accept-Language": lang}).sign_in(person)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", OPENED)
def test_each_page_opens_in_each_language(address, path, lang):
    """Every page of the room opens, has one heading of the first order, and loads nothing from elsewhere."""
    status, _, text = sit(address, lang=lang).get(path)

    assert 200 == status
    assert 1 == text.count("<h1")
    assert not re.search(r'style="|<script>|\son[a-z]+="', text)
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_address_is_told_in_a_sentence(address, path):
    """What is not there is told with a way on, and never with a fault of the program."""
    status, _, text = sit(address).get(path)

    assert 404 == status
    assert "This was not done" in text


def test_by_which_version_a_node_goes_stands_with_the_agreement(address):
    """On its page, always; on the first screen only what waits or is missing."""
    seen = sit(address)

    assert "the text that all began with" in seen.get("/agreement")[2]
    assert "the text that all began with" not in seen.get("/agreement?pack=macm")[2]
    assert "the text that all began with" not in seen.get("/")[2]


def test_whoever_signs_nothing_releases_nothing(address):
    """An auditor sees what is due and the agreement; the way to release is not there for them."""
    audit = sit(address, "audit-1")

    assert 200 == audit.get("/due")[0]
    assert 'href="/release"' not in audit.get("/due")[2]
    assert 403 == audit.get("/release")[0]


def test_words_of_sovereignty_are_marked_and_nothing_is_kept(address):
    """The page marks the words, offers others, and says who decides."""
    one = sit(address)
    page = one.get("/agreement/wording")[2]
    status, _, text = one.post("/agreement/wording", {**fields_of(page), "text": "Leave our waters!", "lang": "en"})

    assert 200 == status
    assert "<mark>" in text
    assert "a safety message is never held back" in text


def test_every_filter_stands_in_the_address(address):
    """What was chosen is chosen again on the page, so that the address alone tells it."""
    text = sit(address).get("/due?party=coral&channel=desk&state=met&from=2026-01-02&until=2026-03-04")[2]

    for value in ("coral", "desk", "met"):
        assert re.search(rf'<option value="{value}" selected', text)
    assert 'value="2026-01-02"' in text
    assert 'value="2026-03-04"' in text


def test_a_national_note_is_released_field_by_field(stage):
    """Only what was ticked is in the shared form, rounded as was chosen, and it is looked at before anybody signs."""
    with at_work(stage), console(stage.folder("amber")) as address:
        one = sit(address)
        page = "/say/sighting"
        typed = {
            "field-craft": "grey hull", "field-at": "2026-06-03T02:15:30", "field-words": "a secret of ours",
            "field-distance": "1234", "field-distance~error": "40", "field-distance~unit": "m", "lang": "en",
        }  # fmt: skip
        text = one.post(page, {**fields_of(one.get(page)[2]), **typed, "deed": "look"})[2]
        assert 303 == one.post(page, {**fields_of(text), "deed": "sign"})[0]
        link = re.compile(rf'href="(/release/\d+)">{re.escape(BOOK.form("sighting").title["en"])}<')
        note = wait_for(lambda: link.search(one.get("/release")[2]))[1]

        chosen = "take-distance=1&into-distance=distance&step-distance=100&take-at=1&into-at=at&step-at=5"
        status, headers, _ = one.get(f"{note}?into=measurement&go=1&{chosen}")
        form = one.get(headers["location"])[2]

        assert 303 == status
        assert headers["location"].startswith("/say/measurement?")
        assert re.search(r'name="field-distance"[^>]*value="1200"', form)
        assert re.search(r'name="field-distance~error"[^>]*value="100"', form)
        assert re.search(r'name="field-at"[^>]*value="2026-06-03T02:15:00"', form)
        assert "a secret" not in form
        assert 404 == one.get(f"{note}?into=measurement&go=1")[0]


@pytest.fixture
def both(stage):
    """Two nodes at work, each with its console."""
    people(stage.folder("coral"), *CORAL)
    weak_notice(stage)
    with (
        at_work(stage) as nodes,
        console(stage.folder("amber")) as amber,
        console(stage.folder("coral")) as coral,
    ):
        yield stage, nodes, amber, coral


def spoken(browser, path, **typed):
    """Fill in a form from a link, look at it, sign it; return where it went."""
    page = path.partition("?")[0]
    first = browser.get(path)[2]
    boxes = {
        unescape(name): unescape(value)
        for name, value in re.findall(r'<input id="field-[^"]*" name="([^"]+)"[^>]*?value="([^"]*)"', first)
    }
    boxes |= {
        unescape(name): unescape(value)
        for name, value in re.findall(r'<textarea[^>]*name="(field-[^"]+)"[^>]*>([^<]*)</textarea>', first)
    }
    boxes |= dict(re.findall(r'<input name="(reply_to)" value="([^"]*)"', first))
    boxes |= (
        {"channel": found[1]} if (found := re.search(r"<option(?: value=\"(?:\w+)\")? selected>(desk)", first)) else {}
    )
    status, _, look = browser.post(page, {**fields_of(first), **boxes, "lang": "en", **typed, "deed": "look"})
    assert 200 == status, words(look)
    status, headers, text = browser.post(page, {**fields_of(look), "deed": "sign"})
    assert 303 == status, words(text)
    return headers["location"]


def released(browser, draft):
    """Release a draft as the other person; return where it went."""
    status, headers, text = browser.post(draft, browser.hidden(draft))
    assert 303 == status, words(text)
    return headers["location"]


def weak_notice(stage):
    """Let coral's node hold a notice whose area nobody can draw, as a program that checks less would send it."""
    good = fill(
        "macm-training-notice",
        {
            "purpose": "rescue at sea", "start": "2026-06-04T10:00:00+08:00", "lasts": "2 h", "aircraft": "3",
            "area": "polygon 32-10N 125-20E; 32-20N 125-20E; 32-20N 125-30E", "warning": "none",
        },
        channel="desk",
    )  # fmt: skip
    weak = replace(good, fields={**good.fields, "area": ("circle", (0, 0), 0)})
    node = Node.open(stage.folder("coral"))
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("searoom.signals.forms.require", lambda *_: None)
            node.submit(*signed(stage, node, weak, "coral-1", "coral-2"))
    finally:
        node.close()


def test_a_notice_with_a_gap_is_asked_about_answered_and_found_sufficient(both):
    """The gap is seen at home with its rule, asked about in two steps, answered there, and said to be enough."""
    stage, nodes, amber, coral = both
    meet(nodes)
    duty, second = sit(amber), sit(amber, "duty-2")
    theirs, their_second = sit(coral, "duty-3"), sit(coral, "duty-4")
    size = desk.ask(stage.folder("coral"), {"do": "status"})["sizes"]["coral"]
    notice = wait_for(lambda: _last(duty, "coral", size, "macm-training-notice"))

    text = duty.get(f"/findings/{notice}")[2]
    assert "Asked for by macm-training-notice: area" in words(text)
    assert re.search(r'name="ask-area"[^>]*checked', text)
    assert not re.search(r'name="ask-purpose"[^>]*checked', text)
    before = desk.ask(stage.folder("amber"), {"do": "status"})["sizes"]["amber"]
    status, headers, _ = duty.get(f"/findings/{notice}?ask=1&ask-area=1")
    assert 303 == status
    assert before == desk.ask(stage.folder("amber"), {"do": "status"})["sizes"]["amber"]

    asked = spoken(duty, headers["location"]).removeprefix("/messages/")
    meet(nodes)
    wait_for(lambda: 200 == theirs.get(f"/messages/{asked}")[0])
    assert "area" in words(theirs.get(f"/messages/{asked}")[2])

    draft = spoken(
        theirs,
        f"/say/exercise-clarified?reply_to={asked}&channel=desk",
        **{"field-text": "The area is 32-10N 125-20E, 10 nm round it."},
    )
    answer = released(their_second, draft).removeprefix("/messages/")
    meet(nodes)
    wait_for(lambda: 200 == duty.get(f"/messages/{answer}")[0])
    assert "The area is 32-10N 125-20E" in words(duty.get(f"/messages/{notice}")[2])

    enough = unescape(re.search(r'href="(/say/sufficient[^"]*)"', duty.get(f"/findings/{notice}")[2])[1])
    done = released(second, spoken(duty, enough)).removeprefix("/messages/")
    meet(nodes)
    wait_for(lambda: 200 == theirs.get(f"/messages/{done}")[0])
    wait_for(lambda: "Sufficient" in words(theirs.get(f"/messages/{notice}")[2]))


def test_a_notice_without_a_needed_field_is_shown_as_far_as_it_can_be_read(stage):
    """A node that checks nothing places it: here it counts for nothing, and the officer asks about what is missing."""
    good = fill("exercise-notice", NOTICE, channel="desk")
    whole = cbor.decode(forms.encode(good, BOOK))
    with at_work(stage) as nodes, console(stage.folder("amber")) as address:
        coral = nodes["coral"].node
        fields = {name: value for name, value in whole[6].items() if name not in ("area", "personnel")}
        statement, body = closed(coral, cbor.encode({**whole, 6: fields}))
        index = coral.record.say(
            release(statement, key(stage, "coral-1"), key(stage, "coral-2")), body, now_us=coral.now()
        ).index
        meet(nodes)
        duty, place = sit(address), f"coral/{index}"
        wait_for(lambda: 200 == duty.get(f"/messages/{place}")[0])
        text = duty.get(f"/findings/{place}")[2]
        told = words(text)

        assert "counts for nothing in the record" in told
        assert {"ask-area", "ask-personnel"} == set(re.findall(r'name="(ask-\w+)"[^>]*checked', text))
        assert "WATCHFUL 26" in told
        assert "/say/sufficient" not in text
        status, headers, _ = duty.get(f"/findings/{place}?ask=1&ask-area=1&ask-personnel=1")
        assert 303 == status
        asked = spoken(duty, headers["location"]).removeprefix("/messages/")
        assert "personnel" in words(duty.get(f"/messages/{asked}")[2])
        assert 404 == duty.get(f"/findings/{place}?ask=1")[0]
        assert "WATCHFUL 26" not in words(duty.get(f"/messages/{place}")[2])


def _last(browser, log, size, form):
    """Return the newest entry of a log of this form, once the console holds it."""
    title = BOOK.form(form).title["en"]
    for index in range(size - 1, -1, -1):
        status, _, text = browser.get(f"/messages/{log}/{index}")
        if 200 == status and title in unescape(text):
            return f"{log}/{index}"
    return ""


def test_what_is_missing_stands_at_its_field_while_typing(address):
    """Each finding stands in the element that its box names; what has no fault stays empty."""
    one = sit(address)
    page = "/say/macm-training-notice"
    fields = {**fields_of(one.get(page)[2]), "lang": "en", "field-start": "soon", "field-purpose": "rescue"}
    text = one.post(page, fields, **{"X-Live": "1"})[2]

    start = re.search(r'id="field-start-found" data-found>(.*?)</div>', text, re.DOTALL)[1]
    area = re.search(r'id="field-area-found" data-found>(.*?)</div>', text, re.DOTALL)[1]
    purpose = re.search(r'id="field-purpose-found" data-found>(.*?)</div>', text, re.DOTALL)[1]
    assert "Asked for by macm-training-notice: start" in words(start)
    assert "this is needed and missing" in area
    assert "" == purpose.strip()
