"""Story: a flash goes past a long routine backlog on a slow line, between two nodes on the machine's clock."""

import asyncio
import shutil
import time

from deskside import change_settings, fill, signed
from proxy import Proxy
from searoom.exercise.made import free_port
from searoom.node.node import Node
from stage import ask, dial, make_stage, sizes

BACKLOG = 40
RATE = 30_000  # bytes a second


def say_much(stage):
    """Let amber say a backlog before its node runs."""
    node = Node.open(stage.folder("amber"))
    for number in range(BACKLOG):
        filled = fill("hotline-message", {"text": f"{number} " + "x" * 3000})
        node.submit(*signed(stage, node, filled, "amber-1", "amber-2"))
    node.close()


async def until(what, patience_s=60.0):
    """Wait until `what()` is true; return how long it took."""
    start = time.monotonic()
    while not await asyncio.to_thread(what):
        assert time.monotonic() - start < patience_s
        await asyncio.sleep(0.1)
    return time.monotonic() - start


def test_a_flash_is_delivered_and_receipted_long_before_the_backlog_is_over(tmp_path):
    """The line carries the backlog for many seconds; the flash and its receipt need few; nothing is lost by it."""
    stage = make_stage(tmp_path)
    for party in stage.parties:
        change_settings(stage.folder(party), clock="machine", sensors=())
    say_much(stage)

    def say_flash():
        key = stage.folder("amber") / "officers" / "amber-1.key"
        words = ["say", str(stage.folder("amber")), "--key", str(key), "--form", "hotline-contact"]
        return stage.command([*words, "--set", "phrase=message-follows", "--precedence", "flash"])["index"]

    async def story():
        async with Proxy(stage.ports["coral"], rate=RATE) as line:
            dial(stage, "amber", "coral", line.port)
            dial(stage, "coral", "amber", free_port())  # nobody answers there
            try:
                for party in ("coral", "amber"):
                    await asyncio.to_thread(stage.start, party)
                await until(lambda: line.opened > 1)
                index = await asyncio.to_thread(say_flash)
                took = await until(lambda: ask(stage, "amber", do="status")["ahead"]["coral"] > 0)  # its receipt
                status = await asyncio.to_thread(ask, stage, "coral", do="status")
                assert index in (BACKLOG, BACKLOG + 1)  # the scheduled test of the line is due at some hours
                assert 1 == status["ahead"]["amber"]
                assert status["sizes"]["amber"] < BACKLOG
                assert took < 20
                line.rate = 100 * RATE
                await until(lambda: ask(stage, "amber", do="status")["recorded"]["amber by coral"] > index)
                reached = (await asyncio.to_thread(ask, stage, "amber", do="message", author="amber", index=index))[
                    "reached"
                ]
                assert reached["delivered"]
                assert index < (await asyncio.to_thread(sizes, stage, "coral"))["amber"]
                for party in stage.parties:
                    assert {} == (await asyncio.to_thread(ask, stage, party, do="status"))["evidence"]
            finally:
                await asyncio.to_thread(stage.stop)

    asyncio.run(story())
    shutil.rmtree(tmp_path)
