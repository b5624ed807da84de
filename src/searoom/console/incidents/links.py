"""Where the buttons of an incident lead: to forms that are filled in as far as it is known, and to the replay."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from searoom.account import ref_text
from searoom.clock import to_text
from searoom.console.incidents.cases import AROUND_US, LINK, moment_us
from searoom.console.view import View
from searoom.matters.dossiers import ACT, CLOSE, FACT, MEASUREMENT, OPEN, VIEW, Dossier

TALK: Final = "hotline-message"
WAYS: Final = {"close_agreed": "agreed", "close_not_agreed": "facts-not-agreed-prevention-agreed"}
"""By the name of the button: how a party says that an incident is closed."""


def deeds(one: Dossier, view: View) -> Mapping[str, str]:
    """Return by name the links to the forms of a dossier, each filled in as far as it is known.

    The way of closing that we said last is not offered again.
    """
    place = ref_text(one.openings[0].ref)
    about = {"field-dossier": place}
    named = {**about, "field-incident": one.incident}
    said = [str(closing.filled.fields["how"]) for closing in one.closings if closing.author == view.party]
    links = {
        "measure": (MEASUREMENT, {**about, "field-quantity": "range"}),
        "act": (ACT, about),
        "fact": (FACT, about),
        "talk": (TALK, {"reply_to": place, "channel": "hotline"}),
        **{name: (CLOSE, {**named, "field-how": how}) for name, how in WAYS.items() if how not in said[-1:]},
    }
    if view.party not in {said.author for said in one.openings}:
        links = {"account": (OPEN, {"field-incident": one.incident, "field-at": to_text(moment_us(one))}), **links}
    return {name: f"/say/{form}?{urlencode(fields)}" for name, (form, fields) in links.items()}


def belongs(dossier: str, entry: str) -> str:
    """Return the link with which an officer notes, for ourselves, that an entry belongs to an incident."""
    return f"/say/{LINK}?{urlencode({'field-dossier': dossier, 'field-entry': entry})}"


def answer(ref: str, view: str) -> str:
    """Return the link with which a party says where it stands to a fact: `agree`, `contest` or `cannot-say`."""
    return f"/say/{VIEW}?{urlencode({'reply_to': ref, 'field-view': view})}"


def replay(at_us: int) -> str:
    """Return the link to the replay around a moment."""
    span = {"from": to_text(at_us - AROUND_US), "to": to_text(at_us + AROUND_US), "t": to_text(at_us)}
    return f"/replay?{urlencode(span, safe=':')}"
