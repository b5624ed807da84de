"""An off-record channel: each side knows for certain what the other said, and neither can prove it to anybody.

Its key is made of 32 random bytes of each side, which travel sealed in the entries that open the channel. Both sides
hold the same key, so each could have made every message of the other: whoever shows one shows only that one of the
two wrote it. Nothing here is signed, and nothing here knows a log.

Rule 1: a number is used once. A node writes its copy down before the bytes leave, and goes on behind the highest
number in its copies; after its own store was put back to an older state, it closes the channel and opens another.
Rule 2: what was changed or heard before is refused, and nothing follows from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from searoom import cbor
from searoom.errors import NotAllowed, Tampered

CONTRIBUTION_SIZE: Final = 32
KEY_SIZE: Final = 32
MAX_NUMBER: Final = 1 << 48
MAX_TEXT_BYTES: Final = 16_000
SIZES: Final = (256, 1024, 4096, 16_384)
"""The lengths that a padded text can have: an onlooker learns no more than which of them it was."""
COPY: Final = "searoom/aside/v1"
_TAG_SIZE: Final = 16
_KEY_LABEL: Final = "searoom/off-record/v1"

PROVES_NOTHING: Final[Mapping[str, str]] = {
    "en": "This is one side's own copy of an off-record message. It proves nothing to a third party: "
    "either side could have made it.",
    "ja": "これは非記録通信の一方の控えです。どちらの側でも作成できるため、第三者に対しては何も証明しません。",
    "zh": "这是不记录信文的单方副本。任何一方都可能制作，因此对第三方不证明任何事情。",
}
"""ja and zh are our own words and await review by native speakers."""


@dataclass(frozen=True, slots=True)
class Aside:
    """One off-record message as it travels: the channel by the entry that opened it, its number, and sealed bytes."""

    channel: str
    number: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Channel:
    """An open channel as one side holds it: a key for each direction."""

    name: str
    we: str
    they: str
    _ours: bytes = field(repr=False)
    _theirs: bytes = field(repr=False)

    def write(self, number: int, text: str) -> Aside:
        """Return the words as the other side can read them; never give one number to two texts."""
        return Aside(self.name, number, self._seal(self._ours, self.we, number, text))

    def read(self, aside: Aside, heard: int) -> str:
        """Return what they said; `heard` is the highest number heard before, 0 for none.

        Raises `NotAllowed` for another channel or for what was heard before, `Tampered` for what they did not make.
        """
        if aside.channel != self.name:
            raise NotAllowed(f"an off-record message is for the channel {aside.channel:.48}, and this is {self.name}")
        if not heard < aside.number:
            raise NotAllowed(f"the off-record message {aside.number} of {self.they} was heard before")
        return self._open(self._theirs, self.they, aside)

    def _seal(self, key: bytes, author: str, number: int, text: str) -> bytes:
        if isinstance(number, bool) or not 1 <= number < MAX_NUMBER:
            raise NotAllowed(f"an off-record message is numbered from 1 to {MAX_NUMBER - 1}")
        return ChaCha20Poly1305(key).encrypt(_nonce(number), _padded(text), self._about(author, number))

    def _open(self, key: bytes, author: str, aside: Aside) -> str:
        number = aside.number
        if isinstance(number, bool) or not 1 <= number < MAX_NUMBER or len(aside.data) - _TAG_SIZE not in SIZES:
            raise NotAllowed("an off-record message has a number or a length that none has")
        try:
            inner = ChaCha20Poly1305(key).decrypt(_nonce(number), aside.data, self._about(author, number))
        except InvalidTag:
            raise Tampered(f"the off-record message {number} is not as {author} made it") from None
        return _unpadded(inner)

    def _about(self, author: str, number: int) -> bytes:
        return cbor.encode([_KEY_LABEL, self.name, author, number])


def join(mechanism: str, channel: str, we: str, contributions: Mapping[str, bytes]) -> Channel:
    """Return the channel of two parties, as `we` hold it, from what each has contributed.

    Raises `NotAllowed` where there are not two contributions of the right size, or where they are the same.
    """
    if len(contributions) != 2 or we not in contributions:
        raise NotAllowed("an off-record channel is between two parties, and each has given its half of the key")
    rows: list[cbor.Value] = []
    for party, part in sorted(contributions.items()):
        if not isinstance(part, bytes) or len(part) != CONTRIBUTION_SIZE:
            raise NotAllowed(f"the half of {party} is not {CONTRIBUTION_SIZE} bytes")
        rows.append([party, part])
    if len(set(contributions.values())) != 2:
        raise NotAllowed("one side has given back the other's half of the key")
    (they,) = (party for party in contributions if party != we)
    secret, about = cbor.encode(rows), [_KEY_LABEL, mechanism, channel]
    keys = {
        party: HKDF(SHA256(), KEY_SIZE, None, cbor.encode([*about, party])).derive(secret) for party in contributions
    }
    return Channel(channel, we, they, keys[we], keys[they])


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _padded(text: str) -> bytes:
    raw = cbor.check_text(text).encode()
    whole = next((size for size in SIZES if len(raw) + 4 <= size), 0)
    if not raw or not whole or len(raw) > MAX_TEXT_BYTES:
        raise NotAllowed(f"an off-record message has 1 to {MAX_TEXT_BYTES} bytes")
    return len(raw).to_bytes(4, "big") + raw + bytes(whole - len(raw) - 4)


def _unpadded(inner: bytes) -> str:
    used = int.from_bytes(inner[:4], "big")
    try:
        text = cbor.check_text(inner[4 : 4 + used].decode())
    except UnicodeDecodeError:
        raise NotAllowed("an off-record message holds no text") from None
    if _padded(text) != inner:
        raise NotAllowed("an off-record message is not filled up as each of them is")
    return text


def copy_bytes(aside: Aside, author: str, text: str) -> bytes:
    """Return one side's own copy of a message as a file: what was said, and the bytes that travelled."""
    return cbor.encode({0: COPY, 1: aside.channel, 2: aside.number, 3: author, 4: text, 5: aside.data})


def is_copy(data: bytes) -> bool:
    """Whether these bytes are such a copy; for `verify`, which then says `PROVES_NOTHING` and no more."""
    try:
        whole = cbor.decode(data, max_bytes=4 * SIZES[-1])
    except NotAllowed:
        return False
    if not isinstance(whole, dict) or list(whole) != list(range(6)):
        return False
    kinds = (str, str, int, str, str, bytes)
    return whole[0] == COPY and all(isinstance(value, kind) for value, kind in zip(whole.values(), kinds, strict=True))
