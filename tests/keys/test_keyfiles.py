"""Secrets as files: closed by a passphrase, for their owner alone, never written over, and nothing else taken for one."""

import base64
import contextlib
import hashlib
import io
import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskside import unlock
from searoom.errors import NotAllowed, StateUnknown
from searoom.keys import keyfiles
from searoom.keys.keyfiles import PUBLIC_OF, Stretched, Unlocked
from searoom.keys.passphrases import FLOOR, USUAL

SEED = bytes(range(32))
WORDS = b"correct horse battery"
FORCED = b"the kettle is on again"
WHAT = "officer amber-1"
VECTOR = Path(__file__).parent.parent / "vectors" / "keyfile.key"


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """Return the bytes of a key file with both passphrases set; tests copy them."""
    path = tmp_path_factory.mktemp("keys") / "x.key"
    keyfiles.write_key(path, WHAT, SEED, WORDS, duress=FORCED, cost=FLOOR)
    return path.read_bytes()


@pytest.fixture
def path(tmp_path, closed):
    """Return a key file of this test's own."""
    (tmp_path / "x.key").write_bytes(closed)
    return tmp_path / "x.key"


def again(text):
    """Return the bytes of a changed file with its sum made right again: what a forger would do."""
    body = text.rpartition("sum ")[0]
    return f"{body}sum {keyfiles._sum(body)}\n".encode()


# -- what is written is read -------------------------------------------------------------------------


def held(path, passphrase):
    """Return what the key in a file is for, and its secret."""
    found = unlock(path, passphrase)
    return found.what, found.secret


def test_a_key_comes_back_as_written(path):
    """What it is for and its seed are what was written."""
    assert (WHAT, SEED) == held(path, WORDS)


def test_the_first_line_says_what_the_key_is_for(path):
    """A person sees without a passphrase what lies there; the fingerprint is that of the public key."""
    first = path.read_text().splitlines()[0]

    assert first.startswith(
        "searoom-key v1; officer amber-1; ed25519; 56475aa75463474c0285df5dbf2bcab73da651358839e9b77481b2eab107708c; "
        "argon2id m=19456 t=2 p=1 salt="
    )


def test_the_usual_cost_is_written_into_the_file(tmp_path):
    """Where no cost is named, the file says the usual one."""
    keyfiles.write_key(tmp_path / "x.key", WHAT, SEED, WORDS)

    assert USUAL == keyfiles.load(tmp_path / "x.key").cost


@pytest.mark.parametrize("algorithm", sorted(PUBLIC_OF))
def test_keeps_each_kind_of_secret(tmp_path, algorithm):
    """Seeds of signing keys, of KEM keys, and secrets without a public half."""
    keyfiles.write_key(tmp_path / "x.key", "kem amber", SEED, WORDS, algorithm=algorithm, cost=FLOOR)
    found = unlock(tmp_path / "x.key", WORDS)

    assert Unlocked("kem amber", algorithm, SEED) == found


def test_the_secret_is_in_no_clear_byte(path):
    """Neither as it is nor as hex or base64 does the seed stand in the file, nor in what a fault would print."""
    data = path.read_bytes()

    assert not any(form in data for form in (SEED, SEED.hex().encode(), base64.b64encode(SEED)[:40]))
    assert SEED.hex() not in repr(unlock(path, WORDS))
    assert repr(SEED) not in repr(unlock(path, WORDS))


def test_no_two_files_are_alike(tmp_path):
    """Salt and nonces are fresh each time: the same key under the same passphrase gives other bytes."""
    for name in "ab":
        keyfiles.write_key(tmp_path / name, WHAT, SEED, WORDS, cost=FLOOR)
    one, other = (keyfiles.load(tmp_path / name) for name in "ab")

    assert one.salt != other.salt
    assert not set(one.slots) & set(other.slots)


def test_keys_that_share_a_salt_share_no_nonce(tmp_path):
    """One stretched passphrase closes a whole folder: a nonce that came twice would open it."""
    closed = Stretched.fresh(WORDS, FLOOR)
    for name in "abc":
        keyfiles.write_key(tmp_path / name, WHAT, SEED, closed)
    files = [keyfiles.load(tmp_path / name) for name in "abc"]

    assert 1 == len({file.salt for file in files})
    assert 6 == len({slot[:12] for file in files for slot in file.slots})


# -- two slots ---------------------------------------------------------------------------------------


