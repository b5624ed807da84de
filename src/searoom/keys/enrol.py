"""A party's folder: its keys are made here, its first card is signed, and a counterpart's card is accepted.

The folder of one node:
  node.toml          settings a person may edit
  root/              the keepers' keys: take them off this machine once the card is signed
  keys/              the station's, log's and mirror's keys, those that open bodies and stores, the link's; made once
  keys-1/, keys-2/   the same for our next cards, each in force from the entry that brings its card
  officers/          one key file a person; in real use each stands on that person's own device
  cards/             our first card and the first cards that were exchanged in person
  shared.db          our log and the mirrors of theirs
  national.db        the national log, which no carrier ever sees
  registry.toml      whose craft is whose; zones.toml: claimed limits; watch.toml: levels; all of them if wanted
  recordings/        what live sensors said, hour by hour
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from searoom import clock
from searoom.errors import NotAllowed
from searoom.keys.keyfiles import Stretched, load, write_key, write_private
from searoom.keys.proposals import NodeRequest, OfficerRequest, first_card
from searoom.link.tls import make_certificate
from searoom.record.algorithms import ED25519, ML_DSA_44, SEED_SIZE, SigningKey, algorithm_of
from searoom.record.cards import Card
from searoom.record.keys import Role, Root, RootKey
from searoom.record.seal import KemKey

ROOT_FOLDER = "root"
"""Where the keepers' keys are written: to be taken off this machine and locked away once the card is signed."""

REGISTRY, ZONES, LEVELS = "registry.toml", "zones.toml", "watch.toml"
"""What the lookout reads at its start, where it is there."""

