"""Garbled lines of nine kinds in three languages: no wrong signal is ever shown as certain, and the words always are."""

import random
from collections import Counter

import pytest

from bench.garbled import KINDS, corpus
from searoom.errors import NotAllowed
from searoom.obligations.agreement import load as load_agreement
from searoom.signals import codebook, forms, hoist
from searoom.signals.hoist import flown
from searoom.signals.readback import recognise
from searoom.signals.render import marked
from searoom.signals.tables import LANGUAGES

LINES = 1350
MACM = codebook.load(load_agreement("macm", forms.load()).books)
SPECIAL = codebook.load(codebook.SHIPPED)
LEAST_AMONG = {
    "whole": 1.0, "missing words": 0.95, "homophones": 0.85, "swapped figures": 0.97, "wrong order": 0.83,
    "dropped prefix": 0.97, "accent": 0.95, "typing": 0.85, "half heard": 0.5,
}  # fmt: skip
"""How many of a kind lead to the right signal among those shown, at least."""


@pytest.mark.parametrize("book", [MACM, SPECIAL], ids=["macm", "with YV1"])
def test_no_wrong_signal_is_certain(book):
    """1,350 lines a set of books, at least 500 in each measured way: 0 wrong signals as certain, the right one mostly shown."""
    count: Counter[tuple[str, str]] = Counter()
    wrong = []
    for line in corpus(book, LINES):
        found = recognise(line.heard, book)
        count[line.kind, "all"] += 1
        count[line.kind, "among"] += line.code in [candidate.signal.code for candidate in found]
        count[line.kind, "certain"] += any(candidate.certain for candidate in found)
        wrong += [(line, c.signal.code) for c in found if c.certain and c.signal.code != line.code]
        assert all(candidate.words[lang] for candidate in found for lang in LANGUAGES)
    assert [] == wrong
    for kind in KINDS:
        assert count[kind, "all"] >= LINES // len(KINDS)
        assert count[kind, "among"] >= LEAST_AMONG[kind] * count[kind, "all"], kind
    assert count["whole", "certain"] > 0.8 * count["whole", "all"]


def test_the_corpus_is_the_same_for_the_same_seed():
    """Another run, another machine: the same lines, in every language and of every kind."""
    lines = corpus(MACM, 270)
    assert lines == corpus(MACM, 270)
    assert lines != corpus(MACM, 270, seed=6)
    assert {(kind, lang) for kind in KINDS for lang in LANGUAGES} == {(line.kind, line.lang) for line in lines}


def test_a_lost_prefix_shows_both_tables():
    """ZL1 without its YV1 is shown as what it may be, in words, never certain: ZL says the opposite."""
    found = recognise("ZULU LIMA ONE", SPECIAL)
    assert ["YV1 ZL1"] == [candidate.signal.code for candidate in found]
    assert not found[0].certain
    assert "NOT understood" in recognise("ZULU LIMA", SPECIAL)[0].words["en"]


def test_a_phrase_of_an_interception_is_shown_and_not_certain():
    """DESCEND is an order from one and a request from the other: both are shown, and neither is certain."""
    assert {"ICAO-C3", "ICAO-R9"} == {c.signal.code for c in recognise("descend, descend", SPECIAL)}
    assert not any(c.certain for c in recognise("DESCEND", SPECIAL))
    assert "ICAO-R2" == recognise("wilco", SPECIAL)[0].signal.code


def test_garbled_ais_texts_are_never_wrong_for_certain():
    """600 texts in capitals, cut, with signs lost or changed on the way: 0 wrong signals as certain."""
    chance = random.Random(12)
    rows = [row for row in SPECIAL.offered() if not row.parameters]
    shown = 0
    for at in range(600):
        row = rows[at % len(rows)]
        text = list(marked(row, row.wording["en"], "en").upper())
        for _ in range(at % 4):
            text[chance.randrange(len(text))] = chance.choice(("", "?", " ", "E", "S"))
        end = len(text) if at % 5 else chance.randrange(4, len(text))
        found = recognise("".join(text)[:end], SPECIAL)
        shown += row in [candidate.signal for candidate in found]
        assert not [c.signal.code for c in found if c.certain and c.signal is not row], "".join(text)
    assert shown > 480


def test_garbled_hoists_are_never_certain():
    """600 hoists with a flag lost, doubled, changed or out of order: candidates with words, or a finding; none certain."""
    chance = random.Random(13)
    rows = [row for row in SPECIAL.signals if flown(row) and not row.code.startswith(("YV1", "TABLE"))]
    refused = 0
    for at in range(600):
        code = list(rows[at % len(rows)].code)
        kind, place = at % 4, chance.randrange(len(code))
        if kind == 0:
            del code[place]
        elif kind == 1:
            code[place] = chance.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        elif kind == 2:
            chance.shuffle(code)
        else:
            code.insert(place, code[place])
        try:
            found = hoist.read(" ".join(code), SPECIAL)
        except NotAllowed:
            refused += 1
            continue
        assert found
        assert not any(candidate.certain for candidate in found)
        assert all(candidate.words[lang] for candidate in found for lang in LANGUAGES)
    assert 100 < refused < 500
