"""The command `codebook`: a sheet goes out, an officer signs it, the node takes it back; a book of one's own is brought."""

import pytest

from deskside import at_work, key_file, run
from searoom.node.books import FOLDER
from searoom.signals import annex

HEAD = annex.template()
ROW = "CM9\tINFORMATION\tyes\t\t\tcontact\tMade group for a test.\t\t"


@pytest.fixture
def nodes(stage):
    with at_work(stage) as services:
        yield services


@pytest.fixture
def sheet(capsys, tmp_path):
    """Make a sheet of plain Japanese words and fill it in as a named native officer."""
    path = tmp_path / "sheet.tsv"
    assert 0 == run(capsys, "codebook", "review", "--lang", "ja", "--book", "plain", "--out", path)[0]
    text = path.read_text(encoding="utf-8").replace("officer: ", "officer: Cdr T. Example")
    text = text.replace("native speaker: ", "native speaker: yes")
    lines = [line[:-1] + "yes\t" if line.startswith(("V-Q1\t", "V-Q2\t")) else line for line in text.split("\n")]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def sign(capsys, stage, sheet, person="amber-1"):
    out = sheet.with_suffix(".signed")
    done = run(capsys, "codebook", "sign", sheet, "--key", key_file(stage, person), "--exercise", "--out", out)
    return out, done


def test_a_signed_sheet_makes_words_signed(capsys, stage, nodes, sheet):
    """Out, filled in, signed with the officer's own key, taken back: the words may be read out, and name who looked."""
    speak = ("signal", "V-Q1", "--to", "CORAL 34", "--from", "AMBER 21", "--lang", "ja")
    assert 3 == run(capsys, *speak)[0]
    signed, (code, _, told) = sign(capsys, stage, sheet)
    assert (0, "Cdr T. Example signs 2 rows in ja\n") == (code, told)
    code, out, _ = run(capsys, "codebook", "take", signed, "--node", stage.folder("amber"))
    assert (0, "2 rows in ja are signed by Cdr T. Example (amber-1)\n") == (code, out)
    code, out, _ = run(capsys, *speak, "--node", stage.folder("amber"))
    assert 0 == code
    assert "[signed by Cdr T. Example]" in out
    assert "意図を知らせてください" in out.split("by voice:")[1]
    assert 3 == run(capsys, *speak, "--node", stage.folder("coral"))[0]
    left = run(capsys, "codebook", "review", "--lang", "ja", "--book", "plain", "--node", stage.folder("amber"))[1]
    assert "\nV-Q1\t" not in left
    assert "\nV-Q3\t" in left


def test_a_sheet_that_was_changed_is_refused(capsys, stage, nodes, sheet):
    """One more yes after the signature, at taking it back or later on the disk, and no word of it counts."""
    signed, _ = sign(capsys, stage, sheet)
    text = signed.read_text(encoding="utf-8")
    changed = text.replace("V-Q3\t", "V-Q33\t", 1)
    assert changed != text
    signed.write_text(changed, encoding="utf-8")
    code, _, err = run(capsys, "codebook", "take", signed, "--node", stage.folder("amber"))
    assert (4, True) == (code, "changed after it was signed" in err)
    signed.write_text(text, encoding="utf-8")
    assert 0 == run(capsys, "codebook", "take", signed, "--node", stage.folder("amber"))[0]
    (kept,) = (stage.folder("amber") / FOLDER).glob("*.review")
    kept.chmod(0o600)
    kept.write_text(changed, encoding="utf-8")
    assert 4 == run(capsys, "signal", "V-Q1", "--node", stage.folder("amber"))[0]


def test_only_an_officer_of_the_party_reviews_its_words(capsys, stage, nodes, sheet):
    """The other side's officer cannot sign for us, and an unsigned sheet is no review."""
    signed, _ = sign(capsys, stage, sheet, person="coral-1")
    code, _, err = run(capsys, "codebook", "take", signed, "--node", stage.folder("amber"))
    assert (3, True) == (code, "nobody on our own card" in err)
    code, _, err = run(capsys, "codebook", "take", sheet, "--node", stage.folder("amber"))
    assert (3, True) == (code, "nobody has signed" in err)


