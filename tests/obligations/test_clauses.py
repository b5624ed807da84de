"""One clause, read strictly: each planted fault is refused with file and place."""

import tomllib

import pytest

from searoom.errors import NotAllowed
from searoom.obligations.clauses import OWES, SILENCE_WORDS, SILENCES, Clause, read_clauses, read_id
from searoom.obligations.pack import Table
from told import BOOK

TEXT = '{ en = "e", ja = "j", zh = "z" }'
READ = f"""
[[clauses]]
id = "hotline-read"
about = "hotline"
source = "model"
owes = "recipients"
trigger = {{ kind = "on-entry", form = "hotline-message" }}
term = {{ kind = "within", time = "30 min", from = "delivery" }}
title = {TEXT}
text = {TEXT}
fulfilled_by = {{ form = "read" }}
silence = {{ means = "overdue", text = {TEXT} }}
"""
MEETING = f"""
[[clauses]]
id = "meeting"
about = "meeting"
source = "overview (1)"
owes = "together"
in_turn = true
trigger = {{ kind = "yearly", from_year = 2018 }}
term = {{ kind = "period-end" }}
title = {TEXT}
text = {TEXT}
fulfilled_by = {{ form = "meeting-held", where = {{ level = "expert" }}, date_field = "date" }}
silence = {{ means = "overdue", text = {TEXT} }}
"""
NOTICE = f"""
[[clauses]]
id = "notice"
about = "notice"
source = "overview"
owes = "author"
effect = "suspends"
trigger = {{ kind = "on-entry", form = "suspension-notice" }}
term = {{ kind = "on-receipt" }}
title = {TEXT}
text = {TEXT}
silence = {{ means = "no-effect", text = {TEXT} }}
"""


def read(text):
    """Return the clauses of a piece of a pack."""
    return read_clauses(Table(tomllib.loads(text), "pack.toml"), BOOK, optional=False)


def test_reads_a_clause_whole():
    """Words, source, trigger, term, form and silence come out as they stand."""
    (clause,) = read(MEETING)

    assert isinstance(clause, Clause)
    assert ("yearly", 2018, "period-end") == (clause.trigger.kind, clause.trigger.from_year, clause.term.kind)
    assert ("meeting-held", {"level": "expert"}, "date") == (
        clause.fulfilment.form, clause.fulfilment.where, clause.fulfilment.date_field,
    )  # fmt: skip
    assert ("overdue", False, True) == (clause.silence, clause.model, clause.in_turn)


def test_marks_what_is_our_own_proposal():
    """The source `model` is no published text."""
    assert read(READ)[0].model


@pytest.mark.parametrize(
    ("clause", "old", "new", "problem"),
    [
        (READ, 'title = { en = "e", ja = "j", zh = "z" }', 'title = { en = "e", zh = "z" }', "title: 'ja' is missing"),
        (READ, 'source = "model"\n', "", "'source' is missing"),
        (READ, 'source = "model"', 'source = ""', "source: this must be a text"),
        (READ, 'about = "hotline"', 'about = "hotline"\nhurry = true', "'hurry' is not a field"),
        (READ, 'about = "hotline"', 'about = "gossip"', "'gossip' is unknown"),
        (READ, 'kind = "on-entry"', 'kind = "on-wish"', "trigger, kind: 'on-wish' is unknown"),
        (READ, 'form = "hotline-message"', 'form = "hotline-massage"', "trigger, form: there is no form"),
        (READ, 'form = "hotline-message"', 'form = "hotline-message", every = "1 h"', "'every' is not a field"),
        (READ, '{ form = "read" }', '{ form = "reed" }', "fulfilled_by, form: there is no form 'reed'"),
        (READ, '{ form = "read" }', '{ form = "draft" }', "never leaves its node"),
        (READ, '{ form = "read" }', '{ form = "read", where = { level = "x" } }', "has no field 'level'"),
        (READ, 'fulfilled_by = { form = "read" }\n', "", "needed where somebody owes"),
        (READ, 'time = "30 min"', 'time = "30"', "term, time: '30' has no unit"),
        (READ, 'time = "30 min"', "time = 30", "term, time: '30' has no unit"),
        (READ, 'kind = "within"', 'kind = "soon"', "term, kind: 'soon' is unknown"),
        (READ, 'owes = "recipients"', 'owes = "nobody"', "owed by nobody"),
        (READ, 'owes = "recipients"', 'owes = "everybody"', "'everybody' is unknown"),
        (READ, 'means = "overdue"', 'means = "consent"', "silence, means: 'consent' is unknown"),
        (READ, 'about = "hotline"', 'about = "hotline"\neffect = "suspends"', "must be 'on-receipt'"),
        (READ, 'about = "hotline"', 'about = "hotline"\nin_turn = true', "hosts take turns"),
        (MEETING, 'level = "expert"', 'level = "friend"', "'friend' is no choice of 'level'"),
        (MEETING, 'date_field = "date"', 'date_field = "agenda"', "holds no date"),
        (MEETING, 'date_field = "date"', 'date_field = "day"', "has no field 'day'"),
        (MEETING, 'kind = "period-end"', 'kind = "on-receipt"', "does not fit the trigger"),
        (MEETING, '"period-end"', '"within", time = "1 d", from = "delivery"', "can count from its delivery"),
        (MEETING, 'owes = "together"', 'owes = "author"', "needs a trigger 'on-entry'"),
        (MEETING, 'owes = "together"', 'owes = "each"', "hosts take turns"),
        (MEETING, '"yearly", from_year = 2018', '"standing"', "does not fit the trigger"),
        (MEETING, '"yearly", from_year = 2018', '"schedule", every = "1 h", start = 2026-06-03', "with its zone"),
        (NOTICE, "silence = {", 'fulfilled_by = { form = "read" }\nsilence = {', "and only there"),
        (NOTICE, 'effect = "suspends"', 'effect = "ends"', "'ends' is unknown"),
    ],
)  # fmt: skip
def test_refuses_a_planted_fault(clause, old, new, problem):
    """What is missing, dangling, unknown or means nothing together is refused with its place."""
    assert old in clause
    with pytest.raises(NotAllowed, match=r"^pack\.toml, clauses\[1\] '[a-z-]+'") as refusal:
        read(clause.replace(old, new))

    assert problem in refusal.value.sentence


