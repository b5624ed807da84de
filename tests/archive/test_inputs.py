"""Files found by name, folder, pattern and address; whatever a store says against it is one sentence."""

import fsspec
import pytest

from searoom.archive import inputs as module
from searoom.archive.inputs import inputs, opened
from searoom.errors import NotAllowed, Unreachable


@pytest.fixture
def folder(tmp_path):
    """Two days of files, and what other programs leave beside them."""
    for name in ("day=2022-01-03/a.csv", "day=2022-01-03/b.csv", "day=2022-01-04/a.csv", "_SUCCESS", ".crc/x"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def test_a_folder_is_all_that_lies_in_it(folder):
    """By path; folders say columns; what begins with a dot or an underscore is not ours."""
    found = inputs([str(folder)])

    assert ["2022-01-03/a.csv", "2022-01-03/b.csv", "2022-01-04/a.csv"] == [one.name.split("day=")[1] for one in found]
    assert (("day", "2022-01-04"),) == found[2].keys
    assert 20 == found[0].size
    assert found[0].mark


def test_a_pattern_and_several_names(folder):
    """In the order in which they are named."""
    found = inputs([str(folder / "*" / "b.csv"), str(folder / "day=2022-01-04")])

    assert ["b.csv", "a.csv"] == [one.local.name for one in found]


def test_an_address_of_a_store(folder):
    """The address is kept, so that a worker elsewhere opens the same."""
    with fsspec.open("memory://bucket/2022/a.csv", "wb") as file:
        file.write(b"hello")
    found = inputs(["memory://bucket/2022", f"file://{folder}/day=2022-01-04"])

    assert ("memory://bucket/2022/a.csv", None, 5) == (
        found[0].name.replace("///", "//"),
        found[0].local,
        found[0].size,
    )
    assert folder / "day=2022-01-04" / "a.csv" == found[1].local
    with opened(found[0]) as stream:
        assert b"hello" == stream.read()
    assert b"da" == module.head(found[1], 2)


def test_the_mark_changes_with_the_content(folder):
    """A work folder sees by it that a file is another one now."""
    import os

    before = inputs([str(folder / "_SUCCESS")])[0]
    os.utime(folder / "_SUCCESS", (1, 1))

    assert before.mark != inputs([str(folder / "_SUCCESS")])[0].mark


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("there is no file .*gone", ["{}/gone.parquet"]),
        ("no file in .*empty", ["{}/empty"]),
        (r"there is no file in .*\*", ["{}/*.nothing"]),
        ("named twice", ["{}/_SUCCESS", "{}/_SUCCESS"]),
        ("no address of a store", ["nonsense://bucket/x"]),
        ("without a name", [""]),
    ],
)
def test_what_is_not_there_is_said_with_its_name(folder, said, names):
    """And with what to do."""
    (folder / "empty").mkdir()

    with pytest.raises(NotAllowed, match=said) as refusal:
        inputs([name.format(folder) for name in names])
    assert refusal.value.advice()


def test_a_file_that_may_not_be_read_and_a_store_without_its_client(monkeypatch):
    """Each has its own sentence."""
    with pytest.raises(NotAllowed, match="may not be read"), module.said_plainly("x"):
        raise PermissionError(13, "no")
    with (
        pytest.raises(NotAllowed, match="client is not installed: Install s3fs") as refusal,
        module.said_plainly("s3://x"),
    ):
        raise ImportError("Install s3fs to access S3")
    assert "beside Searoom" in refusal.value.advice()


class NoSuchBucket(Exception):
    """What a store's own client raises."""


NoSuchBucket.__module__ = "botocore.exceptions"


@pytest.mark.parametrize("fault", [OSError("[Errno 110] Connection timed out"), NoSuchBucket("no such bucket\nmore")])
def test_a_store_that_does_not_answer_is_out_of_reach(fault):
    """Whatever its client raises; nothing is proven by silence."""
    with (
        pytest.raises(Unreachable, match="s3://x cannot be read: .*(timed out|no such bucket)$"),
        module.said_plainly("s3://x"),
    ):
        raise fault


def test_a_fault_of_our_own_is_not_hidden_as_the_stores():
    """A bug stays a bug."""
    with pytest.raises(ZeroDivisionError), module.said_plainly("x"):
        raise ZeroDivisionError
