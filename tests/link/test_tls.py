"""Certificates as a node makes them, and files that cannot be used."""

import ssl
from pathlib import Path

import pytest
from cryptography import x509

from certificates import honest
from searoom import clock
from searoom.errors import NotAllowed
from searoom.link.tls import client_context, make_certificate, server_context

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
        client_context(amber.certificate, key, coral.der)
    assert str(tmp_path) not in caught.value.sentence


@pytest.mark.parametrize("der", [b"", b"garbage", b"\x30\x82"])
def test_names_a_pin_that_cannot_be_read(der: bytes, tmp_path: Path) -> None:
    """A counterpart's certificate that is none is refused at the start, not at the first contact."""
    amber = honest(tmp_path, "amber")
    with pytest.raises(NotAllowed, match="counterpart's certificate cannot be read"):
        server_context(amber.certificate, amber.key, {"coral": der})


def test_both_ends_ask_for_a_certificate_and_tls_1_3(tmp_path: Path) -> None:
    """The handshake refuses a stranger before the pin is even looked at; nothing older is spoken."""
    amber, coral = honest(tmp_path, "amber"), honest(tmp_path, "coral")
    contexts = [
        server_context(coral.certificate, coral.key, {"amber": amber.der}),
        client_context(amber.certificate, amber.key, coral.der),
    ]
    for context in contexts:
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.minimum_version is ssl.TLSVersion.TLSv1_3
        assert len(context.get_ca_certs(binary_form=True)) <= 1
    assert contexts[0].num_tickets == 0
