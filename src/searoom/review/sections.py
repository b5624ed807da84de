"""What a page shows, section by section, as plain values: made by `rows.py`, laid out by `render.py`."""

from collections.abc import Mapping
from dataclasses import dataclass

SECTIONS = ("chart", "range", "contact", "hotline", "dossier", "timeline", "due", "proof")
"""The sections of the review, in their order; each is a block of templates/review.html."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text and the HTML language of its letters; `und` where the language is not known."""

    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class Chair:
    """One party as the page shows it: id, name in the page's language, and its colour and mark (`svg.look`)."""

    party: str
    name: str
    style: int


@dataclass(frozen=True, slots=True)
class Who:
    """A person or station behind a signature: name, role in the page's language, holder, first digits of the key."""

    party: str
    name: str
    role: str
    holder: str
    key: str


@dataclass(frozen=True, slots=True)
class StateRow:
    """One state of one message: reached or not, when, where that is written, and who is behind it."""

    key: str
    reached: bool
    by: str
    at: str
    ref: str
    who: tuple[Who, ...]


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of a form: its label in the page's language, and the value.

    `own` says that the value is the author's own sentences, to be quoted as the original; `key` is the
    agreed key where the author chose from a list, and `value` then our wording of it in the page's language.
    """

    label: str
    value: Words
    own: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message in the timeline; `closed` says why where its body is not for this reader."""

    ref: str
    anchor: str
    party: str
    title: str
    channel: str
    precedence: str
    at: str
    until: str
    reply_to: str
    who: tuple[Who, ...]
    fields: tuple[FieldRow, ...]
    states: tuple[StateRow, ...]
    closed: str = ""


@dataclass(frozen=True, slots=True)
class Folded:
    """Automatic entries of one party that stand together, shown as one line."""

    party: str
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a comparison: `same`, `lost` (sent, not heard) or `added` (heard, not sent)."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Said:
    """One side's own entry of a contact: what it wrote, who signed it and when."""

    party: str
    ref: str
    at: str
    tokens: tuple[Token, ...]
    lang: str
    note: str
    who: tuple[Who, ...]


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An answer to a contact, and what that answer does not mean."""

    party: str
    ref: str
    at: str
    words: str
    not_means: str
    who: tuple[Who, ...]


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A call from unit to unit: both sides' own words, how they compare, and the answers.

    `verdict` names a row of the group `verdict` of texts.toml; `sentence` says what it does not mean;
    `lost` and `added` are the words that the comparison found on one side only. `told` is what the
    codebook says of the signal in the page's language, where another was spoken; `reviewed` says whether
    anybody with the right to say so has looked at those words.
    """

    sender: str
    receiver: str
    code: str
    meaning: str
    sent: Said | None
    heard: Said | None
    verdict: str
    sentence: str
    lost: str
    added: str
    independent: bool
    answers: tuple[AnswerRow, ...]
    told: str = ""
    reviewed: bool = False


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A party's own words on an incident, with the entry they stand in."""

    party: str
    ref: str
    at: str
    fields: tuple[FieldRow, ...]
    who: tuple[Who, ...]


@dataclass(frozen=True, slots=True)
class MeasurementRow:
    """One released measurement, printed no finer than its error."""

    party: str
    ref: str
    at: str
    value: str
    value_mm: int
    error_mm: int
    method: str
    sensor: str
    who: tuple[Who, ...]


@dataclass(frozen=True, slots=True)
class QuantityRow:
    """Measurements of one quantity at one moment, and whether their intervals agree (None with one side only)."""

    name: str
    measured: tuple[MeasurementRow, ...]
    agree: bool | None
    sentence: str


@dataclass(frozen=True, slots=True)
class DossierRow:
    """One incident: each party's account, the measurements, how each closes it; `closed` when all say the same."""

    incident: str
    accounts: tuple[AccountRow, ...]
    quantities: tuple[QuantityRow, ...]
    closings: tuple[str, ...]
    closed: str


@dataclass(frozen=True, slots=True)
class DueRow:
    """One duty: whose, what, under which clause, by when, its state, and what silence means."""

    party: str
    owed_by: str
    clause: str
    sentence: str
    due: str
    state: str
    met_by: str
    silence: str


@dataclass(frozen=True, slots=True)
class Proven:
    """What the offline check of an exported record found, as `record.verify` names it.

    `problem` is the sentence of the check where it failed ('' where all is proven); `refused` is what
    the same check says of a copy with one byte changed. `cosigned[log, by]` is a size.
    """

    sizes: Mapping[str, int]
    roots: Mapping[str, bytes]
    cosigned: Mapping[tuple[str, str], int]
    openings: int
    problem: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class LogProof:
    """What was verified of one log: its size and root, and up to where each other party cosigned it."""

    party: str
    size: int
    root: str
    cosigned: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """The result of the offline check; `refused` is what the same check says of a copy with one byte changed."""

    ok: bool
    sentence: str
    openings: int
    logs: tuple[LogProof, ...]
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """Where the encounter comes from: its title, its source, and whether its tracks were made for an exercise."""

    title: str
    source: str
    made: bool


@dataclass(frozen=True, slots=True)
class Content:
    """What both pages share: everything that released entries alone can say, in one language."""

    lang: str
    mechanism: str
    agreement: str
    exercise: bool
    chairs: tuple[Chair, ...]
    sizes: tuple[tuple[str, int], ...]
    contacts: tuple[ContactRow, ...]
    hotline: tuple[MessageRow, ...]
    dossiers: tuple[DossierRow, ...]
    timeline: tuple[MessageRow | Folded, ...]

    def name(self, party: str) -> str:
        """Return a party's name in the page's language; a stranger keeps its id."""
        return next((chair.name for chair in self.chairs if chair.party == party), party)
