"""What the doctor finds: where, how bad, one sentence, and what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from searoom.keys.enrol import Settings


class Weight(IntEnum):
    """How bad it is; the worst of all findings is the exit code of the command."""

    SOUND = 0
    DOUBTFUL = 1
    BAD = 2


@dataclass(frozen=True, slots=True)
class Ailment:
    """One finding; where all is sound, the sentence says what was looked at."""

    check: str
    weight: Weight
    sentence: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined: a node's folder, its settings, the moment; `status` is what the node says where it runs."""

    folder: Path
    settings: Settings
    now_us: int
    status: dict[str, object] | None = None
    deep: bool = False


Check = Callable[[Patient], Iterator[Ailment]]
