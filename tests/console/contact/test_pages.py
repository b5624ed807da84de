"""The pages of encounters: figures with their errors, advice as advice, alarms answered once, both logs side by side."""

import re
import threading

import pytest

from console_at_work import Browser, fields_of, wait_for, words
from deskside import fill, meet, signed, tick
from searoom.clock import to_text
from searoom.desk import asking as desk
from searoom.signals.tables import LANGUAGES


def form_of(browser, path):
    """Return the hidden fields of a page's first form in its main part."""
    return fields_of(browser.get(path)[2])


def test_an_open_encounter_is_shown_with_the_figures_of_now(close):
    """Grade, range and closest approach each with its error, the bearing from our own ship, and by what each was seen."""
    text = words(close.sit(close.amber).get(close.pair)[2])

    assert "AMBER 21" in text
    assert "1340 m ± 30 m" in text
    assert "True bearing from AMBER 21 212°" in text
    assert "CORAL 34 Seen by : ARPA 0 s ago" in text.replace("by:", "by :")


def test_the_rule_is_told_as_advice(close):
    """The class of the geometry stands with its condition, and says that it gives nobody a right."""
    text = words(close.sit(close.amber).get(close.pair)[2])

    assert "CORAL 34 overtakes AMBER 21 (rule 13)" in text
    assert "It gives nobody a right and orders nothing" in text


def test_the_first_screen_tells_the_same_figures_of_now_and_that_nobody_answered(close):
    """Not those of the last change of grade: a ship that turned since would be said to have passed. One press to the chart."""
    folder, sit = close.stage.folder("amber"), close.sit(close.amber)
    (told,) = desk.ask(folder, {"do": "picture"})["open"]
    asked = desk.ask(folder, {"do": "encounters"})
    before = words(sit.get("/")[2])
    sit.post(f"{close.pair}/acknowledge", form_of(sit, close.pair))
    wait_for(lambda: "CALLS FOR SOMEBODY" not in words(sit.get("/")[2]))

    assert (asked["now"], round(asked["open"][0]["figures"]["cpa_m"])) == (to_text(told["figures_us"]), told["cpa_m"])
    assert told["at_us"] < told["figures_us"]
    assert "CALLS FOR SOMEBODY" in before
    assert 'href="/chart?craft=CORAL%2034"' in sit.get(close.pair)[2]


def test_an_alarm_calls_until_somebody_answers_and_says_who_did(close):
    """The step that it has come to, whom it calls; after one press who heard it, for everybody who looks."""
    sit, other = close.sit(close.amber), close.sit(close.amber, "watch-1")
    before = words(sit.get("/encounters")[2])

    status, headers, _ = sit.post(f"{close.pair}/acknowledge", {**form_of(sit, close.pair), "back": "list"})
    assert (303, "/encounters") == (status, headers["location"])
    wait_for(lambda: "heard by Lt Cdr Arden (Amber) at" in words(other.get("/encounters")[2]))

    assert "CALLS FOR SOMEBODY · step 3 of 3: everybody on the bridge" in before
    assert "CALLS FOR SOMEBODY" not in words(other.get("/encounters")[2])
    assert ["amber-1"] == [note.fields["person"] for note in close.notes("bell-note")]


def test_each_button_that_puts_off_says_until_when_to_the_second(close):
    """The scenario stands at 02:09:30Z: a time without its seconds would be told too early, or too late."""
    text = close.sit(close.amber).get(close.pair)[2]
    buttons = dict(re.findall(r'name="minutes" value="(\d+)">([^<]*)<', text))

    until = {minutes: re.search(r"\d\d:\d\d:\d\dZ", told)[0] for minutes, told in buttons.items()}
    assert {"5": "02:14:30Z", "10": "02:19:30Z", "20": "02:29:30Z", "30": "02:39:30Z", "60": "03:09:30Z"} == until


def test_a_pair_is_put_off_until_a_time_that_is_shown(close):
    """Ten minutes from now; the page says until when and by whom, and that a more pressing grade rings before."""
    sit = close.sit(close.amber)
    sit.post(f"{close.pair}/snooze", {**form_of(sit, close.pair), "minutes": "10"})
    wait_for(lambda: "put off until 2026-06-03T02:19:30Z by Lt Cdr Arden (Amber)" in words(sit.get(close.pair)[2]))

    assert "CALLS FOR SOMEBODY" not in words(sit.get(close.pair)[2])
    for second in range(600, 1210, 30):
        tick(close.stage, "amber", second)
    (note,) = close.notes("bell-note")
    assert 10 * 60 == (note.fields["until"] - note.fields["at"]) // 1_000_000