def test_refuses_a_deadline_behind_the_next_slot():
    """An entry could count for either slot."""
    slot = '{ kind = "schedule", every = "1 h", start = 2026-06-03T00:00:00Z }'
    text = READ.replace('{ kind = "on-entry", form = "hotline-message" }', slot).replace('"recipients"', '"each"')

    assert "schedule" == read(text.replace('"30 min", from = "delivery"', '"1 h", from = "start"'))[0].trigger.kind
    with pytest.raises(NotAllowed, match="longer than the schedule's step"):
        read(text.replace('"30 min", from = "delivery"', '"61 min", from = "start"'))


def test_refuses_a_doubled_id():
    """Two clauses of one id cannot be told apart."""
    with pytest.raises(NotAllowed, match=r"clauses\[2\] 'meeting': another clause has this id"):
        read(MEETING + MEETING)


@pytest.mark.parametrize("name", ["Meeting", "2nd", "a b", "a" * 41, "é"])
def test_refuses_what_is_no_id(name):
    """Ids are small letters, digits and hyphens."""
    with pytest.raises(NotAllowed, match="is no id"):
        read_id(Table({"id": name}, "pack.toml"))


def test_says_in_words_what_its_tables_mean():
    """Every way to owe and every silence has its sentence."""
    assert all((*OWES.values(), *SILENCES.values()))


# -- the shapes beyond dates -------------------------------------------------------------------------------------------

STEP = f"""
[[clauses]]
id = "step"
about = "step"
source = "model"
owes = "named"
by = ["amber"]
trigger = {{ kind = "once", on = 2026-02-01 }}
term = {{ kind = "by-date", date = 2026-03-01 }}
title = {TEXT}
text = {TEXT}
fulfilled_by = {{ form = "roadmap-step" }}
silence = {{ means = "overdue" }}
"""
PLEDGE = (
    STEP.replace("once", "pledge")
    .replace(" on = ", " from = ")
    .replace('kind = "by-date", date = 2026-03-01', 'kind = "none"')
)
PLEDGE = PLEDGE.replace(
    'fulfilled_by = { form = "roadmap-step" }', 'broken_by = { form = "incsea-breach", party_field = "party" }'
)


def test_silence_has_words_of_its_own_where_a_pack_has_none():
    """The standard sentence of its meaning, in every language."""
    (clause,) = read(STEP)

    assert SILENCE_WORDS["overdue"] == dict(clause.silence_text)
    assert set(SILENCES) == set(SILENCE_WORDS)
    assert ("named", ("amber",), ()) == (clause.owes, clause.by, clause.needs)


@pytest.mark.parametrize(
    ("clause", "old", "new", "problem"),
    [
        (STEP, 'by = ["amber"]\n', "", "parties are named where"),
        (STEP, 'owes = "named"', 'owes = "each"', "parties are named where"),
        (STEP, 'owes = "named"\nby = ["amber"]', 'owes = "in-turn"\nfirst = "amber"', "on a schedule or yearly"),
        (STEP, "date = 2026-03-01", "date = 2026-01-01", "it falls due before it arises"),
        (STEP, 'about = "step"', 'about = "step"\nstops = ["x"]', "only a notice that suspends"),
        (STEP, 'about = "step"', 'about = "step"\nbroken_by = { form = "incsea-breach" }', "a pledge says what breaks it"),
        (STEP, 'about = "step"', 'about = "step"\nwhen = "fields.x == 1"', "only what an entry started has 'fields'"),
        (STEP, 'about = "step"', 'about = "step"\nwhen = "1 +"', "line 1, column"),
        (PLEDGE, 'about = "step"', 'about = "step"\nwhen = "true"', "a condition stands with what can arise"),
        (PLEDGE, 'form = "incsea-breach"', 'form = "gone"', "there is no form 'gone'"),
        (PLEDGE, 'party_field = "party"', 'party_field = "what"', "holds no party"),
        (STEP, 'about = "step"', 'about = "step"\nrule = { kind = "pair", order = "after", first = ["a"], second = ["b"] }', "a standing clause"),
        (NOTICE, 'kind = "on-receipt"', 'kind = "before", time = "1 d", field = "effective", counted_to = "receipt"', "must be 'on-receipt'"),
    ],
)  # fmt: skip
def test_refuses_shapes_that_mean_nothing_together(clause, old, new, problem):
    """Each with its place; nothing is guessed."""
    assert old in clause
    with pytest.raises(NotAllowed) as refusal:
        read(clause.replace(old, new))

    assert problem in refusal.value.sentence
