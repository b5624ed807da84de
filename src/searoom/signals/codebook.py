"""The signals: each with its meaning in every language, its source, its state, and whether it is offered.

Rule 1: a row whose meaning is only recalled, or that orders or threatens another's ship, is loaded
        and recognised, and never offered.
Rule 2: a row that announces what we ourselves will do is offered only for the intention that the officer entered.
Rule 3: the codebook knows situations, never manoeuvres: no row is ranked above another.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from searoom.errors import NotAllowed
from searoom.signals.likeness import distance
from searoom.signals.tables import LANGUAGES, Table, packaged, read_table

BOOKS: Final = ("ics", "plain")
"""The books that are in force where an agreement names no others; YV1 (`incsea`) binds nobody by default."""

MARKERS: Final = ("QUESTION", "INFORMATION", "INTENTION", "REQUEST", "WARNING", "ANSWER")
"""Message markers of the IMO Standard Marine Communication Phrases; INSTRUCTION is left out on purpose."""

SITUATIONS: Final = (
    "close-quarters", "crossing", "overtaking", "head-on", "unknown-intent", "contact", "diver", "exercise",
    "restricted", "radar", "emergency", "answer", "not-understood", "parting",
)  # fmt: skip

INTENTIONS: Final = (
    "keep-course", "alter-course", "turn-starboard", "turn-port", "slow-down", "speed-up", "go-astern", "pass-ahead",
    "pass-astern", "pass-port-side", "pass-starboard-side", "overtake-port", "overtake-starboard", "open-distance",
    "will-comply",
)  # fmt: skip
"""What an officer may enter as decided; nothing here follows from the geometry of an encounter."""

STATES: Final = ("seen", "recalled", "model")
REVIEWS: Final = ("source", "unreviewed", "signed")

NEVER_OFFERED: Final = frozenset(("L", "SO", "SO2", "SQ", "RL", "RL1", "RT", "RZ", "SP", "PP7", "PS", "MZ1"))
"""Orders between equals: a table that would offer one of these does not load at all."""

PARAMETER_KINDS: Final[Mapping[str, tuple[re.Pattern[str], str]]] = MappingProxyType({
    "course": (re.compile(r"(?:[0-2]\d\d|3[0-5]\d)"), "three figures from 000 to 359, such as 045"),
    "figures": (re.compile(r"\d{1,6}(?:\.\d{1,3})?"), "figures, such as 12 or 1.5"),
    "position": (
        re.compile(r"(?:[0-8]?\d-[0-5]?\d(?:\.\d+)?|90-00?)[NS] (?:(?:1[0-7]|0?\d)?\d-[0-5]?\d(?:\.\d+)?|180-00?)[EW]"),
        "degrees and minutes, such as 32-10.5N 165-20.0W",
    ),
    "time": (re.compile(r"(?:[01]\d|2[0-3])[0-5]\dZ"), "four figures and a Z, such as 0405Z"),
    "choice": (re.compile(r"[a-z]{1,16}"), "one of its choices"),
})  # fmt: skip
"""Kind of value -> what it must look like as text, and how to say that to a person."""

_CODE: Final = re.compile(r"(?:YV1 )?[A-Z0-9](?:[A-Z0-9-]{0,6}[A-Z0-9])?")
_BLANK: Final = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that belongs into a signal: its kind (`PARAMETER_KINDS`), its label, and its unit as spoken.

    `one` is the unit where the value is 1; `choices` are the words of each choice (empty for other kinds).
    """

    name: str
    kind: str
    label: Mapping[str, str]
    unit: Mapping[str, str]
    one: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]

    def check(self, value: str) -> str:
        """Return `value`, or raise `NotAllowed` where it is not of this kind."""
        pattern, shape = PARAMETER_KINDS[self.kind]
        if not pattern.fullmatch(value) or (self.choices and value not in self.choices):
            shape = f"one of {', '.join(self.choices)}" if self.choices else shape
            raise NotAllowed(f"'{value}' does not fit {self.label['en']}", advice=f"Write {shape}.")
        return value

    def unit_of(self, value: str, lang: str) -> str:
        """Return the unit that stands behind `value` in a language."""
        return (self.one if value == "1" else self.unit)[lang]

    def said(self, value: str, lang: str) -> str:
        """Return a checked value as a sentence of `lang` says it, with its unit; a choice in that language's words."""
        self.check(value)
        return self.choices[value][lang] if self.choices else value + self.unit_of(value, lang)


