"""metamorphic-log, a verifier in Rust that others wrote, judges our checkpoints and proofs as we do."""

import metamorphic_log as outside
import pytest

from builders import MECHANISM
from published_log import NAME, entries, note_of, publish
from searoom.record.checkpoint import origin
from searoom.record.keys import Role
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.note import COSIGNATURE_TYPE, ML_DSA_TYPE, NOTE_TYPE, Verifier, to_base64
from small_record import AMBER, CORAL, small_files

LEAVES = entries(300)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """Publish one log of 300 entries."""
    return publish(tmp_path_factory.mktemp("log"), LEAVES)


def flipped(value):
    return bytes((value[0] ^ 1,)) + value[1:]


def test_verifies_the_checkpoint(log):
    """Origin, size and root come back as they are, by the 0x01 line; the other three lines are passed over."""
    text = (log.folder / "checkpoint").read_text()
    head = outside.checkpoint_verify(text, [log.vkey])
    assert (NAME, 300, log.tree.root(), []) == (head.origin, head.size, bytes(head.root), head.extensions)
    assert 1 == outside.verify_signed_note(text, [log.vkey])


@pytest.mark.parametrize("place", ["origin", "size", "root", "signature"])
def test_refuses_an_altered_checkpoint(log, place):
    """Another origin, size, root or signature: refused."""
    text = log.note.to_bytes().decode()
    own = log.note.signatures[0]
    altered = {
        "origin": text.replace("demo-2026/amber\n", "demo-2026/ambra\n"),
        "size": text.replace("\n300\n", "\n301\n"),
        "root": text.replace(to_base64(log.tree.root()), to_base64(flipped(log.tree.root()))),
        "signature": text.replace(to_base64(own.key_id + own.value), to_base64(own.key_id + flipped(own.value))),
    }[place]
    assert altered != text
    with pytest.raises(outside.VerifyError):
        outside.checkpoint_verify(altered, [log.vkey])


@pytest.mark.parametrize("party", [AMBER, CORAL], ids=lambda party: party.name)
def test_verifies_the_checkpoint_of_an_exported_record(party):
    """What `searoom export` writes, with all lines that stand under it, is a checkpoint for others."""
    text = small_files()[f"{party.name}/checkpoint"].decode()
    vkey = Verifier(origin(MECHANISM, party.name), NOTE_TYPE, party.card.key(Role.LOG).public).to_text()
    head = outside.checkpoint_verify(text, [vkey])
    assert (origin(MECHANISM, party.name), 2) == (head.origin, head.size)
    with pytest.raises(outside.VerifyError):
        outside.checkpoint_verify(text.replace("\n2\n", "\n3\n"), [vkey])


def test_refuses_another_key(log):
    """A key that did not sign: refused."""
    stranger = Verifier(NAME, NOTE_TYPE, bytes.fromhex("58" + "66" * 31)).to_text()
    with pytest.raises(outside.VerifyError):
        outside.checkpoint_verify(log.note.to_bytes().decode(), [stranger])


@pytest.mark.parametrize("kind", [COSIGNATURE_TYPE, ML_DSA_TYPE])
def test_does_not_know_cosignatures(log, kind):
    """It reads 0x01 lines only: the day it learns the others, this fails and they are tested here too."""
    text = log.note.to_bytes().decode()
    with pytest.raises((outside.VerifyError, outside.InternalError)):
        outside.verify_signed_note(text, [Verifier(NAME, kind, bytes(32)).to_text()])


@pytest.mark.parametrize("index", [0, 1, 127, 128, 255, 256, 298, 299])
def test_judges_inclusion_as_we_do(log, index):
    """Our path proves the entry under the signed checkpoint; with one bit changed, or for another place, it does not."""
    text, path = log.note.to_bytes().decode(), list(log.tree.inclusion(index))
    outside.checkpoint_verify_inclusion(text, [log.vkey], index, leaf_hash(LEAVES[index]), path)
    for place, leaf, hashes in (
        (index, leaf_hash(LEAVES[index] + b"!"), path),
        (index ^ 1, leaf_hash(LEAVES[index]), path),
        (index, leaf_hash(LEAVES[index]), [flipped(path[0]), *path[1:]]),
        (index, leaf_hash(LEAVES[index]), path[:-1]),
        (index, leaf_hash(LEAVES[index]), [*path, bytes(32)]),
    ):
        with pytest.raises(outside.VerifyError):
            outside.checkpoint_verify_inclusion(text, [log.vkey], place, leaf, hashes)


@pytest.mark.parametrize("older", [1, 2, 128, 255, 256, 299])
def test_judges_consistency_as_we_do(log, older):
    """Our consistency proof joins an older signed head to the newest; an altered one does not."""
    first, second = (note.to_bytes().decode() for note in (note_of(log.tree, older), log.note))
    proof = list(log.tree.consistency(older))
    outside.checkpoint_verify_consistency(first, second, [log.vkey], proof)
    for lie in ([flipped(proof[0]), *proof[1:]], proof[:-1], [*proof, bytes(32)]):
        with pytest.raises(outside.VerifyError):
            outside.checkpoint_verify_consistency(first, second, [log.vkey], lie)
    other = note_of(Tree(leaf_hash(leaf + b"!") for leaf in LEAVES), older).to_bytes().decode()
    with pytest.raises(outside.VerifyError):
        outside.checkpoint_verify_consistency(other, second, [log.vkey], proof)
