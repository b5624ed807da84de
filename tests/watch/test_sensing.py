"""Sensors look by look: files and feeds together, blindness said, and a restart that makes the same looks again."""

import asyncio

import pytest

from searoom.errors import NotAllowed
from searoom.exercise.scenario import CSV_HEAD
from searoom.units import MICROSECONDS
from searoom.watch.sensing import AGAIN_US, AHEAD, BACKWARDS, NEVER, SILENT_US, Sensing
from spoken_nmea import Bridge, free_port, send

START = 1_780_452_000_000_000
AT = Bridge(31.0, 128.0, 12.0, 0.0)
TARGET = {7: (3.0, 3.0, 10.0, 183.0)}


class Clock:
    """A clock that a test sets."""

    def __init__(self):
        self.us = START

    def now(self):
        return self.us


@pytest.fixture
def clock():
    """A clock that stands at the start."""
    return Clock()


OPENED = []


@pytest.fixture(autouse=True)
def _closed():
    """Close what a test opened, which a crash would not have."""
    yield
    while OPENED:
        OPENED.pop().close()


def sensing(folder, clock, *texts, record_hours=48.0):
    texts = texts or ("bridge=udp://127.0.0.1:10110",)
    OPENED.append(Sensing(folder, texts, "AMBER 21", clock.now, record_hours=record_hours))
    return OPENED[-1]


def said(made, clock, second, name="bridge"):
    """Let a sensor say what the bridge sees at a second, and set the clock to it."""
    clock.us = START + second * MICROSECONDS
    made.live[name].feed.put(AT.lines(second, TARGET))


