"""Personal data apart from the record: referred to, shown while held, erased without a trace in any proof."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builders
from searoom import cbor
from searoom.account import read
from searoom.errors import NotAllowed, Tampered
from searoom.keys.openings import Openings
from searoom.record.seal import Opening
from searoom.record.store import SqliteStore
from searoom.signals import forms
from searoom.statements.annexes import ERASED, LABEL, attach, detach, references, seal_annex, value_of
from told import BOOK

NAMES = "Cdr A. Vale, born 1980-01-02, passport X123; Lt B. Reed, born 1990-03-04, passport X124"
TYPED = {
    "visit": "2026 staff visit", "host": "coral", "from": "2026-09-01", "to": "2026-09-05", "size": "2", "persons": NAMES,
}  # fmt: skip


def delegation(**more):
    """Return the list of a delegation as a person types it."""
    return forms.from_text(BOOK, "visit-delegation", TYPED | more)


def test_what_is_signed_holds_a_hash_alone():
    """Set apart, the form passes its check and its bytes hold no name; before that it has no bytes at all."""
    apart, openings = detach(delegation(), BOOK)
    content = forms.encode(apart, BOOK)

    assert () == forms.check(apart, BOOK)
    assert list(openings) == [apart.fields["persons"]] == list(references(apart, BOOK))
    assert all(word.encode() not in content for word in ("Vale", "X123", "1980"))
    with pytest.raises(NotAllowed, match="set the value apart first"):
        forms.encode(delegation(), BOOK)
    assert ["persons"] == [found.where for found in forms.check(delegation(), BOOK)]


def test_the_same_names_have_another_hash_each_time():
    """The salt is fresh: from the hash alone, nobody can try names."""
    one, two = (detach(delegation(), BOOK)[0].fields["persons"] for _ in range(2))
    assert one != two


def test_shows_the_value_while_it_is_held():
    """With its opening, the message reads as it was written."""
    apart, openings = detach(delegation(), BOOK)
    shown = attach(apart, BOOK, openings.get)

    assert delegation().fields == shown.fields
    assert f"persons: {NAMES}" in forms.read_out(shown, BOOK, "en")


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (ERASED, {"en": "[erased]", "ja": "［消去済み］", "zh": "［已删除］"}),
        (None, {"en": "[not held here]", "ja": "［当方に未着］", "zh": "［本方未持有］"}),
    ],
)
def test_reads_erased_or_not_held(held, words):
    """After erasure the message says so, in each language; so it does where the value never came."""
    apart, _ = detach(delegation(), BOOK)
    for lang, word in words.items():
        lines = forms.read_out(attach(apart, BOOK, lambda _: held), BOOK, lang)
        assert [line for line in lines if line.endswith(word)]


def test_without_a_lookup_it_says_that_it_is_kept_apart():
    """A page that shows no personal data shows the first figures of the hash."""
    apart, _ = detach(delegation(), BOOK)
    assert [line for line in forms.read_out(apart, BOOK, "en") if apart.fields["persons"].hex()[:8] in line]


def test_other_names_under_the_hash_are_refused():
    """Whoever changes the list afterwards is found out: the hash was signed by both sides."""
    apart, _ = detach(delegation(), BOOK)
    _, others = detach(delegation(persons="Nobody"), BOOK)
    (other,) = others.values()
    with pytest.raises(Tampered, match="not those that were signed for"):
        attach(apart, BOOK, lambda _: other)


@pytest.mark.parametrize(
    "content",
    [b"", cbor.encode([LABEL]), cbor.encode(["x", "names"]), cbor.encode([LABEL, ""]), cbor.encode([LABEL, 3])],
)
def test_refuses_what_is_kept_in_another_shape(content):
    """A hash that names something else than personal data is no reference to any."""
    opening = Opening(bytes(32), content)
    with pytest.raises(NotAllowed):
        value_of(opening.plain_hash(), opening.to_bytes())


def shared():
    """Return both parties with their records and what amber set apart, after its delegation was said."""
    amber, coral = builders.parties()
    a, b = builders.records()
    apart, openings = detach(delegation(), BOOK)
    builders.say(a, amber, forms.encode(apart, BOOK), signers=amber.officers)
    builders.exchange(a, b)
    builders.cosign(a, b)
    return (amber, a), (coral, b), apart, openings


def test_everything_still_verifies_after_erasure():
    """The account is the same on both nodes, with the value, without it, and where it never came; so are the roots."""
    (amber, a), (coral, b), apart, openings = shared()
    store = {reference: bytes(opening) for reference, opening in openings.items()}
    before = read(a, BOOK, builders.opener(amber))
    roots = a.root("amber"), b.root("amber")
    shown = attach(before.items[0].filled, BOOK, store.get)
    store.clear()
    a.recover()
    after = read(a, BOOK, builders.opener(amber))

    assert before == after == read(b, BOOK, builders.opener(coral))
    assert roots == (a.root("amber"), b.root("amber"))
    assert apart == after.items[0].filled
    assert NAMES.split("; ", maxsplit=1)[0] in shown.fields["persons"]
    assert 1 == after.recorded["amber", "coral"]


def reading(name, party, mechanism=builders.MECHANISM):
    """Return what opens annexes for who calls himself `name`, with the keys of `party`."""
    return Openings(SqliteStore(":memory:"), mechanism, name, (party.kem,), party.storage)


def test_travels_sealed_to_the_readers_of_its_message():
    """The annex opens for a reader, and for nobody else; what it holds is checked against the signed hash."""
    (amber, a), (coral, _), apart, openings = shared()
    ((reference, opening),) = openings.items()
    readers = {party.name: party.card.kem for party in (amber, coral)}
    data = seal_annex(opening, mechanism=a.mechanism, author="amber", readers=readers)
    for party in (amber, coral):
        assert opening == reading(party.name, party).annex(data, reference, "amber", ("coral",))
    teal = builders.make_party("teal")
    for name in ("coral", "teal"):
        with pytest.raises(NotAllowed):
            reading(name, teal).annex(data, reference, "amber", ("coral",))
    with pytest.raises(Tampered):
        reading("coral", coral).annex(data, bytes(32), "amber", ("coral",))
    with pytest.raises(Tampered):
        reading("coral", coral, "demo-2027").annex(data, reference, "amber", ("coral",))
    assert b"Vale" not in data


@given(st.binary(max_size=200))
def test_any_bytes_are_an_annex_or_refused(data):
    """Whatever a counterpart sends as one, there is one sentence and no crash."""
    with pytest.raises((NotAllowed, Tampered)):
        CORAL.annex(data, bytes(32), "amber", ("coral",))


CORAL = reading("coral", builders.make_party("coral"))


@pytest.mark.parametrize("value", ["", "  ", "x" * 8001, "a\u202eb"])
def test_refuses_a_value_that_is_none(value):
    """Nothing, too much, and characters that turn the reading round are not set apart."""
    with pytest.raises(NotAllowed):
        detach(replace(delegation(), fields=delegation().fields | {"persons": value}), BOOK)
