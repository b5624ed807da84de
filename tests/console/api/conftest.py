"""A console at work with something to tell: a message, a craft near another, and tokens of each kind."""

import asyncio
import shutil
import time
from dataclasses import replace

import pytest

from console_at_work import Program, console, people, wait_for
from deskside import MESSAGE, at_work, meet, signed, tick
from searoom.console.follow import Follower
from searoom.desk import asking as desk
from searoom.units import MICROSECONDS

END_US = int(time.time()) * MICROSECONDS + 3600 * MICROSECONDS


@pytest.fixture(scope="module")
def api_stage(enrolled, tmp_path_factory):
    """The enrolled parties in folders of this file alone, with craft that near each other."""
    out = tmp_path_factory.mktemp("api")
    shutil.copytree(enrolled.out, out, dirs_exist_ok=True)
    return replace(enrolled, out=out)


@pytest.fixture(scope="module")
def at(api_stage):
    """The address of a console beside a node that has said something and sees two ships near each other."""
    with at_work(api_stage) as nodes, console(api_stage.folder("amber")) as address:
        node = nodes["amber"].node
        released, body = signed(api_stage, node, MESSAGE, "amber-1", "amber-2")
        desk.ask(node.folder, {"do": "submit", "released": released.to_bytes(), "body": body})
        meet(nodes)
        for seconds in range(0, 900, 60):
            tick(api_stage, "amber", seconds)
        yield address


@pytest.fixture(scope="module")
def token(api_stage):
    """Makes a token."""
    made = people(api_stage.folder("amber"))

    def make(name, *roles, uses=("api",), until_us=END_US):
        known = {one.name for one in made.bearers.everybody()}
        if name in known:
            made.bearers.withdraw(name, time.time_ns() // 1000)
        return made.bearers.give(name, roles or ("watch",), uses, until_us, time.time_ns() // 1000)

    yield make
    made.close()


@pytest.fixture(scope="module")
def program(at, token):
    """A program that may ask for everything that a watch may see, once the console has followed its node."""
    asking = Program(at, token("plotter", "watch"))
    wait_for(lambda: asking.get("/readyz")[0] == 200)
    return asking


@pytest.fixture(scope="module")
def view(program, api_stage):
    """What a console knows of the node of these tests."""
    follower = Follower(api_stage.folder("amber"))
    asyncio.run(follower.step(0))
    return follower.view
