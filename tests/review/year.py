"""A year told in an account: meetings, notices, calls, hotline talk, faults, dossiers, rows of a draft; for the yearly review."""

from dataclasses import replace

from review.tales import at, call
from searoom.account import arrange
from searoom.record.entry import Heard
from searoom.review.yearly import make
from searoom.signals.forms import Filled
from told import BOOK, DEMO, START_US, Tale

YEAR = 2026
SWAPPED = {"amber": "coral", "coral": "amber"}
DAY_S = 86_400
CHAIRS = replace(DEMO, parties=("coral", "amber"))


def told():
    """Return a tale of some weeks with something of every section; no two entries have one time."""
    tale = Tale()
    for day in range(1, 6):
        for n, party in enumerate(("amber", "coral") if day != 3 else ("amber",)):
            tale.say(party, "line-test", at_us=at(day * DAY_S + 1800 + n))
    _talk(tale)
    call(tale, 20 * DAY_S, "CORAL 34, THIS IS AMBER 21. INTENTION. I AM KEEPING MY SPEED. OVER.")
    call(tale, 20 * DAY_S + 900)
    own = {"incident": "2026-06-09/1", "words": "It was near.", "at": at(6 * DAY_S)}
    mine = tale.say("amber", "dossier-open", at_us=at(7 * DAY_S), where=(275_000_000, 1_235_000_000), **own)
    theirs = tale.say("coral", "dossier-open", at_us=at(7 * DAY_S + 9), where=(-5_000_000, -1_200_000_000), **own)
    for n, (party, ref) in enumerate((("amber", mine), ("coral", theirs))):
        tale.say(party, "dossier-close", at_us=at(8 * DAY_S + n), dossier=ref, how="facts-not-agreed-prevention-agreed")
    tale.say("coral", "observed-act", at_us=at(9 * DAY_S), act={"act": "laser"}, where=(275_000_000, 1_235_000_000))
    fault = tale.say(
        "coral", "macm-fault", at_us=at(10 * DAY_S), line="hotline 2", since=at(10 * DAY_S), description="-"
    )
    tale.say("amber", "macm-fault-step", at_us=at(11 * DAY_S), reply_to=fault, step="tested", at=at(11 * DAY_S))
    for n, party in enumerate(("amber", "coral")):
        common = {"level": "expert", "host": "coral", "date": "2026-06-12"}
        tale.say(party, "meeting-held", at_us=at(12 * DAY_S + n), agenda="Tests.", **common)
        tale.say(party, "meeting-next", at_us=at(13 * DAY_S + n), place="Port", **{**common, "date": "2027-05-01"})
        step = "adopted" if party == "amber" else "bracketed"
        tale.say(party, "agreement-row", at_us=at(14 * DAY_S + n), row="hotline-read", hash="aa", step=step)
    tale.meet()
    tale.receive("amber", at_us=at(25 * DAY_S))
    return tale


def made():
    """Return the review of the tale."""
    return make(told().account(), DEMO, BOOK, YEAR)


def _talk(tale):
    """Amber asks four times: read and answered after 1, 2, 3 minutes, and not at all."""
    for n in range(1, 5):
        asked = tale.say("amber", "hotline-message", at_us=at(n * DAY_S + 7200), text=f"Question {n}?")
        tale.receive("coral", at_us=at(n * DAY_S + 7210))
        if n < 4:
            tale.say("coral", "read", at_us=at(n * DAY_S + 7210 + 30 * n), reply_to=asked)
            tale.say("coral", "hotline-message", at_us=at(n * DAY_S + 7210 + 60 * n), reply_to=asked, text="Answer.")
    notice = tale.say("amber", "macm-training-notice", at_us=at(15 * DAY_S), purpose="Training", start=(START_US, 0))
    tale.say("coral", "sufficient", at_us=at(15 * DAY_S + 60), reply_to=notice, rules_version=1)
    other = tale.say("amber", "macm-training-notice", at_us=at(16 * DAY_S), purpose="Training", start=(START_US, 0))
    tale.say("coral", "clarification", at_us=at(16 * DAY_S + 60), reply_to=other, fields=("area",), question="Where?")


def swapped(tale):
    """Return the account of the same tale with the two parties' names exchanged in every place and field."""
    items = [_swap(item) for log in tale.logs.values() for item in log]
    return arrange(("amber", "coral"), items, {})


def _swap(item):
    heard = tuple(Heard(SWAPPED[each.log], each.size, each.root) for each in item.heard)
    signers = tuple(replace(one, party=SWAPPED[one.party]) for one in item.signers)
    station = replace(item.station, party=SWAPPED[item.station.party])
    return replace(
        item, ref=_ref(item.ref), author=SWAPPED[item.author], recipients=tuple(SWAPPED[p] for p in item.recipients),
        heard=heard, signers=signers, station=station, filled=_filled(item.filled),
    )  # fmt: skip


def _ref(ref):
    return None if ref is None else (SWAPPED[ref[0]], ref[1])


def _filled(filled: Filled):
    fields = {name: _value(value) for name, value in filled.fields.items()}
    return replace(filled, fields=fields, reply_to=_ref(filled.reply_to))


def _value(value):
    if isinstance(value, tuple) and value[:1] and value[0] in SWAPPED:
        return _ref(value)
    return SWAPPED.get(value, value) if isinstance(value, str) else value
