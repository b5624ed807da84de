"""The codebook: strict tables, what is offered and what never, and what waits for an officer's intention."""

import re
from pathlib import Path

import pytest

from searoom.errors import NotAllowed
from searoom.signals import codebook
from searoom.signals.codebook import INTENTIONS, MARKERS, NEVER_OFFERED, SITUATIONS, join, read_book, read_parameters
from searoom.signals.tables import LANGUAGES, packaged

BOOK = codebook.load()
ALL = codebook.load(("ics", "plain", "incsea"))

HEAD = """
[book]
name = "trial"
version = 3
title = { en = "t", ja = "t", zh = "t" }
source = "made"
state = "model"
review = { en = "source", ja = "unreviewed", zh = "unreviewed" }
[sources]
made = "made for a test"
[why_not.order]
en = "an order"
ja = "命令"
zh = "命令"
"""
ROW = """
[[row]]
code = "T1"
marker = "INFORMATION"
situations = ["crossing"]
parameters = ["course"]
en = "Our course is {course}."
ja = "針路{course}。"
zh = "航向{course}。"
"""


def parameters():
    return read_parameters(packaged("parameters.toml"), "parameters.toml")


def trial(rows, head=HEAD):
    return read_book(head + rows, "codebook-trial.toml", parameters())


def test_reads_a_whole_row():
    """A row has its meaning with labels, its wording with blanks, and the book's source and state."""
    (row,) = trial(ROW)
    assert ("T1", "trial", 3, "model", "made for a test") == (row.code, row.book, row.version, row.state, row.source)
    assert row.meaning["en"] == "Our course is (course, degrees true)."
    assert row.wording["ja"] == "針路{course}。"
    assert row.filled({"course": "045"}, "en") == "Our course is 045 degrees."
    assert row.offered
    assert not row.announces_intention


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('zh = "航向{course}。"', "", "language 'zh' is missing"),
        ('zh = "航向{course}。"', 'zh = " "', "not blank"),
        ('code = "T1"', 'code = "T1"\ncolour = "red"', "unknown field 'colour'"),
        ('parameters = ["course"]', 'parameters = ["course", "speed"]', "blanks"),
        ('parameters = ["course"]', "", "blanks"),
        ("針路{course}", "針路", "'ja'"),
        ('parameters = ["course"]', 'parameters = ["colour"]', "declared nowhere"),
        ('parameters = ["course"]', 'parameters = ["course", "course"]', "twice"),
        ('marker = "INFORMATION"', 'marker = "INSTRUCTION"', "INSTRUCTION"),
        ('marker = "INFORMATION"', "", "'marker' is missing"),
        ('marker = "INFORMATION"', 'marker = "INTENTION"', "name the intention"),
        ('marker = "INFORMATION"', 'marker = "INTENTION"\nintention = "ram"', "ram"),
        ('situations = ["crossing"]', 'situations = ["tea"]', "tea"),
        ('situations = ["crossing"]', 'situations = "crossing"', "list of texts"),
        ('code = "T1"', 'code = "T1"\nsource = "nowhere"', "nowhere"),
        ('code = "T1"', 'code = "T1"\nstate = "rumour"', "rumour"),
        ('code = "T1"', 'code = "T1"\nstate = "recalled"', "never be offered"),
        ('code = "T1"', 'code = "T1"\noffered = false', "why_not"),
        ('code = "T1"', 'code = "T1"\noffered = false\nwhy_not = "mood"', "mood"),
        ('code = "T1"', 'code = "T1"\nwhy_not = "order"', "unknown field 'why_not'"),
        ('code = "T1"', 'code = "T1"\noffered = "yes"', "true or false"),
        ('code = "T1"', 'code = "T1"\nreview = { en = "source", ja = "fine", zh = "unreviewed" }', "fine"),
    ],
)
def test_refuses_a_faulty_row(old, new, named):
    """A fault in a row is refused with the file, the row and what is wrong."""
    assert old in ROW
    with pytest.raises(NotAllowed) as refused:
        trial(ROW.replace(old, new))
    assert "codebook-trial.toml, T1" in refused.value.sentence
    assert named in refused.value.sentence


