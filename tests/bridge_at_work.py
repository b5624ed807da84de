"""A node with one bridge feed that a test speaks into, second by second; it can be killed and started again."""

import asyncio

from deskside import change_settings
from searoom.desk.bridge import Bridge
from searoom.node.node import Node
from searoom.units import MICROSECONDS
from searoom.watch.lookout import Lookout
from spoken_nmea import Bridge as Instruments

AT = Instruments(31.0, 128.0, 12.0, 0.0)
HEAD_ON, BESIDE = (3.0, 3.0, 10.0, 183.0), (0.8, 200.0, 12.0, 0.0)
REGISTRY = """
source = "a test"
[[unit]]
name = "CORAL 34"
party = "coral"
kind = "navy"
mmsi = ["412000001"]
[[unit]]
name = "AMBER 22"
party = "amber"
kind = "navy"
mmsi = ["431000022"]
"""
ZONE_FILE = """
[[zone]]
name = "firing area"
claimed_by = "pearl"
source = "notice 12"
date = 2026-05-01
shape = "circle"
points = [[31.1, 128.0]]
radius_nm = 3
"""


class Watch:
    """The node, its lookout, and the desk's verbs over both."""

    def __init__(self, stage, *, registry=REGISTRY, zones=ZONE_FILE):
        self.stage, self.folder = stage, stage.folder("amber")
        self.second = 0
        change_settings(self.folder, sensors=("bridge=udp://127.0.0.1:10110",), note_every_s=30.0)
        (self.folder / "registry.toml").write_text(registry)
        (self.folder / "zones.toml").write_text(zones)
        self.start()

    def start(self):
        self.node = Node.open(self.folder)
        self.eyes = Lookout(self.node)
        self.verbs = Bridge(self.node, self.eyes).verbs()

    def kill(self):
        """End without a word: nothing is flushed or closed in order."""
        self.node.close()
        self.eyes.close()

    def sail(self, seconds, targets):
        """Look at what the instruments say once a second, and in a long time each five seconds."""
        every = 1 if seconds <= 20 else 5
        for _ in range(0, seconds, every):
            self.eyes._sensing.live["bridge"].feed.put(AT.lines(self.second, targets))
            self.tick(every)

    def tick(self, seconds):
        self.second += seconds
        now_us = self.stage.scenario.start_us + self.second * MICROSECONDS
        self.node.tick(now_us)
        self.eyes.look(now_us)

    def ask(self, do, **more):
        return asyncio.run(self.verbs[do]({"do": do, **more}))

    def notes(self, *forms):
        return [filled for _, filled in self.node.notebook.notes(*forms)]
