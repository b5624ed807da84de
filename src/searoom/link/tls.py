"""Who may connect at all: self-signed certificates, TLS 1.3 both ways, and the pins that decide.

The certificates carry no trust of their own: parties exchange them in person with their cards.
Each side verifies the other's certificate in the handshake (its only trust anchors are the pinned
certificates) and then compares it with the pins byte for byte, before it reads or writes a byte of
HTTP. Certificates are the one thing here that is judged by the machine's time.

A party may have several pinned certificates at once, newest first, so that it can change them.
OpenSSL is the one that the library `cryptography` brings, by way of pyOpenSSL: it agrees keys with
X25519MLKEM768, which is post-quantum; see `docs/decisions/0005-peer-port.md`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID
from OpenSSL import SSL, crypto

from searoom.errors import NotAllowed, PeerFault
from searoom.units import MICROSECONDS

VALID_BEFORE: Final = timedelta(days=365)  # a counterpart's clock may be badly behind ours
VALID_AFTER: Final = timedelta(days=9 * 365)
_POST_QUANTUM: Final = "MLKEM"  # in the names of the groups that a quantum computer does not break

Pins = Mapping[str, Sequence[bytes]]
"""Party -> its certificates (DER), newest first."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What we show: our link certificate and its private key, both PEM."""

    certificate: bytes
    key: bytes = field(repr=False)

    @classmethod
    def read(cls, certificate: Path, key: Path) -> "Credentials":
        """Return what two files hold; raise `NotAllowed` where a file is missing or the two cannot be used."""
        try:
            credentials = cls(certificate.read_bytes(), key.read_bytes())
            _show(SSL.Context(SSL.TLS_METHOD), credentials)
        except (OSError, NotAllowed) as error:
            raise NotAllowed(
                f"our certificate {certificate.name} or its key {key.name} cannot be used",
                advice="Restore both files, or make a new certificate and exchange cards again.",
            ) from error
        return credentials


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


def server_context(credentials: Credentials, pins: Pins) -> SSL.Context:
    """Return a context that serves only clients with a certificate of `pins`."""
    return _context(SSL.TLS_SERVER_METHOD, credentials, (der for ders in pins.values() for der in ders))


def client_context(credentials: Credentials, pins: Sequence[bytes]) -> SSL.Context:
    """Return a context that talks only to a server with one of the certificates `pins` (DER)."""
    return _context(SSL.TLS_CLIENT_METHOD, credentials, pins)


def _context(method: int, credentials: Credentials, trusted: Iterable[bytes]) -> SSL.Context:
    context = SSL.Context(method)
    context.set_min_proto_version(SSL.TLS1_3_VERSION)
    context.set_max_proto_version(SSL.TLS1_3_VERSION)
    # Each connection shows the certificate anew: nothing is remembered that a ticket could resume.
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_options(SSL.OP_NO_TICKET)
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT)
    store = context.get_cert_store()
    if store is None:
        raise NotAllowed("this OpenSSL keeps no certificates")
    # Without it OpenSSL takes the first certificate of a name for the only one, and a party has several.
    store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
    try:
        for der in trusted:
            store.add_cert(crypto.X509.from_cryptography(x509.load_der_x509_certificate(der)))
    except (crypto.Error, ValueError) as error:
        raise NotAllowed(
            "a counterpart's certificate cannot be read", advice="Enrol the counterpart again from its card."
        ) from error
    _show(context, credentials)
    return context


def _show(context: SSL.Context, credentials: Credentials) -> None:
    try:
        context.use_certificate(x509.load_pem_x509_certificate(credentials.certificate))
        key = serialization.load_pem_private_key(credentials.key, None)
        if not isinstance(key, Ed25519PrivateKey):
            raise NotAllowed("our link key is no Ed25519 key")
        context.use_privatekey(key)  # refuses one that is not the certificate's
    except (SSL.Error, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise NotAllowed(
            "our link certificate or its key cannot be used",
            advice="Restore both files, or make a new certificate and exchange cards again.",
        ) from error


@lru_cache(256)
def own_certificates(party: str, ders: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return those certificates on a party's card that are not made out to somebody else.

    A certificate that it copied from another's card names that other: pinned for both of them, the one who can show
    it would be taken for the one who cannot.
    """
    return tuple(der for der in ders if _made_out_to(der) in (party, None))


def _made_out_to(der: bytes) -> str | None:
    """Return whom a certificate names; None where it cannot be read, which is said where it is used."""
    try:
        names = x509.load_der_x509_certificate(der).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    except ValueError:
        return None
    return ", ".join(str(name.value) for name in names)


def pinned_party(shown: bytes, pins: Pins) -> str:
    """Return whose certificate the other end has shown; raise `PeerFault` where it is no pinned one.

    The handshake has verified a chain up to a pinned certificate; another certificate of the same
    name, or one that a pinned key has signed, gets so far. It gets no further than this.
    """
    for party, ders in pins.items():
        if shown in ders:
            return party
    raise PeerFault("the other end shows a certificate that is not the pinned one")


def key_exchange(group: str) -> str:
    """Return the group in which a connection's keys were agreed with what it is, for a person to read."""
    return f"{group}: {'hybrid' if _POST_QUANTUM in group.upper() else 'classical'}"
