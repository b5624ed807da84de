"""A live watch as a process: reports in over UDP, alerts out on a socket, answers that outlive its death."""

import asyncio
import contextlib
import gc
import json
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace

import pytest
from pyais import encode_dict

from searoom import clock
from searoom.encounters.settings import Grade, Settings
from searoom.errors import StateUnknown
from searoom.tracks import addresses
from searoom.tracks.registry import Registry
from searoom.watch import watching
from searoom.watch.alarmbook import Alarmbook
from searoom.watch.watching import UNTAKEN, Watch, watched_of
from tracks_made import fixes_of

PATIENCE_S = 60.0
AMBER, CORAL, OTHER = "219000001", "219000002", "219000003"
REGISTRY = "\n".join(
    ['source = "made"']
    + [
        f'[[unit]]\nname = "{name}"\nparty = "{party}"\nkind = "navy"\nmmsi = ["{mmsi}"]'
        for name, party, mmsi in (("A1", "amber", AMBER), ("C1", "coral", CORAL))
    ]
)


def report(mmsi, lon, course, **fields):
    """Return a position report."""
    told = {"type": 1, "mmsi": mmsi, "lat": 30.0, "lon": lon, "speed": 16.0, "course": course, **fields}
    return encode_dict(told, talker_id="AI", sentence_type="VDM")[0].encode()


