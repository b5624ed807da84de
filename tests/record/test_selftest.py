"""The self-test passes here, and tells what is wrong where the cryptography gives other answers."""

import dataclasses

import pytest

from searoom.errors import NotAllowed
from searoom.record import algorithms, selftest, storage
from searoom.record.algorithms import ALGORITHMS, ED25519, ML_DSA_44, ML_DSA_87


def test_passes_on_this_machine() -> None:
    """Every check gives the known answer."""
    selftest.run()


def exchanged(monkeypatch: pytest.MonkeyPatch, algorithm: int, **how: object) -> None:
    """Let one row of the table of algorithms do something else."""
    row = dataclasses.replace(ALGORITHMS[algorithm], **how)
    monkeypatch.setattr(algorithms, "ALGORITHMS", {**ALGORITHMS, algorithm: row})


@pytest.mark.parametrize("algorithm", [ED25519, ML_DSA_44, ML_DSA_87])
def test_notices_a_verifier_that_takes_everything(monkeypatch: pytest.MonkeyPatch, algorithm: int) -> None:
    """The worst fault of all: signatures that hold for any words."""
    exchanged(monkeypatch, algorithm, check=lambda *_: None)
    with pytest.raises(NotAllowed, match="fails its self-test: a signature of algorithm .* holds for other words"):
        selftest.run()


@pytest.mark.parametrize("algorithm", [ED25519, ML_DSA_44, ML_DSA_87])
def test_notices_another_key(monkeypatch: pytest.MonkeyPatch, algorithm: int) -> None:
    """The same seed must give the same key on every machine."""
    size = ALGORITHMS[algorithm].public_size
    exchanged(monkeypatch, algorithm, public_of=lambda _: bytes(size))
    with pytest.raises(NotAllowed, match="another key of algorithm"):
        selftest.run()


def test_notices_another_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ed25519 leaves the signer no choice."""
    monkeypatch.setattr(selftest, "ED25519_SIGNATURE", bytes(64))
    with pytest.raises(NotAllowed, match="otherwise than RFC 8032"):
        selftest.run()


def test_notices_another_kem_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bodies sealed elsewhere must open here."""
    monkeypatch.setattr(selftest, "XWING_PUBLIC", "0" * 64)
    with pytest.raises(NotAllowed, match="another X-Wing key"):
        selftest.run()


def test_notices_a_storage_that_loses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept must come back."""
    monkeypatch.setattr(storage.StorageKey, "unwrap", lambda *_: b"")
    with pytest.raises(NotAllowed, match="does not come back"):
        selftest.run()
