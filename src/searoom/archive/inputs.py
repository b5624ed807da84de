"""The files of an archive: here, in folders, or in a store that fsspec reaches; told by name, size and mark."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import fsspec  # type: ignore[import-untyped]  # it says no types

from searoom.errors import NotAllowed, SearoomError, Unreachable

_MARKS = ("ETag", "etag", "md5Hash", "mtime", "LastModified", "last_modified", "updated", "created")
_PARTITION = "="  # a folder `day=2022-01-03` is a column of all that lies in it


@dataclass(frozen=True, slots=True)
class Input:
    """One file: its path or address, its bytes, and a mark that changes when its content does.

    `keys` are the columns that its folders say, as Hive writes them: `day=2022-01-03`.
    """

    name: str
    size: int
    mark: str
    keys: tuple[tuple[str, str], ...] = ()

    @property
    def local(self) -> Path | None:
        """Where it lies on this machine, if it does."""
        if "://" not in self.name:
            return Path(self.name)
        return Path(self.name.removeprefix("file://")) if self.name.startswith("file://") else None


def inputs(names: Sequence[str]) -> tuple[Input, ...]:
    """Return the files that are named: files, whole folders, patterns with `*`, addresses such as `s3://bucket/2022`.

    In the order of the names, inside a folder by path; what begins with a dot or an underscore is passed over there.
    `NotAllowed` where there is none or it may not be read, `Unreachable` where its store does not answer.
    """
    found = [one for name in names for one in _found(name)]
    twice = (
        {one.name for one in found if sum(one.name == other.name for other in found) > 1}
        if len(found) < 2000
        else set()
    )
    if twice:
        raise NotAllowed(f"{min(twice)} is named twice", advice="Name each file once, or its folder.")
    return tuple(found)


@contextmanager
def opened(one: Input) -> Iterator[BinaryIO]:
    """Open a file to read, wherever it lies; whatever its store says against it becomes one sentence."""
    with said_plainly(one.name), fsspec.open(one.name, "rb").open() as file:
        yield cast("BinaryIO", file)


def head(one: Input, length: int) -> bytes:
    """Return the first bytes of a file."""
    with opened(one) as file:
        return file.read(length)


@contextmanager
def said_plainly(name: str) -> Iterator[None]:
    """Turn what a file or a store raises into a sentence that names it."""
    try:
        yield
    except (SearoomError, KeyboardInterrupt):
        raise
    except FileNotFoundError:
        raise NotAllowed(f"there is no file {name}", advice="Check the name and the folder.") from None
    except PermissionError as fault:
        raise NotAllowed(
            f"{name} may not be read", advice="Ask for leave to read it, or sign in to its store."
        ) from fault
    except ImportError as fault:
        raise NotAllowed(
            f"{name} lies in a store whose client is not installed: {_line(fault)}",
            advice="Install that package beside Searoom, or copy the files here.",
        ) from fault
    except OSError as fault:
        raise Unreachable(f"{name} cannot be read: {_line(fault)}") from fault
    except Exception as fault:
        if type(fault).__module__.split(".", 1)[0] in {"searoom", "builtins", "numpy", "pyarrow"}:
            raise  # our own fault, and none of the store's
        raise Unreachable(f"{name} cannot be read: {type(fault).__name__}: {_line(fault)}") from fault


def _found(name: str) -> list[Input]:
    if not name:
        raise NotAllowed("a file without a name was given")
    with said_plainly(name):
        try:
            store, path = fsspec.core.url_to_fs(name)
        except ValueError as fault:
            raise NotAllowed(
                f"{name} is no file here, and no address of a store that is known: {_line(fault)}",
                advice="Give a path, or an address such as s3://bucket/folder.",
            ) from fault
        store.invalidate_cache()
        if "*" in path and not store.exists(path):
            told = [store.info(one) for one in sorted(store.glob(path))]
            return [_input(name, store, one, path) for one in told if one["type"] == "file"] or _none(name)
        told = store.info(path)
        if told["type"] != "directory":
            return [_input(name, store, told, path)]
        inside = store.find(path, detail=True)
        kept = [inside[place] for place in sorted(inside) if not _hidden(place, path)]
        return [_input(name, store, one, path) for one in kept] or _none(name)


def _none(name: str) -> list[Input]:
    raise NotAllowed(f"there is no file in {name}", advice="Check the name and the folder.")


def _hidden(place: str, folder: str) -> bool:
    return any(part[:1] in {".", "_"} for part in place[len(folder) :].split("/"))


def _input(name: str, store: Any, told: dict[str, Any], root: str) -> Input:
    path = str(told["name"])
    mark = next((str(told[key]) for key in _MARKS if told.get(key)), "")
    folders = path[len(root) :].split("/")[:-1] if path.startswith(root) else []
    keys = tuple((key, value) for folder in folders for key, sign, value in (folder.partition(_PARTITION),) if sign)
    address = store.unstrip_protocol(path) if "://" in name else path
    return Input(str(address), int(told.get("size") or 0), mark, keys)


def _line(fault: BaseException) -> str:
    return str(fault).strip().split("\n", 1)[0] or type(fault).__name__
