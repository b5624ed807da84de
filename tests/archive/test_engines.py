"""An engine is a function that maps tasks to results, in order; somebody else's fits beside ours."""

from concurrent.futures import ThreadPoolExecutor

from archives_made import reports, written
from searoom.archive import runs
from searoom.archive.engines import one_process
from searoom.archive.finds import FindApproaches


def test_one_process_does_one_after_the_other():
    """And begins none before it is asked for."""
    begun = []
    results = one_process(lambda task: begun.append(task) or task * 2, [1, 2, 3])

    assert [] == begun
    assert 2 == next(results)
    assert [1] == begun
    assert [4, 6] == list(results)


def test_an_engine_of_somebody_elses_fits(tmp_path):
    """A pool of threads, in five lines: nothing below knows it."""
    name = written(tmp_path / "a.parquet", reports(minutes=120))

    def pool(work, tasks):
        with ThreadPoolExecutor(2) as threads:
            yield from threads.map(work, tasks)

    found = []
    for engine in (one_process, pool):
        with runs.screening([name], FindApproaches(), engine=engine, part_rows=1_000) as screened:
            found.append([row for table in screened.rows for row in table.to_pylist()])

    assert len(found[0]) > 10
    assert found[0] == found[1]
