"""Where passphrases come from, and the keys that they open: a node's together, a person's alone."""

import io

import pytest

from searoom.errors import NotAllowed
from searoom.keys import keyfiles, passphrases, tokens, unlocking
from searoom.keys.keyfiles import Stretched, Unlocked
from searoom.keys.passphrases import FLOOR
from searoom.keys.unlocking import KeyFolder, asker, chooser, open_person
from searoom.record.algorithms import ED25519, ML_DSA_44, SigningKey

SEED = bytes(range(32))
WORDS = b"correct horse battery"
FORCED = b"the kettle is on again"


@pytest.fixture
def at_terminal(monkeypatch):
    """Return what lets a test type: it takes the lines and returns the prompts that were shown."""

    def type_in(*lines):
        shown, left = [], list(lines)

        def typed(prompt):
            shown.append(prompt)
            if not left:
                raise EOFError
            return left.pop(0)

        monkeypatch.setattr(unlocking.sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr(unlocking.getpass, "getpass", typed)
        return shown

    return type_in


def private(path, data):
    """Write a file that is closed to others."""
    path.write_bytes(data)
    path.chmod(0o600)
    return path


def never(_what):
    """Fail where a passphrase is asked for although none is needed."""
    pytest.fail("a passphrase was asked for")


# -- where passphrases come from ---------------------------------------------------------------------


def test_asks_at_the_terminal(at_terminal):
    """The prompt says which key is meant, and nothing is echoed (getpass)."""
    shown = at_terminal("correct horse battery")

    assert WORDS == asker(environ={})("the keys of amber")
    assert ["Passphrase for the keys of amber: "] == shown


def test_reads_the_named_file(tmp_path):
    """One line, with or without its end; what a person would type is what is read."""
    for end in (b"", b"\n", b"\r\n"):
        assert WORDS == asker(private(tmp_path / "p", WORDS + end), {})("x")
    assert "été".encode() == asker(private(tmp_path / "p", "e\u0301te\u0301\n".encode()), {})("x")


def test_the_named_file_goes_before_the_variable_and_that_before_systemd(tmp_path):
    """What is said at the command wins, then the person's environment, then the service's."""
    named, variable = private(tmp_path / "a", b"named"), private(tmp_path / "b", b"variable")
    private(tmp_path / "searoom-passphrase", b"systemd")
    both = {"SEAROOM_PASSPHRASE_FILE": str(variable), "CREDENTIALS_DIRECTORY": str(tmp_path)}

    assert b"named" == asker(named, both)("x")
    assert b"variable" == asker(None, both)("x")
    assert b"systemd" == asker(None, {"CREDENTIALS_DIRECTORY": str(tmp_path)})("x")


def test_takes_the_environment_of_the_process(tmp_path, monkeypatch):
    """Without being told otherwise the variable of this process counts."""
    monkeypatch.setenv("SEAROOM_PASSPHRASE_FILE", str(private(tmp_path / "b", b"variable")))

    assert b"variable" == asker()("x")
    assert WORDS == chooser(private(tmp_path / "c", WORDS))("x")


def test_a_credential_may_look_open(tmp_path):
    """Systemd's access lists show as a wide mode; its folder is closed all the same."""
    (tmp_path / "searoom-passphrase").write_bytes(b"systemd")
    (tmp_path / "searoom-passphrase").chmod(0o440)

    assert b"systemd" == asker(None, {"CREDENTIALS_DIRECTORY": str(tmp_path)})("x")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_refuses_a_passphrase_file_that_others_may_read(tmp_path, mode):
    """A passphrase that everybody can read protects nothing; the person is told to change it."""
    path = private(tmp_path / "p", WORDS)
    path.chmod(mode)

    with pytest.raises(NotAllowed, match="others may read") as refused:
        asker(path, {})("x")
    assert "then change it" in refused.value.advice()


@pytest.mark.parametrize("data", [b"", b"\n", b"a\nb", b"x" * 2000, b"a\0b"])
def test_refuses_a_file_that_is_no_passphrase(tmp_path, data):
    """Nothing, two lines, a file without end: none of them is taken for a passphrase."""
    with pytest.raises(NotAllowed, match="a passphrase"):
        asker(private(tmp_path / "p", data), {})("x")


def test_reads_no_more_than_a_passphrase_can_have(tmp_path, monkeypatch):
    """A device without end that somebody named does not fill the memory."""
    asked = []

    class Endless(io.BytesIO):
        def read(self, size=-1):
            asked.append(size)
            return b"x" * max(size, 0)

    monkeypatch.setattr(unlocking.Path, "open", lambda _path, _mode: Endless())
    (tmp_path / "searoom-passphrase").touch()
    with pytest.raises(NotAllowed, match="a passphrase has"):
        asker(None, {"CREDENTIALS_DIRECTORY": str(tmp_path)})("x")
    assert [passphrases.MAX_BYTES + 2] == asked


def test_says_why_a_passphrase_file_cannot_be_read(tmp_path):
    """A file that is missing or no text is named."""
    with pytest.raises(NotAllowed, match="p cannot be read: No such file"):
        asker(tmp_path / "p", {})("x")
    with pytest.raises(NotAllowed, match="not UTF-8"):
        asker(private(tmp_path / "p", b"\xff\xfe"), {})("x")


def test_says_that_there_is_no_terminal(monkeypatch):
    """A service without a passphrase does not hang: it says what to name."""
    monkeypatch.setattr(unlocking.sys.stdin, "isatty", lambda: False, raising=False)

    with pytest.raises(NotAllowed, match="no terminal") as refused:
        asker(environ={"CREDENTIALS_DIRECTORY": "/nowhere"})("x")
    assert "SEAROOM_PASSPHRASE_FILE" in refused.value.advice()


def test_says_that_nothing_was_typed(at_terminal):
    """The end of the input is a sentence."""
    at_terminal()

    with pytest.raises(NotAllowed, match="no passphrase was typed"):
        asker(environ={})("x")


def test_a_new_passphrase_is_typed_twice(at_terminal):
    """What is typed the same way twice is taken, and what is not is refused."""
    at_terminal("correct horse battery", "correct horse battery")
    assert WORDS == chooser(environ={})("x")

    at_terminal("correct horse battery", "correct horse batterie")
    with pytest.raises(NotAllowed, match="differ"):
        chooser(environ={})("x")


def test_a_new_passphrase_is_long_enough(at_terminal, tmp_path):
    """A short one is refused before it is asked for again, from a file too."""
    at_terminal("short")
    with pytest.raises(NotAllowed, match="too short"):
        chooser(environ={})("x")
    with pytest.raises(NotAllowed, match="too short"):
        chooser(private(tmp_path / "p", b"short"), {})("x")


# -- a node's keys ------------------------------------------------------------------------------------


def folder(path, passphrase, **changed):
    """Write three keys of amber that one passphrase opens."""
    rows = {
        "station": ("station amber", "ed25519"),
        "log-pq": ("log-pq amber", "ml-dsa-44"),
        "kem": ("kem amber", "x-wing"),
    }
    closed = None if passphrase is None else Stretched.fresh(passphrase, FLOOR)
    for name, (what, algorithm) in {**rows, **changed}.items():
        keyfiles.write_key(path / f"{name}.key", what, SEED, closed, algorithm=algorithm)
    return path


def test_one_passphrase_opens_all_keys_of_a_node(tmp_path, monkeypatch):
    """It is asked for once, and stretched once for all files that share a salt."""
    asked, stretched = [], []
    real = passphrases.stretch
    monkeypatch.setattr(unlocking.passphrases, "stretch", lambda *given: stretched.append(1) or real(*given))
    keys = KeyFolder(
        folder(tmp_path, WORDS), party="amber", exercise=False, ask=lambda what: asked.append(what) or WORDS
    )

    stretched.clear()
    assert (SEED, SEED) == (keys.secret("station"), keys.secret("kem", "x-wing"))
    assert (ED25519, ML_DSA_44) == (keys.signing("station").algorithm, keys.signing("log-pq", ML_DSA_44).algorithm)
    assert (["the keys of amber"], [1]) == (asked, stretched)


def test_files_with_salts_of_their_own_are_opened_too(tmp_path):
    """A key that was replaced later has another salt; the same passphrase opens it."""
    folder(tmp_path, WORDS)
    keyfiles.write_key(tmp_path / "mirror.key", "mirror amber", SEED, WORDS, cost=FLOOR)
    keys = KeyFolder(tmp_path, party="amber", exercise=False, ask=lambda _what: WORDS)

    assert [SEED, SEED] == [keys.secret(name) for name in ("station", "mirror")]


def test_forgets_the_passphrase(tmp_path):
    """Once the keys are read the passphrase is not held; only a key with a salt of its own would ask again."""
    asked = []
    keys = KeyFolder(
        folder(tmp_path, WORDS), party="amber", exercise=False, ask=lambda what: asked.append(what) or WORDS
    )
    keyfiles.write_key(tmp_path / "mirror.key", "mirror amber", SEED, WORDS, cost=FLOOR)
    keys.secret("station")
    keys.forget()
    keys.secret("kem", "x-wing")
    assert 1 == len(asked)

    keys.secret("mirror")
    assert 2 == len(asked)


def test_folders_share_what_was_stretched(tmp_path, monkeypatch):
    """The keys of a next card that were closed like those in force open without a second question."""
    closed = Stretched.fresh(WORDS, FLOOR)
    for name in ("keys", "keys-1"):
        keyfiles.write_key(tmp_path / name / "station.key", "station amber", SEED, closed)
    shared = {}
    first, second = (
        KeyFolder(tmp_path / name, party="amber", exercise=False, ask=ask, stretched=shared)
        for name, ask in (("keys", lambda _what: WORDS), ("keys-1", never))
    )

    assert [SEED, SEED] == [first.secret("station"), second.secret("station")]


def test_a_wrong_passphrase_is_not_kept(tmp_path):
    """After a wrong one the right one opens: nothing of the wrong one stays in the way."""
    given = [FORCED, WORDS]
    keys = KeyFolder(folder(tmp_path, WORDS), party="amber", exercise=False, ask=lambda _what: given.pop(0))

    with pytest.raises(NotAllowed):
        keys.secret("station")
    keys.forget()
    assert SEED == keys.secret("station")


def test_an_exercise_may_leave_keys_open(tmp_path):
    """The demo's nodes start without a passphrase; the same folder in a real agreement does not start at all."""
    folder(tmp_path, None)

    assert SEED == KeyFolder(tmp_path, party="amber", exercise=True, ask=never).secret("station")
    with pytest.raises(NotAllowed, match="is not protected, and this is no exercise"):
        KeyFolder(tmp_path, party="amber", exercise=False, ask=never).secret("station")


def test_an_exercise_may_protect_its_keys(tmp_path):
    """Closed keys are opened with their passphrase in an exercise as well."""
    keys = KeyFolder(folder(tmp_path, WORDS), party="amber", exercise=True, ask=lambda _what: WORDS)

    assert SEED == keys.secret("station")


@pytest.mark.parametrize(
    "changed",
    [
        {"station": ("mirror amber", "ed25519")},
        {"station": ("station coral", "ed25519")},
        {"station": ("station amber", "ml-dsa-44")},
    ],
)
def test_refuses_a_key_file_that_is_for_something_else(tmp_path, changed):
    """Two files that were exchanged by mistake are named before either is used."""
    keys = KeyFolder(folder(tmp_path, WORDS, **changed), party="amber", exercise=False, ask=never)

    with pytest.raises(NotAllowed, match="not for 'station amber'"):
        keys.secret("station")


def test_tells_which_keys_there_are(tmp_path):
    """A key that came with a later version may be missing in an older folder."""
    keys = KeyFolder(folder(tmp_path, None), party="amber", exercise=True, ask=never)

    assert (True, False) == (keys.has("station"), keys.has("storage"))


def test_a_wrong_passphrase_opens_no_key(tmp_path):
    """The sentence names the file."""
    keys = KeyFolder(folder(tmp_path, WORDS), party="amber", exercise=False, ask=lambda _what: FORCED)

    with pytest.raises(NotAllowed, match=r"the passphrase does not open .*station\.key"):
        keys.secret("station")


# -- a person's key -------------------------------------------------------------------------------------


def test_opens_a_person_s_key(tmp_path):
    """The prompt names person and file; the key signs, and how it was opened is told."""
    asked = []
    path = tmp_path / "amber-1.key"
    keyfiles.write_key(path, "officer amber-1", SEED, WORDS, duress=FORCED, cost=FLOOR)
    held = open_person(path, exercise=False, ask=lambda what: asked.append(what) or WORDS)

    assert ("officer amber-1", SigningKey(SEED), False) == (held.what, held.key, held.duress)
    assert [f"'officer amber-1' in {path}"] == asked
    assert open_person(path, exercise=False, ask=lambda _what: FORCED).duress
    assert SEED.hex() not in repr(held)


def test_a_person_s_key_may_lie_open_in_an_exercise_only(tmp_path):
    """A real party's officer cannot sign with a key that anybody could have copied."""
    keyfiles.write_key(tmp_path / "x.key", "officer amber-1", SEED, None)

    assert SigningKey(SEED) == open_person(tmp_path / "x.key", exercise=True, ask=never).key
    with pytest.raises(NotAllowed, match="is not protected"):
        open_person(tmp_path / "x.key", exercise=False, ask=never)


def test_a_person_does_not_sign_with_another_kind_of_key(tmp_path):
    """A KEM key is no officer's key."""
    keyfiles.write_key(tmp_path / "x.key", "kem amber", SEED, WORDS, algorithm="x-wing", cost=FLOOR)

    with pytest.raises(NotAllowed, match="no key that a person signs with"):
        open_person(tmp_path / "x.key", exercise=False, ask=never)


def test_a_person_s_key_may_stand_on_a_token(tmp_path, monkeypatch):
    """The PIN is asked for, and the library is the one that the machine's owner named."""
    calls = []
    monkeypatch.setattr(
        tokens, "open_key", lambda *given, **more: calls.append((given, more["public_hash"])) or SigningKey(SEED)
    )
    keyfiles.write_token(
        tmp_path / "x.key", "officer amber-1", SigningKey(SEED).public, token="searoom", label="amber-1"
    )
    held = open_person(
        tmp_path / "x.key",
        exercise=False,
        ask=lambda what: what.encode(),
        environ={"SEAROOM_PKCS11_MODULE": "/usr/lib/t.so"},
    )

    expected = ("/usr/lib/t.so", "searoom", "amber-1", b"the token 'searoom' (its PIN)")
    assert (SigningKey(SEED), False) == (held.key, held.duress)
    assert [(expected, keyfiles.load(tmp_path / "x.key").public_hash)] == calls


def test_opens_any_file(tmp_path):
    """A keeper's file is opened by the same passphrase question."""
    keyfiles.write_key(tmp_path / "x.key", "keeper amber-k1", SEED, WORDS, algorithm="keeper", cost=FLOOR)
    found = unlocking.open_file(keyfiles.load(tmp_path / "x.key"), lambda _what: WORDS)

    assert Unlocked("keeper amber-k1", "keeper", SEED) == found
