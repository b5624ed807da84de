"""Four ways to fail, each with its advice, two of them with a case that is told apart; and the finding, no failure.

Anything else that escapes a room of this house is a bug.
"""

from dataclasses import dataclass

from searoom.sentences import Sentence


class _Default:
    """The advice that a class has for all its cases: the row `advice` that bears its name, or its parent's."""

    def __get__(self, _error: object, kind: type) -> str:
        """Return the advice of a kind of error."""
        return Sentence(next(key for each in kind.__mro__ if Sentence.has(key := f"advice.{each.__name__}")))


class SearoomError(Exception):
    """What the four have in common: one sentence for a person, and what that person can do.

    A `Sentence` is said on a page in the language of that page; any other text stays as it is, behind a sentence of
    the page that says what kind of failure it is.
    """

    default_advice = _Default()

    def __init__(self, sentence: str, *, advice: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self._advice = advice or (sentence.to_do() if isinstance(sentence, Sentence) else "")

    def advice(self) -> str:
        """Return what the reader of this error can do about it, in one sentence."""
        return self._advice or self.default_advice


class NotAllowed(SearoomError):
    """Our side asked for what may not be, or bytes do not have the form they must have; nothing happened."""


class PeerFault(SearoomError):
    """The counterpart's node broke the protocol; this session is dead, the record is untouched."""


class Tampered(SearoomError):
    """A proof or a signature does not check; the evidence is kept, and the same bytes are never tried again."""


class StateUnknown(SearoomError):
    """Disk or lock failed midway; stop now, and recover at the next start."""


class Forked(Tampered):
    """What does not check is a log itself: its keeper signed two histories of it, and here is the proof."""


class Unreachable(StateUnknown):
    """What was to be read over a network cannot be reached, or answers as it must not; nothing was proven."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem of content: a value that is collected and shown, never raised.

    `where` names the field or the line, `sentence` says what is wrong with it, `clause` names
    the rule of the agreement or form that asks for it (empty where none does).
    """

    where: str
    sentence: str
    clause: str = ""
