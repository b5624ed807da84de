"""The pages of the room `incidents`: the list, one dossier with its released and its national part, and the reviews."""

from typing import Final

from starlette.responses import Response

from searoom.clock import to_text
from searoom.console.asked import Asked, Page
from searoom.console.incidents import cases, links, reviews
from searoom.console.incidents.drawn import drawing
from searoom.console.people import WORKERS
from searoom.matters.dossiers import Dossier
from searoom.review.render import party_mark
from searoom.review.svg import look


def incidents(asked: Asked) -> Response:
    """List the incidents, the newest first."""
    return asked.page("incidents/incidents.html", rows=cases.listed(asked.view, asked.words), style=_style(asked))


def incident(asked: Asked) -> Response:
    """Show one incident: what every party released, side by side, and apart from it what we alone noted."""
    view, t = asked.view, asked.words
    log, index = asked.request.path_params["log"], asked.request.path_params["index"]
    one = cases.dossier_at(view.account, (log, index))
    case = cases.case(view, one, t)
    joint = asked.request.query_params.get("edition") == "joint"
    own = {} if joint else _own(asked, one, case.at_us)
    return asked.page(
        "incidents/incident.html", case=case, style=_style(asked), joint=joint, own=own, at=to_text(case.at_us),
        deeds=links.deeds(one, view) if asked.may(WORKERS) else {}, answer=links.answer, may=asked.may(WORKERS),
        replay=links.replay(case.at_us), mark=party_mark, belongs=links.belongs,
    )  # fmt: skip


def _own(asked: Asked, one: Dossier, at_us: int) -> dict[str, object]:
    """Return what is national of an incident: our notes, tracks, and which entries our officers linked to it."""
    view, t = asked.view, asked.words
    return {
        "notes": cases.notes_around(view, at_us, t), "chart": drawing(view, at_us, t),
        "linked": cases.linked(view, one, t), "perhaps": cases.perhaps(view, one, t) if asked.may(WORKERS) else (),
    }  # fmt: skip


def _style(asked: Asked) -> dict[str, int]:
    parties = asked.view.agreement.parties
    return {party: look(party, parties) for party in parties}


PAGES: Final[tuple[Page, ...]] = (
    Page("/incidents", "incidents", incidents, menu=True, follows=True),
    Page("/incidents/{log}/{index:int}", "incident", incident, follows=True),
    *reviews.PAGES,
)
