"""Mutation testing itself: what is changed, that a fault is noticed, and that the list of equivalents is honest."""

import ast
import textwrap

import pytest

from mutants import __main__ as mutants
from mutants.changes import changes
from mutants.plugin import LINES, path_of

SOURCE = textwrap.dedent('''
    """A room."""

    LIMIT = 3


    def check(count: int, names: list[str]) -> bool:
        """Say whether it fits."""
        if not names or count > LIMIT:
            raise NotAllowed(f"{count} is more than {LIMIT}")
        for name in names:
            if name == "":
                continue
            names.sort()
        return any(len(name) < 2 for name in names)
    ''')


def told(source):
    """Return what is changed into what."""
    return [change.what for change, _ in changes(source)]


@pytest.mark.parametrize("what", [
    "3 => 4", "count > LIMIT => count >= LIMIT", "not names => names", "not names or count > LIMIT => not names and count > LIMIT",
    "not names or count > LIMIT => count > LIMIT", "if name == '': => if False:", "name == '' => name != ''", "continue => break",
    "names.sort() => pass", "any((len(name) < 2 for name in names)) => all((len(name) < 2 for name in names))",
    "raise NotAllowed(f'{count} is more than {LIMIT}') => pass", "raise NotAllowed(f'{count} is more than {LIMIT}') => raise Tampered(f'{count} is more than {LIMIT}')",
    "return any((len(name) < 2 for name in names)) => return None",
])  # fmt: skip
def test_makes_each_kind_of_change(what):
    """Bounds, comparisons, words of logic, numbers, returns, removed statements, another error."""
    assert what in told(SOURCE)


def test_changes_one_thing_at_a_time_and_puts_it_back():
    """Each tree differs from the source, compiles, and the last leaves no trace in the next."""
    plain, seen = ast.unparse(ast.parse(SOURCE)), []
    for change, tree in changes(SOURCE):
        seen.append(ast.unparse(tree))
        compile(tree, "room.py", "exec")
        assert change.lines[0] <= change.line <= change.lines[1]

    assert plain not in seen
    assert len(told(SOURCE)) == len(seen) > 15
    assert seen == [ast.unparse(tree) for _, tree in changes(SOURCE)]


def test_leaves_sentences_and_annotations_alone():
    """What an error says, what a function is called and what a name is annotated with is no logic."""
    assert [] == told('def f(a: "list[1]") -> "tuple[2]":\n    """Three."""\n    b: "dict[4]"\n')
    assert ["3 => 4"] == told("NUMBER: int = 3\n")


def test_each_room_of_the_list_stands():
    """The rooms are there, and each has at least one test file that stands."""
    for room, (module, _) in mutants.ROOMS.items():
        assert path_of(module).is_file()
        assert mutants.tests_of(room), room


def test_each_equivalent_is_of_a_line_that_stands():
    """A row of the list names a room, a line that it has, a change that is made there, and a reason."""
    found = {}
    for room, line, what in mutants.known():
        if room not in found:
            source = path_of(mutants.ROOMS[room][0]).read_text(encoding="utf-8")
            lines = source.split("\n")
            found[room] = {(lines[change.line - 1].strip(), change.what) for change, _ in changes(source)}
        assert (line, what) in found[room], f"{room}: {line} ({what})"
    assert all(len(why) > 20 for why in mutants.known().values())


def test_notices_what_the_tests_notice_and_what_they_do_not(tmp_path, monkeypatch):
    """With a test that looks at one of two functions, changes of the other survive or are not reached."""
    test = tmp_path / "test_errors.py"
    test.write_text(
        "from searoom.errors import NotAllowed\n\n\ndef test_it():\n"
        "    assert NotAllowed('a', advice='b').advice() == 'b'\n    assert NotAllowed('a').sentence == 'a'\n"
    )
    monkeypatch.setitem(mutants.ROOMS, "errors", ("searoom.errors", (str(test),)))

    rows = {row["what"]: row["outcome"] for row in mutants.outcomes("errors", tmp_path)}

    assert "killed" == rows["return self._advice or self.default_advice => return None"]
    assert "killed" == rows["self.sentence = sentence => pass"]
    assert "survived" == rows["super().__init__(sentence) => pass"]


def test_notices_what_a_function_did_while_the_module_was_loaded(tmp_path, monkeypatch):
    """The tables of heads are made at the import: the fault is there then, where it was not noticed afterwards."""
    test = tmp_path / "test_heads.py"
    test.write_text(
        "from searoom import cbor\n\n\ndef test_it():\n"
        "    assert cbor.encode(24).hex() == '1818'\n    assert cbor.encode(256).hex() == '190100'\n"
    )
    monkeypatch.setitem(mutants.ROOMS, "cbor", ("searoom.cbor", (str(test),)))
    source = path_of("searoom.cbor").read_text(encoding="utf-8").splitlines()
    monkeypatch.setenv(LINES, str(next(at for at, line in enumerate(source, 1) if "in ((24, 1)," in line)))

    row = next(row for row in mutants.outcomes("cbor", tmp_path) if row["what"] == "24 => 25")

    assert "killed" == row["outcome"]


def test_stops_where_the_tests_fail_without_a_change(tmp_path, monkeypatch):
    """From tests that fail anyway nothing can be learned."""
    test = tmp_path / "test_errors.py"
    test.write_text("def test_it():\n    assert False\n")
    monkeypatch.setitem(mutants.ROOMS, "errors", ("searoom.errors", (str(test),)))

    with pytest.raises(SystemExit, match="errors: its tests fail without any change"):
        list(mutants.outcomes("errors", tmp_path))
