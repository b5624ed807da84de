"""Tokens of programs: shown once, kept as a hash, for something, and with an end."""

import pytest

from console_at_work import people
from searoom.console.bearers import LONGEST_US, MARK
from searoom.console.peoplefile import FILE
from searoom.errors import NotAllowed

NOW = 1_780_000_000_000_000
HOUR = 3_600_000_000


@pytest.fixture
def tokens(stage):
    """The tokens of a console."""
    made = people(stage.folder("amber"))
    yield made.bearers
    made.close()


def test_a_token_opens_until_its_end(tokens):
    """Who shows it is known by its name, roles and uses until the moment that was named, and not a microsecond later."""
    token = tokens.give("plotter", ["watch", "duty"], ["api"], NOW + HOUR, NOW)
    found = tokens.bearer(token, NOW + HOUR - 1)

    assert ("plotter", {"watch", "duty"}, {"api"}) == (found.name, found.roles, found.uses)
    assert tokens.bearer(token, NOW + HOUR) is None
    assert tokens.bearer(token + "x", NOW) is None


def test_the_file_does_not_hold_it(tokens, stage):
    """Whoever reads the file of accounts can use no token."""
    token = tokens.give("plotter", ["watch"], ["api"], NOW + HOUR, NOW)

    assert token.startswith(MARK)
    assert token.encode() not in (stage.folder("amber") / FILE).read_bytes()


def test_giving_and_withdrawing_are_written_down(stage):
    """Both are deeds, with the name and what it opens, and never the token."""
    made = people(stage.folder("amber"))
    token = made.bearers.give("plotter", ["watch"], ["api"], NOW + HOUR, NOW)
    made.bearers.withdraw("plotter", NOW)
    deeds = [(deed.kind, deed.account, deed.about) for deed in made.audit.waiting()][-2:]
    gone = made.bearers.bearer(token, NOW)
    made.close()

    assert [("token-given", "plotter", "watch api"), ("token-withdrawn", "plotter", "")] == deeds
    assert gone is None


@pytest.mark.parametrize(
    ("name", "roles", "uses", "until_us"),
    [
        ("Plotter", ["watch"], ["api"], NOW + HOUR),
        ("plotter", [], ["api"], NOW + HOUR),
        ("plotter", ["captain"], ["api"], NOW + HOUR),
        ("plotter", ["watch"], [], NOW + HOUR),
        ("plotter", ["watch"], ["api", "calendar"], NOW + HOUR),
        ("plotter", ["watch"], ["api"], NOW),
        ("plotter", ["watch"], ["api"], NOW + LONGEST_US + 1),
        ("there", ["watch"], ["api"], NOW + HOUR),
    ],
)
def test_what_is_no_token_is_refused(tokens, name, roles, uses, until_us):
    """An odd name, no role or use, one that stands in addresses and opens more, no end, or a taken name: nothing is made."""
    tokens.give("there", ["watch"], ["metrics"], NOW + HOUR, NOW)
    with pytest.raises(NotAllowed) as refused:
        tokens.give(name, roles, uses, until_us, NOW)

    assert refused.value.sentence
    assert ["there"] == [one.name for one in tokens.everybody()]
