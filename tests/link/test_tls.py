"""Certificates as a node makes them, contexts that ask for them, and files that cannot be used."""

import datetime as dt
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

from certificates import honest
from searoom import clock
from searoom.errors import NotAllowed, PeerFault
from searoom.link.tls import (
    Credentials,
    client_context,
    key_exchange,
    make_certificate,
    own_certificates,
    pinned_party,
    server_context,
)

NOW_US = clock.from_text("2026-06-03T04:05:06Z")


def test_makes_a_certificate_for_ten_years_around_now() -> None:
    """It names the party, may sign no other certificate, and outlasts a clock that is a year wrong."""
    pem, key, der = make_certificate("amber", now_us=NOW_US)
    certificate = x509.load_der_x509_certificate(der)
    assert certificate == x509.load_pem_x509_certificate(pem)
    assert certificate.subject.rfc4514_string() == "CN=amber"
    assert clock.from_text("2025-06-03T04:05:06Z") == int(certificate.not_valid_before_utc.timestamp()) * 1_000_000
    assert 3650 == (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert not constraints.ca
    assert b"PRIVATE KEY" in key


def test_makes_another_key_each_time() -> None:
    """Two certificates of one party are two pins."""
    assert make_certificate("amber", now_us=NOW_US)[2] != make_certificate("amber", now_us=NOW_US)[2]


@pytest.mark.parametrize("what", ["absent", "garbage", "another key"])
def test_names_a_file_of_ours_that_cannot_be_used(what: str, tmp_path: Path) -> None:
    """A missing, broken or mismatched file is one sentence with the file's name, and no path of the machine."""
    amber, coral = honest(tmp_path, "amber"), honest(tmp_path, "coral")
    key = {"absent": tmp_path / "absent.key", "garbage": tmp_path / "garbage.key", "another key": coral.key}[what]
    (tmp_path / "garbage.key").write_bytes(b"garbage")
    with pytest.raises(NotAllowed, match=rf"amber\.pem or its key {key.name} cannot be used") as caught:
        Credentials.read(amber.certificate, key)
    assert str(tmp_path) not in caught.value.sentence


def test_reads_the_two_files_of_a_node(tmp_path: Path) -> None:
    """What is read opens a context, and the key is not shown by accident."""
    amber, coral = honest(tmp_path, "amber"), honest(tmp_path, "coral")
    read = Credentials.read(amber.certificate, amber.key)
    assert read == amber.credentials
    assert "PRIVATE" not in repr(read)
    client_context(read, [coral.der])


def test_uses_no_key_of_another_kind(tmp_path: Path) -> None:
    """A link key is an Ed25519 key; one that is locked, or of another kind, is refused in a sentence."""
    amber = honest(tmp_path, "amber")
    other = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "amber")])
    days = [dt.datetime.now(dt.UTC) + dt.timedelta(days=day) for day in (-1, 1)]
    builder = x509.CertificateBuilder(name, name, other.public_key(), 1, *days)
    certificate = builder.sign(other, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    ours = serialization.load_pem_private_key(amber.key.read_bytes(), None)
    locked = ours.private_bytes(*form, serialization.BestAvailableEncryption(b"word"))
    with pytest.raises(NotAllowed, match="is no Ed25519 key"):
        client_context(Credentials(certificate, other.private_bytes(*form, serialization.NoEncryption())), [amber.der])
    with pytest.raises(NotAllowed, match="cannot be used"):
        client_context(Credentials(amber.certificate.read_bytes(), locked), [amber.der])


@pytest.mark.parametrize("der", [b"", b"garbage", b"\x30\x82"])
def test_names_a_pin_that_cannot_be_read(der: bytes, tmp_path: Path) -> None:
    """A counterpart's certificate that is none is refused at the start, not at the first contact."""
    amber = honest(tmp_path, "amber")
    with pytest.raises(NotAllowed, match="counterpart's certificate cannot be read"):
        server_context(amber.credentials, {"coral": [amber.der, der]})


def test_both_ends_ask_for_a_certificate(tmp_path: Path) -> None:
    """The handshake refuses a stranger before the pin is even looked at."""
    amber, coral = honest(tmp_path, "amber"), honest(tmp_path, "coral")
    contexts = [
        server_context(coral.credentials, {"amber": [amber.der]}),
        client_context(amber.credentials, [coral.der]),
    ]
    for context in contexts:
        assert SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT == context.get_verify_mode()
        assert SSL.SESS_CACHE_OFF == context.get_session_cache_mode()


def test_a_certificate_copied_from_another_s_card_is_pinned_for_its_own_party() -> None:
    """Whoever copies it cannot show it, and the one who can is not taken for the copier."""
    amber, coral = (make_certificate(party, now_us=NOW_US)[2] for party in ("amber", "coral"))
    cards = {"coral": (amber, coral), "amber": (amber,)}
    pins = {party: own_certificates(party, ders) for party, ders in cards.items()}
    assert {"coral": (coral,), "amber": (amber,)} == pins
    assert ["amber", "coral"] == [pinned_party(shown, pins) for shown in (amber, coral)]
    assert (b"garbage",) == own_certificates("coral", (b"garbage", amber))


def test_knows_a_counterpart_by_its_certificate_alone() -> None:
    """The pins are compared byte for byte; who shows none of them is nobody."""
    pins = {"amber": [b"new", b"old"], "teal": [b"other"]}
    assert ["amber", "amber", "teal"] == [pinned_party(shown, pins) for shown in (b"new", b"old", b"other")]
    for shown in (b"", b"ne", b"newer", b"amber"):
        with pytest.raises(PeerFault, match="not the pinned one"):
            pinned_party(shown, pins)


@pytest.mark.parametrize(
    ("group", "told"),
    [
        ("X25519MLKEM768", "X25519MLKEM768: hybrid"),
        ("SecP256r1MLKEM768", "SecP256r1MLKEM768: hybrid"),
        ("x25519", "x25519: classical"),
        ("unknown", "unknown: classical"),
    ],
)
def test_says_what_a_group_is(group: str, told: str) -> None:
    """What is not known to be hybrid is not called so."""
    assert told == key_exchange(group)