@dataclass(frozen=True, slots=True)
class Signal:
    """One row of a codebook.

    `meaning` is for reading (blanks filled with the parameter's label); `wording` is the same with
    `{name}` where a value goes. `review` says per language who has looked at the words: "source"
    (compared with the named source), "unreviewed", or "signed" (by a named native officer).
    `why_not` is empty where `offered`; `intention` is empty unless the row announces our own.
    """

    code: str
    book: str
    version: int
    marker: str
    meaning: Mapping[str, str]
    wording: Mapping[str, str]
    reading: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    source: str
    state: str
    review: Mapping[str, str]
    offered: bool
    why_not: Mapping[str, str]
    intention: str
    situations: tuple[str, ...]

    @property
    def announces_intention(self) -> bool:
        """Whether the row says what our own ship will do."""
        return bool(self.intention)

    def filled(self, params: Mapping[str, str], lang: str) -> str:
        """Return the wording with its values and units; a value missing, unknown or ill-formed is refused."""
        if lang not in LANGUAGES:
            raise NotAllowed(f"there are no words in language '{lang}'; there are {', '.join(LANGUAGES)}")
        names = {parameter.name for parameter in self.parameters}
        if unknown := sorted(set(params) - names):
            raise NotAllowed(f"{self.code} takes no {unknown[0]}")
        if lacking := sorted(names - set(params)):
            raise NotAllowed(f"{self.code} needs a value for: {', '.join(lacking)}")
        said = {p.name: p.said(params[p.name], lang) for p in self.parameters}
        return _BLANK.sub(lambda blank: said[blank[1]], self.wording[lang])


@dataclass(frozen=True, slots=True)
class Codebook:
    """All rows of the books in force, in the order of the files."""

    books: tuple[str, ...]
    signals: tuple[Signal, ...]

    def row(self, code: str) -> Signal:
        """Return the row of `code`, or raise `NotAllowed` that names the codes near it."""
        wanted = " ".join(code.upper().split())
        for signal in self.signals:
            if signal.code == wanted:
                return signal
        near = [s.code for s in self.signals if distance(s.code, wanted) == 1 or (wanted and s.code[:2] == wanted[:2])]
        advice = f"Near it are {', '.join(near)}." if near else "`searoom signal` lists what is there."
        raise NotAllowed(f"no book in force ({', '.join(self.books)}) has a signal '{wanted[:24]}'", advice=advice)

    def offered(self) -> tuple[Signal, ...]:
        """Return the rows that may be put before an officer."""
        return tuple(signal for signal in self.signals if signal.offered)

    def for_situation(self, situation: str, *, intention: str | None = None) -> tuple[Signal, ...]:
        """Return what may be said in a situation (`SITUATIONS`), in file order.

        Rows that announce our own intention are among them only where they announce exactly
        `intention`, which the officer has entered (`INTENTIONS`).
        """
        if situation not in SITUATIONS:
            raise NotAllowed(f"'{situation}' is no situation; there are {', '.join(SITUATIONS)}")
        if intention is not None and intention not in INTENTIONS:
            raise NotAllowed(f"'{intention}' is no intention; there are {', '.join(INTENTIONS)}")
        return tuple(s for s in self.offered() if situation in s.situations and s.intention in ("", intention))


def load(names: Sequence[str] = BOOKS) -> Codebook:
    """Return the packaged books `names` as one codebook, in that order; any fault raises `NotAllowed`."""
    parameters = read_parameters(packaged("parameters.toml"), "parameters.toml")
    signals: list[Signal] = []
    for name in names:
        file = f"codebook-{name}.toml"
        signals += read_book(packaged(file), file, parameters)
    return join(names, signals)


def join(names: Sequence[str], signals: Sequence[Signal]) -> Codebook:
    """Return one codebook of rows from several books; a code that stands twice is refused."""
    seen: dict[str, str] = {}
    for signal in signals:
        if signal.code in seen:
            file = f"codebook-{signal.book}.toml"
            raise NotAllowed(f"{file}, {signal.code}: the code is already in '{seen[signal.code]}'")
        seen[signal.code] = signal.book
    return Codebook(tuple(names), tuple(signals))


def read_parameters(text: str, file: str) -> dict[str, Parameter]:
    """Return the parameters that a table of them declares, by name."""
    found: dict[str, Parameter] = {}
    for name, table in read_table(text, file).all_tables().items():
        kind = table.choice("kind", tuple(PARAMETER_KINDS))
        label, unit = table.languages("label"), table.units("unit")
        one = table.units("one") if table.has("one") else unit
        choices = {key: inner.only_wording() for key, inner in table.named_tables("choices").items()}
        if (kind == "choice") != bool(choices):
            raise table.fault("a parameter has choices where its kind is 'choice', and nowhere else")
        found[name] = Parameter(name, kind, label, unit, one, MappingProxyType(choices))
        table.done()
    return found


