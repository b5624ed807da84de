"""Stories: what happens under an agreement, in plain lines that an officer reads, with a clock that is moved by hand.

    Story: one meeting, one year without
    Agreement: macm, with all its proposals
    Parties: amber is japan, coral is china

    At 2019-01-15 09:00
      amber says meeting-held: level = expert; host = coral; date = 2018-12-27; agenda = first
      everybody receives everything
    Then meeting-experts in 2018 is due

A line that is none of these is refused with its number. What a story expects and does not find is a finding; the story
goes on. How things stand is looked up in the account of each party, as it holds it: where a line does not say as who
sees it, all must find the same. Whose account that is, one made by hand or that of a node, a story does not know.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from searoom import clock
from searoom.account import Account, Ref, ref_text
from searoom.errors import Finding, NotAllowed
from searoom.obligations.agreement import Agreement
from searoom.obligations.facts import Fact
from searoom.obligations.pack import LANGUAGES
from searoom.obligations.proposing import ADOPTION
from searoom.obligations.reckoning import Reckoning, reckon
from searoom.obligations.standing import Obligation
from searoom.obligations.succession import in_force, wanting
from searoom.obligations.tellers import On, Voices, by_hand, transcript
from searoom.signals import forms
from searoom.signals.forms import Filled, FormBook

ADVICE: Final = "docs/agreements.md lists the lines that a story may have."
MAX_LINES: Final = 2000
_AT: Final = re.compile(r"At (\d{4}-\d\d-\d\d)(?: (\d\d:\d\d(?::\d\d)?))?(?: \(.*\))?:?")
_SAYS: Final = re.compile(
    r"(?P<who>[a-z][a-z0-9]*) says (?P<form>[a-z0-9-]+)(?: to (?P<to>[a-z0-9]+(?: and [a-z0-9]+)*))?"
    r"(?: as (?P<label>[A-Z][A-Z0-9-]*))?"
    r"(?: in reply to (?P<reply>[A-Z][A-Z0-9-]*))?(?: by its clock (?P<clock>[0-9-]+ [0-9:]+))?(?:: (?P<fields>.+))?"
)
_WRITES: Final = re.compile(
    r"(?P<who>[a-z][a-z0-9]*) writes down that (?P<by>[a-z][a-z0-9]*) said (?P<form>[a-z0-9-]+) by (?P<medium>[a-z-]+)"
    r"(?: in reply to (?P<reply>[A-Z][A-Z0-9-]*))?(?:: (?P<fields>.+))?"
)
_ADOPTS: Final = re.compile(r"(?P<who>[a-z][a-z0-9]*) adopts (?P<version>[a-z][a-z0-9-]*)")
_WORK: Final = re.compile(r"All work by (?P<version>[a-z][a-z0-9-]*)")
_RECEIVES: Final = re.compile(r"(everybody|[a-z][a-z0-9]*) receives everything")
_THEN: Final = re.compile(
    r"Then(?:, as (?P<view>[a-z][a-z0-9]*(?: and [a-z][a-z0-9]*)*) sees? it,)?"
    r" (?P<clause>[a-z][a-z0-9-]*)(?: of (?P<who>[a-z][a-z0-9]*))?(?: (?:in|for) (?P<label>.+?))?"
    r" is (?P<state>[a-z-]+)"
    r"(?:, (?P<more>.+))?"
)


@dataclass(frozen=True, slots=True)
class Checked:
    """One line of a story that expects something: where it stands, which clause, what it wanted and what there was."""

    line: int
    clause: str
    wanted: str
    found: str

    @property
    def right(self) -> bool:
        """Whether it is as the story says."""
        return self.wanted == self.found


@dataclass(frozen=True, slots=True)
class Told:
    """A story that was told: its title, its agreement, what was checked, who told it, and the moment at its end."""

    title: str
    agreement: Agreement
    checked: tuple[Checked, ...]
    teller: Voices
    now_us: int

    def findings(self, place: str) -> tuple[Finding, ...]:
        """Return what is not as the story says."""
        return tuple(
            Finding(f"{place}:{each.line}", f"{each.clause}: the story says '{each.wanted}', it is '{each.found}'")
            for each in self.checked
            if not each.right
        )


@dataclass(slots=True)
class _Telling:
    """A story that is being told: the version of its agreement that all work by, and all versions in their order."""

    agreement: Agreement
    versions: tuple[Agreement, ...]
    book: FormBook
    teller: Voices
    now_us: int
    labels: dict[str, Ref] = field(default_factory=dict)
    checked: list[Checked] = field(default_factory=list)
    known: dict[tuple[int, str, str, int], tuple[Account, Reckoning]] = field(default_factory=dict)

    def version(self, name: str) -> Agreement:
        """Return the version of that name; raise `NotAllowed` where the story's head names none."""
        found = [version for version in self.versions if version.id == name]
        if not found:
            raise NotAllowed(f"'{name}' is no version here; there are {', '.join(each.id for each in self.versions)}")
        return found[0]

    def in_force(self, upto: Agreement, party: str) -> Agreement:
        """Return which version is in force as a party sees it, of those up to one of them."""
        return in_force(self.versions[: self.versions.index(upto) + 1], self.teller.account_of(party))

    def reckoning(self, clause: str, party: str) -> Reckoning:
        """Return how things stand now under a clause as a party sees it, reckoned once for each account and moment."""
        account, agreement = self.teller.account_of(party), self.in_force(self.agreement, party)
        key = (self.now_us, clause, agreement.id, id(account))
        if key not in self.known:  # the account is kept with it, so that its number is no other's
            self.known[key] = account, reckon(agreement, account, self.now_us, self.book, only=clause)
        return self.known[key][1]


