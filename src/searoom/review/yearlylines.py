"""What was owed in the year: meetings, line tests and silences, notices, overdue commitments, faults, proposals."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from searoom.account import Message, Ref, ref_text
from searoom.clock import to_text
from searoom.matters.delivery import CLARIFICATION, SUFFICIENT
from searoom.obligations.standing import Obligation
from searoom.review.yearlyscene import Scene, months

HELD: Final = "meeting-held"
NEXT: Final = "meeting-next"
FAULT, STEP = "macm-fault", "macm-fault-step"
CALL: Final = "macm-call"
ROW: Final = "agreement-row"
MOST: Final = 100
"""So many rows of a list stand in the data; how many there were stands beside it."""
DONE: Final = ("met", "late", "transcribed")


def meetings(scene: Scene) -> list[dict[str, Any]]:
    """Return each meeting that the agreement asks for in this year, and whether all said that it was held."""
    duties = [duty for duty in scene.duties if _asked_for(duty) and duty.label == str(scene.period.year)]
    return [
        {
            "clause": duty.clause.id,
            "state": duty.state,
            "host": duty.host,
            "said_by": sorted({ref[0].split(".")[0] for ref in duty.said}),
            "dates": sorted({str(_field(scene, ref, "date")) for ref in duty.said if _field(scene, ref, "date")}),
            "agenda": _agenda(scene, duty),
        }
        for duty in sorted(duties, key=lambda duty: duty.clause.id)
    ]


def _asked_for(duty: Obligation) -> bool:
    return duty.clause.about == "meeting" and duty.clause.trigger.kind == "yearly"


def _agenda(scene: Scene, duty: Obligation) -> dict[str, str]:
    return {ref_text(ref): str(_field(scene, ref, "agenda") or "") for ref in sorted(duty.said)}


def _field(scene: Scene, ref: Ref, name: str) -> object:
    item = scene.account.message(ref)
    return item.filled.fields.get(name) if isinstance(item, Message) else None


def next_meetings(scene: Scene) -> list[dict[str, Any]]:
    """Return date and place of the meetings to come, as each party's newest word has them; `set` where all agree."""
    newest: dict[str, dict[str, Message]] = defaultdict(dict)
    for message in scene.account.messages(NEXT):
        if message.placed_us < scene.period.until_us:
            newest[str(message.filled.fields["level"])][message.author] = message
    found = []
    for level, said in sorted(newest.items()):
        words = {
            party: {name: str(one.filled.fields[name]) for name in ("date", "host", "place")}
            for party, one in said.items()
        }
        same = len(words) == len(scene.parties) and len({tuple(sorted(each.items())) for each in words.values()}) == 1
        found.append({"level": level, "said": words, "set": same})
    return found


def lines(scene: Scene) -> dict[str, Any]:
    """Return of each party its line tests, owed and held, by month, its runs of missed ones, its ledger of calls."""
    tests = [duty for duty in scene.duties if duty.clause.about == "test" and _counted(scene, duty)]
    found: dict[str, Any] = {}
    for party in scene.parties:
        own = sorted(
            (duty for duty in tests if duty.owed_by == (party,)), key=lambda duty: (duty.arose_us, duty.clause.id)
        )
        outcomes = Counter(str(one.filled.fields["outcome"]) for one in scene.of(CALL) if one.author == party)
        found[party] = {
            "owed": len(own),
            "states": dict(sorted(Counter(duty.state for duty in own).items())),
            "owed_by_month": months([duty.arose_us for duty in own]),
            "held_by_month": months([duty.arose_us for duty in own if duty.state in DONE]),
            "silences": _silences(own),
            "calls": dict(sorted(outcomes.items())),
        }
    return found


def _counted(scene: Scene, duty: Obligation) -> bool:
    """Whether a test belongs to this period, and its time is over."""
    return scene.period.holds(duty.arose_us) and duty.state not in ("pending", "due", "waived")


def _silences(tests: Sequence[Obligation]) -> dict[str, Any]:
    """Return the runs of tests that were missed one after the other, the longest first."""
    runs: list[list[Obligation]] = []
    before = None
    for duty in tests:
        if duty.state == "missed":
            if before is None or before.state != "missed":
                runs.append([])
            runs[-1].append(duty)
        before = duty
    told = [{"from": to_text(run[0].arose_us), "until": to_text(run[-1].arose_us), "tests": len(run)} for run in runs]
    told.sort(key=lambda run: (-int(str(run["tests"])), str(run["from"])))
    return {"runs": told[:MOST], "count": len(runs), "missed": sum(len(run) for run in runs)}


