"""Keys on a real PKCS#11 token (SoftHSM 2): made there, never shown, signing for an officer."""

import subprocess
from pathlib import Path

import pytest

from searoom.errors import NotAllowed
from searoom.keys import keyfiles, tokens
from searoom.keys.unlocking import open_person
from searoom.record.algorithms import ED25519, check_signature

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = b"123456"


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    """Make a token of this run's own; its label is what commands name. The library reads its settings once."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "conf"))
        words = ["softhsm2-util", "--init-token", "--free", "--label", "searoom"]
        subprocess.run([*words, "--pin", PIN.decode(), "--so-pin", "87654321"], check=True, capture_output=True)
        yield "searoom"


@pytest.fixture(scope="module")
def public(token):
    """Make amber-1's key on the token."""
    return tokens.make_key(MODULE, token, "amber-1", PIN)


def test_the_token_signs(token, public):
    """A signature that the token makes is one that every verifier of ours takes."""
    key = tokens.open_key(MODULE, token, "amber-1", PIN)
    try:
        signature = key.sign(b"words")
    finally:
        key.close()

    assert public == key.public
    check_signature(ED25519, public, b"words", signature)


def test_an_officer_signs_through_a_key_file(token, public, tmp_path: Path):
    """The key file names the token; the PIN takes the passphrase's place."""
    keyfiles.write_token(tmp_path / "amber-1.key", "officer amber-1", public, token=token, label="amber-1")
    held = open_person(
        tmp_path / "amber-1.key", exercise=False, ask=lambda _what: PIN, environ={"SEAROOM_PKCS11_MODULE": MODULE}
    )

    check_signature(ED25519, public, b"words", held.key.sign(b"words"))
    held.key.close()


def test_the_private_half_cannot_be_read(token, public):
    """The token refuses to give the key's value to anybody, its owner included."""
    key = tokens.open_key(MODULE, token, "amber-1", PIN)
    try:
        with pytest.raises(tokens.pkcs11.PKCS11Error):
            key._handle[tokens.pkcs11.Attribute.VALUE]
        assert (True, False) == tuple(
            key._handle[name] for name in (tokens.pkcs11.Attribute.SENSITIVE, tokens.pkcs11.Attribute.EXTRACTABLE)
        )
    finally:
        key.close()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((MODULE, "searoom", "amber-1", b"000000"), "the PIN does not open"),
        ((MODULE, "other", "amber-1", PIN), "there is no token 'other'"),
        ((MODULE, "searoom", "amber-9", PIN), "no usable Ed25519 key 'amber-9'"),
        (("/nowhere/lib.so", "searoom", "amber-1", PIN), "cannot be opened with"),
    ],
)
def test_says_what_is_wrong(public, given, said):
    """Faults of the real library become the same sentences."""
    with pytest.raises(NotAllowed, match=said):
        tokens.open_key(*given)


def test_a_second_key_of_a_label_is_refused(token, public):
    """One label, one key."""
    with pytest.raises(NotAllowed, match="already"):
        tokens.make_key(MODULE, token, "amber-1", PIN)
