"""Where a sensor is: a file or an address on this ship's own network, written as one word, `bridge=udp://0.0.0.0:10110`."""

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from searoom.errors import NotAllowed

NMEA_PORT: Final = 10110  # IANA: nmea-0183, over TCP and UDP
SBS_PORT: Final = 30003
MAX_PORT: Final = 65535

# What a word before `://` or `:` means: how the bytes come, and what they say.
_NETWORK: Final = {
    "udp": ("udp", "nmea", NMEA_PORT),
    "tcp": ("tcp", "nmea", NMEA_PORT),
    "sbs": ("tcp", "sbs", SBS_PORT),
    "cot+udp": ("udp", "cot", 0),
    "cot+tcp": ("tcp", "cot", 0),
    "aircraft+http": ("http", "aircraft", 80),
}
_FILES: Final = {"file": ("file", "any"), "aircraft+file": ("poll", "aircraft")}
_NAME: Final = re.compile(r"([a-z0-9][a-z0-9-]{0,23})=(.+)\Z", re.ASCII | re.DOTALL)
_HOST: Final = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*\Z", re.ASCII)
_PARTS: Final = re.compile(r"(?P<host>\[[^\]]*\]|[^:/?#]*)(:(?P<port>\d{1,5}))?(?P<path>([/?#].*)?)\Z", re.ASCII)
_UNFIT: Final = re.compile(r"[^a-z0-9]+")
_ADVICE: Final = (
    "Write a file's name, or udp://0.0.0.0:10110, tcp://127.0.0.1:10110, sbs://host:30003, cot+udp://0.0.0.0:4242, "
    "aircraft+http://127.0.0.1:8080/data/aircraft.json, aircraft+file:/run/readsb/aircraft.json; and NAME= before it."
)


@dataclass(frozen=True, slots=True)
class Address:
    """One sensor: what it is called in the names of what it sees, how its bytes come, and what they say.

    `carrier` is file (a growing file), poll (a file written anew), udp (we listen), tcp or http (we connect);
    `content` is any, nmea, sbs, aircraft or cot.
    """

    name: str
    carrier: str
    content: str
    host: str = ""
    port: int = 0
    path: str = ""

    @property
    def live(self) -> bool:
        """Whether a feed must be kept running for it; a file alone can be read at any time."""
        return self.carrier != "file"


def parse(text: str) -> Address:
    """Return the address that `text` names; NotAllowed says what about it cannot be."""
    if not text or not text.isprintable() or len(text) > 1024:
        raise NotAllowed("a sensor's address is empty or cannot be read", advice=_ADVICE)
    named = _NAME.match(text)
    name, where = (named[1], named[2]) if named else ("", text)
    scheme, colon, rest = where.partition(":")
    if colon and rest.startswith("//"):
        if scheme not in _NETWORK:
            raise NotAllowed(f"'{scheme}' is no way to reach a sensor", advice=_ADVICE)
        return _network(name, scheme, where)
    carrier, content = _FILES.get(scheme, ("file", "any")) if colon else ("file", "any")
    path = rest if colon and scheme in _FILES else where
    if not path:
        raise NotAllowed(f"'{text}' names no file", advice=_ADVICE)
    return Address(name or plain(path.rsplit("/", 1)[-1]), carrier, content, path=path)


@lru_cache(maxsize=1024)  # asked for each datagram
def near(host: str) -> bool:
    """Return whether a numeric address is of this machine or of a network that no stranger is on by routing."""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return found.is_loopback or found.is_private or found.is_link_local


def plain(name: str) -> str:
    """Return a file's name, up to its first dot, as the name of a sensor: what may stand in the name of a craft."""
    return _UNFIT.sub("-", name.lower().split(".", 1)[0]).strip("-")[:24] or "file"


def _network(name: str, scheme: str, where: str) -> Address:
    carrier, content, usual = _NETWORK[scheme]
    if "@" in where or "#" in where:
        raise NotAllowed(f"'{where}' has more in it than a sensor's address", advice=_ADVICE)
    parts = _PARTS.match(where.partition("://")[2])
    if not parts or (parts["port"] and int(parts["port"]) > MAX_PORT):
        raise NotAllowed(f"'{where}' has no host and port that can be read", advice=_ADVICE)
    host, port, path = parts["host"].strip("[]"), int(parts["port"] or usual), parts["path"]
    if path and carrier != "http":
        raise NotAllowed(f"'{where}' has more in it than a sensor's address", advice=_ADVICE)
    numeric = _numeric(host)
    if not host or not (numeric or _HOST.match(host)):
        raise NotAllowed(f"'{where}' has no host that can be read", advice=_ADVICE)
    if port == 0:
        raise NotAllowed(f"'{where}' needs a port", advice=_ADVICE)
    if numeric and carrier != "udp" and not near(host):
        raise NotAllowed(
            f"'{host}' is not on a network of our own",
            advice="Sensors speak unsigned lines: only this machine and private networks are read.",
        )
    return Address(name or f"{scheme.partition('+')[0]}-{port}", carrier, content, host, port, path)


def _numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
