"""Reads what a live watch tells on its socket, and writes down when each alert was read.

python -m bench.live_reader PORT SECONDS FILE
"""

import json
import socket
import sys
import time
from pathlib import Path

KEPT = ("a", "b", "grade", "time_us", "tcpa_s", "reported_us", "told_us", "watched", "cause", "reason")


def main(port: int, seconds: float, file: Path) -> None:
    """Read for so long, then save the alerts with the moment at which each was read, and the last status."""
    alerts, other, rest = [], {}, b""
    until = time.monotonic() + seconds
    with socket.create_connection(("127.0.0.1", port)) as sock:
        while time.monotonic() < until:
            sock.settimeout(max(0.01, until - time.monotonic()))
            try:
                data = sock.recv(1 << 20)
            except TimeoutError:
                break
            if not data:
                break
            read_us = time.time_ns() // 1000
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                said = json.loads(line)
                if said["kind"] == "alert":
                    alerts.append({**{name: said[name] for name in KEPT}, "read_us": read_us})
                elif said["kind"] in ("status", "dropped"):
                    other[said["kind"]] = said
    file.write_text(json.dumps({"alerts": alerts, **other}), encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3]))
