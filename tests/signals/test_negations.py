"""The linter of negations: a lost "not" is told in every direction, and an honest translation is left alone."""

import itertools

import pytest

from deskside import fill
from searoom.signals.forms import advise, load
from searoom.signals.negations import compare

SAID = {
    "en": "We will not enter the area. Please confirm by 0600Z.",
    "ja": "当方はその区域に入りません。06時00分Zまでに確認願います。",
    "zh": "我方不会进入该区域。请在0600Z前确认。",
}
AFFIRMED = {
    "en": "We will enter the area. Please confirm by 0600Z.",
    "ja": "当方はその区域に入ります。06時00分Zまでに確認願います。",
    "zh": "我方将进入该区域。请在0600Z前确认。",
}
PAIRS = list(itertools.permutations(SAID, 2))
ALIKE = [
    ("en", "ja", "First we confirm; it is certain.", "まず確認します。必ず行います。"),
    ("en", "zh", "The training ends no later than 0600Z.", "训练最迟不晚于0600Z结束。"),
    ("en", "ja", "The position is unclear.", "位置は不明である。"),
    ("ja", "zh", "少ない兵力で待つ。", "以少量兵力等待。"),
    ("ja", "zh", "触れずに待つ。", "等待，不触碰。"),
    ("ja", "zh", "読まずに返した。", "未读即退回。"),
    ("en", "zh", "Not only ships but aircraft take part.", "不仅舰艇，航空器也参加。"),
    ("en", "ja", "No. 5 escort flotilla sails.", "第5護衛隊群が出港する。"),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_lost_not_is_told_in_every_direction(one, other):
    """The finding quotes the word that denies, and names the language in which none was found."""
    (found,) = compare(SAID[one], AFFIRMED[other], langs=(one, other), where="translation")

    assert "translation" == found.where
    assert found.sentence.endswith(f"in {other}")
    assert compare(AFFIRMED[one], SAID[other], langs=(one, other))


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_an_honest_translation_is_left_alone(one, other):
    """What denies in both, and what denies in neither, gives no finding."""
    assert () == compare(SAID[one], SAID[other], langs=(one, other))
    assert () == compare(AFFIRMED[one], AFFIRMED[other], langs=(one, other))


@pytest.mark.parametrize(("one", "other", "first", "second"), ALIKE)
def test_what_only_looks_like_a_negation_counts_for_none(one, other, first, second):
    """Words with such a sign in them, and such as stand for one in the other language, are no finding."""
    assert () == compare(first, second, langs=(one, other))


def test_one_sentence_of_several_is_named_by_its_own_word():
    """Sentences are compared one by one: a "not" in another sentence hides nothing."""
    found = compare(
        "We do not stop. We never turn.", "我方不停。我方转向。", langs=("en", "zh"),
    )  # fmt: skip

    assert ["'never' in en: no such 'not' was found in zh"] == [one.sentence for one in found]


def test_a_language_that_is_not_known_is_not_judged():
    """Of a text in another language nothing is said."""
    assert () == compare("We will not.", "Nous irons.", langs=("en", "fr"))


def test_a_hotline_message_is_advised_of_it_before_it_is_signed():
    """The translation in a hotline message is compared with its original: the lost "not", and the other time."""
    filled = fill("hotline-message", {
        "text": "We will not enter before 0600Z.",
        "translation": "of=text; text=ja: 当方は0700Z以前に入ります。; maker=author; review=unreviewed",
    })  # fmt: skip

    said = [one.sentence for one in advise(filled, load())]

    assert any("'not' in en" in one for one in said), said
    assert any("0600" in one for one in said), said
