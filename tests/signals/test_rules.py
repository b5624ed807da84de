"""Rules between the fields of a form: rows of its table, judged alike on both ends, each finding with field and clause."""

from dataclasses import replace

import pytest

from searoom.errors import NotAllowed
from searoom.signals import rules
from searoom.signals.formbook import FormBook, read_form
from searoom.signals.forms import Filled, advise, check

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
    assert 5 == len({book.hash, *(FormBook((other,)).hash for other in others)})


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
