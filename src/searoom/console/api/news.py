"""What has changed from one view of the console to the next, as typed events; of words only that there are some.

Pure. An alert is raised, changed or cleared; a message came; a message's states went on; a line came up, fell silent or
was found at fault; a duty arose, changed its state or was met.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from searoom.account import Again, Message, Ref, ref_text
from searoom.clock import to_text
from searoom.console import matters
from searoom.console.view import View
from searoom.matters.delivery import answer_kind
from searoom.obligations.standing import Obligation

Event = tuple[str, dict[str, Any]]
TYPES: Final = ("alert", "message", "state", "line", "due", "node")


def news(before: View, after: View) -> Iterator[Event]:
    """Yield what is new in `after`, alerts first: a bell must not wait for a list."""
    yield from _alerts(before, after)
    yield from _node(before, after)
    yield from _lines(before, after)
    yield from _entries(before, after)
    yield from _recorded(before, after)
    yield from _dues(before, after)


def _alerts(before: View, after: View) -> Iterator[Event]:
    if before.picture is after.picture:
        return
    held, now = _near(before), _near(after)
    for pair, one in now.items():
        was = held.get(pair)
        if was is None or was.grade != one.grade:
            change = "raised" if was is None else "changed"
            told = {
                "cpa_m": one.cpa_m, "cpa_error_m": one.cpa_error_m, "cpa_at": to_text(one.cpa_us),
                "range_m": one.range_m, "range_error_m": one.range_error_m, "geometry": one.geometry,
            }  # fmt: skip
            yield "alert", _alert(one, change, str(one.grade), after) | told
    for pair, one in held.items():
        if pair not in now:
            yield "alert", _alert(one, "cleared", "clear", after)


def _near(view: View) -> Mapping[tuple[str, str], matters.Near]:
    return {(one.a, one.b): one for one in matters.near(view)}


def _alert(one: matters.Near, change: str, grade: str, view: View) -> dict[str, Any]:
    return {"change": change, "a": one.a, "b": one.b, "grade": grade, "at": to_text(view.now_us)}


def _node(before: View, after: View) -> Iterator[Event]:
    if (before.silent_us is None) != (after.silent_us is None):
        yield "node", {"answers": after.silent_us is None, "at": to_text(after.silent_us or after.now_us)}


def _lines(before: View, after: View) -> Iterator[Event]:
    held = {one.party: one for one in matters.lines(before)}
    for one in matters.lines(after):
        was = held.get(one.party)
        told = _line(one)
        if was is None or _line(was) != told:
            yield "line", told


def _line(one: matters.Line) -> dict[str, Any]:
    return {
        "party": one.party, "up": one.up, "silent_since": one.silent or None, "fault": one.fault or None,
        "verdict": one.verdict,
    }  # fmt: skip


def _entries(before: View, after: View) -> Iterator[Event]:
    held = before.account.sizes
    for log, size in after.account.sizes.items():
        for index in range(held.get(log, 0), size):
            yield from _entry(after, (log, index))


def _entry(view: View, ref: Ref) -> Iterator[Event]:
    item = view.account.message(ref)
    if isinstance(item, Again):
        return
    told: dict[str, Any] = {"ref": ref_text(ref), "author": item.author, "placed_at": to_text(item.placed_us)}
    if not isinstance(item, Message):
        yield "message", told | {"form": None, "precedence": None, "channel": None, "automatic": False}
        return
    filled = item.filled
    automatic = view.book.form(filled.form).automatic
    said = {"form": filled.form, "precedence": filled.precedence, "channel": filled.channel, "automatic": automatic}
    yield "message", told | said
    answered = view.account.answered(filled)
    if answered is not None:
        yield "state", {"ref": ref_text(answered), "by": item.author, "state": answer_kind(item), "in": ref_text(ref)}


def _recorded(before: View, after: View) -> Iterator[Event]:
    for (log, by), size in after.account.recorded.items():
        if size > before.account.recorded.get((log, by), 0):
            yield "state", {"log": log, "by": by, "state": "recorded", "entries": size}


def _dues(before: View, after: View) -> Iterator[Event]:
    if before.duties is after.duties:
        return
    held = {_key(duty): duty.state for duty in before.duties}
    now = {_key(duty): duty for duty in after.duties}
    for key, duty in now.items():
        if held.get(key) != duty.state:
            yield "due", _due(duty, duty.state)
    gone = [duty for duty in before.duties if _key(duty) not in now]
    for duty in gone:
        yield "due", _due(duty, "ended")


def _key(duty: Obligation) -> tuple[str, str, tuple[str, ...]]:
    return duty.clause.id, duty.label, duty.owed_by


def _due(duty: Obligation, state: str) -> dict[str, Any]:
    due = None if duty.due_us is None else to_text(duty.due_us)
    return {
        "clause": duty.clause.id, "label": duty.label, "owed_by": list(duty.owed_by), "state": state, "due": due,
    }  # fmt: skip
