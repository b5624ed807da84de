"""An incident with the accounts of all parties side by side: every line is somebody's claim, with its source and error.

Measurements are closed intervals, value ± error in whole millimetres. They are compared where they are
of one quantity, along one axis, at one moment; the result is *overlap*, *no overlap* or *only one side*,
and never who is right. Swapping the chairs of the parties swaps the columns and changes nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from searoom.account import Account, Message, Ref
from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.units import MICROSECONDS

OPEN: Final = "dossier-open"
MEASUREMENT: Final = "measurement"
CLOSE: Final = "dossier-close"
ACT: Final = "observed-act"
FACT: Final = "dossier-fact"
VIEW: Final = "dossier-view"

AGREED: Final = "agreed"
CONTESTED: Final = "contested"
OPEN_FACT: Final = "open"

SAME_MOMENT_US: Final = 60 * MICROSECONDS
"""Two measurements are of one moment when their times, each by its own clock, lie at most a minute apart."""

OVERLAP: Final = "overlap"
NO_OVERLAP: Final = "no overlap"
ONE_SIDE: Final = "only one side"

VERDICT_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    OVERLAP: {
        "en": "The two intervals overlap: some values fit both. This does not make either of them right.",
        "ja": "両区間は重なります：双方に合う値があります。どちらかが正しいことを意味しません。",
        "zh": "两个区间重叠：存在同时符合双方的数值。这不表示任何一方正确。",
    },
    NO_OVERLAP: {
        "en": "The two intervals do not overlap: no value fits both. This does not make either of them wrong alone.",
        "ja": "両区間は重なりません：双方に合う値はありません。どちらか一方だけが誤りだとは言えません。",
        "zh": "两个区间不重叠：没有同时符合双方的数值。仅凭此不能断定哪一方有误。",
    },
    ONE_SIDE: {
        "en": "Only one side has given a measurement of this moment. This says nothing about the other.",
        "ja": "この時点の測定値は一方からのみです。他方については何も示しません。",
        "zh": "该时刻只有一方提供了测量值。这不说明另一方的情况。",
    },
}
"""ja and zh are our own words and await review by native speakers."""


@dataclass(frozen=True, slots=True)
class Interval:
    """All values from `low_mm` to `high_mm`, both included, in millimetres."""

    low_mm: int
    high_mm: int

    def __post_init__(self) -> None:
        if self.low_mm > self.high_mm:
            raise NotAllowed(Sentence("dossier.turned"))

    @classmethod
    def about(cls, value_mm: int, error_mm: int) -> "Interval":
        """Return value ± error; an error is never negative."""
        if error_mm < 0:
            raise NotAllowed(Sentence("dossier.negative"))
        return cls(value_mm - error_mm, value_mm + error_mm)

    def common(self, other: "Interval") -> "Interval | None":
        """Return what lies in both, or None; two intervals that touch have one value in common."""
        low, high = max(self.low_mm, other.low_mm), min(self.high_mm, other.high_mm)
        return Interval(low, high) if low <= high else None


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one party says that it measured: quantity and axis, millimetres, when, by what method and source."""

    message: Message
    quantity: str
    axis: str
    value_mm: int
    error_mm: int
    at_us: int
    method: str
    source: str

    @property
    def party(self) -> str:
        """Whose claim it is."""
        return self.message.author

    @property
    def interval(self) -> Interval:
        """The claim as a closed interval."""
        return Interval.about(self.value_mm, self.error_mm)


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: a column a party in the agreement's order (None where it says nothing), and the verdict."""

    quantity: str
    axis: str
    columns: tuple[Measurement | None, ...]
    verdict: str
    common: Interval | None

    def sentence(self, lang: str) -> str:
        """Return the verdict in words of `lang` (en, ja, zh), with what it does not mean."""
        return VERDICT_WORDS[self.verdict][lang]


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence that one party holds to be a fact, and the newest word of each other party about it."""

    message: Message
    views: Mapping[str, Message]

    def said(self, party: str) -> str:
        """Return where a party stands: agree, contest, cannot-say; '' while it said nothing, which means nothing."""
        if party == self.message.author:
            return "agree"
        view = self.views.get(party)
        return "" if view is None else str(view.filled.fields["view"])

    def state(self, parties: Sequence[str]) -> str:
        """Return *agreed* where every party agrees, *contested* where one contests it, else *open*."""
        said = {self.said(party) for party in parties}
        return CONTESTED if "contest" in said else AGREED if said == {"agree"} else OPEN_FACT


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that was said about one incident, in the order of the account.

    `openings`, `measurements`, `acts`, `facts` and `closings` are by any party; `closed` is the way of closing that
    every party has said, and '' until all have said the same.
    """

    incident: str
    openings: tuple[Message, ...]
    measurements: tuple[Measurement, ...]
    acts: tuple[Message, ...]
    facts: tuple[Fact, ...]
    closings: tuple[Message, ...]
    closed: str
    parties: tuple[str, ...]

    def rows(self) -> tuple[Row, ...]:
        """Return the measurements of all parties side by side."""
        return agreement(self.measurements, self.parties)