def test_the_duress_passphrase_opens_the_same_key_and_is_told(path):
    """The key is the same; only who reads the answer of `unlock` knows."""
    assert Unlocked(WHAT, "ed25519", SEED, duress=False) == unlock(path, WORDS)
    assert Unlocked(WHAT, "ed25519", SEED, duress=True) == unlock(path, FORCED)


def test_nobody_sees_whether_a_duress_passphrase_is_set(tmp_path, path):
    """Both slots are always there and of one size, and neither place is kept for the ordinary one."""
    keyfiles.write_key(tmp_path / "without.key", WHAT, SEED, WORDS, cost=FLOOR)
    files = [keyfiles.load(tmp_path / "without.key"), keyfiles.load(path)]

    assert [[61, 61]] * 2 == [[len(slot) for slot in file.slots] for file in files]
    assert 1 == len({len(file.to_bytes()) for file in files})


def test_the_ordinary_slot_stands_in_either_place(tmp_path, monkeypatch):
    """Chance decides the order of the slots."""
    places = set()
    for reverse in (0, 1):
        monkeypatch.setattr(keyfiles.secrets, "randbelow", lambda _below, reverse=reverse: reverse)
        keyfiles.write_key(tmp_path / f"{reverse}.key", WHAT, SEED, WORDS, cost=FLOOR)
        file = keyfiles.load(tmp_path / f"{reverse}.key")
        kek = keyfiles.stretch(WORDS, file.salt, file.cost)
        places.add(tuple(keyfiles._opened(slot, kek, file.header()) is None for slot in file.slots))

    assert {(True, False), (False, True)} == places


def test_a_file_without_duress_is_opened_by_no_other_passphrase(tmp_path):
    """The slot that is not used holds nothing that any passphrase opens."""
    keyfiles.write_key(tmp_path / "x.key", WHAT, SEED, WORDS, cost=FLOOR)

    file = keyfiles.load(tmp_path / "x.key")
    assert [None, None] == [keyfiles._opened(slot, bytes(32), file.header()) for slot in file.slots]
    for guess in (b"", b"\0", FORCED, bytes(32)):
        with pytest.raises(NotAllowed, match="the passphrase does not open"):
            held(tmp_path / "x.key", guess)


def test_keys_that_are_opened_together_have_no_duress_passphrase(tmp_path):
    """A station's keys are opened by a machine; a second passphrase is for persons."""
    with pytest.raises(NotAllowed, match="opened together"):
        keyfiles.write_key(tmp_path / "x.key", WHAT, SEED, Stretched.fresh(WORDS, FLOOR), duress=FORCED)
    assert not (tmp_path / "x.key").exists()


def test_refuses_a_duress_passphrase_too_like_the_ordinary_one(tmp_path):
    """A slip of the fingers never raises the alert; nothing is written."""
    with pytest.raises(NotAllowed, match="too like"):
        keyfiles.write_key(tmp_path / "x.key", WHAT, SEED, WORDS, duress=WORDS + b"!", cost=FLOOR)
    assert not (tmp_path / "x.key").exists()


# -- a passphrase is changed ---------------------------------------------------------------------------


def test_changes_the_passphrase_and_leaves_the_other_slot(path):
    """The new one opens, the old one no longer, the one for duress as before; the first line stays."""
    before = path.read_text().splitlines()[0]

    assert not keyfiles.change_passphrase(path, WORDS, b"a new one of four words")
    assert (WHAT, SEED) == held(path, b"a new one of four words")
    assert unlock(path, FORCED).duress
    assert before == path.read_text().splitlines()[0]
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    with pytest.raises(NotAllowed, match="does not open"):
        held(path, WORDS)


def test_under_duress_only_the_duress_passphrase_changes(path):
    """Who forces a change gets a passphrase that still raises the alert, and the person keeps the ordinary one."""
    assert keyfiles.change_passphrase(path, FORCED, b"what they made me type in")

    assert unlock(path, b"what they made me type in").duress
    assert not unlock(path, WORDS).duress


def test_does_not_change_with_a_wrong_passphrase(path):
    """Nothing is written where the old passphrase is wrong, or the new one opens the other slot."""
    before = path.read_bytes()

    for old, new in ((b"wrong", b"new"), (WORDS, FORCED), (WORDS, WORDS)):
        with pytest.raises(NotAllowed):
            keyfiles.change_passphrase(path, old, new)
    assert before == path.read_bytes()
    assert [path] == list(path.parent.iterdir())


def test_a_change_that_fails_leaves_the_old_file(path, monkeypatch):
    """A full disk in the middle of a change costs nothing."""
    before = path.read_bytes()

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keyfiles.os, "fsync", full)
    with pytest.raises(StateUnknown, match="No space left"):
        keyfiles.change_passphrase(path, WORDS, b"a new one of four words")
    assert before == path.read_bytes()
    assert [path] == list(path.parent.iterdir())


