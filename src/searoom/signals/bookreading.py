"""A book of signals, strictly read from its table: what is wrong is named with its file and its row.

Rule 1: a row that is only recalled, or that orders or threatens, cannot be offered: such a table does not load.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from searoom.errors import NotAllowed
from searoom.signals.parameters import Parameter
from searoom.signals.rows import BLANK, INTENTIONS, MARKERS, REVIEWS, SITUATIONS, STATES, Signal
from searoom.signals.tables import Table, read_table

NEVER_OFFERED: Final = frozenset((
    "L", "X", "SO", "SO2", "SQ", "SQ1", "SQ3", "SN", "RL", "RL1", "RT", "RZ", "SP", "PP7", "PS", "PS1", "MZ1",
))  # fmt: skip
"""Orders and threats between equals: a table that would offer one of these does not load at all."""

ORDERS: Final = re.compile(
    r"\byou (?:should|must|shall|have to)\b|\byou will be fired on\b|\bboard you\b|\breport you\b"
    r"|(?:^|[.;:!?,] )(?:please )?(?:stop|stay|halt|heave to|give way|come no closer|keep away|leave|withdraw|turn"
    r"|alter|do not|follow me|surrender|descend|land at)\b",
    re.IGNORECASE,
)
"""English words that tell another's ship or aircraft what to do: no row that has them can be offered."""

BLASTS: Final = ("short", "prolonged", "bell", "gong", "stroke")
LONGEST_PAUSE_S: Final = 120

_CODE: Final = re.compile(r"(?:YV1 )?[A-Z0-9](?:[A-Z0-9-]{0,6}[A-Z0-9])?")
_EMPTY: Final[Mapping[str, str]] = MappingProxyType({})


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
    codes: set[str] = set()
    for row in rows:
        if row.code in codes:
            raise NotAllowed(f"{file}, {row.code}: the code stands twice in this book")
        codes.add(row.code)
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
        if offered and (order := ORDERS.search(wording["en"])):
            raise table.fault(f"'{order[0].strip(' .,;:!?')}' is an order: such a row may never be offered")
        signal = Signal(
            code=code, book=self.name, version=self.version, marker=marker, wording=wording,
            meaning=_readable(wording, parameters), reading=table.readings("reading"), parameters=parameters,
            source=self.sources[source], state=state, review=self._review(table), reviewers=_EMPTY, offered=offered,
            why_not=why_not, intention=table.choice("intention", INTENTIONS, ""), situations=self._situations(table),
            sound=self._sound(table), every_s=self._every(table), phrase=table.text("phrase", ""),
            pronounced=table.text("pronounced", ""),
        )  # fmt: skip
        if (marker == "INTENTION") and not signal.intention:
            raise table.fault("a row marked INTENTION must name the intention that it announces")
        table.done()
        return signal

    def _review(self, table: Table) -> Mapping[str, str]:
        review = table.languages("review") if table.has("review") else self.review
        if unknown := sorted(set(review.values()) - set(REVIEWS)):
            raise table.fault(f"'{unknown[0]}' is no state of review; there are {', '.join(REVIEWS)}")
        if "signed" in review.values():
            raise table.fault(
                "no table says of itself that it is signed; a signed sheet does (`searoom codebook review`)"
            )
        return review

    def _why_not(self, table: Table, code: str, state: str, *, offered: bool) -> Mapping[str, str]:
        if offered:
            if state == "recalled" or code in NEVER_OFFERED:
                raise table.fault("this row may never be offered (it is recalled, or it is an order between equals)")
            return _EMPTY
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

    def _sound(self, table: Table) -> tuple[str, ...]:
        blasts = tuple(table.text("sound", "none").split())
        if blasts == ("none",):
            return ()
        if unknown := [blast for blast in blasts if blast not in BLASTS]:
            raise table.fault(f"'{unknown[0]}' is no blast; there are {', '.join(BLASTS)}")
        return blasts

    def _every(self, table: Table) -> int:
        every = table.integer("every", 0)
        if not 0 <= every <= LONGEST_PAUSE_S:
            raise table.fault(f"a sound signal is repeated within {LONGEST_PAUSE_S} seconds")
        return every


def _check_blanks(table: Table, wording: Mapping[str, str], parameters: tuple[Parameter, ...]) -> None:
    names = sorted(parameter.name for parameter in parameters)
    for lang, text in wording.items():
        blanks = sorted(BLANK.findall(text))
        if blanks != names:
            raise table.fault(f"the blanks {blanks} of the text in '{lang}' are not the row's parameters {names}")


def _readable(wording: Mapping[str, str], parameters: tuple[Parameter, ...]) -> Mapping[str, str]:
    if not parameters:
        return wording
    found = dict(wording)
    for parameter in parameters:
        for lang, label in parameter.label.items():
            found[lang] = found[lang].replace(f"{{{parameter.name}}}", f"({label})")
    return MappingProxyType(found)
