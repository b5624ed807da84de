"""Keys on tokens, with a token made of Python: what is asked of it, and what its faults become."""

import hashlib
from types import SimpleNamespace

import pytest

from searoom.errors import NotAllowed, StateUnknown
from searoom.keys import tokens
from searoom.record.algorithms import ED25519, SigningKey, check_signature, key_id

KEY = SigningKey(bytes(range(32)))


class Fault(Exception):
    """The library's own faults, as far as they are told apart."""


class PinIncorrect(Fault):
    """A wrong PIN."""


class PinLocked(Fault):
    """Too many wrong PINs."""


class NoSuchToken(Fault):
    """No token of this label."""


class NoSuchKey(Fault):
    """No key of this label."""


class FakeToken:
    """A token with one key: it knows its PIN, counts open sessions, and errs when told to."""

    def __init__(self, key=KEY, *, wrapped=True, wrong=False):
        self.key, self.wrapped, self.wrong, self.sessions, self.asked = key, wrapped, wrong, 0, []
        self.attributes = {}

    def get_token(self, *, token_label):
        if token_label != "searoom":
            raise NoSuchToken("No token matching")
        return self

    def open(self, *, user_pin, rw):
        if user_pin == "locked":
            raise PinLocked
        if user_pin != "123456":
            raise PinIncorrect
        self.sessions += 1
        self.asked.append(rw)
        return self

    def close(self):
        self.sessions -= 1

    def get_key(self, *, object_class, label):
        if label != "amber-1":
            raise NoSuchKey("No key matching")
        return self

    def get_objects(self, attributes):
        return [self] if attributes["label"] == "amber-1" else []

    def __getitem__(self, _attribute):
        return (b"\x04\x20" if self.wrapped else b"") + self.key.public

    def sign(self, message, *, mechanism):
        assert mechanism == "EDDSA"
        if message == b"unplugged":
            raise Fault("device removed")
        return self.key.sign(b"other" if self.wrong else message)

    def create_domain_parameters(self, kind, attributes, *, local):
        assert ("EDWARDS", {"params": bytes.fromhex("06032b6570")}, True) == (kind, attributes, local)
        return self

    def generate_keypair(self, *, mechanism, store, label, private_template):
        if label == "full":
            raise Fault
        assert ("PAIR", True) == (mechanism, store)
        self.attributes = private_template
        return self, self


@pytest.fixture
def token(monkeypatch):
    """Return a token that the library finds."""
    made = FakeToken()
    plug(monkeypatch, made)
    return made


def plug(monkeypatch, made):
    """Let the library find this token."""

    def lib(path):
        if path != "/usr/lib/t.so":
            raise Fault(f"OS exception while loading {path}")
        return made

    names = {
        "ObjectClass": SimpleNamespace(PRIVATE_KEY="private", PUBLIC_KEY="public"),
        "Attribute": SimpleNamespace(
            EC_POINT="point", EC_PARAMS="params", LABEL="label", SENSITIVE="sensitive", EXTRACTABLE="extractable"
        ),
        "Mechanism": SimpleNamespace(EDDSA="EDDSA", EC_EDWARDS_KEY_PAIR_GEN="PAIR"),
        "KeyType": SimpleNamespace(EC_EDWARDS="EDWARDS"),
    }
    faults = {
        "PKCS11Error": Fault, "PinIncorrect": PinIncorrect, "PinLenRange": PinIncorrect, "PinInvalid": PinIncorrect,
        "PinLocked": PinLocked, "NoSuchToken": NoSuchToken,
    }  # fmt: skip
    monkeypatch.setattr(tokens, "pkcs11", SimpleNamespace(lib=lib, **names, **faults))


