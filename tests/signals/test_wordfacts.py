"""What a text says in numbers: amounts with units, dates, times with zones, places; nothing guessed."""

import pytest

from searoom.signals.wordfacts import Clock, facts


def told(text):
    return [(fact.kind, fact.value) for fact in facts(text)]


@pytest.mark.parametrize(
    "text",
    ["20 nm", "20 nautical miles", "20海里", "２０海里", "二十海里", "20 NM", "twenty nautical miles", "20浬"],
)
def test_one_length_in_many_writings(text):
    """Twenty nautical miles are 37,040,000 mm however they are written."""
    assert [("length", 37_040_000)] == told(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0215Z", Clock(135, 0)), ("02:15 UTC", Clock(135, 0)), ("11:15 JST", Clock(675, 540)), ("日本時間11時15分", Clock(675, 540)),
        ("日本時間午前11時15分", Clock(675, 540)), ("北京时间10时15分", Clock(615, 480)), ("北京时间上午10点15分", Clock(615, 480)),
        ("10:15 Beijing time", Clock(615, 480)), ("下午两点半", Clock(870, None)), ("午後３時", Clock(900, None)), ("2:30 p.m.", Clock(870, None)),
        ("15時（日本時間）", Clock(900, 540)), ("02:15Z", Clock(135, 0)), ("協定世界時02時15分", Clock(135, 0)), ("12:05 am", Clock(5, None)),
    ],
)  # fmt: skip
def test_times_keep_their_zone_or_have_none(text, value):
    """A zone is read where it is written, before or behind; it is never supposed."""
    assert [("time", value)] == told(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-06-03", (2026, 6, 3)), ("3 June 2026", (2026, 6, 3)), ("June 3rd, 2026", (2026, 6, 3)), ("2026年6月3日", (2026, 6, 3)),
        ("二〇二六年六月三日", (2026, 6, 3)), ("令和8年6月3日", (2026, 6, 3)), ("６月３日", (None, 6, 3)), ("3 Jun", (None, 6, 3)),
        ("2026年6月3号", (2026, 6, 3)), ("29 February 2028", (2028, 2, 29)), ("2月29日", (None, 2, 29)), ("令和元年5月1日", (2019, 5, 1)),
    ],
)  # fmt: skip
def test_dates_in_three_languages(text, value):
    """With a year, without one, or in a Japanese era."""
    assert [("date", value)] == told(text)


@pytest.mark.parametrize(
    "text",
    ["30 February", "2月30日", "2026-02-29", "25:10", "at 2561Z", "13月1日", "午後13時70分", "320215Z", "2月29億日"],
)
def test_days_and_hours_that_are_not_there_are_impossible(text):
    """They are found as what they are, never moved to a day that exists."""
    assert "impossible" in [kind for kind, _ in told(text)]


def test_a_date_and_a_time_with_a_zone_are_one_instant():
    """The day changes with the zone; without a zone they stay two."""
    instant = [("instant", (None, 6, 3, 23 * 60 + 30))]
    assert (
        instant
        == told("3 June at 23:30Z")
        == told("at 2330Z on 3 June")
        == told("6月4日 日本時間8時30分")
        == told("6月4日（木）午前8時30分（日本時間）")
    )
    assert ["date", "time"] == [kind for kind, _ in told("6月4日 8時30分")]
    assert [("instant", (2025, 12, 31, 1410))] == told("2026年1月1日 北京时间7时30分")


@pytest.mark.parametrize(
    "text", ["32-10.5N 165-20.0W", "北緯32度10.5分、西経165度20分", "北纬32度10.5分，西经165度20分"]
)
def test_one_place_in_three_languages(text):
    """Degrees and minutes with letters, or in words."""
    assert [("place", (321_750_000, -1_653_333_333))] == told(text)


def test_names_with_figures_are_codes_and_words_are_no_numbers():
    """F-15 is no fifteen; `one another`, 一方 and 十分な are no counts."""
    assert [("code", 15), ("code", 15), ("code", 101)] == told("F-15, 歼-15, DDG-101")
    assert [] == told("They help one another; 一方、十分な距離。統一的に。")
    assert [("ships", 3), ("aircraft", 2), ("persons", 12)] == told("三隻と２機、乗員12名")
    assert [("duration", 21_600), ("duration", 600), ("angle", 45_000)] == told("6 hours, 10分間, 045 degrees")
