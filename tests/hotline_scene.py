"""Two nodes at work and amber's console, as the hotline's tests need them: say something, sit down, wait for words."""

import asyncio
from dataclasses import dataclass

from console_at_work import Browser, fields_of, wait_for, words
from deskside import fill, meet, signed
from searoom.console.follow import Follower
from searoom.desk import asking as desk


@dataclass
class Scene:
    """Both nodes, and amber's console where a test opened it."""

    stage: object
    nodes: dict
    address: str = ""

    def say(self, form, fields, *persons, to=True, **options):
        """Let these persons say something, and the nodes meet; return the entry."""
        party = persons[0].split("-")[0]
        node = self.nodes[party].node
        entry = node.submit(*signed(self.stage, node, fill(form, fields, **options), *persons))
        if to:
            meet(self.nodes)
        return entry.log, entry.index

    def view(self):
        """Return amber's view of this moment."""
        follower = Follower(self.stage.folder("amber"))
        asyncio.run(follower.step(0))
        return follower.view

    def sit(self, person="duty-1", lang="en"):
        """Return a browser with this person before it."""
        return Browser(self.address, **{"Accept-Language": lang}).sign_in(person)

    def size(self, party="amber"):
        """Return how many entries a party's log has."""
        return desk.ask(self.stage.folder(party), {"do": "status"})["sizes"][party]

    def shown(self, browser, path, sentence):
        """Return a page once it says this."""
        return wait_for(lambda: sentence in words(text := browser.get(path)[2]) and text)

    def opened(self, browser, path):
        """Return the hidden fields of a form, and where it is posted."""
        return {**fields_of(browser.get(path)[2]), "lang": "en", "precedence": "routine"}