def recast(agreement: Agreement, parties: Mapping[str, str], *, everything: bool) -> Agreement:
    """Return the agreement for an exercise: with other names for its parties, and with all its proposals in force.

    `parties` maps the agreement's ids to those of the story; real parties are never made to say anything.
    """
    if strange := sorted(set(parties) - set(agreement.names)):
        raise NotAllowed(f"'{strange[0]}' is no party of the agreement '{agreement.id}'")
    named = {name for clause in agreement.clauses for name in (*clause.by, clause.first)}
    if bound := sorted(named & set(parties)):
        raise NotAllowed(f"clauses of '{agreement.id}' name the party '{bound[0]}', so that nobody can take its place")
    own = {name: dict.fromkeys(LANGUAGES, name.title()) for name in parties.values()}
    names = {
        parties.get(name, name): own.get(parties.get(name, name), words) for name, words in agreement.names.items()
    }
    models = frozenset(clause.id for clause in agreement.clauses if clause.model) if everything else frozenset()
    return replace(
        agreement,
        exercise=True,
        parties=tuple(parties.get(name, name) for name in agreement.parties),
        observers=tuple(parties.get(name, name) for name in agreement.observers),
        names=names,
        adopted=agreement.adopted | models,
    )


def split(text: str) -> tuple[tuple[int, str], ...]:
    """Return where each story of a file begins, and its text."""
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        raise NotAllowed(f"a file of stories has at most {MAX_LINES} lines", advice=ADVICE)
    starts = [at for at, line in enumerate(lines) if line.startswith("Story:")]
    if not starts or any(line.strip() and not line.startswith("#") for line in lines[: starts[0]]):
        raise NotAllowed("a file of stories begins with a line such as 'Story: one meeting'", advice=ADVICE)
    ends = [*starts[1:], len(lines)]
    return tuple((start + 1, "\n".join(lines[start:end])) for start, end in zip(starts, ends, strict=True))


def tell(
    text: str, first: int, agreement: Agreement, book: FormBook, on: On = by_hand, *, later: Sequence[Agreement] = ()
) -> Told:
    """Tell one story under the agreement that it names, and its `later` versions, on an account by hand or on nodes.

    Raises `NotAllowed` with the line for what is no line, and for what the record does not take.
    """
    title, telling = "", _Telling(agreement, (agreement, *later), book, on(agreement, book), agreement.starts_us)
    try:
        for number, raw in enumerate(text.splitlines(), first):
            line = raw.strip()
            try:
                if line.startswith("Story:"):
                    title = line.removeprefix("Story:").strip()
                elif line and not line.startswith(("Agreement:", "Parties:", "Later:", "#")):
                    _line(telling, number, line)
            except NotAllowed as fault:
                raise NotAllowed(f"line {number}: {fault.sentence}", advice=fault.advice() or ADVICE) from None
    finally:
        telling.teller.close()
    return Told(title, telling.agreement, tuple(telling.checked), telling.teller, telling.now_us)


