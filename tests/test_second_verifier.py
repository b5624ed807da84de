"""The second verifier is by other hands, runs from the command line, and says what the first one says."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import second_reader
import second_verifier
from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import curve
from searoom.record.algorithms import ED25519, ML_DSA_44, ML_DSA_87, SigningKey, check_public, check_signature
from searoom.record.verify import verify_files
from small_record import full_files, put, small_files

HERE = Path(__file__).parent


def run(*arguments):
    # -I: no path of ours, no environment of ours; only the script's own folder is added, by its own name
    command = [sys.executable, "-s", "-E", str(HERE / "second_verifier.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    return done.returncode, json.loads(done.stdout)


def test_imports_nothing_of_searoom():
    """Standard library and cryptography alone: its verdict owes nothing to the code that it judges."""
    names = set()
    for file in ("second_verifier.py", "second_reader.py"):
        for node in ast.walk(ast.parse((HERE / file).read_text())):
            names |= {alias.name.partition(".")[0] for alias in node.names} if isinstance(node, ast.Import) else set()
            names |= {str(node.module).partition(".")[0]} if isinstance(node, ast.ImportFrom) else set()
    assert {
        "base64",
        "cryptography",
        "hashlib",
        "json",
        "pathlib",
        "re",
        "second_reader",
        "sys",
        "unicodedata",
    } == names


def test_runs_from_the_command_line(tmp_path):
    """One folder: JSON with sizes and roots, exit 0; one changed byte: why, and exit 1."""
    code, verdict = run(put(tmp_path / "record", small_files()))
    proven = verify_files(small_files())
    assert (0, True, {"amber": 2, "coral": 2}) == (code, verdict["holds"], verdict["sizes"])
    assert {party: root.hex() for party, root in proven.roots.items()} == verdict["roots"]
    code, verdict = run(put(tmp_path / "fuller", full_files()))
    proven = verify_files(full_files())
    assert (0, proven.sizes, proven.openings) == (code, verdict["sizes"], verdict["openings"])
    assert {f"{log} by {by}": size for (log, by), size in proven.cosigned.items()} == verdict["cosigned"]
    tile = tmp_path / "record" / "coral" / "tile" / "0" / "000.p" / "2"
    *kept, last = tile.read_bytes()
    tile.write_bytes(bytes((*kept, last ^ 1)))
    code, verdict = run(tmp_path / "record")
    assert (1, False) == (code, verdict["holds"])
    assert "coral/tile/0/000.p/2" in verdict["why"]


@pytest.mark.parametrize("arguments", [(), ("/nowhere",), ("/", "/")])
def test_says_what_it_wants(arguments):
    """No folder, a missing one, two of them: an answer in JSON all the same."""
    assert (1, {"holds": False, "why": "name one folder"}) == run(*arguments)


def test_refuses_links_and_empty_folders(tmp_path):
    """Like the first verifier it follows nothing and leaves nothing unaccounted for."""
    record = put(tmp_path / "record", small_files())
    (record / "amber" / "bodies" / "x").symlink_to(tmp_path)
    assert 1 == second_verifier.main([str(record)])
    (record / "amber" / "bodies" / "x").unlink()
    assert 0 == second_verifier.main([str(record)])
    (record / "amber" / "bodies" / "x").mkdir()
    assert 1 == second_verifier.main([str(record)])


@given(
    st.binary(max_size=12)
    | st.recursive(
        st.integers(-(2**64), 2**64 - 1) | st.text(max_size=4) | st.binary(max_size=4) | st.none() | st.booleans(),
        lambda x: st.lists(x, max_size=3) | st.dictionaries(st.integers(0, 300) | st.text(max_size=3), x, max_size=3),
        max_leaves=6,
    ).map(second_reader.to_cbor)
)
def test_reads_the_same_cbor(data):
    """Both readers accept the same byte strings, as the same values."""
    try:
        mine = cbor.decode(data)
    except NotAllowed:
        with pytest.raises(second_reader.Refused):
            second_reader.from_cbor(data)
        return
    assert mine == second_reader.from_cbor(data)


def hostile_keys():
    """Encodings that verifiers of Ed25519 differ on: small order, not canonical, mixed order."""
    small = [
        bytes.fromhex(text)
        for text in (
            "01" + "00" * 31,
            "00" * 32,
            "ec" + "ff" * 30 + "7f",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        )
    ]
    big = [
        bytes.fromhex(text)
        for text in ("ee" + "ff" * 30 + "7f", "ed" + "ff" * 30 + "7f", "01" + "00" * 30 + "80", "02" + "00" * 31, "")
    ]
    return [*small, *big]


@pytest.mark.parametrize("public", hostile_keys(), ids=lambda key: key.hex()[:6])
def test_refuses_the_same_keys(public):
    """A key on which two ministries' programs could differ is refused by both of ours."""
    with pytest.raises(second_reader.Refused):
        second_reader.check_key(second_reader.ED25519, public)
    with pytest.raises((Tampered, NotAllowed)):
        check_signature(ED25519, public, b"", bytes(64))


