"""The exercise director's table: what both nodes saw and said, laid together for the review (loud).

A party never sees this page: it shows both national pictures. Only an exercise has a director.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from searoom.account import Ref
from searoom.encounters.settings import RISING, Grade
from searoom.errors import NotAllowed
from searoom.exercise.run import Outcome
from searoom.node.node import Node
from searoom.obligations import standing
from searoom.record.verify import verify_many
from searoom.review import render
from searoom.review.pictures import Mark, Picture, Track
from searoom.review.render import ReviewData
from searoom.review.sections import Case, Proven
from searoom.signals.forms import Filled
from searoom.signals.tables import LANGUAGES
from searoom.tracks.fixes import Fixes
from searoom.watch.lookout import ENCOUNTER_NOTE, Lookout


def write_reviews(outcome: Outcome, refused: str) -> tuple[tuple[Path, ...], dict[Ref, int]]:
    """Write the director's review in each language, `review.html` being the English one.

    Return the paths, and when each entry was handed to a carrier, which only its author's node knows.
    """
    out = outcome.stage.out
    one = verify_many([out / party / "record" for party in outcome.stage.parties])[0]
    proven = Proven(one.sizes, one.roots, one.cosigned, one.openings, refused=refused)
    nodes = [Node.open(outcome.stage.folder(party), to_read=True) for party in outcome.stage.parties]
    try:
        pictures = tuple(_picture(node) for node in nodes)
        handed = {ref: when for node in nodes for ref, when in node.notebook.handed_over().items()}
        account, agreement, now_us = nodes[0].account(), nodes[0].agreement, nodes[0].now()
        duties = standing.standing(agreement, account, now_us)
    finally:
        for node in nodes:
            node.close()
    paths = []
    for lang in LANGUAGES:
        scenario = outcome.stage.scenario
        data = ReviewData(
            account=account,
            agreement=agreement,
            pictures=pictures,
            case=Case(scenario.title[lang], scenario.source[lang], made=True),
            now_us=now_us,
            obligations=duties,
            proven=proven,
            handed=handed,
        )
        path = out / ("review.html" if lang == "en" else f"review-{lang}.html")
        path.write_text(render.review(data, lang=lang), encoding="utf-8")
        paths.append(path)
    return tuple(paths), handed


def first_grades(notes: Sequence[Filled]) -> dict[str, Filled]:
    """Return the note that first raised each grade."""
    found: dict[str, Filled] = {}
    for note in notes:
        found.setdefault(str(note.fields["grade"]), note)
    return found


def _picture(node: Node) -> Picture:
    lookout = Lookout(node)
    lookout.look(node.now())
    unit = node.settings.unit
    others = [name for name in lookout.fixes.names if name != unit]
    if not others:
        raise NotAllowed(f"the sensors of {unit} saw no other craft", advice="Give the scenario two units in sight.")
    first = first_grades([filled for _, filled in node.notebook.notes(ENCOUNTER_NOTE)])
    marks = tuple(_mark(first[grade]) for grade in map(str, RISING) if grade != Grade.CLEAR and grade in first)
    return Picture(
        node.party, _track(lookout.fixes.of(unit), unit), _track(lookout.fixes.of(others[0]), others[0]), marks
    )


def _track(fixes: Fixes, name: str) -> Track:
    return Track(name, np.asarray(fixes.time_us), fixes.lat_deg, fixes.lon_deg, fixes.sigma_m)


def _mark(note: Filled) -> Mark:

    def metres(name: str) -> float:
        return int(str(note.fields[name])) / 1000.0

    return Mark(
        grade=str(note.fields["grade"]),
        time_us=int(str(note.fields["at"])),
        range_m=metres("range_mm"),
        range_error_m=metres("range_error_mm"),
        cpa_m=metres("cpa_mm"),
        cpa_error_m=metres("cpa_error_mm"),
        tcpa_s=float(str(note.fields["tcpa_s"])),
    )
