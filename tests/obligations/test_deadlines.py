"""Triggers and terms: which occasions arise, and until when."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom import clock
from searoom.errors import NotAllowed
from searoom.obligations.deadlines import (
    FAR_US,
    FITS,
    TERMS,
    TRIGGERS,
    Occasion,
    Said,
    Term,
    Trigger,
    year_of,
    year_start_us,
)
from searoom.obligations.pack import Table

HOUR_US = 3_600_000_000
AT = clock.from_text


def occasions(trigger, start, now, said=()):
    """Return the occasions of a trigger."""
    return list(TRIGGERS[trigger.kind].occasions(trigger, said, AT(start), AT(now), {}))


def test_a_standing_clause_never_falls_due():
    """Nothing arises by itself."""
    assert [] == occasions(Trigger("standing"), "2018-06-08T00:00:00Z", "2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("now", "years"),
    [
        ("2018-06-07T23:59:59Z", []),
        ("2018-06-08T00:00:00Z", ["2018"]),
        ("2018-12-31T23:59:59Z", ["2018"]),
        ("2019-01-01T00:00:00Z", ["2018", "2019"]),
        ("2021-03-29T00:00:00Z", ["2018", "2019", "2020", "2021"]),
    ],
)
def test_each_year_is_an_occasion(now, years):
    """From the start on, every calendar year of UTC, the present one included."""
    found = occasions(Trigger("yearly", from_year=2018), "2018-06-08T00:00:00Z", now)

    assert years == [o.label for o in found]


def test_years_meet_without_gap():
    """A year ends where the next begins; the first begins with the agreement."""
    first, second = occasions(Trigger("yearly", from_year=2000), "2018-06-08T00:00:00Z", "2019-05-01T00:00:00Z")

    assert (AT("2018-06-08T00:00:00Z"), AT("2019-01-01T00:00:00Z")) == (first.arose_us, first.until_us)
    assert first.until_us == second.arose_us


def test_a_later_first_year_waits():
    """`from_year` holds where it lies after the start."""
    assert [] == occasions(Trigger("yearly", from_year=2020), "2018-06-08T00:00:00Z", "2019-05-01T00:00:00Z")


@pytest.mark.parametrize(
    ("start", "now", "slots"),
    [
        ("2026-06-03T00:00:00Z", "2026-06-03T02:29:59Z", ["2026-06-03T02:30:00Z"]),
        ("2026-06-03T00:00:00Z", "2026-06-03T02:30:00Z", ["2026-06-03T02:30:00Z", "2026-06-04T02:30:00Z"]),
        ("2026-06-03T02:30:00Z", "2026-06-03T02:00:00Z", ["2026-06-03T02:30:00Z"]),
        ("2026-06-03T02:30:01Z", "2026-06-03T03:00:00Z", ["2026-06-04T02:30:00Z"]),
        ("2026-06-05T00:00:00Z", "2026-06-05T00:00:00Z", ["2026-06-05T02:30:00Z"]),
    ],
)
def test_gives_the_slots_that_came_and_the_next(start, now, slots):
    """The schedule counts from its own start; slots before the agreement's are none."""
    trigger = Trigger("schedule", every_us=24 * HOUR_US, start_us=AT("2026-06-03T02:30:00Z"))

    assert slots == [clock.to_text(o.arose_us) for o in occasions(trigger, start, now)]


@given(st.integers(1, 48), st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**12))
def test_slots_are_even_and_without_gap(hours, schedule_us, start_us, after_us):
    """Each slot lasts until the next; exactly one lies ahead."""
    trigger, now_us = Trigger("schedule", every_us=hours * HOUR_US, start_us=schedule_us), start_us + after_us
    found = list(TRIGGERS["schedule"].occasions(trigger, (), start_us, now_us, {}))

    assert all(a.until_us == b.arose_us for a, b in pairwise(found))
    assert all((o.arose_us - schedule_us) % trigger.every_us == 0 and o.arose_us >= start_us for o in found)
    assert [found[-1]] == [o for o in found if o.arose_us > now_us]


def said(form, at_us, delivered_us=None):
    """Return an entry as triggers see it."""
    return Said(("amber", 4), form, "amber", ("coral",), at_us, delivered_us)


def test_an_entry_of_the_form_starts_a_duty():
    """Only its own form, only since the agreement's start, however far its author's clock is ahead."""
    entries = [said("read", 5), said("hotline-message", 5), said("hotline-message", 4), said("hotline-message", 10**9)]
    found = list(TRIGGERS["on-entry"].occasions(Trigger("on-entry", form="hotline-message"), entries, 5, 6, {}))

    assert [entries[1], entries[3]] == [o.cause for o in found]
    assert {FAR_US} == {o.until_us for o in found}


@pytest.mark.parametrize(
    ("term", "cause", "due_us"),
    [
        (Term("none"), None, None),
        (Term("on-receipt"), said("x", 100, 150), None),
        (Term("period-end"), None, 1000),
        (Term("within", 30, "start"), None, 130),
        (Term("within", 30, "delivery"), said("x", 100, 150), 180),
        (Term("within", 30, "delivery"), said("x", 100), None),
    ],
)
def test_knows_the_deadline(term, cause, due_us):
    """A time that counts from delivery does not run before it."""
    assert due_us == TERMS[term.kind].due(term, Occasion("x", 100, 1000, cause))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("yearly", {"from_year": 1066}),
        ("yearly", {}),
        ("schedule", {"every": "59 min", "start": datetime(2026, 6, 3, tzinfo=UTC)}),
        ("schedule", {"every": "24 h"}),
        ("on-entry", {}),
    ],
)
def test_refuses_a_trigger_without_its_numbers(kind, values):
    """Missing, out of range, or too often."""
    with pytest.raises(NotAllowed, match=r"pack\.toml"):
        TRIGGERS[kind].read(Table(values, "pack.toml"))


