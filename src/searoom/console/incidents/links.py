"""Where the buttons of an incident lead: to forms that are filled in as far as it is known, and to the replay."""

from collections.abc import Mapping
from urllib.parse import urlencode

from searoom.account import ref_text
from searoom.clock import to_text
from searoom.console.incidents.cases import AROUND_US, moment_us
from searoom.console.view import View
from searoom.dossiers import ACT, CLOSE, FACT, MEASUREMENT, OPEN, VIEW, Dossier


def deeds(one: Dossier, view: View) -> Mapping[str, str]:
    """Return by name the links to the forms of a dossier, each filled in as far as it is known."""
    place = ref_text(one.openings[0].ref)
    about = {"field-dossier": place}
    links = {
        "measure": (MEASUREMENT, {**about, "field-quantity": "range"}),
        "act": (ACT, about),
        "fact": (FACT, about),
        "close_agreed": (CLOSE, {**about, "field-how": "agreed"}),
        "close_not_agreed": (CLOSE, {**about, "field-how": "facts-not-agreed-prevention-agreed"}),
    }
    if view.party not in {said.author for said in one.openings}:
        links = {"account": (OPEN, {"field-incident": one.incident, "field-at": to_text(moment_us(one))}), **links}
    return {name: f"/say/{form}?{urlencode(fields)}" for name, (form, fields) in links.items()}


def answer(ref: str, view: str) -> str:
    """Return the link with which a party says where it stands to a fact: `agree`, `contest` or `cannot-say`."""
    return f"/say/{VIEW}?{urlencode({'reply_to': ref, 'field-view': view})}"


def replay(at_us: int) -> str:
    """Return the link to the replay around a moment."""
    span = {"from": to_text(at_us - AROUND_US), "to": to_text(at_us + AROUND_US), "t": to_text(at_us)}
    return f"/replay?{urlencode(span, safe=':')}"
