"""An agreement, read from a pack: its parties, its start, its books and clauses, and the hash of all of it.

A pack is one TOML file (docs/formats/agreement.md). An instance has `base`: it takes the base's
clauses, names its own parties, and says which model clauses it adopts. Our words for a text that we
have only seen in an overview are marked so; a clause that we propose ourselves has the source
`model` and is in force only where an instance adopts it.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fnmatch import fnmatchcase
from importlib import resources
from typing import Final, Protocol

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.obligations.calendars import by_id
from searoom.obligations.clauses import MODEL, Clause, read_clauses, renumber
from searoom.obligations.conditions import DIALECT
from searoom.obligations.head import Head, read_head, read_id
from searoom.obligations.order import check_names, in_order
from searoom.obligations.pack import LANGUAGES, Table, day_us, plain, refuse
from searoom.signals import forms
from searoom.signals.forms import FormBook
from searoom.statements.release import ANY, LEAVES, MAX_PERSONS, Policy, Rule

FORMAT: Final = 1
HASH_CONTEXT: Final = b"searoom/agreement/v1"
MAX_PACK_CHARS: Final = 1 << 18
MAX_PARTIES: Final = 16
_PARTY: Final = re.compile(r"[a-z][a-z0-9]{0,31}")

BOOKS: Final = frozenset({"colregs", "cues", "icao", "ics", "incsea", "plain"})
"""Signal books a pack may put in force; `signals.codebook` loads them by these ids."""
SPECIAL: Final = "incsea"
"""The book with the table YV1, which binds only its own parties: a pack says in `special_table` where they agreed."""
OVERVIEW: Final = "overview"
WORDINGS: Final = frozenset({OVERVIEW, MODEL, "agreed"})
REVIEWS: Final = frozenset({"unreviewed", "reviewed", "authentic"})


class Readable(Protocol):
    """A file to read: a `pathlib.Path` or a packaged resource."""

    @property
    def name(self) -> str:
        """The file's name, for the place of a problem."""

    def read_text(self, encoding: str) -> str:
        """Return the whole text."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement: who, from when, in which words, with which books and clauses, and the hash of all of it.

    `parties` stand in the order of the pack, which decides columns and nothing else. `observers` store and verify;
    they neither speak, read nor owe anything. `policy` says who must sign what, `head` what else stands at the head.
    `starts_us` is the first moment in force. The first `from_base` clauses are the base's; `adopted` of them bind.
    """

    id: str
    base: str
    wording: str
    exercise: bool
    title: Mapping[str, str]
    review: Mapping[str, str]
    parties: tuple[str, ...]
    names: Mapping[str, Mapping[str, str]]
    outside: Mapping[str, Mapping[str, str]]
    signed: date
    starts_us: int
    books: tuple[str, ...]
    clauses: tuple[Clause, ...]
    adopted: frozenset[str]
    hash: bytes
    policy: Policy
    observers: tuple[str, ...]
    head: Head
    from_base: int

    @property
    def inherited(self) -> frozenset[str]:
        """The ids of the clauses that come from the base."""
        return frozenset(clause.id for clause in self.clauses[: self.from_base])

    def in_force(self) -> tuple[Clause, ...]:
        """Return the clauses that bind: the text's own, and the model clauses that were adopted."""
        return tuple(clause for clause in self.clauses if not clause.model or clause.id in self.adopted)

    def clause(self, name: str) -> Clause:
        """Return a clause by its id; raise `NotAllowed` where there is none."""
        for clause in self.clauses:
            if clause.id == name:
                return clause
        raise NotAllowed(f"the agreement '{self.id}' has no clause '{name}'")

    def names_in(self, language: str) -> dict[str, str]:
        """Return what each party and observer is called in a language."""
        return {party: names[language] for party, names in self.names.items()}

    def name(self, party: str, language: str) -> str:
        """Return what a party is called in a language; raise `NotAllowed` for a stranger."""
        if party not in self.names:
            raise NotAllowed(f"'{party}' is no party of the agreement '{self.id}'")
        return self.names[party][language]


def load(source: str | Readable, book: FormBook | None = None) -> Agreement:
    """Return the packaged agreement of that name (`macm`, `demo`), or the one in that file.

    Raises `NotAllowed` with file and place for anything that docs/formats/agreement.md does not allow.
    """
    file = file_of(source)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotAllowed(f"{file.name} cannot be read as a pack: {error}") from None
    return parse(text, file.name, forms.load() if book is None else book)


def file_of(source: str | Readable) -> Readable:
    """Return the file of a packaged agreement by its name, or the file that is given."""
    return _packaged(source) if isinstance(source, str) else source


def _packaged(name: str) -> Readable:
    folder = resources.files("searoom.obligations") / "data" / "agreements"
    known = sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))
    if name not in known:
        raise NotAllowed(f"there is no packaged agreement '{name}'", advice=f"Packaged are: {', '.join(known)}.")
    return folder / f"{name}.toml"


