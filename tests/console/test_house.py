"""What the pages of one console share: an index of its own, slow work one at a time, no work that ends unseen."""

import asyncio
import threading
import time
from pathlib import Path

from searoom.console.house import House


def test_two_consoles_share_nothing():
    """The search of one node's console never finds what another's has read."""
    one, two = (House(Path(name), None, None) for name in ("amber", "coral"))

    assert one.index is not two.index


def test_slow_work_is_done_one_at_a_time():
    """Twenty who ask for what takes long keep one thread busy, and each gets its own answer."""
    house, running, most = House(None, None, None), [], []

    def work(number):
        running.append(threading.get_ident())
        most.append(len(running))
        time.sleep(0.01)
        running.pop()
        return number

    async def ask():
        return await asyncio.gather(*(house.at_length(work, number) for number in range(20)))

    assert list(range(20)) == asyncio.run(ask())
    assert {1} == set(most)


def test_what_fails_ends_the_console_and_says_why():
    """A console whose follower died would show old pages as new ones."""
    told = []
    house = House(None, None, None, stop=told.append)

    async def follow():
        raise KeyError("planted")

    asyncio.run(house.going_on(follow()))

    assert ["KeyError: 'planted'"] == told
