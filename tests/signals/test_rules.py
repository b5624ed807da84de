"""Rules between the fields of a form: rows of its table, judged alike on both ends, each finding with field and clause."""

from dataclasses import replace

import pytest

from searoom.errors import NotAllowed
from searoom.signals import rules
from searoom.signals.formbook import FormBook, load, read_form
from searoom.signals.forms import Filled, advise, check, decode, encode, from_text

HEAD = """
name = "notice"
version = 1
rules = 1
visibility = "shared"
channels = ["desk"]
source = "test"
title = { en = "t", ja = "t", zh = "t" }
"""


def field(name, kind, *more):
    return (
        f'[[field]]\nname = "{name}"\nkind = "{kind}"\nrequired = false\nlabel = {{ en = "x", ja = "x", zh = "x" }}\n'
        + "\n".join((*more, ""))
    )


def rule(text):
    return f'\n[[rule]]\nclause = "notice: a rule"\n{text}\n'


FIELDS = "".join([
    field("start", "zoned"), field("end", "time"), field("day", "date"), field("size", "count"), field("how", "choice", "choices.loud = { en = 'l', ja = 'l', zh = 'l' }", "choices.mute = { en = 'm', ja = 'm', zh = 'm' }"),
    field("speed", "speed"), field("words", "text"),
])  # fmt: skip
START = (1_780_459_506_000_000, 540)  # 2026-06-03T04:05:06Z
HOUR = 3_600_000_000


def notice(text, fields):
    form = read_form(HEAD + FIELDS + rule(text), "notice.toml")
    return Filled("notice", 1, "desk", "routine", "en", fields), FormBook((form,))


@pytest.mark.parametrize(
    ("text", "fields", "where"),
    [
        ('kind = "needs"\nfields = ["start", "end"]', {"start": START}, "end"),
        ('kind = "needs"\nfields = ["start", "end"]', {"start": START, "end": START[0]}, ""),
        ('kind = "needs"\nfields = ["start", "end"]', {"words": "x"}, ""),
        ('kind = "needs"\nfields = ["how", "words"]\nis = ["loud"]', {"how": "loud"}, "words"),
        ('kind = "needs"\nfields = ["how", "words"]\nis = ["mute"]', {"how": "loud"}, ""),
        ('kind = "order"\nfields = ["start", "end"]', {"start": START, "end": START[0] - 1}, "end"),
        ('kind = "order"\nfields = ["start", "end"]', {"start": START, "end": START[0]}, ""),
        ('kind = "order"\nfields = ["day", "end"]', {"day": "2026-06-04", "end": START[0]}, "end"),
        ('kind = "order"\nfields = ["day", "end"]', {"day": "2026-06-03", "end": START[0]}, ""),
        (
            'kind = "lasting"\nfields = ["start", "end"]\nhigh = "6 h"',
            {"start": START, "end": START[0] + 6 * HOUR + 1},
            "end",
        ),
        ('kind = "lasting"\nfields = ["start", "end"]\nhigh = "6 h"', {"start": START, "end": START[0] + 6 * HOUR}, ""),
        ('kind = "between"\nfields = ["size"]\nlow = "1"\nhigh = "9"', {"size": 0}, "size"),
        ('kind = "between"\nfields = ["size"]\nlow = "1"\nhigh = "9"', {"size": 10}, "size"),
        ('kind = "between"\nfields = ["size"]\nlow = "1"\nhigh = "9"', {"size": 9}, ""),
        ('kind = "between"\nfields = ["speed"]\nhigh = "30 kn"', {"speed": 15_434}, "speed"),
    ],
)
@pytest.mark.parametrize("weight", ["needed", "advice"])
def test_each_rule_names_its_field_and_clause(text, fields, where, weight):
    """What is needed is found by the check, what is advice by the advice, and neither by the other."""
    filled, book = notice(f'{text}\nweight = "{weight}"', fields)
    found, doubted = check(filled, book), advise(filled, book)
    wanted = [(where, "notice: a rule")] if where else []
    assert wanted == [(one.where, one.clause) for one in (found if weight == "needed" else doubted)]
    assert not (doubted if weight == "needed" else found)


def test_what_is_missing_is_judged_where_it_is_asked_for():
    """A rule says nothing of fields that are not there, nor of values of another kind."""
    for text in (
        'kind = "order"\nfields = ["start", "end"]',
        'kind = "lasting"\nfields = ["start", "end"]\nhigh = "6 h"',
    ):
        assert () == check(*notice(text, {"end": START[0]}))
    filled, book = notice('kind = "between"\nfields = ["size"]\nlow = "1"', {"size": "many"})
    assert ["size"] == [one.where for one in check(filled, book)]


