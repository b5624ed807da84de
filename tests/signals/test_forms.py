"""Forms: strict tables, the check that both nodes run, and bytes that are refused unless they are whole."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.signals import forms
from searoom.signals.forms import CHANNELS, Filled, advise, check, decode, encode, from_text, read_form, read_out
from searoom.signals.tables import LANGUAGES, packaged
from signals.test_kinds import TYPED
from tools import formpage

BOOK = forms.load()
MEASURED = {
    "dossier": "amber/3", "quantity": "range", "distance": "137.16 m ± 25 m", "axis": "horizontal", "method": "radar",
    "source": "AMBER 21 radar", "at": "2026-06-03T04:05:06Z",
}  # fmt: skip


def measured(**more):
    return from_text(BOOK, "measurement", MEASURED | more, lang="ja")


def example(form, lang="en"):
    """A filled-in form with every field in it."""
    typed = {
        each.name: next(iter(each.choices)) if each.choices else TYPED[each.kind][0] for each in BOOK.form(form).fields
    }
    filled = from_text(BOOK, form, typed, lang=lang, reply_to=("coral", 2))
    apart = {each.name: bytes(32) for each in BOOK.form(form).fields if each.kind == "personal"}
    return replace(filled, fields=filled.fields | apart)


NAMES = [form.name for form in BOOK.forms]


def test_the_forms_of_the_contract_are_there():
    """Each form has its visibility, its number of persons, and whether a station may say it."""
    facts = {form.name: (form.visibility, form.automatic, form.release_persons) for form in BOOK.forms}
    one, two, national = ("shared", False, 1), ("shared", False, 2), ("national", False, 1)
    assert facts.items() >= {
        "receipt": ("shared", True, 1), "line-test": ("shared", True, 1), "read": one,
        "hotline-message": two, "hotline-contact": one, "contact-sent": one, "contact-heard": one,
        "contact-answer": one, "dossier-open": two, "measurement": two, "dossier-close": two, "meeting-held": two,
        "suspension-notice": two, "track-note": national, "encounter-note": national, "draft": national,
        "sighting": national,
    }.items()  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_form_goes_to_bytes_and_back(name):
    """A form with all its fields passes its check, is the same after its bytes, and reads in each language."""
    filled = example(name)
    assert check(filled, BOOK) == ()
    content = encode(filled, BOOK)
    assert filled == decode(content, BOOK)
    assert content == encode(decode(content, BOOK), BOOK)
    for lang in LANGUAGES:
        lines = read_out(filled, BOOK, lang)
        assert lines[0] == BOOK.form(name).title[lang]


@pytest.mark.parametrize("name", NAMES)
def test_every_form_is_refused_without_a_needed_field(name):
    """What lacks a needed field has a finding with its clause, is not encoded, and is not decoded."""
    form, whole = BOOK.form(name), example(name)
    for each in form.fields:
        if not each.required:
            continue
        less = Filled(name, form.version, form.channels[0], "routine", "en",
                      {k: v for k, v in whole.fields.items() if k != each.name}, ("coral", 2))  # fmt: skip
        assert [(each.name, each.clause)] == [(found.where, found.clause) for found in check(less, BOOK)]
        with pytest.raises(NotAllowed, match=each.name):
            encode(less, BOOK)
        values = dict(cbor.decode(encode(whole, BOOK))[6])
        del values[each.name]
        with pytest.raises(NotAllowed, match=each.name):
            decode(altered(whole, 6, values), BOOK)
    assert all(each.clause for each in form.fields if each.required and form.visibility == "shared")


def altered(filled, key, value):
    items = dict(cbor.decode(encode(filled, BOOK)))
    items[key] = value
    return cbor.encode(items)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (0, 0), (0, 2), (0, True), (1, "gossip"), (1, 3), (2, 2), (2, True), (2, None), (3, "national"), (3, "pub"), (3, None),
        (4, "urgent"), (5, "ru"), (5, None), (6, []), (6, {}), (7, []), (7, ["amber"]), (7, ["amber", -1]), (7, "amber/3"),
        (7, ["amber", True]), (8, 0),
    ],
)  # fmt: skip
def test_refuses_malformed_bytes(key, value):
    """Whatever is wrong with the envelope, no form comes of it."""
    with pytest.raises(NotAllowed):
        decode(altered(measured(), key, value), BOOK)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("colour", "red"), ("at", "2026"), ("at", True), ("at", 0), ("value_mm", -1), ("method", "sonar"),
        ("dossier", "amber/3"), ("source", b"x"), ("source", "a\nb"),
    ],
)  # fmt: skip
def test_refuses_unknown_fields_and_wrong_kinds(name, value):
    """A field of another kind or one that nobody knows is refused by name, and never skipped."""
    values = dict(cbor.decode(encode(measured(), BOOK))[6]) | {name: value}
    with pytest.raises(NotAllowed, match=name):
        decode(altered(measured(), 6, values), BOOK)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_bytes_are_a_form_or_refused(data):
    """One byte changed anywhere gives another whole form or a refusal, and whole forms keep their bytes."""
    content = bytearray(encode(example(data.draw(st.sampled_from(NAMES))), BOOK))
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        filled = decode(bytes(content), BOOK)
    except NotAllowed:
        return
    assert bytes(content) == encode(filled, BOOK)


@given(
    st.text(st.characters(categories=("L", "N", "P")), max_size=50),
    st.sampled_from(LANGUAGES),
    st.integers(0, 10**6),
    st.none() | st.tuples(st.sampled_from(["amber", "coral"]), st.integers(0, 2**40)),
)
def test_hotline_words_survive(text, lang, seconds, reply):
    """Any words in any language come out as they went in, or are refused before they leave."""
    filled = Filled("hotline-message", 1, "hotline", "flash", lang, {"text": text}, reply)
    try:
        content = encode(filled, BOOK)
    except NotAllowed:
        return
    assert filled == decode(content, BOOK)
    assert bool(check(filled, BOOK)) == (not text.strip())
    notice = Filled("suspension-notice", 1, "desk", "routine", lang,
                    {"text": "x", "effective": 1_700_000_000_000_000 + seconds}, reply)  # fmt: skip
    assert notice == decode(encode(notice, BOOK), BOOK)


def test_a_distance_is_typed_as_one_and_said_as_one():
    """Value and error are typed together, kept apart as millimetres, and said no finer than the error."""
    filled = measured()
    assert (137_160, 25_000) == (filled.fields["value_mm"], filled.fields["error_mm"])
    lines = read_out(filled, BOOK, "en")
    assert "value: 140 m ± 30 m" in lines
    assert not [line for line in lines if "137" in line or line.startswith("error")]


def test_findings_name_field_and_clause():
    """A weak content is no error: each finding says where, what, and which rule asks for it."""
    found = check(measured(distance="137 m ± 0 m"), BOOK)
    assert [("error_mm", "measurement: error")] == [(one.where, one.clause) for one in found]
    assert encode(measured(distance="137 m ± 0 m"), BOOK)
    draft = Filled("measurement", 1, "desk", "routine", "en", {"colour": 1, "at": "noon"})
    assert {"colour", "at", "dossier", "quantity", "value_mm", "error_mm", "axis", "method", "source"} == {
        one.where for one in check(draft, BOOK)
    }
    assert ["reply_to"] == [one.where for one in check(from_text(BOOK, "read", {}), BOOK)]
    assert check(Filled("gossip", 1, "desk", "routine", "en", {}), BOOK)[0].where == "gossip"
    assert "version" in check(Filled("line-test", 9, "desk", "routine", "en", {}), BOOK)[0].sentence


def test_what_is_national_is_not_judged():
    """A node notes what its own sensors say, however weak; only its kind must be right."""
    weak = {"craft": "x", "source": "radar", "at": 1_780_459_506_000_000, "where": (0, 0), "error_mm": 0}
    assert check(Filled("track-note", 1, "national", "routine", "en", weak), BOOK) == ()
    assert check(Filled("track-note", 1, "national", "routine", "en", weak | {"at": 1.5}), BOOK)[0].where == "at"


def test_national_and_shared_never_mix():
    """A national form exists on the national channel alone, a shared one on any other, on both ways."""
    for form in BOOK.forms:
        filled = example(form.name)
        for channel in CHANNELS:
            other = Filled(filled.form, filled.version, channel, "routine", "en", filled.fields, filled.reply_to)
            if channel not in form.channels:
                with pytest.raises(NotAllowed, match="channel"):
                    encode(other, BOOK)
                with pytest.raises(NotAllowed, match="channel"):
                    decode(altered(filled, 3, channel), BOOK)
        assert (form.visibility == "national") == (form.channels == ("national",))


def test_typed_faults_name_form_and_field():
    """What a person typed wrong comes back with the form, the field and an advice."""
    with pytest.raises(NotAllowed, match="measurement, at: ") as refused:
        measured(at="noon")
    assert "2026" in refused.value.advice()
    with pytest.raises(NotAllowed, match="measurement, colour: .*no field 'colour'; it has: dossier, .*distance"):
        measured(colour="red")
    with pytest.raises(NotAllowed, match="there is no form 'gossip'"):
        from_text(BOOK, "gossip", {})
    with pytest.raises(NotAllowed, match="channel"):
        from_text(BOOK, "hotline-message", {"text": "x"}, channel="desk")
    with pytest.raises(NotAllowed, match="precedence"):
        from_text(BOOK, "hotline-message", {"text": "x"}, precedence="soon")
    with pytest.raises(NotAllowed, match="language"):
        from_text(BOOK, "hotline-message", {"text": "x"}, lang="ru")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('name = "read"', 'name = "other"', "file of that name"),
        ('visibility = "shared"', 'visibility = "secret"', "secret"),
        ('visibility = "shared"', 'visibility = "national"', "national"),
        ("persons = 1", "persons = 3", "1 or 2 persons"),
        ("version = 1", "version = 1\ncolour = 2", "unknown field 'colour'"),
        ("version = 1", "", "'version' is missing"),
        ('channels = ["desk", "hotline", "unit-contact"]', 'channels = ["pub"]', "channels"),
        ('channels = ["desk", "hotline", "unit-contact"]', "channels = []", "channels"),
        ('channels = ["desk", "hotline", "unit-contact"]', 'channels = ["desk", "national"]', "national"),
        ("title = { en =", 'title = { fr = "x", en =', "unknown field 'fr'"),
        ("title = { en =", "title = { ru =", "'en' is missing"),
        ("title =", 'typed = { d = ["a", "b"] }\ntitle =', "no length in this form"),
        ("title =", 'typed = { d = ["a"] }\ntitle =', "two fields"),
        ('source = "model', "source = model", "TOML"),
    ],
)
def test_refuses_a_faulty_form(old, new, named):
    """A fault in a form's table is refused with its file and what is wrong."""
    text = packaged("forms/read.toml")
    assert old in text
    with pytest.raises(NotAllowed, match=r"^read\.toml") as refused:
        read_form(text.replace(old, new, 1), "read.toml")
    assert named in refused.value.sentence