def parse(text: str, place: str, book: FormBook, faults: list[NotAllowed] | None = None, under: str = "") -> Agreement:
    """Return the agreement that a pack's text holds; `place` is what its problems are located by.

    With `faults`, reading goes on after a fault, each is put there, and the last is raised at the end. `under` is the
    text of its base, where that is not the packaged one of that name but the one with which the pack was taken up.
    """
    if len(text) > MAX_PACK_CHARS:
        raise refuse(place, f"a pack has at most {MAX_PACK_CHARS} characters")
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is a ValueError of no kind
        raise refuse(place, f"this is not TOML: {error}") from None
    table = Table(values, place, faults)
    table.whole("format", FORMAT, FORMAT)
    base = None
    if table.has("base"):
        named = table.text("base")
        base = parse(under, named, book) if under else load(named, book)
        if base.base:
            raise refuse(table.at("base"), "a base has no base of its own")
    parts = table.gather({
        "own": lambda: read_clauses(table, book, optional=base is not None),
        "adopted": lambda: _adopt(table, base, book),
        "policy": lambda: _policy(table, base, book),
    })  # fmt: skip
    own, (inherited, adopted) = parts["own"], parts["adopted"]
    _check_new(table, base, own)
    agreement = _head(table, base, (*inherited, *own), adopted, parts["policy"])
    if base is not None or agreement.wording != OVERVIEW:  # an overview's proposals bind nobody until they are adopted
        agreement = replace(agreement, adopted=adopted | {clause.id for clause in own if clause.model})
    table.done()
    if faults:
        raise faults[-1]
    agreement = _with_calendars(agreement)
    check_names(agreement.clauses, agreement.head, agreement.parties, place)
    in_order(agreement.clauses, place)
    digest = cbor.encode({"base": base.hash if base else None, "pack": plain(values, place)})
    return replace(agreement, hash=hashlib.sha256(HASH_CONTEXT + digest).digest())


def _with_calendars(agreement: Agreement) -> Agreement:
    """Hand each term the calendars that it names, from the pack itself."""
    tables = agreement.head.calendars
    clauses = (
        replace(each, term=replace(each.term, tables=by_id(tables, each.term.calendars))) for each in agreement.clauses
    )
    return replace(agreement, clauses=tuple(clauses))


def _head(
    table: Table, base: Agreement | None, clauses: tuple[Clause, ...], adopted: frozenset[str], policy: Policy
) -> Agreement:
    members: dict[str, Mapping[str, Mapping[str, str]]] = {}
    parts = table.gather({
        "id": lambda: read_id(table),
        "signed": lambda: table.day("signed"),
        "days": lambda: table.whole("starts_after_days", 0, 3660),
        "names": lambda: _parties(table, "parties", members),
        "observers": lambda: _parties(table, "observers", members),
        "review": lambda: _review(table),
        "books": lambda: _books(table, base),
        "wording": lambda: table.choice("wording", WORDINGS),
        "exercise": lambda: table.flag("exercise"),
        "title": lambda: table.texts("title"),
        "outside": lambda: _outside(table, base),
        "dialect": lambda: _dialect(table, base, clauses),
        "head": lambda: read_head(table, base.head if base else None, members),
    })  # fmt: skip
    names, observers = parts["names"], parts["observers"]
    if len(names) < (1 if parts["head"].track == "2" else 2):
        raise refuse(table.at("parties"), "an agreement has two parties or more; only a table of track 2 is one")
    if names.keys() & observers.keys():
        raise refuse(table.at("observers"), "a party does not observe itself")
    return Agreement(
        id=parts["id"],
        base=base.id if base else "",
        wording=parts["wording"],
        exercise=parts["exercise"],
        title=parts["title"],
        review=parts["review"],
        parties=tuple(names),
        names={**parts["head"].former, **names, **observers},
        outside=parts["outside"],
        signed=parts["signed"],
        starts_us=day_us(parts["signed"] + timedelta(days=parts["days"])),
        books=parts["books"],
        clauses=clauses,
        adopted=adopted,
        hash=b"",
        policy=replace(policy, attributed=parts["head"].attribution),
        observers=tuple(observers),
        head=parts["head"],
        from_base=len(base.clauses) if base else 0,
    )


def _review(table: Table) -> Mapping[str, str]:
    review = table.table("review")
    reviewed = {language: review.choice(language, REVIEWS) for language in LANGUAGES}
    review.done()
    return reviewed


