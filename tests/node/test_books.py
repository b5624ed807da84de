"""The books on a node's disk: signatures are checked every time, and what is no signature is no review."""

import pytest

from searoom.errors import NotAllowed, Tampered
from searoom.node.books import in_force, signed, signer, taken
from searoom.record.algorithms import SigningKey
from searoom.signals import codebook
from searoom.signals.reviewing import sheet

BOOK = codebook.load(("plain",))
KEY = SigningKey(bytes(range(32)))


@pytest.fixture
def body():
    text = sheet(BOOK, "zh", officer="Cdr T. Example").replace("native speaker: ", "native speaker: yes")
    return "\n".join(line[:-1] + "yes\t" if line.startswith("V-Q1\t") else line for line in text.split("\n"))


def test_a_signed_sheet_says_who_signed_and_what(body):
    """The key and its holder, and the words that are fine."""
    text = signed(body, KEY, "amber-1")
    assert (KEY.public, "amber-1") == (signer(text).public, signer(text).holder)
    assert [("V-Q1", "zh", "Cdr T. Example")] == [(r.code, r.lang, r.officer) for r in taken(text)]


@pytest.mark.parametrize(
    ("old", "new"), [("Cdr T. Example", "Cdr S. Example"), ("language: zh", "language: ja"), ("V-Q2\t", "V-Q9\t")]
)
def test_whatever_is_changed_breaks_the_signature(body, old, new):
    """The name, the language, a row: what was signed is all of the sheet."""
    text = signed(body, KEY, "amber-1")
    assert old in text
    with pytest.raises(Tampered, match="changed after"):
        taken(text.replace(old, new, 1))


@pytest.mark.parametrize(("old", "new"), [("key: ", "key: ?"), ("signature: ", "mark: "), ("-- signed --", "--")])
def test_what_is_no_signature_is_none(body, old, new):
    """Lines that are missing or no base64 are refused, and an unsigned sheet is no review."""
    text = signed(body, KEY, "amber-1")
    with pytest.raises(NotAllowed):
        taken(text.replace(old, new, 1))


def test_a_node_without_books_has_the_shipped_ones(tmp_path):
    """No folder, no reviews: the books of the program, unreviewed."""
    book = in_force(tmp_path, ("plain", "cues"))
    assert codebook.load(("plain", "cues")).signals[0].code == book.signals[0].code
    assert {"unreviewed"} == {row.review["zh"] for row in book.signals}
