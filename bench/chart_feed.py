"""A console whose node sees as many craft as are asked for: all is real but the sensors, whose fixes are made here.

python -m bench.chart_feed FOLDER COUNT      prints the address; the account is `bench`, its password in PASSWORD
"""

import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import uvicorn

from searoom import clock
from searoom.cbor import Value
from searoom.console.app import Console
from searoom.console.follow import Follower
from searoom.console.house import House
from searoom.console.people import People, Person
from searoom.console.sea import Sea
from searoom.desk.asking import LENGTH, pack, unpack
from searoom.desk.charting import Charting
from searoom.exercise import run, scenario
from searoom.exercise.made import AGREEMENT, Stage, free_port
from searoom.keys.passphrases import FLOOR
from searoom.obligations import agreement as agreements
from searoom.tracks.fixes import Fixes
from searoom.tracks.registry import NOBODY
from searoom.units import MICROSECONDS
from searoom.watch.present import Present

PASSWORD = "a bench of craft 7"
WEST, SOUTH, EAST, NORTH = 120.5, 24.5, 130.5, 33.5


class Seen:
    """Craft that sail on, each reported once a second: what a `Lookout` is to `Charting`."""

    def __init__(self, count: int) -> None:
        rng = np.random.default_rng(7)
        self.names = tuple(f"{412_000_000 + k}" for k in range(count))
        self.lat, self.lon = rng.uniform(SOUTH, NORTH, count), rng.uniform(WEST, EAST, count)
        self.speed, self.course = rng.uniform(2.0, 12.0, count), rng.uniform(0.0, 360.0, count)
        self.present = Present()
        self.labels = {name: f"SHIP {name[-5:]}" for name in self.names}
        self.said, self.blind = SimpleNamespace(registry=NOBODY), dict[str, str]()
        self.last_us = 0

    def standing(self, _now_us: int) -> tuple[object, ...]:
        """Return no open pair."""
        return ()

    def sail(self, now_us: int) -> None:
        """Move everybody to now, and report it."""
        seconds = (now_us - self.last_us) / MICROSECONDS if self.last_us else 0.0
        self.last_us = now_us
        way = np.radians(self.course)
        self.lat = self.lat + self.speed * seconds * np.cos(way) / 111_000.0
        self.lon = self.lon + self.speed * seconds * np.sin(way) / 95_000.0
        count = len(self.names)
        self.present.take(
            Fixes(
                names=self.names, craft=np.arange(count, dtype=np.int32), time_us=np.full(count, now_us),
                lat_deg=self.lat, lon_deg=self.lon, speed_mps=self.speed, course_deg=self.course,
                sigma_m=np.full(count, 10.0), source=np.zeros(count, dtype=np.int8), sources=("AIS",),
            )
        )  # fmt: skip


class Made(Follower):
    """Follows the real node for everything but its craft."""

    def __init__(self, folder: Path, seen: Seen) -> None:
        super().__init__(folder)
        self._seen = seen
        node = SimpleNamespace(
            now=lambda: time.time_ns() // 1000, settings=SimpleNamespace(unit=""), party=self.table.party, folder=folder
        )
        self._verbs = Charting(cast("Any", node), cast("Any", seen)).verbs()
        self.sea = Sea(self.ask)

    async def ask(self, request: Mapping[str, Value]) -> dict[str, object]:
        """Answer what a chart asks from the made craft, through the same bytes; pass on the rest."""
        if request["do"] != "tracks":
            return await super().ask(request)
        self._seen.sail(time.time_ns() // 1000)
        reply = await self._verbs["tracks"](dict(request))
        data = pack(reply)
        return unpack(data[LENGTH.size :])


def main(folder: Path, count: int) -> None:
    """Enrol, start a node, and serve its console until the pipe of our output closes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn sends it on: the node ends with us
    main_job = scenario.load("main-job")
    stage = Stage(folder, main_job, agreements.load(AGREEMENT), run.seats(main_job, swap=False))
    stage.enrol()
    party = stage.parties[0]
    stage.start(party)
    try:
        people = People(stage.folder(party), cost=FLOOR)
        people.add(Person("bench", "Bench", frozenset({"watch"})), PASSWORD, now_us=clock.machine_now())
        address = f"127.0.0.1:{free_port()}"
        app = Console(House(stage.folder(party), Made(stage.folder(party), Seen(count)), people)).app([address])
        print(address, flush=True)
        config = uvicorn.Config(app, port=int(address.split(":")[1]), log_config=None, timeout_graceful_shutdown=1)
        asyncio.run(uvicorn.Server(config).serve())
    finally:
        stage.stop()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        main(Path(sys.argv[1]) if len(sys.argv) > 2 else Path(made), int(sys.argv[-1]))
