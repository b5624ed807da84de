"""What a counterpart lacks of the logs held here, and in which order it can take it.

An entry says what its author had heard before it, and is refused until that is held; so runs of
several logs are handed over in an order in which each run has heard only what went before it. Where
one log alone is behind, that order is the log's own, and no entry has to be read for it.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from searoom.link.frames import MAX_FRAME_BYTES, Hello, Want
from searoom.record.batch import Batch
from searoom.record.roster import author_of, epoch_of
from searoom.record.shared import SharedRecord

MAX_RUN: Final = 4096  # entries of one log looked at for one run
MOST_BYTES: Final = MAX_FRAME_BYTES - (64 << 10)  # of a run, so that it fits into its frame


def lacking(record: SharedRecord, hello: Hello, wants: Sequence[Want]) -> dict[str, int]:
    """Return the logs of which the counterpart holds less than we do, with how much it holds.

    Its `hello` says it of our newest log that it holds, its `wants` of the others; of a party's later
    logs it then holds nothing. Its own logs are its own, unless it asks for them back.
    """
    told = {want.log: want.start for want in wants} | {hello.held_log: hello.held_size}
    newest: dict[str, int] = {}
    for log in told:
        newest[author_of(log)] = max(epoch_of(log), newest.get(author_of(log), 0))
    found = {}
    for log in record.logs():
        later = 0 < newest.get(author_of(log), 0) < epoch_of(log)
        start = told.get(log, 0 if later else None)
        if start is not None and start < record.size(log):
            found[log] = start
    return found


def batches(record: SharedRecord, lacks: Mapping[str, int], *, max_bytes: int, most: int) -> list[Batch]:
    """Return runs of the lacking logs in an order in which they can be taken, at least one where there is any."""
    reached, found, used = dict(lacks), list[Batch](), 0
    while len(found) < most and used < max_bytes:
        batch = _next(record, reached, max_bytes - used)
        if batch is None:
            break
        found.append(batch)
        used += _bytes(batch)
        reached[batch.log] = batch.start + len(batch.items)
        if len(lacks) == 1:
            break
    return found


def _next(record: SharedRecord, reached: Mapping[str, int], max_bytes: int) -> Batch | None:
    behind = [log for log, start in reached.items() if start < record.size(log)]
    for log in behind:
        most = MAX_RUN if len(behind) == 1 else _run(record, log, reached, max_bytes)
        batch = record.batch(log, reached[log], max_bytes=max_bytes, most=most) if most else None
        if batch is not None and _bytes(batch) <= MOST_BYTES:
            return batch
    return None


def _bytes(batch: Batch) -> int:
    return sum(len(entry) + len(body) for entry, body in batch.items)


def _run(record: SharedRecord, log: str, reached: Mapping[str, int], max_bytes: int) -> int:
    """Return how many entries of `log` have heard nothing beyond what the counterpart has by now."""
    count = used = 0
    for entry, body in record.entries(log, reached[log]):
        if any(heard.size > reached.get(heard.log, heard.size) for heard in entry.heard):
            break
        count, used = count + 1, used + len(body)
        if used > max_bytes or count == MAX_RUN:
            break
    return count
