"""A node at work: its desk's verbs, its own clock, and how it ends: by word, by signal, by a full disk."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

from deskside import (
    BOOK,
    CONTACT,
    at_work,
    change_settings,
    fill,
    forms_of,
    key_file,
    meet,
    run,
    serving,
    signed,
    tick,
)
from searoom import cli, officer
from searoom.desk import asking as desk
from searoom.desk import serve
from searoom.desk.serve import Service
from searoom.errors import NotAllowed, PeerFault, StateUnknown
from searoom.signals import forms
from searoom.units import MICROSECONDS
from searoom.watch.lookout import Lookout


@pytest.fixture
def amber(stage):
    """Amber's service without a loop or a socket: its verbs are asked by hand."""
    service = Service(stage.folder("amber"), lambda _line: None)
    yield service
    service.node.close()


def ask(service, do, **request):
    return asyncio.run(service._handle({"do": do, **request}))


def full(store):
    """Let a store's disk be full from now on."""
    pages = next(iter(store._db.execute("PRAGMA page_count")))[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")


def read_only(store):
    """Let a store's disk take nothing from now on."""
    store._db.execute("PRAGMA query_only = 1")


# -- the desk's verbs --------------------------------------------------------------------------------


def test_an_unknown_verb_is_named(amber):
    """The desk knows its verbs and no others."""
    with pytest.raises(NotAllowed, match="the desk knows no 'dance'"):
        ask(amber, "dance")
    with pytest.raises(NotAllowed, match="the desk knows no 'None'"):
        asyncio.run(amber._handle({}))


WANTED = [
    ("submit", "released", b""),
    ("draft", "released", b""),
    ("look", "draft", 0),
    ("note", "content", b""),
    ("message", "author", ""),
    ("tick", "now_us", 0),
    ("nearest", "from_us", 0),
    ("export", "folder", ""),
]


@pytest.mark.parametrize(("do", "name", "kind"), WANTED)
def test_a_request_that_lacks_something_is_told_what(amber, do, name, kind):
    """A field that is missing, or of another kind, is a sentence; nothing else comes of it."""
    for value in ({}, {name: None}, {name: True}, {name: [1]}):
        with pytest.raises(NotAllowed, match=f"lacks '{name}'"):
            ask(amber, do, **value)
    assert amber._failed is None


@pytest.mark.parametrize("do", ["joint", "message"])
def test_a_language_that_is_none_is_refused(stage, amber, do):
    """Three languages are spoken at the desk."""
    amber.node.submit(*signed(stage, amber.node, CONTACT, "amber-1"))

    with pytest.raises(NotAllowed, match="'fr' is no language here"):
        ask(amber, do, lang="fr", author="amber", index=0)


def test_status_says_what_is_held_and_recorded(stage):
    """Sizes, who cosigned how much, and when each line was last used."""
    with at_work(stage) as nodes:
        nodes["amber"].node.submit(*signed(stage, nodes["amber"].node, CONTACT, "amber-1"))
        before = desk.ask(stage.folder("amber"), {"do": "status"})
        meet(nodes)
        status = desk.ask(stage.folder("amber"), {"do": "status"})

    line = before["lines"]["coral"]
    assert (None, "", "") == (line["last_contact"], line["last_fault"], line["last_fault_of_theirs"])
    assert ("amber", os.getpid()) == (status["party"], status["pid"])
    assert {"amber": 1, "coral": 1} == status["sizes"]
    assert {"amber by coral": 1, "coral by amber": 1} == status["recorded"]
    assert "2026-06-03T02:00:00Z" == status["now"] == status["lines"]["coral"]["last_contact"]


def test_a_message_is_shown_with_its_states(stage):
    """Stored, handed over, delivered, recorded, read: each when it has come, and each as a sentence."""
    with at_work(stage) as nodes:
        folder = stage.folder("amber")
        officer.say(folder, key_file(stage, "amber-1"), CONTACT, BOOK)
        stored = desk.ask(folder, {"do": "message", "author": "amber", "index": 0})
        meet(nodes)
        meet(nodes)
        officer.say(
            stage.folder("coral"), key_file(stage, "coral-1"),
            fill("read", {}, channel="hotline", reply_to=("amber", 0)), BOOK,
        )  # fmt: skip
        arrived = desk.ask(folder, {"do": "message", "author": "amber", "index": 0})
        meet(nodes)
        read = desk.ask(folder, {"do": "message", "author": "amber", "index": 0})

    reached = [{name for name, done in reply["reached"].items() if done} for reply in (stored, arrived, read)]
    handed = {"handed over", "delivered", "recorded"}
    assert [set(), handed, handed | {"read"}] == reached
    assert CONTACT == forms.decode(read["content"], BOOK)
    assert [] == [state for state in stored["states"] if state.startswith("Handed over")]
    assert 1 == len([state for state in read["states"] if state.startswith("Handed over")])
    assert any("neither agreement nor an answer" in state for state in read["states"])


def test_handed_over_is_noted_once_and_only_as_far_as_it_was_taken(stage):
    """A meeting that moves nothing notes nothing; a line that breaks midway claims no more than was taken."""
    with at_work(stage) as nodes:
        amber = nodes["amber"]
        for _ in range(3):
            amber.node.submit(*signed(stage, amber.node, CONTACT, "amber-1"))
        courier = amber._couriers["coral"]
        courier._batch_bytes = 1  # one entry in each exchange
        carrier, left = courier._carrier.exchange, iter(range(3))

        async def breaks(data):
            if next(left, None) is None:
                raise PeerFault("the line broke")
            return await carrier(data)

        courier._carrier.exchange = breaks
        reply = desk.ask(stage.folder("amber"), {"do": "meet"})
        assert {"coral": "the line broke"} == reply["faults"]
        taken = nodes["coral"].node.record.size("amber")
        first = set(amber.node.notebook.handed_over())

        courier._carrier.exchange = carrier
        meet(nodes)
        meet(nodes)
        notes = [filled.fields["size"] for _, filled in amber.node.notebook.notes("handed-over")]

    assert 0 < taken < 3
    assert {("amber", index) for index in range(taken)} == first
    assert [taken, 3] == notes


def test_an_entry_closed_to_us_is_not_shown(stage, amber):
    """What we cannot accept has no words at the desk."""
    amber.node.record.say(*signed(stage, amber.node, CONTACT, "amber-station"), now_us=amber.node.now())

    with pytest.raises(NotAllowed, match="amber/0 is closed to amber"):
        ask(amber, "message", author="amber", index=0)


def test_the_joint_page_is_the_same_on_both_nodes(stage):
    """From the same record both nodes write the same bytes, in each language."""
    with at_work(stage) as nodes:
        nodes["amber"].node.submit(*signed(stage, nodes["amber"].node, CONTACT, "amber-1"))
        meet(nodes)
        pages = {
            lang: {desk.ask(stage.folder(party), {"do": "joint", "lang": lang})["page"] for party in stage.parties}
            for lang in ("en", "ja", "zh")
        }

    assert [1, 1, 1] == [len(each) for each in pages.values()]
    assert 3 == len({next(iter(each)) for each in pages.values()})


def test_a_tick_does_all_that_is_due(stage):
    """Looks out, tests the line at its time, meets where asked to, and says that it is idle again."""
    with at_work(stage) as nodes:
        first = tick(stage, "amber", 0)
        assert {"idle_at": stage.scenario.start_us, "grades": ["advise"]} == first
        (stage.folder("amber") / "sensors.csv").unlink()
        tick(stage, "coral", 0)
        reply = tick(stage, "amber", 1800, meet_too=True)
        assert {} == reply["faults"]
        held = forms_of(nodes["coral"].node.account().items)

    assert "line-test" in held


def test_the_nearest_range_comes_with_who_measured_it(stage, amber):
    """The desk gives value, error, time and unit."""
    start = stage.scenario.start_us
    ask(amber, "tick", now_us=start)

    reply = ask(amber, "nearest", from_us=start, to_us=start)

    assert ("AMBER 21", "ARPA", start) == (reply["by"], reply["sensor"], reply["at_us"])
    assert 24_000 < reply["error_mm"] < reply["value_mm"]


# -- disk and lock -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("spoil", "said"), [(full, "is full"), (read_only, "read-only")])
def test_a_store_that_takes_nothing_stops_the_node(stage, amber, spoil, said):
    """The command gets the sentence, nothing is placed, and the node is told to end."""
    spoil(amber.node._shared_store)
    released, body = signed(stage, amber.node, CONTACT, "amber-1")

    with pytest.raises(StateUnknown, match=said):
        for _ in range(20):
            ask(amber, "submit", released=released.to_bytes(), body=body)
            released, body = signed(stage, amber.node, CONTACT, "amber-1")
    assert isinstance(amber._failed, StateUnknown)
    assert amber._stop.is_set()


def test_a_refusal_does_not_stop_the_node(amber):
    """What is not allowed is the caller's matter."""
    with pytest.raises(NotAllowed):
        ask(amber, "look", draft=3)
    assert not amber._stop.is_set()


def test_the_first_failure_is_the_one_that_is_told(amber):
    """What follows from a failure does not hide it."""
    amber._fail(StateUnknown("first"))
    amber._fail(StateUnknown("second"))

    assert "first" == amber._failed.sentence


@pytest.mark.parametrize(("spoil", "said"), [(full, "is full"), (read_only, "read-only")])
def test_a_running_node_ends_with_a_sentence_and_its_exit_code(stage, monkeypatch, capsys, spoil, said):
    """Disk or lock failed midway: exit code 5, one sentence with its advice, no traceback."""
    errors = []

    def act(service):
        spoil(service.node._national_store)
        with pytest.raises(StateUnknown) as caught:
            for second in range(0, 2400, 100):
                tick(stage, "amber", second)
        errors.append(caught.value)

    code, heard = serving(monkeypatch, stage.folder("amber"), act)
    err = capsys.readouterr().err

    assert cli.EXIT_CODES[StateUnknown] == 5 == code
    assert said in errors[0].sentence
    assert err.startswith("searoom node: ")
    assert said in err
    assert "Traceback" not in err + "".join(heard)
    assert not (stage.folder("amber") / "desk").exists()


def test_a_store_that_cannot_be_opened_is_a_sentence(stage, capsys):
    """A folder stands where the store should be."""
    (stage.folder("amber") / "shared.db").mkdir()

    code, _, err = run(capsys, "node", stage.folder("amber"))

    assert 5 == code
    assert "shared.db" in err
    assert "Traceback" not in err


def test_a_failure_while_meeting_stops_the_node(stage):
    """Their entries came and our disk takes nothing: the command is told, and the node is to end."""
    with at_work(stage) as nodes:
        nodes["coral"].node.submit(*signed(stage, nodes["coral"].node, CONTACT, "coral-1"))
        read_only(nodes["amber"].node._shared_store)
        with pytest.raises(StateUnknown, match="read-only"):
            desk.ask(stage.folder("amber"), {"do": "meet"})
        assert isinstance(nodes["amber"]._failed, StateUnknown)


async def calls(service):
    """Let a service meet amber once, over its own carrier; return the fault."""
    progress = await service.meet_all()
    await asyncio.gather(*(carrier.close() for carrier in service._carriers.values()))
    return progress["amber"].fault


def test_a_failure_while_serving_a_peer_stops_the_node(stage, monkeypatch, capsys):
    """A counterpart calls and our disk takes nothing: it hears of a fault, and our node ends with code 5 and why."""
    told = []

    def act(amber):
        coral = Service(stage.folder("coral"), told.append)
        coral.node.submit(*signed(stage, coral.node, CONTACT, "coral-1"))
        read_only(amber.node._shared_store)
        told.append(asyncio.run(calls(coral)))
        coral.node.close()

    code, _ = serving(monkeypatch, stage.folder("amber"), act)

    assert 5 == code
    assert told[0]
    assert "read-only" in capsys.readouterr().err


# -- starting and ending -----------------------------------------------------------------------------


def test_a_port_in_use_is_a_sentence(stage, capsys):
    """Another program listens there: exit code 3, the port and what to do; no desk is left open."""
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", 0))
        occupant.listen()
        change_settings(stage.folder("amber"), port=occupant.getsockname()[1])

        code, _, err = run(capsys, "node", stage.folder("amber"))

    assert 3 == code
    assert "is in use by another program" in err
    assert not (stage.folder("amber") / "desk").exists()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "cards" / "amber.card").unlink(), "our own card is missing"),
        (lambda folder: (folder / "keys" / "station.key").unlink(), "there is no key file"),
        (lambda folder: (folder / "keys" / "link.crt").write_text("nothing"), "link.crt"),
        (lambda folder: (folder / "node.toml").unlink(), "is not a node's folder"),
        (lambda folder: (folder / "officers" / "amber-1.key").replace(folder / "keys" / "station.key"), "station"),
    ],
)
def test_a_node_that_lacks_something_does_not_start(stage, capsys, spoil, said):
    """A missing card, a missing or foreign key, no settings: a sentence, exit code 3, and no traceback."""
    spoil(stage.folder("amber"))

    code, _, err = run(capsys, "node", stage.folder("amber"))

    assert 3 == code
    assert said in err
    assert "Traceback" not in err


