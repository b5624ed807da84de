"""From heard words back to the signal: never a wrong one as certain; and readback, word by word."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searoom.signals import codebook
from searoom.signals.codebook import join
from searoom.signals.readback import MAX_CANDIDATES, compare, read_back, recognise
from searoom.signals.render import voice_script
from searoom.signals.tables import LANGUAGES
from signals.test_render import values

BOOK = codebook.load()
ALL = codebook.load(codebook.SHIPPED)
OFFERED = [row for row in BOOK.offered() if row.meaning["en"]]


def spoken(row, lang="en"):
    return voice_script(row, values(row), to="CORAL 34", sender="AMBER 21", lang=lang, exercise=lang != "en")


def first(text, book=BOOK):
    found = recognise(text, book)
    return (found[0].signal.code, found[0].certain) if found else None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_script_reads_back(lang):
    """What was read aloud and typed down whole is recognised, with its values; no other row is certain."""
    for row in OFFERED:
        found = recognise(spoken(row, lang).text, BOOK)
        assert found[0].signal.code == row.code, (row.code, found[0])
        assert not [c.signal.code for c in found if c.certain and c.signal.code != row.code]
        if lang == "en":
            assert (True, values(row)) == (found[0].certain, found[0].params), row.code


def test_a_whole_sentence_is_certain():
    """Words alone are enough where all of them are there and nothing else could have been meant."""
    assert first("What maneuvers do you intend") == ("RT1", True)
    assert first("CORAL 34 this is AMBER 21, stop your vessel at once, over") == ("L", True)


def test_one_minute_and_one_minutes_are_heard_alike():
    """What stands behind a single figure is written down either way."""
    for unit in ("minute", "minutes"):
        heard = f"There is risk of collision between us: closest approach 0.1 nautical miles in 1 {unit}."
        found = recognise(heard, BOOK)[0]
        assert ("V-W1", True, {"distance": "0.1", "minutes": "1"}) == (found.signal.code, found.certain, found.params)
        assert found.words["en"].endswith("in 1 minute.")


def test_a_spoken_language_is_heard_as_its_choice():
    """In whatever language its name is said; a language that is no choice is not made into one."""
    for heard in ("Can you speak with me in Chinese?", "你船能用汉语通话吗？", "中国語で通話できますか。"):
        assert ("V-Q5", {"language": "zh"}) == (recognise(heard, BOOK)[0].signal.code, recognise(heard, BOOK)[0].params)
    assert not [each for each in recognise("Can you speak with me in Klingon?", BOOK) if each.certain]


def test_a_group_alone_is_never_certain():
    """Letters have no redundancy: one lost makes another group."""
    for text in ("RT1", "ROMEO TANGO ONE", "interco romeo tango one", "ZL", "zulu lima", "K"):
        found = recognise(text, BOOK)
        assert found
        assert not any(candidate.certain for candidate in found), text
    assert first("romeo tango one")[0] == "RT1"


def test_what_may_be_left_of_a_longer_sentence_is_not_certain():
    """ "We need help" may be what is left of "we need medical help"; with its group it is certain."""
    assert first("we need help") == ("V", False)
    assert "W" in {candidate.signal.code for candidate in recognise("we need help", BOOK)}
    assert first(spoken(BOOK.row("V")).text) == ("V", True)


def test_group_and_words_that_differ_make_both_doubtful():
    """PO1 with the words of PO3 is neither."""
    found = recognise("INTERCO PAPA OSCAR ONE. INTENTION. We will pass astern of you.", BOOK)
    assert {"PO1", "PO3"} <= {candidate.signal.code for candidate in found}
    assert not any(candidate.certain for candidate in found)


def test_two_signals_of_one_wording_make_both_doubtful():
    """Where two rows say the same words, neither is certain."""
    twins = tuple(replace(BOOK.row("RT1"), code=code) for code in ("T1", "T2"))
    found = recognise("What manoeuvres do you intend", join(("twins",), twins))
    assert [("T1", False), ("T2", False)] == [(each.signal.code, each.certain) for each in found]


def test_a_name_could_be_any_word():
    """ "We come from the north" is no proof of UV; with its group heard it is."""
    assert first("we come from the north") == ("UV", False)
    assert first("interco uniform victor, we come from naha") == ("UV", True)


def test_another_marker_makes_doubtful():
    """A sentence that was marked as something else is not certain."""
    assert first("this is AMBER, WARNING, what manoeuvres do you intend") == ("RT1", False)


def test_zl_is_always_shown_in_words():
    """ZL says not understood, YV1 ZL1 the contrary: words stand beside both, and neither is taken for the other."""
    zl = recognise("ZL", BOOK)[0]
    assert "NOT understood" in zl.words["en"]
    assert ["YV1"] == [c.signal.code for c in recognise("YV1 ZL1", BOOK)]
    assert ["YV1"] == [c.signal.code for c in recognise("yankee victor one, zulu lima", BOOK)]
    special = recognise("YANKEE VICTOR ONE ZULU LIMA ONE", ALL)
    assert ["YV1 ZL1"] == [c.signal.code for c in special]
    assert "AND understood" in special[0].words["en"]
    assert not special[0].certain
    for candidate in (*recognise("zulu lima", BOOK), *special):
        assert set(LANGUAGES) == set(candidate.words)
        assert all(candidate.words.values())


def test_nothing_comes_of_nothing():
    """Noise gives no signal at all."""
    assert recognise("", BOOK) == recognise("...", BOOK) == recognise("lovely weather today captain", BOOK) == ()


def garbled(row, seed):
    """One script, garbled as a line does it: words lost, letters wrong, the end or the start cut off."""
    chance = random.Random(seed)
    words = spoken(row).text.split()
    kind = seed % 5
    if kind == 0:
        words = [word for word in words if chance.random() > 0.15]
    elif kind == 1:
        at = chance.randrange(len(words))
        words[at] = "".join(chance.choice("aeiorstn") if chance.random() < 0.4 else c for c in words[at])
    elif kind == 2:
        words = words[: chance.randrange(1, len(words) + 1)]
    elif kind == 3:
        words = words[chance.randrange(len(words)) :]
    else:
        words.pop(chance.randrange(len(words)))
    return " ".join(words)


def test_no_wrong_signal_is_ever_certain():
    """1,000 garbled scripts, five kinds of garbling: not one is shown as another signal as certain."""
    wrong, certain = [], 0
    for seed in range(1000):
        row = OFFERED[seed % len(OFFERED)]
        text = garbled(row, seed)
        for candidate in recognise(text, BOOK):
            certain += candidate.certain
            if candidate.certain and candidate.signal.code != row.code:
                wrong.append((row.code, candidate.signal.code, text))
    assert wrong == []
    assert certain > 300


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120))
def test_reads_whatever_is_typed(text):
    """Any text gives at most a few candidates, in order, and never breaks."""
    found = recognise(text, BOOK)
    assert len(found) <= MAX_CANDIDATES
    assert sum(candidate.certain for candidate in found) <= 1


SENT = "QUESTION. What manoeuvres do you intend?"
COURSE = "INFORMATION. My course is 045 degrees, my speed is 10 knots."


@pytest.mark.parametrize(
    ("sent", "heard", "kind"),
    [
        (SENT, SENT, "same"),
        (SENT, "what maneuvers do you intend", "same"),
        (SENT, "Coral, this is Amber, question, what manoeuvres do you intend, over", "same"),
        (COURSE, "My course is ZERO FOUR FIVE degrees, my speed is ONE ZERO knots", "same"),
        (SENT, "question what manoeuvres ... you intend", "garbled"),
        (SENT, "what manoevres do you inten", "garbled"),
        (COURSE, "my course is degrees my speed is 10 knots", "garbled"),
        (COURSE, "my course is 054 degrees, my speed is 10 knots", "different"),
        (COURSE, "my course is 10 degrees, my speed is 045 knots", "different"),
        (COURSE, "my course is 045 degrees, my speed is 10 15 knots", "different"),
        (SENT, "WARNING what manoeuvres do you intend", "different"),
        (SENT, "we wish you a good voyage", "different"),
        ("I will pass ahead of you", "I will pass astern of you", "different"),
        ("I cannot do what you ask", "I do what you ask", "different"),
        ("I will do what you ask", "I will not do what you ask", "different"),
        (SENT, "", "different"),
        ("本船は右に転針します", "本船は左に転針します", "different"),
        ("我船将向右转向", "我船将右转向", "garbled"),
    ],
)
def test_two_tellings(sent, heard, kind):
    """Number by number and word by word: the same, less of the same, or another message."""
    assert compare(sent, heard).kind == kind


@pytest.mark.parametrize(
    "heard", ["roger", "Received.", "roger, over", "OK copied", "I have received your message", "收到", "了解"]
)
def test_a_receipt_is_no_readback(heard):
    """Whatever was sent, "received" repeats none of it."""
    found = compare(SENT, heard)
    assert found.kind == "different"
    assert "receipt" in found.note
    assert "manoeuvres" in found.missing


def test_a_telling_names_what_is_missing_and_added():
    """The words that differ are named on both sides."""
    found = compare(COURSE, "my course is 054 degrees, my speed is 10 knots")
    assert (("045",), ("054",)) == (found.missing, found.added)


@given(st.sampled_from(OFFERED), st.sampled_from(LANGUAGES))
def test_a_script_and_its_words_are_the_same(row, lang):
    """What was read aloud, call and group and all, says what was logged."""
    script = spoken(row, lang)
    assert compare(script.words, script.text).kind == compare(script.text, script.words).kind == "same"


PASS = "You will overtake me on my port side."
ASTERN = "INTENTION. I am altering my course to starboard and will pass astern of you."
JA = "貴船は本船の左舷側を追い越してください。"
ZH = "我船将从你船左舷追越，请保持航向。"


@pytest.mark.parametrize(
    ("sent", "back", "kind"),
    [
        (PASS, PASS, "same"),
        (PASS, "I will overtake you on your port side, over", "same"),
        (PASS, "We will overtake you on your port side", "same"),
        (PASS, "I will overtake you on your starboard side", "different"),
        (PASS, "I will overtake you on my port side", "different"),
        (PASS, "You will overtake me on your port side", "different"),
        (PASS, "You will overtake you on my port side", "different"),
        (PASS, "I will overtake you on port side", "garbled"),
        (PASS, "I will not overtake you on your port side", "different"),
        (ASTERN, "You are altering your course to starboard and will pass astern of me", "same"),
        (ASTERN, "You are altering your course to port and will pass astern of me", "different"),
        (ASTERN, "You are altering your course to starboard and will pass ahead of me", "different"),
        (ASTERN, "You are altering my course to starboard and will pass astern of me", "different"),
        (COURSE, "Your course is 045 degrees, your speed is 10 knots", "same"),
        (COURSE, "Your course is 054 degrees, your speed is 10 knots", "different"),
        ("Pass on my port side.", "Pass on your port side.", "different"),
        ("Keep astern of me.", "Keep astern of you.", "different"),
        (JA, JA, "same"),
        (JA, "本船は貴船の左舷側を追い越してください。", "same"),
        (JA, "本船は貴船の右舷側を追い越してください。", "different"),
        (JA, "本船は本船の左舷側を追い越してください。", "different"),
        ("本船は右に転針します。", "貴船は右に転針します。", "same"),
        ("本船は右に転針します。", "貴船は左に転針します。", "different"),
        ("本船の左舷を通過してください。", "貴船の左舷を通過してください。", "different"),
        ("日本船が見えます。", "日貴船が見えます。", "garbled"),
        (ZH, ZH, "same"),
        (ZH, "你船将从我船左舷追越，请保持航向。", "same"),
        (ZH, "你船将从我船右舷追越，请保持航向。", "different"),
        (ZH, "我船将从我船左舷追越，请保持航向。", "different"),
        (ZH, "你船将从你船左舷追越，请保持航向。", "different"),
        ("请从我船左舷通过。", "请从你船左舷通过。", "different"),
        (SENT, "roger", "different"),
    ],
)
def test_what_is_read_back_turns_you_and_me_round_all_or_none(sent, back, kind):
    """As a seaman reads back, "my" is "your": the same; a side or a ship that is another one is never the same."""
    assert kind == read_back(sent, back).kind


def test_a_log_of_the_other_side_is_not_turned_round():
    """What both sides log is compared as it was said: who turns "I" into "you" in a log has logged something else."""
    assert "same" != compare(PASS, "I will overtake you on your port side").kind


def test_whose_side_is_asked_in_words():
    """Where one word for a person was turned and another was not, the sentence says so, and names both words."""
    found = read_back(PASS, "I will overtake you on my port side")
    assert "whose side" in found.note


@given(st.sampled_from(OFFERED), st.sampled_from(LANGUAGES))
def test_a_script_read_back_word_for_word_is_the_same(row, lang):
    """What was read aloud and comes back in our own words is the same, with nothing turned."""
    script = spoken(row, lang)
    assert "same" == read_back(script.words, script.text).kind


@given(st.sampled_from(OFFERED), st.sampled_from((("port", "starboard"), ("ahead", "astern"), ("not", ""))))
def test_a_turned_script_with_another_side_is_never_the_same(row, other):
    """Every offered row, turned round and with one decisive word changed, is told apart."""
    sent = spoken(row).words.lower()
    turned = {
        "i": "you",
        "we": "you",
        "my": "your",
        "our": "your",
        "you": "we",
        "your": "our",
        "us": "you",
        "me": "you",
    }
    words = [turned.get(word, word) for word in sent.replace(".", "").replace(",", "").split()]
    changed = [other[1] if word == other[0] else other[0] if word == other[1] and other[1] else word for word in words]
    if changed != words:
        assert "same" != read_back(sent, " ".join(word for word in changed if word)).kind