def wanted(text: str) -> tuple[str, bool, Mapping[str, str]]:
    """Return which agreement a story names, whether with all its proposals, and who takes whose place."""
    named = re.search(r"^Agreement: (\S+?)(, with all its proposals)?\s*$", text, re.MULTILINE)
    if not named:
        raise NotAllowed("a story says under which agreement: 'Agreement: macm'", advice=ADVICE)
    parties = re.search(r"^Parties: (.+)$", text, re.MULTILINE)
    pairs = [pair.split(" is ") for pair in parties[1].split(",")] if parties else []
    if any(len(pair) != 2 for pair in pairs):
        raise NotAllowed("who takes whose place is written 'Parties: amber is japan, coral is china'", advice=ADVICE)
    return named[1], bool(named[2]), {theirs.strip(): ours.strip() for ours, theirs in pairs}


def later(text: str) -> tuple[str, ...]:
    """Return which later versions of its agreement a story names, in their order."""
    named = re.search(r"^Later: (.+)$", text, re.MULTILINE)
    return tuple(name.strip() for name in named[1].split(",")) if named else ()


def _line(telling: _Telling, number: int, line: str) -> None:
    if found := _AT.fullmatch(line):
        now_us = clock.from_text(f"{found[1]}T{found[2] or '00:00'}Z")
        if now_us < telling.now_us and telling.known:
            raise NotAllowed("the clock of a story does not go back")
        telling.now_us = now_us
    elif found := _SAYS.fullmatch(line):
        _says(telling, found)
    elif found := _ADOPTS.fullmatch(line):
        who, now_us = _party(telling, found["who"]), telling.now_us
        adopted = forms.from_text(telling.book, ADOPTION, {"hash": telling.version(found["version"]).hash.hex()})
        telling.teller.say(who, adopted, at_us=now_us, placed_us=now_us)
    elif found := _WORK.fullmatch(line):
        telling.agreement = telling.version(found["version"])
        telling.teller.take_up(telling.agreement, at_us=telling.now_us)
    elif found := _WRITES.fullmatch(line):
        who, by, now_us = _party(telling, found["who"]), _party(telling, found["by"]), telling.now_us
        words = transcript(who, by, _filled(telling, found), found["medium"], telling.book, at_us=now_us)
        telling.teller.say(who, words, at_us=now_us, placed_us=now_us)
    elif found := _RECEIVES.fullmatch(line):
        if found[1] == "everybody":
            telling.teller.meet(at_us=telling.now_us)
        else:
            telling.teller.receive(_party(telling, found[1]), at_us=telling.now_us)
    elif found := _THEN.fullmatch(line):
        telling.checked.append(_checked(telling, number, found))
    else:
        raise NotAllowed(f"'{line:.80}' is no line of a story", advice=ADVICE)


def _party(telling: _Telling, name: str) -> str:
    here = (*telling.agreement.parties, *telling.agreement.head.former)
    if name not in here:
        raise NotAllowed(f"'{name}' is no party here; there are {', '.join(here)}")
    return name


def _says(telling: _Telling, found: re.Match[str]) -> None:
    who = _party(telling, found["who"])
    filled = _filled(telling, found)
    forms.require(filled, telling.book)
    to = tuple(_party(telling, name) for name in found["to"].split(" and ")) if found["to"] else ()
    at_us = clock.from_text(found["clock"].replace(" ", "T") + "Z") if found["clock"] else telling.now_us
    ref = telling.teller.say(who, filled, at_us=at_us, placed_us=telling.now_us, to=to)
    if found["label"]:
        telling.labels[found["label"]] = ref


def _filled(telling: _Telling, found: re.Match[str]) -> Filled:
    form = telling.book.form(found["form"])
    if form.visibility != "shared":
        raise NotAllowed(f"the form '{form.name}' never leaves its node")
    typed: dict[str, str] = {}
    for pair in found["fields"].split(";") if found["fields"] else ():
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals:
            raise NotAllowed(f"'{pair.strip()}' is not written 'field = value'")
        typed[name] = ref_text(telling.labels[value]) if value in telling.labels else value
    reply = None
    if found["reply"]:
        if found["reply"] not in telling.labels:
            raise NotAllowed(f"nothing was said as {found['reply']}")
        reply = telling.labels[found["reply"]]
    return forms.from_text(telling.book, form.name, typed, reply_to=reply)