def test_a_node_says_where_it_listens_and_ends_when_told(stage, monkeypatch):
    """One line, a desk while it runs, exit code 0, and nothing left behind."""
    seen = []

    def act(service):
        seen.append(desk.ask(service.node.folder, {"do": "status"})["port"])

    code, said = serving(monkeypatch, stage.folder("amber"), act)

    assert 0 == code
    assert [f"amber: listening on 127.0.0.1:{stage.ports['amber']}"] == said
    assert [stage.ports["amber"]] == seen
    assert not (stage.folder("amber") / "desk").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_node_in_order(stage, monkeypatch, number):
    """Terminated or interrupted, it closes its desk and ends with 0."""
    code, _ = serving(monkeypatch, stage.folder("amber"), lambda _service: os.kill(os.getpid(), number))

    assert 0 == code
    assert not (stage.folder("amber") / "desk").exists()


def test_two_nodes_on_one_folder_do_not_disturb_each_other(stage, monkeypatch, capsys):
    """The second finds the port taken and ends; the first still answers."""
    codes = []

    def act(service):
        done = subprocess.run(
            [sys.executable, "-m", "searoom", "node", str(service.node.folder)],
            capture_output=True, check=False, text=True, timeout=30,
        )  # fmt: skip
        codes.append((done.returncode, "in use" in done.stderr, "Traceback" in done.stderr))
        codes.append(desk.ask(service.node.folder, {"do": "status"})["party"])

    assert 0 == serving(monkeypatch, stage.folder("amber"), act)[0]
    assert [(3, True, False), "amber"] == codes


