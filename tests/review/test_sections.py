"""Tests of the values that a page is made of."""

import dataclasses

import pytest

from review.samples import content
from searoom.review import sections


def test_names_a_party_in_the_language_of_the_page():
    """A stranger keeps its id."""
    assert ["琥珀", "jade"] == [content("ja").name(party) for party in ("amber", "jade")]


def test_each_section_has_a_heading_and_a_place():
    """The order of the sections is said once."""
    assert 8 == len(set(sections.SECTIONS))


@pytest.mark.parametrize(
    "kind", [kind for kind in vars(sections).values() if dataclasses.is_dataclass(kind)], ids=lambda kind: kind.__name__
)
def test_values_cannot_be_changed(kind):
    """What a page shows is fixed when it is made."""
    assert kind.__dataclass_params__.frozen
    assert "__slots__" in vars(kind)
