"""Facts are said in every language, and none of them accuses."""

import string

from searoom.obligations.coverage import stories_of, tell_all
from searoom.obligations.facts import BROKEN, FACT_WORDS, KEPT, Fact, Scene, sentences
from searoom.obligations.reckoning import reckon
from told import BOOK

NAMES = {"amber": {"en": "Amber", "ja": "琥珀", "zh": "琥珀"}, "coral": {"en": "Coral", "ja": "珊瑚", "zh": "珊瑚"}}


def test_each_state_has_words_in_each_language_with_the_same_figures():
    """No language says a number that another leaves out."""
    for kind, states in FACT_WORDS.items():
        for state, words in states.items():
            figures = {
                lang: {name for _, name, _, _ in string.Formatter().parse(text) if name} for lang, text in words.items()
            }
            assert {"en", "ja", "zh"} == set(words), (kind, state)
            assert 1 == len({frozenset(names) for names in figures.values()}), (kind, state, figures)


def test_no_state_is_kept_and_broken():
    """A clause that counts comes out one way or the other, or is open."""
    assert not KEPT & BROKEN
    assert KEPT | BROKEN <= {state for states in FACT_WORDS.values() for state in states} | {"met", "missed"}


def test_every_fact_of_every_story_can_be_said():
    """In all languages, with the names of the parties; no template lacks a figure."""
    seen = set()
    for name in ("macm", "exercise-notice", "transparency", "roadmap", "issues"):
        for told in tell_all(stories_of(name), name, BOOK):
            for fact in reckon(told.agreement, told.teller.account(), told.now_us, BOOK).facts:
                said = sentences(fact, told.agreement.names)
                assert all("{" not in text for text in said.values()), fact
                seen.add((fact.kind, fact.state))

    assert 15 <= len(seen)


def test_names_all_whom_it_concerns():
    """Two parties are joined as each language joins them."""
    fact = Fact("c", "crosscheck", ("amber", "coral"), "2026 boats", "agree", {"first": "5"})

    assert {"en": "2026 boats: Amber and Coral give the same figure, 5.",
            "ja": "2026 boats：琥珀と珊瑚の数値は一致しています（5）。",
            "zh": "2026 boats：琥珀和珊瑚所报数字一致（5）。"} == sentences(fact, NAMES)  # fmt: skip


def test_a_scene_has_what_was_said_since_the_start():
    """Entries from before the agreement are no part of it; a stranger stands behind the parties."""
    scene = Scene("c", ("coral", "amber"), {}, {}, {}, 5, 10)

    assert [] == list(scene.of("line-test"))
    assert ["coral", "amber", "teal"] == sorted(["teal", "amber", "coral"], key=scene.place)
