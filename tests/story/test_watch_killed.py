"""Story: a bridge's node is killed with -9 after an alarm was answered; its radar speaks on over a real socket."""

import time

from deskside import change_settings
from searoom import clock
from searoom.desk import asking as desk
from searoom.node.node import LINE_TEST, Node
from searoom.watch.noting import COMPANY, ENCOUNTER, TRACK, ZONE
from spoken_nmea import Bridge, free_port, send
from stage import make_stage

AT = Bridge(31.0, 128.0, 12.0, 0.0)
TARGETS = {7: (3.0, 3.0, 10.0, 183.0), 8: (3.6, 357.0, 12.0, 177.0)}
PATIENCE_S = 60.0


def test_a_node_that_was_killed_sees_the_same_and_rings_for_the_same(tmp_path):
    """Two ships come; one alarm is answered, the node dies. Started again it shows both encounters as they began, rings for the one that nobody answered, notes nothing twice, and says nothing to its peer."""
    stage, port = make_stage(tmp_path), free_port()
    folder = stage.folder("amber")
    sensors = (f"bridge=udp://127.0.0.1:{port}",)
    change_settings(folder, clock="machine", start="", sensors=sensors, note_every_s=1.0)
    (folder / "watch.toml").write_text('watched = ["AMBER 21"]\n')
    try:
        stage.start("amber")
        begun = clock.monotonic()
        before = speak_until(folder, port, begun, lambda told: len(told["open"]) == 2)
        desk.ask(folder, {"do": "acknowledge", "names": ["radar:bridge:7"], "by": "amber-1"})
        stage.processes["amber"].kill()
        stage.processes["amber"].wait()
        send(port, AT.lines(clock.monotonic() - begun, TARGETS))  # nobody hears it
        stage.start("amber")
        after = speak_until(folder, port, begun, lambda told: len(told["open"]) == 2 and not told["behind"])
    finally:
        stage.stop()

    assert since(before) == since(after)
    assert {"radar:bridge:7": True, "radar:bridge:8": False} == answered(after)
    assert {"radar:bridge:7": False, "radar:bridge:8": True} == ringing(after)
    node = Node.open(folder, to_read=True)
    noted = [
        tuple(map(str, sorted(note.fields.items()))) for _, note in node.notebook.notes(TRACK, ENCOUNTER, COMPANY, ZONE)
    ]
    said = {message.filled.form for message in node.account().messages()}
    node.close()
    assert len(set(noted)) == len(noted) > 4
    assert said <= {LINE_TEST}  # the scheduled test of the line is due at some hours of the machine's clock


def speak_until(folder, port, begun, happened):
    """Let the instruments speak twice a second until the node's picture is so; return it."""
    ends = clock.monotonic() + PATIENCE_S
    while True:
        send(port, AT.lines(clock.monotonic() - begun, TARGETS))
        told = desk.ask(folder, {"do": "encounters"})
        if happened(told):
            return told
        assert clock.monotonic() < ends, told
        time.sleep(0.5)


def since(told):
    """Return since when each target's encounter is open."""
    return {one["b"]["name"]: one["since"] for one in told["open"]}


def answered(told):
    return {one["b"]["name"]: one["acknowledged"] is not None for one in told["open"]}


def ringing(told):
    return {one["b"]["name"]: one["bell"] is not None for one in told["open"]}
