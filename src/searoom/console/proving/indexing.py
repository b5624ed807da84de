"""Folds new entries for the search while the console follows its node, some at a time, others between."""

import asyncio
from typing import Final

from searoom.console.house import House

AT_ONCE: Final = 100  # a few milliseconds
WAIT_S: Final = 30.0


async def indexing(house: House) -> None:
    """Keep the index as new as the view until cancelled."""
    number = -1
    while True:
        await caught_up(house)
        number = await house.follower.changed(number, WAIT_S)


async def caught_up(house: House) -> None:
    """Return when every entry of the newest account has been folded."""
    done = False
    while not done:
        done = house.index.read_on(house.follower.view.account, house.follower.view.book, AT_ONCE)
        await asyncio.sleep(0)
