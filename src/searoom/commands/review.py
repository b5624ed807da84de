"""The command `review`: the review of a year as data, page, tables or PDF, from a node's record."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from searoom import clock
from searoom.commands.arguments import parser
from searoom.errors import NotAllowed
from searoom.node.node import Node
from searoom.obligations.deadlines import year_of
from searoom.review import yearly, yearlypage, yearlypdf
from searoom.review.texts import Texts
from searoom.review.yearly import JOINT, NATIONAL, Made
from searoom.review.yearlynational import COUNTED
from searoom.review.yearlysections import sheet
from searoom.signals.forms import Filled
from searoom.signals.tables import LANGUAGES

ENDINGS: Final = (".json", ".html", ".csv", ".pdf")


@dataclass(frozen=True, slots=True)
class _Note:
    at_us: int
    filled: Filled


def review(argv: Sequence[str]) -> int:
    """Make the review of a year and write its files, or print the hash of its data."""
    command = parser(
        "review",
        "The review of a year: data (JSON), page (HTML), tables (CSV), PDF. Both nodes make the same joint data file.",
        [
            "searoom review amber --year 2026",
            "searoom review amber --year 2026 --out review.json --out review.html --lang ja",
            "searoom review amber --year 2026 --pdf review.pdf --lang zh",
            "searoom review amber --year 2026 --heads 'amber/120 coral/98'",
            "searoom review amber --year 2026 --edition national --out ours.html",
        ],
    )
    command.add_argument("node", type=Path, help="a node's folder, running or not")
    command.add_argument("--year", type=int, required=True)
    command.add_argument("--edition", choices=yearly.EDITIONS, default=JOINT)
    command.add_argument("--heads", help="make it of so many entries of each log (default: all that are held)")
    command.add_argument("--lang", choices=LANGUAGES, default="en")
    command.add_argument(
        "--out", type=Path, action="append", default=[], metavar="FILE", help="by ending: .json .html .csv .pdf"
    )
    command.add_argument("--pdf", type=Path, metavar="FILE", help="the same as --out FILE.pdf")
    given = command.parse_args(argv)
    files = [*given.out, *([given.pdf] if given.pdf else [])]
    if strange := [str(file) for file in files if file.suffix not in ENDINGS]:
        raise NotAllowed(f"'{strange[0]}' has none of the endings {', '.join(ENDINGS)}")
    node = Node.open(given.node, to_read=True)
    try:
        made, heads = _make(node, given)
        contents = [_content(node, made, file.suffix, given.lang) for file in files]
    finally:
        node.close()
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
        sys.stdout.write(f"wrote {file}\n")
    sys.stdout.write(f"made of  {heads}\nSHA-256  {made.digest}\n")
    return 0


def _make(node: Node, given: Namespace) -> tuple[Made, str]:
    account = node.account()
    heads = yearly.heads_from(given.heads) if given.heads else yearly.heads_of(account)
    first, last = year_of(node.agreement.starts_us), year_of(max(node.now(), clock.machine_now()))
    if not first <= given.year <= last:
        raise NotAllowed(f"the agreement has years from {first} to {last}, and not {given.year}")
    own = given.edition == NATIONAL
    notes = _notes(node) if own else []
    party = node.party if own else ""
    made = yearly.make(account, node.agreement, node.book, given.year, heads=heads, party=party, notes=notes)
    return made, yearly.heads_text(heads)


def _notes(node: Node) -> list[_Note]:
    """Return our own notes of what a review counts, in the order in which they were placed."""
    return [_Note(entry.placed_us, filled) for entry, filled in node.notebook.notes(*COUNTED)]


def _content(node: Node, made: Made, ending: str, lang: str) -> bytes:
    if ending == ".json":
        return made.file
    if ending == ".pdf":
        return yearlypdf.pdf(made, node.agreement, node.book, lang)
    if ending == ".html":
        return yearlypage.page(made, node.agreement, node.book, lang).encode()
    return yearlypage.to_csv(sheet(made.data, made.digest, node.agreement, node.book, Texts(lang))).encode()
