"""What the pages ask the node and the account for: a class of geometry in words, and an answer that is sent once."""

import asyncio
from types import SimpleNamespace

import pytest

from searoom.console.asked import PACKAGE
from searoom.console.contact import asking
from searoom.console.contact.seen import Craft, Shown, slug
from searoom.encounters.alerts import Reason
from searoom.encounters.geometry import Colregs, Geometry
from searoom.errors import NotAllowed, StateUnknown
from searoom.review.texts import Texts
from searoom.signals.tables import LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_class_of_geometry_has_words_with_the_two_names(lang):
    """None is left to be read as it stands in the code; where one of the two does something, it is named."""
    asked = SimpleNamespace(texts=Texts(lang, PACKAGE), lang=lang)
    for geometry in Geometry:
        one = Shown(Craft("A 1"), Craft("B 2"), geometry=str(geometry))
        assert asking.classed(asked, "geometry", one)
    for rule in Colregs:
        if rule is not Colregs.NONE:
            told = asking.classed(asked, "colregs", Shown(Craft("A 1"), Craft("B 2"), colregs=str(rule)))
            assert ("A 1" in told and "B 2" in told) or rule is Colregs.HEAD_ON
    assert all(asked.texts.has(f"ended.{reason.name.lower()}") for reason in Reason)
    assert "crossing_a_stands_on_rules_15_17" == slug(str(Colregs.STANDS_ON))


class Desk:
    """Takes requests, or fails as a desk fails."""

    def __init__(self, fault=None):
        self.fault, self.asked = fault, []

    async def ask(self, request):
        self.asked.append(request)
        if self.fault is not None:
            raise self.fault


class Numbers:
    """The numbers of forms that were taken."""

    def __init__(self):
        self.came = {}

    def begin(self, number, _person, _now_us):
        if number in self.came:
            return self.came[number]
        self.came[number] = ""
        return None

    def ended(self, number, came):
        self.came[number] = came

    def give_back(self, number):
        del self.came[number]


def asked_of(desk):
    return SimpleNamespace(
        session=SimpleNamespace(person=None), house=SimpleNamespace(people=Numbers(), follower=desk)
    )  # fmt: skip


def send(asked, number="1", path="/x", do="acknowledge"):
    asyncio.run(asking.once(asked, {"number": number}, path, {"do": do}))


def test_the_same_form_is_asked_for_once_and_another_pairs_again():
    """One page has one number, and a form for each pair that is open."""
    asked = asked_of(Desk())
    for path in ("/x", "/x", "/y"):
        send(asked, path=path)

    assert 2 == len(asked.house.follower.asked)


def test_what_was_refused_may_be_sent_again():
    """Nothing happened; the number is free."""
    asked = asked_of(Desk(NotAllowed("no")))
    for _ in range(2):
        with pytest.raises(NotAllowed, match="no"):
            send(asked)

    assert 2 == len(asked.house.follower.asked)


def test_what_nobody_knows_the_end_of_is_not_sent_again():
    """The desk gave no whole answer: the person is told to look, and no second request goes out."""
    asked = asked_of(Desk(StateUnknown("no whole answer")))
    with pytest.raises(StateUnknown, match="no whole answer"):
        send(asked)
    with pytest.raises(StateUnknown, match="was sent before"):
        send(asked)

    assert 1 == len(asked.house.follower.asked)
