"""Whatever is wrong is one sentence with its advice, in one shape."""

import json

import pytest


@pytest.mark.parametrize(
    ("path", "status", "where"),
    [
        ("messages?limit=0", 422, ["limit"]),
        ("messages?precedence=loud", 422, ["precedence"]),
        ("tracks?from=yesterday", 422, ["from", "to"]),
        ("craft?format=pdf", 422, ["format"]),
        ("messages/amber/99", 404, []),
        ("messages/amber/x", 422, ["index"]),
        ("messages/%00/1", 422, ["log"]),
        ("forms/none", 404, []),
        ("nothing", 404, []),
    ],
)
def test_bad_questions_have_one_shape(program, path, status, where):
    """A number, a time, a name or an address that is wrong is told by its name, with what to do."""
    got, _, text = program.get(f"/api/v1/{path}")
    told = json.loads(text)

    assert (status, where) == (got, told["where"])
    assert told["sentence"]
    assert told["advice"] or status == 404
