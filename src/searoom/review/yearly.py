"""The yearly review as data: a function of the account at given heads, the agreement, the period and the edition.

Rule 1: the joint edition is made of what was released to every party, and of nothing else. Two nodes that hold the same
        entries make the same bytes: keys sorted, whole numbers only, lists in an order that no chair decides.
Rule 2: the national edition has the joint one unchanged, and its own notes beside it, under a key of their own.
Rule 3: nothing is rounded and nothing is judged. What was not said is counted as not said.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from searoom.account import Account, Again, Closed, Message, arrange, ref_text
from searoom.clock import to_text
from searoom.errors import NotAllowed
from searoom.obligations.agreement import Agreement
from searoom.obligations.deadlines import FIRST_YEAR, LAST_YEAR, year_start_us
from searoom.obligations.standing import standing
from searoom.record.roster import author_of
from searoom.review import yearlylines, yearlytalk
from searoom.review.yearlynational import Noted, national
from searoom.review.yearlyscene import Period, Scene
from searoom.signals.forms import FormBook
from searoom.statements.items import Item, as_item, ref_of
from searoom.units import MICROSECONDS

FORMAT: Final = "searoom-yearly-review/2"
JOINT, NATIONAL = "joint", "national"
EDITIONS: Final = (JOINT, NATIONAL)
MAX_HEADS: Final = 64

Data = Mapping[str, Any]
Heads = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Made:
    """A review that was made: its data, the bytes of its file, and their SHA-256 in hex."""

    data: Data
    file: bytes
    digest: str


def make(
    account: Account,
    agreement: Agreement,
    book: FormBook,
    year: int,
    *,
    heads: Heads | None = None,
    party: str = "",
    notes: Sequence[Noted] = (),
) -> Made:
    """Return the review of a calendar year (UTC): the joint edition, or with a `party` that party's national one.

    `heads` says how many entries of each log it is made of: all that the account holds where nothing is said.
    `notes` are that party's own, in the order in which they were placed. Raises `NotAllowed` for a year that cannot be,
    and for heads beyond what the account holds.
    """
    period = period_of(account_at(account, heads), year)
    scene = _scene(account_at(account, heads), agreement, book, period)
    data: dict[str, Any] = {"format": FORMAT, "edition": NATIONAL if party else JOINT, **_head(scene)}
    data |= {"entries": yearlytalk.entries(scene), "messages": yearlytalk.messages(scene)}
    data |= {"meetings": yearlylines.meetings(scene), "next_meetings": yearlylines.next_meetings(scene)}
    data |= {"encounters": yearlytalk.encounters(scene), "calls": yearlytalk.calls(scene)}
    data |= {"answers": yearlytalk.answers(scene), "lines": yearlylines.lines(scene)}
    data |= {"notices": yearlylines.notices(scene), "overdue": yearlylines.overdue(scene)}
    data |= {"faults": yearlylines.faults(scene), "proposals": yearlylines.proposals(scene)}
    if party:
        data["national"] = national(notes, party, period)
    file = to_bytes(data)
    return Made(data, file, hashlib.sha256(file).hexdigest())


def to_bytes(data: Data) -> bytes:
    """Return the one encoding of a review's data: JSON in UTF-8, keys sorted, whole numbers, a line feed at the end."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1)
    return text.encode() + b"\n"


def period_of(account: Account, year: int) -> Period:
    """Return the calendar year, or of a year that still runs what lies up to the second of the newest entry."""
    if not FIRST_YEAR <= year < LAST_YEAR:
        raise NotAllowed(f"a review is of a year from {FIRST_YEAR} to {LAST_YEAR - 1}")
    first, end = year_start_us(year), year_start_us(year + 1)
    newest = max((item.placed_us for item in account.items), default=first)
    return Period(year, first, min(end, max((newest // MICROSECONDS + 1) * MICROSECONDS, first)))


def account_at(account: Account, heads: Heads | None) -> Account:
    """Return what the account was at these heads: a log that is not named had no entry."""
    if heads is None:
        return account
    for log, size in heads.items():
        if size > account.sizes.get(log, 0):
            raise NotAllowed(
                f"this record holds {account.sizes.get(log, 0)} entries of {log}, and not {size}",
                advice="Let the nodes meet, and make the review again.",
            )
    sizes = {log: heads.get(log, 0) for log in account.sizes}
    return replace(account, sizes=sizes, recorded={})


def heads_of(account: Account) -> dict[str, int]:
    """Return how many entries of each log an account holds, those that have any."""
    return {log: size for log, size in sorted(account.sizes.items()) if size}


def heads_text(heads: Heads) -> str:
    """Return heads as one writes them: `amber/12 coral/9`."""
    return " ".join(ref_text((log, size)) for log, size in sorted(heads.items()))


def heads_from(text: str) -> dict[str, int]:
    """Return the heads that `amber/12 coral/9` writes; raise `NotAllowed` for anything else."""
    words = text.split()
    if not 0 < len(words) <= MAX_HEADS or len(found := dict(map(ref_of, words))) != len(words):
        raise NotAllowed("the heads of a review are written like amber/12 coral/9")
    return found


def _scene(account: Account, agreement: Agreement, book: FormBook, period: Period) -> Scene:
    shared = for_all(account)
    items = tuple(item for item in shared.items if period.holds(item.placed_us))
    duties = standing(agreement, shared, period.until_us)
    return Scene(shared, agreement, book, period, items, duties)


def for_all(account: Account) -> Account:
    """Return the account with all closed that was not said to every party: what only some can read is not joint."""
    if len(account.parties) < 3:
        return account
    items = [_shared(item, account.parties) for item in account.items if not isinstance(item, Again)]
    items += [item.alone for item in account.items if isinstance(item, Again)]
    return arrange(account.parties, items, {}, without_node=account.without_node)


def _shared(item: Item, parties: Sequence[str]) -> Item:
    to_all = set(parties) <= {item.author, *item.recipients}
    return item if to_all or not isinstance(item, Message | Closed) else as_item(Closed, item, why="not to all parties")


def _head(scene: Scene) -> dict[str, Any]:
    agreement, period = scene.agreement, scene.period
    return {
        "agreement": {"id": agreement.id, "hash": agreement.hash.hex(), "exercise": agreement.exercise},
        "parties": sorted(agreement.parties),
        "heads": [
            {"log": log, "entries": size, "party": author_of(log), "last": _last(scene.account, log, size)}
            for log, size in sorted(scene.account.sizes.items())
            if size
        ],
        "period": {"year": period.year, "from": to_text(period.from_us), "until": to_text(period.until_us)},
        "languages": yearlytalk.languages(scene),
    }


def _last(account: Account, log: str, size: int) -> str:
    """Return the hash of the statement that stands last in a log: it fixes which log this is."""
    return account.message((log, size - 1)).statement.hex()
