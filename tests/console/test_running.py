"""The console as a process: on loopback alone, open to nobody without an account, and gone when it is told to."""

import signal
import socket
import subprocess
import sys

import pytest

from console_at_work import Browser, people, wait_for
from deskside import at_work
from searoom.console import running
from searoom.errors import NotAllowed


def test_a_console_without_accounts_does_not_start(stage):
    """Nothing is anonymous: the refusal says how to make an account."""
    with at_work(stage, "amber"), pytest.raises(NotAllowed) as fault:
        running.run(stage.folder("amber"), 0, print)

    assert "searoom account" in fault.value.advice()


def test_a_port_that_is_taken_is_named(stage):
    """A port that cannot be had is an error at the start, with what to do."""
    people(stage.folder("amber")).close()
    with at_work(stage, "amber"), socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(NotAllowed, match=f"cannot listen on port {port}"):
            running.run(stage.folder("amber"), port, print)


def test_the_process_serves_pages_and_ends_when_it_is_told_to(stage):
    """It says its address, answers there, and ends by a signal with an open stream."""
    folder = stage.folder("amber")
    people(folder).close()
    with at_work(stage, "amber"):
        command = [sys.executable, "-m", "searoom", "console", str(folder), "--port", "0"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            try:
                address = process.stderr.readline().split("http://")[1].strip().rstrip("/")
                sit = Browser(address).sign_in("watch-1")
                assert 200 == wait_for(lambda: sit.get("/")[0])
                with socket.create_connection(tuple(address.split(":"))) as stream:
                    cookie = f"searoom-session-amber={sit.cookies['searoom-session-amber']}"
                    stream.sendall(f"GET /stream HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\n\r\n".encode())
                    assert b"text/event-stream" in stream.recv(4096)
                    process.send_signal(signal.SIGTERM)
                    assert 0 == process.wait(15)
            finally:
                process.kill()
