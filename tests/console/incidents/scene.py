"""A view of an incident, made by hand: two accounts, measurements, acts, facts, and what our own sensors noted."""

from searoom.console.view import Note, View
from searoom.signals.forms import Filled
from told import BOOK, DEMO, START_US, Tale

SECOND = 1_000_000
SECRET = "NATIONAL-ONLY-7781"


def tale():
    """Return an incident with everything a page of it can show."""
    told = Tale()
    own = {"incident": "2026-06-03/1", "at": START_US}
    mine = told.say("amber", "dossier-open", words="It passed ahead of us.", where=(321_000_000, -1_650_000_000), **own)
    theirs = told.say("coral", "dossier-open", at_us=START_US + 1, words="It was a safe distance.", **own)
    common = {"quantity": "range", "axis": "horizontal", "at": START_US}
    for n, (party, ref, value, error) in enumerate(
        (("amber", mine, 137_160, 25_000), ("coral", theirs, 230_000, 44_000))
    ):
        told.say(party, "measurement", at_us=START_US + 10 + n, dossier=ref, value_mm=value, error_mm=error, method="radar",
                 source=f"{party} radar", **common)  # fmt: skip
    told.say("amber", "observed-act", at_us=START_US + 20, dossier=mine, by={"name": "CORAL 34", "type": "warship"},
             observer={"name": "AMBER 21", "type": "warship"}, act={"act": "lights", "perceived": "A bright light.",
             "means": "eye", "at": (START_US, 0)})  # fmt: skip
    for n, (words, views) in enumerate(
        (("Both were under way.", "agree"), ("It passed ahead.", "contest"), ("It was dark.", ""))
    ):
        fact = told.say("amber", "dossier-fact", at_us=START_US + 30 + n, dossier=mine, words=words)
        if views:
            told.say("coral", "dossier-view", at_us=START_US + 40 + n, reply_to=fact, view=views)
    told.say("amber", "hotline-message", at_us=START_US + 600 * SECOND, text="What was your intention?")
    told.say("amber", "hotline-message", at_us=START_US + 7200 * SECOND, text="Two hours later.")
    return told


def notes():
    """Return what amber's own sensors noted: two tracks, an encounter, a sighting."""
    found = []
    for n in range(12):
        for craft, lat in (("AMBER 21", 321_000_000), ("CORAL 34", 321_020_000 - 1_500 * n)):
            where = (lat, -1_650_000_000 + 4_000 * n)
            found.append(note("track-note", n * 60, craft=craft, source="radar", where=where, error_mm=20_000))
    found.append(
        note("encounter-note", 300, a="AMBER 21", b="CORAL 34", grade="warn", range_mm=400_000, range_error_mm=30_000,
             cpa_mm=140_000, cpa_error_mm=30_000, tcpa_s=120, geometry="crossing", reason="nearer")
    )  # fmt: skip
    found.append(note("sighting", 320, craft=SECRET, person="Lookout", words="Seen ahead."))
    return tuple(found)


def note(form, seconds, **fields):
    """Return a national note so many seconds after the start."""
    at_us = START_US + seconds * SECOND
    return Note(at_us, Filled(form, BOOK.form(form).version, "national", "routine", "en", {"at": at_us, **fields}))


def view(told=None, agreement=DEMO, **more):
    """Return what amber's console knows of it."""
    account = (told or tale()).account(*agreement.parties)
    return View("amber", agreement, BOOK, account, START_US + 3600 * SECOND, notes=notes(), **more)
