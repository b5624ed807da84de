"""A book of signals is read strictly: what is wrong is named with file and row, and no order can be offered."""

import pytest

from searoom.errors import NotAllowed
from searoom.signals.bookreading import NEVER_OFFERED, read_book
from searoom.signals.parameters import read_parameters
from searoom.signals.tables import packaged

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


@pytest.mark.parametrize("code", sorted(NEVER_OFFERED))
def test_refuses_to_offer_an_order(code):
    """An order between equals cannot be offered by a slip of the table."""
    with pytest.raises(NotAllowed, match="never be offered"):
        trial(ROW.replace('"T1"', f'"{code}"'))


@pytest.mark.parametrize(
    "words",
    [
        "You should stop at once.",
        "Stop your engines.",
        "Danger. Stay where you are.",
        "Please turn to port.",
        "Keep away from us.",
        "We mean to report you.",
        "Do not overtake us.",
        "Give way to us.",
    ],
)
def test_refuses_to_offer_words_that_order(words):
    """Whatever its code: a sentence that orders cannot be offered by a slip of the table."""
    row = ROW.replace('parameters = ["course"]\n', "").replace("Our course is {course}.", words)
    with pytest.raises(NotAllowed, match="is an order"):
        trial(row.replace("{course}", ""))


def test_no_table_says_of_itself_that_it_is_signed():
    """That a native officer looked is shown by a signed sheet, not by a word in a file."""
    with pytest.raises(NotAllowed, match="signed sheet"):
        trial(ROW.replace('code = "T1"', 'code = "T1"\nreview = { en = "source", ja = "signed", zh = "unreviewed" }'))


@pytest.mark.parametrize(("field", "named"), [('sound = "short toot"', "toot"), ("every = 500", "120 seconds")])
def test_refuses_a_sound_that_there_is_not(field, named):
    """A sound signal has known blasts and comes again within the time of the rules."""
    with pytest.raises(NotAllowed, match=named):
        trial(ROW.replace('code = "T1"', f'code = "T1"\n{field}'))
