"""What a node stands on and is joined to: versions, extras, ports, certificates, and what it says of itself."""

import contextlib
import importlib.util
import socket
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib import metadata
from typing import Any, Final, cast

import apsw
from cryptography import x509

from searoom.desk.agreed import told
from searoom.doctoring.ailment import Ailment, Patient, Weight
from searoom.errors import NotAllowed
from searoom.record.cards import Card
from searoom.record.store import check_library
from searoom.units import MICROSECONDS

LEAST_PYTHON: Final = (3, 11)
EXTRAS: Final = {
    "fast": ("numba", "encounters of many craft and AIS sentences are found slowly"),
    "archive": ("pyarrow", "archives in Parquet are not read"),
    "report": ("typst", "a review is not written as PDF"),
    "conditions": ("cel_expr_python", "conditions in agreements are not judged"),
    "hardware": ("pkcs11", "keys on tokens are not used"),
    "postgres": ("asyncpg", "a store in PostgreSQL is not opened"),
}
ANY: Final = ("", "0.0.0.0", "::")  # noqa: S104  # what a setting may say; nothing is bound to it here
NOT_YET: Final = "Nothing goes by it until all have said its hash: docs/agreements.md."
SOON_DAYS: Final = 90
PATIENCE_S: Final = 2.0


def versions(_patient: Patient) -> Iterator[Ailment]:
    """Find a Python or an SQLite that is too old."""
    python, sqlite = sys.version_info[:2], apsw.sqlite_lib_version()
    found = False
    if python < LEAST_PYTHON:
        found = True
        yield Ailment("versions", Weight.BAD, f"Python {sys.version.split()[0]} is too old", "Install 3.11 or later.")
    try:
        check_library(sqlite)
    except NotAllowed as fault:
        found = True
        yield Ailment("versions", Weight.BAD, fault.sentence, "Install the libraries again: make set-up.")
    if not found:
        told = f"Searoom {metadata.version('searoom')}, Python {sys.version.split()[0]}, SQLite {sqlite}"
        yield Ailment("versions", Weight.SOUND, told)


def extras(patient: Patient) -> Iterator[Ailment]:
    """Find what is not installed; one that this node's settings need is bad."""
    missing = {name: row for name, row in EXTRAS.items() if importlib.util.find_spec(row[0]) is None}
    if "postgres" in missing and patient.settings.store.startswith("postgres"):
        yield Ailment(
            "extras",
            Weight.BAD,
            "the store is PostgreSQL's, and the extra 'postgres' is not installed",
            _get("postgres"),
        )
    for name, (_, without) in missing.items():
        if name != "postgres" or not patient.settings.store.startswith("postgres"):
            yield Ailment("extras", Weight.SOUND, f"the extra '{name}' is not installed: {without}", _get(name))
    if not missing:
        yield Ailment("extras", Weight.SOUND, "every extra is installed")


def agreed(patient: Patient) -> Iterator[Ailment]:
    """Tell by which version of the agreement the running node goes; a version that it cannot go by is bad."""
    if patient.status is None:
        yield Ailment("agreement", Weight.SOUND, "which version is in force is told while the node runs")
        return
    for sentence in told(cast("Mapping[str, Any]", patient.status["agreement"])):
        bad, waits = sentence.key == "agreed.unknown", sentence.key == "agreed.waits"
        weight = Weight.BAD if bad else Weight.DOUBTFUL if waits else Weight.SOUND
        yield Ailment("agreement", weight, sentence, sentence.to_do() or (NOT_YET if waits else ""))


def _get(name: str) -> str:
    return f"pip install 'searoom[{name}]'"


