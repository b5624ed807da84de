"""The desk: the door by which a command reaches the node on the same machine."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from searoom import desk, door
from searoom.errors import NotAllowed, Tampered


def with_desk(folder: Path, handler: door.Handler, act: Callable[[], object]) -> object:
    """Run `act` in this thread while a desk with this handler is open in another."""
    opened, done = threading.Event(), threading.Event()

    async def serve() -> None:
        node_end = door.Desk(folder, handler)
        await node_end.open()
        opened.set()
        while not done.is_set():
            await asyncio.sleep(0.005)
        await node_end.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert opened.wait(10)
    try:
        return act()
    finally:
        done.set()
        thread.join()


async def echo(request: door.Request) -> dict[str, object]:
    return dict(request)


def test_carries_a_request_and_its_reply(tmp_path):
    """What is asked reaches the handler, and its answer comes back as it was."""
    asked = {"do": "echo", "bytes": b"\x00\x01", "number": 7, "words": ["琥珀", "珊瑚"]}

    assert asked == with_desk(tmp_path, echo, lambda: desk.ask(tmp_path, asked))


def test_raises_what_the_node_raised(tmp_path):
    """An error of the node arrives with its kind, its sentence and its advice."""

    async def refuse(_request: door.Request) -> dict[str, object]:
        raise Tampered("a seal is broken", advice="Keep it.")

    def act() -> None:
        with pytest.raises(Tampered, match="a seal is broken") as caught:
            desk.ask(tmp_path, {"do": "x"})
        assert caught.value.advice() == "Keep it."

    with_desk(tmp_path, refuse, act)


def test_says_that_no_node_is_running(tmp_path):
    """Without a node there is one sentence and what to do."""
    with pytest.raises(NotAllowed, match="no node is running") as caught:
        desk.ask(tmp_path, {"do": "status"})

    assert "searoom node" in caught.value.advice()


def test_says_that_a_dead_node_does_not_answer(tmp_path):
    """A pointer that a killed node left behind is no node."""
    (tmp_path / "desk").write_text(str(tmp_path / "gone"))

    with pytest.raises(NotAllowed, match="does not answer"):
        desk.ask(tmp_path, {"do": "status"})


def test_garbage_at_the_door_harms_nobody(tmp_path):
    """Bytes that are no request get an error or nothing, and the next request is served."""
    import socket

    def act() -> object:
        path = (tmp_path / "desk").read_text()
        for garbage in (b"", b"\x00\x00\x00", b"\x00\x00\x00\x02\xff\xff", b"\xff\xff\xff\xff"):
            with socket.socket(socket.AF_UNIX) as end:
                end.connect(path)
                end.sendall(garbage)
                end.shutdown(socket.SHUT_WR)
                while end.recv(4096):
                    pass
        return desk.ask(tmp_path, {"do": "echo"})

    assert with_desk(tmp_path, echo, act) == {"do": "echo"}
