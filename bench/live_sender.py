"""Sends the reports of a made sea over UDP at a steady rate, and writes down when each was sent.

python -m bench.live_sender PORT TRACKS REPORTS_A_SECOND SECONDS FILE
"""

import socket
import sys
import time
from pathlib import Path

import numpy as np

from bench.live_parts import Ships

TICK_S = 0.02
LINES = 20  # a datagram holds so many
TURNING = 0.02  # of the reports tell a new course


def main(port: int, tracks: int, rate: int, seconds: float, file: Path) -> None:
    """Send, then save who was sent when, and how fast each ship is; also how late the sender was at worst."""
    ships, order = Ships(tracks), np.random.default_rng(3).permutation(tracks)
    who, when, late_s = [], [], 0.0
    done, begun = 0, time.perf_counter()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        while (now_s := time.perf_counter() - begun) < seconds:
            due = int(now_s * rate)
            some = order[np.arange(done, min(due, done + tracks)) % tracks]
            ships.sail(some, now_s, TURNING)
            lines = ships.lines(some)
            for first in range(0, len(lines), LINES):
                sock.sendto(b"\r\n".join(lines[first : first + LINES]) + b"\r\n", ("127.0.0.1", port))
                who.append(some[first : first + LINES])
                when.append(np.full(len(who[-1]), time.time_ns() // 1000))
            late_s = max(late_s, (due - done) / rate - TICK_S)
            done = max(done, due)
            time.sleep(max(0.0, TICK_S - (time.perf_counter() - begun - now_s)))
    np.savez(file, who=np.concatenate(who), when=np.concatenate(when), speed=ships.speed, late_s=late_s)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), Path(sys.argv[5]))
