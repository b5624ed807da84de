"""How many Ed25519 signatures a second the installed libraries verify, with nothing around it.

    python -m bench.bare SECONDS PROCESSES      # with the Python whose libraries are meant; prints JSON

Keys are read once, messages differ and are as long as those of an entry (its statement, its place). All processes
work at the same time; the sum of their rates is what the machine can give.
"""

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

try:
    from nacl.exceptions import BadSignatureError
    from nacl.signing import VerifyKey
except ImportError:
    VerifyKey, BadSignatureError = None, InvalidSignature

LENGTHS = (320, 640)
MESSAGES = 512
REFUSED = (InvalidSignature, BadSignatureError)  # what a wrong signature raises
Check = Callable[[bytes, bytes], object]


def checks() -> dict[str, Callable[[bytes], Check]]:
    """Return, by name, what makes a checker of (signature, message) out of a public key."""
    found: dict[str, Callable[[bytes], Check]] = {
        f"cryptography {version('cryptography')}": lambda key: Ed25519PublicKey.from_public_bytes(key).verify
    }
    if VerifyKey is not None:
        found[f"PyNaCl {version('PyNaCl')}"] = lambda key: (
            lambda signature, message: VerifyKey(key).verify(message, signature)
        )
    return found


def rate(name: str, seconds: float) -> float:
    """Return how many signatures a second one process verifies."""
    key = Ed25519PrivateKey.generate()
    messages = [os.urandom(LENGTHS[number % len(LENGTHS)]) for number in range(MESSAGES)]
    signed = [(key.sign(message), message) for message in messages]
    check = checks()[name](key.public_key().public_bytes_raw())
    begun, count = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        for signature, message in signed:
            check(signature, message)
        count += len(signed)
    return count / (time.perf_counter() - begun)


def rates(seconds: float, processes: int) -> dict[str, float]:
    """Return the sum of the rates of some processes at once, by library."""
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        return {name: sum(pool.starmap(rate, [(name, seconds)] * processes, chunksize=1)) for name in checks()}


if __name__ == "__main__":
    print(json.dumps(rates(float(sys.argv[1]), int(sys.argv[2]))))