@pytest.mark.parametrize("code", ["t1", "T 1", "", "TOOLONGCODE", "T1!"])
def test_refuses_what_is_no_code(code):
    """A code is capital letters and figures, and the row is named by its number where it has none."""
    with pytest.raises(NotAllowed, match=r"codebook-trial\.toml, "):
        trial(ROW.replace('"T1"', f'"{code}"'))


def test_refuses_a_doubled_code():
    """The same code twice, in one book or in two, is refused by name."""
    with pytest.raises(NotAllowed, match="codebook-trial.toml, T1: the code stands twice"):
        trial(ROW + ROW)
    rows = trial(ROW)
    with pytest.raises(NotAllowed, match="codebook-trial.toml, T1: the code is already in 'trial'"):
        join(("a", "b"), rows + rows)


@pytest.mark.parametrize("code", sorted(NEVER_OFFERED))
def test_refuses_to_offer_an_order(code):
    """An order between equals cannot be offered by a slip of the table."""
    with pytest.raises(NotAllowed, match="never be offered"):
        trial(ROW.replace('"T1"', f'"{code}"'))


def test_refuses_a_faulty_book():
    """What is wrong with the head, the whole file or a parameter is refused with the file."""
    for old, new, named in (
        ("version = 3", "version = true", "whole number"),
        ('name = "trial"', "", "'name' is missing"),
        ("[sources]", "[extra]\na = 1\n[sources]", "unknown field 'extra'"),
        ('en = "an order"', "", "'en' is missing"),
        ("[book]", "[book", "no TOML"),
    ):
        with pytest.raises(NotAllowed, match=r"codebook-trial\.toml") as refused:
            trial(ROW, HEAD.replace(old, new))
        assert named in refused.value.sentence
    with pytest.raises(NotAllowed, match="parameters.toml, course"):
        read_parameters(packaged("parameters.toml").replace('kind = "course"', 'kind = "hue"', 1), "parameters.toml")
    with pytest.raises(NotAllowed, match="no packaged table"):
        codebook.load(("cues",))


def test_every_row_has_all_languages_source_and_state():
    """No language is second: each row has words in all three, its source, its state and its state of review."""
    for row in ALL.signals:
        assert set(LANGUAGES) == set(row.meaning) == set(row.review), row.code
        assert all(text.strip() for text in row.meaning.values()), row.code
        assert row.source, row.code
        assert row.review["ja"] == row.review["zh"] == "unreviewed", row.code
    assert {row.state for row in BOOK.signals if row.book == "plain"} == {"model"}


def test_coercive_groups_are_recognised_and_never_offered():
    """What orders or threatens is known, says why not in three languages, and stands in no list that is offered."""
    coercive = (
        *NEVER_OFFERED,
        "X",
        "SN",
        "SQ1",
        "SQ3",
        "PP",
        "PP1",
        "PS1",
        "SNG",
        "SNO",
        "SNP",
        "SNR",
        "MY6",
        "PI",
        "PO",
    )
    offered = {row.code for row in BOOK.offered()}
    for code in coercive:
        row = BOOK.row(code)
        assert not row.offered, code
        assert set(LANGUAGES) == set(row.why_not), code
        assert code not in offered
    for situation in SITUATIONS:
        for intention in (None, *INTENTIONS):
            assert all(row.offered for row in ALL.for_situation(situation, intention=intention))


def test_recalled_rows_are_loaded_and_never_offered():
    """A meaning that nobody has seen in a source is not proposed to anybody."""
    recalled = [row for row in ALL.signals if row.state == "recalled"]
    assert {"YV1 ZL1", "YV1 ZL2", "YV1 SL2"} == {row.code for row in recalled}
    assert not [row for row in recalled if row.offered]


def test_special_table_is_not_in_force_by_default():
    """No row behind YV1 is loaded unless the agreement names that book."""
    assert not [row.code for row in BOOK.signals if row.code.startswith("YV1 ")]
    assert ALL.row("YV1 PJ1").offered


