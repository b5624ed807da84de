"""A place in a pack has its line."""

from importlib import resources

import pytest

from searoom.obligations.locating import line_of, lines

TEXT = """# a comment = no key
format = 1
title = { en = "a", ja = "b = c" }
list = [
  "x = 1",
  "y",
]
words = \"\"\"
not_a_key = 1
[not.a.header]
\"\"\"
[[clauses]]
id = "a"
term = { kind = "none" }
[clauses.title]
en = "x"
[[clauses]]
id = "b"
[clauses.silence]
means = "none"
[clauses.silence.text]
en = "x"
[adopts.line-test]
trigger = { kind = "x" }
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("f.toml, format", 2),
        ("f.toml, title, ja", 3),
        ("f.toml, list", 4),
        ("f.toml, clauses[1] 'a', term, kind", 14),
        ("f.toml, clauses[1] 'a', title", 15),
        ("f.toml, clauses[2] 'b'", 17),
        ("f.toml, clauses[2] 'b', silence, text", 21),
        ("f.toml, adopts, line-test, trigger, kind", 24),
        ("f.toml, nothing, of, this", 1),
        ("f.toml", 1),
        ("f.toml, clauses[2] 'b', lacking", 17),
    ],
)
def test_finds_the_line_of_a_place(place, line):
    """The key's own line, or that of the nearest table round it."""
    assert line == line_of(place, lines(TEXT))


def test_takes_no_text_for_a_key():
    """What stands inside quotes, brackets or comments opens no table."""
    found = lines(TEXT)

    assert ("not_a_key",) not in found
    assert ("not", "a", "header") not in found
    assert ("y",) not in found


def test_finds_each_clause_of_the_packs_that_ship():
    """The line of a clause is that of its header."""
    folder = resources.files("searoom.obligations") / "data" / "agreements"
    for file in folder.iterdir():
        text = file.read_text(encoding="utf-8")
        headers = [number for number, line in enumerate(text.splitlines(), 1) if line == "[[clauses]]"]
        assert headers == [lines(text)["clauses", str(at)] for at in range(1, len(headers) + 1)], file.name