def test_a_change_that_was_cut_short_can_be_made_again(path):
    """What a crash left of an earlier attempt is in nobody's way."""
    path.with_name("x.key.new").write_bytes(b"half")
    keyfiles.change_passphrase(path, WORDS, b"a new one of four words")

    assert (WHAT, SEED) == held(path, b"a new one of four words")


# -- what is refused ----------------------------------------------------------------------------------


def test_names_a_key_file_that_is_missing(tmp_path):
    """No file is another sentence than a wrong one."""
    with pytest.raises(NotAllowed, match="there is no key file .*x.key"):
        keyfiles.load(tmp_path / "x.key")


@pytest.mark.parametrize("data", [b"", b"hello", b"-----BEGIN PRIVATE KEY-----\n", b"\xff" * 300, b"searoom-key"])
def test_refuses_a_foreign_file(tmp_path, data):
    """A file of another kind is called that."""
    (tmp_path / "x.key").write_bytes(data)

    with pytest.raises(NotAllowed, match="is not a key file"):
        keyfiles.load(tmp_path / "x.key")


def test_refuses_a_file_without_end(tmp_path, closed):
    """No more of a file is read than a key file can have."""
    (tmp_path / "x.key").write_bytes(closed + b"\0" * (1 << 20))

    with pytest.raises(NotAllowed, match="is not a key file"):
        keyfiles.load(tmp_path / "x.key")


def test_reads_no_more_than_a_key_file_can_have(tmp_path, closed, monkeypatch):
    """A pipe without end that lies where a key should be does not fill the memory."""
    asked = []

    class Endless(io.BytesIO):
        def read(self, size=-1):
            asked.append(size)
            return b"\0" * max(size, 0)

    monkeypatch.setattr(keyfiles.Path, "open", lambda _path, _mode: Endless())
    with pytest.raises(NotAllowed, match="is not a key file"):
        keyfiles.load(tmp_path / "x.key")
    assert [keyfiles.MAX_FILE + 1] == asked


@pytest.mark.parametrize("version", ["v0", "v2", "v11"])
def test_refuses_another_version(path, version):
    """A file of another version is said to be one."""
    path.write_bytes(again(path.read_text().replace("searoom-key v1", f"searoom-key {version}")))

    with pytest.raises(NotAllowed, match="another version than 1"):
        keyfiles.load(path)


def test_a_folder_is_no_key_file(tmp_path):
    """What cannot be read is told as one sentence."""
    with pytest.raises(NotAllowed, match="cannot be read: Is a directory"):
        keyfiles.load(tmp_path)


def test_refuses_a_wrong_passphrase(path):
    """A wrong passphrase is called that, and not damage."""
    with pytest.raises(NotAllowed, match="the passphrase does not open .*x.key"):
        held(path, b"correct horse batterie")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(min_value=16), bit=st.integers(0, 7))
def test_any_flipped_bit_is_damage(tmp_path, closed, at, bit):
    """A file that a bad medium changed is said to be damaged, before any passphrase is tried."""
    data = bytearray(closed)
    data[16 + at % (len(data) - 16)] ^= 1 << bit
    (tmp_path / "x.key").write_bytes(bytes(data))

    with pytest.raises(NotAllowed, match="is damaged"):
        keyfiles.load(tmp_path / "x.key")


def test_a_cost_that_a_bad_medium_changed_is_damage(path, closed):
    """What the sum shows to be damaged is not called an attack."""
    path.write_bytes(closed.replace(b"m=19456", b"m=18456"))

    with pytest.raises(NotAllowed, match="is damaged"):
        keyfiles.load(path)


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.999])
def test_refuses_a_file_that_was_cut(tmp_path, closed, keep):
    """Half a file is damaged, never a shorter one."""
    (tmp_path / "x.key").write_bytes(closed[: int(len(closed) * keep)])

    with pytest.raises(NotAllowed, match="is damaged"):
        keyfiles.load(tmp_path / "x.key")


