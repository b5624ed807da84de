"""Words that a person had begun: there after a session ended, never mixed up, never sent twice."""

import contextlib
import http.client
from concurrent.futures import ThreadPoolExecutor

from console_at_work import Browser, fields_of, wait_for, words
from searoom.desk import asking as desk

PAGE = "/say/hotline-message"
WORDS = "We hold a rescue drill at 0600Z."


def type_it(browser, fields, text, page=PAGE):
    """Let the page's script send what stands in the form, as it does after a key stroke."""
    status, _, answer = browser.post(page, {**fields, "field-text": text}, X_Live="1")
    assert 200 == status, words(answer)
    return answer


def test_what_was_typed_is_there_after_the_session_ended(scene):
    """Signed out in the middle, signed in again: the words stand in the form, and are said to be unsent."""
    one = scene.sit()
    type_it(one, scene.opened(one, PAGE), WORDS)
    one.post("/sign-out", {"mark": fields_of(one.get(PAGE)[2])["mark"]})
    assert 303 == one.get(PAGE)[0]

    text = scene.sit().get(PAGE)[2]

    assert WORDS in text
    assert "It has not been sent." in words(text)
    assert WORDS in scene.sit().get("/hotline")[2]
    assert WORDS not in scene.sit("duty-2").get(PAGE)[2]


def test_it_is_gone_once_it_was_signed_and_a_late_key_stroke_brings_nothing_back(scene):
    """What was said is no longer unfinished, whatever a slow page still sends."""
    one = scene.sit()
    fields = scene.opened(one, PAGE)
    type_it(one, fields, WORDS)
    looked = fields_of(one.post(PAGE, {**fields, "field-text": WORDS, "deed": "look"})[2])
    assert 303 == one.post(PAGE, {**looked, "deed": "sign"})[0]

    type_it(one, fields, WORDS)

    assert WORDS not in one.get(PAGE)[2]


def test_two_tabs_keep_both_texts_and_what_went_on_in_one_is_not_sent_from_the_other(scene):
    """A second tab goes on with the words under its own number; the first tab, sent afterwards, is led to what came."""
    one = scene.sit()
    first = scene.opened(one, PAGE)
    type_it(one, first, WORDS)
    second = scene.opened(one, PAGE)
    assert second["number"] != first["number"]
    assert second["was"].startswith(first["number"])
    looked = fields_of(one.post(PAGE, {**second, "field-text": WORDS, "deed": "look"})[2])
    assert second["number"] == looked["number"]
    came = one.post(PAGE, {**looked, "deed": "sign"})[1]["location"]

    stale = one.post(PAGE, {**first, "field-text": WORDS, "deed": "sign"})

    assert (303, came) == (stale[0], stale[1]["location"])
    assert 1 == len(desk.ask(scene.stage.folder("amber"), {"do": "drafts"})["drafts"])


def test_what_was_typed_on_in_the_first_tab_stays(scene):
    """Different words in two tabs are two unfinished forms, and both can be opened."""
    one = scene.sit()
    first = scene.opened(one, PAGE)
    type_it(one, first, "First words.")
    second = scene.opened(one, PAGE)
    type_it(one, first, "First words, and more.")
    type_it(one, second, "Second words.")

    text = one.get(PAGE)[2]

    assert "Second words." in text
    assert "First words, and more." in text


def test_a_form_whose_session_has_ended_is_shown_again_with_its_words(scene):
    """No script, an ended session, a long text: nothing is sent, nothing is lost, and the page says what to do."""
    one = scene.sit()
    fields = scene.opened(one, PAGE)
    one.post("/sign-out", {"mark": fields["mark"]})
    before = scene.size()

    status, _, text = one.post(PAGE, {**fields, "field-text": WORDS, "passphrase": "secret", "deed": "sign"})
    assert (401, True, False) == (status, "Nothing was sent" in words(text), "secret" in text)

    one.sign_in("duty-1")
    status, _, text = one.post(PAGE, {**fields_of(text), "deed": "change"})
    assert 403 == status
    status, _, text = one.post(PAGE, {**fields_of(text), "deed": "change"})
    assert (200, True) == (status, WORDS in text)
    assert before == scene.size()


def test_it_is_thrown_away_by_its_writer_alone(scene):
    """The button forgets it; another person cannot."""
    one, two = scene.sit(), scene.sit("duty-2")
    fields = scene.opened(one, PAGE)
    type_it(one, fields, WORDS)
    two.post(PAGE, {**scene.opened(two, PAGE), "number": fields["number"], "deed": "forget"})
    assert WORDS in one.get(PAGE)[2]

    again = scene.opened(one, PAGE)
    assert 303 == one.post(PAGE, {**again, "deed": "forget"})[0]

    assert WORDS not in one.get(PAGE)[2]


def test_a_link_with_words_of_its_own_opens_those(scene):
    """What another page offers is not mixed with what was begun before, which stays beside it."""
    one = scene.sit()
    type_it(one, scene.opened(one, PAGE), WORDS)

    text = one.get(f"{PAGE}?field-text=From+the+chart")[2]

    assert "From the chart" in text
    assert "Other unfinished ones of yours" in words(text)


def test_two_hundred_clicks_on_twenty_drafts_and_fifty_dropped_streams(scene):
    """Whatever is clicked twice and whatever stream breaks off: the record holds exactly the distinct drafts."""
    one = scene.sit()
    forms = []
    for number in range(20):
        fields = {**fields_of(patient(one, "GET", f"{PAGE}?kept=new")[2]), "lang": "en", "precedence": "routine"}
        forms.append({**fields, "field-text": f"Distinct words, number {number}.", "deed": "sign"})

    def drop(_number):
        line = http.client.HTTPConnection(scene.address, timeout=5)
        cookies = "; ".join(f"{name}={value}" for name, value in one.cookies.items())
        with contextlib.suppress(OSError), contextlib.closing(line):  # one that never begins is dropped, too
            line.request("GET", "/stream?seen=-1", headers={"Cookie": cookies})
            with line.getresponse() as answer:
                answer.read(4)

    def click(form):
        mine = Browser(scene.address)
        mine.cookies = dict(one.cookies)
        return patient(mine, "POST", PAGE, form)

    with ThreadPoolExecutor(24) as hands:
        dropped = [hands.submit(drop, number) for number in range(50)]
        clicked = [(form["field-text"], hands.submit(click, form)) for form in forms for _ in range(10)]
        came = [(text, told.result()) for text, told in clicked]
        outcomes = [each.exception() for each in dropped]

    drafts = desk.ask(scene.stage.folder("amber"), {"do": "drafts"})["drafts"]
    assert (20, [None] * 50) == (len(drafts), outcomes)
    places = {}
    for text, (status, headers, _) in came:
        assert status in (303, 503), status  # told where it is, or that this is not known yet
        if status == 303:
            places.setdefault(text, set()).add(headers["location"])
    assert 20 == len(places)
    assert all(1 == len(where) for where in places.values()), places
    assert 20 == len({where for found in places.values() for where in found})
    assert 200 == one.get("/hotline")[0]


def patient(browser, method, path, form=None):
    """Ask again as long as the console says that it is asked too often."""

    def ask():
        answer = browser.get(path) if method == "GET" else browser.post(path, form)
        return None if answer[0] == 429 else answer

    return wait_for(ask, 60)
