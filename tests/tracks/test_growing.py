"""Files that a sensor writes while we read."""

import pytest

from searoom.tracks.growing import Growing, Rewritten


def test_reads_on_where_it_stopped(tmp_path):
    """What is appended comes once."""
    path = tmp_path / "log"
    path.write_bytes(b"one\n")
    file = Growing(path)

    assert (b"one\n", b"") == (file.more(), file.more())
    with path.open("ab") as more:
        more.write(b"two\n")
    assert (b"two\n", False) == (file.more(), file.began_anew())
    file.close()


@pytest.mark.parametrize("deed", ["shorter", "another"])
def test_notices_a_file_that_began_anew(tmp_path, deed):
    """Cut to nothing, or moved aside for another of its name."""
    path = tmp_path / "log"
    path.write_bytes(b"one\n")
    file = Growing(path)
    file.more()
    if deed == "another":
        path.rename(tmp_path / "log.1")
    path.write_bytes(b"")

    assert file.began_anew()
    file.close()


def test_reads_a_file_whole_when_it_is_written_anew(tmp_path):
    """Once each; one byte more than may be shows that it is too long."""
    path = tmp_path / "list"
    path.write_bytes(b"{1}")
    file = Rewritten(path, 5)

    assert (b"{1}", None) == (file.changed(), file.changed())
    path.write_bytes(b"{1234567}")
    assert b"{12345" == file.changed()