FORGED = [
    ("officer amber-1", "station amber", "does not open"),  # the first line is bound to each slot
    ("officer amber-1", "officer amber-2", "does not open"),
    ("ed25519", "ml-dsa-44", "does not open"),
    ("; 56475a", "; 56475b", "does not open"),
    (" t=2 ", " t=3 ", "does not open"),
    ("m=19456 t=2", "m=8 t=1", "too weak"),
    ("m=19456 t=2", "m=19455 t=2", "too weak"),
    ("m=19456", "m=999999999", "more memory or time"),
    ("t=2", "t=999999", "more memory or time"),
    ("p=1", "p=999", "more memory or time"),
    ("m=19456", "m=019456", "is damaged"),
    ("m=19456", "m=99999999999999999999", "is damaged"),
    ("ed25519", "rsa", "is damaged"),
    ("officer amber-1", "Officer amber-1", "is damaged"),
    ("officer amber-1", "officer amber-1\u202e", "is damaged"),
    ("officer amber-1", "officer amber-1; ed25519", "is damaged"),
    ("searoom-key v1; ", "searoom-key v1;  ", "is damaged"),
    ("==\n", "\n", "is damaged"),
    ("searoom-key v1; ", "searoom-key v1;", "is damaged"),
    ("searoom-key v1; officer amber-1; ed25519; ", "searoom-key v1;", "is damaged"),
]


@pytest.mark.parametrize(("old", "new", "said"), FORGED)
def test_refuses_what_somebody_rewrote(path, old, new, said):
    """Whoever changes the clear line and makes the sum right again gets no key opened, and no memory eaten."""
    text = path.read_text()
    assert old in text or old == "==\n"
    path.write_bytes(again(text.replace(old, new, 1) if old in text else text.replace("\nsum", "=\nsum")))

    with pytest.raises(NotAllowed, match=said):
        held(path, WORDS)


def test_refuses_a_hostile_cost_before_it_takes_memory(path, monkeypatch):
    """The bounds are looked at on reading; nothing is stretched."""
    monkeypatch.setattr(keyfiles, "stretch", lambda *_given: pytest.fail("stretched"))
    path.write_bytes(again(path.read_text().replace("m=19456", "m=999999999")))

    with pytest.raises(NotAllowed, match=r"x\.key: Argon2id with m=999999999 t=2 p=1 asks for more"):
        held(path, WORDS)


@pytest.mark.parametrize("change", [lambda s: s[:1], lambda s: [*s, s[0]], lambda s: [s[0], s[1][:-4]], lambda s: []])
def test_refuses_another_number_or_size_of_slots(path, change):
    """Two slots of one size, no more and no less."""
    head, *slots = path.read_text().splitlines()[:-1]
    path.write_bytes(again("\n".join([head, *change(slots)]) + "\nsum x\n"))

    with pytest.raises(NotAllowed, match="is damaged"):
        keyfiles.load(path)


def test_refuses_a_secret_that_is_not_the_key_of_the_first_line(path):
    """A slot that was closed over another secret is found out by the fingerprint."""
    file = keyfiles.load(path)
    kek = keyfiles.stretch(WORDS, file.salt, file.cost)
    other = keyfiles._closed(kek, b"\0", bytes(32), file.header())
    forged = keyfiles.KeyFile(path, file.what, file.algorithm, file.public_hash, file.cost, file.salt, (other, other))
    path.write_bytes(forged.to_bytes())

    with pytest.raises(NotAllowed, match="does not hold the key that its first line names"):
        held(path, WORDS)


@pytest.mark.parametrize(
    ("what", "secret", "algorithm"),
    [
        ("", SEED, "ed25519"),
        ("station; amber", SEED, "ed25519"),
        ("station\namber", SEED, "ed25519"),
        ("station amber", SEED[:31], "ed25519"),
        ("station amber", SEED + b"\0", "ed25519"),
        ("station amber", SEED, "rsa"),
    ],
)
def test_writes_nothing_that_it_would_not_read(tmp_path, what, secret, algorithm):
    """A name with a separator in it, a secret of another size, an unknown algorithm: no file."""
    with pytest.raises(NotAllowed, match="cannot be put into a key file"):
        keyfiles.write_key(tmp_path / "x.key", what, secret, WORDS, algorithm=algorithm, cost=FLOOR)
    assert [] == list(tmp_path.iterdir())


# -- left open, or on a token --------------------------------------------------------------------------


def test_a_file_of_an_exercise_says_that_it_is_not_protected(tmp_path):
    """It reads back without a passphrase, and its first line says what it lacks."""
    keyfiles.write_key(tmp_path / "x.key", "station amber", SEED, None)

    assert ("station amber", SEED) == held(tmp_path / "x.key", None)
    assert (tmp_path / "x.key").read_text().splitlines()[0].endswith("; exercise: not protected")
    assert keyfiles.load(tmp_path / "x.key").cost is None


