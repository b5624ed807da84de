"""What Prometheus asks for: text format 0.0.4, names and units by its conventions; no names of persons, no words.

Pure but for the counts that it is handed.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from searoom.console import matters
from searoom.console.view import View
from searoom.encounters.settings import RISING
from searoom.units import MICROSECONDS

MEDIA: Final = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
Labels = Mapping[str, str]
Sample = tuple[Labels, float]


@dataclass(frozen=True, slots=True)
class Counted:
    """What only the console's process knows of itself."""

    listeners: int
    dropped: int
    memory_bytes: int
    requests: Mapping[tuple[str, str], tuple[tuple[int, ...], float]]  # (route, status) -> counts by bound, sum


def text(view: View, counted: Counted, now_us: int) -> str:
    """Return all that is measured; `now_us` is the machine's time."""
    return "".join(
        line + "\n" for part in (_node(view, now_us), _held(view), _seen(view), _console(counted)) for line in part
    )


def _node(view: View, now_us: int) -> Iterator[str]:
    up = view.silent_us is None
    yield from _family("searoom_node_up", "gauge", "Whether the node answers this console.", [({}, float(up))])
    silent = 0.0 if view.silent_us is None else (now_us - view.silent_us) / MICROSECONDS
    yield from _family("searoom_node_silent_seconds", "gauge", "Since when it has not answered.", [({}, silent)])
    lines = matters.lines(view)
    yield from _family(
        "searoom_line_up",
        "gauge",
        "Whether the line to a counterpart works.",
        [(_to(one), float(one.up)) for one in lines],
    )
    yield from _family(
        "searoom_line_last_contact_age_seconds", "gauge", "How long ago a counterpart last answered.",
        [(_to(one), (view.now_us - one.contact_us) / MICROSECONDS) for one in lines if one.contact_us is not None],
    )  # fmt: skip
    yield from _family(
        "searoom_line_queue_entries", "gauge", "Entries of ours not shown as delivered.",
        [(_to(one), float(one.waiting)) for one in lines],
    )  # fmt: skip
    yield from _family(
        "searoom_line_fault", "gauge", "Whether a verdict stands against a line: restored, or a fork.",
        [(_to(one), float(not one.sound)) for one in lines],
    )  # fmt: skip


def _held(view: View) -> Iterator[str]:
    yield from _family(
        "searoom_log_entries", "gauge", "Entries held of each log.",
        [({"log": log}, float(size)) for log, size in view.account.sizes.items()],
    )  # fmt: skip
    yield from _family(
        "searoom_log_countersigned_entries", "gauge", "How far another party has countersigned a log.",
        [({"log": log, "by": by}, float(size)) for (log, by), size in sorted(view.account.recorded.items())],
    )  # fmt: skip
    yield from _family("searoom_unread_entries", "gauge", "Entries not in the account yet.", [({}, float(view.unread))])
    evidence = view.status.get("evidence", {})
    yield from _family(
        "searoom_evidence_pieces", "gauge", "Pieces kept of proofs that failed.",
        [({"kind": kind}, float(count)) for kind, count in evidence.items()],
    )  # fmt: skip
    free = view.status.get("disk", {}).get("free_bytes")
    yield from _family(
        "searoom_disk_free_bytes", "gauge", "Room on the node's disk.", [] if free is None else [({}, free)]
    )
    yield from _family(
        "searoom_drafts", "gauge", "Drafts that wait for a second person.", [({}, float(len(view.drafts)))]
    )
    yield from _family(
        "searoom_obligations", "gauge", "What is owed, by state.", _counted(one.state for one in view.duties)
    )


def _seen(view: View) -> Iterator[str]:
    found = dict.fromkeys((str(grade) for grade in RISING), 0.0)
    for one in view.picture.get("open", ()):
        found[str(one["grade"])] = found.get(str(one["grade"]), 0.0) + 1
    yield from _family(
        "searoom_open_encounters", "gauge", "Encounters that are open now, by grade.",
        [({"grade": grade}, count) for grade, count in found.items() if grade != "clear"],
    )  # fmt: skip
    yield from _family("searoom_craft", "gauge", "Craft in the picture.", [({}, float(view.picture.get("craft", 0)))])
    blind = view.status.get("blind", {})
    yield from _family(
        "searoom_sensor_blind", "gauge", "Sensors that see nothing now.", [({"sensor": one}, 1.0) for one in blind]
    )
    sensors: Mapping[str, Mapping[str, Any]] = view.status.get("sensors", {})
    told = [
        ({"sensor": name, "cause": cause}, float(count))
        for name, causes in sensors.items()
        for cause, count in causes.items()
    ]
    what = "What happened at each feed since the node began, by cause; what was shed too."
    yield from _family("searoom_sensor_events_total", "counter", what, told)


def _console(counted: Counted) -> Iterator[str]:
    yield from _family(
        "searoom_stream_clients", "gauge", "Programs that listen to the stream.", [({}, float(counted.listeners))]
    )
    yield from _family(
        "searoom_stream_dropped_total",
        "counter",
        "Programs let go because they did not keep up.",
        [({}, float(counted.dropped))],
    )
    yield from _family(
        "process_resident_memory_bytes", "gauge", "Resident memory of the console.",
        [({}, float(counted.memory_bytes))] if counted.memory_bytes else [],
    )  # fmt: skip
    name = "searoom_http_request_duration_seconds"
    yield f"# HELP {name} How long answers took, by route and status; streams are left out."
    yield f"# TYPE {name} histogram"
    for (route, status), (counts, total) in sorted(counted.requests.items()):
        labels = {"route": route, "status": status}
        below = 0
        for bound, count in zip((*BOUNDS_S, math.inf), counts, strict=True):
            below += count
            yield _line(f"{name}_bucket", {**labels, "le": "+Inf" if math.isinf(bound) else repr(bound)}, float(below))
        yield _line(f"{name}_sum", labels, total)
        yield _line(f"{name}_count", labels, float(below))


def _to(one: matters.Line) -> Labels:
    return {"party": one.party}


def _counted(names: Iterable[str]) -> list[Sample]:
    found: dict[str, float] = {}
    for name in names:
        found[name] = found.get(name, 0.0) + 1
    return [({"state": name}, count) for name, count in sorted(found.items())]


def _family(name: str, kind: str, what: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {what}"
    yield f"# TYPE {name} {kind}"
    yield from (_line(name, labels, value) for labels, value in samples)


def _line(name: str, labels: Labels, value: float) -> str:
    told = ",".join(f'{key}="{_escaped(held)}"' for key, held in labels.items())
    shown = repr(int(value)) if float(value).is_integer() else repr(float(value))
    return f"{name}{{{told}}} {shown}" if told else f"{name} {shown}"


def _escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
