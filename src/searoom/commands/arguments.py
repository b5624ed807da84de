"""What the commands' arguments have in common: a parser with examples, pairs, references to entries."""

import argparse
import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from searoom import lazily
from searoom.errors import NotAllowed

_items: Any = lazily.module("searoom.statements.items")  # it loads all forms, which a signal's words do not need


def parser(name: str, summary: str, examples: Sequence[str]) -> argparse.ArgumentParser:
    """Return a parser whose help ends with examples that can be pasted."""
    return argparse.ArgumentParser(
        prog=f"searoom {name}",
        description=summary,
        epilog="examples:\n" + "\n".join(f"  {example}" for example in examples),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def pairs(items: Sequence[str]) -> dict[str, str]:
    """Return {name: value} of arguments written NAME=VALUE."""
    table: dict[str, str] = {}
    for item in items:
        name, equals, value = item.partition("=")
        if not equals or not name:
            raise NotAllowed(f"'{item}' is not written NAME=VALUE")
        if name in table:
            raise NotAllowed(f"'{name}' is given twice")
        table[name] = value
    return table


def reference(text: str) -> tuple[str, int]:
    """Return the entry that `party/index` names."""
    return cast("tuple[str, int]", _items.ref_of(text))


def pack(name: str) -> Path | str:
    """Return the pack that an argument names: the path of a .toml file, or a packaged name."""
    return Path(name) if name.endswith(".toml") else name


def print_json(value: Mapping[str, object] | Sequence[object]) -> None:
    """Print a value as JSON for a program."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


@contextlib.contextmanager
def shown_progress(verb: str) -> Iterator[Callable[[int, int], None] | None]:
    """Give what shows on a terminal how far long work has come, in percent; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    last = -1

    def show(done: int, total: int) -> None:
        nonlocal last
        percent = 100 * done // max(total, 1)
        if percent != last:
            last = percent
            sys.stderr.write(f"\r  {verb} {done:,} of {total:,} entries ({percent} %)")
            sys.stderr.flush()

    try:
        yield show
    finally:
        if last >= 0:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