@pytest.mark.parametrize(
    ("field", "named"),
    [
        ('name = "x"\nkind = "hue"', "hue"),
        ('name = "x"\nkind = "text"\nlabel = { en = "x", ja = "x" }', "'zh' is missing"),
        ('name = "x"\nkind = "choice"\nlabel = { en = "x", ja = "x", zh = "x" }', "has choices"),
        (
            'name = "x"\nkind = "text"\nlabel = { en = "x", ja = "x", zh = "x" }\nchoices.a = { en = "x", ja = "x", zh = "x" }',
            "has choices",
        ),
        ('name = "x"\nkind = "text"\nlabel = { en = "x", ja = "x", zh = "x" }\nsize = 3', "unknown field 'size'"),
        ('name = "x"\nkind = "text"\nrequired = 1\nlabel = { en = "x", ja = "x", zh = "x" }', "true or false"),
    ],
)
def test_refuses_a_faulty_field(field, named):
    """A fault in a field is refused with the file and the field."""
    with pytest.raises(NotAllowed, match=r"read\.toml, field x") as refused:
        read_form(packaged("forms/read.toml") + f"\n[[field]]\n{field}\n", "read.toml")
    assert named in refused.value.sentence


def test_refuses_a_doubled_field():
    """One name, one field."""
    field = '\n[[field]]\nname = "x"\nkind = "text"\nlabel = { en = "x", ja = "x", zh = "x" }\n'
    with pytest.raises(NotAllowed, match="'x' stands twice"):
        read_form(packaged("forms/read.toml") + field + field, "read.toml")


