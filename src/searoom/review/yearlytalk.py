"""What was said in the year: entries, messages by month, encounters by kind and area, calls, and time to answer."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from searoom.account import Closed, Message, Notice, Ref, Transcribed
from searoom.matters.contacts import Contact, contacts
from searoom.matters.delivery import READ
from searoom.matters.dossiers import OPEN, dossiers
from searoom.review.yearlyscene import Scene, months, square
from searoom.signals.tables import LANGUAGES
from searoom.statements.items import Again
from searoom.units import MICROSECONDS

PLACED: Final[Mapping[str, str]] = {
    OPEN: "where", "observed-act": "where", "incsea-incident": "position", "waters-incident": "position",
    "contact-sent": "",
}  # fmt: skip
"""The forms that tell of an encounter, and the field that says where it was ('' for none)."""
NOWHERE: Final = "not stated"
TALK: Final = ("hotline-contact", "hotline-message")
"""What expects an answer in words: of each, how long until it was read and until it was answered."""


def entries(scene: Scene) -> dict[str, Any]:
    """Return of each party how many entries its people signed, its station made, and how many cannot be read."""
    found = {party: Counter[str]() for party in scene.parties}
    for item in scene.items:
        if item.author in found:
            found[item.author][_kind(scene, item)] += 1
    return {party: dict(sorted(counts.items())) for party, counts in found.items()}


def _kind(scene: Scene, item: object) -> str:
    if isinstance(item, Message):
        return "by_station" if scene.book.form(item.filled.form).automatic else "by_officers"
    names = {Closed: "closed", Notice: "about_keys_and_logs", Transcribed: "transcripts", Again: "said_again"}
    return names[type(item)]


def messages(scene: Scene) -> dict[str, Any]:
    """Return of each party what its officers said, by month and by form."""
    times: dict[str, list[int]] = {party: [] for party in scene.parties}
    forms = {party: Counter[str]() for party in scene.parties}
    for form, said in scene.by_form.items():
        if scene.book.form(form).automatic:
            continue
        for message in said:
            if message.author in times:
                times[message.author].append(message.placed_us)
                forms[message.author][form] += 1
    return {
        party: {"by_month": months(times[party]), "by_form": dict(sorted(forms[party].items()))}
        for party in scene.parties
    }


def languages(scene: Scene) -> dict[str, str]:
    """Return of each party the language in which its officers wrote most; '' where none is ahead of the others."""
    written = {party: Counter[str]() for party in scene.parties}
    for form, said in scene.by_form.items():
        if not scene.book.form(form).automatic:
            for message in said:
                if message.author in written:
                    written[message.author][message.filled.lang] += 1
    return {party: _most(counts) for party, counts in written.items()}


def _most(counts: Mapping[str, int]) -> str:
    best = max(counts.values(), default=0)
    ahead = [lang for lang in LANGUAGES if best and counts.get(lang) == best]
    return ahead[0] if len(ahead) == 1 else ""


def encounters(scene: Scene) -> dict[str, Any]:
    """Return what was released of encounters: by kind, by square of one degree, and how the incidents were closed."""
    kinds, areas = defaultdict[str, Counter[str]](Counter), defaultdict[str, Counter[str]](Counter)
    acts, seen = Counter[str](), set[str]()
    for form, place in PLACED.items():
        for message in scene.of(form):
            fields = message.filled.fields
            act = fields.get("act")
            if isinstance(act, Mapping):
                acts[str(act.get("act"))] += 1
            kinds[form][message.author] += 1
            incident = " ".join(str(fields.get("incident", "")).casefold().split())
            if place and not (form == OPEN and incident in seen):  # two accounts are of one place
                areas[square(fields.get(place)) or NOWHERE][form] += 1
            seen |= {incident} if form == OPEN else set()
    return {
        "by_kind": {kind: dict(sorted(by.items())) for kind, by in sorted(kinds.items())},
        "by_area": {area: dict(sorted(by.items())) for area, by in sorted(areas.items())},
        "acts": dict(sorted(acts.items())),
        "incidents": _incidents(scene),
    }


def _incidents(scene: Scene) -> dict[str, Any]:
    opened = [one for one in dossiers(scene.account) if scene.period.holds(one.openings[0].placed_us)]
    closed = Counter(one.closed or "open" for one in opened)
    return {"opened": len(opened), "closed": dict(sorted(closed.items()))}


def calls(scene: Scene) -> dict[str, Any]:
    """Return the calls from unit to unit by whose unit called: how they were heard, and what was answered.

    Of what was heard and matches no call, the hearer is the author.
    """
    verdicts = {party: Counter[str]() for party in scene.parties}
    answered = {party: Counter[str]() for party in scene.parties}
    codes = Counter[str]()
    for one in contacts(scene.account):
        known = one.sent or one.heard
        if known is None or not scene.period.holds(known.placed_us) or known.author not in verdicts:
            continue
        verdicts[known.author][one.verdict] += 1
        answered[known.author].update(_answered(one))
        codes.update([str(one.sent.filled.fields["code"])] if one.sent and "code" in one.sent.filled.fields else [])
    return {
        "by_caller": {
            party: {"heard": dict(sorted(verdicts[party].items())), "answered": dict(sorted(answered[party].items()))}
            for party in scene.parties
        },
        "codes": dict(sorted(codes.items())),
    }


def _answered(one: Contact) -> list[str]:
    """Return the last answer to a call, or that there was none."""
    return [str(one.answers[-1].filled.fields.get("answer"))] if one.answers else ["no answer"]


def answers(scene: Scene) -> dict[str, Any]:
    """Return of each party how long it took to read and to answer what others said on the hotline, in whole seconds.

    Both ends are by the clocks of the party that answers: when its station held the words, and when its station placed
    the reading or the answer. So no difference between two clocks is in it.
    """
    read: dict[str, list[int | None]] = {party: [] for party in scene.parties}
    answered: dict[str, list[int | None]] = {party: [] for party in scene.parties}
    for message in scene.of(*TALK):
        if message.filled.reply_to is not None:
            continue
        replies = [one for one in scene.account.answers(message.ref) if isinstance(one, Message)]
        for party in message.recipients:
            held = scene.account.delivered(message.ref, party)
            if party in read and held is not None:
                own = [one for one in replies if one.author == party]
                read[party].append(_until(held.at_us, [one for one in own if one.filled.form == READ]))
                answered[party].append(_until(held.at_us, [one for one in own if one.filled.form != READ]))
    return {party: {"read": spread(read[party]), "answered": spread(answered[party])} for party in scene.parties}


def _until(from_us: int, said: Sequence[Message]) -> int | None:
    """Return whole seconds until the first of these, None where there is none."""
    first = min((one.placed_us for one in said), default=None)
    return None if first is None else max(0, first - from_us) // MICROSECONDS


def spread(seconds: Sequence[int | None]) -> dict[str, int]:
    """Return how many there were and have an end, with quartiles and the longest, by nearest rank: whole seconds.

    Nearest rank: the smallest value that a quarter (a half, three quarters) of all do not exceed.
    """
    known = sorted(value for value in seconds if value is not None)
    found = {"asked": len(seconds), "done": len(known)}
    if known:
        ranks = {"quarter": 25, "half": 50, "three_quarters": 75, "longest": 100}
        found |= {name: known[-(-len(known) * percent // 100) - 1] for name, percent in ranks.items()}
    return found


def refs(messages_: Sequence[Message]) -> list[Ref]:
    """Return where messages stand, sorted."""
    return sorted(message.ref for message in messages_)
