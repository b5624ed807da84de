"""The file of the node's folder comes before the example, is read anew when it changes, and is refused with its row."""

import pytest

from searoom.console.watchkeeping import settings
from searoom.errors import NotAllowed

SMALL = (
    'format = 1\nhours = {hours}\n[[clock]]\nparty = "amber"\noffset = "+01:00"\nfrom = "2020-01-01"\nsource = "made"\n'
)


def test_without_a_file_the_example_serves(tmp_path):
    """And says that it is one."""
    assert settings.of(tmp_path).example


def test_a_partys_own_file_is_taken_and_taken_anew(tmp_path):
    """What is changed on the disk is what the next page shows."""
    file = tmp_path / settings.FILE
    file.write_text(SMALL.format(hours=6), encoding="utf-8")
    assert (6, False) == (settings.of(tmp_path).hours, settings.of(tmp_path).example)
    file.write_text(SMALL.format(hours=12), encoding="utf-8")
    assert 12 == settings.of(tmp_path).hours


@pytest.mark.parametrize("data", [b"\xff\xfe", b"format = [", b"x" * (settings.MAX_BYTES + 1), b"format = 1"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, data):
    """With a sentence, and never half taken."""
    (tmp_path / settings.FILE).write_bytes(data)
    with pytest.raises(NotAllowed):
        settings.of(tmp_path)
