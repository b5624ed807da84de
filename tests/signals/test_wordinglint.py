"""The linter of two languages: what one says in numbers and the other does not; silent on honest translations."""

import tomllib
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.signals.wordinglint import compare
from signals.test_numerals import han

NOTICE = (
    (
        "Training begins at 0600Z on 6 December 2025 and lasts about 6 hours, within 20 nm of 25-30.0N 125-20.0E, below "
        "3,000 ft, with three ships and 2 aircraft at no more than 12 kn."
    ),
    (
        "2025年12月6日午後3時（日本時間）から約６時間、北緯25度30分、東経125度20分から20海里以内、高度3,000フィート以下で訓練を行う。"
        "参加は艦艇三隻、航空機２機、速力は12ノット以下。"
    ),
    (
        "2025年12月6日北京时间14时起约六小时，在北纬25度30分、东经125度20分周围二十海里以内、高度3000英尺以下训练。"
        "参加舰艇3艘、飞机两架，航速不超过12节。"
    ),
)
LANGS = ("en", "ja", "zh")
SOURCE = Path(__file__).parents[2] / "src" / "searoom"


@pytest.mark.parametrize("first", range(3))
@pytest.mark.parametrize("second", range(3))
def test_an_honest_translation_is_left_alone(first, second):
    """Numerals, units, zones and days differ in writing, and nothing is found."""
    assert () == compare(NOTICE[first], NOTICE[second], langs=(LANGS[first], LANGS[second]))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("20海里", "12海里", ("'20 nm' in en", "'12海里' in ja", "not the same")),
        ("20海里", "20キロ", ("the same figure in two units",)),
        ("12ノット", "12キロ", ("12 kn", "12キロ", "two units")),
        ("午後3時（日本時間）", "午後3時", ("12月6日", "0600Z")),
        ("午後3時（日本時間）", "午後6時（日本時間）", ("0600Z",)),
        ("12月6日", "12月7日", ("12月7日",)),
        ("三隻", "七隻", ("three ships", "七隻")),
        ("航空機２機、", "", ("'2 aircraft' in en has no equal in ja",)),
        ("東経125度20分", "東経125度2分", ("125-20.0E", "125度2分")),
        ("約６時間", "約６分", ("6 hours",)),
        ("12月6日", "2月30日", ("is no day or hour that there is",)),
        ("訓練を行う。", "訓練を行う。無線は16チャンネル。", ("'16' in ja has no equal in en",)),
    ],
)
def test_each_difference_is_named_in_both_languages(old, new, words):
    """Both writings stand in the finding, and the field."""
    assert old in NOTICE[1]
    found = compare(NOTICE[0], NOTICE[1].replace(old, new), langs=("en", "ja"), where="translation")
    assert {"translation"} == {one.where for one in found}
    text = " | ".join(one.sentence for one in found)
    assert all(word in text for word in words), text


def test_a_zone_that_one_language_leaves_out_is_named():
    """15:00 where? One of the two says it, the other does not."""
    (found,) = compare("at 0600Z", "15時", langs=("en", "ja"))
    assert "names no zone" in found.sentence


@given(
    st.lists(st.integers(2, 99_999), min_size=1, max_size=5, unique=True),
    st.sampled_from(
        [("nm", "海里", "海里"), ("kn", "ノット", "节"), ("ships", "隻", "艘"), ("feet", "フィート", "英尺")]
    ),
)
def test_the_same_numbers_in_any_writing_are_the_same(numbers, unit):
    """Whatever the numbers: figures with commas, full-width, Han numerals."""
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    en = "; ".join(f"{number:,} {unit[0]}" for number in numbers)
    ja = "、".join(f"{number}{unit[1]}".translate(wide) for number in reversed(numbers))
    zh = "、".join(f"{han(number)}{unit[2]}" for number in numbers)
    for one, other in ((en, ja), (ja, zh), (zh, en)):
        assert () == compare(one, other, langs=("a", "b"))
    assert compare(
        en, zh.replace(han(numbers[0]) + unit[2], han(numbers[0] + 100_000) + unit[2], 1), langs=("en", "zh")
    )


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_two_texts_are_compared_without_a_fault(one, other):
    """Hostile texts give findings or none, never a crash; a text agrees with itself in all that can be."""
    compare(one, other, langs=("en", "ja"))
    assert all("is no day" in found.sentence for found in compare(one, one, langs=("en", "ja")))


@given(st.text("0123456789〇一二十百千万億年月日時分:-.Z隻海里JST午後令和元 ", max_size=40))
def test_what_is_made_of_numbers_alone_is_read_without_a_fault(text):
    """The signs of dates and times in any order."""
    assert all("is no day" in found.sentence for found in compare(text, text, langs=("zh", "zh")))


def wordings(value):
    """Every text of a table that stands in three languages."""
    if isinstance(value, dict):
        if all(isinstance(value.get(lang), str) for lang in LANGS):
            yield value
        for inner in value.values():
            yield from wordings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from wordings(inner)


def test_on_the_texts_that_ship_it_is_seldom_heard():
    """Advice that speaks at every second text is not read: fewer than one comparison in a hundred has a finding."""
    tables = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.toml"))]
    pairs = [(text[a], text[b], (a, b)) for text in wordings(tables) for a, b in combinations(LANGS, 2)]
    heard = [pair for pair in pairs if compare(pair[0], pair[1], langs=pair[2])]
    assert 3000 < len(pairs)
    assert len(heard) < len(pairs) / 100


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Within 90 days", "90日以内"), ("on the 30th day", "自签署之日起第30天"), ("Three to five days before", "提前三至五天"),
        ("twice a year", "年に2回"), ("the two sides", "双方"), ("once a year", "年に一度"), ("an hour", "1小时"), ("2182 kilohertz", "2182千赫"),
        ("up to a million tonnes", "至多一百万吨"), ("one ship", "舰艇一艘"), ("six o'clock UTC", "協定世界時6時"), ("hexadecimal, 16", "十六进制"),
        ("a tenth", "10分の1海里"),
    ],
)  # fmt: skip
def test_ways_of_speaking_are_no_differences(one, other):
    """Days counted or named, pairs, articles, units with multiples in them."""
    assert () == compare(one, other, langs=("a", "b")) == compare(other, one, langs=("b", "a"))
