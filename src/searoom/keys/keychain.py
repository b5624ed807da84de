"""The keys of one node, each set in the folder of the card that names it, opened with one passphrase."""

from pathlib import Path
from ssl import PEM_cert_to_DER_cert

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from searoom.errors import NotAllowed
from searoom.keys.enrol import NODE_KEYS, keys_folder
from searoom.keys.unlocking import Ask, KeyFolder, Stretching
from searoom.link.tls import Credentials
from searoom.record.algorithms import SigningKey
from searoom.record.cards import Card
from searoom.record.heads import NodeKeys
from searoom.record.seal import KemKey
from searoom.record.storage import StorageKey


class Keychain:
    """Reads `keys` for a party's first card and `keys-1` and so on for the next; asks for the passphrase once."""

    def __init__(self, folder: Path, party: str, *, exercise: bool, ask: Ask) -> None:
        self._folder, self._party, self._exercise, self._ask = folder, party, exercise, ask
        self._folders: dict[int, KeyFolder] = {}
        self._stretched: dict[Stretching, bytes] = {}
        self._passphrase: bytes | None = None
        self._newest = 0

    @property
    def station(self) -> SigningKey:
        """The station key of the newest card whose keys were read."""
        return self._of(self._newest).signing("station")

    @property
    def log(self) -> SigningKey:
        """The log key (Ed25519) of the newest card whose keys were read."""
        return self._of(self._newest).signing("log")

    def node_keys(self, card: Card) -> NodeKeys:
        """Return the keys of the folder that belongs to a card."""
        keys = self._of(card.serial)
        found = NodeKeys(*(keys.signing(name, algorithm) for name, algorithm, _ in NODE_KEYS))
        self._newest = card.serial
        return found

    def kem(self, serial: int) -> KemKey:
        """Return the KEM key that belongs to a card."""
        return KemKey(self._of(serial).secret("kem", "x-wing"))

    def kems(self, newest: int) -> list[KemKey]:
        """Return the newest KEM key, and the older ones as long as they are not destroyed."""
        older = [serial for serial in range(newest - 1, -1, -1) if self._of(serial).has("kem")]
        return [self.kem(serial) for serial in (newest, *older)]

    def destroy_kem(self, serial: int) -> bool:
        """Remove the KEM key of an older card, if it is there; nothing sealed to it is opened after that."""
        path = keys_folder(self._folder, serial) / "kem.key"
        there = path.exists()
        path.unlink(missing_ok=True)
        return there

    def credentials(self, card: Card) -> Credentials:
        """Return the link certificate that we show, and its key: the oldest on our card, for all know that one.

        A new certificate is put on the card before the old one is taken off; so nobody is met by a stranger.
        """
        for der in reversed(card.link_certificates):
            for serial in range(card.serial, -1, -1):
                path = keys_folder(self._folder, serial) / "link.crt"
                if path.exists() and _certificate(path) == der:
                    key = Ed25519PrivateKey.from_private_bytes(self._of(serial).secret("link"))
                    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
                    return Credentials(path.read_bytes(), pem)
        raise NotAllowed(
            "none of the link certificates on our card is at hand", advice="Restore the folder of keys that has it."
        )

    def storage(self) -> StorageKey:
        """Return the key of what lies in the stores; it stays when cards change."""
        return StorageKey(self._of(0).secret("storage", "secret"))

    def forget(self) -> None:
        """Let go of the passphrase: once all keys are read, nothing needs it."""
        self._passphrase = None
        for keys in self._folders.values():
            keys.forget()

    def _of(self, serial: int) -> KeyFolder:
        if serial not in self._folders:
            folder = keys_folder(self._folder, serial)
            self._folders[serial] = KeyFolder(
                folder, party=self._party, exercise=self._exercise, ask=self._ask_once, stretched=self._stretched
            )
        return self._folders[serial]

    def _ask_once(self, what: str) -> bytes:
        if self._passphrase is None:
            self._passphrase = self._ask(what)
        return self._passphrase


def _certificate(path: Path) -> bytes:
    """Return the certificate in a file, as DER."""
    try:
        return PEM_cert_to_DER_cert(path.read_text(encoding="ascii"))
    except ValueError:
        raise NotAllowed(f"{path} holds no certificate", advice="Restore the folder of keys that has it.") from None
