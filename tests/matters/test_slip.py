"""One page for telephone, fax and paper: the words, and a check code that finds every slip of ear and hand."""

from dataclasses import replace
from html.parser import HTMLParser
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searoom.matters.slip import (
    CHECK_WORDS,
    CODE_LENGTH,
    DIFFERS,
    LABELS,
    LETTERS,
    MATCHES,
    MISREAD,
    check_slip,
    code_of,
    slip,
    spoken,
)
from searoom.signals.forms import from_text
from told import BOOK, START_US, Tale

NAMES = {"en": {"amber": "Amber", "coral": "Coral"}, "ja": {"amber": "琥珀", "coral": "珊瑚"}, "zh": {}}
TEXT = "We ask for your course at 02:16Z. Speed 12 kn, range 1 200 m."


def page(lang="en", *, text=TEXT, exercise=True, written="en", **more):
    """Return the slip of a hotline message of amber's."""
    tale = Tale()
    ref = tale.say("amber", "hotline-message", text=text, **more)
    message = tale.account().message(ref)
    filled = from_text(BOOK, "hotline-message", {"text": text}, lang=written, precedence="flash", reply_to=("coral", 2))
    message = replace(message, filled=filled)
    return slip(message, BOOK, lang=lang, mechanism="demo-2026", exercise=exercise, names=NAMES[lang], to=("coral",))


def test_holds_what_a_reader_needs():
    """Reference, both parties, time with its Z, precedence, who released it, what it answers, the words, the code."""
    text = page().text()
    for part in ("Reference: amber/0", "From: Amber", "To: Coral", "2026-06-03T00:00:00Z", "FLASH", TEXT, "coral/2",
                 "amber officer 1, amber officer 2", "EXERCISE EXERCISE EXERCISE", "Nothing in it is accepted by this"):  # fmt: skip
        assert part in text
    assert "EXERCISE" not in page(exercise=False).text()


@pytest.mark.parametrize("lang", ["en", "ja", "zh"])
def test_has_the_same_code_in_every_language(lang):
    """The code is over the writer's own words; labels and the reader's aid are no part of it."""
    made = page(lang, text="針路を知らせてください。", written="ja")
    assert page("en", text="針路を知らせてください。", written="ja").code == made.code
    assert MATCHES == check_slip(made.text(), made.code)
    assert LABELS["code"][lang] in made.text()
    assert (lang == "ja") == (made.aid == ())
    assert "本文: 針路を知らせてください。" in made.covered


def test_has_every_label_in_every_language():
    """English, Japanese and Chinese, of equal rank."""
    for texts in (*LABELS.values(), *CHECK_WORDS.values()):
        assert ["en", "ja", "zh"] == sorted(texts)
        assert all(texts.values())


@settings(max_examples=200)
@given(st.data())
def test_one_wrong_character_on_the_page_is_noticed(data):
    """Whatever single character between the rules is typed wrong, the code no longer fits."""
    made = page()
    covered = "\n".join(made.covered)
    at = data.draw(st.sampled_from([n for n, c in enumerate(covered) if not c.isspace()]))
    other = data.draw(st.sampled_from([c for c in "abcdefg0123456789.,Zz" if c.casefold() != covered[at].casefold()]))
    assert DIFFERS == check_slip(covered[:at] + other + covered[at + 1 :], made.code)


def test_a_space_inside_a_number_is_noticed():
    """1 200 and 1200, and 12 and 1 2, are not the same figure on a bad fax."""
    made = page()
    assert DIFFERS == check_slip(made.text().replace("12 kn", "1 2 kn"), made.code)


def test_what_a_fax_changes_does_not_count():
    """Line ends, margins, capitals, wide letters, and what stands outside the rules."""
    made = page()
    text = made.text().replace("We ask for your course", "  WE ASK  for\nyour course").replace("12 kn", "１２ kn")
    assert MATCHES == check_slip("FAX 2026-06-03 p.1\n" + text.replace("Coral", "CORRAL", 1), made.code.lower())
    assert MATCHES == check_slip("\n".join(made.covered), made.code.replace(" ", ""))