FORMATS = Path(__file__).parents[2] / "docs" / "formats"
PAGE = (FORMATS / "forms.md").read_text(encoding="utf-8")
LIST = (FORMATS / "forms-list.md").read_text(encoding="utf-8")


def test_the_list_of_forms_is_what_the_tables_say():
    """No form is missing and none is described otherwise than it is."""
    assert formpage.with_forms(LIST) == LIST, "run `make docs`"


def test_the_page_describes_every_kind_and_no_other():
    """The table of kinds on the page is the table in the code."""
    part = PAGE.split("## Kinds of field", 1)[1].split("\n## ", 1)[0]
    assert set(forms.FIELD_KINDS) == set(re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE))


def test_the_examples_of_the_page_are_the_bytes():
    """Whoever writes a second implementation can trust the two examples."""
    receipt = Filled("receipt", 1, "desk", "routine", "en", {"party": "coral", "size": 7})
    answer = Filled("contact-answer", 1, "unit-contact", "immediate", "ja", {"answer": "understood"}, ("coral", 2))
    assert encode(receipt, BOOK).hex() in PAGE.replace("\n", "")
    assert encode(answer, BOOK).hex() in PAGE.replace("\n", "")


def observed(**more):
    """An observed act with a translation, as a person types it."""
    typed = {
        "by": "type=military-aircraft; number=101", "observer": "type=military-aircraft; callsign=AMBER 7",
        "act": "act=flares; perceived=Two flares.; means=eye; at=2026-06-03T04:05Z", "words": "At 0405Z, 20 nm off.",
        "translation": "of=words; text=ja: 日本時間13時05分、20海里。; maker=author; review=unreviewed", **more,
    }  # fmt: skip
    return from_text(BOOK, "observed-act", {name: text for name, text in typed.items() if text})


