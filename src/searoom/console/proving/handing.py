"""What is taken away from the console as files: the whole record, a transcript, one proof, one piece of evidence.

Rule 1: each is an audit entry before its first byte leaves.
Rule 2: nothing stays behind: the folder in which a copy was put together is gone before it is sent.
"""

import asyncio
import io
import shutil
import tempfile
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, cast

from starlette.responses import Response, StreamingResponse

from searoom import clock
from searoom.console.asked import Asked
from searoom.console.house import House
from searoom.console.proving.transcribing import as_json, as_text
from searoom.console.view import View
from searoom.errors import NotAllowed, SearoomError
from searoom.record import layout
from searoom.record.evidence import Evidence
from searoom.record.forks import from_evidence, party_of
from searoom.record.proof import FORK_SUFFIX, PROOF_SUFFIX
from searoom.sentences import Sentence
from searoom.signals.tables import LANGUAGES

TAKERS: Final = ("desk", "auditor", "administrator")
"""Who may take the record away."""
PART: Final = ".export-"
BLOCK: Final = 1 << 20
ALL, CLOSED, JSON = "everything", "closed", "json"
TEXTS: Final = tuple(f"text-{lang}" for lang in LANGUAGES)
WHAT: Final = (ALL, CLOSED, JSON, *TEXTS)
_BUSY: Final = set[Path]()


def note(asked: Asked, kind: str, about: str) -> None:
    """Write down that a person takes something away."""
    person = asked.session.person.id if asked.session is not None else ""
    asked.house.people.audit.note(kind, person, clock.machine_now(), about=about)


def attached(data: bytes, name: str, media_type: str = "application/octet-stream") -> Response:
    """Return bytes as a file that a browser saves and does not open."""
    return Response(data, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})


async def taken(asked: Asked, what: str) -> Response:
    """Return the record as a file; `NotAllowed` for what cannot be taken, or while another copy is put together."""
    if what not in WHAT:
        raise NotAllowed(Sentence("take.nothing", what=f"{what:.20}"))
    house, view = asked.house, asked.view
    if house.folder in _BUSY:
        raise NotAllowed(Sentence("take.already"))
    _BUSY.add(house.folder)
    try:
        note(asked, "exported", f"{what}, {sum(view.account.sizes.values())}")
        file = await _made(house, view, what)
    finally:
        _BUSY.discard(house.folder)
    name, kind = _named(view, what)
    return StreamingResponse(
        _blocks(file), media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'}
    )


def _named(view: View, what: str) -> tuple[str, str]:
    stem = f"{view.party}-{clock.to_text(view.now_us)[:10]}"
    if what == JSON:
        return f"{stem}-transcript.json", "application/json"
    if what in TEXTS:
        return f"{stem}-transcript-{what.removeprefix('text-')}.txt", "text/plain; charset=utf-8"
    return f"{stem}-record{'-closed' if what == CLOSED else ''}.zip", "application/zip"


async def _made(house: House, view: View, what: str) -> IO[bytes]:
    """Return a file that has no name any more, with what was asked for."""
    for old in house.folder.glob(f"{PART}*"):  # of a process that was killed in the middle
        shutil.rmtree(old, ignore_errors=True)
    part = Path(tempfile.mkdtemp(prefix=PART, dir=house.folder))
    try:
        target = part / layout_name(view)
        if what in (ALL, CLOSED):
            await house.follower.ask({"do": "export", "folder": str(target.resolve()), "closed": what == CLOSED})
        return await asyncio.to_thread(_written, part / "copy", target, view, what)
    except OSError as fault:
        raise NotAllowed(Sentence("take.not_written", problem=fault.strerror)) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def layout_name(view: View) -> str:
    """Return what the folder of an exported record is called."""
    return f"{view.party}-record"


def _written(path: Path, record: Path, view: View, what: str) -> IO[bytes]:
    with path.open("w+b") as file:
        if what == JSON:
            file.writelines(piece.encode() for piece in as_json(view))
        elif what in TEXTS:
            file.writelines(piece.encode() for piece in as_text(view, what.removeprefix("text-")))
        else:
            _zip(file, record, view, transcripts=what == ALL)
    return path.open("rb")


def _zip(file: IO[bytes], record: Path, view: View, *, transcripts: bool) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as whole:
        for path in sorted(record.rglob("*")):
            if path.is_file():
                whole.write(path, f"{record.name}/{path.relative_to(record)}")
        for name, pieces in _transcripts(view) if transcripts else ():
            with whole.open(name, "w", force_zip64=True) as inside, io.TextIOWrapper(inside, "utf-8") as text:
                text.writelines(pieces)


def _transcripts(view: View) -> Iterator[tuple[str, Iterator[str]]]:
    yield "transcript.json", as_json(view)
    for lang in LANGUAGES:
        yield f"transcript-{lang}.txt", as_text(view, lang)


async def _blocks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while block := await asyncio.to_thread(file.read, BLOCK):
            yield block


async def proof(asked: Asked, log: str, index: int, *, opened: bool) -> Response:
    """Return the proof of one entry as a file that `searoom verify` accepts."""
    reply = await asked.house.follower.ask({"do": "proof", "log": log, "index": index, "open": opened})
    note(asked, "proof-taken", f"{log}/{index}{' +' if opened else ''}")
    return attached(cast("bytes", reply["proof"]), f"{log}-{index}{PROOF_SUFFIX}", "text/plain; charset=utf-8")


async def evidence(asked: Asked, number: int, *, fork: bool) -> Response:
    """Return one piece of evidence as it was kept, or the proof of a fork that can be made of it, with the card."""
    reply = await asked.house.follower.ask({"do": "evidence", "number": number})
    kind, detail = str(reply["kind"]), cast("bytes", reply["detail"])
    if not fork:
        note(asked, "evidence-taken", f"{number} {kind}")
        return attached(detail, f"{number:04}-{kind}.cbor")
    found = from_evidence([Evidence(kind, detail, 0)])
    if not found:
        raise NotAllowed(Sentence("take.no_fork"))
    party, held = party_of(found[0]), io.BytesIO()
    note(asked, "evidence-taken", f"{number} fork {party}")
    with zipfile.ZipFile(held, "w") as whole:
        whole.writestr(f"{party}-{number}{FORK_SUFFIX}", found[0].to_bytes())
        with suppress(OSError):
            whole.writestr(f"{party}.card", (asked.house.folder / layout.card_path(party)).read_bytes())
    return attached(held.getvalue(), f"{party}-{number}-fork.zip", "application/zip")


def proves_fork(kind: str, detail: bytes) -> bool:
    """Return whether a piece of evidence proves a fork to others by itself."""
    try:
        return bool(from_evidence([Evidence(kind, detail, 0)]))
    except SearoomError:
        return False
