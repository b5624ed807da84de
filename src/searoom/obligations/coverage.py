"""Which clauses stories make kept, late, missed, disputed or reversed: what was not tried is not known."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

from searoom.errors import NotAllowed
from searoom.obligations.agreement import Agreement, load
from searoom.obligations.clauses import Clause
from searoom.obligations.facts import BROKEN
from searoom.obligations.facts import KEPT as FACTS_KEPT
from searoom.obligations.head import ID
from searoom.obligations.stories import Told, later, recast, split, tell, wanted
from searoom.obligations.tellers import On, by_hand
from searoom.signals.forms import FormBook

KEPT: Final = frozenset({"met", "transcribed"}) | FACTS_KEPT
MISSED: Final = frozenset({"missed", "late", "disputed", "reversed"}) | BROKEN
ON_RECEIPT_OPEN: Final = "due"
"""A notice that nobody shows as received stays due for ever: that is how it is not kept."""


@dataclass(frozen=True, slots=True)
class Covered:
    """One clause, and in which states stories have shown it."""

    clause: str
    states: tuple[str, ...]
    countable: bool
    kept: bool
    missed: bool


def packs() -> tuple[str, ...]:
    """Return the names of the packaged agreements, in the order of the alphabet."""
    folder = resources.files("searoom.obligations") / "data" / "agreements"
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")))


def stories_of(name: str) -> str | None:
    """Return the packaged stories of an agreement; None where there are none."""
    file = resources.files("searoom.obligations") / "data" / "stories" / f"{name}.txt"
    return file.read_text(encoding="utf-8") if file.is_file() else None


def tell_all(
    text: str, place: str, book: FormBook, given: Agreement | None = None, *, on: On = by_hand
) -> tuple[Told, ...]:
    """Tell every story of a file, each under the agreement that it names, or under the one that is given.

    They are told `on` an account made by hand, or on nodes; faults name `place` and the line.
    """
    told: list[Told] = []
    for first, story in split(text):
        try:
            name, everything, parties = wanted(story)
            under = given if given is not None and name == given.id else load(name, book)
            first_version = recast(under, parties, everything=everything)
            versions = [recast(_version(each, book), {}, everything=everything) for each in later(story)]
            told.append(tell(story, first, first_version, book, on, later=versions))
        except NotAllowed as fault:
            raise NotAllowed(f"{place}: {fault.sentence}", advice=fault.advice()) from None
    return tuple(told)


def _version(name: str, book: FormBook) -> Agreement:
    """Return a packaged later version of an agreement."""
    file = resources.files("searoom.obligations") / "data" / "versions" / f"{name}.toml"
    if not ID.fullmatch(name) or not file.is_file():
        raise NotAllowed(f"there is no packaged version '{name}'")
    return load(file, book)


def covered(agreement: Agreement, told: Iterable[Told]) -> tuple[Covered, ...]:
    """Return for each clause in force which states the stories show, by what their lines say and found."""
    shown: dict[str, set[str]] = defaultdict(set)
    for story in told:
        for each in story.checked:
            if each.right:
                shown[each.clause].add(each.wanted.split(",")[0])
    return tuple(_covered(clause, shown) for clause in agreement.in_force())


def _covered(clause: Clause, shown: Mapping[str, set[str]]) -> Covered:
    states = shown.get(clause.id, set())
    countable = clause.trigger.kind != "standing" or clause.rule is not None
    missed = bool(states & MISSED) or (clause.term.kind == "on-receipt" and ON_RECEIPT_OPEN in states)
    return Covered(clause.id, tuple(sorted(states)), countable, bool(states & KEPT), missed)


def percent(rows: Sequence[Covered]) -> int:
    """Return how many of the clauses that can be kept or missed were shown both ways, in percent, rounded down."""
    countable = [row for row in rows if row.countable]
    whole = sum(row.kept and row.missed for row in countable)
    return 100 if not countable else 100 * whole // len(countable)


def table(rows: Sequence[Covered]) -> str:
    """Return the coverage as lines to read."""
    lines = [f"  {'clause':<28}{'kept':<6}{'missed':<8}states"]
    for row in rows:
        marks = (_mark(row.kept), _mark(row.missed)) if row.countable else ("-", "-")
        lines.append(f"  {row.clause:<28}{marks[0]:<6}{marks[1]:<8}{', '.join(row.states) or '-'}")
    countable = sum(row.countable for row in rows)
    lines.append(f"  {percent(rows)} % of {countable} clauses that can be kept or missed are shown both ways")
    return "\n".join(lines) + "\n"


def _mark(flag: bool) -> str:
    return "yes" if flag else "NO"
