"""Fingerprints read aloud: twelve groups of five, spoken in three languages, and read back from any of them."""

import contextlib
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed
from searoom.signals import fingerprints
from searoom.signals.fingerprints import compare, groups, spoken
from searoom.signals.tables import LANGUAGES, read_table

DIGEST = hashlib.sha256(b"amber").digest()
DIGESTS = st.binary(min_size=32, max_size=32)


def test_twelve_groups_of_five_figures():
    """The figures are the number modulo 10^60, with its leading zeros: one who has a calculator can check."""
    figures = "".join(groups(DIGEST))

    assert int(DIGEST.hex(), 16) % 10**60 == int(figures)
    assert [5] * 12 == [len(group) for group in groups(DIGEST)]
    assert ("00000",) * 11 + ("00007",) == groups(bytes(31) + b"\7")


@pytest.mark.parametrize("size", [0, 31, 33])
def test_refuses_another_size(size):
    """Half a hash is no fingerprint."""
    with pytest.raises(NotAllowed, match="32 bytes"):
        groups(bytes(size))


def test_speaks_with_each_language_s_own_words():
    """The words are those of the radio rules that each language's speakers learn."""
    assert ("ZERO WUN TOO TREE FOWER", "FIFE SIX SEVEN AIT NINER") == spoken(("01234", "56789"), "en")
    assert ("まる・ひと・に・さん・よん", "ご・ろく・なな・はち・きゅう") == spoken(("01234", "56789"), "ja")
    assert ("洞 幺 两 三 四", "五 六 拐 八 勾") == spoken(("01234", "56789"), "zh")


def test_refuses_a_language_without_figures():
    """There is no silent English instead."""
    with pytest.raises(NotAllowed, match="'fr'"):
        spoken(("00000",), "fr")


def test_says_that_nobody_has_reviewed_the_words():
    """Each language names its source and the state of its review, all three alike."""
    tables = fingerprints.tables()

    assert set(LANGUAGES) == set(tables)
    assert {"unreviewed"} == {table.review for table in tables.values()}
    assert all(table.source for table in tables.values())


@given(digest=DIGESTS, lang=st.sampled_from(LANGUAGES))
def test_what_was_spoken_compares_equal(digest, lang):
    """Figures that were written down as the words of any language are the fingerprint that was spoken."""
    assert () == compare("\n".join(spoken(groups(digest), lang)), digest)


@given(digest=DIGESTS)
def test_typed_figures_compare_equal(digest):
    """Figures as figures, run together or in groups, wide or narrow, and as hex digits."""
    said = groups(digest)
    wide = "　".join(said).translate({ord("0") + n: ord("０") + n for n in range(10)})

    assert [()] * 5 == [compare(t, digest) for t in ("".join(said), " ".join(said), "-".join(said), wide, digest.hex())]
    assert () == compare(" ".join(digest.hex()[at : at + 4] for at in range(0, 64, 4)).upper(), digest)


@pytest.mark.parametrize(
    ("zero", "lang"), [("zero", "en"), ("OH", "en"), ("数字のまる", "ja"), ("ゼロ", "ja"), ("〇", "ja"), ("零", "zh")]
)
def test_understands_other_words_for_a_figure(zero, lang):
    """What people say instead is understood."""
    assert () == compare(" ".join([zero] * 60), bytes(32))


@given(digest=DIGESTS, at=st.integers(0, 59), more=st.integers(1, 9))
def test_names_the_group_that_differs(digest, at, more):
    """One wrong figure is found, in the group where it stands."""
    figures = "".join(groups(digest))
    wrong = figures[:at] + str((int(figures[at]) + more) % 10) + figures[at + 1 :]

    assert (at // 5 + 1,) == compare(wrong, digest)


@given(one=DIGESTS, other=DIGESTS)
def test_another_fingerprint_never_compares_equal(one, other):
    """Only the same figures agree."""
    assert (one == other) == (compare(" ".join(groups(one)), other) == ())
    assert (one == other) == (compare(one.hex(), other) == ())


@pytest.mark.parametrize("text", ["", "12345", "1" * 59, "1" * 61, "1" * 63])
def test_refuses_too_few_or_too_many_figures(text):
    """Whoever heard half of it hears it again; a part is never compared."""
    with pytest.raises(NotAllowed, match=r"\d+ figures were given"):
        compare(text, DIGEST)


@pytest.mark.parametrize("text", ["alfa", "1 2 x", "f" * 63, "①①x", "十"])
def test_refuses_what_is_no_figure(text):
    """A word that stands for no figure is named, not skipped."""
    with pytest.raises(NotAllowed, match="is no figure"):
        compare(text, DIGEST)


def test_refuses_a_text_without_end():
    """Longer than anybody reads aloud, even where one character stands for many."""
    with pytest.raises(NotAllowed, match="more than 2000"):
        compare("0" * 2001, DIGEST)
    with pytest.raises(NotAllowed, match="more than 2000"):
        compare("\ufdfa" * 2000, DIGEST)


@given(st.text(max_size=80))
def test_reads_anything(text):
    """Whatever is typed is compared or refused."""
    with contextlib.suppress(NotAllowed):
        assert compare(text, DIGEST)


FAULTS = [
    ('figures = ["ZERO"', 'figures = ["NIL", "ZERO"', "there are ten figures"),
    ('8 = "EIGHT"', '8 = "ONE"', "stands for two figures"),
    ('8 = "EIGHT"', 'X = "EIGHT"', "stands for two figures, or for none"),
    ('8 = "EIGHT"', '8 = "AIT FIFE"', "stands for two figures"),
    ('between = "・"', 'between = "と"', "between two figures"),
    ('source = "icao"', 'source = "nobody"', "'nobody' is not allowed"),
    ('review = "unreviewed"', 'review = "good"', "'good' is not allowed"),
    ("[zh]", "[zh]\nmore = 1", "unknown field 'more'"),
    ("[zh]", "[xx]\nmore = 1\n[zh]", "unknown field 'xx'"),
    ('1 = "一 腰"', '1 = "一 二"', "two figures"),
    ('2 = "二 兩"', '2 = "一"', "two figures"),
    ('2 = "二 兩"', '2 = "六"', "two figures"),
    ('2 = "ふた 二"', '2 = "ふた 拐"', "another figure in another language"),
]


@pytest.mark.parametrize(("old", "new", "said"), FAULTS)
def test_refuses_a_table_with_a_fault(monkeypatch, old, new, said):
    """A word for two figures, eleven words, an unknown field: the file is refused with its place."""
    text = fingerprints.packaged("figures.toml")
    assert old in text
    monkeypatch.setattr(fingerprints, "packaged", lambda _name: text.replace(old, new, 1))
    fresh = [fingerprints.tables.__wrapped__, fingerprints._words.__wrapped__]
    monkeypatch.setattr(fingerprints, "tables", fresh[0])

    with pytest.raises(NotAllowed, match=f"figures.toml.*{said}"):
        fresh[1]()


def test_the_table_is_strict_toml():
    """The packaged file is read by the same strict reader as all tables."""
    assert read_table(fingerprints.packaged("figures.toml"), "figures.toml").names()