@pytest.mark.parametrize("lie", ["message", "s not reduced", "r of small order", "s flipped", "short"])
def test_refuses_the_same_signatures(lie):
    """The true signature passes in both; one changed bit, an S that is too large, a small R: refused by both."""
    key, message = SigningKey(bytes(32)), b"words"
    good = key.sign(message)
    second_reader.check_ed25519(key.public, message, good, "here")
    s = int.from_bytes(good[32:], "little")
    lies = {
        "message": (message + b"!", good),
        "s not reduced": (message, good[:32] + (s + curve.L).to_bytes(32, "little")),
        "r of small order": (message, b"\1" + bytes(31) + good[32:]),
        "s flipped": (message, good[:40] + bytes((good[40] ^ 1,)) + good[41:]),
        "short": (message, good[:-1]),
    }
    with pytest.raises(second_reader.Refused):
        second_reader.check_ed25519(key.public, *lies[lie], "here")
    with pytest.raises(Tampered):
        check_signature(ED25519, key.public, *lies[lie])


@pytest.mark.parametrize(("algorithm", "size"), [(ML_DSA_44, 1312), (ML_DSA_87, 2592)])
def test_judges_the_second_kind_of_signature_alike(algorithm, size):
    """ML-DSA: the true signature passes in both; a turned bit, another size, a key without t1: refused by both."""
    key, message = SigningKey(bytes(32), algorithm), b"words"
    good = key.sign(message)
    second_reader.check_signature(algorithm, key.public, message, good, "here")
    check_signature(algorithm, key.public, message, good)
    for public, said, signature in (
        (key.public, b"others", good),
        (key.public, message, good[:-1]),
        (key.public, message, good + b"\0"),
        (key.public, message, bytes((good[0] ^ 1,)) + good[1:]),
        (bytes((key.public[0] ^ 1,)) + key.public[1:], message, good),
        (key.public[:-1], message, good),
    ):
        with pytest.raises(second_reader.Refused):
            second_reader.check_signature(algorithm, public, said, signature, "here")
        with pytest.raises(Tampered):
            check_signature(algorithm, public, said, signature)
    for public in (bytes(size), b"\1" * 32 + bytes(size - 32), bytes(size - 1)):
        with pytest.raises(second_reader.Refused):
            second_reader.check_key(algorithm, public)
        with pytest.raises(Tampered):
            check_public(algorithm, public)


@pytest.mark.parametrize("algorithm", [-8, -7, -49, 0])
def test_knows_no_other_algorithm(algorithm):
    """A number that is not in force is refused by both, whatever stands behind it."""
    with pytest.raises(second_reader.Refused):
        second_reader.check_signature(algorithm, bytes(32), b"", bytes(64), "here")
    with pytest.raises(NotAllowed):
        check_signature(algorithm, bytes(32), b"", bytes(64))