# The secrets of a node: the name of the file, what kind of key it is, and for what a card names it.
NODE_KEYS = (
    ("station", ED25519, Role.STATION),
    ("log", ED25519, Role.LOG),
    ("log-pq", ML_DSA_44, Role.LOG),
    ("mirror", ED25519, Role.MIRROR),
    ("mirror-pq", ML_DSA_44, Role.MIRROR),
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a counterpart's node listens."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Settings:
    """What `node.toml` says; `earlier` are the versions of the agreement before, for a node that begins later."""

    party: str
    agreement: str
    unit: str
    host: str
    port: int
    clock: str
    start: str
    sensors: tuple[str, ...]
    peers: Mapping[str, Address]
    store: str = ""
    record_hours: float = 48.0
    note_every_s: float = 60.0
    earlier: tuple[str, ...] = ()


def make_party(
    folder: Path,
    *,
    party: str,
    mechanism: str,
    names: Mapping[str, str],
    officers: Sequence[tuple[str, str]],
    observer: bool = False,
    passphrase: bytes | None = None,
) -> Card:
    """Make a party's keys and sign its first card; `officers` are (id, name as others see it).

    Without a passphrase the keys lie open, which only an exercise takes.
    """
    keys = folder / "keys"
    node = make_node_keys(keys, party=party, mechanism=mechanism, names=names, passphrase=passphrase)
    root, people = RootKey(token_bytes(SEED_SIZE)), []
    write_key(folder / ROOT_FOLDER / "keeper-1.key", f"keeper {party}-1", root.seed, passphrase, algorithm="keeper")
    for person, name in officers:
        key = SigningKey.generate()
        write_key(folder / "officers" / f"{person}.key", f"officer {person}", key.seed, passphrase)
        people.append(OfficerRequest(person, name, key.public))
    card = first_card(node, people, Root(1, (root.keeper,)), observer=observer)
    data = card.signed(root)
    write_private(folder / "cards" / f"{party}.card", data)
    return Card.from_bytes(data)


def make_node_keys(
    folder: Path,
    *,
    party: str,
    mechanism: str,
    names: Mapping[str, str],
    passphrase: bytes | None,
    like: Path | None = None,
) -> NodeRequest:
    """Make a node's keys in `folder`, a folder for keys alone; return what is handed to the keepers.

    All files share one salt, so that the passphrase is stretched once; `like` names a folder of the same
    node whose salt is taken, and whose passphrase it must be.
    """
    if folder.exists():
        raise NotAllowed(f"{folder.parent} has keys already", advice="Enrol each party once, in a folder of its own.")
    closed = None if passphrase is None else _closed_like(like, passphrase)
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.parent.chmod(0o700)  # the stores will lie here too
    kem, keys = KemKey.generate(), {name: SigningKey.generate(algorithm) for name, algorithm, _ in NODE_KEYS}
    certificate, private_key, der = make_certificate(party, now_us=clock.machine_now())
    secrets = [(name, key.seed, algorithm_of(key.algorithm).name.lower()) for name, key in keys.items()]
    secrets += [("kem", kem.seed, "x-wing"), ("link", _seed_of(private_key), "ed25519")]
    secrets += [("storage", token_bytes(SEED_SIZE), "secret")] if like is None else []
    for name, secret, kind in secrets:
        write_key(folder / f"{name}.key", f"{name} {party}", secret, closed, algorithm=kind)
    write_private(folder / "link.crt", certificate)
    publics = tuple(key.public for key in keys.values())
    return NodeRequest(party, mechanism, dict(names), publics, kem.public, der).proven(keys["station"])


def _closed_like(folder: Path | None, passphrase: bytes) -> Stretched:
    """Return the passphrase, stretched for a folder of keys: freshly, or as the keys of that folder are closed."""
    if folder is None:
        return Stretched.fresh(passphrase)
    file = load(folder / "station.key")
    if file.cost is None:
        raise NotAllowed(f"the keys in {folder} have no passphrase", advice="Leave it out.")
    closed = Stretched.of(passphrase, file.salt, file.cost)
    file.open(closed.kek)
    return closed


def _seed_of(pem: bytes) -> bytes:
    key = load_pem_private_key(pem, None)
    if not isinstance(key, Ed25519PrivateKey):
        raise NotAllowed("the key of a link certificate is no Ed25519 key")
    return key.private_bytes_raw()


def accept_card(folder: Path, data: bytes) -> Card:
    """Keep a first card in our folder, a counterpart's or our own; its fingerprint is to be compared aloud first."""
    card = Card.from_bytes(data)
    if card.serial:
        raise NotAllowed(
            f"this is card {card.serial} of {card.party}, and only first cards are accepted by hand",
            advice="Take the party's first card; the later ones come in its log.",
        )
    public_hash = hashlib.sha256(card.key(Role.STATION).public).hexdigest()
    own = folder / "keys" / "station.key"
    file = load(own) if own.exists() else None
    if file is not None and file.what == f"station {card.party}" and file.public_hash != public_hash:
        raise NotAllowed(f"the card of {card.party} does not name the keys in {own.parent}")
    kept = folder / "cards" / f"{card.party}.card"
    if kept.exists():
        same = kept.read_bytes() == data
        raise NotAllowed(
            f"the card of {card.party} was accepted before" + ("" if same else ", and it was another one"),
            advice="Nothing more is to be done." if same else "Meet again in person, compare fingerprints, and decide.",
        )
    write_private(folder / "cards" / f"{card.party}.card", data)
    return card


def keys_folder(folder: Path, serial: int) -> Path:
    """Return where the keys lie that belong to a card of ours: `keys` for the first, `keys-1` for the next."""
    return folder / ("keys" if serial == 0 else f"keys-{serial}")


def signed_cards(folder: Path, order: Sequence[str]) -> dict[str, bytes]:
    """Return the first cards that are at hand, signed, in the order of the agreement.

    A party without a node has none: what it says is transcribed, until the day that it exchanges cards.
    """
    paths = {party: folder / "cards" / f"{party}.card" for party in order}
    return {party: path.read_bytes() for party, path in paths.items() if path.exists()}


def write_settings(folder: Path, settings: Settings) -> None:
    """Write `node.toml`."""
    quote = json.dumps  # a TOML basic string is written like a JSON string
    lines = [f"{name} = {quote(getattr(settings, name))}" for name in ("party", "agreement", "unit", "host")]
    lines += [f"port = {settings.port}", f"clock = {quote(settings.clock)}", f"start = {quote(settings.start)}"]
    lines.append(f"sensors = {quote(list(settings.sensors))}")
    lines += [f"record_hours = {settings.record_hours}", f"note_every_s = {settings.note_every_s}"]
    lines += [f"store = {quote(settings.store)}"] if settings.store else []
    lines += [f"earlier = {quote(list(settings.earlier))}"] if settings.earlier else []
    for party, address in settings.peers.items():
        lines += ["", "[[peer]]", f"party = {quote(party)}", f"host = {quote(address.host)}", f"port = {address.port}"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "node.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _store(path: Path, where: str) -> str:
    """Return where the shared record is kept: '' for the folder's own file, or the address of a database."""
    if where not in ("", "sqlite") and not where.startswith(("postgres://", "postgresql://")):
        raise NotAllowed(f"{path}: store must be 'sqlite' or an address 'postgresql://...', not '{where}'")
    return where.removeprefix("sqlite")


def _number(path: Path, raw: Mapping[str, object], name: str, usual: float, *, most: float) -> float:
    value = raw.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= most:
        raise NotAllowed(f"{path}: {name} must be a number from 0 to {most:g}, not '{value}'")
    return float(value)


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
            store=_store(path, str(raw.get("store", "sqlite"))),
            record_hours=_number(path, raw, "record_hours", 48.0, most=24.0 * 366),
            note_every_s=_number(path, raw, "note_every_s", 60.0, most=3600.0),
            earlier=tuple(str(item) for item in raw.get("earlier", [])),
        )
    except FileNotFoundError:
        raise NotAllowed(
            f"{folder} is not a node's folder: it has no node.toml", advice="Enrol the party first."
        ) from None
    except KeyError as missing:
        raise NotAllowed(f"{path}: the setting {missing} is missing") from None
    except (tomllib.TOMLDecodeError, TypeError, ValueError) as problem:
        raise NotAllowed(f"{path}: {problem}") from None
