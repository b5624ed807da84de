"""A draft full of faults is told all of them at once, each with its line; nothing in it stops the check."""

from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packs import HEAD, TEXT, clause, rule
from searoom.obligations import checks
from searoom.obligations.agreement import load
from told import BOOK

FOLDER = resources.files("searoom.obligations") / "data" / "agreements"
NAMES = sorted(file.name.removesuffix(".toml") for file in FOLDER.iterdir())
NOTICE = (FOLDER / "exercise-notice.toml").read_text(encoding="utf-8")


def found(text):
    """Return line and sentence of what is wrong with a pack."""
    return [(one.where, one.sentence) for one in checks.examine(text, "x.toml", BOOK)[1]]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wrong_with_what_ships(name):
    """Every packaged agreement passes its own check."""
    assert [] == found((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def test_tells_all_faults_at_once_with_their_lines():
    """Three faults in three clauses are three findings, in the order of the file."""
    bad = NOTICE.replace('time = "14 d"', 'time = "14"', 1).replace("month = 11, day = 30", "month = 11, day = 31")
    bad = bad.replace("fields.personnel >= 13000", "fields.persons >= 13000")
    lines = [number for number, line in enumerate(bad.splitlines(), 1)
             if "day = 31 }" in line or 'time = "14",' in line or "fields.persons" in line]  # fmt: skip

    assert [f"x.toml:{line}" for line in lines] == [where for where, _ in found(bad)]
    assert None is checks.examine(bad, "x.toml", BOOK)[0]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("month = 11, day = 30", "month = 2, day = 29", "not every year has a day 29 of month 2"),
        ("month = 11, day = 30", "month = 4, day = 31", "not every year has a day 31 of month 4"),
        ("month = 11, day = 30", "month = 13, day = 1", "a whole number from 1 to 12"),
        ('"14 d", field', '"14 fortnights", field', "has no unit"),
        ('"14 d", field = "start"', '"14 d", field = "designation"', "holds no date"),
        ('zh = "下', 'zz = "下', "'zh' is missing"),
        ("signed = 2026-01-01", "signed = 2026-02-30", "this is not TOML"),
        ('conditions = "cel-1"', 'conditions = "cel-9"', "'cel-9' is unknown"),
        ('conditions = "cel-1"', "", "says which dialect"),
        ("per_year = 3", "per_year = 0", "a whole number from 1 to"),
        ("near_percent = 10", "near_percent = 10\nfar = 1", "'far' is not a field"),
        ("notify = 9000", "notify = 14000", "'observe' is not below 'notify'"),
        ('id = "ministers"', 'id = "experts"', "each with its own id"),
    ],
)
def test_finds_bad_input_with_its_line(old, new, sentence):
    """Impossible dates, leap days, unknown units, missing languages, contradictory numbers: findings, no crash."""
    assert old in NOTICE
    told = found(NOTICE.replace(old, new, 1))

    assert any(sentence in text for _, text in told), told
    assert all(where.startswith("x.toml:") for where, _ in told)


def test_finds_working_days_without_a_calendar():
    """A term in working days names calendars, and the pack has them."""
    days = 'kind = "working-days", days = 5, from = "start", calendars = [{}]'
    once = 'kind = "once", on = 2026-02-01'
    without = found(HEAD + clause("a", trigger=once, term=days.format(""), ful='form = "line-test"'))
    unknown = found(HEAD + clause("a", trigger=once, term=days.format('"moon"'), ful='form = "line-test"'))

    assert ["working days need a calendar"] == [sentence for _, sentence in without]
    assert ["there is no calendar 'moon'"] == [sentence for _, sentence in unknown]


def test_finds_a_circle_and_hostile_text_with_their_lines():
    """Two duties that wait for each other, and letters that hide what is read: each a finding, with its clause."""
    after = 'kind = "after", clauses = ["{}"], state = "met"'
    ring = "".join(
        clause(one, trigger=after.format(other), term='kind = "none"', ful='form = "line-test"')
        for one, other in (("a", "b"), ("b", "a"))
    )
    circle = found(HEAD + ring)
    hidden = found(HEAD + clause("a", ful='form = "line-test"').replace('en = "e"', 'en = "e\u202ef"', 1))

    assert [True] == ["a" in sentence and "b" in sentence and "circle" in sentence for _, sentence in circle], circle
    assert any("forbidden character" in sentence for _, sentence in hidden), hidden
    assert all(where.startswith("x.toml:") for where, _ in (*circle, *hidden))


