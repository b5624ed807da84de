"""What a bridge's instruments say, made for tests: own ship and radar targets as NMEA sentences, by whole seconds.

at = Bridge(31.0, 128.0, speed_kn=10.0, course_deg=0.0)
at.lines(30, {7: (3.0, 0.0, 12.0, 180.0)})      # 30 s later; target 7: range nm, bearing, speed kn, course
"""

import math
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from geodesic_oracle import EARTH
from searoom.tracks.stamps import checksum

KNOT, MILE = 1852.0 / 3600.0, 1852.0
Target = tuple[float, float, float, float]  # range, true bearing, speed, course at second 0


def sentence(words: str) -> bytes:
    """Return a sentence with its checksum."""
    return f"${words}*{checksum(words.encode()):02X}".encode()


@dataclass(frozen=True)
class Bridge:
    """Where our ship is at second 0, and how it goes."""

    lat: float
    lon: float
    speed_kn: float
    course_deg: float

    def lines(self, second: float, targets: Mapping[int, Target]) -> list[bytes]:
        """Return what is said at one second: our own place, heading, and each target from there."""
        lon, lat, _ = EARTH.fwd(self.lon, self.lat, self.course_deg, self.speed_kn * KNOT * second)
        said = [_rmc(lat, lon, self.speed_kn, self.course_deg), sentence(f"HEHDT,{self.course_deg:.1f},T")]
        for number, (range_nm, bearing, speed_kn, course) in targets.items():
            there = EARTH.fwd(self.lon, self.lat, bearing, range_nm * MILE)
            there = EARTH.fwd(there[0], there[1], course, speed_kn * KNOT * second)
            to, _, apart = EARTH.inv(lon, lat, there[0], there[1])
            said.append(
                sentence(
                    f"RATTM,{number:02d},{apart / MILE:.3f},{to % 360.0:.1f},T,{speed_kn:.1f},{course:.1f},T,"
                    "0.1,10.0,N,,T,,,A"
                )
            )
        return said


def _rmc(lat: float, lon: float, speed_kn: float, course: float) -> bytes:
    def angle(value: float, digits: int) -> str:
        whole = math.floor(abs(value))
        return f"{whole:0{digits}d}{(abs(value) - whole) * 60.0:07.4f}"

    north, east = "NS"[lat < 0], "EW"[lon < 0]
    where = f"{angle(lat, 2)},{north},{angle(lon, 3)},{east}"
    return sentence(f"GPRMC,,A,{where},{speed_kn:.1f},{course:.1f},,,,A")


def send(port: int, lines: list[bytes]) -> None:
    """Send lines to a port of this machine, one a datagram."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for line in lines:
            sock.sendto(line + b"\r\n", ("127.0.0.1", port))


def free_port() -> int:
    """Return a port that nobody listens at now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