def test_the_rules_stand_under_the_hash():
    """Who judges by other rules, or by another version of them, has another book, and the nodes see it."""
    _, book = notice('kind = "between"\nfields = ["size"]\nlow = "1"', {})
    (form,) = book.forms
    others = [
        replace(form, rules_version=form.rules_version + 1),
        replace(form, asks=()),
        replace(form, asks=(replace(form.asks[0], low="2"),)),
        replace(form, asks=(replace(form.asks[0], weight="advice"),)),
    ]
    others += [replace(form, asks=(replace(form.asks[0], since=2),)), replace(form, version=2), replace(form, oldest=0)]
    assert 8 == len({book.hash, *(FormBook((other,)).hash for other in others)})


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('kind = "taste"\nfields = ["size"]', "taste"),
        ('kind = "needs"\nfields = ["size"]', "about 2 fields"),
        ('kind = "needs"\nfields = ["size", "colour"]', "no field 'colour'"),
        ('kind = "order"\nfields = ["size", "end"]', "times and dates"),
        ('kind = "between"\nfields = ["size"]', "low or a high limit"),
        ('kind = "between"\nfields = ["size"]\nlow = "few"', "no whole number"),
        ('kind = "lasting"\nfields = ["start", "end"]\nhigh = "soon"', "no duration"),
        ('kind = "order"\nfields = ["start", "end"]\nweight = "heavy"', "heavy"),
        ('kind = "order"\nfields = ["start", "end"]\nsize = 3', "unknown field 'size'"),
        ('kind = "needs"\nfields = ["how", "words"]\nis = ["soft"]', "'soft' is no choice"),
        ('kind = "needs"\nfields = ["how", "words"]\nsince = 2', "since version 2"),
        ('kind = "needs"\nfields = ["how", "words"]\nsince = 0', "since version 0"),
    ],
)
def test_refuses_a_rule_that_cannot_be_judged(text, named):
    """A slip in a rule is seen when the form is read, not when a message comes."""
    with pytest.raises(NotAllowed) as refused:
        notice(text, {})
    assert named in refused.value.sentence


def test_refuses_a_version_of_the_rules_that_is_not_known():
    """An old program says that it cannot judge, and does not judge otherwise."""
    with pytest.raises(NotAllowed, match="known in the versions"):
        read_form(HEAD.replace("rules = 1", f"rules = {rules.VERSION + 1}") + FIELDS, "notice.toml")


BOOK = load()
NOTICE = {
    "designation": "WATCHFUL 26", "purpose": "training", "command": "fleet", "personnel": "9000", "ships": "12", "aircraft": "4",
    "start": "2026-06-20", "end": "2026-06-12", "area": "circle 32-10N 125-20E 20 nm", "warning": "none",
}  # fmt: skip


@pytest.mark.parametrize("name", [form.name for form in BOOK.forms if form.visibility == "shared"])
def test_what_bounds_a_period_has_its_order_judged(name):
    """Wherever a shared form has a begin and an end, an end before the begin is doubted."""
    form = BOOK.form(name)
    there = {each.name for each in form.fields if each.kind in ("date", "time", "zoned")}
    for pair in (("start", "end"), ("from", "to"), ("date", "next_date"), ("begin", "end")):
        if there.issuperset(pair):
            assert pair in [row.fields for row in form.asks if row.kind == "order"], (name, pair)


def test_a_notice_that_ends_before_it_begins_is_doubted():
    """Nothing is missing in it, so it may be said; the doubt names the field and the rule."""
    filled = from_text(BOOK, "exercise-notice", NOTICE)
    assert () == check(filled, BOOK)
    assert [("end", "exercise-notice: end")] == [(one.where, one.clause) for one in advise(filled, BOOK)]
    late = from_text(BOOK, "exercise-notice", NOTICE | {"end": "2062-06-22"})
    assert ["end"] == [one.where for one in advise(late, BOOK)]
    assert () == advise(from_text(BOOK, "exercise-notice", NOTICE | {"end": "2026-06-20"}), BOOK)


def test_an_older_version_is_read_and_judged_by_its_own_rules():
    """What was said before a rule came is read from its bytes, written as it was, and not doubted by that rule."""
    new = from_text(BOOK, "exercise-notice", NOTICE)
    old = replace(new, version=1)
    assert (2, 1) == (new.version, decode(encode(old, BOOK), BOOK).version)
    assert encode(old, BOOK) != encode(new, BOOK)
    assert ((), ()) == (check(old, BOOK), advise(old, BOOK))
    for strange in (0, 3):
        assert 1 == len(check(replace(new, version=strange), BOOK))
        with pytest.raises(NotAllowed, match="known in version 1 to 2"):
            encode(replace(new, version=strange), BOOK)


@pytest.mark.parametrize("oldest", [0, 2])
def test_refuses_an_oldest_version_that_cannot_be(oldest):
    """A form cannot be read in a version that it never had."""
    with pytest.raises(NotAllowed, match="oldest version"):
        read_form(HEAD + f"oldest = {oldest}\n" + FIELDS, "notice.toml")
