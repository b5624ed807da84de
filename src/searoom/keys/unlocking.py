"""From a closed key file to a key that signs: where passphrases come from, and the keys of a node opened together.

A passphrase is typed at a terminal, or read from a file that `--passphrase-file`, the variable
SEAROOM_PASSPHRASE_FILE or systemd (credential `searoom-passphrase`) names. It is never an argument:
arguments are seen by everybody on the machine.
"""

import getpass
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from searoom.errors import NotAllowed
from searoom.keys import keyfiles, passphrases, tokens
from searoom.keys.keyfiles import KeyFile, Unlocked
from searoom.record.algorithms import ED25519, PrivateKey, SigningKey, algorithm_of
from searoom.sentences import Sentence

FILE_VARIABLE: Final = "SEAROOM_PASSPHRASE_FILE"
CREDENTIALS_VARIABLE: Final = "CREDENTIALS_DIRECTORY"  # systemd's LoadCredential= and LoadCredentialEncrypted=
CREDENTIAL: Final = "searoom-passphrase"
MODULE_VARIABLE: Final = "SEAROOM_PKCS11_MODULE"

Ask: TypeAlias = Callable[[str], bytes]
"""What to ask for ("the keys of amber") -> the passphrase."""
Stretching: TypeAlias = tuple[bytes, passphrases.Cost]
"""For which salt and cost a passphrase was stretched."""


def asker(file: Path | None = None, environ: Mapping[str, str] | None = None) -> Ask:
    """Return what gives the passphrase of keys that exist: read from the file, or typed once."""
    source = _source(file, os.environ if environ is None else environ)

    def ask(what: str) -> bytes:
        return passphrases.normal(_typed(f"Passphrase for {what}: ") if source is None else _read(*source))

    return ask


def chooser(file: Path | None = None, environ: Mapping[str, str] | None = None) -> Ask:
    """Return what gives the passphrase of keys that are made now: long enough, and typed twice."""
    source = _source(file, os.environ if environ is None else environ)

    def ask(what: str) -> bytes:
        if source is not None:
            return passphrases.chosen(_read(*source))
        passphrase = passphrases.chosen(_typed(f"New passphrase for {what}: "))
        if passphrases.normal(_typed("The same again: ")) != passphrase:
            raise NotAllowed(Sentence("pass.differ"))
        return passphrase

    return ask


def _source(file: Path | None, environ: Mapping[str, str]) -> tuple[Path, bool] | None:
    """Return the file that a passphrase stands in, and whether its mode is looked at; None asks a person."""
    if file is not None:
        return file, True
    if environ.get(FILE_VARIABLE):
        return Path(environ[FILE_VARIABLE]), True
    credential = Path(environ.get(CREDENTIALS_VARIABLE, "")) / CREDENTIAL
    if environ.get(CREDENTIALS_VARIABLE) and credential.exists():
        return credential, False  # systemd closes the folder, and its access lists look like a wide mode
    return None


