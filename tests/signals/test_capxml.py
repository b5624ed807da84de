"""The XML of an alert: what could harm is refused before anything is made of it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed
from searoom.signals.capxml import CAP, MAX_ATTRIBUTES, MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, parse

HEAD = '<?xml version="1.0"?>'
BOMB = '<!DOCTYPE a [<!ENTITY b "cccc"><!ENTITY d "&b;&b;&b;">]><a>&d;</a>'


def test_reads_elements_with_their_text_and_line():
    """Namespace, name, the text around what stands in it, and where it opens."""
    top = parse(
        f'{HEAD}\n<alert xmlns="{CAP}">\n <event> Tsunami &amp; flood </event><b xmlns="u:x"/></alert>'.encode()
    )

    assert (CAP, "alert", 2) == (top.space, top.name, top.line)
    assert ("Tsunami & flood", 3) == (top.all("event")[0].text, top.all("event")[0].line)
    assert [("u:x", "b")] == [(one.space, one.name) for one in top.inside if one.space != CAP]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (BOMB, "a document type or an entity"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "a document type or an entity"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "http://192.0.2.1/">]><a>&x;</a>', "a document type or an entity"),
        ("<a>&x;</a>", "line 1: this is not XML"),
        ("<a><b></a>", "line 1: this is not XML"),
        ("", "this is not XML"),
        ("<a/><a/>", "this is not XML"),
        ("<a>" * (MAX_DEPTH + 1), "deeper or wider"),
        ("<a>" + "<b/>" * MAX_ELEMENTS + "</a>", "deeper or wider"),
        ("<a " + " ".join(f'x{n}="1"' for n in range(MAX_ATTRIBUTES + 1)) + "/>", "deeper or wider"),
        ("<a>" + " " * MAX_BYTES + "</a>", "is not read"),
        ('<?xml version="1.0" encoding="utf-7"?><a/>', "in an encoding that is not read"),
        ('<?xml version="1.0" encoding="no-such"?><a/>', "in an encoding that is not read"),
    ],
)
def test_refuses_what_could_harm(data, problem):
    """Entities that grow or reach out, depth, width, size, and what is no XML: each says why."""
    with pytest.raises(NotAllowed) as refusal:
        parse(data.encode())

    assert problem in refusal.value.sentence


@given(st.one_of(st.binary(max_size=200), st.text("<>&;!a/='\" [](CDATA-\n", max_size=120).map(str.encode)))
def test_anything_else_is_refused_and_never_raises(data):
    """Whatever the bytes: an element, or `NotAllowed`."""
    with suppress(NotAllowed):
        assert parse(data).name
