"""Calls by telephone and video: asked, agreed, spoken, read back; each side's readout beside the other's. Pure.

What is shared stands in the account; promises and tries that nobody else needs to know are national notes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from searoom.account import Account, Message, ref_text
from searoom.console.view import Note, View
from searoom.obligations.calls import Calls
from searoom.statements.items import Ref
from searoom.units import MICROSECONDS

REQUEST: Final = "call-request"
ANSWER: Final = "call-answer"
READOUT: Final = "call-readout"
NOTE: Final = "call-note"
AGREED: Final = "agreed"
KEPT_US: Final = 2 * 3600 * MICROSECONDS  # so long after its time a call that nobody told of stands as promised


@dataclass(frozen=True, slots=True)
class Thread:
    """One call from its beginning: who asked or tried, what was answered, our notes, each side's readouts.

    `at_us` is the time that stands: the last that was agreed or offered, else the one asked for.
    """

    begun: Message
    answers: tuple[Message, ...]
    readouts: Mapping[str, tuple[Message, ...]]
    notes: tuple[Note, ...]
    at_us: int | None
    state: str

    @property
    def ref(self) -> str:
        """Where it begins in the record."""
        return ref_text(self.begun.ref)


@dataclass(frozen=True, slots=True)
class Promised:
    """A call that is still to be made: with whom, when, and where that is written."""

    party: str
    at_us: int
    where: str


def threads(view: View) -> tuple[Thread, ...]:
    """Return the calls of the record, the newest first."""
    notes = [note for note in view.notes if note.filled.form == NOTE]
    begun = [
        one
        for one in view.account.messages(REQUEST, *logged(view))
        if view.party == one.author or view.party in one.recipients
    ]
    return tuple(_thread(view, one, notes) for one in reversed(begun))


def logged(view: View) -> tuple[str, ...]:
    """Return the forms in which this agreement's parties log their calls."""
    rules = [clause.rule.numbers for clause in view.agreement.in_force() if clause.rule is not None]
    kept = [rule.form for rule in rules if isinstance(rule, Calls)]
    clauses = [each.fulfilment for each in view.agreement.in_force() if each.about == "calls" and each.fulfilment]
    owed = [name for each in clauses for name in each.forms]
    return tuple(dict.fromkeys(name for name in (*kept, *owed) if name not in (REQUEST, ANSWER, READOUT, "read")))


def _thread(view: View, begun: Message, notes: list[Note]) -> Thread:
    said = _answers(view.account, begun.ref)
    answers = tuple(one for one in said if one.filled.form == ANSWER)
    readouts = {
        party: tuple(one for one in said if one.filled.form == READOUT and one.author == party)
        for party in view.agreement.parties
    }
    ours = tuple(note for note in notes if note.filled.fields.get("call") == begun.ref)
    at_us = next((at for one in reversed(answers) if (at := _zoned(one, "at")) is not None), None)
    return Thread(
        begun, answers, readouts, ours, _asked(begun) if at_us is None else at_us,
        _state(begun, answers, readouts, ours),
    )  # fmt: skip


def _answers(account: Account, ref: Ref) -> tuple[Message, ...]:
    return tuple(one for one in account.answers(ref) if isinstance(one, Message))


def _state(
    begun: Message, answers: tuple[Message, ...], readouts: Mapping[str, tuple[Message, ...]], notes: tuple[Note, ...]
) -> str:
    if told := sum(map(bool, readouts.values())):
        return "told" if told == len(readouts) else "half_told"
    if notes and notes[-1].filled.fields["what"] in ("spoken", "dropped"):
        return str(notes[-1].filled.fields["what"])
    if begun.filled.form != REQUEST:
        return "logged"
    return str(answers[-1].filled.fields["answer"]) if answers else "asked"


def _asked(one: Message) -> int | None:
    found = one.filled.fields.get("at")
    return found if isinstance(found, int) else _zoned(one, "at")


def _zoned(one: Message, name: str) -> int | None:
    found = one.filled.fields.get(name)
    return cast("int", found[0]) if isinstance(found, list | tuple) and found else None


def promised(view: View) -> tuple[Promised, ...]:
    """Return the calls that are still to be made, the next first: agreed in the record, or promised in a note."""
    found = [
        Promised(_other(view, one.begun), one.at_us, one.ref)
        for one in threads(view)
        if one.state == AGREED and one.at_us is not None and one.at_us > view.now_us - KEPT_US
    ]
    ended = {(note.filled.fields["party"], note.filled.fields["at"]) for note in view.notes if _ends(note)}
    found += [
        Promised(str(note.filled.fields["party"]), at_us, "")
        for note in view.notes
        if note.filled.form == NOTE
        and note.filled.fields["what"] == "promised"
        and (at_us := cast("int", note.filled.fields["at"])) > view.now_us - KEPT_US
        and (note.filled.fields["party"], at_us) not in ended
    ]
    return tuple(sorted(found, key=lambda one: (one.at_us, one.party, one.where)))


def _ends(note: Note) -> bool:
    return note.filled.form == NOTE and note.filled.fields["what"] in ("spoken", "dropped")


def _other(view: View, begun: Message) -> str:
    return begun.author if begun.author != view.party else next(iter(begun.recipients), view.party)
