"""The consoles of an exercise: one a party, each with its own accounts, both open in one browser."""

import pytest

from console_at_work import Browser, wait_for, words
from searoom.errors import StateUnknown
from searoom.exercise.consoles import Consoles
from stage import gone


@pytest.fixture
def consoles(stage):
    """Both nodes as processes, and their consoles beside them."""
    found = Consoles(stage)
    try:
        for party in stage.parties:
            stage.start(party)
        found.open()
        yield found
    finally:
        found.close()
        stage.stop()


def test_one_browser_sits_at_both_consoles(consoles):
    """A browser keeps cookies by host and not by port: the two sessions do not put each other out."""
    cookies = {}
    for party, address in consoles.addresses.items():
        sit = Browser(address.removeprefix("http://").rstrip("/"), **{"Accept-Language": "en"})
        sit.cookies = cookies
        person = consoles.staff(party)[0]
        sit.sign_in(person.id, consoles.password)
    for party, address in consoles.addresses.items():
        sit = Browser(address.removeprefix("http://").rstrip("/"), **{"Accept-Language": "en"})
        sit.cookies = cookies
        text = wait_for(lambda sit=sit: "Is the line up?" in (found := words(sit.get("/")[2])) and found)
        assert party.capitalize() in text
        assert "EXERCISE" in text


def test_they_end_when_they_are_closed(consoles):
    """No console is left behind."""
    pids = [process.pid for process in consoles.processes]

    consoles.close()

    assert 2 == len(pids)
    assert all(gone(pid) for pid in pids)


def test_a_console_that_cannot_start_says_why(stage):
    """What the process said stands in the fault."""
    (stage.folder("amber") / "node.toml").write_text("party = 7\n", encoding="utf-8")
    found = Consoles(stage)
    try:
        with pytest.raises(StateUnknown, match="the console of amber did not start: .+"):
            found.open()
    finally:
        found.close()
