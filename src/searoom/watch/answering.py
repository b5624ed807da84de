"""What the people on watch have said: who a track is, and which alarm was heard; national notes, read again at a start.

An answer is on the disk before whoever gave it is told so: a crash loses none, and repeats none. How long a tag may
hold is bounded, so that a start need not read further back than that.
"""

from collections.abc import Iterable
from typing import Final

from searoom import clock
from searoom.encounters.alerts import Encounter
from searoom.encounters.bells import Answer, Answers
from searoom.encounters.settings import RISING, Grade
from searoom.errors import NotAllowed
from searoom.node.notebook import Notebook
from searoom.sentences import Sentence
from searoom.signals.forms import Filled, FormBook
from searoom.tracks.registry import Registry, Tag, track_name
from searoom.units import MICROSECONDS

BELL: Final = "bell-note"
TAG: Final = "tag-note"
LONGEST_TAG_US: Final = 24 * 3_600 * MICROSECONDS  # a radar gives its numbers anew within a watch
NAMED, UNDONE = "named", "undone"


class Answering:
    """The answers and tags of one node, and the registry that the tags stand in."""

    def __init__(self, notebook: Notebook, book: FormBook, registry: Registry, notes: Iterable[Filled]) -> None:
        self._notebook, self._book = notebook, book
        self.registry, self.answers = registry, Answers()
        for filled in notes:
            if filled.form == BELL:
                self.answers = _answered(self.answers, filled)
            elif filled.form == TAG and filled.fields["unit"] in registry.units:  # who was struck out is nobody
                self.registry = _tagged(self.registry, filled)

    def acknowledge(self, one: Encounter, person: str, now_us: int) -> None:
        """Write down that a person has heard of an encounter at its present grade; then let it hold."""
        answers = self.answers.acknowledge(one, now_us)
        self._write(BELL, _bell(one, now_us, person) | {"first": one.alerts[0].time_us})
        self.answers = answers

    def snooze(self, one: Encounter, until_us: int, person: str, now_us: int) -> None:
        """Write down that a pair is put off until a time; then let it hold."""
        answers = self.answers.snooze(one, now_us, until_us)
        self._write(BELL, _bell(one, now_us, person) | {"until": until_us})
        self.answers = answers

    def tag(self, tag: Tag) -> None:
        """Write down whose a track is for a time; then let it hold."""
        if tag.end_us - tag.begin_us > LONGEST_TAG_US:
            raise NotAllowed(
                Sentence("tag.day"),
            )
        registry = self.registry.tagged(tag)
        self._write(TAG, _tag(tag, NAMED, tag.made_us, tag.by))
        self.registry = registry

    def untag(self, track: str, at_us: int, person: str, now_us: int) -> Tag:
        """Write down that the tag of a track at a time no longer holds; return it."""
        registry = self.registry.undone(track_name(track), at_us, now_us)
        (taken,) = set(registry.tags) - set(self.registry.tags)
        self._write(TAG, _tag(taken, UNDONE, now_us, person))
        self.registry = registry
        return taken

    def _write(self, form: str, fields: dict[str, object]) -> None:
        kept = {name: value for name, value in fields.items() if value != ""}
        self._notebook.note(Filled(form, self._book.form(form).version, "national", "routine", "en", kept))


def tag_from_words(track: str, unit: str, begin: str, end: str, *, by: str, note: str, now_us: int) -> Tag:
    """Return the tag that a person typed; without a begin it holds from now on, without an end for an hour."""
    begin_us = clock.from_text(begin) if begin else now_us
    end_us = clock.from_text(end) if end else begin_us + 3_600 * MICROSECONDS
    return Tag(track_name(track), unit, begin_us, end_us, by, note, now_us)


def _bell(one: Encounter, now_us: int, person: str) -> dict[str, object]:
    a, b = sorted((one.a, one.b))
    return {"a": a, "b": b, "grade": str(one.alerts[-1].grade), "at": now_us, "person": person}


def _tag(tag: Tag, deed: str, at_us: int, person: str) -> dict[str, object]:
    return {
        "track": tag.track, "deed": deed, "unit": tag.unit, "begin": tag.begin_us, "end": tag.end_us, "at": at_us,
        "person": person, "words": tag.note,
    }  # fmt: skip


def _answered(answers: Answers, note: Filled) -> Answers:
    fields = note.fields
    pair = str(fields["a"]), str(fields["b"])
    grade = next(grade for grade in RISING if grade == fields["grade"])
    times = {name: _whole(note, name) if name in fields else None for name in ("first", "until")}
    answer = Answer(Grade(grade), _whole(note, "at"), times["first"], times["until"])
    if answer.first_us is not None:
        return Answers({**answers.acknowledged, pair: answer}, answers.snoozed)
    return Answers(answers.acknowledged, {**answers.snoozed, pair: answer})


def _tagged(registry: Registry, note: Filled) -> Registry:
    track, at_us, begin_us = str(note.fields["track"]), _whole(note, "at"), _whole(note, "begin")
    person, words = str(note.fields.get("person", "")), str(note.fields.get("words", ""))
    try:
        if note.fields["deed"] == UNDONE:
            return registry.undone(track, begin_us, at_us)
        tag = Tag(track, str(note.fields["unit"]), begin_us, _whole(note, "end"), person, words, at_us)
        return registry.tagged(tag)
    except NotAllowed:  # registry.toml was changed since, and says otherwise now
        return registry


def _whole(note: Filled, name: str) -> int:
    return int(str(note.fields[name]))
