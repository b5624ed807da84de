"""Counts of likeness."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from searoom.signals.likeness import distance, mended, pairs, same_sound, within

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=7)


def test_counts_letters():
    """The distance of two words is the number of letters to put in, leave out or change."""
    assert (0, 1, 1, 3, 3) == (
        distance("", ""),
        distance("RT", "RT1"),
        distance("port", "part"),
        distance("kitten", "sitting"),
        distance("", "abc"),
    )


@given(st.text("ab", max_size=6), st.text("ab", max_size=6))
def test_distance_is_symmetric_and_bounded(a, b):
    """The order of the two words makes no difference, and no word is farther than it is long."""
    assert distance(a, b) == distance(b, a) <= max(len(a), len(b))
    assert (distance(a, b) == 0) == (a == b)


def test_short_words_and_figures_are_never_alike():
    """One letter wrong makes another word of a short one, and another number of a number."""
    assert same_sound("manoeuvres", "manoevres")
    assert same_sound("course", "coarse")
    assert not same_sound("not", "now")
    assert not same_sound("045", "046")
    assert not same_sound("10450", "10460")
    assert not same_sound("ahead", "astern")


def test_mends_what_sounds_alike():
    """A word that nobody knows becomes the known one that it may stand for; known ones and figures stay."""
    assert mended(["wat", "manovres", "045", "port"], {"manoeuvres", "what", "part", "port"}) == [
        "wat",
        "manoeuvres",
        "045",
        "port",
    ]


@given(WORDS, WORDS)
def test_pairs_grow_and_fit(a, b):
    """Paired places hold the same word and never cross; the row is as long as Hunt and Szymanski's would be."""
    found = pairs(a, b)
    assert all(a[i] == b[j] for i, j in found)
    assert all(x[0] < y[0] and x[1] < y[1] for x, y in pairwise(found))
    assert within([a[i] for i, _ in found], b)
    assert (len(found) == len(a)) == within(a, b)
