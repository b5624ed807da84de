"""Which framework a threat asks for: four have a name, and two parties may see two."""

import pytest

from packs import rule, small, tell
from searoom.errors import NotAllowed
from searoom.obligations.frameworks import FRAMEWORKS, UNNAMED, framework

REGISTER = 'kind = "frameworks"\nform = "issues-threat"\nname = "name"'


@pytest.mark.parametrize(
    ("criteria", "name"),
    [
        (("specific", "external", "military"), "conventional"),
        (("nonspecific", "internal", "military"), "collective"),
        (("specific", "internal", "comprehensive"), "common"),
        (("nonspecific", "internal", "comprehensive"), "cooperative"),
        (("specific", "external", "comprehensive"), UNNAMED["en"]),
        (("nonspecific", "external", "military"), UNNAMED["en"]),
    ],
)
def test_names_the_four_of_eight(criteria, name):
    """The other four are said as what they are."""
    assert name == framework(dict(zip(("threat", "origin", "means"), criteria, strict=True)))["en"]
    assert 4 == len(FRAMEWORKS)


def test_two_views_without_a_name_still_differ():
    """Both would be 'no named framework'; the criteria differ, and that shows."""
    says = "{} says issues-threat: name = sanctions; threat = {}; origin = external; means = comprehensive"
    tell(
        small(rule("r", REGISTER)), "At 2026-02-01",
        says.format("amber", "specific"), "everybody receives everything", "Then r for sanctions is alone",
        says.format("coral", "nonspecific"), "everybody receives everything", "Then r for sanctions is differ",
        says.format("coral", "specific"), "everybody receives everything", "Then r for sanctions is agree",
    )  # fmt: skip


def test_needs_the_three_criteria():
    """A form without them classifies nothing."""
    with pytest.raises(NotAllowed, match="has no choice 'threat'"):
        small(rule("r", REGISTER.replace("issues-threat", "meeting-held")))
