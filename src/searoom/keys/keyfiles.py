"""Secrets as files: a header in clear says what each is for; two slots of equal look hold the secret, closed.

docs/formats/keyfile.md has the bytes. A file is read only if it is exactly what would be written.
One form holds its secret in clear: it says "exercise: not protected", and only an exercise may use it.
"""

import base64
import binascii
import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from searoom.errors import NotAllowed, StateUnknown
from searoom.keys.passphrases import USUAL, Cost, check_apart, stretch
from searoom.record.algorithms import ML_DSA_44, SigningKey
from searoom.record.keys import RootKey
from searoom.record.seal import KemKey

HEAD: Final = "searoom-key v1"
SECRET_SIZE: Final = 32
SALT_SIZE: Final = 16
MAX_FILE: Final = 4096
_NONCE_SIZE: Final = 12
_TAG_SIZE: Final = 16
_SLOT_SIZE: Final = _NONCE_SIZE + 1 + SECRET_SIZE + _TAG_SIZE
_ORDINARY, _DURESS = b"\x00", b"\x01"
_SECRET_LABEL: Final = b"searoom/key-file/secret"
_EXERCISE: Final = "exercise: not protected"

_WHAT: Final = re.compile(r"[a-z][a-z0-9-]{0,31}( [A-Za-z0-9][A-Za-z0-9._-]{0,63})?")
_ARGON2ID: Final = re.compile(r"argon2id m=([1-9]\d{0,9}) t=([1-9]\d{0,5}) p=([1-9]\d{0,3}) salt=([0-9a-f]{32})")
_TOKEN: Final = re.compile(r"token: ([A-Za-z0-9][A-Za-z0-9._-]{0,31})/([A-Za-z0-9][A-Za-z0-9._-]{0,63})")

# What a file's secret is -> the bytes by which it is known in clear. One without a public half is known by its hash.
PUBLIC_OF: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "ed25519": lambda seed: SigningKey(seed).public,
    "ml-dsa-44": lambda seed: SigningKey(seed, ML_DSA_44).public,
    "keeper": lambda seed: b"".join(public for _, public in RootKey(seed).keeper.keys),
    "x-wing": lambda seed: KemKey(seed).public,
    "secret": lambda secret: _SECRET_LABEL + secret,
}


@dataclass(frozen=True, slots=True)
class Stretched:
    """A passphrase with the salt and cost for which it was stretched: it closes and opens all files that share both."""

    kek: bytes = field(repr=False)
    salt: bytes
    cost: Cost

    @classmethod
    def of(cls, passphrase: bytes, salt: bytes, cost: Cost) -> "Stretched":
        """Stretch a passphrase as a file asks."""
        return cls(stretch(passphrase, salt, cost), salt, cost)

    @classmethod
    def fresh(cls, passphrase: bytes, cost: Cost | None = None) -> "Stretched":
        """Stretch a passphrase with a new salt, at the usual cost where none is named."""
        return cls.of(passphrase, secrets.token_bytes(SALT_SIZE), USUAL if cost is None else cost)


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What a key file held: what it is for, its secret, and whether the passphrase was the one given under duress."""

    what: str
    algorithm: str
    secret: bytes = field(repr=False)
    duress: bool = False


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key file as it lies there, closed; `token` and `label` say where the key is that is no file."""

    path: Path
    what: str
    algorithm: str
    public_hash: str
    cost: Cost | None = None
    salt: bytes = b""
    slots: tuple[bytes, ...] = ()
    clear: bytes = field(default=b"", repr=False)
    token: str = ""
    label: str = ""

    def header(self) -> str:
        """Return the line in clear; it is authenticated with each slot."""
        if self.cost is not None:
            how = f"argon2id {self.cost} salt={self.salt.hex()}"
        else:
            how = f"token: {self.token}/{self.label}" if self.token else _EXERCISE
        return f"{HEAD}; {self.what}; {self.algorithm}; {self.public_hash}; {how}"

    def to_bytes(self) -> bytes:
        """Return the file's bytes."""
        lines = [self.header(), *(base64.b64encode(slot).decode() for slot in self.slots)]
        if self.clear:
            lines.append(self.clear.hex())
        text = "".join(f"{line}\n" for line in lines)
        return f"{text}sum {_sum(text)}\n".encode()

    def open(self, kek: bytes) -> Unlocked:
        """Return the secret; both slots are always tried, so that the time taken does not tell which one it was."""
        found = [plain for slot in self.slots if (plain := _opened(slot, kek, self.header())) is not None]
        if not found:
            raise NotAllowed(
                f"the passphrase does not open {self.path}", advice="Try again; there is no other way into a key file."
            )
        secret = found[0][1:]
        if self.public_hash != _public_hash(self.algorithm, secret):
            raise NotAllowed(f"{self.path} does not hold the key that its first line names", advice=_RESTORE)
        return Unlocked(self.what, self.algorithm, secret, found[0][:1] == _DURESS)

    def open_clear(self) -> Unlocked:
        """Return the secret of a file that an exercise left open."""
        if not self.clear:
            how = "is on a token, not in the file" if self.token else "is opened with a passphrase"
            raise NotAllowed(f"the key of {self.path} {how}")
        if self.public_hash != _public_hash(self.algorithm, self.clear):
            raise NotAllowed(f"{self.path} does not hold the key that its first line names", advice=_RESTORE)
        return Unlocked(self.what, self.algorithm, self.clear)