def ports(patient: Patient) -> Iterator[Ailment]:
    """Find a peer port on which nobody listens, or somebody else does."""
    own, status = patient.settings, patient.status
    where = "127.0.0.1" if own.host in ANY else own.host
    if status is None:
        if _listens(where, own.port):
            yield Ailment(
                "ports", Weight.BAD, f"the node does not run, and another program listens on {where}:{own.port}",
                "End that program, or give the node another port in node.toml.",
            )  # fmt: skip
        else:
            yield Ailment("ports", Weight.SOUND, f"port {own.port} is free for the node")
        return
    port = cast("int", status["port"])
    if not port:
        yield Ailment("ports", Weight.SOUND, "the node has no peer port open yet")
    elif _listens(where, port):
        yield Ailment("ports", Weight.SOUND, f"the node listens on {where}:{port}")
    else:
        yield Ailment(
            "ports", Weight.BAD, f"nobody answers on {where}:{port}", "Is the address in node.toml this machine's?"
        )


def _listens(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), PATIENCE_S):
        return True
    return False


def certificates(patient: Patient) -> Iterator[Ailment]:
    """Find certificates of the link that end soon: ours, and those on the cards of others."""
    now = datetime.fromtimestamp(patient.now_us / MICROSECONDS, tz=UTC)
    found, count = False, 0
    for what, certificate in _certificates(patient):
        count += 1
        left = (certificate.not_valid_after_utc - now).days
        if left < SOON_DAYS or certificate.not_valid_before_utc > now:
            found = True
            weight = Weight.DOUBTFUL if 0 <= left < SOON_DAYS else Weight.BAD
            told = f"the certificate {what} ends on {certificate.not_valid_after_utc:%Y-%m-%d}"
            yield Ailment("cards", weight, told, "Prepare the next card with new keys in time: docs/keys.md.")
    if not found:
        yield Ailment("cards", Weight.SOUND, f"none of {count} certificates ends within {SOON_DAYS} days")


def _certificates(patient: Patient) -> Iterator[tuple[str, x509.Certificate]]:
    for path in sorted(patient.folder.glob("keys*/link.crt")):
        with contextlib.suppress(OSError, ValueError):
            yield f"in {path.parent.name}/", x509.load_pem_x509_certificate(path.read_bytes())
    for path in sorted(patient.folder.glob("cards/*.card")):
        with contextlib.suppress(OSError, ValueError, NotAllowed):
            for data in Card.from_bytes(path.read_bytes()).link_certificates:
                yield f"on the card of {path.stem}", x509.load_der_x509_certificate(data)


def working(patient: Patient) -> Iterator[Ailment]:
    """Find what a running node says of itself: silent lines, verdicts, blind sensors, evidence, healing."""
    status = patient.status
    if status is None:
        yield Ailment("node", Weight.DOUBTFUL, "the node does not run", f"searoom node {patient.folder}")
        return
    found = list(_complaints(status))
    yield from found
    if not found:
        yield Ailment("node", Weight.SOUND, f"the node runs as process {status['pid']}, and has nothing to complain of")


def _complaints(status: Mapping[str, Any]) -> Iterator[Ailment]:
    if status["healing"]:
        yield Ailment(
            "node", Weight.DOUBTFUL, "the store was put back, and not compared with every counterpart's copy yet",
            "Nothing is said until then: let a line come up, or carry a stick.",
        )  # fmt: skip
    for party, line in status["lines"].items():
        if line["verdict"]:
            yield Ailment(
                "lines", Weight.BAD, f"the line to {party}: {line['verdict']}", "searoom evidence shows what is kept."
            )
        if line["silent_since"]:
            yield Ailment(
                "lines", Weight.DOUBTFUL, f"{party} is silent since {line['silent_since']}: {line['last_fault']}",
                "Ask them by other means: docs/other-means.md.",
            )  # fmt: skip
    for sensor, why in status["blind"].items():
        yield Ailment(
            "sensors", Weight.DOUBTFUL, f"sensor {sensor} is blind: {why}", "docs/sensors.md says what each needs."
        )
    for kind, count in status["evidence"].items():
        yield Ailment(
            "evidence",
            Weight.DOUBTFUL,
            f"{count} pieces of evidence of the kind '{kind}'",
            "searoom evidence lists them.",
        )
