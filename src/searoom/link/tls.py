"""Who may connect at all: self-signed certificates, TLS 1.3 both ways, and the pin that decides.

The certificates carry no trust of their own: parties exchange them in person with their cards.
Each side verifies the other's certificate in the handshake (its only trust anchors are the pinned
certificates) and then compares it with the pin byte for byte, before it reads or writes a byte of
HTTP. Certificates are the one thing here that is judged by the machine's time.

Python's own ssl module, because it refuses what it is told to refuse; see
`docs/decisions/0005-peer-port.md`.
"""

import ssl
from asyncio import StreamWriter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from searoom.errors import NotAllowed, PeerFault
from searoom.units import MICROSECONDS

VALID_BEFORE: Final = timedelta(days=365)  # a counterpart's clock may be badly behind ours
VALID_AFTER: Final = timedelta(days=9 * 365)


def make_certificate(party: str, *, now_us: int) -> tuple[bytes, bytes, bytes]:
    """Return a new self-signed certificate of `party` as (certificate PEM, key PEM, certificate DER).

    It is valid for ten years around `now_us`, for TLS and nothing else; it may sign no other certificate.
    """
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, party)])
    now = datetime.fromtimestamp(now_us // MICROSECONDS, tz=UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - VALID_BEFORE)
        .not_valid_after(now + VALID_AFTER)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    certificate = builder.sign(key, None)
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem, secret, certificate.public_bytes(serialization.Encoding.DER)


def server_context(certificate: Path, key: Path, peers: Mapping[str, bytes]) -> ssl.SSLContext:
    """Return a context that serves only clients with a certificate of `peers` (party to DER)."""
    context = _context(ssl.PROTOCOL_TLS_SERVER, certificate, key, peers)
    context.num_tickets = 0  # each exchange shows the certificate anew: nothing is resumed
    return context


def client_context(certificate: Path, key: Path, peer: bytes) -> ssl.SSLContext:
    """Return a context that talks only to a server with the certificate `peer` (DER)."""
    return _context(ssl.PROTOCOL_TLS_CLIENT, certificate, key, {"peer": peer})


def _context(protocol: int, certificate: Path, key: Path, peers: Mapping[str, bytes]) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # the pin says more than a name could
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        for der in peers.values():
            context.load_verify_locations(cadata=der)
    except (ssl.SSLError, ValueError) as error:
        raise NotAllowed(
            "a counterpart's certificate cannot be read", advice="Enrol the counterpart again from its card."
        ) from error
    try:
        context.load_cert_chain(certificate, key)
    except (ssl.SSLError, OSError) as error:
        raise NotAllowed(
            f"our certificate {certificate.name} or its key {key.name} cannot be used",
            advice="Restore both files, or make a new certificate and exchange cards again.",
        ) from error
    return context


def pinned_party(writer: StreamWriter, peers: Mapping[str, bytes]) -> str:
    """Return whose certificate the other end has shown; raise `PeerFault` where it is no pinned one.

    The handshake has verified a chain up to a pinned certificate; another certificate of the same
    name, or one that a pinned key has signed, gets so far. It gets no further than this.
    """
    connection = writer.get_extra_info("ssl_object")
    shown = connection.getpeercert(binary_form=True) if connection is not None else None
    for party, pin in peers.items():
        if shown is not None and shown == pin:
            return party
    raise PeerFault("the other end shows a certificate that is not the pinned one")
