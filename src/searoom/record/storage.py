"""A party's own key for what lies in its store: content keys are kept under it, so that KEM keys can be destroyed."""

from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from searoom.errors import Tampered
from searoom.record import shape
from searoom.record.seal import KEY_SIZE


@dataclass(frozen=True, slots=True)
class StorageKey:
    """32 bytes that never leave the node: who steals the store without them reads nothing."""

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        shape.octets(self.seed, "a storage key", size=KEY_SIZE)

    def national_seed(self) -> bytes:
        """Return the seed of the KEM key that the national log is sealed to; it follows from this key."""
        return HKDF(SHA256(), KEY_SIZE, None, b"searoom/national/v1").derive(self.seed)

    def of_account(self) -> "StorageKey":
        """Return the key for blocks of the account; it follows from this one."""
        return StorageKey(HKDF(SHA256(), KEY_SIZE, None, b"searoom/account/v1").derive(self.seed))

    def of_runs(self) -> "StorageKey":
        """Return the key for runs of content keys; it follows from this one."""
        return StorageKey(HKDF(SHA256(), KEY_SIZE, None, b"searoom/content-keys/v1").derive(self.seed))

    def wrap(self, key: bytes, plain_hash: bytes) -> bytes:
        """Return a content key as the store keeps it; each is wrapped once, under a nonce that its message gives."""
        return ChaCha20Poly1305(self.seed).encrypt(plain_hash[:12], key, plain_hash)

    def unwrap(self, wrapped: bytes, plain_hash: bytes) -> bytes:
        """Return the content key of the message with this salted hash; `Tampered` where the store was changed."""
        try:
            return ChaCha20Poly1305(self.seed).decrypt(plain_hash[:12], wrapped, plain_hash)
        except (InvalidTag, ValueError):
            raise Tampered("a content key in the store does not unwrap with this party's storage key") from None
