"""A passkey made of software, for tests: it answers as a browser with a security key does, and can be told to lie.

key = Authenticator("localhost", "http://localhost:8480")
answer = key.make(offer)          # JSON text, as static/passkeys.js sends it
answer = key.answer(offer, count=2)
"""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


def text(data):
    """Return bytes as a browser writes them."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def octets(written):
    """Return the bytes of what a browser wrote."""
    return urlsafe_b64decode(written + "=" * (-len(written) % 4))


class Authenticator:
    """One key for one host."""

    def __init__(self, host, origin):
        self.host, self.origin = host, origin
        self.id, self.handle = secrets.token_bytes(16), b""
        self._key = ec.generate_private_key(ec.SECP256R1())

    def _data(self, flags, count, host=None):
        return hashlib.sha256((host or self.host).encode()).digest() + bytes([flags]) + count.to_bytes(4, "big")

    def _client(self, kind, challenge, origin=None):
        return json.dumps(
            {"type": kind, "challenge": challenge, "origin": origin or self.origin, "crossOrigin": False}
        ).encode()

    def _told(self, response):
        return json.dumps({"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response})

    def make(self, offer, *, origin=None, challenge=None, host=None, flags=PRESENT | VERIFIED):
        """Return the answer to an offer of a new passkey."""
        told = json.loads(offer)
        self.handle = octets(told["user"]["id"])
        numbers = self._key.public_key().public_numbers()
        public = encode_cbor({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        data = self._data(flags | WITH_KEY, 0, host)
        data += bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        attested = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", challenge or told["challenge"], origin)
        return self._told({"clientDataJSON": text(client), "attestationObject": text(attested)})

    def answer(self, offer, *, count=1, origin=None, challenge=None, host=None, flags=PRESENT | VERIFIED, handle=None):
        """Return the answer to an offer to sign in."""
        told = json.loads(offer)
        data = self._data(flags, count, host)
        client = self._client("webauthn.get", challenge or told["challenge"], origin)
        signed = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._told(
            {
                "clientDataJSON": text(client),
                "authenticatorData": text(data),
                "signature": text(signed),
                "userHandle": text(self.handle if handle is None else handle),
            }
        )
