"""The node's end of the desk: who may enter, what is refused, and that nobody is left waiting."""

import asyncio
import contextlib
import socket
import stat
import threading
from pathlib import Path

import pytest

from searoom.desk import asking as desk
from searoom.desk import door
from searoom.errors import NotAllowed, StateUnknown


@contextlib.contextmanager
def open_door(folder, handler):
    """A desk with this handler, open in a thread; yields what its loop had to complain about."""
    complaints = []
    opened, done = threading.Event(), threading.Event()

    async def work():
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))
        end = door.Desk(folder, handler)
        await end.open()
        opened.set()
        await asyncio.to_thread(done.wait)
        await end.close()

    thread = threading.Thread(target=asyncio.run, args=(work(),))
    thread.start()
    assert opened.wait(10)
    try:
        yield complaints
    finally:
        done.set()
        thread.join()


async def echo(request):
    return dict(request)


def test_the_door_stands_in_a_folder_for_its_owner_alone(tmp_path):
    """The socket's folder lets nobody else in, and the pointer leads to it."""
    with open_door(tmp_path, echo):
        path = Path((tmp_path / "desk").read_text())
        assert stat.S_ISSOCK(path.stat().st_mode)
        assert 0o700 == stat.S_IMODE(path.parent.stat().st_mode)


def test_a_closed_door_leaves_nothing_behind(tmp_path):
    """Pointer and socket are gone, and the sentence is that no node runs."""
    with open_door(tmp_path, echo):
        path = Path((tmp_path / "desk").read_text())

    assert not path.parent.exists()
    with pytest.raises(NotAllowed, match="no node is running"):
        desk.ask(tmp_path, {"do": "x"})


def test_a_long_path_of_the_folder_does_not_matter(tmp_path):
    """The system allows some 100 bytes for a socket's path; a node's folder may be deeper."""
    deep = tmp_path / ("a" * 60) / ("b" * 60)
    deep.mkdir(parents=True)

    with open_door(deep, echo):
        assert {"do": "x"} == desk.ask(deep, {"do": "x"})


def test_a_request_that_is_too_long_is_refused_unread(tmp_path, monkeypatch):
    """The length is asked before a byte of it is taken."""
    monkeypatch.setattr(door, "MAX_BYTES", 100)
    with open_door(tmp_path, echo), pytest.raises(NotAllowed, match="more than the desk takes"):
        desk.ask(tmp_path, {"do": "x" * 200})


def test_what_is_no_map_is_refused(tmp_path):
    """A request is a map; anything else gets a sentence."""
    with open_door(tmp_path, echo), socket.socket(socket.AF_UNIX) as end:
        end.connect((tmp_path / "desk").read_text())
        end.sendall(desk.LENGTH.pack(1) + b"\x07")
        reply = b"".join(iter(lambda: end.recv(4096), b""))

    assert b"a request to the desk is a map" in reply


def test_a_fault_of_the_house_leaves_nobody_waiting(tmp_path):
    """An error that nobody foresaw closes the door on its caller, and the next one is served."""

    async def fail_once(request):
        if request["do"] == "fail":
            raise ZeroDivisionError
        return dict(request)

    with open_door(tmp_path, fail_once):
        with pytest.raises(StateUnknown, match="gave no whole answer"):
            desk.ask(tmp_path, {"do": "fail"}, timeout_s=20)
        assert {"do": "x"} == desk.ask(tmp_path, {"do": "x"})


def test_a_caller_that_goes_away_harms_nobody(tmp_path):
    """Who hangs up before the reply is written is not missed."""
    with open_door(tmp_path, echo) as complaints:
        for _ in range(3):
            with socket.socket(socket.AF_UNIX) as end:
                end.connect((tmp_path / "desk").read_text())
                end.sendall(desk.pack({"do": "x", "words": "y" * 100_000}))
        assert {"do": "x"} == desk.ask(tmp_path, {"do": "x"})

    assert [] == complaints


def test_a_folder_that_takes_no_pointer_is_told(tmp_path):
    """A door that nobody could find is not left open."""
    (tmp_path / "desk").mkdir()

    with pytest.raises(StateUnknown, match="the desk cannot be opened"):
        asyncio.run(door.Desk(tmp_path, echo).open())


def test_the_pointer_is_whole_from_the_moment_it_is_there(tmp_path, monkeypatch):
    """Whoever waits for a node to start reads no half of it: it is written elsewhere and then put in its place."""
    seen = []
    write = Path.write_text

    def slow(path, text, **options):
        seen.append((path.name, (tmp_path / "desk").exists()))
        return write(path, text, **options)

    monkeypatch.setattr(Path, "write_text", slow)
    with open_door(tmp_path, echo):
        assert ["desk"] == [path.name for path in tmp_path.iterdir()]

    assert [("desk.new", False)] == seen