@pytest.mark.parametrize(
    "part", ["amber/0", "2026-06-03T00:00:00Z", "FLASH", "demo-2026", "EXERCISE", "coral/2", "knot"]
)
def test_covers_reference_time_precedence_and_mechanism(part):
    """A page with another reference, time, precedence or mechanism, or without its EXERCISE, is another page."""
    made = page(text="Speed: 1 knot.")
    covered = "\n".join(made.covered)
    assert DIFFERS == check_slip(covered.replace(part, ""), made.code)


CODES = [code_of(text).replace(" ", "") for text in ("", "a", "amber/0", "針路")]


@pytest.mark.parametrize("code", CODES)
def test_every_single_wrong_character_of_a_code_is_caught(code):
    """All 16 places, all 31 other letters: each is told from a wrong page."""
    for at in range(CODE_LENGTH):
        for other in LETTERS.replace(code[at], ""):
            assert MISREAD == check_slip("", code[:at] + other + code[at + 1 :])


@pytest.mark.parametrize("code", CODES)
def test_every_swap_of_two_characters_is_caught(code):
    """Neighbours and all others: no two letters can change places unnoticed."""
    for one, two in combinations(range(CODE_LENGTH), 2):
        letters = list(code)
        letters[one], letters[two] = letters[two], letters[one]
        if "".join(letters) != code:
            assert MISREAD == check_slip("", "".join(letters))


@given(st.text(max_size=20))
def test_any_text_is_a_code_or_misread(code):
    """Whatever is read back, the answer is one of three."""
    assert check_slip("", code) in (MATCHES, MISREAD, DIFFERS)


def test_has_no_look_alikes_and_can_be_spoken():
    """32 letters and figures without 0, O, 1 and I; four groups of four; each with its spelling word."""
    assert (32, 32) == (len(LETTERS), len(set(LETTERS)))
    assert not set("01OI") & set(LETTERS)
    assert [4, 4, 4, 4] == [len(group) for group in page().code.split()]
    assert 16 == len(spoken(page().code).replace(" / ", " ").split())


def test_words_cannot_draw_the_rules():
    """A message that contains a rule of its own neither ends the covered part nor goes unnoticed."""
    made = page(text="Go north.\n" + "-" * 64 + "\nGo south.")
    assert MATCHES == check_slip(made.text(), made.code)
    assert DIFFERS == check_slip(made.text().replace("south", "north"), made.code)
    assert DIFFERS == check_slip(made.text().replace("Go north.", ""), made.code)
    other = page("ja", text="Go north.\n" + "-" * 64 + "\nGo south.")
    assert MATCHES == check_slip(other.text(), other.code)
    assert 2 == sum(set(line.strip()) == {"-"} for line in other.text().splitlines())


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


def test_prints_as_html_that_fetches_nothing():
    """The same words and code for a printer; what a counterpart wrote stays text."""
    made = page("ja", text="<script>alert(1)</script> & more")
    read = Tags()
    read.feed(made.html())
    whole = "".join(read.text)
    assert not {"script", "img", "link", "a"} & {tag for tag, _ in read.tags}
    assert not any(set(attrs) & {"src", "href"} for _, attrs in read.tags)
    assert "<script>alert(1)</script> & more" in whole
    assert made.code in whole
    assert "演習" in whole


def test_tells_how_long_the_words_hold():
    """What holds until a time says so, and the code covers it."""
    tale = Tale()
    ref = tale.say("amber", "hotline-message", text="x")
    message = tale.account().message(ref)
    one, two = (
        slip(replace(message, until_us=until), BOOK, lang="en", mechanism="m", exercise=False, names={}, to=("coral",))
        for until in (None, START_US + 3_600_000_000)
    )
    assert one.code != two.code
    assert "Holds until (UTC): 2026-06-03T01:00:00Z" in two.text()