def _books(table: Table, base: Agreement | None) -> tuple[str, ...]:
    books = table.list("books")
    special = table.text("special_table", "")
    if strange := sorted(set(books) - BOOKS):
        raise refuse(table.at("books"), f"'{strange[0]}' cannot be put in force; known are {', '.join(sorted(BOOKS))}")
    agreed = bool(special) or (base is not None and SPECIAL in base.books)
    if SPECIAL in books and (not agreed or (base is not None and SPECIAL not in base.books)):
        raise refuse(
            table.at("books"),
            f"'{SPECIAL}' cannot be put in force: the table YV1 binds only parties that agreed to it, "
            "and 'special_table' says where",
        )
    return books


def _dialect(table: Table, base: Agreement | None, clauses: tuple[Clause, ...]) -> None:
    """Refuse conditions in a pack that does not name the dialect of theirs: its version is under the hash."""
    own = any(clause.when is not None for clause in clauses)
    if table.has("conditions"):
        table.choice("conditions", (DIALECT,))
    elif own and base is None:
        raise refuse(table.place, f'a pack with conditions says which dialect they are in: conditions = "{DIALECT}"')


def _names(row: Table) -> Mapping[str, str]:
    names = row.texts("names")
    row.done()
    return names


def _outside(table: Table, base: Agreement | None) -> Mapping[str, Mapping[str, str]]:
    if base and not table.has("outside"):
        return base.outside
    return {read_id(row): _names(row) for row in table.tables("outside", optional=True)}


def _parties(
    table: Table, field: str, members: dict[str, Mapping[str, Mapping[str, str]]]
) -> Mapping[str, Mapping[str, str]]:
    """Return the parties by id in their order; into `members` goes of whom a composite one consists."""
    found: dict[int, tuple[str, Mapping[str, str]]] = {}
    for row in table.tables(field, optional=field == "observers"):
        name, order = read_id(row), row.whole("order", 1, MAX_PARTIES)
        if not _PARTY.fullmatch(name):
            raise refuse(row.at("id"), "a party's id has at most 32 small letters and digits, as the record has it")
        if order in found or name in (other for other, _ in found.values()):
            raise refuse(row.place, "another party has this id or this order")
        if row.has("members"):
            members[name] = {read_id(member): _names(member) for member in row.tables("members")}
            if len(members[name]) < 2:
                raise refuse(row.at("members"), "a composite party has two members or more")
        found[order] = (name, _names(row))
    return dict(found[order] for order in sorted(found))


def _policy(table: Table, base: Agreement | None, book: FormBook) -> Policy:
    """Return who must sign what: the instance's own rules first, then its base's; the first that holds decides."""
    rules = tuple(_rule(row, book) for row in table.tables("release", optional=True))
    leaves = set() if base is None else set(base.policy.leaves or ())
    for leave in LEAVES:
        if table.has(leave):
            leaves = leaves | {leave} if table.flag(leave) else leaves - {leave}
    return Policy((*rules, *(() if base is None else base.policy.rules)), frozenset(leaves))


def _rule(row: Table, book: FormBook) -> Rule:
    members = row.whole("members", 0, MAX_PERSONS) if row.has("members") else 0
    try:
        rule = Rule(
            channel=row.text("channel", ANY),
            precedence=row.text("precedence", ANY),
            forms=row.list("forms"),
            persons=row.whole("persons", 1, MAX_PERSONS),
            members=members,
        )
    except NotAllowed as fault:
        if fault.sentence.startswith(row.place):
            raise
        raise refuse(row.place, fault.sentence) from None
    row.done()
    shared = [form for form in book.forms if form.visibility == "shared" and not form.automatic]
    for pattern in rule.forms:
        if not any(fnmatchcase(form.name, pattern) for form in shared):
            raise refuse(row.at("forms"), f"'{pattern}' is no form that persons release")
    if rule.persons > 1 and all(form.alone for form in shared if rule.of(form.name)):
        raise refuse(row.place, "one officer can always open contact and send agreed phrases; no rule asks for more")
    return rule


def _check_new(table: Table, base: Agreement | None, own: tuple[Clause, ...]) -> None:
    if base is None:
        return
    for clause in own:
        if any(clause.id == other.id for other in base.clauses):
            raise refuse(table.at("clauses"), f"the base '{base.id}' has a clause '{clause.id}' already")


def _adopt(table: Table, base: Agreement | None, book: FormBook) -> tuple[tuple[Clause, ...], frozenset[str]]:
    """Return the base's clauses with the instance's own numbers, and the ids of the model clauses in force."""
    if base is None:
        return (), frozenset()
    adopts = table.table("adopts") if table.has("adopts") else Table({}, table.at("adopts"))
    changed = {clause.id: clause for clause in base.clauses}
    for name in adopts.names():
        row = adopts.table(name)
        if name not in changed or not changed[name].model:
            raise refuse(row.place, f"the base '{base.id}' offers no model clause '{name}'")
        changed[name] = renumber(changed[name], row, book)
    return tuple(changed.values()), frozenset(adopts.names())
