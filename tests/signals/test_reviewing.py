"""Sheets for native officers: what goes out, what comes back, and what is refused."""

import pytest

from searoom.errors import NotAllowed
from searoom.signals import codebook
from searoom.signals.reviewing import SIGNED_BELOW, out_of_date, read, sheet, split

BOOK = codebook.load(("plain",))


def filled(lang="ja", **answers):
    """Return the sheet as Commander Example sends it back; an answer is a pair of ok and correction."""
    text = sheet(BOOK, lang, officer="Cdr T. Example").replace("native speaker: ", "native speaker: yes")
    lines = []
    for line in text.split("\n"):
        cells = line.split("\t")
        if len(cells) == 5 and cells[0].replace("-", "_") in answers:
            cells[3:] = answers[cells[0].replace("-", "_")]
        lines.append("\t".join(cells))
    return "\n".join(lines)


@pytest.mark.parametrize("lang", ["ja", "zh"])
def test_a_sheet_holds_every_row_that_nobody_signed(lang):
    """Each with the words as they are sent and their reading; what is signed is left out."""
    text = sheet(BOOK, lang)
    for row in BOOK.signals:
        assert f"\n{row.code}\t{row.wording[lang]}\t" in text
    signed = BOOK.reviewed(read(filled(lang, V_Q1=("yes", ""))).fine)
    assert "\nV-Q1\t" not in sheet(signed, lang)
    assert "\nV-Q2\t" in sheet(signed, lang)


def test_a_sheet_comes_back():
    """What is fine counts, what is corrected or refused does not; the officer is named."""
    back = read(filled(V_Q1=("yes", ""), V_Q2=("yes", "別の言い方。"), V_Q3=("no", "")))
    assert ("ja", "Cdr T. Example") == (back.lang, back.officer)
    assert ["V-Q1"] == [review.code for review in back.fine]
    assert (("V-Q2", "別の言い方。"),) == back.corrections
    assert ("V-Q3",) == back.refused
    signed = BOOK.reviewed(back.fine)
    assert ("signed", "unreviewed") == (signed.row("V-Q1").review["ja"], signed.row("V-Q2").review["ja"])


def test_words_that_changed_since_are_named():
    """A review of words that the book no longer has counts nothing, and says for which row."""
    back = read(filled(V_Q1=("yes", "")).replace(BOOK.row("V-Q1").wording["ja"], "古い言い方。"))
    assert ("V-Q1",) == out_of_date(back, BOOK)
    assert "unreviewed" == BOOK.reviewed(back.fine).row("V-Q1").review["ja"]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("searoom wording review 1", "a letter", "no sheet"),
        ("language: ja", "language: fr", "'fr'"),
        ("language: ja", "tongue: ja", "language:"),
        ("officer: Cdr T. Example", "officer: ", "names no officer"),
        ("officer: Cdr T. Example", "officer: <script>", "names no officer"),
        ("native speaker: yes", "native speaker: no", "native speaker"),
        ("code\twords", "code words", "columns"),
        ("V-Q1\t", "V-Q2\t", "once"),
        ("V-Q1\t", "V-Q1\tmore\t", "line 8"),
        ("V-Q1\t", "V-Q1\u202e\t", "hidden"),
    ],
)
def test_refuses_a_faulty_sheet(old, new, named):
    """A sheet of something else, of nobody, with hidden signs or moved columns is refused with its line."""
    text = filled()
    assert old in text
    with pytest.raises(NotAllowed) as refused:
        read(text.replace(old, new, 1))
    assert named in refused.value.sentence


def test_refuses_other_answers_and_other_languages():
    """Under ok stands yes, no or nothing; English came from its sources; no sheet is endless."""
    with pytest.raises(NotAllowed, match="yes or no"):
        read(filled(V_Q1=("maybe", "")))
    with pytest.raises(NotAllowed, match="'en'"):
        sheet(BOOK, "en")
    with pytest.raises(NotAllowed, match="too long"):
        split("x" * 2_000_000)


def test_what_was_signed_ends_above_the_signature():
    """The words above the line are what was signed; without the line nobody signed."""
    assert ("words\n", "holder: a\n") == split(f"words\n{SIGNED_BELOW}\nholder: a\n")
    assert ("words\n", "") == split("words\n")
