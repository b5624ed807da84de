"""Signs that read otherwise than they are: doubted with their number, and honest texts of three languages left alone."""

import pytest

from searoom.signals.lookalikes import doubtful


@pytest.mark.parametrize(
    ("text", "lang", "named"),
    [
        ("course ٠45", "en", "U+0660"),
        ("speed 1\u0966 kn", "en", "U+0966"),
        ("速力１０ノット", "en", "U+FF11"),
        ("speed \U0001d7cf0", "en", "U+1D7CF"),
        ("АMBER 21", "en", "U+0410"),  # a Cyrillic capital A
        ("AMВER", "ja", "U+0412"),
        ("1Ο0 m", "zh", "U+039F"),  # a Greek capital omicron
        ("1OO m", "en", "look alike"),
        ("l50 m", "en", "look alike"),
        ("距離は1O0メートル", "ja", "look alike"),
    ],
)
def test_doubts_a_sign_that_reads_as_another(text, lang, named):
    """The sentence names the sign or the word."""
    assert named in doubtful(text, lang)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Our ship was overtaken on the port side at 150 m.", "en"),
        ("速力１０ノット、針路０４５度。", "ja"),
        ("航速10节，F-15战斗机２架", "zh"),
        ("CORAL 34 and AMBER 21, J-15, VHF 16, 0215Z", "en"),
        ("Москва", "en"),  # a word of one script
        ("Ållanda, naïve, Gdańsk", "en"),
        ("SOLO 2, Ilo 3", "en"),
        ("第三〇一編隊", "ja"),
    ],
)
def test_leaves_honest_texts_alone(text, lang):
    """Words of one script, full-width figures in Japanese and Chinese, names with figures behind them."""
    assert "" == doubtful(text, lang)