def test_findings_inside_a_field_name_the_part():
    """A field of parts is checked part by part, with the field's clause."""
    clause = "observed act: what was perceived, by which means, when"
    weak = observed(act="act=flares; means=eye; perceived= ")
    assert [("act.perceived", clause), ("act.at", clause)] == [(one.where, one.clause) for one in check(weak, BOOK)]
    assert () == check(observed(), BOOK) == advise(observed(), BOOK)


def test_advice_stops_nobody_and_names_field_and_clause():
    """A measurement without its place is doubted by a rule of the form; it has its bytes all the same."""
    measured = observed(measured="of=height; value=300 m ± 30 m; method=estimate; source=AMBER 7")
    assert () == check(measured, BOOK)
    assert [("where", "observed act: a measurement is better placed than not")] == [
        (one.where, one.clause) for one in advise(measured, BOOK)
    ]
    assert encode(measured, BOOK)
    assert () == advise(observed(act="act=sonar; means=eye; perceived= "), BOOK)  # gaps first, advice afterwards


def test_a_translation_is_compared_with_its_original():
    """Another number, unit or time in it is advice; a translation of nothing too; without its original it is a gap."""
    (found,) = advise(
        observed(translation="of=words; text=ja: 日本時間13時05分、20キロ。; maker=author; review=unreviewed"), BOOK
    )
    assert ("translation", True) == (found.where, "two units" in found.sentence)
    (found,) = advise(observed(translation="of=word; text=ja: 無。; maker=machine; review=unreviewed"), BOOK)
    assert ("translation.of", "'word' is no text of this form") == (found.where, found.sentence)
    assert ["words"] == [one.where for one in check(observed(words=""), BOOK)]


CLAIMS = """
name = "said"
version = 1
visibility = "{0}"
channels = ["{1}"]
source = "test"
title = {{ en = "t", ja = "t", zh = "t" }}
[[field]]
name = "claim"
kind = "claim"
label = {{ en = "x", ja = "x", zh = "x" }}
"""


@pytest.mark.parametrize("choice", ["national", "parties", "public"])
def test_a_claim_for_its_own_side_never_leaves(choice):
    """In a shared form it is found, has no bytes, and is not read when it comes; at home it may stand."""
    claim = {"text": "It was a lock-on.", "by": "amber", "visibility": choice, "binding": "none"}
    shared = forms.FormBook((read_form(CLAIMS.format("shared", "desk"), "said.toml"),))
    home = forms.FormBook((read_form(CLAIMS.format("national", "national"), "said.toml"),))
    at_home = encode(Filled("said", 1, "national", "routine", "en", {"claim": claim}), home)
    assert claim == decode(at_home, home).fields["claim"]
    filled = Filled("said", 1, "desk", "routine", "en", {"claim": claim})
    if choice != "national":
        assert filled == decode(encode(filled, shared), shared)
        return
    assert [("claim", "this is for its own side only, and this form leaves")] == [
        (one.where, one.sentence) for one in check(filled, shared)
    ]
    with pytest.raises(NotAllowed, match="for its own side only"):
        encode(filled, shared)
    items = dict(cbor.decode(at_home)) | {3: "desk"}
    with pytest.raises(NotAllowed, match="for its own side only"):
        decode(cbor.encode(items), shared)