# -- on the machine's clock --------------------------------------------------------------------------


class _Line:
    """A carrier that tells when it was used; the counterpart is never there."""

    used = threading.Semaphore(0)
    hurried = threading.Semaphore(0)
    news = ()  # what the next questions for news bring; then nothing, ever
    key_exchange = ""

    def __init__(self, *_args, **_options):
        pass

    async def exchange(self, _data, *, urgent=False):
        (self.hurried if urgent else self.used).release()
        raise PeerFault("nobody is there")

    async def wait(self, token, _limit_s):
        if self.news:
            return self.news.pop(0)
        await asyncio.sleep(3600)
        return token

    async def close(self):
        pass


@pytest.fixture
def by_machine(stage, monkeypatch):
    """Amber on the machine's clock, with nothing to see and nobody to reach."""
    change_settings(stage.folder("amber"), clock="machine", sensors=())
    monkeypatch.setattr(_Line, "used", threading.Semaphore(0))
    monkeypatch.setattr(serve, "HttpsCarrier", _Line)
    return stage


def test_meets_at_once_when_there_is_something_to_say(by_machine, monkeypatch):
    """It calls when it starts, and again as soon as an officer has said something; a fault is told, not raised."""
    stage = by_machine
    monkeypatch.setattr(serve, "MEET_EVERY_S", 3600.0)
    faults = []

    def act(service):
        assert _Line.used.acquire(timeout=20)
        officer.say(service.node.folder, key_file(stage, "amber-1"), CONTACT, BOOK)
        assert _Line.used.acquire(timeout=20)
        faults.append(desk.ask(service.node.folder, {"do": "status"})["lines"]["coral"]["last_fault"])

    assert 0 == serving(monkeypatch, stage.folder("amber"), act)[0]
    assert ["nobody is there"] == faults


