"""The store in PostgreSQL, over a real server: which one it refuses, and what it says when the server fails."""

import contextlib
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from postgres_server import Server, fresh_schema, server
from searoom.errors import NotAllowed, StateUnknown
from searoom.record import postgres, tables
from searoom.record.postgres import PostgresStore, shown
from searoom.record.tables import SCHEMA_VERSION
from stored import content

SECRET = b"the telephone number of a person"


@pytest.fixture
def store() -> Iterator[PostgresStore]:
    """An empty store in a schema of its own."""
    with contextlib.closing(PostgresStore(server().url(), schema=fresh_schema(), busy_ms=50)) as opened:
        yield opened


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server that a test may stop."""
    started = Server()
    yield started
    started.remove()


@contextlib.contextmanager
def configured(setting: str, value: str) -> Iterator[None]:
    """Run the server with another setting for a while."""
    told = server()
    told.ask(f"ALTER SYSTEM SET {setting} = {value}", "SELECT pg_reload_conf()")
    try:
        for _ in range(100):
            if told.ask(f"SHOW {setting}") == [value]:
                break
            time.sleep(0.02)
        yield
    finally:
        told.ask(f"ALTER SYSTEM RESET {setting}", "SELECT pg_reload_conf()")
        for _ in range(100):
            if told.ask(f"SHOW {setting}") == ["on"]:
                break
            time.sleep(0.02)


def say(store: PostgresStore, count: int = 1) -> None:
    """Append entries to amber's log, each in a transaction of its own."""
    for _ in range(count):
        size = store.size("amber")
        store.append("amber", size, [(b"e%d" % size, b"b")], b"note %d" % (size + 1), now_us=7)