def test_own_intention_waits_for_the_officer():
    """A row that says what our ship will do is offered for that entered intention alone."""
    without = BOOK.for_situation("crossing")
    assert not [row.code for row in without if row.announces_intention]
    astern = [row.code for row in BOOK.for_situation("crossing", intention="pass-astern") if row.announces_intention]
    assert ["PO3", "V-N6"] == astern
    assert ["V-A3"] == [r.code for r in BOOK.for_situation("answer", intention="will-comply") if r.announces_intention]
    for code in ("E", "I", "PI1", "PO1", "PO3", "MI", "S", "LJ", "V-N1"):
        assert BOOK.row(code).announces_intention, code
    assert {row.code for row in BOOK.signals if row.marker == "INTENTION"} <= {
        row.code for row in BOOK.signals if row.announces_intention
    }


def test_each_intention_and_situation_leads_somewhere():
    """Whatever an officer can enter, there are words for it."""
    for situation in SITUATIONS:
        assert BOOK.for_situation(situation), situation
    for intention in INTENTIONS:
        assert any(row.intention == intention and row.offered for row in ALL.signals), intention
    assert set(MARKERS) == {row.marker for row in BOOK.offered()}


def test_refuses_unknown_situation_and_intention():
    """A word that is no situation or no intention is refused with the list."""
    with pytest.raises(NotAllowed, match="close-quarters"):
        BOOK.for_situation("trouble")
    with pytest.raises(NotAllowed, match="keep-course"):
        BOOK.for_situation("crossing", intention="ram")


def test_names_the_codes_near_a_wrong_one():
    """A slip of one letter is answered with the codes that are near."""
    assert BOOK.row(" rt1 ").code == "RT1"
    assert ALL.row("yv1  pj1").code == "YV1 PJ1"
    with pytest.raises(NotAllowed) as refused:
        BOOK.row("RT11")
    assert "RT1" in refused.value.advice()
    with pytest.raises(NotAllowed):
        BOOK.row("")


@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("MD", {}),
        ("MD", {"course": "45"}),
        ("MD", {"course": "360"}),
        ("MD", {"course": "0456"}),
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


def test_refuses_an_unknown_language():
    """There are words in three languages and no fourth is made up."""
    with pytest.raises(NotAllowed, match="'ru'"):
        BOOK.row("RT1").filled({}, "ru")


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


def test_a_choice_is_said_in_the_language_of_the_sentence():
    """Each language is named in each language, by one key."""
    row = BOOK.row("V-Q5")
    assert ["Can you speak with me in Chinese?", "中国語で通話できますか。", "你船能用汉语通话吗？"] == [
        row.filled({"language": "zh"}, lang) for lang in LANGUAGES
    ]
    with pytest.raises(NotAllowed) as refused:
        row.filled({"language": "chinese"}, "en")
    assert "one of en, ja, zh" in refused.value.advice()


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


def test_no_language_of_the_house_is_asked_for_less_than_another():
    """English, Japanese and Chinese are wished for in rows that differ by the language alone."""
    rows = [BOOK.row(code) for code in ("V-R6", "V-R7", "V-R8")]
    names = BOOK.row("V-Q5").parameters[0].choices
    assert all(row.offered for row in rows)
    assert 1 == len({(row.marker, row.situations, row.state) for row in rows})
    for lang in LANGUAGES:
        assert 1 == len(
            {row.wording[lang].replace(names[key][lang], "*") for key, row in zip(names, rows, strict=True)}
        )


def test_the_page_names_what_is_never_offered():
    """The officers' page names each group that is never offered, and no group that is."""
    page = (Path(__file__).parents[2] / "docs" / "signals.md").read_text(encoding="utf-8")
    table = page.split("## Never offered, and why", 1)[1].split("A table in which", 1)[0]
    named = set(
        re.findall(r"\b(?:YV1 )?[A-Z]{1,3}\d?\b", " ".join(re.findall(r"^\|[^|]+\|([^|]+)\|", table, re.MULTILINE)))
    )
    assert {row.code for row in ALL.signals if not row.offered} == named