def test_meets_again_after_its_time(by_machine, monkeypatch):
    """With nothing to say it still calls, every so often."""
    monkeypatch.setattr(serve, "MEET_EVERY_S", 0.01)

    def act(_service):
        assert all(_Line.used.acquire(timeout=20) for _ in range(3))

    assert 0 == serving(monkeypatch, by_machine.folder("amber"), act)[0]


def test_a_flash_goes_ahead_at_once(by_machine, monkeypatch):
    """It is sent on the urgent lane the moment that it is placed, also while a meeting hangs; routine words are not."""
    stage = by_machine
    monkeypatch.setattr(serve, "MEET_EVERY_S", 3600.0)
    monkeypatch.setattr(_Line, "hurried", threading.Semaphore(0))
    found = []

    def act(service):
        for precedence in ("routine", "flash"):
            filled = fill("hotline-contact", {"phrase": "safety-matter"}, precedence=precedence)
            officer.say(service.node.folder, key_file(stage, "amber-1"), filled, BOOK)
            found.append(_Line.hurried.acquire(timeout=20 if precedence == "flash" else 0.2))

    assert 0 == serving(monkeypatch, stage.folder("amber"), act)[0]
    assert [False, True] == found


def test_news_of_the_counterpart_ends_the_wait(by_machine, monkeypatch):
    """The long question is answered: the node meets at once, and not after its time."""
    monkeypatch.setattr(serve, "MEET_EVERY_S", 3600.0)
    monkeypatch.setattr(_Line, "news", [b"1", b"2"])

    def act(_service):
        assert all(_Line.used.acquire(timeout=20) for _ in range(2))

    assert 0 == serving(monkeypatch, by_machine.folder("amber"), act)[0]


