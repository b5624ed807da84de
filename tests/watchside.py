"""What the tests of the watch stand on: two nodes at work, what their officers say, and one node's view of it."""

import asyncio
import contextlib

import pytest

from deskside import BOOK, at_work, fill, key_file, meet, tick
from searoom import officer
from searoom.console.follow import Follower
from searoom.desk import asking as desk
from searoom.errors import NotAllowed
from searoom.signals import forms

REQUEST = {
    "medium": "telephone", "at": "2026-06-03T12:05:00+09:00", "caller": "role=duty officer",
    "wanted": "role=duty officer", "subject": "encounter", "interpreters": "each",
}  # fmt: skip


class Scene:
    """Two nodes at work; `view` is what amber's console knows."""

    def __init__(self, stage, nodes):
        self.stage, self.nodes = stage, nodes

    def say(self, person, form, fields, **options):
        """Let a person say something, and hand it over."""
        filled = forms.from_text(BOOK, form, fields, **options)
        return officer.say(self.stage.folder(person.split("-")[0]), key_file(self.stage, person), filled, BOOK)

    def release(self, person, draft):
        """Let another person release a draft."""
        folder = self.stage.folder(person.split("-")[0])
        return officer.release(folder, key_file(self.stage, person), officer.look(folder, draft, BOOK))

    def refused(self, person, form, fields, **options):
        """Return the sentence with which something is refused."""
        with pytest.raises(NotAllowed) as fault:
            self.say(person, form, fields, **options)
        return fault.value.sentence

    def meet(self):
        """Let the nodes meet."""
        meet(self.nodes)

    def tick(self, seconds):
        """Move both clocks to so many seconds after the start."""
        for party in self.nodes:
            tick(self.stage, party, seconds)

    def note(self, form, fields, party="amber"):
        """Write a national note."""
        content = forms.encode(fill(form, fields, channel="national"), BOOK)
        return desk.ask(self.stage.folder(party), {"do": "note", "content": content})["index"]

    def watched(self):
        """Return the forms of the watch's own notes, in order; what the console notes of its accounts is left out."""
        own = ("watch-entry", "hand-over", "call-note")
        return [note.filled.form for note in self.view().notes if note.filled.form in own]

    def view(self, party="amber"):
        """Return what a console of that party knows now."""
        follower = Follower(self.stage.folder(party))
        asyncio.run(follower.step(0))
        return follower.view


@contextlib.contextmanager
def scene_of(stage):
    """Two nodes at work on a stage."""
    with at_work(stage) as nodes:
        yield Scene(stage, nodes)
