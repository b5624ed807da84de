"""The one question a second: all who look share it, and a node that is silent leaves what was held."""

import asyncio
import json

from made_sea import reply
from searoom.console import sea as rooms
from searoom.console.sea import Sea
from searoom.errors import PeerFault


def test_many_who_look_at_once_ask_once(monkeypatch):
    """Fifty pages in one second are one question; a second later it is asked again, from where it stood."""
    asked, now = [], [100.0]
    monkeypatch.setattr(rooms.clock, "monotonic", lambda: now[0])

    async def ask(request):
        asked.append(request)
        return reply([(1, "A", 125.0, 30.0)], number=7)

    async def look():
        sea = Sea(ask)
        await asyncio.gather(*(sea.now() for _ in range(50)))
        now[0] += 1.0
        await sea.now()

    asyncio.run(look())

    assert [{"do": "tracks", "since": 0}, {"do": "tracks", "since": 7}] == asked


def test_a_changed_grade_is_asked_for_within_the_second():
    """A bell wakes who waits for the next second, and the node is asked again; without one the second is waited out."""
    asked = []

    async def ask(request):
        asked.append(request)
        return reply([(1, "A", 125.0, 30.0)], number=7)

    async def look():
        sea = Sea(ask)
        await sea.now()
        quiet = await sea.rung(sea.bell, rooms.clock.monotonic() + 0.05)
        waiting = asyncio.create_task(sea.rung(sea.bell, rooms.clock.monotonic() + 20.0))
        await asyncio.sleep(0)
        sea.ring()
        woken = await asyncio.wait_for(waiting, 5.0)
        await sea.now()
        return quiet, woken

    assert (False, True) == asyncio.run(look())
    assert 2 == len(asked)


def test_a_bell_while_the_node_is_asked_is_not_missed():
    """What the node said may be from before the bell: it is asked once more, and who took the bell before is woken."""
    asked = []

    async def look():
        async def ask(request):
            asked.append(request)
            if len(asked) == 1:
                sea.ring()
            return reply([(1, "A", 125.0, 30.0)], number=7)

        sea = Sea(ask)
        bell = sea.bell
        await sea.now()
        assert await sea.rung(bell, rooms.clock.monotonic() + 5.0)
        await sea.now()
        await sea.now()

    asyncio.run(look())
    assert 2 == len(asked)


def test_a_silent_node_leaves_what_was_held():
    """What was seen stays on the chart, marked as silent, until the node answers again."""
    answers = [reply([(1, "A", 125.0, 30.0)])]

    async def ask(_request):
        if not answers:
            raise PeerFault("the node gives no answer")
        return answers.pop()

    async def look():
        sea = Sea(ask)
        await sea.now()
        sea._asked_s = float("-inf")
        held = await sea.now()
        return len(held), sea.silent

    assert (1, True) == asyncio.run(look())


def test_zones_are_asked_for_once_a_minute():
    """Zones change with a restart of the node alone, and are kept for a while."""
    asked = []

    async def ask(request):
        asked.append(request["do"])
        return {"told": json.dumps([{"name": "z"}]).encode()}

    async def look():
        sea = Sea(ask)
        return [await sea.zones() for _ in range(3)]

    assert ({"name": "z"},) == asyncio.run(look())[2]
    assert ["zones"] == asked
