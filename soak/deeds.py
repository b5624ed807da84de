"""What may happen between two moments of a story, and how often: people speak, machines fail, lines break."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from soak.disk import ALL, MASK_BITS
from soak.faulty import POWER, Blow, Plan
from soak.station import Node
from soak.wire import CLEAR, Weather
from soak.world import World

BACKLOG: Final = 20
RUSH: Final = 0.5  # how often a backlog meets a flash
LARGE: Final = 3_500

WEATHERS: Final = (
    CLEAR,
    Weather(lost_request=0.1, lost_answer=0.1, slow=0.1),
    Weather(
        lost_request=0.05, lost_answer=0.1, cut_request=0.1, cut_answer=0.1, twice=0.1, stale_request=0.1, slow=0.1
    ),
    Weather(garbled_request=0.15, garbled_answer=0.15, cut_answer=0.1, twice=0.1, stale_request=0.1),
)


def _say(world: World) -> None:
    if node := world.one():
        node.say(world.words(), "routine")


def _backlog(world: World) -> None:
    """Let much be said at once; now and then a flash has to get past it."""
    node = world.one()
    if node is None:
        return
    for _ in range(int(world.chance.random() * BACKLOG)):
        if node.up:
            node.say(world.words() + "x" * LARGE, "routine")
    if world.chance.random() < RUSH and node.up:
        for peer in node.couriers:
            world.spawn(node, world.meeting(node, peer))
        world.spawn(node, _flash_later(world, node))


async def _flash_later(world: World, node: Node) -> None:
    await asyncio.sleep(world.chance.random() * 3.0)
    if node.up:
        _flash_of(world, node)


def _flash(world: World) -> None:
    if node := world.one():
        _flash_of(world, node)


def _flash_of(world: World, node: Node) -> None:
    entry = node.flash(world.words())
    if entry is not None:
        world.flashes.said(node, entry.log, entry.index)
        for peer in node.couriers:
            world.spawn(node, world.guarded(node, node.hurry(peer)))


def _card(world: World) -> None:
    if node := world.one():
        node.change_card()


def _new_log(world: World) -> None:
    """Let two officers of a node that was put back open a new log, as they may where nobody can be reached."""
    waiting = [node for node in world.nodes.values() if node.up and world.may_begin_anew(node)]
    if waiting:
        world.chance.choice(waiting).open_log()


def _meet(world: World) -> None:
    if node := world.one():
        world.spawn(node, world.meeting(node, world.chance.choice(list(node.couriers))))


def _wait(_world: World) -> None:
    """Let time pass."""


def _weather(world: World) -> None:
    at = int(world.chance.random() * len(WEATHERS))
    world.net.weather = WEATHERS[at]
    world.trace.add(f"weather {at}")


def _part(world: World) -> None:
    one, other = world.chance.sample(list(world.nodes), 2)
    world.net.parted.add(frozenset((one, other)))
    world.trace.add(f"no line between {min(one, other)} and {max(one, other)}")


def _mend(world: World) -> None:
    world.net.parted.clear()
    world.trace.add("all lines are back")


def _plan(world: World, blow: Blow) -> Plan:
    mask = world.chance.getrandbits(MASK_BITS) if blow in POWER else ALL
    return Plan(int(world.chance.random() * 5), blow, world.chance.random(), mask)


def _crash(world: World) -> None:
    blow = world.chance.choice([Blow.POWER_LOST, Blow.POWER_DONE, Blow.KILLED_LOST, Blow.KILLED_DONE])
    if node := world.one():
        node.plan(_plan(world, blow))


def _err(world: World) -> None:
    blow = world.chance.choice([Blow.UNKNOWN_LOST, Blow.UNKNOWN_DONE])
    if node := world.one():
        node.plan(_plan(world, blow))


def _cut_power(world: World) -> None:
    if node := world.one():
        node.cut_power(world.chance.choice([0, ALL, world.chance.getrandbits(MASK_BITS)]))


def _start(world: World) -> None:
    """Start a node that is down; now and then the power fails again while it opens its store or comes up."""
    if node := world.one(up=False):
        drawn = world.chance.random()
        if drawn < 0.1:
            node.fail_to_open(_plan(world, Blow.POWER_LOST))
        else:
            node.boot(_plan(world, world.chance.choice([Blow.POWER_LOST, Blow.POWER_DONE])) if drawn < 0.3 else None)


def _backup(world: World) -> None:
    if node := world.one():
        node.take_backup()


def _restore(world: World) -> None:
    some = [node for node in world.nodes.values() if node.backup is not None]
    if some:
        node = world.chance.choice(some)
        world.flashes.forget(node.name)
        world.caught.discard(node.name)
        node.restore()


def _clock(world: World) -> None:
    if node := world.one():
        node.skew_s = (world.chance.random() - 0.5) * 7200.0
        world.trace.add(f"the clock of {node.name} is off by {node.skew_s:.0f} s")


Deed = Callable[[World], None]
# What happens -> how often, as a weight; and whether it is a fault.
DEEDS: Final[Mapping[str, tuple[Deed, float, bool]]] = {
    "say": (_say, 4.0, False),
    "meet": (_meet, 8.0, False),
    "flash": (_flash, 0.6, False),
    "backlog": (_backlog, 0.3, False),
    "card": (_card, 0.2, False),
    "new_log": (_new_log, 0.1, False),
    "wait": (_wait, 1.0, False),
    "start": (_start, 2.0, False),
    "backup": (_backup, 0.5, False),
    "weather": (_weather, 0.7, True),
    "part": (_part, 0.5, True),
    "mend": (_mend, 0.8, True),
    "crash": (_crash, 1.5, True),
    "err": (_err, 0.7, True),
    "cut_power": (_cut_power, 0.7, True),
    "restore": (_restore, 0.25, True),
    "clock": (_clock, 0.3, True),
}


def choose(world: World) -> Callable[[], Deed]:
    """Return what draws the next deed; how often each happens is drawn once a story, and may be set by its script."""
    script, rates = world.script, dict[str, float]()
    for name, (_, rate, fault) in DEEDS.items():
        drawn = 0.3 + 1.4 * world.chance.random()
        rates[name] = script.more.get(name, rate * drawn if script.faults or not fault else 0.0)
    deeds, weights = [DEEDS[name][0] for name in rates], list(rates.values())
    return lambda: world.chance.choices(deeds, weights)[0]
