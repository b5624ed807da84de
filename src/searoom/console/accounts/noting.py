"""Hands what people did at the console to the node, which notes it in the national log, while the console works."""

import asyncio
from typing import Final

from searoom.console.house import House
from searoom.errors import SearoomError

LOOK_EVERY_S: Final = 0.5
AGAIN_S: Final = 3.0  # after the node gave no answer: what waits, waits in the file


async def noting(house: House) -> None:
    """Hand over until cancelled."""
    while True:
        try:
            await house.people.audit.hand_over(house.follower.ask, house.follower.view.book)
            await asyncio.sleep(LOOK_EVERY_S)
        except SearoomError:
            await asyncio.sleep(AGAIN_S)
