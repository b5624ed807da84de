"""Passkeys (W3C Web Authentication): the public keys of the accounts, and challenges that are used once and soon.

Rule 1: a challenge is taken with the first answer that names it, right or wrong, and ends after two minutes.
Rule 2: a key answers only for the host and origin under which it was made, and only when its owner was verified.
Rule 3: a counter that does not grow, of a key that counts, is a copy of that key: it opens nothing.
"""

import hashlib
import json
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, cast

import webauthn
from webauthn.helpers import base64url_to_bytes, parse_authentication_credential_json, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from searoom.console.audit import Audit
from searoom.console.peoplefile import PeopleFile
from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.units import MICROSECONDS

HOLDS_US: Final = 120 * MICROSECONDS
WAITING: Final = 256
MOST: Final = 10  # keys of one account
MAX_NAME: Final = 60
NEW, OLD = "new", "old"
_UNREADABLE: Final = (WebAuthnException, ValueError, KeyError, TypeError, RecursionError)
"""What an answer raises that is none: wrong kinds, no JSON, or lists a thousand deep."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the browser is: the host for which a passkey holds, and the origin that an answer must name."""

    host: str
    origin: str

    def require(self) -> None:
        """Refuse an address in numbers: no browser makes a passkey for one."""
        if self.host.replace(".", "").isdecimal() or ":" in self.host:
            raise NotAllowed(Sentence("passkey.no_name"))


@dataclass(frozen=True, slots=True)
class Passkey:
    """One key of an account as its owner sees it."""

    id: str
    name: str
    added_us: int
    used_us: int


class Passkeys:
    """The passkeys of one console; challenges are kept in this process alone."""

    def __init__(self, file: PeopleFile, audit: Audit) -> None:
        self._file, self._audit = file, audit
        self._waiting: OrderedDict[bytes, tuple[str, str, int]] = OrderedDict()

    def of(self, person: str) -> tuple[Passkey, ...]:
        """Return the keys of an account, the oldest first."""
        rows = self._file.rows(
            "SELECT id, name, added_us, used_us FROM passkey WHERE person = ? ORDER BY added_us", person
        )
        found = cast("list[tuple[bytes, str, int, int]]", rows)
        return tuple(Passkey(each.hex(), name, added_us, used_us) for each, name, added_us, used_us in found)

    def remove(self, person: str, key: str, now_us: int, *, by: str) -> None:
        """Remove a key of an account; `NotAllowed` where it has none of this name."""
        with self._file.together():
            rows = self._file.rows(
                "DELETE FROM passkey WHERE person = ? AND hex(id) = upper(?) RETURNING name", person, key
            )
            if not rows:
                raise NotAllowed(Sentence("passkey.none"))
            self._audit.note("passkey-removed", person, now_us, by=by, about=str(rows[0][0]))

    # -- make one --------------------------------------------------------------------------------

    def offer_new(self, site: Site, person: str, shown: str, party: str, now_us: int) -> str:
        """Return what a browser needs to make a key, as JSON."""
        site.require()
        held = self.of(person)
        if len(held) >= MOST:
            raise NotAllowed(Sentence("passkey.most", most=MOST))
        options = webauthn.generate_registration_options(
            rp_id=site.host,
            rp_name=f"Searoom {party}",
            user_name=person,
            user_display_name=shown,
            user_id=_handle(person),
            challenge=self._challenge(NEW, person, now_us),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=bytes.fromhex(each.id)) for each in held],
        )
        return webauthn.options_to_json(options)

    def add(self, site: Site, person: str, answer: str, name: str, now_us: int) -> None:
        """Keep the key that a browser made for this account; `NotAllowed` where anything in the answer is not right."""
        challenge = self._taken(answer, NEW, person, now_us)
        try:
            made = webauthn.verify_registration_response(
                credential=answer, expected_challenge=challenge, expected_rp_id=site.host,
                expected_origin=site.origin, require_user_verification=True,
            )  # fmt: skip
        except _UNREADABLE as problem:
            raise NotAllowed(Sentence("passkey.not_taken", problem=problem)) from None
        with self._file.together():
            rows = self._file.rows(
                "INSERT INTO passkey VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING RETURNING 1",
                made.credential_id, person, made.credential_public_key, made.sign_count, _named(name), now_us,
            )  # fmt: skip
            if not rows:
                raise NotAllowed(Sentence("passkey.registered"))
            self._audit.note("passkey-added", person, now_us, about=_named(name))

    # -- sign in by one --------------------------------------------------------------------------

    def offer(self, site: Site, now_us: int) -> str:
        """Return what a browser needs to answer with a key, as JSON; it does not say which accounts there are."""
        site.require()
        options = webauthn.generate_authentication_options(
            rp_id=site.host,
            challenge=self._challenge(OLD, "", now_us),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return webauthn.options_to_json(options)

    def owner(self, site: Site, answer: str, now_us: int) -> str:
        """Return the account whose key answered; `NotAllowed` where anything in the answer is not right."""
        challenge = self._taken(answer, OLD, "", now_us)
        try:
            credential = parse_authentication_credential_json(answer)
            rows = self._file.rows("SELECT person, public, count FROM passkey WHERE id = ?", credential.raw_id)
            if not rows:
                raise NotAllowed(Sentence("passkey.unknown"))
            person, public, count = cast("tuple[str, bytes, int]", rows[0])
            done = webauthn.verify_authentication_response(
                credential=credential, expected_challenge=challenge, expected_rp_id=site.host,
                expected_origin=site.origin, credential_public_key=public, credential_current_sign_count=count,
                require_user_verification=True,
            )  # fmt: skip
        except _UNREADABLE as problem:
            raise NotAllowed(Sentence("passkey.not_accepted", problem=problem)) from None
        handle = credential.response.user_handle
        if handle is not None and handle != _handle(person):
            raise NotAllowed(Sentence("passkey.other_account"))
        grown = self._file.rows(
            "UPDATE passkey SET count = ?, used_us = ? WHERE id = ? AND (count < ? OR count = 0) RETURNING 1",
            done.new_sign_count, now_us, done.credential_id, done.new_sign_count,
        )  # fmt: skip
        if not grown:
            raise NotAllowed(Sentence("passkey.backwards"))
        return person

    def _challenge(self, kind: str, person: str, now_us: int) -> bytes:
        challenge = secrets.token_bytes(32)
        self._waiting[challenge] = (kind, person, now_us + HOLDS_US)
        while len(self._waiting) > WAITING:
            self._waiting.popitem(last=False)
        return challenge

    def _taken(self, answer: str, kind: str, person: str, now_us: int) -> bytes:
        """Return the challenge that an answer names, which is used up by it."""
        try:
            data = parse_client_data_json(_client_data(answer))
        except _UNREADABLE:
            raise NotAllowed(Sentence("passkey.unreadable")) from None
        held = self._waiting.pop(data.challenge, None)
        if held is None or held[:2] != (kind, person) or held[2] <= now_us:
            raise NotAllowed(Sentence("passkey.late"))
        return data.challenge


def _client_data(answer: str) -> bytes:
    """Return what the browser says that it signed; both kinds of answer have it at the same place."""
    return base64url_to_bytes(json.loads(answer)["response"]["clientDataJSON"])


def _handle(person: str) -> bytes:
    return hashlib.sha256(b"searoom passkey " + person.encode()).digest()


def _named(name: str) -> str:
    shown = "".join(letter for letter in name.strip() if letter.isprintable())[:MAX_NAME]
    return shown or "-"
