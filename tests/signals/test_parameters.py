"""Values in signals: each of its kind, each with its unit, in every language."""

import pytest

from searoom.errors import NotAllowed
from searoom.signals import codebook
from searoom.signals.parameters import read_parameters
from searoom.signals.tables import packaged

BOOK = codebook.load()


@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("MD", {}),
        ("MD", {"course": "45"}),
        ("MD", {"course": "360"}),
        ("MD", {"course": "0456"}),
        ("MD", {"course": "\u0660\u0664\u0665"}),
        ("SG", {"speed": "\uff11\uff10"}),
        ("V-Q5", {"language": "en\n"}),
        ("MD", {"course": "045", "speed": "10"}),
        ("SG", {"speed": "ten"}),
        ("SG", {"speed": "-3"}),
        ("V-F8", {"time": "2460Z"}),
        ("EV", {"position": "95-00N 000-00E", "course": "045", "speed": "10"}),
        ("EV", {"position": "32-61N 165-20W", "course": "045", "speed": "10"}),
        ("V-Q5", {"language": "!!"}),
        ("V-Q5", {"language": "ru"}),
    ],
)
def test_refuses_values_that_do_not_fit(code, params):
    """A value that is missing, unknown or not of its kind never gets into a sentence."""
    with pytest.raises(NotAllowed):
        BOOK.row(code).filled(params, "en")


def test_values_carry_their_unit_in_every_language():
    """A figure is never said without its unit."""
    row = BOOK.row("OJ")
    assert row.filled({"bearing": "045", "distance": "1.5"}, "en").endswith(
        "bearing 045 degrees, distance 1.5 nautical miles."
    )
    assert "045度" in row.filled({"bearing": "045", "distance": "1.5"}, "ja")
    assert "1.5海里" in row.filled({"bearing": "045", "distance": "1.5"}, "zh")


@pytest.mark.parametrize(
    ("minutes", "said"), [("1", "0.1 nautical miles in 1 minute."), ("2", "0.1 nautical miles in 2 minutes.")]
)
def test_one_has_a_unit_of_its_own(minutes, said):
    """One minute and two minutes; the closest approach is called so in every language."""
    row, params = BOOK.row("V-W1"), {"distance": "0.1", "minutes": minutes}
    assert row.filled(params, "en") == f"There is risk of collision between us: closest approach {said}"
    assert row.filled(params, "ja") == f"両船に衝突のおそれがあります。最接近距離0.1海里、{minutes}分後です。"
    assert row.filled(params, "zh") == f"两船存在碰撞危险，最近会遇距离0.1海里，{minutes}分钟后。"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('kind = "choice"', 'kind = "figures"'),
        ('kind = "figures"', 'kind = "choice"'),
        ('ja = "英語", zh = "英语" }', 'ja = "英語" }'),
        ('one = { en = " minute",', 'one = { xx = " minute",'),
    ],
)
def test_refuses_faulty_parameters(old, new):
    """Choices belong to choices alone, and every word stands in every language."""
    text = packaged("parameters.toml")
    assert old in text
    with pytest.raises(NotAllowed, match=r"parameters\.toml, "):
        read_parameters(text.replace(old, new, 1), "parameters.toml")


@pytest.mark.parametrize("name", ["", "A{x}", "\u202eNAHA", "x" * 40, "NAHA\n", "<b>", "-", "NA\x00HA"])
def test_a_name_holds_letters_and_figures_alone(name):
    """Nothing hidden and nothing hostile gets into a sentence as a name."""
    with pytest.raises(NotAllowed, match="place"):
        BOOK.row("UU").filled({"place": name}, "en")


def test_the_complement_tables_are_choices():
    """A figure behind a group has its own words in every language."""
    row = codebook.load(codebook.SHIPPED).row("YV1 NB1")
    assert row.filled({"direction": "4"}, "en").endswith("is south.")
    assert "南" in row.filled({"direction": "4"}, "ja")
    with pytest.raises(NotAllowed) as refused:
        row.filled({"direction": "11"}, "en")
    assert "one of 0, 1, 2" in refused.value.advice()
