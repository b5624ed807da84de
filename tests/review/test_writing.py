"""Tests of how a page writes references, times, signers and fields."""

from review.tales import at, told
from searoom.account import ref_text
from searoom.clock import to_text
from searoom.record.keys import Role, Signer
from searoom.review.sections import FieldRow, Who, Words
from searoom.review.texts import Texts
from searoom.review.writing import html_language, people, value, values
from searoom.signals.forms import Filled
from told import BOOK


def message(form, author="amber"):
    return next(m for m in told().account().messages(form) if m.author == author)


def test_writes_references_and_times():
    """As people say them, with the Z."""
    assert "amber/3" == ref_text(("amber", 3))
    assert "2026-06-03T02:00:00Z" == to_text(1_780_452_000_000_000)


def test_names_person_role_and_key():
    """Who stands behind a signature is a name on a card and a key."""
    signer = Signer("amber", Role.OFFICER, "amber-1", "Lt Cdr Arden", bytes.fromhex("3fa9c20411223344"))

    assert (Who("amber", "Lt Cdr Arden", "担当官", "amber-1", "3fa9c204"),) == people([signer], Texts("ja"))


def test_the_language_of_words_is_their_writers():
    """A Japanese text on an English page is marked Japanese; an unknown language is not guessed."""
    assert ["en", "ja", "zh-Hans", "und"] == [html_language(lang) for lang in ("en", "ja", "zh", "x-klingon")]


def test_own_words_are_not_touched():
    """The original stands as it was written, with the writer's language."""
    form = BOOK.form("hotline-message")
    filled = Filled(form.name, form.version, "hotline", "flash", "ja", {"text": "直 骨\n海"})

    assert Words("直 骨\n海", "ja") == value(filled, form, "text", Texts("en"))


def test_what_is_not_filled_in_is_empty():
    """No word is made up for a field that its author left out."""
    one = message("contact-heard", "coral")

    assert "" == value(one.filled, BOOK.form("contact-heard"), "candidates", Texts("en")).text


def test_value_and_error_are_one_row():
    """137.16 m ± 25 m is one line, said in tens of metres; the exact millimetres are nowhere."""
    rows = values(message("measurement").filled, BOOK, Texts("en"))

    assert FieldRow("value", Words("140 m ± 30 m", "en")) in rows
    assert not [row for row in rows if row.label == "error" or "137" in row.value.text]


def test_a_choice_is_ours_and_a_text_is_theirs():
    """Only the author's own sentences are an original; an agreed phrase keeps its key and has our words."""
    chosen = Filled("hotline-contact", 1, "hotline", "immediate", "ja", {"phrase": "we-are-here"})
    written = Filled("hotline-message", 1, "hotline", "immediate", "ja", {"text": "海"})

    assert (FieldRow("约定用语", Words("我方已在线。", "zh-Hans"), own=False, key="we-are-here"),) == values(
        chosen, BOOK, Texts("zh")
    )
    assert (FieldRow("正文", Words("海", "ja"), own=True),) == values(written, BOOK, Texts("zh"))


def test_labels_are_in_the_language_of_the_page():
    """Fields in the order of the form."""
    rows = values(message("dossier-open").filled, BOOK, Texts("zh"))

    assert ["事件", "时间（协调世界时）", "陈述"] == [row.label for row in rows]


def test_the_tale_starts_with_the_agreement():
    """The samples stand in the agreement's time."""
    assert at(0) == told().account().items[0].claimed_us - 10_000_000