def opened(module="/usr/lib/t.so", token="searoom", label="amber-1", pin=b"123456", **more):
    return tokens.open_key(module, token, label, pin, **more)


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_key_on_a_token_is_a_private_key_like_any_other(monkeypatch, wrapped):
    """It has the three words; its signature is one of the public key that it shows, however tokens wrap that."""
    plug(monkeypatch, FakeToken(wrapped=wrapped))
    key = opened()

    assert (ED25519, KEY.public, key_id(KEY.public)) == (key.algorithm, key.public, key.key_id)
    check_signature(ED25519, key.public, b"words", key.sign(b"words"))


def test_a_signature_is_made_without_the_right_to_write(token):
    """Only who makes a key opens the token for writing."""
    opened()

    assert [False] == token.asked


def test_the_session_ends(token):
    """What was opened is closed, after a failure too."""
    opened().close()
    for wrong in ({"label": "amber-9"}, {"public_hash": "00"}):
        with pytest.raises(NotAllowed):
            opened(**wrong)

    assert 0 == token.sessions


def test_takes_the_key_that_the_file_names(token):
    """A token with another key under the same label is refused."""
    assert KEY.public == opened(public_hash=hashlib.sha256(KEY.public).hexdigest()).public
    with pytest.raises(NotAllowed, match="is not the one that the key file names"):
        opened(public_hash=hashlib.sha256(b"another").hexdigest())


def test_a_token_that_errs_is_not_believed(monkeypatch):
    """A signature that does not check never leaves: it could betray the key, and it would be refused."""
    plug(monkeypatch, FakeToken(wrong=True))

    with pytest.raises(StateUnknown, match="gave a wrong signature"):
        opened().sign(b"words")


def test_a_token_that_is_taken_out(token):
    """The sentence says what did not sign."""
    with pytest.raises(StateUnknown, match="did not sign: device removed"):
        opened().sign(b"unplugged")


def test_refuses_a_public_key_on_which_verifiers_differ(monkeypatch):
    """A token's key of small order is refused like any other."""
    plug(monkeypatch, FakeToken(SimpleNamespace(public=bytes(32))))

    with pytest.raises(NotAllowed, match="no usable Ed25519 key"):
        opened()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"pin": b"000000"}, "the PIN does not open"),
        ({"pin": b"locked"}, "is locked"),
        ({"pin": b"\xff"}, "cannot be opened"),
        ({"token": "other"}, "there is no token 'other'"),
        ({"label": "amber-9"}, "no usable Ed25519 key 'amber-9'"),
        ({"module": "/nope.so"}, "cannot be opened with /nope.so"),
        ({"module": ""}, "no PKCS#11 library is named"),
    ],
)
def test_says_what_is_wrong(token, given, said):
    """Each fault of a token is one sentence."""
    with pytest.raises(NotAllowed, match=said):
        opened(**given)


def test_says_that_the_extra_is_missing(monkeypatch):
    """Without the library the sentence says how to install it."""
    monkeypatch.setattr(tokens, "pkcs11", None)

    with pytest.raises(NotAllowed, match="reads no hardware tokens") as refused:
        opened()
    assert "searoom[hardware]" in refused.value.advice()


def test_makes_a_key_that_cannot_be_taken_off(token):
    """The private half is sensitive and not extractable, and the session is closed."""
    public = tokens.make_key("/usr/lib/t.so", "searoom", "amber-2", b"123456")

    assert (KEY.public, {"sensitive": True, "extractable": False}) == (public, token.attributes)
    assert ([True], 0) == (token.asked, token.sessions)


def test_makes_no_second_key_of_a_label(token):
    """Two keys of one label could not be told apart."""
    with pytest.raises(NotAllowed, match="has a key 'amber-1' already"):
        tokens.make_key("/usr/lib/t.so", "searoom", "amber-1", b"123456")
    assert 0 == token.sessions


def test_says_that_a_token_makes_no_key(token):
    """A token without the curve is said to be one, even where its library gives no words."""
    with pytest.raises(NotAllowed, match="makes no Ed25519 key: Fault"):
        tokens.make_key("/usr/lib/t.so", "searoom", "full", b"123456")
