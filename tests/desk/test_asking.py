"""The desk: the door by which a command reaches the node on the same machine."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from searoom.desk import asking as desk
from searoom.desk import door
from searoom.errors import NotAllowed, Tampered
from searoom.sentences import Named, Sentence, spoken


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


def test_a_sentence_comes_through_with_its_key_and_values(tmp_path):
    """What the node refused, and what it says of its lines, is said at the console in the reader's own language."""
    nobody = Sentence("link.nobody", where="10.0.0.2:7000")
    missing = Sentence("at.field", where=Named("end", "form"), what=Sentence("rule.order", first=Named("start")))

    async def handler(request: door.Request) -> dict[str, object]:
        if request["do"] == "fail":
            raise NotAllowed(missing)
        return {"lines": {"coral": {"last_fault": nobody, "why": ["plain", nobody]}}}

    def act() -> None:
        lines = desk.ask(tmp_path, {"do": "status"})["lines"]
        assert {"coral": {"last_fault": nobody, "why": ["plain", nobody]}} == lines
        assert "10.0.0.2:7000は応答しません" == spoken(lines["coral"]["last_fault"], "ja")
        with pytest.raises(NotAllowed) as caught:
            desk.ask(tmp_path, {"do": "fail"})
        assert (missing, "form") == (caught.value.sentence, caught.value.sentence.values["where"].of)
        assert "終了：「開始」より前になっています" == spoken(
            caught.value.sentence, "ja", {"form/end": "終了", "start": "開始"}
        )
        assert spoken(NotAllowed("x").advice(), "zh") == spoken(caught.value.advice(), "zh")

    with_desk(tmp_path, handler, act)


def test_a_sentence_of_a_newer_node_is_its_key(tmp_path):
    """A console that does not have the row still shows something that can be looked up."""

    async def handler(_request: door.Request) -> dict[str, object]:
        return {"why": {"sentence of the tables": ["later.row", "", {}]}}

    assert {"why": "later.row"} == with_desk(tmp_path, handler, lambda: desk.ask(tmp_path, {"do": "x"}))