def test_a_counterpart_that_cannot_be_asked_is_asked_again(by_machine, monkeypatch):
    """A line that is down is no reason to stop: after a pause the question is put again."""
    asked = threading.Semaphore(0)

    async def refuse(_self, _token, _limit_s):
        asked.release()
        raise PeerFault("nobody is there")

    monkeypatch.setattr(_Line, "wait", refuse)
    monkeypatch.setattr(serve, "PAUSE_S", 0.01)

    def act(_service):
        assert all(asked.acquire(timeout=20) for _ in range(3))

    assert 0 == serving(monkeypatch, by_machine.folder("amber"), act)[0]


def test_a_scenario_does_nothing_without_a_tick(stage, monkeypatch):
    """Ticks are inputs: with none sent nobody is called and nothing is noted."""
    monkeypatch.setattr(_Line, "used", threading.Semaphore(0))
    monkeypatch.setattr(serve, "HttpsCarrier", _Line)
    found = []

    def act(service):
        desk.ask(service.node.folder, {"do": "status"})
        found.extend([list(service.node.national.read()), _Line.used.acquire(blocking=False)])

    assert 0 == serving(monkeypatch, stage.folder("amber"), act)[0]
    assert [[], False] == found


def test_a_tick_is_refused_by_the_machines_clock(by_machine, monkeypatch):
    """Nobody moves a real node's clock by its desk."""

    def act(service):
        with pytest.raises(NotAllowed, match="machine's clock"):
            desk.ask(service.node.folder, {"do": "tick", "now_us": service.node.now() + MICROSECONDS})

    assert 0 == serving(monkeypatch, by_machine.folder("amber"), act)[0]


@pytest.mark.parametrize("error", [StateUnknown("the disk is full"), ZeroDivisionError("a fault of the house")])
def test_a_duty_that_fails_ends_the_node_aloud(by_machine, monkeypatch, capsys, error):
    """A lookout that died unseen would be worse than a node that stopped."""
    looked = threading.Event()

    def look(_self, _now_us):
        looked.set()
        raise error

    monkeypatch.setattr(Lookout, "look", look)
    if isinstance(error, StateUnknown):
        assert 5 == serving(monkeypatch, by_machine.folder("amber"), lambda _service: looked.wait(20))[0]
        assert "the disk is full" in capsys.readouterr().err
    else:
        with pytest.raises(ZeroDivisionError):
            serving(monkeypatch, by_machine.folder("amber"), lambda _service: looked.wait(20))
