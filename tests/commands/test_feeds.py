"""The commands `capture` and `replay`: over real sockets into a file and out of it again, with counts and exit codes."""

import json
import socket
import threading
import time

import pytest

from deskside import run
from searoom.tracks import stamps
from spoken import NOON_US, at, rmc

LINES = [at(second, rmc(f"1200{second:02d}")) for second in range(5)]


def free_port(kind=socket.SOCK_DGRAM):
    """Return a port of this machine that nobody listens at."""
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "log.nmea"
    path.write_bytes(b"\n".join(LINES) + b"\n")
    return path


class Talker(threading.Thread):
    """Says one line after the other to a port until it is told to stop."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.done = port, threading.Event()

    def run(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            while not self.done.is_set():
                sock.sendto(rmc(), ("127.0.0.1", self.port))
                time.sleep(0.02)


def test_captures_what_is_said(tmp_path, capsys):
    """For two seconds, behind our own times; the counts as JSON; and `screen` reads the file."""
    port, path = free_port(), tmp_path / "bridge.nmea"
    talker = Talker(port)
    talker.start()
    code, out, err = run(capsys, "capture", f"udp://127.0.0.1:{port}", path, "--seconds", "2", "--stats")
    talker.done.set()
    lines = path.read_bytes().splitlines()

    assert 0 == code
    assert lines
    assert all(stamps.split(line)[1] == rmc() for line in lines)
    assert len(lines) == json.loads(out)["file"]["lines"] == json.loads(out)["feed"]["lines"]
    assert f"{len(lines)} lines recorded" in err
    assert "instruments' sentences" in run(capsys, "screen", path)[2]


def test_nothing_said_is_told(tmp_path, capsys):
    """An empty recording ends with 1, and says why it is empty."""
    code, out, _ = run(
        capsys,
        "capture",
        f"tcp://127.0.0.1:{free_port(socket.SOCK_STREAM)}",
        tmp_path / "log",
        "--seconds",
        "0.3",
        "--stats",
    )

    assert 1 == code
    assert json.loads(out)["feed"]["cannot connect"]


@pytest.mark.parametrize(
    "words",
    [["--seconds", "0"], ["--seconds", "nan"], ["--megabytes", "0"], ["--megabytes", "nan"], ["--megabytes", "inf"]],
)
def test_a_recording_of_nothing_is_refused(tmp_path, capsys, words):
    """No time, or no room."""
    code, _, err = run(capsys, "capture", "udp://127.0.0.1:1", tmp_path / "log", *words)

    assert 3 == code
    assert "record" in err


def test_an_address_that_is_none_is_refused(tmp_path, capsys):
    """With the forms that there are, and before a file is made."""
    code, _, err = run(capsys, "capture", "ftp://127.0.0.1:1", tmp_path / "log")

    assert (3, []) == (code, list(tmp_path.iterdir()))
    assert "udp://0.0.0.0:10110" in err


@pytest.mark.parametrize(("words", "stamped"), [([], False), (["--stamped"], True)])
def test_replays_to_whoever_listens(recording, capsys, words, stamped):
    """Each line a datagram, in order, without the old times unless they are asked for."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(10)
        port = sock.getsockname()[1]
        code, out, err = run(
            capsys, "replay", recording, "--to", f"udp://127.0.0.1:{port}", "--speed", "0", "--stats", *words
        )
        heard = [sock.recv(1000) for _ in LINES]

    assert 0 == code
    assert [(line if stamped else stamps.split(line)[1]) + b"\r\n" for line in LINES] == heard
    assert {"lines": 5, "sent": 5} == json.loads(out)["counts"]
    assert "5 lines sent" in err


def test_replays_to_who_connects(recording, capsys):
    """It waits for somebody, then plays; who goes away is left out."""
    port, heard = free_port(socket.SOCK_STREAM), []

    def listen():
        while True:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
                    while data := sock.recv(1000):
                        heard.append(data)
            except ConnectionRefusedError:
                time.sleep(0.02)
            else:
                return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    code, _, err = run(capsys, "replay", recording, "--to", f"tcp://127.0.0.1:{port}", "--speed", "0")
    listener.join(10)

    assert 0 == code
    assert b"".join(stamps.split(line)[1] + b"\r\n" for line in LINES) == b"".join(heard)
    assert "waiting for somebody" in err


def test_a_line_too_long_for_a_datagram_is_counted(tmp_path, capsys):
    """A list of aircraft does not fit; nothing of it is sent."""
    path = tmp_path / "lists.json"
    path.write_bytes(stamps.tag(NOON_US) + b"{" + b" " * 70_000 + b"}\n")
    code, out, _ = run(capsys, "replay", path, "--to", f"udp://127.0.0.1:{free_port()}", "--stats")

    assert 1 == code
    assert 1 == json.loads(out)["counts"]["too long for a datagram"]


@pytest.mark.parametrize(
    "to", ["file:log", "aircraft+http://127.0.0.1/x", "udp://8.8.8.8:10110", "udp://example.org:1"]
)
def test_is_sent_to_no_stranger(recording, capsys, to):
    """Only onto our own networks, and only where lines can be sent."""
    assert 3 == run(capsys, "replay", recording, "--to", to)[0]


def test_a_recording_that_is_not_there_is_told(tmp_path, capsys):
    """With its name."""
    code, _, err = run(capsys, "replay", tmp_path / "log", "--to", "udp://127.0.0.1:1")

    assert 3 == code
    assert "no recording" in err


def test_progress_is_shown_to_who_watches(recording, capsys, monkeypatch):
    """One line on a terminal, wiped at the end."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr("searoom.commands.feeds._SHOW_EVERY_S", 0.0)
    _, _, err = run(capsys, "replay", recording, "--to", f"udp://127.0.0.1:{free_port()}", "--speed", "0")

    assert "\r  " in err
    assert "lines sent" in err