def dossiers(account: Account) -> tuple[Dossier, ...]:
    """Return the dossiers of an account in the order of their first opening; entries about none are left out."""
    openings: dict[str, list[Message]] = {}
    incident_of: dict[Ref, str] = {}
    for message in account.messages(OPEN):
        incident = _plain(message.filled.fields.get("incident"))
        openings.setdefault(incident, []).append(message)
        incident_of |= dict.fromkeys(account.places(message.ref), incident)
    measured: dict[str, list[Measurement]] = {incident: [] for incident in openings}
    said: dict[str, dict[str, list[Message]]] = {form: {name: [] for name in openings} for form in (ACT, FACT, CLOSE)}
    for message in account.messages(MEASUREMENT):
        incident, read = _about(message, incident_of), _measurement(message)
        if incident in openings and read is not None:
            measured[incident].append(read)
    for form, by_incident in said.items():
        for message in account.messages(form):
            if (incident := _about(message, incident_of)) in openings:
                by_incident[incident].append(message)
    return tuple(
        Dossier(
            incident=str(opened[0].filled.fields.get("incident", "")).strip(),
            openings=tuple(opened),
            measurements=tuple(measured[incident]),
            acts=tuple(said[ACT][incident]),
            facts=tuple(_fact(message, account) for message in said[FACT][incident]),
            closings=tuple(said[CLOSE][incident]),
            closed=_closed(said[CLOSE][incident], account.parties),
            parties=account.parties,
        )
        for incident, opened in openings.items()
    )


def _fact(message: Message, account: Account) -> Fact:
    """Return a fact with the newest word of each party but its author, from the answers to it."""
    answers = [one for one in account.answers(message.ref) if isinstance(one, Message) and one.filled.form == VIEW]
    return Fact(message, {one.author: one for one in answers if one.author != message.author})


def _about(message: Message, incident_of: Mapping[Ref, str]) -> str:
    """Return the incident that an entry is about: by the opening that it points at, or by the incident's name."""
    for value in (message.filled.fields.get("dossier"), message.filled.reply_to):
        if isinstance(value, tuple) and value in incident_of:
            return incident_of[value]
    return _plain(message.filled.fields.get("incident"))


def _plain(name: object) -> str:
    """Return an incident's name as one compares it: case and doubled spaces do not part two openings."""
    return " ".join(name.casefold().split()) if isinstance(name, str) else ""


def _measurement(message: Message) -> Measurement | None:
    """Return a measurement, or None where the form is weak: a distance without an error is compared with nothing."""
    fields = message.filled.fields
    value, error, at_us = fields.get("value_mm"), fields.get("error_mm"), fields.get("at")
    if not isinstance(value, int) or not isinstance(error, int) or error < 0:
        return None
    texts = {name: str(fields.get(name, "")) for name in ("quantity", "axis", "method", "source")}
    when_us = at_us if isinstance(at_us, int) else message.claimed_us
    return Measurement(message, value_mm=value, error_mm=error, at_us=when_us, **texts)


def _closed(closings: Iterable[Message], parties: Sequence[str]) -> str:
    """Return how all parties have closed it, by the last word of each; '' while they have not, or differ."""
    last = {message.author: str(message.filled.fields.get("how", "")) for message in closings}
    ways = {last.get(party, "") for party in parties}
    return ways.pop() if len(ways) == 1 else ""


def agreement(measurements: Iterable[Measurement], parties: Sequence[str]) -> tuple[Row, ...]:
    """Return the measurements side by side: each beside those of the other parties that are nearest in time.

    Nearest may be several at once (two sensors at one moment), and then each has its row. What has
    no neighbour within `SAME_MOMENT_US` stands alone.
    """
    given = tuple(measurements)
    rows: list[Row] = []
    paired: set[Ref] = set()
    for one, other in combinations(parties, 2):
        for left in (m for m in given if m.party == one):
            for right in (m for m in given if m.party == other):
                if _belong(left, right, given):
                    rows.append(_row((left, right), parties))
                    paired |= {left.message.ref, right.message.ref}
    rows += [_row((alone,), parties) for alone in given if alone.message.ref not in paired]
    return tuple(sorted(rows, key=_chairless))


def _belong(left: Measurement, right: Measurement, given: Sequence[Measurement]) -> bool:
    """Whether one of the two is nearest in time to the other, among the other's party's claims of the same thing."""
    apart_us = abs(left.at_us - right.at_us)
    if (left.quantity, left.axis) != (right.quantity, right.axis) or apart_us > SAME_MOMENT_US:
        return False
    return any(
        apart_us == min(abs(one.at_us - m.at_us) for m in given if _alike(m, other))
        for one, other in ((left, right), (right, left))
    )


def _alike(one: Measurement, other: Measurement) -> bool:
    return (one.party, one.quantity, one.axis) == (other.party, other.quantity, other.axis)


def _row(claims: Sequence[Measurement], parties: Sequence[str]) -> Row:
    by_party = {claim.party: claim for claim in claims}
    common = claims[0].interval.common(claims[1].interval) if len(claims) == 2 else None
    verdict = ONE_SIDE if len(claims) == 1 else NO_OVERLAP if common is None else OVERLAP
    return Row(claims[0].quantity, claims[0].axis, tuple(by_party.get(p) for p in parties), verdict, common)


def _chairless(row: Row) -> tuple[object, ...]:
    """Return what rows are ordered by: the claims themselves, never the chairs of those who make them."""
    claims = sorted((c.at_us, c.value_mm, c.error_mm, c.message.ref) for c in row.columns if c is not None)
    return (row.quantity, row.axis, claims)
