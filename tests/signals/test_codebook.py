"""The codebook: strict tables, what is offered and what never, and what waits for an officer's intention."""

import re
from pathlib import Path

import pytest

from searoom.errors import NotAllowed
from searoom.obligations.agreement import load as load_agreement
from searoom.signals import codebook, forms
from searoom.signals.bookreading import NEVER_OFFERED, ORDERS
from searoom.signals.codebook import join
from searoom.signals.parameters import read_parameters
from searoom.signals.rows import INTENTIONS, MARKERS, SITUATIONS
from searoom.signals.tables import LANGUAGES, packaged
from signals.test_bookreading import HEAD, ROW, trial

BOOK = codebook.load()
ALL = codebook.load(codebook.SHIPPED)


ICS_ROWS = """
A B C D E F G H I J K L M N O P Q R S T U V W X Y Z AA AB BN WA WB CQ CS NO OK RQ VF YH YI YJ YK YL YM YN YU YV YV1
YZ ZE ZG ZH ZL ZM ZM1 ZN ZO ZO1 ZP ZQ ZR YW YX YY ZA1 ZA6 ZA8 ZB1 ZB6 ZB8 ZC1 ZC6 ZC8 BC BC1 BD BE EU EU1 EV EV1 FB
GR MD MD1 ME MF MF1 SG SJ SL SL1 SM LI LI1 LJ LJ1 LT LV1 UT UT1 UU UV UR UR1 MG MG1 MH PH PH1 PH3 PH5 PI PI2 PM PM1
PN PN1 PN2 PN3 PO PO2 PP PP1 PP2 PP3 PP4 PP5 PP6 PP7 PR PR2 PR3 PS PS1 RJ RL RL1 RT RT1 RV RX RY RZ SO SO2 SP SQ MI
PH2 PH4 PH6 PI1 PJ PK PO1 PO3 PO5 PO7 QD QD1 QE QF QI QI1 QK QV RM RM1 RM2 RN RU RU1 SC SD SF SP1 UY IR IN2 NE NE2
NE4 NG NH NH1 MY1 MY2 MY4 MY5 MY6 MZ1 NA3 NB YG OS OT PB PB1 PD PD1 PE PG1 PG2 OH OH1 OH2 OI OI1 OI2 OJ OJ1 OJ2 OJ3
OJ4 OM ON XI XJ XL XP XP1 BH BH1 BH2 BI1 BJ BK BK1 BL BQ BQ1 BF BG AY BA BB BB4 BR BT BV BW BY BZ HV HW2 HX HY HY1
HY4 HY5 HZ IA8 IL NC CB CB2 CB6 CC CG CG1 CJ CJ1 CJ3 CK CP CP1 CR CU1 CV CV2 DZ EL1 FE FF FL GE GF HF HG HM SB UW
UW1 UW2 SN SQ1 SQ3 NE5 NE6 NE7 TABLE1 TABLE2 TABLE3
"""
"""The groups whose meaning was read in a source, before anything was written here."""

INCSEA_ROWS = """
IR1 IR2 IR3 IR4 JH1 MH1 NB1 PJ1 PJ2 PJ3 PP8 QF1 QS6 QV2 QV3 RT2 RT3 RT4 RT5 RT6 RT7 RT8 RT9 RU2 RU3 RU4 RU5 RU6 RU7
RU8 SL2 TX1 UY1 UY2 UY3 UY4 UY5 UY6 UY7 UY8 UY9 UY10 UY11 UY12 ZL1 ZL2 ZL3
"""


def test_refuses_a_doubled_code():
    """The same code twice, in one book or in two, is refused by name."""
    with pytest.raises(NotAllowed, match="codebook-trial.toml, T1: the code stands twice"):
        trial(ROW + ROW)
    rows = trial(ROW)
    with pytest.raises(NotAllowed, match="codebook-trial.toml, T1: the code is already in 'trial'"):
        join(("a", "b"), rows + rows)


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
        codebook.load(("tea",))


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
    recalled = {row.code for row in ALL.signals if row.state == "recalled"}
    assert {"YV1 ZL1", "YV1 ZL2", "YV1 SL2", "YV1 RT9", "YV1 UY10", "R36", "ICAO-V1"} < recalled
    assert 39 == len(recalled)
    assert not [row.code for row in ALL.offered() if row.code in recalled]


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
    cells = re.findall(r"^\|[^|]+\|([^|]+)\|", table, re.MULTILINE)[2:]
    named = {code.strip() for cell in cells for code in cell.split(",")}
    assert {row.code for row in ALL.signals if not row.offered} == named


def test_every_row_that_was_read_is_there():
    """All 26 letters, all groups and complement tables that were read, and every code of the table behind YV1."""
    assert set(ICS_ROWS.split()) <= {row.code for row in ALL.signals if row.book == "ics"}
    assert {f"YV1 {code}" for code in INCSEA_ROWS.split()} <= {row.code for row in ALL.signals if row.book == "incsea"}
    assert {"YV1 YN", "YV1 ZP"} < {row.code for row in ALL.signals}
    assert set("ABCDEFGHIJKLMNOPQRSTUVWXYZ") <= {row.code for row in ALL.signals}


def test_every_row_can_be_read_aloud_by_who_does_not_read_the_script():
    """Each Japanese row has kana without characters, each Chinese row pinyin."""
    for row in ALL.signals:
        kana, pinyin = row.reading["ja"], row.reading["zh"]
        assert not re.search(r"[\u4e00-\u9fff]", kana + pinyin), row.code
        assert re.search(r"[\u3041-\u309f]", kana), row.code
        assert re.search(r"[a-zā-ǜ]", pinyin), row.code


def test_no_offered_row_orders_anybody():
    """Over the whole table: no row that is offered tells another's ship or aircraft to stop, stay, give way or keep off."""
    for row in ALL.offered():
        assert not ORDERS.search(row.wording["en"]), row.code
        for words in ("せよ", "停止しろ", "してはならない", "べきです", "されたい", "命令"):
            assert words not in row.wording["ja"], row.code
        for words in ("你船应", "你机应", "不得", "必须", "禁止", "命令"):
            assert words not in row.wording["zh"].replace("我船必须", ""), row.code


def test_the_special_table_binds_no_party_of_macm():
    """Under macm the Collision Regulations, the Code and plain voice are in force, and no row behind YV1 is even loaded."""
    books = load_agreement("macm", forms.load()).books
    in_force = codebook.load(books)
    assert {"colregs", "cues", "ics", "plain"} == set(books)
    assert "incsea" not in books
    assert not [row.code for row in in_force.signals if row.code.startswith("YV1 ") or row.book == "incsea"]
    assert not in_force.row("YV1").offered


def test_the_annex_of_cues_is_not_made_up():
    """What is shipped of CUES are words of procedure; none is offered, and no group of two letters and figures is there."""
    rows = codebook.load(("cues",)).signals
    assert {"PREP", "INT", "NEGAT", "CORPEN", "OVER", "OUT"} < {row.code for row in rows}
    assert not [row.code for row in rows if row.offered or any(char.isdigit() for char in row.code)]


def test_searches_in_every_language():
    """By code, words, kana or pinyin with or without its tones; what is never offered is found and says so."""
    assert "RT1" == ALL.search("rt1")[0].code
    assert "V-N2" in [row.code for row in ALL.search("alter starboard")]
    assert "E" in [row.code for row in ALL.search("しんろ みぎ")]
    assert "I" in [row.code for row in ALL.search("xiang zuo")]
    assert "L" in [row.code for row in ALL.search("stop at once vessel")]
    assert () == ALL.search("") == ALL.search("marmalade")
