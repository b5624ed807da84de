"""The index of the search is as new as the view, and others have their turn while it is made."""

import asyncio

from deskside import at_work, fill, signed
from searoom.console.follow import Follower
from searoom.console.house import House
from searoom.console.proving.indexing import caught_up, indexing


def test_what_is_said_is_found_without_asking_for_it(stage):
    """The index grows by itself with each change of the view."""
    with at_work(stage, "amber") as nodes:
        node = nodes["amber"].node

        async def follow():
            house = House(stage.folder("amber"), Follower(stage.folder("amber")), None)
            going = asyncio.create_task(indexing(house))
            node.submit(*signed(stage, node, fill("hotline-message", {"text": "first"}), "amber-1", "amber-2"))
            await house.follower.step(0)
            for _ in range(100):
                await asyncio.sleep(0.01)
                if house.index._rows:
                    break
            going.cancel()
            return house.index.rows(house.follower.view.account, house.follower.view.book)

        assert ["first"] == [word for row in asyncio.run(follow()) for word in row.text.split() if word == "first"]


def test_a_page_waits_for_the_index_and_lets_others_work(stage):
    """Catching up gives way between its steps, and ends with every entry folded."""
    with at_work(stage, "amber") as nodes:
        node = nodes["amber"].node
        for number in range(3):
            node.submit(*signed(stage, node, fill("hotline-message", {"text": f"n{number}"}), "amber-1", "amber-2"))

        async def follow():
            house = House(stage.folder("amber"), Follower(stage.folder("amber")), None)
            await house.follower.step(0)
            await caught_up(house)
            return len(house.index._rows)

        assert 3 == asyncio.run(follow())
