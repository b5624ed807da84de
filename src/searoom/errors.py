"""Four ways to fail, each with its advice, two of them with a case that is told apart; and the finding, no failure.

Anything else that escapes a room of this house is a bug.
"""

from dataclasses import dataclass


class SearoomError(Exception):
    """What the four have in common: one sentence for a person, and what that person can do."""

    default_advice = ""

    def __init__(self, sentence: str, *, advice: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self._advice = advice

    def advice(self) -> str:
        """Return what the reader of this error can do about it, in one sentence."""
        return self._advice or self.default_advice


class NotAllowed(SearoomError):
    """Our side asked for what may not be, or bytes do not have the form they must have; nothing happened."""

    default_advice = "Correct what the message names and try again; nothing was changed."


class PeerFault(SearoomError):
    """The counterpart's node broke the protocol; this session is dead, the record is untouched."""

    default_advice = "Nothing was stored. The next contact starts afresh; if this recurs, telephone the other watch."


class Tampered(SearoomError):
    """A proof or a signature does not check; the evidence is kept, and the same bytes are never tried again."""

    default_advice = "Do not rely on these bytes. Keep them as evidence and ask the other side for theirs."


class StateUnknown(SearoomError):
    """Disk or lock failed midway; stop now, and recover at the next start."""

    default_advice = "Free the disk or the lock that is named, then start again; start-up recovers what was committed."


class Forked(Tampered):
    """What does not check is a log itself: its keeper signed two histories of it, and here is the proof."""

    default_advice = "Keep these bytes: they prove it to anybody. Ask the party concerned for an explanation."


class Unreachable(StateUnknown):
    """What was to be read over a network cannot be reached, or answers as it must not; nothing was proven."""

    default_advice = "Try again later, or ask for the same files on a stick; nothing is proven by silence."


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem of content: a value that is collected and shown, never raised.

    `where` names the field or the line, `sentence` says what is wrong with it, `clause` names
    the rule of the agreement or form that asks for it (empty where none does).
    """

    where: str
    sentence: str
    clause: str = ""
