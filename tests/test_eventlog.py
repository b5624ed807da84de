"""What a program says of its own working: sentences for a person, or one JSON line an event."""

import contextlib
import json
import threading

from console_at_work import wait_for
from searoom import cli
from searoom.desk import asking as desk
from searoom.desk import serve
from searoom.errors import SearoomError
from searoom.eventlog import Changes, EventLog


def test_one_json_line_an_event():
    """Each event is one line of JSON with its time in UTC, level, name and fields; also one that has no sentence."""
    lines = []
    EventLog(lines.append, "json").tell("line", level="warning", party="coral", why="a\nb", up=False)
    (line,) = lines
    told = json.loads(line)

    assert "\n" not in line
    assert ("warning", "line", "coral", False) == (told["level"], told["event"], told["party"], told["up"])
    assert told["time"].endswith("Z")


def test_as_text_only_sentences():
    """For a person only what has a sentence is said."""
    lines = []
    log = EventLog(lines.append)
    log.tell("answered", route="/")
    log.tell("listening", "amber: listening")

    assert ["amber: listening"] == lines


def test_only_changes_are_told():
    """A state that stays is told once; one that is well again, or named no more, is told as up."""
    lines = []
    changes = Changes(EventLog(lambda line: lines.append(json.loads(line)), "json"), "line", "party")
    for states in ({"coral": ""}, {"coral": "refused"}, {"coral": "refused"}, {"coral": ""}, {"teal": "x"}, {}):
        changes.tell(states)

    assert [("coral", False), ("coral", True), ("teal", False), ("teal", True)] == [
        (one["party"], one["up"]) for one in lines
    ]


def test_a_node_tells_its_events(monkeypatch, stage, capsys):
    """`searoom node --log json` says on standard error that it listens and that it stopped, and nothing that is no JSON."""
    listening = threading.Event()
    build = serve.Service

    class Told(build):
        async def _work(self, port):
            listening.set()
            await super()._work(port)

    monkeypatch.setattr(serve, "Service", Told)
    folder = stage.folder("amber")

    def stop():
        listening.wait(20)
        wait_for(asked)

    def asked():
        with contextlib.suppress(SearoomError):
            return desk.ask(folder, {"do": "stop"})

    thread = threading.Thread(target=stop)
    thread.start()
    assert 0 == cli.main(["node", str(folder), "--log", "json"])
    thread.join()
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    assert ["listening", "stopped"] == [one["event"] for one in told if one["event"] in ("listening", "stopped")]
    assert {"info"} == {one["level"] for one in told}
