"""What maps parts to results, in order: a function. One process is one of them; a cluster is another, in its own file.

An engine for something else (Spark, a batch system) is a function of this shape in somebody's own program: it hands
`work` and the tasks to its workers and yields the results in the order of the tasks. `work` can be imported by name,
tasks and results can be pickled, and nothing that is called by them knows which engine it is.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Engine(Protocol):
    """Applies `work` to each task and yields the results in the order of the tasks."""

    def __call__(self, work: Callable[[T], R], tasks: Sequence[T]) -> Iterator[R]:
        """Begin no more than memory holds the results of."""
        ...


def one_process(work: Callable[[T], R], tasks: Sequence[T]) -> Iterator[R]:
    """Do one after the other, here."""
    return map(work, tasks)
