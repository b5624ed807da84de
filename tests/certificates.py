"""Certificates for tests: honest ones, and the ones an impostor would bring."""

import datetime as dt
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from searoom import clock
from searoom.link.tls import Credentials, make_certificate


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate with its key, on disk as a node keeps them, and as the DER that the other side pins."""

    certificate: Path
    key: Path
    der: bytes

    @property
    def credentials(self) -> Credentials:
        return Credentials(self.certificate.read_bytes(), self.key.read_bytes())


def write(folder: Path, name: str, pem: bytes, key: bytes, der: bytes) -> Identity:
    certificate_path, key_path = folder / f"{name}.pem", folder / f"{name}.key"
    certificate_path.write_bytes(pem)
    key_path.write_bytes(key)
    return Identity(certificate_path, key_path, der)


def honest(folder: Path, party: str) -> Identity:
    """A certificate as a node makes it."""
    return write(folder, party, *make_certificate(party, now_us=clock.machine_now()))


def forged(
    folder: Path,
    file: str,
    *,
    party: str,
    issuer: Identity | None = None,
    key_of: Identity | None = None,
    authority: bool = False,
    days: tuple[int, int] = (-1, 30),
) -> Identity:
    """A certificate in the name of `party`, self-signed or issued, valid from and to some days from now."""
    key = _load(key_of) if key_of else Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, party)])
    issued_by = x509.load_der_x509_certificate(issuer.der).subject if issuer else name
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issued_by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=days[0]))
        .not_valid_after(now + dt.timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .sign(_load(issuer) if issuer else key, None)
    )
    encoding = serialization.Encoding
    secret = key.private_bytes(encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return write(folder, file, certificate.public_bytes(encoding.PEM), secret, certificate.public_bytes(encoding.DER))


def _load(identity: Identity) -> Ed25519PrivateKey:
    key = serialization.load_pem_private_key(identity.key.read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def careless_client(identity: Identity | None) -> ssl.SSLContext:
    """A client that trusts any server and shows `identity`, or no certificate at all."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if identity is not None:
        context.load_cert_chain(identity.certificate, identity.key)
    return context


def old_client(identity: Identity) -> ssl.SSLContext:
    """A client that speaks nothing newer than TLS 1.2."""
    context = careless_client(identity)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


def careless_server(identity: Identity) -> ssl.SSLContext:
    """A server that asks nobody for a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.certificate, identity.key)
    return context


def old_server(identity: Identity) -> ssl.SSLContext:
    """A server that speaks nothing newer than TLS 1.2."""
    context = careless_server(identity)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context
