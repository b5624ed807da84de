"""A pack as prose in each language: every clause with its words, its numbers, its source and what silence means."""

import pytest

from packs import HEAD as HEAD_OF_PACK
from packs import PACKS, clause, small
from searoom.obligations.agreement import load
from searoom.obligations.deadlines import TERMS, TRIGGERS
from searoom.obligations.explain import HEAD, OWES_SAID, TERMS_SAID, TRIGGERS_SAID, explain, span
from told import BOOK

HOUR = 3_600_000_000


@pytest.mark.parametrize("lang", ["en", "ja", "zh"])
@pytest.mark.parametrize("name", PACKS)
def test_says_every_clause_with_its_source(name, lang):
    """Text, silence and source of each; that it is ours, and by whom it was reviewed."""
    agreement = load(name, BOOK)
    told = explain(agreement, BOOK, lang)

    for each in agreement.clauses:
        for words in (each.title[lang], each.text[lang], each.silence_text[lang], each.basis or each.source):
            assert words in told, each.id
    assert HEAD[f"wording-{agreement.wording}"][lang] in told
    assert "{" not in told


def test_every_kind_has_its_sentence():
    """A trigger, a term or a debtor that cannot be said in words is not there."""
    assert set(TRIGGERS) == set(TRIGGERS_SAID)
    assert set(TERMS) <= set(TERMS_SAID)
    assert {"each", "together", "author", "recipients", "named", "named-together", "in-turn"} == set(OWES_SAID)


@pytest.mark.parametrize(
    ("time_us", "words"),
    [
        (14 * 24 * HOUR, "14 days"),
        (24 * HOUR, "1 day"),
        (48 * HOUR, "2 days"),
        (36 * HOUR, "36 hours"),
        (HOUR // 2, "30 minutes"),
    ],
)
def test_says_a_span_in_its_largest_unit(time_us, words):
    """14 days, and not 20160 minutes."""
    assert words == span(time_us, "en")


def test_says_what_is_not_in_force():
    """A proposal of the base is told as offered, or as in force where the instance adopts it."""
    assert "Our proposal, not in force." in explain(load("macm", BOOK), BOOK, "en")
    told = explain(load("demo", BOOK), BOOK, "en")

    assert "Our proposal, in force here." in told
    assert "For exercises only." in told
    assert "for japan" not in told


@pytest.mark.parametrize("lang", ["en", "ja", "zh"])
def test_says_that_a_proposal_comes_from_a_table(lang):
    """With its source hash, and that it is in force only when each node has adopted it."""
    source = "6f" * 32
    lifted = small(
        clause("a", ful='form = "line-test"'),
        head=HEAD_OF_PACK.replace('id = "small"', f'id = "small"\npromoted_from = "{source}"'),
    )

    assert HEAD["promoted"][lang].format(hash=source) in explain(lifted, BOOK, lang)
    assert source not in explain(load("track-2", BOOK), BOOK, lang)
