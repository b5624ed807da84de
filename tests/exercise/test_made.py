"""The main job's stage: what each party is given, and that no process outlives it."""

import os
import signal

import pytest

from searoom.desk import asking as desk
from searoom.errors import NotAllowed, StateUnknown
from searoom.exercise import made
from searoom.keys import enrol
from searoom.record.cards import Card
from searoom.tracks import sources
from stage import gone


def test_each_party_gets_a_folder_of_its_own(stage):
    """Own keys and no other's, both cards, settings that lead to the other's port, own sensors."""
    for party, other in (("amber", "coral"), ("coral", "amber")):
        folder = stage.folder(party)
        settings = enrol.read_settings(folder)
        assert (party, stage.ports[party], "scenario") == (settings.party, settings.port, settings.clock)
        assert {other: enrol.Address("127.0.0.1", stage.ports[other])} == dict(settings.peers)
        assert {f"{party}-1.key", f"{party}-2.key"} == {path.name for path in (folder / "officers").iterdir()}
        assert {"amber.card", "coral.card"} == {path.name for path in (folder / "cards").iterdir()}
    assert stage.ports["amber"] != stage.ports["coral"]


def test_the_cards_were_exchanged_as_they_are(stage):
    """Both hold the same bytes of both cards, and each card names the party's officers."""
    for party in stage.parties:
        cards = {(stage.folder(holder) / "cards" / f"{party}.card").read_bytes() for holder in stage.parties}
        assert 1 == len(cards)
        holders = {key.holder for key in Card.from_bytes(cards.pop()).keys}
        assert {f"{party}-1", f"{party}-2"} <= holders


def test_each_party_sees_with_its_own_sensors(stage):
    """Two files of the same two units, and not one place is the same."""
    seen = [sources.read(stage.folder(party) / "sensors.csv").fixes for party in stage.parties]

    assert [{"AMBER 21", "CORAL 34"}] * 2 == [set(fixes.names) for fixes in seen]
    first, second = ({(float(a), float(b)) for a, b in zip(f.lat_deg, f.lon_deg, strict=True)} for f in seen)
    assert set() == first & second


def test_a_side_is_who_sits_in_the_chair(stage):
    """Parties in the order of the agreement, units as the scenario has them."""
    assert ("amber", "coral") == stage.parties
    assert "CORAL 34" == stage.side("coral").unit


def test_nodes_run_and_none_is_left(stage):
    """Each is a process whose desk answers; after the stop both are gone, one of them having died before."""
    try:
        for party in stage.parties:
            stage.start(party)
        pids = {party: desk.ask(stage.folder(party), {"do": "status"})["pid"] for party in stage.parties}
        assert pids == {party: process.pid for party, process in stage.processes.items()}
        os.kill(pids["amber"], signal.SIGKILL)
    finally:
        stage.stop()

    assert all(gone(pid) for pid in pids.values())
    stage.stop()  # and a second time there is nothing to do


def test_a_node_that_does_not_start_is_told_with_its_own_words(stage):
    """What it wrote to its log is in the sentence, and the process is gone."""
    (stage.folder("amber") / "cards" / "amber.card").unlink()

    with pytest.raises(StateUnknown, match="our own card is missing"):
        stage.start("amber")
    stage.stop()
    assert gone(stage.processes["amber"].pid)


class Deaf:
    """A process that heeds nothing but being ended."""

    def __init__(self):
        self.ended = False

    def poll(self):
        return None

    def wait(self, timeout=None):
        if not self.ended:
            raise made.subprocess.TimeoutExpired("node", timeout)

    def kill(self):
        self.ended = True


@pytest.mark.parametrize("answer", [NotAllowed("it does not answer"), StateUnknown("the disk is full"), None])
def test_every_node_that_does_not_stop_is_ended(stage, monkeypatch, answer):
    """Whatever the first one answers, or does not, both are ended."""
    stage.processes = {party: Deaf() for party in stage.parties}

    def ask(_folder, _request):
        if answer is not None:
            raise answer
        return {"stopping": True}

    monkeypatch.setattr(made, "ask", ask)
    stage.stop()

    assert [True, True] == [process.ended for process in stage.processes.values()]


def test_a_command_returns_what_it_printed(stage):
    """A command is run as a person types it, and its JSON is read."""
    assert "EV1" == stage.command(["signal", "EV1"])["code"]


def test_a_command_that_fails_is_told_with_its_words(stage):
    """Its exit code and its sentence."""
    with pytest.raises(NotAllowed, match="ended with 3: searoom status: no node is running"):
        stage.command(["status", str(stage.out)])


def test_a_free_port_can_be_had():
    """Nobody listens there."""
    with made.socket.socket() as probe:
        probe.bind(("127.0.0.1", made.free_port()))