def test_a_leap_day_is_a_day_like_any_other_where_it_is_one():
    """The 29 February of a leap year is taken, that of another year is no day, and no rule of every year has one."""
    once = 'kind = "once", on = {}'

    assert [] == [
        text
        for _, text in found(
            HEAD + clause("a", trigger=once.format("2028-02-29"), term='kind = "none"', ful='form = "line-test"')
        )
        if "29" in text
    ]
    assert (
        "this is not TOML"
        in found(HEAD + clause("a", trigger=once.format("2027-02-29"), term='kind = "none"', ful='form = "line-test"'))[
            0
        ][1]
    )


CALENDAR = '[[calendars]]\nid = "c"\nparty = "amber"\nsource = "model"\nfirst = 2026-01-01\nlast = 2026-06-30\nrest = []\nholidays = []\n'
ZONE = f'[[zones]]\nid = "z"\nkind = "agreed"\ncorners = ["25 00 N 123 00 E"]\nradius_m = 1\nsource = "model"\nnames = {{ amber = {TEXT} }}\n'
DAYS = 'kind = "working-days", days = 5, from = "start", calendars = ["c"]'


@pytest.mark.parametrize(
    ("pack", "sentence"),
    [
        (HEAD + clause("a", ful='form = "line-test"') + clause("b", term='kind = "by-day", month = 3, day = 1', ful='form = "line-test"'),
         "it asks the same as 'a' with another term"),
        (HEAD + clause("a", ful='form = "line-test"').replace('ja = "か"', 'ja = "e"'), "stand for two languages"),
        (HEAD + clause("a", ful='form = "line-test"').replace('zh = "字"', 'zh = "xyz"'), "no letter of that language"),
        (HEAD + CALENDAR, "no clause counts the working days of 'c'"),
        (HEAD + CALENDAR + clause("a", trigger='kind = "once", on = 2026-02-01', term=DAYS, ful='form = "line-test"'),
         "these are the working days of one party only"),
        (HEAD + CALENDAR, "'c' is shorter than a year"),
        (HEAD + clause("a", ful='form = "line-test"').replace("overdue", "none"), "something is owed, and silence means nothing"),
        (HEAD + ZONE, "no clause 'no-prejudice' is in force"),
        (HEAD.replace("exercise = true", 'exercise = true\ntrack = "2"\nattribution = true'), "attribution is off"),
        (HEAD.replace('"model"', '"agreed"').replace("exercise = true", 'exercise = true\ntrack = "1.5"'), "no text is agreed"),
    ],
)  # fmt: skip
def test_finds_what_hangs_together_badly(pack, sentence):
    """Each part may be allowed and the whole still be weak: that is said, and the pack can be read all the same."""
    if "[[clauses]]" not in pack:
        pack += rule(
            "count",
            'kind = "limit"\nform = "roadmap-delivery"\nfield = "tonnes"\nceiling = 1\ncounts = "sum"\nyearly = true',
        )
    agreement, findings = checks.examine(pack, "x.toml", BOOK)

    assert agreement is not None, findings
    assert sentence in " ".join(one.sentence for one in findings)


@given(
    st.integers(0, len(NOTICE) - 1),
    st.sampled_from(["", "[", "]", "{", "}", '"', "\x00", "=", "9999999999999999", "[[clauses]]"]),
)
def test_no_damage_makes_it_crash(at, piece):
    """Whatever is broken in a pack comes out as findings."""
    agreement, findings = checks.examine(NOTICE[:at] + piece + NOTICE[at + 1 :], "x.toml", BOOK)

    assert agreement is not None or findings


@pytest.mark.parametrize("name", NAMES)
def test_every_clause_and_field_names_its_source(name):
    """A source row, or `model` with what asks for it; nothing rests on nothing."""
    agreement = load(name, BOOK)
    rows = list(checks.sources(agreement, BOOK))

    assert all(source for _, source in rows)
    assert [clause.id for clause in agreement.clauses] == [what for what, _ in rows if not what.startswith(" ")]
    assert all(source != "model: " and "[R]" not in source for _, source in rows)
    assert {"en", "ja", "zh"} == set(checks.reviewed(agreement))


def test_names_the_forms_of_a_clause():
    """What starts it, fulfils it, undoes it, verifies it and breaks it."""
    roadmap = load("roadmap", BOOK)

    assert ("roadmap-step", "roadmap-undone", "roadmap-finding") == checks.forms_of(roadmap.clause("shutdown"))
    assert ("roadmap-transfer",) == checks.forms_of(roadmap.clause("no-transfer"))