def free_port(kind=socket.SOCK_DGRAM):
    """Return a port of this machine that nobody listens at."""
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Running:
    """One watch process, who sends to it, and who reads it."""

    def __init__(self, folder, *more):
        (folder / "units.toml").write_text(REGISTRY, encoding="utf-8")
        self.udp = free_port()
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "searoom", "watch", f"udp://127.0.0.1:{self.udp}", "--serve", "127.0.0.1:0",
                "--journal", str(folder / "watch.jsonl"), "--registry", str(folder / "units.toml"), *more,
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.said = []
        while not self.said or not self.said[-1].startswith("serving on 127.0.0.1:"):
            self.said.append(self.process.stderr.readline().decode())
            assert self.said[-1], self.said
        port = int(self.said[-1].rpartition(":")[2])
        self.reader = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self.file = self.reader.makefile("rb")
        self.until("status")  # by now it listens

    def send(self, *sentences):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            for one in sentences:
                sock.sendto(one + b"\r\n", ("127.0.0.1", self.udp))

    def ask(self, **request):
        self.reader.sendall(json.dumps(request).encode() + b"\n")

    def until(self, kind, **fields):
        """Return the next line of a kind with these fields."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            said = json.loads(self.file.readline())
            if said["kind"] == kind and all(said.get(name) == value for name, value in fields.items()):
                return said
        raise AssertionError(kind)

    def end(self, by=signal.SIGKILL):
        self.process.send_signal(by)
        code = self.process.wait(PATIENCE_S)
        self.file.close()
        self.reader.close()
        self.process.stderr.close()
        return code


@pytest.fixture
def started(tmp_path):
    """Starts watches over one journal; what still runs at the end is ended."""
    running = []

    def start(*more):
        running.append(Running(tmp_path, *more))
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            with contextlib.suppress(OSError):
                one.end()


def meeting():
    """Return the reports of two ships of two parties that meet in 10 minutes."""
    return report(AMBER, 130.0, 90.0), report(CORAL, 130.1, 270.0)


def open_now(watch):
    """Return what a watch has open, as (a, b, grade, time)."""
    watch.ask(do="open")
    told = []
    while (said := json.loads(watch.file.readline()))["kind"] != "end":
        if said["kind"] == "open":
            told.append((said["a"], said["b"], said["grade"], said["time_us"]))
    return told


def test_a_report_on_a_socket_becomes_an_alert_on_another(started):
    """Names, parties and the time of the report; SIGTERM ends the watch in order."""
    watch = started()
    watch.send(*meeting())
    alert = watch.until("alert")

    assert {AMBER, CORAL} == {alert["a"], alert["b"]}
    assert {"amber", "coral"} == {alert["party_a"], alert["party_b"]}
    assert (True, "warn") == (alert["watched"], alert["grade"])
    assert alert["reported_us"] <= alert["told_us"] <= clock.machine_now()
    status = watch.until("status", open=1)
    assert 2 == status["reports"]
    assert 0 == watch.end(signal.SIGTERM)


def test_a_killed_watch_has_lost_no_answer_and_no_open_encounter(started, tmp_path):
    """Killed at once after the confirmation: the next one has the same open, does not ring for it, and tells no twice."""
    watch = started()
    watch.send(*meeting())
    watch.until("alert")
    before = open_now(watch)
    watch.ask(do="acknowledge", a=AMBER, b=CORAL)
    confirmed = watch.until("confirmed")
    assert -signal.SIGKILL == watch.end()
    with (tmp_path / "watch.jsonl").open("ab") as file:
        file.write(b'{"kind":"alert","time_us":17')

    again = started()
    assert "1 lines could not be read" in again.said[0]
    assert before == open_now(again)
    again.send(*meeting())
    again.ask(do="status")
    ticks, kinds = 0, Counter()
    while ticks < 4:
        kind = json.loads(again.file.readline())["kind"]
        ticks += kind == "status"
        kinds[kind] += 1
    assert {"status"} == set(kinds), kinds
    assert True is confirmed["journal"]
    assert "warn" == confirmed["grade"]
    assert again.end(signal.SIGTERM) == 0


def test_a_snooze_needs_its_end_and_an_open_encounter(started):
    """What cannot be is refused with a reason; the watch goes on."""
    watch = started()
    watch.send(*meeting())
    watch.until("alert")
    for request, why in (
        ({"do": "snooze", "a": AMBER, "b": CORAL}, "until_us"),
        ({"do": "snooze", "a": AMBER, "b": CORAL, "until_us": 5}, "ahead"),
        ({"do": "acknowledge", "a": AMBER, "b": OTHER}, "is open"),
        ({"do": "sing"}, "nothing is known"),
    ):
        watch.ask(**request)
        assert why in watch.until("refused")["why"]
    watch.ask(do="snooze", a=CORAL, b=AMBER, until_us=clock.machine_now() + 60_000_000)
    assert "snooze" == watch.until("confirmed")["do"]


def test_strangers_are_told_only_where_every_pair_is_asked_for(started):
    """Two of nobody's meet: nothing; with --every-pair their alert comes, marked as not watched."""
    strangers = report(OTHER, 130.0, 90.0), report("219000004", 130.1, 270.0)
    quiet = started()
    quiet.send(*strangers)
    assert 0 == quiet.until("status", reports=2)["open"]
    quiet.end()
    every = started("--every-pair")
    every.send(*strangers)
    assert False is every.until("alert")["watched"]


def made_watch(**more):
    """Return a watch in this process that hears nothing by itself, and what it tells."""
    told = []

    class Outlet:
        def tell(self, lines, *, first):
            told.extend((first, json.loads(one)) for one in lines)

    watch = Watch([addresses.parse(f"udp://127.0.0.1:{free_port()}")], Settings(watched=frozenset({AMBER})), **more)
    watch.outlets.append(Outlet())
    return watch, told


def test_a_watch_never_stops_to_look_through_all_of_its_memory():
    """Only what is young is looked through while it runs; afterwards all is as before."""
    watch, _ = made_watch()

    async def some_time():
        running = asyncio.create_task(watch.run())
        await asyncio.sleep(0.2)
        told = gc.isenabled()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return told

    assert gc.isenabled()
    assert not asyncio.run(some_time())
    assert gc.isenabled()


