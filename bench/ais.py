"""How fast AIS sentences become columns, beside other decoders of AIS.

    python -m bench ais [--only aiscat]

The file is the Danish stream and pyais's own sample, repeated to 500,000 lines. Processor time of one core is counted,
so that what else the machine does matters less; every decoder reads the file by itself.
"""

import gzip
import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.frame import Options, Report, Spread, versions, work_folder
from bench.rivals.ais_file import POSITIONS
from bench.rivals.environment import Environment
from searoom import compiling
from searoom.tracks.ais import Sentences
from searoom.tracks.aisdecoder import Decoder
from searoom.tracks.aislayout import Messages
from searoom.tracks.sources import BLOCK_BYTES

RIVALS = Environment("ais")
DATA = Path(__file__).parent.parent / "tests" / "data"
LINES = 500_000
QUICK_LINES = 10_000
PATIENCE_S = 900.0
METHODS = {
    "pyais": "pyais 3.3.1, FileReaderStream, six fields read",
    "libais": "libais 0.17, ais.decode, single sentences only, six fields read",
    "aiscat": "aiscat 0.68.16 (GPL), dicts, six fields read",
    "aiscat_unread": "aiscat 0.68.16 (GPL), dicts, no field read",
}


def made_file(folder: Path, lines: int) -> Path:
    """Write the two streams again and again until there are so many lines."""
    once = (DATA / "dma_stream_2010-06-11.txt").read_bytes().rstrip() + b"\n"
    once += gzip.decompress((DATA / "pyais_nmea_data_sample.txt.gz").read_bytes()).rstrip() + b"\n"
    path = folder / "stream.nmea"
    path.write_bytes(once * -(-lines // once.count(b"\n")))
    return path


def to_columns(path: Path, compiled: bool) -> int:
    """Decode a file to columns; return how many positions there are."""
    decoder, positions = Decoder(compiled=compiled), 0
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            positions += _positions(decoder.read(block))
    return positions + _positions(decoder.close())


def _positions(messages: Messages) -> int:
    return int(np.isin(messages.column("kind"), list(POSITIONS)).sum())


def to_fixes(path: Path) -> int:
    """Read a file to fixes, as `searoom screen` does; return how many positions came to them."""
    sentences = Sentences()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            sentences.read(block)
    sentences.close()
    read = len(sentences.rows)
    sentences.rows.fixes()
    return read


def measured(work: Callable[[], int], runs: int) -> tuple[Spread, int]:
    """Return seconds of processor time and the last result; the first run, which may compile, is not counted."""
    found, seconds = work(), []
    for _ in range(runs):
        begun = time.process_time()
        found = work()
        seconds.append(time.process_time() - begun)
    return Spread.of(seconds), found


def rival(method: str, path: Path, runs: int) -> tuple[Spread, int]:
    """Return the same of another decoder, in a process with its own packages."""
    command = [str(RIVALS.python), "-m", f"bench.rivals.ais_{method}", str(path), str(runs)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE_S, cwd=DATA.parent.parent)
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace").strip().splitlines()[-1])
    said = json.loads(done.stdout)
    return Spread.of(said["seconds"]), said["positions"]


def tell(report: Report, path: Path, options: Options) -> None:
    """Measure all and put the table; ratios are to pyais, and to the fastest other decoder of which fields are read."""
    lines = path.read_bytes().count(b"\n")
    rows: list[tuple[str, Spread, int]] = []
    if compiling.COMPILED:
        rows.append(("Searoom, columns", *measured(lambda: to_columns(path, compiled=True), options.runs)))
        rows.append(("Searoom, columns to fixes in order of time", *measured(lambda: to_fixes(path), options.runs)))
    rows.append(("Searoom, columns, without Numba", *measured(lambda: to_columns(path, compiled=False), options.runs)))
    for method, name in METHODS.items():
        if options.only and method not in options.only:
            continue
        try:
            rows.append((name, *rival(method, path, options.runs)))
        except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
            report.say(f"- {method} was not measured: {error}")
    slowest = next((took.median for name, took, _ in rows if name == METHODS["pyais"]), None)
    report.table("decoder", "seconds", "lines/s", "times pyais", "position reports")
    for name, took, positions in rows:
        times = f"{slowest / took.median:.1f}" if slowest else ""
        report.row(name, took.text("s"), f"{lines / took.median:,.0f}", times, f"{positions:,}" if positions else "")


def main(options: Options) -> None:
    """Run all of it and write bench/results-ais.md."""
    report = Report("ais", "Benchmark: AIS sentences to columns", options, used=versions("numpy", "pyais"))
    for line in RIVALS.set_up():
        report.say(f"- Not here: {line}.")
    with work_folder() as folder:
        path = made_file(folder, QUICK_LINES if options.quick else LINES)
        report.say(
            f"{path.read_bytes().count(10):,} lines, of which nearly half are the receiver's time lines; seconds of"
        )
        report.say("processor time. Searoom takes the times of reception as well.")
        tell(report, path, options)
    report.save()
