"""What the desk hands to a console: what is new and nothing else, at once or when there is something."""

import threading
import time

import pytest

from deskside import CONTACT, at_work, key_file, tick
from searoom import officer
from searoom.desk import asking as desk
from searoom.desk.following import Following
from searoom.errors import NotAllowed
from searoom.signals import forms


def follow(stage, held=(), notes=0, known="", wait_s=0):
    """Ask amber's desk what is new."""
    return desk.ask(
        stage.folder("amber"), {"do": "follow", "held": list(held), "notes": notes, "known": known, "wait_s": wait_s}
    )


def contact(stage):
    """Let one officer open contact."""
    return officer.say(stage.folder("amber"), key_file(stage, "amber-1"), CONTACT, forms.load())


def test_each_entry_is_handed_over_once_with_its_words(stage):
    """What a console does not hold comes with its words opened; what it holds does not come again."""
    with at_work(stage, "amber"):
        contact(stage)
        first = follow(stage)
        held = list(dict(first["sizes"]).items())
        again = follow(stage, held, first["noted"], first["known"])

        assert dict(first["sizes"])["amber"] == len(first["entries"])
        assert "hotline-contact" == forms.decode(first["entries"][-1][2], forms.load()).form
        assert ([], []) == (again["entries"], again["notes"])


def test_a_console_that_waits_is_told_at_once(stage):
    """What is said while somebody waits comes long before the wait is over."""
    with at_work(stage, "amber"):
        first = follow(stage)
        said = threading.Timer(0.5, contact, [stage])
        said.start()
        begun = time.monotonic()
        reply = follow(stage, dict(first["sizes"]).items(), first["noted"], first["known"], wait_s=20)
        said.join()

        assert reply["entries"]
        assert time.monotonic() - begun < 10


def test_a_wait_ends_with_nothing_new(stage):
    """Who waits for nothing is answered in the end."""
    with at_work(stage, "amber"):
        first = follow(stage)
        reply = follow(stage, dict(first["sizes"]).items(), first["noted"], first["known"], wait_s=1)

        assert ([], []) == (reply["entries"], reply["notes"])


def test_the_picture_is_what_the_sensors_see_now(stage):
    """Open encounters come as whole numbers; with nothing seen there are none."""
    with at_work(stage, "amber"):
        picture = desk.ask(stage.folder("amber"), {"do": "picture"})

        assert [] == picture["open"]
        assert 0 == picture["craft"]


@pytest.mark.parametrize("odd", [[["amber"]], [["amber", -1]], [["no log!", 1]], "amber"])
def test_what_is_asked_oddly_is_refused(stage, odd):
    """A request that is none is named, and the node goes on."""
    with at_work(stage, "amber"):
        with pytest.raises(NotAllowed):
            desk.ask(stage.folder("amber"), {"do": "follow", "held": odd, "notes": 0, "known": "", "wait_s": 0})

        assert follow(stage)["sizes"]


def test_who_waits_looks_at_nothing_until_something_is_written(stage, monkeypatch):
    """A console that waits costs its node one look at the beginning, and one after each thing that was written."""
    looks = []
    told = Following._told
    monkeypatch.setattr(Following, "_told", lambda self: looks.append(1) or told(self))
    with at_work(stage, "amber"):
        first = follow(stage)
        looks.clear()
        follow(stage, dict(first["sizes"]).items(), first["noted"], first["known"], wait_s=2)

    assert len(looks) <= 4


def test_a_grade_comes_with_the_picture_in_the_same_answer(stage):
    """Who waits has the encounter with its figures at once, without a second question."""
    with at_work(stage, "amber"):
        first = follow(stage)
        for second in range(0, 701, 50):
            tick(stage, "amber", second)
        reply = follow(stage, dict(first["sizes"]).items(), first["noted"], first["known"], wait_s=5)

    assert first["known"] != reply["known"]
    assert {"AMBER 21", "CORAL 34"} == {reply["picture"]["open"][0][side] for side in ("a", "b")}
