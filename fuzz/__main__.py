"""Hands random bytes to every decoder of foreign bytes, each in its turn; prints how many, and what was found.

python -m fuzz                        a minute for each harness
python -m fuzz cbor note --seconds 5  these, for five seconds each
python -m fuzz --replay               only the seeds and the finds that are kept, without atheris
python -m fuzz --seeds                makes the seeds anew, after a format has changed
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "fuzz"
TOOLS = HERE / ".tools"
REQUIREMENTS = HERE / "requirements.txt"

MAX_LEN = {"card": 16_384, "proposal": 24_576, "message": 16_384, "pack": 16_384, "node-request": 8192}
USUAL_LEN = 4096
TIMEOUT_S = 10
MEMORY_MB = 2048
_EXECUTED = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_WHY = re.compile(
    r"^fuzz\.target\.Find: .*|^__main__\.Find: .*|^Find: .*|libFuzzer: (?:timeout|out-of-memory).*", re.MULTILINE
)


def environment() -> dict[str, str]:
    """Return the environment in which a harness finds the project, the tests' builders and atheris."""
    path = os.pathsep.join(str(folder) for folder in (ROOT / "src", ROOT / "tests", ROOT, TOOLS))
    return {**os.environ, "PYTHONPATH": path}


def provide() -> bool:
    """Install atheris beside the harnesses where it is not there yet; nothing else uses it."""
    if (TOOLS / "atheris").is_dir():
        return True
    command = [
        sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes",
        "--target", str(TOOLS), "--requirement", str(REQUIREMENTS),
    ]  # fmt: skip
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def fuzz(name: str, seconds: int) -> bool:
    """Run one harness for so many seconds; keep what it finds; return whether it found nothing."""
    finds, started = HERE / "crashes" / name, time.monotonic()
    finds.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as corpus:
        command = [
            sys.executable, "-m", "fuzz.target", name,
            f"-max_total_time={seconds}", f"-timeout={TIMEOUT_S}", f"-rss_limit_mb={MEMORY_MB}",
            f"-max_len={MAX_LEN.get(name, USUAL_LEN)}", f"-artifact_prefix={finds}/", "-print_final_stats=1",
            corpus, str(HERE / "seeds" / name),
        ]  # fmt: skip
        done = subprocess.run(  # a list of our own words
            command, cwd=ROOT, env=environment(), check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    said = done.stdout.decode("utf-8", "replace")
    executed = _EXECUTED.search(said)
    if not any(finds.iterdir()):
        finds.rmdir()
    count = f"{int(executed[1]):>12,} executions" if executed else "           ? executions"
    print(
        f"{name:16}{count}{time.monotonic() - started:7.0f} s  {'ok' if done.returncode == 0 else 'FOUND'}", flush=True
    )
    if done.returncode:
        why = _WHY.search(said)
        print(f"    {why[0] if why else said[-2000:]}", flush=True)
    return done.returncode == 0


def replay(names: list[str]) -> int:
    """Hand the seeds and the kept finds to their harnesses, in a process of its own; return its exit code."""
    return subprocess.run(  # a list of our own words
        [sys.executable, "-m", "fuzz.replay", *names], cwd=ROOT, env=environment(), check=False
    ).returncode


def harnesses() -> list[str]:
    """Return the names of the harnesses: each has a folder of seeds."""
    return sorted(folder.name for folder in (HERE / "seeds").iterdir())


def main(arguments: list[str]) -> int:
    """Run the harnesses that are named, or all; return 1 where one found something."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", help="which harnesses; all where none is named")
    parser.add_argument("--seconds", type=int, default=60, help="how long each runs")
    parser.add_argument("--replay", action="store_true", help="only seeds and kept finds")
    parser.add_argument("--seeds", action="store_true", help="make the seeds anew")
    asked = parser.parse_args(arguments)
    if unknown := sorted(set(asked.names) - set(harnesses())):
        parser.error(f"there is no harness '{unknown[0]}'; there are {', '.join(harnesses())}")
    if asked.seeds or asked.replay:
        return replay(["--seeds"] if asked.seeds else asked.names)
    if not sys.platform.startswith("linux"):
        print("atheris is there for Linux only; `--replay` runs everywhere.")
        return 1
    if not provide():
        print("atheris could not be installed; `--replay` needs nothing.")
        return 1
    quiet = [fuzz(name, asked.seconds) for name in asked.names or harnesses()]
    print(f"{len(quiet)} harnesses, {quiet.count(False)} with a find; finds are kept in fuzz/crashes/")
    return 0 if all(quiet) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
