"""The command `officer`: a person's key on their own medium, with a passphrase that only they know."""

import pytest

from deskside import run, unlock
from searoom.keys import ceremonies, keyfiles
from searoom.keys.passphrases import FLOOR
from searoom.keys.proposals import OfficerRequest


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Stretch passphrases at the floor: the usual cost is half a second each."""
    monkeypatch.setattr(keyfiles, "USUAL", FLOOR)


def words(tmp_path, name, text):
    """Return a file of one passphrase, closed to others."""
    path = tmp_path / name
    path.write_text(text)
    path.chmod(0o600)
    return path


def new(capsys, tmp_path, *more):
    """Make amber-1's key."""
    first = words(tmp_path, "first", "correct horse battery\n")
    return run(
        capsys, "officer", "new", tmp_path / "amber-1.key", "--id", "amber-1", "--name", "Lt Cdr A. Arden",
        "--passphrase-file", first, *more,
    )  # fmt: skip


def test_makes_a_key_and_says_where_the_request_goes(capsys, tmp_path):
    """The key is closed, the request is public, and its key id is said so that the keepers can compare."""
    code, out, _ = new(capsys, tmp_path)
    request = OfficerRequest.from_bytes((tmp_path / "amber-1.request").read_bytes())

    assert 0 == code
    assert ("amber-1", "Lt Cdr A. Arden") == (request.holder, request.name)
    assert request.key().key_id.hex() in out
    assert keyfiles.load(tmp_path / "amber-1.key").cost is not None


def test_a_second_passphrase_for_duress(capsys, tmp_path):
    """It opens the same key and tells so; one too like the first is refused, and nothing is made."""
    code, _, err = new(capsys, tmp_path, "--duress-file", words(tmp_path, "second", "correct horse batterie"))
    assert 3 == code
    assert "too like" in err
    assert not (tmp_path / "amber-1.key").exists()

    code, *_ = new(capsys, tmp_path, "--duress-file", words(tmp_path, "second", "the kettle is on again"))
    assert 0 == code
    assert unlock(tmp_path / "amber-1.key", b"the kettle is on again").duress


def test_the_second_passphrase_is_typed(capsys, tmp_path, monkeypatch):
    """With --duress alone the person is asked, and the question says for what."""
    asked = []

    def chooser(file=None, _environ=None):
        return lambda what: asked.append(what) or (b"correct horse battery", b"the kettle is on again")[len(asked) - 1]

    monkeypatch.setattr("searoom.commands.officers.chooser", chooser)
    new(capsys, tmp_path, "--duress")

    assert ["the key of amber-1", "the key of amber-1, to be given under duress"] == asked
    assert unlock(tmp_path / "amber-1.key", b"the kettle is on again").duress


def test_changes_a_passphrase(capsys, tmp_path):
    """The new one opens, the old one no longer."""
    new(capsys, tmp_path)
    code, out, _ = run(
        capsys, "officer", "passphrase", tmp_path / "amber-1.key", "--passphrase-file", tmp_path / "first",
        "--new-passphrase-file", words(tmp_path, "new", "a new one of four words"),
    )  # fmt: skip

    assert 0 == code
    assert "is opened with the new passphrase" in out
    assert "officer amber-1" == unlock(tmp_path / "amber-1.key", b"a new one of four words").what


def test_the_old_passphrase_is_not_taken_for_the_new_one(capsys, tmp_path, monkeypatch):
    """The variable that gives the old one does not give the new one: the new one is typed or named."""
    new(capsys, tmp_path)
    monkeypatch.setenv("SEAROOM_PASSPHRASE_FILE", str(tmp_path / "first"))
    code, _, err = run(capsys, "officer", "passphrase", tmp_path / "amber-1.key")

    assert 3 == code
    assert "no terminal" in err


def test_a_key_on_a_token(capsys, tmp_path, monkeypatch):
    """The PIN is asked for, the library is the one that the machine names."""
    given = {}

    def made(path, **more):
        given.update(more)
        return OfficerRequest(more["holder"], more["name"], bytes(32))

    monkeypatch.setattr("searoom.commands.officers.make_token_officer", made)
    monkeypatch.setenv("SEAROOM_PKCS11_MODULE", "/usr/lib/t.so")
    code, *_ = new(capsys, tmp_path, "--token", "searoom")

    assert (0, "searoom", "/usr/lib/t.so", b"correct horse battery") == (
        code,
        given["token"],
        given["module"],
        given["pin"],
    )


def test_a_name_that_no_card_takes_makes_no_key(capsys, tmp_path):
    """An id without the party is refused."""
    code, _, err = run(
        capsys, "officer", "new", tmp_path / "x.key", "--id", "arden", "--name", "A",
        "--passphrase-file", words(tmp_path, "first", "correct horse battery"),
    )  # fmt: skip

    assert 3 == code
    assert "no id of a person" in err
    assert not (tmp_path / "x.key").exists()


def test_it_asks_what_is_to_be_done(capsys):
    """Without a deed the arguments are unusable."""
    with pytest.raises(SystemExit) as ended:
        run(capsys, "officer")
    assert 2 == ended.value.code
    assert ceremonies.REQUEST_SUFFIX == ".request"
