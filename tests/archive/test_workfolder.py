"""A folder that keeps finished parts: of one screening alone, by one run at a time, and nothing half written."""

import pytest

from archives_made import reports, written
from searoom.archive import working
from searoom.archive.cutting import parts_of
from searoom.archive.finds import FindApproaches
from searoom.archive.inputs import inputs
from searoom.archive.pieces import pieces_of
from searoom.archive.workfolder import work_folder
from searoom.errors import NotAllowed


@pytest.fixture
def source(tmp_path):
    """An hour of reports."""
    return inputs([written(tmp_path / "a.parquet", reports(minutes=60))])[0]


@pytest.fixture
def found(source):
    """A part and what is found in it."""
    part = parts_of(pieces_of(source), 0)[0]
    return part, working.work(working.Task(part, FindApproaches()))


def test_what_is_kept_comes_back(tmp_path, found):
    """Rows, metadata, counts."""
    part, result = found
    with work_folder(tmp_path / "work") as folder:
        assert folder.kept(part) is None
        folder.keep(part, result)
        back = folder.kept(part)

    assert result.rows.equals(back.rows)
    assert result.rows.schema.metadata.items() <= back.rows.schema.metadata.items()
    assert (result.fixes, result.counts) == (back.fixes, back.counts)


def test_a_part_that_is_not_whole_is_not_there(tmp_path, found):
    """A file cut short by a full disk is done again."""
    part, result = found
    with work_folder(tmp_path / "work") as folder:
        folder.keep(part, result)
        path = next((tmp_path / "work").glob("part-*.parquet"))
        path.write_bytes(path.read_bytes()[:-20])

        assert folder.kept(part) is None


@pytest.mark.parametrize(
    ("said", "change"),
    [
        ("something else was looked for", lambda source, path: ([source], "other")),
        ("of other files", lambda source, path: (inputs([str(path / "b.parquet")]), "this")),
        ("a.parquet has changed since", lambda source, path: (again(source, path), "this")),
    ],
)
def test_another_screening_is_refused(tmp_path, source, said, change):
    """What differs is said."""
    written(tmp_path / "b.parquet", reports(minutes=5))
    with work_folder(tmp_path / "work") as folder:
        folder.accept([source], "this")
        folder.accept([source], "this")
        with pytest.raises(NotAllowed, match=said) as refusal:
            folder.accept(*change(source, tmp_path))
    assert "begin anew" in refusal.value.advice()


def again(source, path):
    """Write the file anew with other content and return it."""
    return inputs([written(path / "a.parquet", reports(minutes=61))])


def test_a_folder_of_something_else_is_not_touched(tmp_path):
    """Nothing is put among somebody's files."""
    (tmp_path / "thesis.txt").write_text("x")

    with pytest.raises(NotAllowed, match=r"something else: thesis\.txt"), work_folder(tmp_path):
        pass
    with pytest.raises(NotAllowed, match="is no folder"), work_folder(tmp_path / "thesis.txt"):
        pass
    assert ["thesis.txt"] == [path.name for path in tmp_path.iterdir()]


def test_one_run_at_a_time(tmp_path):
    """A second one is refused while the first lasts."""
    with (
        work_folder(tmp_path / "work"),
        pytest.raises(NotAllowed, match="another run works"),
        work_folder(tmp_path / "work"),
    ):
        pass
    with work_folder(tmp_path / "work"):
        pass


def test_a_damaged_plan_is_said(tmp_path, source):
    """And not taken for none."""
    with work_folder(tmp_path / "work") as folder:
        (tmp_path / "work" / "plan.json").write_text("{")
        with pytest.raises(NotAllowed, match="damaged"):
            folder.accept([source], "this")
