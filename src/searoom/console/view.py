"""What a console knows of its node at one moment; every page is a function of one of these."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from searoom.account import Account, Ref
from searoom.obligations.agreement import Agreement
from searoom.obligations.standing import Obligation
from searoom.signals.forms import Filled, FormBook


@dataclass(frozen=True, slots=True)
class Note:
    """One note of the national log, and when the station placed it."""

    at_us: int
    filled: Filled


@dataclass(frozen=True, slots=True)
class Flash:
    """A flash message that nobody of ours has signed as read: its place, who sent it, its form, since when here."""

    ref: Ref
    author: str
    form: str
    since_us: int


@dataclass(frozen=True, slots=True)
class View:
    """What is known at one moment; every page is a function of one of these.

    `now_us` is the node's time, `silent_us` since when the node gave no answer (None: it answers), by the machine's
    clock. `running`: time goes on by itself, as it does not in a scenario. `unread` says how many entries of the
    record are not in the account yet, `unread_notes` how many national notes are in no form that this version knows.
    `flashes`: what nobody of ours has signed as read.
    """

    party: str
    agreement: Agreement
    book: FormBook
    account: Account
    now_us: int
    duties: tuple[Obligation, ...] = ()
    notes: tuple[Note, ...] = ()
    drafts: tuple[Mapping[str, Any], ...] = ()
    status: Mapping[str, Any] = field(default_factory=dict)
    picture: Mapping[str, Any] = field(default_factory=dict)
    silent_us: int | None = None
    running: bool = True
    unread: int = 0
    unread_notes: int = 0
    flashes: tuple[Flash, ...] = ()