def _read(path: Path, look_at_mode: bool) -> str:
    try:
        with path.open("rb") as file:
            if look_at_mode and os.fstat(file.fileno()).st_mode & 0o077:
                raise NotAllowed(
                    f"others may read the passphrase in {path}", advice=f"Close it: chmod 600 {path}; then change it."
                )
            data = file.read(passphrases.MAX_BYTES + 2)
        return data.decode().removesuffix("\n").removesuffix("\r")
    except OSError as problem:
        raise NotAllowed(f"the passphrase file {path} cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise NotAllowed(f"the passphrase file {path} is not UTF-8 text") from None


def _typed(prompt: str) -> str:
    if not sys.stdin.isatty():
        raise NotAllowed(
            "a passphrase is needed and there is no terminal to ask at",
            advice=f"Name a file of your own with --passphrase-file, or in {FILE_VARIABLE}.",
        )
    try:
        return getpass.getpass(prompt)
    except EOFError:
        raise NotAllowed(Sentence("pass.none")) from None


def check_open(file: KeyFile, *, exercise: bool) -> None:
    """Refuse a key that lies in clear, unless the agreement is an exercise."""
    if file.clear and not exercise:
        raise NotAllowed(
            f"the key file {file.path} is not protected, and this is no exercise",
            advice="Make the keys of a real party with a passphrase: `searoom ceremony`.",
        )


def token_module(environ: Mapping[str, str] | None = None) -> str:
    """Return the PKCS#11 library that the machine's owner names, empty where none is."""
    return (os.environ if environ is None else environ).get(MODULE_VARIABLE, "")


class KeyFolder:
    """The keys of one folder, closed with one passphrase; it is asked for once, when the first closed key is read.

    `stretched` is shared by folders that one passphrase opens: what was stretched for one is there for all.
    """

    def __init__(
        self, folder: Path, *, party: str, exercise: bool, ask: Ask, stretched: dict[Stretching, bytes] | None = None
    ) -> None:
        self._folder, self._party, self._exercise, self._ask = folder, party, exercise, ask
        self._passphrase: bytes | None = None
        self._stretched = {} if stretched is None else stretched

    def has(self, name: str) -> bool:
        """Tell whether there is a key of this name."""
        return (self._folder / f"{name}.key").exists()

    def secret(self, name: str, algorithm: str = "ed25519") -> bytes:
        """Return the secret of `<name>.key`, which must say that it is that key of this party."""
        file = keyfiles.load(self._folder / f"{name}.key")
        if (file.what, file.algorithm) != (f"{name} {self._party}", algorithm):
            raise NotAllowed(
                f"{file.path} is for '{file.what}' ({file.algorithm}), not for '{name} {self._party}' ({algorithm})"
            )
        check_open(file, exercise=self._exercise)
        if file.cost is None:
            return file.open_clear().secret
        known = (file.salt, file.cost)
        kek = self._stretched.get(known)
        if kek is None:
            if self._passphrase is None:
                self._passphrase = self._ask(f"the keys of {self._party}")
            kek = passphrases.stretch(self._passphrase, file.salt, file.cost)
        secret = file.open(kek).secret
        self._stretched[known] = kek  # only one that opened something is kept
        return secret

    def signing(self, name: str, algorithm: int = ED25519) -> SigningKey:
        """Return the signing key of `<name>.key`."""
        return SigningKey(self.secret(name, algorithm_of(algorithm).name.lower()), algorithm)

    def forget(self) -> None:
        """Let go of the passphrase: once all keys are read, nothing needs it.

        What was stretched from it stays: it opens no more than the keys that are in memory anyhow, and the
        keys of the next card are opened with it while the node runs.
        """
        self._passphrase = None


@dataclass(frozen=True, slots=True)
class Held:
    """A person's key, unlocked: what the file says it is for, and whether it was opened under duress."""

    what: str
    key: PrivateKey = field(repr=False)
    duress: bool = False


def open_person(path: Path, *, exercise: bool, ask: Ask, environ: Mapping[str, str] | None = None) -> Held:
    """Return the signing key that a person's file holds, or that stands on the token which it names."""
    file = keyfiles.load(path)
    check_open(file, exercise=exercise)
    if file.algorithm != "ed25519":
        raise NotAllowed(f"{path} holds no key that a person signs with: it is for '{file.what}' ({file.algorithm})")
    if file.token:
        pin = ask(f"the token '{file.token}' (its PIN)")
        return Held(
            file.what, tokens.open_key(token_module(environ), file.token, file.label, pin, public_hash=file.public_hash)
        )
    found = open_file(file, ask)
    return Held(file.what, SigningKey(found.secret), found.duress)


def open_file(file: KeyFile, ask: Ask) -> Unlocked:
    """Return what a file holds; the passphrase is asked for only where there is one."""
    if file.cost is None:
        return file.open_clear()
    return file.open(passphrases.stretch(ask(f"'{file.what}' in {file.path}"), file.salt, file.cost))
