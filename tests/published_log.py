"""A log as it is published: a folder of still files, for verifiers that others wrote.

log = publish(tmp_path, leaves)     # tiles, bundles and a checkpoint with all lines, and what is needed to judge it
log.folder, log.vkey, log.tree, log.note
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from searoom.record.algorithms import ML_DSA_44, SigningKey
from searoom.record.checkpoint import Checkpoint, SignedNote, cosignature, mirror_name, origin, sign, with_lines
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.note import NOTE_TYPE, Verifier
from searoom.record.tiles import bundles, tiles

LOG, MIRROR = SigningKey(bytes([11]) * 32), SigningKey(bytes([12]) * 32)
LOG_PQ, MIRROR_PQ = SigningKey(bytes([13]) * 32, ML_DSA_44), SigningKey(bytes([14]) * 32, ML_DSA_44)
NAME, MIRROR_NAME = origin("demo-2026", "amber"), mirror_name("demo-2026", "coral")
NOW_S = 1_790_000_000


@dataclass(frozen=True)
class Published:
    """The folder, the key of the log as other implementations read it, and the tree and note that lie in it."""

    folder: Path
    vkey: str
    tree: Tree
    note: SignedNote


def entries(count: int) -> list[bytes]:
    """Return entries of many sizes, the empty one and a long one among them."""
    return [bytes([number % 251]) * (number * 37 % 700) for number in range(count)]


def note_of(tree: Tree, size: int | None = None) -> SignedNote:
    """Return the head of `tree` with both lines of its log and both of a mirror."""
    size = tree.size if size is None else size
    head = Checkpoint(NAME, size, tree.root(size))
    lines = [cosignature(head, NAME, LOG_PQ, NOW_S)]
    lines += [cosignature(head, MIRROR_NAME, key, NOW_S) for key in (MIRROR, MIRROR_PQ)]
    return with_lines(sign(head, NAME, LOG), lines)


def publish(folder: Path, leaves: Sequence[bytes]) -> Published:
    """Write `leaves` as a published log into `folder`."""
    tree = Tree(leaf_hash(leaf) for leaf in leaves)
    note = note_of(tree)
    for path, data in {"checkpoint": note.to_bytes(), **dict(tiles(tree)), **dict(bundles(leaves))}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return Published(folder, Verifier(NAME, NOTE_TYPE, LOG.public).to_text(), tree, note)
