"""A real Dask cluster of processes: the same rows as one process, also when a worker dies in the middle of a task."""

import hashlib
import os
import pickle
import signal
import threading
import time

import distributed
import pyarrow as pa
import pytest

import archives_made
from archives_made import reports, written
from searoom.archive import cluster, runs, working
from searoom.archive.engines import one_process
from searoom.archive.finds import FindApproaches, FindMeetings
from searoom.errors import NotAllowed, Unreachable

PART_ROWS = 1_500


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    """The file that says that a worker is in the middle of a task; workers learn its name when they are born."""
    path = tmp_path_factory.mktemp("gate") / "open"
    os.environ["SEAROOM_TEST_GATE"] = str(path)
    yield path
    del os.environ["SEAROOM_TEST_GATE"]


@pytest.fixture(scope="module")
def client(gate):
    """Two processes of this machine, as a cluster."""
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as made,
        distributed.Client(made) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Reports of sixty ships over five hours."""
    return written(tmp_path_factory.mktemp("archive") / "raw.parquet", reports())


def digest(archive, find, engine):
    """Return the SHA-256 of the sorted rows, and how many parts there were."""
    with runs.screening([archive], find, engine=engine, part_rows=PART_ROWS) as screened:
        rows = sorted(map(repr, pa.concat_tables(list(screened.rows)).to_pylist()))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest(), screened.parts


@pytest.mark.parametrize(
    "find", [FindApproaches(), FindMeetings(radius_m=2000.0, at_least_s=1800.0)], ids=lambda f: f.kind
)
def test_many_processes_find_what_one_finds(archive, client, find):
    """The same hash of the sorted rows, over more parts than there are workers."""
    alone, together = digest(archive, find, one_process), digest(archive, find, cluster.on(client))

    assert alone == together
    assert alone[1] > 8


def executing(client):
    """Return what the scheduler has handed to each worker, and what each worker says that it is doing."""
    handed = client.run_on_scheduler(
        lambda dask_scheduler: {
            address: [task.key for task in worker.processing if task.state == "processing"]
            for address, worker in dask_scheduler.workers.items()
        }
    )
    busy = client.run(
        lambda dask_worker: (os.getpid(), [key for key, t in dask_worker.state.tasks.items() if t.state == "executing"])
    )
    return {pid: (address, keys) for address, (pid, keys) in busy.items() if keys and set(keys) <= set(handed[address])}


def test_a_worker_killed_while_its_task_runs_costs_nothing_but_time(archive, client, gate, monkeypatch):
    """The scheduler has the task as handed out, the worker as running: then its process is killed. Same hash."""
    killed = []

    def kill():
        while not gate.exists():
            time.sleep(0.02)
        pid = int(gate.read_text())
        while pid not in (busy := executing(client)):
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)
        killed.append((pid, busy[pid][0]))

    alone = digest(archive, FindApproaches(), one_process)
    before = set(client.run(os.getpid).values())
    monkeypatch.setattr(runs, "work", archives_made.gated)
    killer = threading.Thread(target=kill)
    killer.start()
    together = digest(archive, FindApproaches(), cluster.on(client))
    killer.join()

    assert alone == together
    assert 1 == len(killed)
    assert killed[0][0] in before
    assert killed[0][0] not in set(client.run(os.getpid).values())


def test_tasks_and_results_travel(archive):
    """Kernels are found by name: a task is small, and whoever unpacks it needs Searoom and nothing else."""
    with runs.screening([archive], FindApproaches(), part_rows=PART_ROWS) as screened:
        assert screened.parts > 8
    tasks = []

    def engine(work, given):
        tasks.extend(given)
        return map(work, given)

    digest(archive, FindApproaches(), engine)
    packed = pickle.dumps((working.work, tasks[0]))

    assert len(packed) < 10_000
    assert b"__main__" not in packed


def test_what_a_worker_refuses_is_said_as_it_would_be_here(archive, client):
    """A refusal comes back with its sentence and its advice."""
    task = working.Task(None, None)

    with pytest.raises(AttributeError):
        list(cluster.on(client)(working.work, [task]))
    with pytest.raises(NotAllowed, match="no positive number"):
        digest(archive, FindApproaches(radius_m=-1.0), cluster.on(client))


@pytest.mark.parametrize("address", ["local:0", "local:x", "local:", "nonsense://x"])
def test_an_address_that_is_none_is_refused(address):
    """With what an address looks like."""
    with pytest.raises(NotAllowed) as refusal, cluster.dask(address):
        pass
    assert "tcp://" in refusal.value.advice()


def test_a_cluster_that_does_not_answer_is_out_of_reach(monkeypatch):
    """Nothing was found, and nothing is said to be."""
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)

    with pytest.raises(Unreachable, match="no Dask scheduler answers"), cluster.dask("tcp://127.0.0.1:9"):
        pass


def test_processes_of_this_machine_need_no_address(archive):
    """`local:N` makes the cluster and ends it."""
    with cluster.dask("local:1") as engine:
        assert digest(archive, FindApproaches(), one_process) == digest(archive, FindApproaches(), engine)
