"""Passwords as the accounts keep them: Argon2id with the cost and salt beside it, one line of text."""

import hmac
import re
import secrets
from typing import Final

from searoom.errors import NotAllowed, StateUnknown
from searoom.keys.passphrases import Cost, normal, stretch
from searoom.sentences import Sentence

UNSET: Final = "none"
"""The secret of who must choose a password with a one-time code first."""
_SECRET: Final = re.compile(r"argon2id m=(\d+) t=(\d+) p=(\d+) ([0-9a-f]{32}) ([0-9a-f]{64})(?![\s\S])")


def secret_of(password: bytes, cost: Cost) -> str:
    """Return what is kept of a password."""
    salt = secrets.token_bytes(16)
    return f"argon2id {cost} {salt.hex()} {stretch(password, salt, cost).hex()}"


def opens(secret: str, password: str) -> bool:
    """Return whether a password is the one that a secret was made of; `StateUnknown` where it is no secret."""
    parts = _SECRET.match(secret)
    if parts is None:
        raise StateUnknown(Sentence("account.password_written"))
    memory, passes, lanes, salt, key = parts.groups()
    try:
        data = normal(password)
    except NotAllowed:
        return False
    found = stretch(data, bytes.fromhex(salt), Cost(int(memory), int(passes), int(lanes)))
    return hmac.compare_digest(found, bytes.fromhex(key))
