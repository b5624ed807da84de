"""What is wrong or weak with a pack: every fault that the loader finds, with its line, and what hangs together badly.

Nothing here is raised: a draft may be full of faults, and its author wants to see all of them at once.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Final

from searoom.errors import Finding, NotAllowed
from searoom.obligations.agreement import Agreement, parse
from searoom.obligations.clauses import MODEL, Clause
from searoom.obligations.locating import line_of, lines
from searoom.obligations.pack import LANGUAGES
from searoom.signals.forms import FormBook

SCRIPTS: Final = {"ja": ("\u3040", "\u30ff"), "zh": ("\u4e00", "\u9fff")}
"""Characters of which a Japanese text (kana) and a Chinese one (Han) has at least one."""
Check = Callable[[Agreement], Iterator[tuple[str, str]]]


def examine(text: str, name: str, book: FormBook) -> tuple[Agreement | None, tuple[Finding, ...]]:
    """Return the agreement of a pack (None where it cannot be read) and everything that is wrong or weak with it."""
    known, faults = lines(text), list[NotAllowed]()
    agreement = None
    try:
        agreement = parse(text, name, book, faults)
    except NotAllowed as fault:
        if fault not in faults:
            faults.append(fault)
    found = [_finding(fault.sentence, name, known) for fault in faults]
    if agreement is not None:
        for check in CHECKS:
            found += [Finding(f"{name}:{_line(place, known)}", sentence, place) for place, sentence in check(agreement)]
    return agreement, tuple(dict.fromkeys(sorted(found, key=_by_line)))


def _by_line(finding: Finding) -> tuple[int, str]:
    line = finding.where.rpartition(":")[2]
    return (int(line) if line.isdecimal() else 0, finding.sentence)


def _finding(sentence: str, name: str, known: Mapping[tuple[str, ...], int]) -> Finding:
    """Return a fault of the loader with its line; its sentence begins with its place."""
    place, _, problem = sentence.partition(": ")
    return Finding(f"{name}:{line_of(place, known)}", problem or sentence, place.partition(", ")[2])


def _line(clause: str, known: Mapping[tuple[str, ...], int]) -> int:
    return line_of(f"pack, {clause}", known)


def _place(agreement: Agreement, clause: Clause) -> str:
    """Return the place of a clause in its own pack; of a base's clause, the head."""
    own = [each.id for each in agreement.clauses]
    offset = 0 if not agreement.base else sum(1 for each in agreement.clauses if _of_base(agreement, each))
    return f"clauses[{own.index(clause.id) + 1 - offset}]" if not _of_base(agreement, clause) else "base"


def _of_base(agreement: Agreement, clause: Clause) -> bool:
    return clause.id in agreement.inherited


def _contradictions(agreement: Agreement) -> Iterator[tuple[str, str]]:
    """Two clauses that ask the same of the same with two different terms."""
    seen: dict[tuple[object, ...], Clause] = {}
    for clause in agreement.in_force():
        wanted = clause.fulfilment
        if wanted is None or clause.trigger.kind in ("after", "once"):
            continue
        where = tuple(sorted(wanted.where.items()))
        key = (clause.trigger, clause.owes, clause.by, wanted.form, where, wanted.distinct, clause.when)
        if key in seen and seen[key].term != clause.term:
            yield _place(agreement, clause), f"it asks the same as '{seen[key].id}' with another term"
        seen.setdefault(key, clause)


def _languages(agreement: Agreement) -> Iterator[tuple[str, str]]:
    """A text in the wrong script, or the same words in two languages: one of them is missing."""
    for clause in agreement.clauses:
        if _of_base(agreement, clause):
            continue
        for what, words in (("title", clause.title), ("text", clause.text)):
            if words["en"] in (words["ja"], words["zh"]):
                yield f"{_place(agreement, clause)}, {what}", "the same words stand for two languages"
            for lang, (low, high) in SCRIPTS.items():
                if not any(low <= letter <= high for letter in words[lang]) and not _han(words[lang]):
                    yield f"{_place(agreement, clause)}, {what}", f"the text in '{lang}' has no letter of that language"


def _han(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def _calendars(agreement: Agreement) -> Iterator[tuple[str, str]]:
    """A calendar that has ended, or that nobody uses, or that holds one party's days alone."""
    used = {name for clause in agreement.clauses for name in clause.term.calendars}
    for at, name in enumerate(agreement.head.calendars, 1):
        if name not in used:
            yield f"calendars[{at}]", f"no clause counts the working days of '{name}'"
        calendar = agreement.head.calendars[name]
        if calendar.last - calendar.first < timedelta(days=360):
            yield f"calendars[{at}]", f"'{name}' is shorter than a year: behind its end no deadline can be told"
    for clause in agreement.in_force():
        parties = {table.party for table in clause.term.tables}
        if clause.term.tables and len(parties) < 2 and not _of_base(agreement, clause):
            yield f"{_place(agreement, clause)}, term", "these are the working days of one party only"


def _silence(agreement: Agreement) -> Iterator[tuple[str, str]]:
    """A duty of which silence means nothing: then nothing shows that it was not done."""
    for clause in agreement.in_force():
        if clause.silence == "none" and clause.fulfilment is not None and not _of_base(agreement, clause):
            yield f"{_place(agreement, clause)}, silence", "something is owed, and silence means nothing"


def _no_prejudice(agreement: Agreement) -> Iterator[tuple[str, str]]:
    """Zones without the sentence that nothing touches legal positions."""
    if agreement.head.zones and not any(clause.about == "no-prejudice" for clause in agreement.in_force()):
        yield "zones[1]", "zones stand in this pack and no clause 'no-prejudice' is in force"


def _ladder(agreement: Agreement) -> Iterator[tuple[str, str]]:
    """On track 2 nobody is quoted by name, and nothing is signed as agreed."""
    if agreement.head.track == "2" and agreement.head.attribution:
        yield "attribution", "on track 2 persons speak for themselves: attribution is off"
    if not agreement.head.binds and agreement.wording == "agreed":
        yield "wording", "nothing binds on this track, so no text is agreed"


CHECKS: Final[tuple[Check, ...]] = (_contradictions, _languages, _calendars, _silence, _no_prejudice, _ladder)


def sources(agreement: Agreement, book: FormBook) -> Iterator[tuple[str, str]]:
    """Give what each clause and each field of its forms rests on: its source row, or `model` and what asks for it."""
    for clause in agreement.clauses:
        yield clause.id, f"{MODEL}: {clause.basis}" if clause.model else clause.source
        for name in forms_of(clause):
            form = book.form(name)
            for field in form.fields:
                yield f"  {name}.{field.name}", form.source


def forms_of(clause: Clause) -> tuple[str, ...]:
    """Return the forms that a clause names."""
    found = [clause.trigger.form]
    if clause.fulfilment is not None:
        wanted = clause.fulfilment
        events = (wanted.reversed_by, wanted.verified_by)
        found += [*wanted.forms, *(event.form for event in events if event is not None)]
    if clause.broken_by is not None:
        found.append(clause.broken_by.form)
    return tuple(dict.fromkeys(filter(None, found)))


def reviewed(agreement: Agreement) -> Mapping[str, str]:
    """Return the state of review of each language."""
    return {lang: agreement.review[lang] for lang in LANGUAGES}
