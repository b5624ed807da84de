"""The command `serve`: node and console start together, and neither outlives the other."""

import json
import re
import signal
import subprocess
import sys

import pytest

from console_at_work import Browser, people, wait_for, words
from searoom import cli
from searoom.desk import asking as desk
from searoom.errors import SearoomError
from stage import gone


@pytest.fixture
def served(stage):
    """A node and its console by one command; (process, address, folder)."""
    folder = stage.folder("amber")
    people(folder).close()
    command = [sys.executable, "-m", "searoom", "serve", str(folder), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            address = next(found[1] for line in process.stderr if (found := re.search(r"http://(\S+)/", line)))
            yield process, address, folder
        finally:
            process.kill()


def test_it_serves_pages_of_a_node_that_runs(served):
    """One command is enough: the page comes from a node that answers."""
    process, address, folder = served
    sit = Browser(address, **{"Accept-Language": "en"}).sign_in("watch-1")

    assert wait_for(lambda: "Is the line up?" in words(sit.get("/")[2]))
    node = desk.ask(folder, {"do": "status"})["pid"]
    assert node != process.pid

    process.send_signal(signal.SIGTERM)
    assert 0 == process.wait(20)
    assert gone(node)


def test_a_node_that_ends_takes_its_console_with_it(served):
    """Nobody is left looking at a console without a node behind it."""
    process, _, folder = served

    desk.ask(folder, {"do": "stop"})

    assert 0 == process.wait(20)


def test_without_accounts_nothing_keeps_running(stage, capfd):
    """The refusal says how to make an account, and the node that was started is ended."""
    assert 3 == cli.main(["serve", str(stage.folder("amber")), "--port", "0"])

    assert "searoom account" in capfd.readouterr().err
    with pytest.raises(SearoomError):
        desk.ask(stage.folder("amber"), {"do": "status"})


def test_a_folder_that_is_no_nodes_is_refused(tmp_path, capsys):
    """The sentence names the folder."""
    assert 3 == cli.main(["serve", str(tmp_path)])
    assert "is not a node's folder" in capsys.readouterr().err


def test_as_a_log_it_writes_one_json_object_a_line(stage):
    """Node and console tell their events as JSON alone, each with its time and level, from the start to the end."""
    folder = stage.folder("amber")
    people(folder).close()
    command = [sys.executable, "-m", "searoom", "serve", str(folder), "--port", "0", "--log", "json"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            lines = [json.loads(process.stderr.readline())]
            while "listening" != lines[-1]["event"] or lines[-1]["port"] == stage.ports["amber"]:
                lines.append(json.loads(process.stderr.readline()))
            process.send_signal(signal.SIGTERM)
            lines += map(json.loads, process.stderr)
        finally:
            process.kill()

    assert 2 == len([one for one in lines if one["event"] == "listening"])
    assert all({"time", "level", "event"} <= set(one) for one in lines)