def read_book(text: str, file: str, parameters: Mapping[str, Parameter]) -> tuple[Signal, ...]:
    """Return the rows of one book; whatever is missing, unknown, dangling or doubled is named with its row."""
    whole = read_table(text, file)
    head = whole.table("book")
    reader = _Rows(
        name=head.text("name"),
        version=head.integer("version"),
        source=head.text("source"),
        state=head.choice("state", STATES),
        review=head.languages("review"),
        sources=whole.table("sources").all_texts(),
        reasons={name: table.only_wording() for name, table in whole.named_tables("why_not").items()},
        parameters=parameters,
    )
    head.languages("title")
    head.done()
    rows = tuple(reader.signal(table) for table in whole.tables("row"))
    whole.done()
    codes = [row.code for row in rows]
    if doubled := sorted({code for code in codes if codes.count(code) > 1}):
        raise NotAllowed(f"{file}, {doubled[0]}: the code stands twice in this book")
    return rows


@dataclass(frozen=True, slots=True)
class _Rows:
    """What all rows of one book share while they are read."""

    name: str
    version: int
    source: str
    state: str
    review: Mapping[str, str]
    sources: Mapping[str, str]
    reasons: Mapping[str, Mapping[str, str]]
    parameters: Mapping[str, Parameter]

    def signal(self, table: Table) -> Signal:
        code = table.text("code")
        table.named(code)
        if not _CODE.fullmatch(code):
            raise table.fault("a code is capital letters and figures")
        review = table.languages("review") if table.has("review") else self.review
        if unknown := sorted(set(review.values()) - set(REVIEWS)):
            raise table.fault(f"'{unknown[0]}' is no state of review; there are {', '.join(REVIEWS)}")
        source = table.text("source", self.source)
        if source not in self.sources:
            raise table.fault(f"the source '{source}' is not in this file's list")
        offered = table.flag("offered", default=True)
        state = table.choice("state", STATES, self.state)
        why_not = self._why_not(table, code, state, offered=offered)
        marker = table.choice("marker", MARKERS, None if offered else "")
        parameters = self._parameters(table)
        wording = table.wording()
        _check_blanks(table, wording, parameters)
        signal = Signal(
            code=code, book=self.name, version=self.version, marker=marker, wording=wording,
            meaning=_readable(wording, parameters), reading=table.readings("reading"), parameters=parameters,
            source=self.sources[source], state=state, review=review, offered=offered, why_not=why_not,
            intention=table.choice("intention", INTENTIONS, ""), situations=self._situations(table),
        )  # fmt: skip
        if (marker == "INTENTION") and not signal.intention:
            raise table.fault("a row marked INTENTION must name the intention that it announces")
        table.done()
        return signal

    def _why_not(self, table: Table, code: str, state: str, *, offered: bool) -> Mapping[str, str]:
        if offered:
            if state == "recalled" or code in NEVER_OFFERED:
                raise table.fault("this row may never be offered (it is recalled, or it is an order between equals)")
            return MappingProxyType({})
        reason = table.text("why_not")
        if reason not in self.reasons:
            raise table.fault(f"the reason '{reason}' is not in this file's list")
        return self.reasons[reason]

    def _parameters(self, table: Table) -> tuple[Parameter, ...]:
        names = table.texts("parameters")
        if unknown := [name for name in names if name not in self.parameters]:
            raise table.fault(f"the parameter '{unknown[0]}' is declared nowhere")
        return tuple(self.parameters[name] for name in names)

    def _situations(self, table: Table) -> tuple[str, ...]:
        names = table.texts("situations")
        if unknown := [name for name in names if name not in SITUATIONS]:
            raise table.fault(f"the situation '{unknown[0]}' is not known")
        return names


def _check_blanks(table: Table, wording: Mapping[str, str], parameters: tuple[Parameter, ...]) -> None:
    names = sorted(parameter.name for parameter in parameters)
    for lang, text in wording.items():
        blanks = sorted(_BLANK.findall(text))
        if blanks != names:
            raise table.fault(f"the blanks {blanks} of the text in '{lang}' are not the row's parameters {names}")


def _readable(wording: Mapping[str, str], parameters: tuple[Parameter, ...]) -> Mapping[str, str]:
    found = dict(wording)
    for parameter in parameters:
        for lang, label in parameter.label.items():
            found[lang] = found[lang].replace(f"{{{parameter.name}}}", f"({label})")
    return MappingProxyType(found)
