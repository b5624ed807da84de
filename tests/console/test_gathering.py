"""What stands in the boxes becomes the text that the forms read, and a text that a link brings goes into the boxes."""

import re

import pytest

from searoom.console.fields import drawn
from searoom.console.gathering import gathered, unread
from searoom.signals import forms
from searoom.signals.kinds import FIELD_KINDS, Context

BOOK = forms.load()
SAMPLES = {
    "time": "2026-06-03T04:05:06Z",
    "zoned": "2026-06-03T13:05:06+09:00",
    "date": "2026-06-03",
    "position": "32-10.5N 165-20.0W",
    "area": "polygon 32-10N 165-20W; 32-20N 165-20W; 32-20N 165-10W",
    "distance": "137 m ± 25 m",
    "speed": "10 kn",
    "duration": "18 min",
    "angle": "045",
    "ref": "amber/12",
    "names": "area, warning",
    "codes": "AA, BB2",
    "indexes": "1, 4, 9",
    "parameters": "course=045, speed=10",
    "craft": "type=warship; name=Amber One; number=101",
    "measured": "of=range; value=137 m ± 25 m; axis=slant; method=radar; source=Amber One; at=2026-06-03T13:05:06+09:00",
    "act": "act=low-pass; perceived=it passed low; twice; means=eye; at=2026-06-03T13:05:06+09:00; lasting=2 min",
    "translation": "of=words; text=ja: 訓練中; maker=author; review=unreviewed",
    "count": "12",
    "text": "Two lines,\nof words.",
    "party": "amber",
}


def fields_of(kind):
    """Return a form with a field of a kind, and the name under which it is filled in."""
    for form in BOOK.forms:
        for name, (value, _) in form.typed.items():
            if kind == "distance":
                return form, name, form.field(value)
        for each in form.fields:
            if each.kind == kind:
                return form, each.name, each
    raise AssertionError(kind)


def posted(form, typed):
    """Return what a browser would post of the boxes that a page draws."""
    rows = drawn(form, typed, (), "en", {"amber": "Amber"})
    boxes = [box for row in rows for each in (row, *row.parts) for box in each.boxes]
    return {box.name: box.value for box in boxes}


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_what_a_link_brings_is_what_the_form_reads(kind):
    """Drawn into its boxes and posted again, a text of each kind still says the same; drawn twice, too."""
    form, name, each = fields_of(kind)
    once = posted(form, {f"field-{name}": SAMPLES[kind]})
    twice = posted(form, once)
    read, context = FIELD_KINDS[kind].parse, Context(each.choices, "en")

    assert read(SAMPLES[kind], context) == read(gathered(form, once)[name], context)
    assert once == twice
    assert {name} == set(gathered(form, once))


@pytest.mark.parametrize("area", ["circle 32-10N 165-20W 20 nm", "quadrant 32-10N 165-20W 20 nm 090-180"])
def test_each_shape_of_an_area_goes_into_the_boxes_and_back(area):
    """Circle and sector keep their centre, radius and bearings."""
    form, name, _ = fields_of("area")

    assert area == gathered(form, posted(form, {f"field-{name}": area}))[name]


def test_a_picker_gives_a_time_in_utc():
    """What a picker posts has no zone; it is UTC, as the page says beside it."""
    assert {"at": "2026-06-03T04:05Z"} == gathered(BOOK.form("sighting"), {"field-at": "2026-06-03T04:05"})


def test_a_unit_typed_behind_the_figure_counts_before_the_one_beside_it():
    """Whoever writes 137 yd means yards, whatever the box beside it says."""
    form = BOOK.form("sighting")

    assert {"speed": "5 m/s"} == gathered(form, {"field-speed": "5 m/s", "field-speed~unit": "kn"})
    assert {"speed": "１０ kn"} == gathered(form, {"field-speed": "１０", "field-speed~unit": "kn"})


def test_empty_boxes_are_no_field():
    """A unit or a zone alone says nothing."""
    form = BOOK.form("observed-act")
    empty = {"field-act.at~zone": "Z", "field-measured.value~unit": "m", "field-by.name": " "}

    assert {} == gathered(form, empty)


def test_a_stray_field_is_left_for_the_forms_to_refuse():
    """What the form does not have is handed on, so that it is refused and not dropped."""
    assert {"height": "3 m"} == gathered(BOOK.form("sighting"), {"field-height": "3 m"})


def test_all_that_cannot_be_read_is_found_at_once_each_at_its_field():
    """Two slips are two findings, beside what is missing; a good field has none."""
    form = BOOK.form("exercise-notice")
    values = {"start": "soon", "area": "the sea", "ships": "3"}

    found = unread(BOOK, form, values, {"lang": "en"})
    by_field = {one.where: one for one in found}

    assert "exercise-notice: area" == by_field["area"].clause
    assert re.search("no day", by_field["start"].sentence)
    assert "this is needed and missing" == by_field["purpose"].sentence
    assert "ships" not in by_field
    assert 1 == [one.where for one in found].count("area")
    assert () == unread(BOOK, form, {"ships": "3"}, {"lang": "en"})
