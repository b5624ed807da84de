"""What came of a message and of a meeting, in the words in which it is told."""

from dataclasses import dataclass, field
from enum import StrEnum

from searoom.link.frames import Event, Fault, Hello, Want
from searoom.link.session import Session


class Verdict(StrEnum):
    """What a meeting has shown of the two logs where not all is well, so that an accident is not read as betrayal."""

    CLEAR = ""
    NOT_YET = "cannot verify yet"
    WE_RESTORED = "our store was put back to an older state"
    THEY_RESTORED = "their node was restored"
    FORK = "proven fork"


@dataclass(frozen=True, slots=True)
class Progress:
    """What came of one meeting.

    `in_step`: neither has anything left for the other. `rounds` exchanges were begun; `sent` of our
    entries are new to them, `received` of others' new to us, `healed` of our own were taken back from
    their copy. `fault` says in a sentence what ended the meeting early, `verdict` what it shows of the
    logs; both are empty where nothing did.
    """

    in_step: bool
    rounds: int
    sent: int
    received: int
    fault: str
    healed: int = 0
    verdict: Verdict = Verdict.CLEAR


@dataclass(frozen=True, slots=True)
class Message:
    """The other side's whole message: who it is, how far it holds the logs, and all that follows its hello."""

    hello: Hello
    wants: tuple[Want, ...]
    events: tuple[Event, ...]

    @classmethod
    def read(cls, session: Session, data: bytes) -> "Message":
        """Return what was said; raise `NotAllowed` where `data` is no whole message."""
        events = session.receive_message(data)
        hello = next(event for event in events if isinstance(event, Hello))
        return cls(hello, tuple(event for event in events if isinstance(event, Want)), events[1:])

    @property
    def fault(self) -> str:
        """Why they stopped there, in their words; empty where they did not."""
        return next((event.sentence for event in self.events if isinstance(event, Fault)), "")


@dataclass(slots=True)
class Outcome:
    """What came of one message: new entries of others, own ones taken back, new ones ahead, and what to say to it."""

    received: int = 0
    healed: int = 0
    ahead: int = 0
    settled: bool = False  # our log, being filled again, was compared with their copy now
    lacking: dict[str, int] = field(default_factory=dict)  # logs that were heard there and are not held so far here
    to_say: list[Event] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether it changed nothing here and asks for nothing."""
        return not (self.received or self.healed or self.ahead or self.settled or self.to_say)