def _checked(telling: _Telling, number: int, found: re.Match[str]) -> Checked:
    name, version = found["clause"], next((each for each in telling.versions if each.id == found["clause"]), None)
    if version is None and telling.agreement.clause(name) not in telling.agreement.in_force():
        raise NotAllowed(f"the clause '{name}' is a proposal that is not in force here")
    seeing = found["view"].split(" and ") if found["view"] else telling.agreement.parties
    there = {
        party: _found(telling, found, party) if version is None else _stands(telling, found, version, party)
        for party in (_party(telling, each) for each in seeing)
    }
    told = ", ".join(filter(None, (found["state"], found["more"] or "")))
    alike = len(set(there.values())) == 1
    shown = there[seeing[0]] if alike else "; ".join(f"{party}: {state}" for party, state in there.items())
    return Checked(number, name, told, shown)


def _stands(telling: _Telling, found: re.Match[str], version: Agreement, party: str) -> str:
    """Return whether a version is in force as a party sees it, and without whom it is not where a line asks that."""
    if telling.in_force(version, party) is version:
        return "in-force"
    first, last = (telling.versions.index(each) for each in (telling.in_force(version, party), version))
    missing = wanting(telling.versions[first : last + 1], telling.teller.account_of(party))
    return "not-in-force" + (f", without {' and '.join(missing)}" if found["more"] else "")


def _found(telling: _Telling, found: re.Match[str], party: str) -> str:
    """Return what there is, as a party sees it, of what a line expects."""
    clause = telling.in_force(telling.agreement, party).clause(found["clause"])
    reckoning = telling.reckoning(clause.id, party)
    who = "" if found["who"] in (None, "both", "all") else _party(telling, found["who"])
    label = found["label"] or ""
    label = ref_text(telling.labels[label]) if label in telling.labels else label
    if clause.rule is not None:
        facts = [
            fact
            for fact in reckoning.counted(clause.id)
            if (not who or who in fact.parties) and (not label or label == fact.label)
        ]
        states = [fact.state for fact in facts]
        more = _more_fact(facts, found["more"]) if facts else ""
        state = found["state"] if found["state"] in states else "+".join(states) or "nothing"
    else:
        duties = _duties(telling, reckoning.of(clause.id), who, label)
        states = sorted({duty.state for duty in duties})
        more = _more_duty(duties, found["more"]) if duties else ""
        state = states[0] if len(states) == 1 else "+".join(states) or "nothing"
    return ", ".join(filter(None, (state, more)))


def _duties(telling: _Telling, duties: Sequence[Obligation], who: str, label: str) -> Sequence[Obligation]:
    """Return the duties that a line is about: of whom, and which; without a label those of the last that has come."""
    mine = [duty for duty in duties if (not who or who in duty.owed_by) and (not label or duty.label.startswith(label))]
    come = [duty for duty in mine if duty.arose_us <= telling.now_us] or mine
    return [duty for duty in come if duty.label == come[-1].label] if come and not label else mine


def _more_duty(duties: Sequence[Obligation], more: str | None) -> str:
    """Return what there is of what a line adds: '8 of 11', 'verified confirmed', 'host coral', 'waits'."""
    duty = duties[-1]
    there = {
        "" if duty.progress is None else "{} of {}".format(*duty.progress),
        f"verified {duty.verified}".strip(),
        f"host {duty.host}",
        duty.note,
        "due " + ("never" if duty.due_us is None else clock.to_text(duty.due_us)),
    }
    return "" if more is None else more if more in there else " / ".join(sorted(filter(None, there)))


def _more_fact(facts: Sequence[Fact], more: str | None) -> str:
    """Return what there is of what a line adds: 'used 3', 'balance 0'."""
    there = [f"{name} {value}" for fact in facts for name, value in fact.figures.items()]
    return "" if more is None else more if more in there else " / ".join(there)
