"""One row of a codebook: its words in every language, its source and state, and whether it may be offered."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals.parameters import Parameter
from searoom.signals.tables import LANGUAGES

MARKERS: Final = ("QUESTION", "INFORMATION", "INTENTION", "REQUEST", "WARNING", "ANSWER")
"""Message markers of the IMO Standard Marine Communication Phrases; INSTRUCTION is left out on purpose."""

SITUATIONS: Final = (
    "close-quarters", "crossing", "overtaking", "head-on", "unknown-intent", "contact", "diver", "exercise",
    "restricted", "radar", "emergency", "answer", "not-understood", "parting", "aircraft", "visibility", "mines",
    "searchlight",
)  # fmt: skip

INTENTIONS: Final = (
    "keep-course", "alter-course", "turn-starboard", "turn-port", "turn-towards", "slow-down", "speed-up",
    "stop-engines", "go-ahead", "go-astern", "pass-ahead", "pass-astern", "pass-port-side", "pass-starboard-side",
    "pass-leeward", "pass-windward", "overtake-port", "overtake-starboard", "come-alongside-port",
    "come-alongside-starboard", "open-distance", "anchor", "help", "fly-low", "land-on-deck", "will-comply",
)  # fmt: skip
"""What an officer may enter as decided; nothing here follows from the geometry of an encounter."""

STATES: Final = ("seen", "recalled", "model")
UNREVIEWED: Final = "unreviewed"
SIGNED: Final = "signed"
REVIEWS: Final = ("source", UNREVIEWED, SIGNED)

INTERCO: Final = ("ics", "incsea")
"""The books whose groups are announced as International Code: INTERCO by voice, the code pennant by flags."""

BLANK: Final = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """One row of a codebook.

    `meaning` is for reading (blanks filled with the parameter's label); `wording` is the same with
    `{name}` where a value goes. `review` says per language who has looked at the words: "source"
    (compared with the named source), "unreviewed", or "signed" (by the named native officer in `reviewers`).
    `why_not` is empty where `offered`; `intention` is empty unless the row announces our own.
    `sound` are the blasts and strokes of a sound signal, `every_s` how often it is repeated (0: once);
    `phrase` is what is spoken in its place where the phrase itself is agreed, `pronounced` how.
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
    reviewers: Mapping[str, str]
    offered: bool
    why_not: Mapping[str, str]
    intention: str
    situations: tuple[str, ...]
    sound: tuple[str, ...] = ()
    every_s: int = 0
    phrase: str = ""
    pronounced: str = ""

    @property
    def announces_intention(self) -> bool:
        """Whether the row says what our own ship will do."""
        return bool(self.intention)

    def agreed_words(self, lang: str) -> bool:
        """Tell whether the words of `lang` may be read out or sent as if agreed: compared with a source, or signed.

        English is the language that the sources are in and that ships speak; other words wait for an officer.
        """
        return lang == "en" or self.review[lang] == SIGNED

    def filled(self, params: Mapping[str, str], lang: str) -> str:
        """Return the wording with its values and units; a value missing, unknown or ill-formed is refused."""
        if lang not in LANGUAGES:
            raise NotAllowed(Sentence("say.no_words", lang=lang, known=", ".join(LANGUAGES)))
        said = self.values(params, lang)
        return BLANK.sub(lambda blank: said[blank[1]], self.wording[lang])

    def values(self, params: Mapping[str, str], lang: str) -> Mapping[str, str]:
        """Return each value as a sentence of `lang` says it; a value missing, unknown or ill-formed is refused."""
        names = {parameter.name for parameter in self.parameters}
        if unknown := sorted(set(params) - names):
            raise NotAllowed(Sentence("signal.takes_no", code=self.code, name=unknown[0]))
        if lacking := sorted(names - set(params)):
            raise NotAllowed(Sentence("signal.needs", code=self.code, names=", ".join(lacking)))
        return {p.name: p.said(params[p.name], lang) for p in self.parameters}