@pytest.mark.parametrize("values", [{"time": "30", "from": "start"}, {"time": "30 min"}, {"time": "1 h", "from": "x"}])
def test_refuses_a_term_without_its_unit(values):
    """A time needs its unit, and from when it counts."""
    with pytest.raises(NotAllowed, match=r"pack\.toml"):
        TERMS["within"].read(Table(values, "pack.toml"))


@given(st.integers(1970, 2199))
def test_knows_its_years(year):
    """A year begins with its first microsecond."""
    assert (year - 1, year) == (year_of(year_start_us(year) - 1), year_of(year_start_us(year)))


def test_every_kind_has_its_place_and_its_meaning():
    """Each trigger says which terms fit it, and each row says what it means."""
    assert set(TRIGGERS) == set(FITS)
    assert set(TERMS) == set().union(*FITS.values())
    assert all(row.meaning for row in (*TRIGGERS.values(), *TERMS.values()))


# -- once, after, pledges; days of the year, fields of the entry, working days ----------------------------------------


def of_entry(at, **fields):
    """Return an occasion that an entry started, with these fields."""
    cause = Said(("amber", 0), "x", "amber", ("coral",), AT(at), AT(at), fields=fields)
    return Occasion("x", AT(at), FAR_US, cause)


def test_a_single_occasion_arises_once_and_not_before_the_start():
    """On its day, or at the start of the agreement where that is later."""
    day = Trigger("once", start_us=AT("2026-02-01T00:00:00Z"))

    assert ["2026-02-01"] == [o.label for o in occasions(day, "2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z")]
    assert ["2026-03-01"] == [o.label for o in occasions(day, "2026-03-01T00:00:00Z", "2030-01-01T00:00:00Z")]
    assert ["2026-02-01"] == [
        o.label
        for o in occasions(
            Trigger("pledge", start_us=AT("2026-02-01T00:00:00Z")), "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"
        )
    ]


@pytest.mark.parametrize(
    ("reached", "found"), [({}, []), ({"a": 5}, []), ({"a": 5, "b": 9}, [9]), ({"a": 9, "b": 2}, [9])]
)
def test_what_waits_arises_with_the_last_that_is_done(reached, found):
    """All of them, at the moment of the last."""
    trigger = Trigger("after", clauses=("a", "b"), state="met")

    assert found == [o.arose_us for o in TRIGGERS["after"].occasions(trigger, (), 0, 10, reached)]


@pytest.mark.parametrize(
    ("term", "occasion", "due"),
    [
        (Term("by-day", month=11, day=30), Occasion("2026", AT("2026-01-01T00:00:00Z"), FAR_US), "2026-12-01T00:00:00Z"),
        (Term("by-day", month=2, day=28), Occasion("2028", AT("2028-01-01T00:00:00Z"), FAR_US), "2028-02-29T00:00:00Z"),
        (Term("by-date", at_us=AT("2026-04-15T00:00:00Z")), Occasion("x", 0, FAR_US), "2026-04-15T00:00:00Z"),
        (Term("before", 24 * HOUR_US, "receipt", field="start"), of_entry("2026-01-01T00:00:00Z", start="2026-03-02"), "2026-03-01T00:00:00Z"),
        (Term("before", HOUR_US, "receipt", field="start"), of_entry("2026-01-01T00:00:00Z", start=(AT("2026-03-02T06:00:00Z"), 540)), "2026-03-02T05:00:00Z"),
        (Term("at-latest", HOUR_US, "sending", field="start"), of_entry("2026-01-01T00:00:00Z", start=AT("2026-03-02T06:00:00Z")), "2026-03-02T07:00:00Z"),
        (Term("after-field", 24 * HOUR_US, field="end"), of_entry("2026-01-01T00:00:00Z", end="2026-03-02"), "2026-03-04T00:00:00Z"),
        (Term("after-field", 24 * HOUR_US, field="end"), of_entry("2026-01-01T00:00:00Z", end=AT("2026-03-02T06:00:00Z")), "2026-03-03T06:00:00Z"),
        (Term("after-field", 24 * HOUR_US, field="end"), of_entry("2026-01-01T00:00:00Z"), None),
        (Term("before", HOUR_US, "receipt", field="end"), of_entry("2026-01-01T00:00:00Z", end="soon"), None),
        (Term("working-days", counts_from="delivery", days=1), Occasion("x", 0, FAR_US), None),
    ],
    ids=str,
)  # fmt: skip
def test_knows_the_deadlines_that_days_and_fields_give(term, occasion, due):
    """A day counts to its end; a field that is missing or is no time gives none."""
    found = TERMS[term.kind].due(term, occasion)

    assert due == (None if found is None else clock.to_text(found))


def test_every_kind_fits_something_and_is_on_the_page():
    """Triggers and terms of the page of the format are those of the tables."""
    from pathlib import Path

    page = (Path(__file__).parents[2] / "docs" / "formats" / "agreement.md").read_text(encoding="utf-8")

    assert set(TRIGGERS) == set(FITS)
    assert set(TERMS) == {term for terms in FITS.values() for term in terms}
    assert [] == [name for name in (*TRIGGERS, *TERMS) if f"| `{name}` |" not in page]
