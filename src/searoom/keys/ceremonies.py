"""What persons do once or rarely: keys made for officers and keepers, the next card prepared beside the one in force.

Nothing here needs a running node. A keeper's and an officer's key are made where that person is,
with that person's own passphrase; a node's machine never holds one.
"""

import secrets
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from searoom.errors import NotAllowed
from searoom.keys import keyfiles, tokens
from searoom.keys.enrol import keys_folder, make_node_keys
from searoom.keys.keyfiles import write_key, write_private, write_token
from searoom.keys.proposals import Change, OfficerRequest, Proposal, next_card, sign_part
from searoom.keys.unlocking import Ask, open_file
from searoom.record.algorithms import SEED_SIZE, SigningKey, key_id
from searoom.record.cards import Card
from searoom.record.keys import MAX_KEEPERS, Root, RootKey

REQUEST_SUFFIX = ".request"
PART_SUFFIX = ".part"


def make_officer(
    path: Path, *, holder: str, name: str, member: str = "", passphrase: bytes | None, duress: bytes | None = None
) -> OfficerRequest:
    """Make a person's key file, and beside it the request that the keepers put on the next card."""
    key = SigningKey.generate()
    request = _request(holder, name, member, key)
    write_key(path, f"officer {holder}", key.seed, passphrase, duress=duress)
    write_private(path.with_suffix(REQUEST_SUFFIX), request.to_bytes())
    return request


def make_token_officer(
    path: Path, *, holder: str, name: str, member: str = "", token: str, module: str, pin: bytes
) -> OfficerRequest:
    """Make a person's key on a token, the file that says so, and the request."""
    _request(holder, name, member, SigningKey.generate())  # names that no card takes are refused before a key is made
    tokens.make_key(module, token, holder, pin)
    key = tokens.open_key(module, token, holder, pin)
    try:
        request = _request(holder, name, member, key)
    finally:
        key.close()
    write_token(path, f"officer {holder}", key.public, token=token, label=holder)
    write_private(path.with_suffix(REQUEST_SUFFIX), request.to_bytes())
    return request


def _request(holder: str, name: str, member: str, key: SigningKey | tokens.Pkcs11Key) -> OfficerRequest:
    return OfficerRequest.from_bytes(OfficerRequest(holder, name, key.public, member).proven(key).to_bytes())


def make_keepers(
    folder: Path, party: str, *, keepers: int, need: int, ask: Sequence[Ask]
) -> tuple[Root, list[RootKey]]:
    """Make one key file a keeper, each closed by that person's own passphrase; `ask` has one source a keeper.

    Returns the root and the keys, which sign the first card at the same table and are then let go of.
    """
    if not 1 <= need <= keepers <= MAX_KEEPERS or len(ask) != keepers:
        raise NotAllowed(
            f"{need} of {keepers} keepers with {len(ask)} passphrases cannot be",
            advice=f"Take 1 to {MAX_KEEPERS} keepers, need no more than there are, and let each have a passphrase.",
        )
    keys = [RootKey(secrets.token_bytes(SEED_SIZE)) for _ in range(keepers)]
    passphrases = [source(f"keeper {number} of {party}") for number, source in enumerate(ask, 1)]
    if len(set(passphrases)) != keepers:
        raise NotAllowed("two keepers have chosen the same passphrase", advice="Each keeper chooses one alone.")
    for number, (key, passphrase) in enumerate(zip(keys, passphrases, strict=True), 1):
        path = folder / f"{party}-keeper-{number}.key"
        write_key(path, f"keeper {party}-{number}", key.seed, passphrase, algorithm="keeper")
    return Root(need, tuple(key.keeper for key in keys)), keys


def open_keeper(path: Path, ask: Ask) -> RootKey:
    """Return a keeper's key; raise `NotAllowed` where the file is for something else."""
    file = keyfiles.load(path)
    if file.algorithm != "keeper":
        raise NotAllowed(f"{path} is no keeper's key: it is for '{file.what}'")
    return RootKey(open_file(file, ask).secret)


def sign_proposal(proposal: Proposal, path: Path, ask: Ask) -> tuple[str, bytes]:
    """Return the id of the keeper's first key, and that keeper's part."""
    keeper = open_keeper(path, ask)
    if not any(keeper.keeper in root.keepers for root in proposal.roots):
        raise NotAllowed(f"{path} is not the key of a keeper of this card's root")
    return key_id(keeper.keeper.ed25519).hex(), sign_part(proposal.payload, keeper)


def prepare_next(folder: Path, before: Card, change: Change, *, renew: bool, ask: Ask) -> Card:
    """Return the next card to be signed, and put the node's keys for it beside those in force.

    With `renew` station, log, mirror, KEM and link get new keys, closed like those in force; without, the same
    files are laid there. What an earlier proposal laid there is taken away: it was never in force.
    """
    fresh, old = (keys_folder(folder, serial) for serial in (before.serial + 1, before.serial))
    if not old.is_dir():
        raise NotAllowed(f"the keys of card {before.serial} are not in {old}", advice="Run this on the node's machine.")
    if fresh.exists():
        shutil.rmtree(fresh)
    if not renew:
        card = next_card(before, change)  # the key of the stores is one for all cards and stays in the first folder
        shutil.copytree(old, fresh, ignore=shutil.ignore_patterns("storage.key"))
        return card
    closed = keyfiles.load(old / "station.key").cost is not None
    request = make_node_keys(
        fresh,
        party=before.party,
        mechanism=before.mechanism,
        names=before.names,
        passphrase=ask(f"the keys of {before.party}") if closed else None,
        like=old,
    )
    return next_card(before, replace(change, node=request))