def looks(made, clock, noted_us=NEVER):
    """Return (second, names) of each look up to now."""
    return [
        ((moment - START) // MICROSECONDS, sorted({fixes.names[craft] for craft in fixes.craft}))
        for moment, fixes in made.looks(clock.us, noted_us)
    ]


def exact(seen):
    """Return looks as plain values, to be compared to the last digit."""
    return [(moment, fixes.names, fixes.time_us.tolist(), fixes.lat_deg.tolist()) for moment, fixes in seen]


def test_what_a_feed_brings_is_looked_at_once(tmp_path, clock):
    """Our own ship by its name, a radar target by its sensor's; and a look that sees nothing is a look."""
    made = sensing(tmp_path, clock)
    said(made, clock, 0)

    assert [(0, ["AMBER 21", "radar:bridge:7"])] == looks(made, clock)
    clock.us += MICROSECONDS
    assert [(1, [])] == looks(made, clock)


def test_a_restart_makes_the_same_looks_again(tmp_path, clock):
    """Moment by moment, fix by fix, to the last digit, before the first look of its own."""
    first = sensing(tmp_path, clock)
    seen = []
    for second in (0, 1, 2, 5):
        said(first, clock, second)
        seen += list(first.looks(clock.us, NEVER))
    clock.us += 9 * MICROSECONDS
    again = sensing(tmp_path, clock)

    assert again.behind
    assert exact(seen) == exact(again.again())
    assert not again.behind
    assert [14] == [second for second, _ in looks(again, clock)]


def test_a_restart_that_is_stopped_midway_goes_on(tmp_path, clock):
    """Looks are made again a few at a time; none is lost between."""
    first = sensing(tmp_path, clock)
    for second in range(6):
        said(first, clock, second)
        list(first.looks(clock.us, NEVER))
    again, found = sensing(tmp_path, clock), []
    while again.behind:
        for step, one in zip(range(2), again.again(), strict=False):
            found.append((step, one[0]))

    assert [START + second * MICROSECONDS for second in range(6)] == [moment for _, moment in found]


def test_only_an_hour_is_looked_at_again(tmp_path, clock):
    """A start takes seconds, however long the node ran."""
    first = sensing(tmp_path, clock)
    for hour in range(6):
        said(first, clock, hour * 3600)
        list(first.looks(clock.us, NEVER))

    assert 3600 * MICROSECONDS == AGAIN_US
    assert [4, 5] == [(moment - START) // (3600 * MICROSECONDS) for moment, _ in sensing(tmp_path, clock).again()]


def test_without_a_recording_a_restart_sees_nothing_again(tmp_path, clock):
    """Zero hours: nothing is written down."""
    first = sensing(tmp_path, clock, record_hours=0.0)
    said(first, clock, 0)
    list(first.looks(clock.us, NEVER))

    assert [] == list(tmp_path.iterdir())
    assert not sensing(tmp_path, clock, record_hours=0.0).behind


def test_a_clock_that_is_set_back_is_counted_and_stops_nothing(tmp_path, clock):
    """The look is made as of the newest moment; a detector never goes back."""
    made = sensing(tmp_path, clock)
    said(made, clock, 100)
    looks(made, clock)
    said(made, clock, 50)

    assert [100] == [second for second, _ in looks(made, clock)]
    assert {BACKWARDS: 1} == made.counts


def test_recorded_looks_of_a_time_that_has_not_come_are_left_out(tmp_path, clock):
    """The clock was wrong before the restart: the detector would stand in the future."""
    first = sensing(tmp_path, clock)
    for second in (0, 1000):
        said(first, clock, second)
        list(first.looks(clock.us, NEVER))
    clock.us = START + 10 * MICROSECONDS
    again = sensing(tmp_path, clock)

    assert [START] == [moment for moment, _ in again.again()]
    assert {AHEAD: 1} == again.counts


def test_files_and_feeds_are_one_picture(tmp_path, clock):
    """Each time of the file is a step, then the feed's; after a restart they come in the order of their moments."""
    rows = [f"X,ARPA,,2026-06-03T02:00:0{second}Z,31.0,128.0,5.0,0.0,,10.0" for second in (1, 3)]
    (tmp_path / "a.csv").write_text("\n".join([CSV_HEAD, *rows, ""]))
    clock.us = START
    made = sensing(tmp_path, clock, "a.csv", "bridge=udp://127.0.0.1:10110")
    found = []
    for second in (0, 2, 4):
        said(made, clock, second)
        found += looks(made, clock)

    assert [0, 1, 2, 3, 4] == [second for second, _ in found]
    assert ["X"] == found[1][1]
    again = sensing(tmp_path, clock, "a.csv", "bridge=udp://127.0.0.1:10110")
    assert found == [
        ((moment - START) // MICROSECONDS, sorted({fixes.names[craft] for craft in fixes.craft}))
        for moment, fixes in again.again()
    ]


def test_two_sensors_of_one_name_are_refused(tmp_path, clock):
    """Their tracks could not be told apart."""
    with pytest.raises(NotAllowed, match="two sensors have one name"):
        sensing(tmp_path, clock, "bridge=udp://127.0.0.1:1", "bridge=tcp://127.0.0.1:2")


def test_a_sensor_that_was_never_heard_or_is_silent_is_blind(tmp_path, clock):
    """It says since when; and sees again with its next line."""
    made = sensing(tmp_path, clock)

    assert {"bridge": "nothing heard yet"} == made.blind()
    said(made, clock, 0)
    looks(made, clock)
    assert {} == made.blind()
    clock.us += SILENT_US + 1
    assert {"bridge": "nothing heard since 2026-06-03T02:00:00Z"} == made.blind()
    said(made, clock, 70)
    looks(made, clock)
    assert {} == made.blind()
    assert 3 == made.condition()["bridge"]["lines"] // 2


def test_a_socket_that_vanishes_blinds_its_sensor_and_is_connected_to_again(tmp_path, clock):
    """A real multiplexer over TCP: it speaks, goes away, and comes back at the same port."""

    async def story():
        port = free_port()
        made = sensing(tmp_path, clock, f"bridge=tcp://127.0.0.1:{port}")
        running = asyncio.create_task(made.run())
        blind = []
        for second in (0, 10):
            writers = []
            server = await asyncio.start_server(lambda _r, w, writers=writers: writers.append(w), "127.0.0.1", port)
            await until(lambda writers=writers: writers)
            clock.us = START + second * MICROSECONDS
            writers[0].write(b"\r\n".join([*AT.lines(second, TARGET), b""]))
            await until(lambda: made.live["bridge"].feed.counts["lines"] > made.live["bridge"].lines)
            looks(made, clock)
            blind.append(made.blind())
            writers[0].close()
            server.close()
            await until(lambda: looks(made, clock) and made.blind())
            blind.append(made.blind()["bridge"].split(";")[0])
        running.cancel()
        return blind

    one, gone, back, _ = asyncio.run(story())

    assert {} == one == back
    assert gone in {"connection ended", "cannot connect", "connection failed"}


async def until(happened):
    """Wait until something is so, ten seconds at most."""
    async with asyncio.timeout(10):
        while not happened():
            await asyncio.sleep(0.05)


def test_datagrams_of_a_real_socket_are_looked_at(tmp_path, clock):
    """UDP, as a multiplexer sends it."""

    async def story():
        port = free_port()
        made = sensing(tmp_path, clock, f"bridge=udp://127.0.0.1:{port}")
        running = asyncio.create_task(made.run())
        await until(lambda: made.live["bridge"].feed.counts["listening"])
        send(port, AT.lines(0, TARGET))
        await until(lambda: made.live["bridge"].feed.counts["lines"] == 3)
        found = looks(made, clock)
        running.cancel()
        return found

    assert [(0, ["AMBER 21", "radar:bridge:7"])] == asyncio.run(story())


def test_an_address_that_cannot_be_is_refused_at_the_start(tmp_path, clock):
    """A port that is configured but not allowed is no silent gap."""
    with pytest.raises(NotAllowed, match="not on a network of our own"):
        sensing(tmp_path, clock, "bridge=tcp://8.8.8.8:10110")