def test_refuses_an_open_file_with_another_key(tmp_path):
    """An open file is checked against its first line too."""
    keyfiles.write_key(tmp_path / "x.key", "station amber", SEED, None)
    text = (tmp_path / "x.key").read_text()
    (tmp_path / "x.key").write_bytes(again(text.replace(SEED.hex(), bytes(32).hex())))

    with pytest.raises(NotAllowed, match="does not hold the key"):
        held(tmp_path / "x.key", None)


def test_an_open_file_has_no_passphrase_to_change(tmp_path):
    """A file without a passphrase is not turned into one with."""
    keyfiles.write_key(tmp_path / "x.key", "station amber", SEED, None)

    with pytest.raises(NotAllowed, match="no passphrase"):
        keyfiles.change_passphrase(tmp_path / "x.key", WORDS, FORCED)


def test_a_closed_file_is_not_opened_without_a_passphrase(path):
    """Without a passphrase nothing of a closed file is opened."""
    with pytest.raises(NotAllowed, match="is opened with a passphrase"):
        held(path, None)


def test_a_file_may_say_on_which_token_the_key_is(tmp_path):
    """It holds no secret: what it is for, the fingerprint, and two labels."""
    keyfiles.write_token(tmp_path / "x.key", WHAT, b"\1" * 32, token="searoom", label="amber-1")
    file = keyfiles.load(tmp_path / "x.key")

    assert ("searoom", "amber-1", WHAT) == (file.token, file.label, file.what)
    with pytest.raises(NotAllowed, match="is on a token"):
        held(tmp_path / "x.key", None)


@pytest.mark.parametrize("label", ["", "a b", "../x", "a/b", "é"])
def test_refuses_a_token_label_with_other_characters(tmp_path, label):
    """Labels are plain words: they end on a command line and in a library's call."""
    with pytest.raises(NotAllowed, match="cannot be put into a key file"):
        keyfiles.write_token(tmp_path / "x.key", WHAT, b"\1" * 32, token="searoom", label=label)


# -- files ----------------------------------------------------------------------------------------------


def test_only_the_owner_reads_it(tmp_path):
    """The file and the folder made for it are closed to everybody else."""
    keyfiles.write_private(tmp_path / "keys" / "x", b"secret")

    assert 0o600 == stat.S_IMODE((tmp_path / "keys" / "x").stat().st_mode)
    assert 0o700 == stat.S_IMODE((tmp_path / "keys").stat().st_mode)


def test_never_replaces_a_file(tmp_path):
    """A secret that is there stays, and the sentence names it."""
    keyfiles.write_private(tmp_path / "x", b"first")

    with pytest.raises(NotAllowed, match="is there already"):
        keyfiles.write_private(tmp_path / "x", b"second")
    assert b"first" == (tmp_path / "x").read_bytes()


def test_half_a_file_is_taken_away(tmp_path, monkeypatch):
    """A disk that is full leaves no file behind that looks like a key."""

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keyfiles.os, "fsync", full)
    with pytest.raises(StateUnknown, match="No space left"):
        keyfiles.write_private(tmp_path / "x", b"secret")
    assert not (tmp_path / "x").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    """The sentence says which file, and why."""
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(NotAllowed, match="file/x cannot be written: (File exists|Not a directory)"):
        keyfiles.write_private(tmp_path / "file" / "x", b"secret")


# -- the format, as somebody else would read it -----------------------------------------------------------


def test_the_published_file_opens_by_the_words_of_the_format_page():
    """What docs/formats/keyfile.md says is enough to open the committed file without any code of ours."""
    lines = VECTOR.read_text(encoding="ascii").splitlines()
    opened = {
        mark: secret
        for words in (WORDS, FORCED)
        for slot in map(base64.b64decode, lines[1:3])
        for mark, secret in by_hand(slot, words, lines[0])
    }

    assert {0: SEED, 1: SEED} == opened
    assert hashlib.sha256(VECTOR.read_bytes().rpartition(b"sum ")[0]).hexdigest()[:16] == lines[3].split()[1]
    assert ((WHAT, SEED), True) == (held(VECTOR, WORDS), unlock(VECTOR, FORCED).duress)


def by_hand(slot, words, header):
    """Yield what a slot holds where these words open it."""
    key = Argon2id(salt=bytes(range(16)), length=32, iterations=2, lanes=1, memory_cost=19456).derive(words)
    with contextlib.suppress(InvalidTag):
        plain = ChaCha20Poly1305(key).decrypt(slot[:12], slot[12:], header.encode())
        yield plain[0], plain[1:]
