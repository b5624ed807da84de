"""What the program says by itself: every key in three languages with the same values, and every site has its row."""

import ast
import copy
import pickle
import re
from functools import cache
from pathlib import Path

import pytest

from searoom import cbor, errors, sentences
from searoom.errors import NotAllowed
from searoom.sentences import (
    DO,
    LANGUAGES,
    Named,
    Sentence,
    joined,
    known,
    placeholders,
    read,
    spoken,
    tables,
    unplaced,
)
from searoom.signals import tables as signal_tables

SOURCE = Path(sentences.__file__).parent.parent
ERRORS = {"NotAllowed", "PeerFault", "Tampered", "StateUnknown", "Forked", "Unreachable"}
LATIN = re.compile(r"[A-Za-z]{3,}(?:[ ,;:]+[a-z]{2,}){2,}")  # three words and more in a row are a sentence of English
SIMPLIFIED = re.compile("[録際対続経込読開時間実発検単]")
KEY = re.compile(r"[a-z_]+\.[a-z_]*[a-z]")  # "more.no_" is the beginning of several
# Rooms whose refusals reach a page: there each is a row of the tables.
TOLD = (
    "console", "signals", "statements/interpreting", "node/notebook", "node/accounting", "desk/showing", "record/healing",
    "watch/measured",
)  # fmt: skip
# What reads our own tables or books of signals, at a terminal; programs; and what stops the console as a whole.
UNTOLD = (
    "console/api", "console/running.py", "console/craft.py", "console/held.py", "signals/tables.py", "signals/formbook.py",
    "signals/bookreading.py", "signals/codebook.py", "signals/schema.py", "signals/aistext.py", "signals/fingerprints.py",
    "signals/wordfacts.py", "signals/capalert.py",
)  # fmt: skip


@cache
def every_call():
    """Return every call of a plain name in the program, as (place, call)."""
    return [
        (path.relative_to(SOURCE).as_posix(), node)
        for path in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]


def calls(names):
    """Return every call of one of these names, as (place, call)."""
    return [(place, call) for place, call in every_call() if call.func.id in names]


def rows():
    """Return every sentence of every row, with its key: what is said, and what can be done."""
    return [(f"{key} {part}".strip(), words) for key, row in tables().items() for part, words in row.items()]


@pytest.mark.parametrize(("key", "words"), rows(), ids=[key for key, _ in rows()])
def test_each_row_says_the_same_in_three_languages(key, words):
    """No language is a second one: each has the sentence, with the same values in it."""
    assert set(LANGUAGES) == set(words)
    assert all(words[lang].strip() for lang in LANGUAGES)
    assert 1 == len({placeholders(words[lang]) for lang in LANGUAGES})


@pytest.mark.parametrize("lang", ["ja", "zh"])
def test_no_english_stands_in_another_column(lang):
    """What is left in Latin letters are names, units and commands, and no sentence."""
    quoted = re.compile(r"`[^`]*`|「[^」]*」|“[^”]*”|searoom [a-z]+ .*|--[a-z]+|code, romeo.*|native speaker: yes")
    assert [] == [key for key, words in rows() if LATIN.search(quoted.sub("", words[lang]))]
    assert [] == [key for key, words in rows() if lang == "zh" and SIMPLIFIED.search(words[lang])]


def test_every_key_of_the_program_has_its_row_and_its_values():
    """A key without a row, and a value too many or too few, would be found only when it is said: so here."""
    faults = []
    for place, call in calls({"Sentence"}):
        named = {word.arg for word in call.keywords}
        for each in ast.walk(call.args[0]):
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and KEY.fullmatch(each.value):
                row = tables().get(each.value)
                wanted = (
                    set() if row is None else placeholders(row[""]["en"]) | placeholders(row.get(DO, row[""])["en"])
                )
                if row is None or (None not in named and wanted != named):
                    faults.append(f"{place}:{call.lineno}: {each.value}")
    assert [] == faults


def test_every_refusal_that_reaches_a_page_is_a_row():
    """A sentence written into the code could be said in one language alone."""
    written = [
        f"{place}:{call.lineno}"
        for name, at in ((ERRORS, 0), ({"Finding"}, 1))
        for place, call in calls(name)
        if place.startswith((*TOLD, "obligations/sovereignty")) and not place.startswith(UNTOLD)
        and len(call.args) > at and isinstance(call.args[at], ast.JoinedStr | ast.Constant) and getattr(call.args[at], "value", True)
    ]  # fmt: skip
    assert [] == written


