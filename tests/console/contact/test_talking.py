"""From an encounter to spoken words: presses counted for all twenty situations, decisions entered first, heard words logged."""

import http.client
import io
import re
import wave
from html import unescape
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from console_at_work import Browser, fields_of, wait_for, words
from deskside import meet
from searoom.signals import codebook, situations
from searoom.signals.tables import LANGUAGES

PAIR = "/encounters/AMBER%2021/CORAL%2034"
BOOK = codebook.load()


def sit(address, lang="en", person="duty-1"):
    return Browser(address, **{"Accept-Language": lang}).sign_in(person)


def fetched(browser, path):
    """Return status, headers and bytes of what is no text."""
    line = http.client.HTTPConnection(browser.address, timeout=20)
    line.request(
        "GET", path, headers={"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
    )
    answer = line.getresponse()
    body = answer.read()
    line.close()
    return answer.status, dict(answer.getheaders()), body


def keys(text):
    """Return what each key of a page leads to."""
    return {
        unescape(key): unescape(href)
        for href, key in re.findall(r'<a class="key[^"]*" href="([^"]+)" data-key="([^"]+)"', text)
    }


def aloud(text):
    """Return the lines of the script on a page."""
    found = re.search(r'<ol lang="[^"]*" id="script">(.*?)</ol>', text, re.DOTALL)
    return [unescape(line) for line in re.findall(r"<bdi>(.*?)</bdi>", found[1])] if found else []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_from_each_situation_at_most_three_presses_to_the_words(still, lang):
    """Two keys for all twenty, in each language; a row with one of a few values takes the third, and then can be read aloud.

    A row with a figure shows its words at the second press; the figure itself is typed, for no figure is proposed.
    """
    browser = sit(still, lang)
    first = keys(browser.get(PAIR)[2])
    counted = {}
    for one in situations.situations():
        second = keys(browser.get(first[one.key])[2])
        fits = next(choice.key for choice in situations.choices(BOOK, one.key) if choice.code == one.fits)
        page = browser.get(second[fits])[2]
        presses, row = 2, BOOK.row(one.fits)
        assert all(f'data-words="{each}"' in page for each in LANGUAGES), one.name
        if any(p.choices for p in row.parameters):
            value = next(iter(row.parameters[0].choices))
            page = browser.get(f"{second[fits]}?v-{row.parameters[0].name}={value}")[2]
            presses = 3
        assert aloud(page) or row.parameters, one.name
        counted[one.key] = presses
    assert 20 == len(counted)
    assert 3 >= max(counted.values())


def test_the_script_has_addressee_originator_and_channel(still):
    """Spelled as it is said, EXERCISE first, on channel 16, then the shift to a working channel."""
    text = sit(still).get(f"{PAIR}/words/RT1?working=06")[2]

    assert [
        "EXERCISE, EXERCISE, EXERCISE.",
        "CORAL THREE FOUR, CORAL THREE FOUR, THIS IS AMBER TWO ONE, AMBER TWO ONE, CHANNEL ONE SIX, OVER.",
        "CORAL THREE FOUR, THIS IS AMBER TWO ONE, SHIFT TO CHANNEL ZERO SIX, OVER.",
        "CORAL THREE FOUR, THIS IS AMBER TWO ONE.",
        "INTERCO ROMEO TANGO ONE.",
    ] == aloud(text)[:5]
    assert 'aria-labelledby="flags"' in text
    assert "<svg" in text
    assert "!AIBBM," in text


@pytest.mark.parametrize(
    ("other", "guard"), [("icao:7c1234", "ONE TWO ONE DECIMAL FIVE MEGAHERTZ"), ("radar:bridge:7", "CHANNEL ONE SIX")]
)
def test_an_aircraft_is_called_on_its_guard_frequency(still, other, guard):
    """121.5 MHz for what flies; the officer may choose 243.0."""
    page = f"/encounters/AMBER%2021/{quote(other)}/words/V-Q1"

    assert guard in aloud(sit(still).get(page)[2])[1]
    assert "TWO FOUR THREE DECIMAL ZERO MEGAHERTZ" in aloud(sit(still).get(f"{page}?guard=243.0")[2])[1]


def test_what_we_shall_do_is_said_only_once_it_was_decided(still):
    """Without the decision the library refuses; the key of the list enters it, and the page says so."""
    browser = sit(still)
    status, _, text = browser.get(f"{PAIR}/words/V-N1")
    assert (404, True) == (status, "you have not entered that intention" in words(text))
    assert 404 == browser.get(f"{PAIR}/words/V-N1?decided=turn-port")[0]

    second = keys(browser.get(f"{PAIR}/say/e")[2])
    text = browser.get(second["1"])[2]
    assert "You have entered the decision" in words(text)
    assert aloud(text)


def test_a_figure_is_typed_and_never_proposed(still):
    """The words stand at once with a place for it; the box is empty, and a wrong figure is told."""
    browser = sit(still)
    page = f"{PAIR}/words/V-N2?decided=turn-starboard"
    text = browser.get(page)[2]

    assert [] == aloud(text)
    assert 'name="v-course" value=""' in text
    assert "three figures" in words(browser.get(f"{page}&v-course=45")[2])
    assert any("ZERO FOUR FIVE" in line for line in aloud(browser.get(f"{page}&v-course=045")[2]))


def test_what_is_never_offered_is_found_with_its_reason_and_leads_nowhere(still):
    """The opening of a special table, in whatever language somebody searches."""
    text = sit(still).get(f"{PAIR}/find?find=YV1")[2]

    assert "Never offered" in text
    assert "/words/YV1" not in text
    assert [] == aloud(sit(still).get(f"{PAIR}/words/YV1")[2])


def test_a_sound_is_heard_when_somebody_asks_for_it(still):
    """A wave of the length of the blast, and of the Morse of a group; a sentence has neither."""
    browser = sit(still)
    for code, at_least_s in (("R34D", 4.0), ("RT1", 15.0)):
        status, headers, body = fetched(browser, f"{PAIR}/words/{code}/sound")
        with wave.open(io.BytesIO(body)) as heard:
            assert (200, "audio/wav") == (status, headers["content-type"])
            assert at_least_s < heard.getnframes() / heard.getframerate()
    assert 404 == browser.get(f"{PAIR}/words/V-Q1/sound")[0]


def test_a_readback_is_laid_beside_what_was_said(still):
    """Number by number; what differs is said in words."""
    page = f"{PAIR}/words/V-F2?v-bearing=310&v-distance=1.5&back=bearing+310+distance+1.6"
    text = words(sit(still).get(page)[2])

    assert "Not the same. Say it again." in text
    assert "1 310 310 same" in text
    assert "2 1.5 1.6 DIFFERENT" in text


def test_heard_words_are_read_back_with_their_certainty(still):
    """Certain where the whole sentence was clear; badly heard it never is; the words stand in each language."""
    browser = sit(still)
    said = quote("Question. What are your intentions?")
    clear = browser.get(f"{PAIR}/heard?words={said}&quality=clear")[2]
    garbled = browser.get(f"{PAIR}/heard?words={said}&quality=garbled")[2]

    assert "It is V-Q1" in words(clear)
    assert "It is" not in words(garbled)
    assert "It may be V-Q1" in words(garbled)
    assert "貴船の意図" in clear
    assert "field-candidates=V-Q1" in clear
    assert "No signal of the books in force" in words(browser.get(f"{PAIR}/heard?words=zzz+qqq")[2])


@pytest.mark.parametrize(
    "path",
    [
        "/say/zz", "/words/NO-SUCH", "/heard?quality=loud&words=x", f"/heard?words={'x' * 3000}", "/words/V-Q1?to=%3Cb%3E",
        "/words/V-Q1?working=abc", "/words/V-Q1?guard=7", "/words/V-Q1/sound", "/find?find=%00%E2%80%AE<b>", "/words/V-Q1?spoken=xx",
    ],
)  # fmt: skip
def test_bad_input_is_answered_in_words(still, path):
    """No fault of the program, and no markup of a stranger in the page."""
    status, _, text = sit(still).get(PAIR + path)

    assert status in {200, 404}, words(text)[:200]
    assert "<b>" not in text
    assert "\u202e" not in text


def test_what_was_said_is_logged_at_the_press_and_leads_back_to_its_readback(close):
    """The time is the node's at the press; at the top stands that it is logged, and the way back to the same words."""
    one = close.sit(close.amber)
    page = f"{close.pair}/words/V-F2?v-bearing=310&v-distance=1.5"
    link = unescape(re.search(r'href="(/say/contact-sent[^"]+)"', one.get(page)[2])[1])
    form = one.get(link)[2]
    assert (
        'name="field-at" aria-describedby="field-at-found field-at-help" aria-required="true" type="datetime-local"'
        in form
    )
    assert 'value="2026-06-03T02:09:30"' in form
    typed = {**fields_of(form), **dict(parse_qsl(urlsplit(link).query)), "field-at": "2026-06-03T02:09:30"}
    looked = one.post("/say/contact-sent", {**typed, "deed": "look"})[2]
    status, headers, text = one.post("/say/contact-sent", {**fields_of(looked), "deed": "sign"})
    assert 303 == status, words(text)

    shown = one.get(headers["location"])[2]
    assert "Logged: it is signed and in the record." in words(shown)
    back = unescape(re.search(r'href="([^"]+)#back"', shown)[1])
    assert page == back
    assert "Readback" in words(one.get(back)[2])
    assert "#back" not in one.get(f"{close.pair}?logged=https://elsewhere.example/words/")[2]


def test_what_they_logged_of_a_signal_has_its_words_beside_the_answer(close):
    """In each language from the book, not the means of the call; under the answers stands what was read back."""
    coral, one = close.sit(close.coral), close.sit(close.amber)
    sent = {
        "unit_from": "CORAL 34", "unit_to": "AMBER 21", "code": "V-Q1", "words": "What are your intentions?",
        "lang": "en", "means": "vhf-16", "at": "2026-06-03T02:09:00Z",
    }  # fmt: skip
    fill = {f"field-{name}": value for name, value in sent.items()}
    begun = fields_of(coral.get("/say/contact-sent?channel=unit-contact")[2])
    looked = coral.post("/say/contact-sent", {**begun, **fill, "channel": "unit-contact", "deed": "look"})[2]
    assert 303 == coral.post("/say/contact-sent", {**fields_of(looked), "deed": "sign"})[0]
    meet(close.nodes)
    wait_for(lambda: "coral/" in one.get("/calls")[2])
    ref = re.search(r'href="/messages/(coral/\d+)"', one.get("/calls")[2])[1]

    beside = one.get(f"/say/contact-answer?reply_to={ref}&field-answer=understood")[2].partition('class="about"')[2]
    row = BOOK.row("V-Q1")
    for lang in ("ja", "zh"):
        assert row.meaning[lang] in beside
    assert "signal book: V-Q1" in words(beside)
    assert "英語" not in beside

    answer = {
        "reply_to": ref,
        "field-answer": "understood",
        "field-words": "I keep my course",
        "channel": "unit-contact",
    }
    begun = fields_of(one.get(f"/say/contact-answer?reply_to={ref}")[2])
    looked = one.post("/say/contact-answer", {**begun, **answer, "deed": "look"})[2]
    assert 303 == one.post("/say/contact-answer", {**fields_of(looked), "deed": "sign"})[0]
    wait_for(lambda: "I keep my course" in words(one.get("/calls")[2]))
