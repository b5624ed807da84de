"""A key that never leaves its token: Ed25519 behind PKCS#11, with the three words that every private key has.

Tokens of today hold no ML-DSA and no X-Wing: only keys that sign with Ed25519 alone, those of officers
and of a station, can stand on one. The library to load is named by the machine's owner
(`SEAROOM_PKCS11_MODULE`), never by a key file: a library runs in our process.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final

from searoom.errors import NotAllowed, StateUnknown, Tampered
from searoom.record.algorithms import ED25519, check_public, check_signature, key_id

try:
    import pkcs11
except ImportError:  # the extra [hardware] is not installed
    pkcs11 = None  # type: ignore[assignment]  # a module or nothing; each use asks first

_CURVE: Final = bytes.fromhex("06032b6570")  # the OID 1.3.101.112, Ed25519 (RFC 8410)
_OCTETS: Final = bytes.fromhex("0420")  # head of a DER octet string of 32 bytes: how tokens wrap the point


@dataclass(frozen=True, slots=True)
class Pkcs11Key:
    """A private key on a token; the session with the token is open as long as this object lives."""

    token: str
    label: str
    public: bytes
    _session: Any = field(repr=False)
    _handle: Any = field(repr=False)

    @property
    def algorithm(self) -> int:
        """The COSE number of its algorithm."""
        return ED25519

    @property
    def key_id(self) -> bytes:
        """The first 8 bytes of SHA-256 of the public key."""
        return key_id(self.public)

    def sign(self, message: bytes) -> bytes:
        """Return the token's signature over `message`, checked: a token that errs is not believed."""
        try:
            signature = bytes(self._handle.sign(message, mechanism=pkcs11.Mechanism.EDDSA))
            check_signature(ED25519, self.public, message, signature)
        except pkcs11.PKCS11Error as fault:
            raise StateUnknown(f"the token '{self.token}' did not sign: {_name(fault)}", advice=_PLUG) from None
        except Tampered as fault:
            raise StateUnknown(f"the token '{self.token}' gave a wrong signature: {fault.sentence}") from None
        return signature

    def close(self) -> None:
        """End the session with the token."""
        self._session.close()


_PLUG: Final = "Take the token out and put it in again, or use another one."


def open_key(module: str, token: str, label: str, pin: bytes, *, public_hash: str = "") -> Pkcs11Key:
    """Return the key `label` on the token, unlocked by its PIN.

    Where `public_hash` is given, the key must be the one whose public half has that SHA-256.
    """
    session = _session(module, token, pin, write=False)
    try:
        handle = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=label)
        point = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, label=label)[pkcs11.Attribute.EC_POINT]
        public = bytes(point).removeprefix(_OCTETS)
        check_public(ED25519, public)
    except (pkcs11.PKCS11Error, Tampered) as fault:
        session.close()
        raise NotAllowed(f"the token '{token}' has no usable Ed25519 key '{label}': {_name(fault)}") from None
    if public_hash and hashlib.sha256(public).hexdigest() != public_hash:
        session.close()
        raise NotAllowed(f"the key '{label}' on the token '{token}' is not the one that the key file names")
    return Pkcs11Key(token, label, public, session, handle)


def make_key(module: str, token: str, label: str, pin: bytes) -> bytes:
    """Make a key on the token that cannot be taken off it; return its public half."""
    session = _session(module, token, pin, write=True)
    try:
        if list(session.get_objects({pkcs11.Attribute.LABEL: label})):
            raise NotAllowed(f"the token '{token}' has a key '{label}' already", advice="Choose another label.")
        curve = session.create_domain_parameters(
            pkcs11.KeyType.EC_EDWARDS, {pkcs11.Attribute.EC_PARAMS: _CURVE}, local=True
        )
        public, _ = curve.generate_keypair(
            mechanism=pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
            store=True,
            label=label,
            private_template={pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False},
        )
        return bytes(public[pkcs11.Attribute.EC_POINT]).removeprefix(_OCTETS)
    except pkcs11.PKCS11Error as fault:
        raise NotAllowed(f"the token '{token}' makes no Ed25519 key: {_name(fault)}") from None
    finally:
        session.close()


def _session(module: str, token: str, pin: bytes, *, write: bool) -> Any:
    if pkcs11 is None:
        raise NotAllowed(
            "this installation reads no hardware tokens", advice="Install it with its extra: searoom[hardware]."
        )
    if not module:
        raise NotAllowed(
            "no PKCS#11 library is named", advice="Set SEAROOM_PKCS11_MODULE to the path of your token's library."
        )
    try:
        return pkcs11.lib(module).get_token(token_label=token).open(user_pin=pin.decode(), rw=write)
    except (pkcs11.PinIncorrect, pkcs11.PinLenRange, pkcs11.PinInvalid):
        raise NotAllowed(
            f"the PIN does not open the token '{token}'", advice="Tokens lock themselves after a few wrong ones."
        ) from None
    except pkcs11.PinLocked:
        raise NotAllowed(f"the token '{token}' is locked", advice="Only its security officer can open it.") from None
    except pkcs11.NoSuchToken:
        raise NotAllowed(f"there is no token '{token}'", advice="Put it in, and look at its label.") from None
    except (pkcs11.PKCS11Error, UnicodeDecodeError) as fault:
        raise NotAllowed(f"the token '{token}' cannot be opened with {module}: {_name(fault)}") from None


def _name(fault: Exception) -> str:
    return str(fault) or type(fault).__name__
