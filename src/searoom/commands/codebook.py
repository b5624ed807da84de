"""The command `codebook`: sheets for native officers to review the words, and the book that a party brings itself."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from searoom import officer
from searoom.commands.arguments import parser
from searoom.errors import NotAllowed
from searoom.keys import unlocking
from searoom.keys.keyfiles import replace_private
from searoom.node import books
from searoom.record.keys import Role
from searoom.signals import annex, reviewing
from searoom.signals import codebook as tables


def codebook(argv: Sequence[str]) -> int:
    """Make, sign or take back a sheet of words; make a template of a book, or import one."""
    command = parser(
        "codebook",
        "Let a native officer review the Japanese or Chinese words, and bring a book that is not public.",
        [
            "searoom codebook review --lang ja --out sheet.tsv",
            "searoom codebook sign sheet.tsv --key amber-1.key --out sheet.signed",
            "searoom codebook take sheet.signed --node amber",
            "searoom codebook template --out cues.tsv",
            "searoom codebook import cues.tsv --source 'CUES 1.0, own copy' --book-version 1 --node amber",
        ],
    )
    deeds = command.add_subparsers(dest="deed", required=True, metavar="review|sign|take|template|import")
    _review_arguments(deeds.add_parser("review", allow_abbrev=False, help="make a sheet to be filled in"))
    _sign_arguments(deeds.add_parser("sign", allow_abbrev=False, help="sign a filled-in sheet with your own key"))
    take = deeds.add_parser("take", allow_abbrev=False, help="take a signed sheet back into a node")
    take.add_argument("sheet", type=Path)
    take.add_argument("--node", type=Path, required=True)
    template = deeds.add_parser("template", allow_abbrev=False, help="an empty table for a book that you bring")
    template.add_argument("--out", type=Path)
    _import_arguments(deeds.add_parser("import", allow_abbrev=False, help="bring a book, such as the annex of CUES"))
    given = command.parse_args(argv)
    return {"review": _review, "sign": _sign, "take": _take, "template": _template, "import": _import}[given.deed](
        given
    )


def _review_arguments(command: ArgumentParser) -> None:
    command.add_argument("--lang", choices=reviewing.REVIEWABLE, required=True)
    command.add_argument("--book", action="append", default=[], help="only this book; may be given again")
    command.add_argument("--node", type=Path, help="leave out what this node's officers have signed")
    command.add_argument("--officer", default="", help="name and rank of who will look at it")
    command.add_argument("--out", type=Path)


def _sign_arguments(command: ArgumentParser) -> None:
    command.add_argument("sheet", type=Path)
    command.add_argument("--key", type=Path, required=True)
    command.add_argument("--passphrase-file", type=Path)
    command.add_argument("--exercise", action="store_true", help="the key is one of an exercise")
    command.add_argument("--out", type=Path)


def _import_arguments(command: ArgumentParser) -> None:
    command.add_argument("table", type=Path)
    command.add_argument("--name", default="cues", choices=tables.OWN_BOOKS)
    command.add_argument("--source", required=True, help="which copy it was taken from")
    command.add_argument("--book-version", type=int, default=1)
    command.add_argument("--node", type=Path, required=True)


def _review(given: Namespace) -> int:
    book = books.in_force(given.node, given.book or tables.SHIPPED)
    return _written(reviewing.sheet(book, given.lang, officer=given.officer), given.out)


def _sign(given: Namespace) -> int:
    body = reviewing.split(given.sheet.read_text(encoding="utf-8"))[0]
    sheet = reviewing.read(body)
    held = unlocking.open_person(given.key, exercise=given.exercise, ask=unlocking.asker(given.passphrase_file))
    done = _written(books.signed(body, held.key, held.what), given.out)
    sys.stderr.write(f"{sheet.officer} signs {len(sheet.fine)} rows in {sheet.lang}\n")
    return done


def _take(given: Namespace) -> int:
    text = given.sheet.read_text(encoding="utf-8")
    key = books.signer(text)
    own = officer.sit_down(given.node).own
    known = next((k for k in own.keys if k.role is Role.OFFICER and k.public == key.public), None)
    if known is None:
        raise NotAllowed(
            "the sheet is signed by nobody on our own card",
            advice="Only an officer of this party can review its words.",
        )
    sheet = reviewing.read(reviewing.split(text)[0])
    folder = given.node / books.FOLDER
    folder.mkdir(exist_ok=True)
    replace_private(folder / f"{sheet.lang}-{sha256(text.encode()).hexdigest()[:16]}.review", text.encode("utf-8"))
    stale = reviewing.out_of_date(sheet, books.in_force(given.node, tables.SHIPPED))
    sys.stdout.write(
        f"{len(sheet.fine) - len(stale)} rows in {sheet.lang} are signed by {sheet.officer} ({known.holder})\n"
    )
    for code in stale:
        sys.stdout.write(f"  {code}: its words have changed since; it stays unreviewed\n")
    for code, words in sheet.corrections:
        sys.stdout.write(f"  {code}: should be: {words} (needs a new version of the book)\n")
    for code in sheet.refused:
        sys.stdout.write(f"  {code}: is not good and stays unreviewed\n")
    return 0


def _template(given: Namespace) -> int:
    return _written(annex.template(), given.out)


def _import(given: Namespace) -> int:
    table = given.table.read_text(encoding="utf-8")
    text = annex.to_book(table, name=given.name, version=given.book_version, source=given.source)
    place = books.own_path(given.node, given.name)
    book = tables.load(tables.SHIPPED, {given.name: text})  # no code of another book may stand in it
    place.parent.mkdir(exist_ok=True)
    replace_private(place, text.encode("utf-8"))
    shipped = {row.code for row in tables.load((given.name,)).signals}
    rows = [row for row in book.signals if row.book == given.name and row.code not in shipped]
    offered = sum(row.offered for row in rows)
    sys.stdout.write(f"{place}: {len(rows)} rows, {offered} of them offered where the agreement names '{given.name}'\n")
    return 0


def _written(text: str, out: Path | None) -> int:
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{out}\n")
    return 0
