"""One harness under atheris: `python -m fuzz.target NAME` and then options and folders of libFuzzer.

Only fuzz/__main__.py starts it, where atheris is installed; nothing else imports it.
"""

import sys

import atheris

# What atheris puts into a function Numba cannot compile; their plain twins are watched instead.
COMPILED = ["searoom.tracks.aiskernel", "searoom.tracks.aisfields"]

with atheris.instrument_imports(include=["searoom"], exclude=COMPILED):
    from fuzz.harnesses import judge


class Find(Exception):
    """A decoder that did not keep its promise."""


def main(arguments: list[str]) -> None:
    """Hand random bytes to one harness until libFuzzer stops, or a promise is broken."""
    name = arguments[1]

    def one(data: bytes) -> None:
        broken = judge(name, data)
        if broken:
            raise Find(broken)

    atheris.Setup([arguments[0], *arguments[2:]], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
