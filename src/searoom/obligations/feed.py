"""What is due as a calendar that other programs read (iCalendar, RFC 5545), each item with two alarms.

Nothing of an exercise goes into a calendar: there it could be taken for real.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

from searoom.clock import to_text
from searoom.errors import NotAllowed
from searoom.obligations.agreement import Agreement
from searoom.obligations.standing import Obligation

PRODUCT: Final = "-//Searoom//due//EN"
ALARMS: Final = ("-P1D", "-PT1H")
"""How long before the deadline an alarm rings: a day, and an hour."""
_LINE: Final = 75
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""})


def calendar(agreement: Agreement, duties: Sequence[Obligation], lang: str, now_us: int) -> str:
    """Return the open duties that have a deadline as a calendar; raise `NotAllowed` for an exercise.

    The same duties at the same moment give the same text; a duty keeps its id when its state changes.
    """
    if agreement.exercise:
        raise NotAllowed(
            f"'{agreement.id}' is for exercises, and nothing of an exercise goes into a calendar",
            advice="Read it with `searoom due`; only agreements that are meant have a calendar.",
        )
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines.append(f"X-WR-CALNAME:{_escaped(agreement.title[lang])}")
    dated = [duty for duty in duties if duty.open and duty.due_us is not None]
    for duty in sorted(dated, key=lambda duty: (duty.due_us, duty.clause.id, duty.owed_by)):
        lines += _event(agreement, duty, lang, now_us)
    lines.append("END:VCALENDAR")
    return "".join(f"{piece}\r\n" for line in lines for piece in _folded(line))


def _event(agreement: Agreement, duty: Obligation, lang: str, now_us: int) -> Iterator[str]:
    who = ", ".join(agreement.name(party, lang) for party in duty.owed_by)
    name = "|".join((agreement.id, duty.clause.id, duty.label, *duty.owed_by))
    yield "BEGIN:VEVENT"
    yield f"UID:{hashlib.sha256(name.encode()).hexdigest()[:32]}@searoom"
    yield f"DTSTAMP:{_moment(now_us)}"
    yield f"DTSTART:{_moment(duty.due_us or 0)}"
    yield f"SUMMARY:{_escaped(f'{duty.clause.title[lang]} ({duty.label}): {who}')}"
    yield f"DESCRIPTION:{_escaped(duty.sentence[lang])}"
    yield f"CATEGORIES:{duty.state.upper()}"
    yield "TRANSP:TRANSPARENT"
    for before in ALARMS:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:{before}")
        yield from (f"DESCRIPTION:{_escaped(duty.clause.title[lang])}", "END:VALARM")
    yield "END:VEVENT"


def _moment(time_us: int) -> str:
    return to_text(time_us).replace("-", "").replace(":", "")


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def _folded(line: str) -> Iterator[str]:
    """Give a line in pieces of at most 75 octets, none of which cuts a letter in two (RFC 5545 3.1)."""
    piece, size = "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > _LINE:
            yield piece
            piece, size = " ", 1
        piece, size = piece + letter, size + octets
    yield piece