def test_one_form_answers_once_however_often_it_is_sent(close):
    """Twenty posts of one press at the same moment: one note."""
    sit = close.sit(close.amber)
    fields = form_of(sit, close.pair)
    threads = [threading.Thread(target=lambda: sit.post(f"{close.pair}/acknowledge", fields)) for _ in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert 1 == len(close.notes("bell-note"))


@pytest.mark.parametrize(
    ("deed", "more", "says"),
    [
        ("snooze", {}, "no time was chosen"),
        ("snooze", {"minutes": "0"}, "a time ahead"),
        ("snooze", {"minutes": "61"}, "an hour at most"),
        ("snooze", {"minutes": "1e9"}, "no time was chosen"),
        ("acknowledge", {"number": ""}, "no number"),
    ],
)
def test_what_cannot_be_answered_is_refused_and_not_noted(close, deed, more, says):
    """A clear sentence and no note."""
    sit = close.sit(close.amber)
    status, _, text = sit.post(f"{close.pair}/{deed}", {**form_of(sit, close.pair), **more})

    assert 404 == status
    assert says in words(text)
    assert [] == close.notes("bell-note")


def test_of_two_that_do_not_meet_the_page_says_so(close):
    """An officer can speak to anybody; an alarm that is not there cannot be answered."""
    sit = close.sit(close.amber)
    page = "/encounters/AMBER%2021/CORAL%2077"
    status, _, text = sit.get(page)

    assert (200, True) == (status, "No encounter of these two is open now" in words(text))
    assert "/acknowledge" not in text
    assert 404 == sit.post(f"{page}/acknowledge", form_of(sit, close.pair))[0]
    assert 404 == sit.get("/encounters/A/A")[0]
    assert 404 == sit.get(f"/encounters/A/{'x' * 200}")[0]


def test_who_may_not_answer_sees_all_and_has_no_button(close):
    """An auditor looks; a press of theirs is refused."""
    sit = close.sit(close.amber, "audit-1")
    text = sit.get(close.pair)[2]

    assert "CALLS FOR SOMEBODY" in text
    assert "/acknowledge" not in text
    assert 403 == sit.post(f"{close.pair}/acknowledge", {"mark": "x", "number": "1"})[0]


def test_the_first_screen_leads_to_the_encounter(close):
    """One press from the alarm to its page."""
    assert f'href="{close.pair}"' in close.sit(close.amber, "watch-1").get("/")[2]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_events_and_answers_are_told_in_each_language(close, lang):
    """What was noted of the pair stands below, the grades in the words of the language."""
    text = words(close.sit(close.amber, lang=lang).get(close.pair)[2])

    assert {"en": "grade: warn", "ja": "段階：警告", "zh": "等级：警告"}[lang] in text


def logged(close, party, form, fields, **options):
    """Let an officer of a party log a call through their own node."""
    node = close.nodes[party].node
    node.submit(*signed(close.stage, node, fill(form, fields, lang="en", **options), f"{party}-1"))


SENT = {
    "unit_from": "AMBER 21", "unit_to": "CORAL 34", "code": "V-Q1", "words": "QUESTION. What are your intentions?",
    "lang": "en", "means": "vhf-16", "at": "2026-06-03T02:09:00Z",
}  # fmt: skip
HEARD = {
    "unit_from": "AMBER 21",
    "unit_to": "CORAL 34",
    "words": "what are your",
    "at": "2026-06-03T02:09:10Z",
    "quality": "garbled",
}


def test_their_released_log_stands_beside_ours(close):
    """Before it comes the call is unmatched; then both tellings, the words that differ, and what it does not mean."""
    sit = close.sit(close.amber)
    logged(close, "amber", "contact-sent", SENT)
    wait_for(lambda: "UNMATCHED: no entry" in words(sit.get(close.pair)[2]))

    logged(close, "coral", "contact-heard", HEARD)
    meet(close.nodes)
    wait_for(lambda: "coral/" in sit.get("/calls")[2])
    text = words(sit.get(close.pair)[2])
    assert "UNMATCHED" not in text
    assert "Heard garbled" in text
    assert '<mark class="lost">intentions?</mark>' in sit.get(close.pair)[2]


def test_their_call_that_we_did_not_hear_is_marked_and_can_be_answered(close):
    """The four answers stand at what they sent; none is chosen, and each leads to a form that is signed."""
    logged(close, "coral", "contact-sent", {**SENT, "unit_from": "CORAL 34", "unit_to": "AMBER 21"})
    meet(close.nodes)
    sit = close.sit(close.amber)
    wait_for(lambda: "UNMATCHED" in sit.get(close.pair)[2])
    text = sit.get(close.pair)[2]

    for which in ("received", "understood", "will-comply", "cannot-comply"):
        assert f"field-answer={which}" in text
    assert "Received is not agreed" in words(text)


def test_a_silent_nodes_last_figures_are_called_old(close):
    """The desk does not answer: what was told last is shown as that."""
    sit = close.sit(close.amber)
    wait_for(lambda: "warn" in sit.get("/")[2])
    (close.stage.folder("amber") / "desk").unlink()
    wait_for(lambda: "gives no answer" in words(sit.get("/encounters")[2]))
    desk_gone = words(sit.get("/encounters")[2])

    assert "not those of now" in desk_gone
    assert "AMBER 21" in desk_gone


def test_nothing_is_shown_to_who_is_not_signed_in(close):
    """An encounter is national; a stranger is sent to the door."""
    assert 303 == Browser(close.amber).get(close.pair)[0]
    assert desk.ask(close.stage.folder("amber"), {"do": "encounters"})["open"]
