"""A party's folder: its keys are made here, its card is signed, and a counterpart's card is accepted.

The folder of one node:
  node.toml          settings a person may edit
  root/              the party's root key: take it off this machine once the card is signed
  keys/              the station's, log's and mirror's keys, the key that opens bodies, the link's certificate
  officers/          one key file a person; in real use each stands on that person's own device
  cards/             our card and the cards that were exchanged in person
  shared.db          our log and the mirrors of theirs
  national.db        the national log, which no carrier ever sees
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from searoom import clock
from searoom.errors import NotAllowed
from searoom.keyfiles import write_key, write_private
from searoom.link.tls import make_certificate
from searoom.record.keys import Card, Key, Role, SigningKey
from searoom.record.seal import KemKey

_SECRETS = ("root", "station", "log", "mirror", "kem")
ROOT_FOLDER = "root"
"""Where the root key is written: to be taken off this machine and locked away once the card is signed."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a counterpart's node listens."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Settings:
    """What `node.toml` says."""

    party: str
    agreement: str
    unit: str
    host: str
    port: int
    clock: str
    start: str
    sensors: tuple[str, ...]
    peers: Mapping[str, Address]


def make_party(
    folder: Path, *, party: str, mechanism: str, names: Mapping[str, str], officers: Sequence[tuple[str, str]]
) -> Card:
    """Make a party's keys and sign its card; `officers` are (id, name as others see it)."""
    if (folder / "keys").exists():
        raise NotAllowed(f"{folder} has keys already", advice="Enrol each party once, in a folder of its own.")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # the stores will lie here too
    seeds = {what: (KemKey.generate().seed if what == "kem" else SigningKey.generate().seed) for what in _SECRETS}
    for what, seed in seeds.items():
        write_key(folder / (ROOT_FOLDER if what == "root" else "keys") / f"{what}.key", what, seed)
    certificate, private_key, der = make_certificate(party, now_us=clock.machine_now())
    write_private(folder / "keys" / "link.crt", certificate)
    write_private(folder / "keys" / "link.pem", private_key)
    keys = [
        Key(Role.STATION, party, f"{party} station", SigningKey(seeds["station"]).public),
        Key(Role.LOG, party, f"{party} log", SigningKey(seeds["log"]).public),
        Key(Role.MIRROR, party, f"{party} mirror", SigningKey(seeds["mirror"]).public),
    ]
    for person, name in officers:
        key = SigningKey.generate()
        write_key(folder / "officers" / f"{person}.key", person, key.seed)
        keys.append(Key(Role.OFFICER, person, name, key.public))
    root = SigningKey(seeds["root"])
    card = Card(
        party=party,
        mechanism=mechanism,
        names=dict(names),
        root=root.public,
        keys=tuple(keys),
        kem=KemKey(seeds["kem"]).public,
        link_certificate=der,
    )
    data = card.signed(root)
    write_private(folder / "cards" / f"{party}.card", data)
    return Card.from_bytes(data)


def accept_card(folder: Path, data: bytes) -> Card:
    """Keep a counterpart's card in our folder; its fingerprint is to be compared aloud first."""
    card = Card.from_bytes(data)
    kept = folder / "cards" / f"{card.party}.card"
    if kept.exists():
        same = kept.read_bytes() == data
        raise NotAllowed(
            f"the card of {card.party} was accepted before" + ("" if same else ", and it was another one"),
            advice="Nothing more is to be done." if same else "Meet again in person, compare fingerprints, and decide.",
        )
    write_private(folder / "cards" / f"{card.party}.card", data)
    return card


def read_cards(folder: Path, order: Sequence[str]) -> tuple[Card, ...]:
    """Return the cards of all parties of the agreement, in its order."""
    cards = []
    for party in order:
        path = folder / "cards" / f"{party}.card"
        if not path.exists():
            raise NotAllowed(
                f"the card of {party} is missing in {folder / 'cards'}",
                advice="Exchange cards in person and accept each of them first.",
            )
        cards.append(Card.from_bytes(path.read_bytes()))
    return tuple(cards)


def write_settings(folder: Path, settings: Settings) -> None:
    """Write `node.toml`."""
    quote = json.dumps  # a TOML basic string is written like a JSON string
    lines = [f"{name} = {quote(getattr(settings, name))}" for name in ("party", "agreement", "unit", "host")]
    lines += [f"port = {settings.port}", f"clock = {quote(settings.clock)}", f"start = {quote(settings.start)}"]
    lines.append(f"sensors = {quote(list(settings.sensors))}")
    for party, address in settings.peers.items():
        lines += ["", "[[peer]]", f"party = {quote(party)}", f"host = {quote(address.host)}", f"port = {address.port}"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "node.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_settings(folder: Path) -> Settings:
    """Return what `node.toml` in this folder says; raise `NotAllowed` with what is missing or wrong."""
    path = folder / "node.toml"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        peers = {str(p["party"]): Address(str(p["host"]), int(p["port"])) for p in raw.get("peer", [])}
        clock_kind = str(raw.get("clock", "machine"))
        if clock_kind not in ("machine", "scenario"):
            raise NotAllowed(f"{path}: clock must be 'machine' or 'scenario', not '{clock_kind}'")
        return Settings(
            party=str(raw["party"]),
            agreement=str(raw["agreement"]),
            unit=str(raw.get("unit", "")),
            host=str(raw.get("host", "127.0.0.1")),
            port=int(raw["port"]),
            clock=clock_kind,
            start=str(raw.get("start", "")),
            sensors=tuple(str(item) for item in raw.get("sensors", [])),
            peers=peers,
        )
    except FileNotFoundError:
        raise NotAllowed(
            f"{folder} is not a node's folder: it has no node.toml", advice="Enrol the party first."
        ) from None
    except KeyError as missing:
        raise NotAllowed(f"{path}: the setting {missing} is missing") from None
    except (tomllib.TOMLDecodeError, TypeError, ValueError) as problem:
        raise NotAllowed(f"{path}: {problem}") from None
