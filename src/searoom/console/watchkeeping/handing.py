"""What a watch hands to the next: all that is open at one moment, by reference and number, and who has the watch. Pure.

Rule 1: what is signed is what stands then. The hash of all that is open is under the signature; if anything came since
        it was shown, it is shown again.
Rule 2: what is kept of it is by reference, so that it can be read later from the record itself.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from searoom import cbor
from searoom.account import Message, ref_text
from searoom.clock import to_text
from searoom.console import matters
from searoom.console.view import Note, View
from searoom.console.watchkeeping import calls
from searoom.errors import NotAllowed, Tampered
from searoom.obligations.standing import Obligation
from searoom.record.roster import Roster
from searoom.review.distance import say
from searoom.review.texts import Texts
from searoom.sentences import Sentence
from searoom.signals.forms import Filled
from searoom.statements import handsigned
from searoom.statements.items import Transcribed

FORM: Final = "hand-over"
ENTRY: Final = "watch-entry"
BELL: Final = "bell-note"
HASH_CONTEXT: Final = b"searoom/hand-over/v1"
KINDS: Final = (
    "encounters", "snoozed", "unread", "unanswered", "awaited", "drafts", "calls", "lines", "due",
)  # fmt: skip
"""What can be open, in the order in which it is read out; each is a field of the form."""
MAX_TEXT: Final = 3_900  # a text of a form has 4,000 characters


@dataclass(frozen=True, slots=True)
class Open:
    """One thing that is open: what makes it this one and no other, the sentence for people, and where it stands."""

    key: tuple[str, ...]
    words: str
    link: str


@dataclass(frozen=True, slots=True)
class Taken:
    """Who has the watch: the note that says so, since when, and whose key signed it ('' where nobody's did)."""

    note: Note
    index: int
    at_us: int
    by: str
    given_by: str
    signed: str
    fault: str = ""


def standing(view: View, texts: Texts) -> Mapping[str, tuple[Open, ...]]:
    """Return all that is open now, by kind, in words of the page's language."""
    rows = {
        "encounters": [_encounter(one, texts) for one in matters.near(view)],
        "snoozed": list(_snoozed(view, texts)),
        "unread": [_message(view, one, texts) for one in matters.unread(view)],
        "unanswered": [_message(view, one, texts) for one in matters.unanswered(view)],
        "awaited": [_awaited(view, one, texts) for one in matters.awaited(view)],
        "drafts": [_draft(view, one, texts) for one in view.drafts],
        "calls": [_call(view, one, texts) for one in calls.promised(view)],
        "lines": [_line(view, one, texts) for one in matters.lines(view) if not one.up or not one.sound],
        "due": [_duty(one, texts) for one in matters.pressing(view)],
    }
    return {kind: tuple(rows[kind]) for kind in KINDS}


def digest(held: Mapping[str, Sequence[Open]]) -> bytes:
    """Return the hash of what is open: of no sentence, so that it is the same in every language."""
    rows: list[cbor.Value] = [[kind, [list(one.key) for one in held[kind]]] for kind in KINDS]
    return hashlib.sha256(HASH_CONTEXT + cbor.encode(rows)).digest()


def since(held: Mapping[str, Sequence[Open]], seen: Sequence[str]) -> frozenset[Open]:
    """Return what was not there when the page was shown; `seen` are `marks` of then."""
    return frozenset(one for kind in KINDS for one in held[kind] if mark(kind, one) not in seen)


def marks(held: Mapping[str, Sequence[Open]]) -> list[str]:
    """Return a short mark of each thing that is open: what a page brings back of what it showed."""
    return [mark(kind, one) for kind in KINDS for one in held[kind]]


def mark(kind: str, one: Open) -> str:
    """Return the mark of one thing that is open."""
    return hashlib.sha256(cbor.encode([kind, *one.key])).hexdigest()[:12]


def filled(
    view: View, held: Mapping[str, Sequence[Open]], *, taken_by: str, given_by: str, remarks: str, lang: str
) -> Filled:  # fmt: skip
    """Return the note with which a watch is taken, before it is signed."""
    fields: dict[str, object] = {"at": view.now_us, "taken_by": taken_by, "state": digest(held)}
    if given_by:
        fields["given_by"] = given_by
    if remarks:
        fields["remarks"] = _fits(remarks.splitlines())
    fields |= {kind: _fits([one.words for one in held[kind]]) for kind in KINDS if held[kind]}
    form = view.book.form(FORM)
    return Filled(form.name, form.version, "national", "routine", lang, fields)


def _fits(lines: Sequence[str]) -> str:
    """Return the lines as one text; of what is too long, how many lines more there were (the hash is of all)."""
    kept: list[str] = []
    length = 0
    for at, line in enumerate(lines):
        length += len(line) + 1
        if length > MAX_TEXT:
            return "\n".join((*kept, f"+ {len(lines) - at}"))
        kept.append(line)
    return "\n".join(kept)


def remarks(view: View) -> tuple[Note, ...]:
    """Return the remarks for the relief since the watch was last taken."""
    found: list[Note] = []
    for note in view.notes:
        if note.filled.form == FORM:
            found.clear()
        elif note.filled.form == ENTRY and note.filled.fields["kind"] == "remark":
            found.append(note)
    return tuple(found)


def taken(view: View, roster: Roster) -> Taken | None:
    """Return who has the watch, None where nobody ever took it here."""
    index = next((at for at in range(len(view.notes) - 1, -1, -1) if view.notes[at].filled.form == FORM), None)
    return None if index is None else of(view, index, roster)


def of(view: View, index: int, roster: Roster) -> Taken:
    """Return a hand-over by the number of its note; `NotAllowed` where there is none of that number."""
    if not 0 <= index < len(view.notes) or view.notes[index].filled.form != FORM:
        raise NotAllowed(Sentence("watch.no_hand_over", index=index))
    note, fault, signed = view.notes[index], "", ""
    fields = note.filled.fields
    try:
        key = handsigned.signer(note.filled, view.book, roster, mechanism=view.agreement.id, party=view.party)
        signed = "" if key is None else key.name
        if key is not None and key.holder != fields["taken_by"]:
            fault, signed = Sentence("watch.other_name", name=key.name), ""
    except (NotAllowed, Tampered) as problem:
        fault = problem.sentence
    return Taken(
        note, index, cast("int", fields["at"]), str(fields["taken_by"]), str(fields.get("given_by", "")), signed, fault
    )


def _encounter(one: matters.Near, texts: Texts) -> Open:
    words = texts(
        "handing.encounter", a=one.a, b=one.b, grade=texts(f"near.{one.grade}"), since=to_text(one.since_us),
        cpa=say(one.cpa_m, one.cpa_error_m, texts.lang), at=to_text(one.cpa_us),
    )  # fmt: skip
    return Open((one.a, one.b, str(one.since_us), str(one.grade)), words, "/#closing")


def _snoozed(view: View, texts: Texts) -> list[Open]:
    ends: dict[tuple[str, str], tuple[int, str]] = {}
    for note in view.notes:
        fields = note.filled.fields
        if note.filled.form == BELL and "until" in fields:
            ends[str(fields["a"]), str(fields["b"])] = cast("int", fields["until"]), str(fields.get("person", ""))
    return [
        Open(
            (a, b, str(until_us)),
            texts("handing.snoozed", a=a, b=b, until=to_text(until_us), person=person or "?"),
            "/#closing",
        )
        for (a, b), (until_us, person) in sorted(ends.items())
        if until_us > view.now_us
    ]


def _message(view: View, one: Message, texts: Texts) -> Open:
    words = texts(
        "handing.message", ref=ref_text(one.ref), form=view.book.form(one.filled.form).title[texts.lang],
        party=view.agreement.name(one.author, texts.lang), at=to_text(one.placed_us),
        precedence=texts(f"handing.{one.filled.precedence}"),
    )  # fmt: skip
    return Open((ref_text(one.ref),), words, f"/messages/{one.ref[0]}/{one.ref[1]}")


def _awaited(view: View, one: Message, texts: Texts) -> Open:
    held, notes = _message(view, one, texts), beside(view, one, texts)
    keys = tuple(ref_text(each.ref) for each in (matters.handed(view, one),) if each is not None)
    return Open((*held.key, *keys), " · ".join((held.words, *notes)), held.link)


def beside(view: View, one: Message, texts: Texts) -> tuple[str, ...]:
    """Return what our officers did with an entry by other means, in words: how it was handed over, what they wrote."""
    found, form = [], view.book.form(matters.CONVEYED)
    if (conveyed := matters.handed(view, one)) is not None:
        fields = conveyed.filled.fields
        said = {name: form.field(name).choices[str(fields[name])][texts.lang] for name in ("medium", "readback")}
        found.append(texts("handing.handed", at=to_text(cast("int", fields["at"])), **said))
    answers = view.account.answers(one.ref)
    told = [each for each in answers if isinstance(each, Transcribed) and each.said_by != view.party]
    return (*found, *(texts("handing.told", ref=ref_text(each.ref)) for each in told[-1:]))


def _draft(view: View, one: Mapping[str, object], texts: Texts) -> Open:
    words = texts(
        "handing.draft", number=one["draft"], form=view.book.form(str(one["form"])).title[texts.lang],
        names=", ".join(map(str, cast("Sequence[object]", one["by"]))), at=one["at"],
    )  # fmt: skip
    return Open((str(one["draft"]),), words, f"/drafts/{one['draft']}")


def _call(view: View, one: calls.Promised, texts: Texts) -> Open:
    words = texts("handing.call", party=view.agreement.name(one.party, texts.lang), at=to_text(one.at_us))
    return Open((one.party, str(one.at_us), one.where), f"{words} {one.where}".rstrip(), "/watch/calls")


def _line(view: View, one: matters.Line, texts: Texts) -> Open:
    name = view.agreement.name(one.party, texts.lang)
    words = texts("handing.line", party=name, since=one.silent or texts("line.never"))
    if one.verdict:
        words += " " + texts("line.verdict_" + one.verdict.replace(" ", "_"))
    return Open((one.party, one.silent, one.verdict), words, "/#line")


def _duty(one: Obligation, texts: Texts) -> Open:
    key = (one.clause.id, one.label, ",".join(one.owed_by), one.state, str(one.due_us))
    return Open(key, f"{texts('due.' + one.state)}: {one.sentence[texts.lang]}", "/due")
