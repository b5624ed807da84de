"""Secrets as files: written once, readable by their owner alone, one line that says what each is for."""

import os
from pathlib import Path

from searoom.errors import NotAllowed

_KEY_LINE = "searoom-key v0"


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read; it is whole or absent, and never replaces another."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise NotAllowed(
            f"{path} is there already", advice="Keys are never overwritten: use an empty folder."
        ) from None
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_key(path: Path, what: str, seed: bytes) -> None:
    """Write one secret as a line that says what it is."""
    write_private(path, f"{_KEY_LINE} {what} {seed.hex()}\n".encode())


def read_key(path: Path) -> tuple[str, bytes]:
    """Return what the key in this file is for, and its seed; raise `NotAllowed` where it is no key file."""
    try:
        words = path.read_text(encoding="ascii").split(" ")
        seed = bytes.fromhex(words[3].strip())
    except FileNotFoundError:
        raise NotAllowed(f"there is no key file {path}") from None
    except (OSError, ValueError, IndexError):
        raise NotAllowed(f"{path} is not a key file") from None
    if " ".join(words[:2]) != _KEY_LINE or len(words) != 4 or len(seed) != 32:
        raise NotAllowed(f"{path} is not a key file")
    return words[2], seed