def test_a_correction_is_told_and_changes_nothing(capsys, stage, nodes, sheet):
    """What should be said instead is printed for the next version of the book; the words stay unreviewed."""
    text = sheet.read_text(encoding="utf-8")
    lines = [line[:-4] + "yes\t別の文。" if line.startswith("V-Q1\t") else line for line in text.split("\n")]
    sheet.write_text("\n".join(lines), encoding="utf-8")
    signed, _ = sign(capsys, stage, sheet)
    out = run(capsys, "codebook", "take", signed, "--node", stage.folder("amber"))[1]
    assert "V-Q1: should be: 別の文。" in out
    assert "[unreviewed]" in run(capsys, "signal", "V-Q1", "--node", stage.folder("amber"))[1]


def test_a_book_is_brought_and_is_in_force_where_it_is_named(capsys, stage, tmp_path):
    """From the template to the node's folder; it is there for who names it, and for nobody else."""
    assert (0, HEAD) == run(capsys, "codebook", "template")[:2]
    table = tmp_path / "cues.tsv"
    table.write_text(f"{HEAD}{ROW}\n", encoding="utf-8")
    node = stage.folder("amber")
    code, out, _ = run(capsys, "codebook", "import", table, "--source", "made for a test", "--node", node)
    assert (0, True) == (code, "1 rows, 1 of them offered" in out)
    assert 0 == run(capsys, "signal", "CM9", "--books", "plain,cues", "--node", node)[0]
    assert 3 == run(capsys, "signal", "CM9", "--node", node)[0]
    assert 3 == run(capsys, "signal", "CM9", "--books", "plain,cues")[0]


def test_what_was_brought_is_said_flown_and_read_back(capsys, stage, tmp_path):
    """From the empty template to the words on the bridge: found, spoken, heard, in each language, and reviewed as own."""
    table, node = tmp_path / "cues.tsv", stage.folder("amber")
    row = "CM9\tINFORMATION\tyes\t\tcourse\t\tMade group: my practice course is {course}.\t\t"
    run(capsys, "codebook", "template", "--out", table)
    table.write_text(table.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    assert 0 == run(capsys, "codebook", "import", table, "--source", "made for a test", "--node", node)[0]
    books = ("--books", "plain,cues", "--node", node)

    assert "CM9" in run(capsys, "signal", "--find", "practice course", *books)[1]
    means = ("--to", "CORAL 34", "--from", "AMBER 21", "--flags", tmp_path / "hoist.svg", "--light", "--ais", "all")
    sent = run(capsys, "signal", "CM9", *books, *means, "--set", "course=045")[1]
    for words in (
        "my practice course is ZERO FOUR FIVE degrees.",
        "CHARLIE + MIKE + PENNANT 9",
        "-.-. -- ----.",
        "!AIBBM",
        "source: made for a test",
    ):
        assert words in sent, words
    assert "may be CM9" in run(capsys, "signal", "--hoist", "code charlie mike pennant 9", *books)[1]
    heard = run(capsys, "signal", "--heard", "made group my practice course is 045", *books)[1]
    assert "CM9" in heard
    assert "（未訳）" in run(capsys, "signal", "CM9", *books)[1]
    assert "CM9" not in run(capsys, "signal", "--heard", "made group my practice course is 045", "--node", node)[1]


def test_a_faulty_book_is_not_kept(capsys, stage, tmp_path):
    """An order is refused with its row, a code of another book too, and nothing is written."""
    table, node = tmp_path / "cues.tsv", stage.folder("amber")
    for row, named in (
        (ROW.replace("Made group for a test.", "You must stop."), "order"),
        (ROW.replace("CM9", "RT1"), "RT1"),
    ):
        table.write_text(f"{HEAD}{row}\n", encoding="utf-8")
        code, _, err = run(capsys, "codebook", "import", table, "--source", "made", "--node", node)
        assert (3, True) == (code, named in err)
    assert not (node / FOLDER).exists()