_RESTORE: Final = "Take the key file from its copy; where there is none, the key is lost and a new card is needed."


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _public_hash(algorithm: str, secret: bytes) -> str:
    return hashlib.sha256(PUBLIC_OF[algorithm](secret)).hexdigest()


def _closed(kek: bytes, mark: bytes, secret: bytes, header: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE_SIZE)
    return nonce + ChaCha20Poly1305(kek).encrypt(nonce, mark + secret, header.encode())


def _opened(slot: bytes, kek: bytes, header: str) -> bytes | None:
    try:
        return ChaCha20Poly1305(kek).decrypt(slot[:_NONCE_SIZE], slot[_NONCE_SIZE:], header.encode())
    except InvalidTag:
        return None


# -- files -----------------------------------------------------------------------------------------


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read, durably; it never replaces another, and is gone where it failed."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as problem:
        if path.exists():
            raise NotAllowed(
                f"{path} is there already", advice="Keys are never overwritten: use an empty folder."
            ) from None
        raise NotAllowed(f"{path} cannot be written: {problem.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        path.unlink(missing_ok=True)
        raise StateUnknown(f"{path} could not be written: {problem.strerror}") from None
    _sync_folder(path.parent)


def replace_private(path: Path, data: bytes) -> None:
    """Put `data` in the place of a private file: whoever looks finds the old or the new one, whole."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    write_private(fresh, data)
    try:
        fresh.replace(path)
    except OSError as problem:
        raise StateUnknown(f"{path} could not be replaced: {problem.strerror}") from None
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # some media cannot; the file itself was synced
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


# -- write -----------------------------------------------------------------------------------------


def write_key(
    path: Path,
    what: str,
    secret: bytes,
    passphrase: bytes | Stretched | None,
    *,
    algorithm: str = "ed25519",
    duress: bytes | None = None,
    cost: Cost | None = None,
) -> None:
    """Write one secret, closed by a passphrase; `None` leaves it open, for exercises only.

    A second passphrase may be set that opens the same key and tells that it was given under duress. Files that
    one passphrase opens together are given it `Stretched`, once for all of them.
    """
    if len(secret) != SECRET_SIZE or algorithm not in PUBLIC_OF or not _WHAT.fullmatch(what):
        raise NotAllowed(f"'{what}' ({algorithm}, {len(secret)} bytes) cannot be put into a key file")
    public_hash = _public_hash(algorithm, secret)
    if passphrase is None:
        write_private(path, KeyFile(path, what, algorithm, public_hash, clear=secret).to_bytes())
        return
    if duress is not None:
        if isinstance(passphrase, Stretched):
            raise NotAllowed("keys that are opened together have no passphrase for duress")
        check_apart(passphrase, duress)
    key = passphrase if isinstance(passphrase, Stretched) else Stretched.fresh(passphrase, cost)
    closed = KeyFile(path, what, algorithm, public_hash, key.cost, key.salt)
    slots = [_closed(key.kek, _ORDINARY, secret, closed.header())]
    other = secrets.token_bytes(32) if duress is None else stretch(duress, key.salt, key.cost)
    slots.append(_closed(other, _DURESS, bytes(SECRET_SIZE) if duress is None else secret, closed.header()))
    if secrets.randbelow(2):
        slots.reverse()
    write_private(path, replace(closed, slots=tuple(slots)).to_bytes())


def write_token(path: Path, what: str, public: bytes, *, token: str, label: str) -> None:
    """Write where a key is that never leaves its token: the token's label and the key's label on it."""
    public_hash = hashlib.sha256(public).hexdigest()
    file = KeyFile(path, what, "ed25519", public_hash, token=token, label=label)
    if not _WHAT.fullmatch(what) or not _TOKEN.fullmatch(f"token: {token}/{label}"):
        raise NotAllowed(f"'{what}' on the token '{token}' under '{label}' cannot be put into a key file")
    write_private(path, file.to_bytes())


def change_passphrase(path: Path, old: bytes, new: bytes) -> bool:
    """Let `new` open the slot that `old` opened; the other slot stays as it is. Return whether that was duress's."""
    file = load(path)
    if file.cost is None:
        raise NotAllowed(f"{path} has no passphrase that could be changed")
    kek, fresh = stretch(old, file.salt, file.cost), stretch(new, file.salt, file.cost)
    found = file.open(kek)
    if any(_opened(slot, fresh, file.header()) is not None for slot in file.slots):
        raise NotAllowed(f"the new passphrase opens {path} already", advice="Choose another one.")
    mark = _DURESS if found.duress else _ORDINARY
    slots = tuple(
        _closed(fresh, mark, found.secret, file.header()) if _opened(slot, kek, file.header()) is not None else slot
        for slot in file.slots
    )
    replace_private(path, replace(file, slots=slots).to_bytes())
    return found.duress


# -- read ------------------------------------------------------------------------------------------


def load(path: Path) -> KeyFile:
    """Return a key file, closed; raise `NotAllowed` with one sentence where it is missing, foreign or damaged."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except FileNotFoundError:
        raise NotAllowed(f"there is no key file {path}") from None
    except OSError as problem:
        raise NotAllowed(f"the key file {path} cannot be read: {problem.strerror}") from None
    if not data.startswith(b"searoom-key ") or len(data) > MAX_FILE:
        raise NotAllowed(f"{path} is not a key file")
    if not data.startswith(HEAD.encode() + b";"):
        raise NotAllowed(f"{path} is a key file of another version than 1", advice="Use the release that wrote it.")
    try:
        text = data.decode("ascii")
        body, _, total = text.removesuffix("\n").rpartition("sum ")
        parsed = _parse(path, body.removesuffix("\n").split("\n")) if total == _sum(body) else None
    except NotAllowed as problem:
        raise NotAllowed(f"{path}: {problem.sentence}") from None
    except (ValueError, binascii.Error):
        parsed = None
    if parsed is None or parsed.to_bytes() != data:
        raise NotAllowed(f"the key file {path} is damaged", advice=_RESTORE)
    return parsed


def _parse(path: Path, lines: list[str]) -> KeyFile | None:
    parts = lines[0].split("; ")
    if len(parts) != 5 or not _WHAT.fullmatch(parts[1]) or parts[2] not in PUBLIC_OF:
        return None
    _, what, algorithm, public_hash, how = parts
    if not re.fullmatch("[0-9a-f]{64}", public_hash):
        return None
    if how == _EXERCISE:
        secret = bytes.fromhex(lines[1]) if len(lines) == 2 else b""
        return KeyFile(path, what, algorithm, public_hash, clear=secret) if len(secret) == SECRET_SIZE else None
    if token := _TOKEN.fullmatch(how):
        return KeyFile(path, what, algorithm, public_hash, token=token[1], label=token[2]) if len(lines) == 1 else None
    found = _ARGON2ID.fullmatch(how)
    slots = tuple(base64.b64decode(line, validate=True) for line in lines[1:])
    if found is None or [len(slot) for slot in slots] != [_SLOT_SIZE, _SLOT_SIZE]:
        return None
    cost = Cost(int(found[1]), int(found[2]), int(found[3]))
    return KeyFile(path, what, algorithm, public_hash, cost, bytes.fromhex(found[4]), slots)
