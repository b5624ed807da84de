"""Two figures about the same thing side by side, and words that were promised by their hash before they were shown."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from searoom import cbor
from searoom.obligations.asking import NUMBERS, form_field, shared_form
from searoom.obligations.deadlines import Said, year_of
from searoom.obligations.facts import Fact, Scene
from searoom.obligations.pack import Table, refuse
from searoom.signals.forms import FormBook

COMMIT_CONTEXT: Final = "searoom/commit/v1"


@dataclass(frozen=True, slots=True)
class Crosscheck:
    """A form in which each party gives a figure about `item`, with whom (`other`): two that mirror each other."""

    form: str
    item: str
    other: str
    field: str


@dataclass(frozen=True, slots=True)
class Reveal:
    """A form with a hash, and the form that answers it with the words and the salt."""

    commit: str
    digest: str
    reveal: str
    words: str
    salt: str


def read_crosscheck(table: Table, book: FormBook) -> Crosscheck:
    """Return a cross-check of a pack."""
    form = shared_form(table, "form", book)
    return Crosscheck(
        form,
        form_field(table, "item", book, form),
        form_field(table, "other", book, form, ("party",)),
        form_field(table, "field", book, form, NUMBERS),
    )


def tell_crosscheck(rule: Crosscheck, scene: Scene) -> Iterator[Fact]:
    """Give by year and item what two parties say of each other: alike, different, or only one of them."""
    last: dict[tuple[str, str, tuple[str, ...]], dict[str, Said]] = defaultdict(dict)
    for said in scene.of(rule.form):
        pair = tuple(sorted({said.author, str(said.fields.get(rule.other))}, key=scene.place))
        last[str(year_of(said.at_us)), str(said.fields.get(rule.item)), pair][said.author] = said
    for (year, item, _pair), by in sorted(last.items()):
        parties = tuple(sorted(by, key=scene.place))
        figures = [str(by[party].fields.get(rule.field)) for party in parties]
        state = "alone" if len(parties) < 2 else "agree" if len(set(figures)) == 1 else "differ"
        told = {"first": figures[0], "second": figures[-1]}
        refs = tuple(by[party].ref for party in parties)
        yield Fact(scene.clause, "crosscheck", parties, f"{year} {item}", state, told, refs)


def read_reveal(table: Table, book: FormBook) -> Reveal:
    """Return a commit-then-reveal of a pack."""
    commit, reveal = shared_form(table, "commit", book), shared_form(table, "reveal", book)
    if not book.form(reveal).answers:
        raise refuse(table.at("reveal"), f"the form '{reveal}' answers no entry, so it reveals none")
    return Reveal(
        commit,
        form_field(table, "digest", book, commit),
        reveal,
        form_field(table, "words", book, reveal),
        form_field(table, "salt", book, reveal),
    )


def commitment(words: str, salt: str) -> str:
    """Return the hash, in hexadecimal, that commits to words: SHA-256 over the CBOR of context, salt and words."""
    return hashlib.sha256(cbor.encode([COMMIT_CONTEXT, salt, words])).hexdigest()


def tell_reveal(rule: Reveal, scene: Scene) -> Iterator[Fact]:
    """Give for each hash whether the words were shown by its author, and whether they fit."""
    for said in scene.of(rule.commit):
        shown = scene.answers(said.ref, rule.reveal, said.author)
        state = "open"
        if shown:
            words, salt = (str(shown[0].fields.get(name, "")) for name in (rule.words, rule.salt))
            fits = commitment(words, salt) == str(said.fields.get(rule.digest)).lower()
            state = "fits" if fits else "does-not-fit"
        refs = (said.ref, *(its.ref for its in shown[:1]))
        yield Fact(scene.clause, "reveal", (said.author,), f"{said.ref[0]}/{said.ref[1]}", state, {}, refs)
