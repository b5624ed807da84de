"""What an officer has chosen to say, by every means: words in all languages, script to read aloud, flags, light, AIS.

Pure. The library decides what may be said and how; where it refuses, its own sentence stands in the place of the means.
Nothing here is sent: a person reads it aloud, hoists it, plays it or copies it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals import aistext, hoist, lamp, render, situations
from searoom.signals.codebook import Codebook
from searoom.signals.lamp import Beat
from searoom.signals.parameters import Parameter
from searoom.signals.render import Script
from searoom.signals.rows import BLANK, Signal
from searoom.signals.tables import LANGUAGES

VALUE: Final = "v-"
WORDS_A_MINUTE: Final = 6


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls whom, where, and how."""

    to: str
    sender: str
    guard: str = render.CALLING_CHANNEL
    working: str = ""
    bad_line: bool = False
    exercise: bool = False
    mmsi: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of sending: its lines and perhaps a picture or beats; or why there is none, and what to do instead."""

    lines: tuple[str, ...] = ()
    picture: str = ""
    beats: tuple[Beat, ...] = ()
    why: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a signal in one language: with its values, or where one is lacking with what belongs there."""

    lang: str
    text: str
    reading: str
    review: str
    reviewer: str
    script: Script | None
    why: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A signal by every means; `lacking` are the values that a person must still type, `wrong` says what is wrong."""

    row: Signal
    words: tuple[Words, ...]
    lacking: tuple[Parameter, ...]
    wrong: str
    flags: Way
    light: Way
    sound: Way
    ais: Mapping[str, Way]

    @property
    def ready(self) -> bool:
        """Whether it can be said as it stands."""
        return not self.lacking and not self.wrong


def values_of(row: Signal, asked: Mapping[str, str]) -> dict[str, str]:
    """Return the values of a signal in the fields of a page, as typed; empty ones are lacking."""
    found = {p.name: asked.get(VALUE + p.name, "").strip() for p in row.parameters}
    return {name: value for name, value in found.items() if value}


def speak(row: Signal, values: Mapping[str, str], call: Call) -> Spoken:
    """Return a signal by every means; what the library refuses carries its sentence."""
    lacking = tuple(p for p in row.parameters if p.name not in values)
    wrong = _why(lambda: [p.check(values[p.name]) for p in row.parameters if p.name in values])
    known = not lacking and not wrong
    return Spoken(
        row,
        tuple(_words(row, values, call, lang, known=known) for lang in LANGUAGES),
        lacking,
        wrong,
        flags=_way(lambda: _hoisted(row, values)) if known else Way(),
        light=_way(lambda: _beaten(lamp.flashing(row, values, words_a_minute=WORDS_A_MINUTE))) if known else Way(),
        sound=_way(lambda: _beaten(lamp.sounding(row))) if known else Way(),
        ais={mmsi: _ais(row, values, mmsi, call) for mmsi in _to(call)} if known else {},
    )


def _words(row: Signal, values: Mapping[str, str], call: Call, lang: str, *, known: bool) -> Words:
    text = render.marked(row, row.filled(values, lang) if known else row.meaning[lang], lang)
    reading = BLANK.sub(lambda blank: values.get(blank[1], "…"), row.reading.get(lang, ""))
    told = text, reading, row.review[lang], row.reviewers.get(lang, "")
    if not known:
        return Words(lang, *told, None)
    try:
        script = render.voice_script(
            row, values, to=call.to, sender=call.sender, lang=lang, guard=call.guard, working=call.working,
            bad_line=call.bad_line, exercise=call.exercise,
        )  # fmt: skip
    except NotAllowed as fault:
        return Words(lang, *told, None, fault.sentence, fault.advice())
    return Words(lang, *told, script)


def _why(check: Callable[[], object]) -> str:
    try:
        check()
    except NotAllowed as fault:
        return Sentence("at.advice", what=fault.sentence, do=fault.advice())
    return ""


def _way(make: Callable[[], Way]) -> Way:
    try:
        return make()
    except NotAllowed as fault:
        return Way(why=fault.sentence, advice=fault.advice())


def _hoisted(row: Signal, values: Mapping[str, str]) -> Way:
    flown = hoist.flags(hoist.groups(row, values))
    return Way(tuple(" + ".join(flag.name for flag in group) for group in flown), picture=hoist.draw(flown))


def _beaten(beats: Sequence[Beat]) -> Way:
    return Way((lamp.seen(beats), f"{lamp.lasts_ms(beats) / 1000:g} s"), beats=tuple(beats))


def _ais(row: Signal, values: Mapping[str, str], mmsi: str, call: Call) -> Way:
    return _way(lambda: _texted(row, values, mmsi, call))


def _to(call: Call) -> tuple[str, ...]:
    return (call.mmsi, "") if call.mmsi else ("",)


def _texted(row: Signal, values: Mapping[str, str], mmsi: str, call: Call) -> Way:
    message = aistext.ADDRESSED if mmsi else aistext.BROADCAST
    text = aistext.text_of(row, values, message=message, exercise=call.exercise)
    return Way((text, *aistext.to_transponder(text, mmsi=mmsi)))


def menu(book: Codebook, key: str) -> tuple[tuple[situations.Choice, Signal], ...]:
    """Return the lines of a situation's list, each with the row that it leads to."""
    return tuple((choice, book.row(choice.code)) for choice in situations.choices(book, key))