def test_an_encounter_that_ended_and_began_again_rings_anew():
    """From its own first alert, at the first step, and what was answered before it ended does not keep it quiet."""
    watch, told = made_watch()
    now_us = watch._at_us
    (first,) = watch._detector.hear(
        fixes_of([(AMBER, 0, 30.0, 130.0, 8.0, 90.0), (CORAL, 0, 30.0, 130.1, 8.0, 270.0)], start_us=now_us), now_us
    )
    changes = [(Grade.URGENT, 600), (Grade.WARN, 550), (Grade.CLEAR, 500), (Grade.ADVISE, 20), (Grade.WARN, 10)]
    for grade, ago_s in changes:
        watch._told([replace(first, grade=grade, time_us=now_us - ago_s * 1_000_000)], cause="report")
    watch._ring()
    bells = [words for _, words in told if words["kind"] == "bell"]

    assert [("warn", now_us - 20 * 1_000_000, 0)] == [(one["grade"], one["since_us"], one["step"]) for one in bells]


def test_while_behind_strangers_go_before_the_watched_and_older_before_newer(monkeypatch):
    """Of five strangers the two newest are taken in, and the watched one whatever its age; the rest is counted."""
    monkeypatch.setattr(watching, "MOST_STRANGERS", 2)
    watch, _ = made_watch(every_pair=True)
    rows = [(AMBER, 0, 30.0, 130.0, 8.0, 90.0), *((f"S{k}", k, 31.0, 130.0, 8.0, 90.0) for k in range(1, 6))]
    kept = watch._pressing(fixes_of(rows))

    assert [AMBER, "S4", "S5"] == [kept.names[craft] for craft in kept.craft]
    assert {UNTAKEN: 3} == dict(watch.shed())


@pytest.mark.parametrize("broken", [None, "sync", "write"])
def test_an_answer_is_confirmed_only_after_it_is_on_the_disk(tmp_path, monkeypatch, broken):
    """Written, then synced, then it holds and is confirmed; where one fails it is refused, counted, and does not hold."""
    book, standing = Alarmbook.open(tmp_path / "watch.jsonl")
    steps = []

    def step(name, real):
        def made(*given):
            steps.append((name, len(watch._answers.acknowledged)))
            if name == broken:
                raise OSError(28, "No space left on device")
            return real(*given)

        return made

    for name in ("write", "sync"):
        monkeypatch.setattr(book, name, step(name, getattr(book, name)))
    watch, told = made_watch(journal=(book, standing))
    alerts = watch._detector.hear(
        fixes_of([(AMBER, 0, 30.0, 130.0, 8.0, 90.0), (CORAL, 0, 30.0, 130.1, 8.0, 270.0)], start_us=watch._at_us),
        watch._at_us,
    )
    watch._told(alerts, cause="report")
    steps.clear()
    request = {"do": "acknowledge", "a": AMBER, "b": CORAL}
    if broken:
        with pytest.raises(StateUnknown, match="does not hold"):
            asyncio.run(watch.answer(request))
        assert watch.shed()
    else:
        assert "confirmed" == json.loads(asyncio.run(watch.answer(request))[0])["kind"]
        assert [("write", 0), ("sync", 0)] == steps
    assert (0 if broken else 1) == len(watch._answers.acknowledged)
    assert ["alert", *([] if broken else ["acknowledged"])] == [one["kind"] for _, one in told]


def test_who_belongs_to_a_party_is_watched_by_number_and_by_tag():
    """A tag counts while it lasts."""
    table = {
        "source": "made",
        "unit": [{"name": "A1", "party": "amber", "kind": "navy", "mmsi": [AMBER]}],
        "tag": [{
            "track": "radar:bridge:7", "unit": "A1", "by": "watch", "begin": "2026-01-01T00:00:00Z",
            "end": "2026-01-02T00:00:00Z",
        }],
    }  # fmt: skip
    registry = Registry.from_table(table)
    names = watched_of(registry, clock.from_text("2026-01-01T12:00:00Z"))

    assert {AMBER, "A1", "radar:bridge:7"} == names
    assert {AMBER, "A1"} == watched_of(registry, clock.from_text("2026-01-03T00:00:00Z"))