def test_the_server_is_postgresql_and_syncs(store: PostgresStore, capsys: pytest.CaptureFixture[str]) -> None:
    """The other side of the conformance suite is a real server with fsync on, and the output says which."""
    ((version,),) = store._run("SELECT version()")
    shown = {name: store._run(f"SHOW {name}")[0][0] for name in ("fsync", "full_page_writes", "synchronous_commit")}
    with capsys.disabled():
        sys.stdout.write(f"\n{version}\n{shown}\n")
    assert str(version).startswith("PostgreSQL ")
    assert {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"} == shown


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_server_that_may_lose_a_commit_is_refused(setting: str) -> None:
    """The sentence names the setting; nothing is made in the database."""
    schema = fresh_schema()
    with configured(setting, "off"), pytest.raises(NotAllowed, match=f"{setting} = off: it can lose") as caught:
        PostgresStore(server().url(), schema=schema)
    assert f"Set {setting} = on" in caught.value.advice()
    assert [] == server().ask(f"SELECT nspname FROM pg_namespace WHERE nspname = '{schema}'")


def test_a_setting_of_the_user_counts_too() -> None:
    """`synchronous_commit` can be off for one user or one connection alone."""
    with pytest.raises(NotAllowed, match="synchronous_commit = off"):
        PostgresStore(server().url(more="&synchronous_commit=off"), schema=fresh_schema())


def test_an_old_server_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no longer kept up is no place for a record."""
    monkeypatch.setattr(postgres, "LEAST_SERVER", 990000)
    with pytest.raises(NotAllowed, match="needs 990000 or later"):
        PostgresStore(server().url(), schema=fresh_schema())


def test_a_read_only_server_is_refused(store: PostgresStore) -> None:
    """As a standby is, or a user that may only read."""
    with pytest.raises(StateUnknown, match="read-only"):
        PostgresStore(server().url(more="&default_transaction_read_only=on"), schema=store._schema)


def test_a_server_that_is_not_there_is_a_sentence() -> None:
    """Wrong host, wrong database, wrong user: each says what it is, and no password is shown."""
    with pytest.raises(StateUnknown, match="cannot be reached"):
        PostgresStore("postgres://amber:secret@/postgres?host=/nowhere")
    with pytest.raises(NotAllowed, match='database "elsewhere" does not exist') as caught:
        PostgresStore(server().url().replace("/postgres?", "/elsewhere?").replace("amber@", "amber:secret@"))
    assert "secret" not in caught.value.sentence
    with pytest.raises(NotAllowed, match='does not let us in: role "nobody" does not exist'):
        PostgresStore(server().url(user="nobody"))
    for url in ("postgres://host:port/x", "postgres://[host/x"):
        with pytest.raises(NotAllowed, match="address"):
            PostgresStore(url)


def test_a_user_without_rights_is_told(store: PostgresStore) -> None:
    """Who may not make the tables reads what is missing."""
    server().ask("DROP ROLE IF EXISTS guest", "CREATE ROLE guest LOGIN", "SELECT 1")
    with pytest.raises(NotAllowed, match="permission denied for database"):
        PostgresStore(server().url(user="guest"), schema=fresh_schema())
    with pytest.raises(NotAllowed, match="permission denied for schema"):
        PostgresStore(server().url(user="guest"), schema=store._schema)


def test_a_user_who_may_not_make_schemas_uses_one_that_is_there() -> None:
    """An operator may make the schema beforehand and give it to the node's user."""
    schema = fresh_schema()
    server().ask(
        "DROP ROLE IF EXISTS plain",
        "CREATE ROLE plain LOGIN",
        f"CREATE SCHEMA {schema} AUTHORIZATION plain",
        "SELECT 1",
    )
    with contextlib.closing(PostgresStore(server().url(user="plain"), schema=schema)) as store:
        say(store)
        store.put("annex", b"k", b"v")
        store.drop("annex", b"k")
    server().ask(f"DROP SCHEMA {schema} CASCADE", "DROP ROLE plain", "SELECT 1")


def test_names_the_place_without_user_or_password() -> None:
    """What sentences and logs show of the address."""
    assert "PostgreSQL at db.example, database 'x y', schema s" == shown("postgres://u:p@db.example:1/x%20y", "s")
    assert "PostgreSQL at /run/pg, database 'd', schema s" == shown("postgres:///d?host=/run/pg&password=p", "s")


@pytest.mark.parametrize("name", ["", "Upper", "a b", 'a"', "a;b", "1a", "a" * 49])
def test_a_name_that_is_no_schema_is_refused(name: str) -> None:
    """Nothing that would need quoting reaches a statement."""
    with pytest.raises(NotAllowed, match="cannot name a schema"):
        PostgresStore(server().url(), schema=name)


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searoom runs without asyncpg; who asks for PostgreSQL reads what to install."""
    monkeypatch.setattr(postgres, "asyncpg", None)
    with pytest.raises(NotAllowed, match="asyncpg") as caught:
        PostgresStore(server().url())
    assert "searoom[postgres]" in caught.value.advice()


@pytest.mark.parametrize("version", [0, 1, SCHEMA_VERSION + 1])
def test_a_store_of_another_version_is_refused_and_left_alone(store: PostgresStore, version: int) -> None:
    """What a newer program wrote, an older one does not touch."""
    store._run("UPDATE searoom_store SET version = $1", version)
    before = content(store)
    with pytest.raises(NotAllowed, match=f"schema {version}, not {SCHEMA_VERSION}"):
        PostgresStore(server().url(), schema=store._schema)
    assert before == content(store)


def test_tables_of_something_else_are_refused_and_left_alone() -> None:
    """Another program's schema is not made ours."""
    schema = fresh_schema()
    server().ask(f"CREATE SCHEMA {schema}", f"CREATE TABLE {schema}.entry (id int)", "SELECT 1")
    with pytest.raises(NotAllowed, match="of something else"):
        PostgresStore(server().url(), schema=schema)
    assert ["entry"] == server().ask(f"SELECT tablename FROM pg_tables WHERE schemaname = '{schema}'")


def test_a_later_schema_is_stepped_up_to_in_one_transaction(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step that fails leaves the old tables; one that succeeds keeps everything."""
    say(store)
    store.close()
    monkeypatch.setattr(postgres, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    monkeypatch.setattr(postgres, "_STEPS", {SCHEMA_VERSION: "ALTER TABLE note ADD more text; SELECT nonsense"})
    with pytest.raises(StateUnknown, match="nonsense"):
        PostgresStore(server().url(), schema=store._schema)
    monkeypatch.setattr(postgres, "_STEPS", {SCHEMA_VERSION: "ALTER TABLE note ADD more text"})
    with contextlib.closing(PostgresStore(server().url(), schema=store._schema)) as again:
        assert ((SCHEMA_VERSION + 1,),) == tuple(again._run("SELECT version FROM searoom_store"))
        assert [b"e0"] == list(again.leaves("amber"))
        assert [(None,)] == again._run("SELECT more FROM note")


def test_one_program_alone_writes_a_log(store: PostgresStore) -> None:
    """Even where it knows the right place, a second node does not write the log until the first has let go."""
    say(store)
    with contextlib.closing(PostgresStore(server().url(), schema=store._schema)) as second:
        with pytest.raises(StateUnknown, match="another program writes the log of amber"):
            second.append("amber", 1, [(b"x", b"")], b"note", now_us=7)
        assert [b"e0"] == list(second.leaves("amber"))
        second.cosign("amber", "coral", 1, b"cosigned")
        store.close()
        second.append("amber", 1, [(b"e1", b"")], b"note 2", now_us=7)


def test_two_schemas_are_two_stores(store: PostgresStore) -> None:
    """A node's shared and national logs of one name do not meet, nor do their locks."""
    say(store)
    with contextlib.closing(PostgresStore(server().url(), schema=fresh_schema())) as other:
        assert [] == other.logs()
        say(other)


def test_a_locked_store_says_who_waits_for_whom(store: PostgresStore) -> None:
    """While another connection holds a table, nothing is written; afterwards it goes on."""
    with contextlib.closing(PostgresStore(server().url(), schema=store._schema)) as other:
        with other.together():
            other._script("LOCK TABLE note")
            with pytest.raises(StateUnknown, match="another program holds .* locked"):
                say(store)
        assert 0 == store.size("amber")
        say(store)


def test_a_kind_with_a_quote_is_only_a_name(store: PostgresStore) -> None:
    """The one word that goes into a statement as text cannot end it."""
    kind = "it's'); DROP TABLE note; --"
    store.put(kind, b"k", b"v")
    assert [(b"k", b"v")] == list(store.each(kind))
    store.drop(kind, b"k")
    assert b"" == store.note("amber")


def data_files() -> bytes:
    """Return the bytes of all tables on the server's disk."""
    told = server()
    told.ask("CHECKPOINT", "SELECT 1")
    return b"".join(path.read_bytes() for path in (told.data / "base").rglob("*") if path.is_file())


@pytest.mark.parametrize("length", [40, 30_000])
def test_what_was_dropped_is_in_the_tables_no_more(store: PostgresStore, length: int) -> None:
    """The old files go at the server's checkpoint; what was replaced goes with them."""
    store._run("ALTER TABLE beside ALTER value SET STORAGE EXTERNAL")  # as it is for what cannot be compressed
    store.put("annex", b"k", (SECRET * 1000)[:length])
    store.put("annex", b"other", (SECRET * 1000)[:length])
    store.put("annex", b"other", b"kept and replaced")
    assert SECRET in data_files()
    store.drop("annex", b"k")
    found = data_files()
    assert SECRET not in found
    assert b"kept and replaced" in found


def test_a_reader_delays_the_wiping_and_nobody_waits(store: PostgresStore) -> None:
    """While somebody reads an older state the old bytes are needed; a later write wipes them."""
    store.put("annex", b"k", SECRET)
    with contextlib.closing(PostgresStore(server().url(), schema=store._schema)) as reader:
        with reader.still():
            assert SECRET == reader.get("annex", b"k")
            store.drop("annex", b"k")
            assert store.get("annex", b"k") is None
            assert SECRET in data_files()
        say(store)
    assert SECRET not in data_files()


def test_a_transaction_that_the_server_gave_up_is_not_taken_for_done(store: PostgresStore) -> None:
    """PostgreSQL answers COMMIT with ROLLBACK where a statement inside failed; that is no commit."""
    with pytest.raises(StateUnknown, match="did not commit"), store.together():
        say(store)
        with contextlib.suppress(StateUnknown):
            store._run("SELECT nonsense")
    assert 0 == store.size("amber")
    say(store)


def test_a_lost_connection_stops_the_store(store: PostgresStore) -> None:
    """The server ends the connection: a sentence, nothing half, and no second attempt in the dark."""
    say(store)
    with pytest.raises(StateUnknown, match="cannot be reached or broke off"), store.together():
        say(store)
        server().ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE application_name = 'searoom' AND pid = {store._run('SELECT pg_backend_pid()')[0][0]}"
        )
        say(store)
    for _ in range(2):
        with pytest.raises(StateUnknown, match="is lost"):
            store.size("amber")
    with contextlib.closing(PostgresStore(server().url(), schema=store._schema)) as again:
        assert 1 == again.size("amber")
        say(again)


APPENDING = """
import sys
from searoom.errors import StateUnknown
from searoom.record.postgres import PostgresStore
store = PostgresStore(sys.argv[1])
size = store.size("amber")
print(size, flush=True)
try:
    while True:
        with store.together():
            store.append("amber", size, [(b"e%d" % size, b"b" * 2000)], b"note %d" % (size + 1), now_us=1)
            store.put("count", b"k", b"%d" % (size + 1))
        size += 1
        print(size, flush=True)
except StateUnknown as fault:
    print(fault.sentence, flush=True)
"""


@pytest.mark.parametrize("killed", ["server", "node"])
def test_what_was_acknowledged_survives_a_crash(own_server: Server, killed: str) -> None:
    """The server stops without writing its pages, or the node is killed: all that was acknowledged is there."""
    rng, size = random.Random(5), 0
    for _ in range(4):
        command = [sys.executable, "-c", APPENDING, own_server.url()]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert size == int(process.stdout.readline())
            time.sleep(rng.uniform(0.02, 0.2))
            if killed == "server":
                own_server.stop()
            else:
                process.kill()
            lines = process.stdout.read().splitlines(keepends=True)
        reported = [int(line) for line in lines if line.strip().isdigit() and line.endswith(b"\n")]
        if killed == "server":
            assert re.search(rb"cannot be reached or broke off|the connection to .* is lost", lines[-1])
            own_server.start()
        while own_server.ask("SELECT pid FROM pg_stat_activity WHERE application_name = 'searoom'"):
            time.sleep(0.02)  # the server ends what a killed node had begun, its last commit perhaps
        with contextlib.closing(PostgresStore(own_server.url())) as store:
            acknowledged, size = max([size, *reported]), store.size("amber")
            assert size in {acknowledged, acknowledged + 1}
            assert [b"e%d" % n for n in range(size)] == list(store.leaves("amber"))
            assert (b"note %d" % size, b"%d" % size) == (store.note("amber"), store.get("count", b"k"))
    assert size > 8


def test_a_write_costs_the_same_however_long_the_log_is(store: PostgresStore) -> None:
    """Size and names of the logs go through the index: of 40,000 entries a few pages are touched."""

    def touched(sql: str, *values: str) -> int:
        plan = store._run(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT TEXT) {sql}", *values)
        text = "\n".join(str(row[0]) for row in plan)
        assert "Seq Scan on entry" not in text, text
        return int(text.split("shared hit=", 1)[1].split()[0])

    statements = ((tables._SIZE, "amber"), (tables._LOGS,))
    for log in ("amber", "coral"):
        store.append(log, 0, [(b"e", b"b")] * 20_000, b"note", now_us=7)
    store._script("ANALYZE entry")
    for statement in statements:
        touched(*statement)
        assert touched(*statement) < 60
