"""What one console works with: its node's folder, the follower of that node, and the accounts."""

from dataclasses import dataclass, field
from pathlib import Path

from searoom.console.follow import Follower
from searoom.console.people import People
from searoom.console.searching import Index
from searoom.eventlog import SILENT, EventLog


@dataclass(frozen=True, slots=True)
class House:
    """Handed to each page with what it is asked."""

    folder: Path
    follower: Follower
    people: People
    index: Index = field(default_factory=Index)
    log: EventLog = SILENT
