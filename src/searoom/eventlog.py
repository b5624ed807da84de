"""What a program says of its own working: a few sentences for a person, or one JSON line an event for other programs.

No personal data and no words of messages go in: who collects logs is not who may read them.
"""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Final

from searoom import clock

LEVELS: Final = ("info", "warning", "error")
FORMS: Final = ("text", "json")
Field = str | int | float | bool | None


class EventLog:
    """Tells events; as text only those that have a sentence, as JSON each with its time, level, event and fields."""

    def __init__(self, write: Callable[[str], None], form: str = FORMS[0]) -> None:
        self._write, self._json = write, form == "json"

    def tell(self, event: str, sentence: str = "", *, level: str = LEVELS[0], **fields: Field) -> None:
        """Tell one event; `fields` never hold a name of a person or what was said."""
        if self._json:
            now = clock.to_text(clock.machine_now(), seconds_only=False)
            self._write(json.dumps({"time": now, "level": level, "event": event, **fields}, ensure_ascii=False))
        elif sentence:
            self._write(sentence)


def to_stderr(form: str) -> EventLog:
    """Return a log on standard error, each line out at once."""

    def write(line: str) -> None:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    return EventLog(write, form)


class Changes:
    """Tells of things that have a state only when it has changed; an empty state is a good one."""

    def __init__(self, log: EventLog, event: str, what: str) -> None:
        self._log, self._event, self._what = log, event, what
        self._held: dict[str, str] = {}

    def tell(self, states: Mapping[str, str]) -> None:
        """Take the states as they are now; what is named no more is well again."""
        for name, state in {**dict.fromkeys(self._held, ""), **states}.items():
            if state != self._held.get(name, ""):
                level = "warning" if state else "info"
                fields: dict[str, Field] = {self._what: name, "up": not state, "why": state}
                self._log.tell(self._event, "", level=level, **fields)
        self._held = {name: state for name, state in states.items() if state}


SILENT: Final = EventLog(lambda _line: None)
"""Tells nobody."""
