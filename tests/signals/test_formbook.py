"""The tables of forms, read strictly: who may always say it, what needs leave, and of which fields one must be there."""

from dataclasses import replace

import pytest

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.signals import formbook, forms
from searoom.signals.formbook import FormBook, load, read_form
from searoom.signals.tables import packaged

BOOK = load()


@pytest.mark.parametrize(
    ("name", "old", "new", "why"),
    [
        ("read", "persons = 1", "persons = 2", "what one officer may always say alone"),
        ("line-test", "automatic = true", "automatic = true\nalone = true", "what one officer may always say alone"),
        (
            "draft",
            'visibility = "national"',
            'visibility = "national"\nalone = true',
            "what one officer may always say alone",
        ),
        ("transcribed", '["words", "understood"]', '["words", "colour"]', "'colour' is one of several"),
        ("transcribed", '["words", "understood"]', '["words", "at"]', "'at' is one of several"),
        ("read", "alone = true", 'alone = "yes"', "must be true or false"),
    ],
)
def test_refuses_a_table_that_contradicts_itself(name, old, new, why):
    """A right of one officer that takes two, and a choice among fields that are needed anyway, are slips of the pen."""
    text = packaged(f"forms/{name}.toml")
    assert old in text
    with pytest.raises(NotAllowed, match=why):
        read_form(text.replace(old, new, 1), f"{name}.toml")


def test_reads_the_new_marks():
    """Alone, leave and one of: as the tables say, and absent where they are silent."""
    assert (True, "", ()) == (BOOK.form("read").alone, BOOK.form("read").leave, BOOK.form("read").one_of)
    assert (False, "off_record") == (BOOK.form("off-record-open").alone, BOOK.form("off-record-open").leave)
    assert ("words", "understood") == BOOK.form("transcribed").one_of


def transcript(**more):
    """Return a transcript with these fields beside the needed ones."""
    fields = {"said_by": "coral", "medium": "fax", "heard_by": "amber-1", "at": 1_780_459_506_000_000, **more}
    return forms.Filled("transcribed", 1, "desk", "routine", "en", fields)


HELLO = forms.encode(forms.from_text(BOOK, "hotline-contact", {"phrase": "we-are-here"}), BOOK)


def test_one_of_several_fields_must_be_there():
    """A transcript has words, or what was understood, or both; with neither it is found, and has no bytes."""
    for more in ({"words": "x"}, {"understood": HELLO}, {"words": "x", "understood": HELLO}):
        assert () == forms.check(transcript(**more), BOOK)
        assert transcript(**more) == forms.decode(forms.encode(transcript(**more), BOOK), BOOK)
    assert ["words"] == [found.where for found in forms.check(transcript(), BOOK)]
    with pytest.raises(NotAllowed, match="lacks one of its fields words, understood"):
        forms.encode(transcript(), BOOK)


def test_a_form_inside_a_form_is_whole():
    """What was understood is a form like any other: strict, shared, one deep, and read out below its label."""
    lines = forms.read_out(transcript(understood=HELLO), BOOK, "zh")
    assert ("我方的理解: 热线：建立联络", "    约定用语: 我方已在线。") == lines[-2:]
    note = forms.Filled("track-note", 1, "national", "routine", "en", {"craft": "x", "source": "x", "at": 1_780_459_506_000_000, "where": (1, 1)})  # fmt: skip
    persons = forms.Filled("visit-delegation", 1, "desk", "routine", "en", {
        "visit": "x", "host": "coral", "from": "2026-09-01", "to": "2026-09-02", "size": 1, "persons": bytes(32)})  # fmt: skip
    for inner in (
        b"",
        b"\xff",
        HELLO[:-1],
        HELLO + b"\x00",
        forms.encode(transcript(words="x"), BOOK),
        forms.encode(note, BOOK),
        forms.encode(persons, BOOK),
        "words",
    ):
        with pytest.raises(NotAllowed, match="understood"):
            forms.encode(transcript(understood=inner), BOOK)
        assert ["understood"] == [found.where for found in forms.check(transcript(understood=inner), BOOK)]


def test_weak_content_inside_is_found():
    """The same check reaches what is inside."""
    blank = forms.encode(forms.from_text(BOOK, "hotline-message", {"text": " "}), BOOK)
    assert ["text: nothing is written here"] == [f.sentence for f in forms.check(transcript(understood=blank), BOOK)]


def test_the_hash_covers_what_is_accepted_and_no_wording():
    """Two nodes whose forms differ in a rule see it by the hash; a mended label changes nothing."""
    read = BOOK.form("read")
    others = tuple(form for form in BOOK.forms if form.name != "read")
    assert BOOK.hash == load().hash == FormBook(tuple(reversed(BOOK.forms))).hash
    assert BOOK.hash == FormBook((*others, replace(read, title={"en": "x", "ja": "x", "zh": "x"}))).hash
    assert BOOK.hash == FormBook((*others, replace(read, answered_by=("sufficient",)))).hash
    changed = [
        replace(read, version=2), replace(read, visibility="national"), replace(read, automatic=True), replace(read, release_persons=2),
        replace(read, alone=False), replace(read, leave="x"), replace(read, answers=False), replace(read, channels=("desk",)),
        replace(read, one_of=("x",)), replace(read, fields=BOOK.form("line-test").fields + BOOK.form("hotline-message").fields),
    ]  # fmt: skip
    assert len(changed) + 1 == len({BOOK.hash, *(FormBook((*others, form)).hash for form in changed)})
    field = BOOK.form("conveyed").fields[-1]
    fewer = replace(field, choices={name: text for name, text in field.choices.items() if name != "differs"})
    conveyed = replace(BOOK.form("conveyed"), fields=(*BOOK.form("conveyed").fields[:-1], fewer))
    assert BOOK.hash != FormBook((*(f for f in BOOK.forms if f.name != "conveyed"), conveyed)).hash


@pytest.mark.parametrize("inner", [b"", b"\xff", HELLO[:-1], "words", None])
def test_bytes_with_a_broken_form_inside_are_no_form(inner):
    """Whoever sends them: the whole is refused where it is decoded, so that nothing later meets the broken part."""
    items = dict(cbor.decode(forms.encode(transcript(words="x"), BOOK)))
    items[6] = dict(items[6]) | {"understood": inner}
    with pytest.raises(NotAllowed):
        forms.decode(cbor.encode(items), BOOK)


def test_usual_answers_can_be_given():
    """What a page offers first under an entry can be said in answer to it, on one of its channels."""
    for form in BOOK.forms:
        for name in form.answered_by:
            assert not BOOK.form(name).automatic, (form.name, name)
            assert set(form.channels) & set(BOOK.form(name).channels), (form.name, name)


@pytest.mark.parametrize("other", ["receipt", "duress", "contact-answer"])
def test_refuses_a_usual_answer_that_nobody_can_give(monkeypatch, other):
    """A slip in a table is seen when the book is loaded."""
    tables = formbook.packaged

    def changed(name):
        text = tables(name)
        return text.replace('answered_by = ["issues-handling"]', f'answered_by = ["{other}"]')

    monkeypatch.setattr(formbook, "packaged", changed)
    with pytest.raises(NotAllowed, match=f"'{other}', which no person says on its channels"):
        load()
