"""The ladder: what persons at a table of track 2 agree on, row by row, is lifted into a proposal that names nobody.

A row stands where the least far *person* stands, and nowhere while one of them is silent: nobody is outvoted, and who
they are is asked of the card and told to nobody. The proposal binds nobody either: it is in force only when the node
of each government has adopted its hash (`proposing`).
"""

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from searoom import cbor
from searoom.account import Account
from searoom.errors import NotAllowed
from searoom.obligations.agreement import Agreement, parse
from searoom.obligations.packwriting import written
from searoom.obligations.proposing import Row, rows
from searoom.record.keys import Key, Role
from searoom.signals.forms import FormBook

FORM: Final = "table-row"
STEPS: Final = ("proposed", "bracketed", "agreed")
"""How far a person can stand to a row, from the least to the furthest."""
SOURCE_CONTEXT: Final = b"searoom/promoted/v1"
TITLES: Final = frozenset(
    {"Admiral", "Ambassador", "Captain", "Colonel", "Commander", "General", "Officer", "Professor"}
)
"""Words of a person's name that stand in agreements too, and name nobody."""
_LEAST_LETTERS: Final = 4


@dataclass(frozen=True, slots=True)
class Tally:
    """How a row stands at a table: how many persons said which step of this very hash, how many are silent, the least.

    `stands` is '' while one person is silent.
    """

    row: Row
    counts: Mapping[str, int]
    silent: int
    stands: str


def tallies(draft: Agreement, account: Account, seats: Collection[bytes]) -> tuple[Tally, ...]:
    """Return how each row of a draft stands, by the last word of each person.

    `seats` are the key ids of the persons at the table, as the card in force has them; what was signed with another
    key is no word of theirs. A person who said something of another text is silent on this one.
    """
    said: dict[tuple[str, bytes], tuple[str, str]] = {}
    for message in account.messages(FORM):
        told = message.filled.fields
        for signer in message.signers:
            said[str(told["row"]), signer.key_id] = (str(told["hash"]), str(told["step"]))
    return tuple(_tally(row, [said.get((row.id, seat)) for seat in set(seats)]) for row in rows(draft))


def _tally(row: Row, words: Collection[tuple[str, str] | None]) -> Tally:
    steps = [word[1] for word in words if word is not None and word[0] == row.digest]
    silent = len(words) - len(steps)
    stands = "" if silent or not steps else min(steps, key=STEPS.index)
    return Tally(row, Counter(steps), silent, stands)


def source_hash(draft: Agreement, heads: Mapping[str, tuple[int, bytes]]) -> str:
    """Return the hash of what a proposal comes from: the draft, and size and root of each log of the table's record.

    Who holds the table's record can show what it comes from; from the hash alone nobody learns who was there.
    """
    told: dict[str, cbor.Value] = {log: [size, root] for log, (size, root) in heads.items()}
    return hashlib.sha256(SOURCE_CONTEXT + cbor.encode({"draft": draft.hash, "heads": told})).hexdigest()


def lift(text: str, name: str, book: FormBook, agreed: Collection[str], source: str) -> tuple[str, Agreement]:
    """Return the proposal of a draft as text and as an agreement: the rows in `agreed`, and nothing of the table.

    `text` is the draft's pack, of track 2 or 1.5, and `name` its file. What was not agreed to is left out; of a base
    that is a model clause that is not adopted. Comments are left out, for anybody may stand in them. Raises
    `NotAllowed` where nothing was agreed on, where the draft binds, or where what was agreed leans on what was not.
    """
    draft = parse(text, name, book)
    if draft.head.binds:
        raise NotAllowed(
            f"{name} is a draft of track 1", advice='What is promoted is a draft with track = "2" or "1.5".'
        )
    values = tomllib.loads(text)
    clauses = [row for row in values.pop("clauses", []) if row["id"] in agreed]
    adopts = {row: numbers for row, numbers in values.pop("adopts", {}).items() if row in agreed}
    if not clauses and not adopts:
        raise NotAllowed(f"no row of {name} is agreed on by everybody", advice="Say where you stand with 'table-row'.")
    kept = {field: value for field, value in values.items() if field not in ("track", "attribution", "promoted_from")}
    more = {"adopts": adopts} if adopts else {}
    lifted = written({**kept, "promoted_from": source, **more, **({"clauses": clauses} if clauses else {})})
    try:
        return lifted, parse(lifted, f"what was agreed of {name}", book)
    except NotAllowed as fault:
        advice = "What was agreed leans on a row that was not: agree on that too, or take this one out of the draft."
        raise NotAllowed(fault.sentence, advice=advice) from None


def seated(keys: Iterable[Key]) -> tuple[Key, ...]:
    """Return the persons at a table: the officers among the keys of its cards."""
    return tuple(key for key in keys if key.role is Role.OFFICER)


def require_nameless(text: str, persons: Iterable[Key]) -> None:
    """Raise `NotAllowed` where a person's name, a word of it, their id or a key of theirs stands in a text.

    A word counts from four letters on, as a whole and with its capital; words of titles do not.
    """
    for person in persons:
        marks = {person.name, person.holder, person.key_id.hex(), person.public.hex()}
        found = next((mark for mark in sorted(marks) if mark.casefold() in text.casefold()), "")
        words = [word for word in re.findall(r"\w+", person.name) if len(word) >= _LEAST_LETTERS and word not in TITLES]
        found = found or next((word for word in words if re.search(rf"\b{re.escape(word)}\b", text)), "")
        if found:
            raise NotAllowed(
                f"'{found}' stands in what would be promoted, and belongs to a person at the table",
                advice="Take it out of the draft; its rows then have other hashes, and are to be agreed on again.",
            )


def page(table: Iterable[Tally]) -> str:
    """Return how the rows stand as a page for the table: how many persons, and nobody's name."""
    lines = [f"  {'row':<28}{'stands':<20}" + "".join(f"{step:<12}" for step in STEPS) + "silent"]
    for one in table:
        counted = "".join(f"{one.counts.get(step, 0):<12}" for step in STEPS)
        lines.append(f"  {one.row.id:<28}{one.stands or 'not all have said':<20}{counted}{one.silent}")
    lines.append("  Nothing of this binds anybody.")
    return "\n".join(lines) + "\n"
