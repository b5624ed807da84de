"""The stream tells each change once, goes on where a line was cut, and lets go of who does not keep up."""

import asyncio
import http.client
import json
from types import SimpleNamespace

import pytest

from console_at_work import wait_for
from deskside import CONTACT, signed, tick
from searoom.console.api import stream
from searoom.console.api.stream import QUEUE, Hub, Told, wanted
from searoom.console.streams import Streams
from searoom.desk import asking as desk
from searoom.node.node import Node


def place():
    """Return a program's place among the streams."""
    return Streams().program("plotter")


class Listening:
    """A program that listens, line by line."""

    def __init__(self, program, query="", last_id=""):
        self._line = http.client.HTTPConnection(program.address, timeout=20)
        mark = {"Last-Event-ID": last_id} if last_id else {}
        self._line.request(
            "GET", f"/api/v1/stream{query}", headers={"Authorization": f"Bearer {program.token}", **mark}
        )
        self.answer = self._line.getresponse()

    def next(self):
        """Return the next event as (id, type, data); heartbeats are passed over."""
        mark, kind = "", ""
        while True:
            line = self.answer.readline().decode().rstrip("\n")
            name, _, value = line.partition(": ")
            if name == "id":
                mark = value
            elif name == "event":
                kind = value
            elif name == "data":
                return mark, kind, json.loads(value)

    def until(self, wanted):
        """Return the first event of a type."""
        while (event := self.next())[1] != wanted:
            pass
        return event

    def close(self):
        """Leave."""
        self._line.close()


def test_a_message_and_its_state_come_as_they_happen(program, api_stage):
    """What is said is told with its form and precedence and without a word of it; then where it was cut, it goes on."""
    first = Listening(program)
    mark, kind, begun = first.next()
    assert ("begun", False, 0) == (kind, begun["resumed"], begun["missed"])
    assert "text/event-stream; charset=utf-8" == first.answer.headers["content-type"]

    folder = api_stage.folder("amber")
    node = Node.open(folder, to_read=True)
    released, body = signed(api_stage, node, CONTACT, "amber-1")
    node.close()
    desk.ask(folder, {"do": "submit", "released": released.to_bytes(), "body": body})
    came, _, told = first.until("message")
    assert ("amber", "hotline-contact", "hotline", False) == (
        told["author"],
        told["form"],
        told["channel"],
        told["automatic"],
    )
    assert "fields" not in told
    first.close()

    again = Listening(program, last_id=mark)
    _, _, begun = again.next()
    assert begun["resumed"]
    assert begun["missed"] >= 1
    assert (came, "message", told) == again.until("message")
    again.close()

    lost = Listening(program, last_id="00000000-7")
    _, _, begun = lost.next()
    assert not begun["resumed"]
    assert "Read the lists again" in begun["advice"]
    lost.close()


def test_fifty_programs_hear_an_alert(program, api_stage):
    """An encounter that is over is told to fifty listeners, and the count of them is known."""
    listeners = [Listening(program, "?types=alert") for _ in range(50)]
    assert all("begun" == one.next()[1] for one in listeners)
    assert "searoom_stream_clients 50\n" in program.get("/metrics")[2]
    for seconds in range(900, 3_600, 60):
        tick(api_stage, "amber", seconds)
    told = [one.next() for one in listeners]
    for one in listeners:
        one.close()

    assert {"alert"} == {kind for _, kind, _ in told}
    assert 1 == len({json.dumps(data) for _, _, data in told})
    assert told[0][2]["change"] in ("changed", "cleared")
    wait_for(lambda: "searoom_stream_clients 0\n" in program.get("/metrics")[2], 25.0)


def test_a_type_that_there_is_not_is_refused(program):
    """A misspelt type is a sentence, not a stream in which nothing ever comes."""
    status, _, text = program.get("/api/v1/stream?types=alarm")

    assert (422, True) == (status, "type" in text)
    assert frozenset({"alert", "due"}) == wanted("alert,due,odd")


@pytest.fixture
def hub():
    """A hub that follows nobody."""
    return Hub(SimpleNamespace(view=SimpleNamespace(now_us=0), number=0))


def test_who_is_slow_is_told_so_and_let_go(hub):
    """Past its queue a listener gets one sentence with its advice and nothing else; others go on as if it were not there."""
    slow, quick = hub.listen(wanted(""), ""), hub.listen(wanted(""), "")
    for number in range(QUEUE + 1):
        hub.tell("line", {"number": number})
        quick.waiting.clear()
    hub.tell("line", {"number": "after"})

    (only,) = slow.waiting
    assert b"event: dropped" in only
    assert b"more slowly" in only
    assert 1 == len(quick.waiting)
    hub.leave(slow)
    assert 1 == hub.dropped


def test_the_answer_to_a_slow_listener_ends(hub):
    """After the sentence the stream is over."""
    listener = hub.listen(wanted(""), "")
    for number in range(QUEUE + 1):
        hub.tell("line", {"number": number})
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        await asyncio.sleep(60)

    asyncio.run(Told(hub, listener, lambda: True, place())({}, receive, send))
    assert b"event: dropped" in sent[1]["body"]
    assert not sent[-1]["more_body"]
    assert set() == hub.listeners


def test_a_socket_that_takes_nothing_is_cut_off(hub, monkeypatch):
    """Who reads nothing at all holds no queue for long."""
    monkeypatch.setattr(stream, "PATIENCE_S", 0.05)

    async def stuck(message):
        if message["type"] == "http.response.body":
            await asyncio.sleep(60)

    async def receive():
        await asyncio.sleep(60)

    asyncio.run(Told(hub, hub.listen(wanted(""), ""), lambda: True, place())({}, receive, stuck))
    assert (set(), 1) == (hub.listeners, hub.dropped)


def test_the_stream_ends_with_the_token(hub):
    """Whose token ended is told so, and hears nothing more."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        await asyncio.sleep(60)

    asyncio.run(Told(hub, hub.listen(wanted(""), ""), lambda: False, place())({}, receive, send))
    assert b"event: ended" in sent[1]["body"]
    assert b"begun" not in sent[1]["body"]


def test_what_is_not_held_any_more_is_said(hub, monkeypatch):
    """Whoever was away for longer than is held begins anew and is told to read the lists again."""
    for number in range(stream.HELD + 10):
        hub.tell("line", {"number": number})
    epoch = hub._epoch
    gone, there = hub.listen(wanted(""), f"{epoch}-3"), hub.listen(wanted(""), f"{epoch}-{stream.HELD + 5}")

    assert b'"resumed": false' in gone.waiting[0]
    assert b'"resumed": true' in there.waiting[0]
    assert 6 == len(there.waiting)