def notices(scene: Scene) -> dict[str, Any]:
    """Return of each party all its notices: `owed`, found sufficient, clarification wanted, not judged, those late."""
    owed = {
        clause.trigger.form
        for clause in scene.agreement.in_force()
        if clause.about == "notice" and clause.trigger.kind == "on-entry" and not clause.effect
    }
    forms = {form.name for form in scene.book.forms if form.notice} | owed
    found = {party: Counter[str]() for party in scene.parties}
    for message in scene.of(*sorted(forms)):
        if message.author in found:
            asked_for = ["owed"] if message.filled.form in owed else []
            found[message.author].update(["said", *asked_for, _judged(scene, message)])
    for duty in scene.duties:
        late = duty.clause.trigger.form in owed and duty.clause.term.kind in ("before", "at-latest")
        if late and duty.state in ("late", "missed", "disputed") and scene.period.holds(duty.arose_us):
            for party in duty.owed_by:
                found[party][duty.state] += 1
    return {party: dict(sorted(counts.items())) for party, counts in found.items()}


def _judged(scene: Scene, message: Message) -> str:
    """Return the newest word of the others: sufficient, clarification wanted, or nothing yet."""
    words = [
        one.filled.form
        for one in scene.account.answers(message.ref)
        if isinstance(one, Message) and one.author != message.author and one.filled.form in (SUFFICIENT, CLARIFICATION)
    ]
    return {SUFFICIENT: "sufficient", CLARIFICATION: "clarification wanted"}[words[-1]] if words else "not judged"


def overdue(scene: Scene) -> dict[str, Any]:
    """Return what is overdue at the end of the period, by who owes it: how many under each clause, and the oldest."""
    late = [duty for duty in scene.duties if duty.state == "missed" and duty.silence == "overdue"]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for duty in late:
        counts[_owners(duty)][duty.clause.id] += 1
    late.sort(key=lambda duty: (duty.due_us or 0, duty.clause.id, duty.label, sorted(duty.owed_by)))
    return {
        "by_owner": {owner: dict(sorted(by.items())) for owner, by in sorted(counts.items())},
        "count": len(late),
        "oldest": [
            {
                "owed_by": sorted(duty.owed_by),
                "clause": duty.clause.id,
                "label": duty.label,
                "due": "" if duty.due_us is None else to_text(duty.due_us),
            }
            for duty in late[:MOST]
        ],
    }


def _owners(duty: Obligation) -> str:
    return " ".join(sorted(duty.owed_by))


def faults(scene: Scene) -> dict[str, Any]:
    """Return the technical faults that were reported: by whom, each party's newest step, and who has not tested yet."""
    reported = sorted(scene.of(FAULT), key=lambda one: (one.placed_us, one.ref))
    rows = [_fault(scene, one) for one in reported]
    return {"count": len(rows), "open": sum(bool(row["waits_for"]) for row in rows), "list": rows[:MOST]}


def _fault(scene: Scene, one: Message) -> dict[str, Any]:
    steps: dict[str, str] = {}
    tested = set()
    for answer in scene.account.answers(one.ref):
        if isinstance(answer, Message) and answer.filled.form == STEP and answer.placed_us < scene.period.until_us:
            steps[answer.author] = str(answer.filled.fields["step"])
            tested |= {answer.author} if steps[answer.author] in ("tested", "carried") else set()
    return {
        "ref": ref_text(one.ref),
        "by": one.author,
        "line": str(one.filled.fields["line"]),
        "since": _time(one.filled.fields.get("since")),
        "steps": steps,
        "waits_for": sorted(set(scene.parties) - tested),
    }


def _time(value: object) -> str:
    return to_text(value) if isinstance(value, int) else ""


def proposals(scene: Scene) -> dict[str, Any]:
    """Return each row of a draft that was spoken of in the period, with the newest step of each party."""
    rows: dict[str, dict[str, str]] = {}
    for message in scene.of(ROW):
        rows.setdefault(str(message.filled.fields["row"]), {})[message.author] = str(message.filled.fields["step"])
    listed: list[Mapping[str, Any]] = [
        {"row": row, "steps": steps, "adopted": set(steps.values()) == {"adopted"} and len(steps) == len(scene.parties)}
        for row, steps in sorted(rows.items())
    ]
    return {"count": len(listed), "list": listed[:MOST]}