def test_a_sentence_is_its_english_text_and_keeps_what_it_is_made_of():
    """Terminal, JSON and the record read the text; key and values stay for who asks in another language."""
    said = Sentence("rule.order", first=Named("start"))

    assert "this lies before 'start'" == said
    assert ("rule.order", {"first": "start"}) == (said.key, dict(said.values))
    assert "「開始」より前になっています" == spoken(said, "ja", {"start": "開始"})
    assert "早于“start”" == spoken(said, "zh")
    assert cbor.encode("this lies before 'start'") == cbor.encode(said)


@pytest.mark.parametrize("made_again", [copy.deepcopy, lambda said: pickle.loads(pickle.dumps(said))])
def test_a_copy_in_another_process_says_the_same(made_again):
    """A refusal of a worker is said in the language of the page as well."""
    said = Sentence("at.field", where=Named("end", "form"), what=Sentence("amount.no_length", typed="5"))
    came = made_again(said)

    assert (said, spoken(said, "ja")) == (came, spoken(came, "ja"))
    assert "form" == came.values["where"].of
    assert spoken(said.values["what"].to_do(), "zh") == spoken(made_again(said.values["what"].to_do()), "zh")


def test_what_can_be_done_comes_with_the_sentence():
    """An error whose row has an advice gives that; another gives the advice of its kind; both in each language."""
    shown = NotAllowed(Sentence("amount.no_length", typed="5"))
    plain = NotAllowed(Sentence("find.needed"))

    assert "Write the number and its unit: m, km, yd, ft or nm." == shown.advice()
    assert NotAllowed.default_advice == plain.advice()
    assert spoken(plain.advice(), "ja").startswith("示された点を直して")
    assert errors.Forked.default_advice != errors.Tampered.default_advice
    assert "Turn it." == NotAllowed(Sentence("amount.no_length", typed="5"), advice="Turn it.").advice()


def test_a_wrong_value_is_a_fault_of_the_program():
    """A key that no table has, a value that is not there, and one too many."""
    for act in (
        lambda: Sentence("amount.nothing_so"),
        lambda: Sentence("amount.no_length"),
        lambda: Sentence("find.needed", typed="x"),
    ):
        with pytest.raises(KeyError):
            act()


@pytest.mark.parametrize(
    "text",
    [
        '[a]\nb = { en = "x", ja = "x" }',
        '[a]\nb = { en = "{x}", ja = "{x}", zh = "{y}" }',
        '[a]\nb = { en = "x", ja = "x", zh = "x", do = { en = "x" } }',
    ],
)
def test_a_gap_in_a_table_is_refused(text):
    """A language missing, or other values in it, is found when the table is read."""
    state = 'state = { en = "model", ja = "unreviewed", zh = "unreviewed" }\n'
    with pytest.raises(KeyError):
        read(state + text)


def test_a_table_says_how_far_it_is_reviewed():
    """No table of ours is shown as reviewed before somebody has read it."""
    folder = Path(sentences.__file__).parent
    assert all(
        'ja = "unreviewed", zh = "unreviewed"' in one.read_text(encoding="utf-8") for one in folder.glob("*.toml")
    )
    with pytest.raises(KeyError):
        read('[a]\nb = { en = "x", ja = "x", zh = "x" }')


def test_several_sentences_are_one_and_their_place_can_be_taken_off():
    """What a form inside a form lacks is said together; a page that names the field itself says it once."""
    both = joined(Sentence("at.field", where=Named(name), what=Sentence("find.needed")) for name in ("start", "end"))

    assert "start: this is needed and missing; end: this is needed and missing" == both
    assert "開始：必要な項目ですが、書かれていません。end：必要な項目ですが、書かれていません" == spoken(
        both, "ja", {"start": "開始"}
    )
    assert "" == joined(())
    assert "this is needed and missing" == unplaced(both.values["what"])
    assert "x" == unplaced("x")


def test_what_is_known_in_every_language_is_told_from_what_is_not():
    """A detail from elsewhere makes a sentence one that needs another before it."""
    assert known(Sentence("find.needed"))
    assert known(Sentence("at.field", where=Named("end"), what=Sentence("find.needed")))
    assert not known(Sentence("at.field", where=Named("end"), what="disk full"))
    assert not known("disk full")


def test_there_is_one_list_of_languages():
    """The tables of signals have the languages of the sentences."""
    assert LANGUAGES is signal_tables.LANGUAGES
