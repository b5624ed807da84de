"""One record through three shapes on real nodes: two parties, three by consensus, one opposite a composite of two."""

from functools import cache

import pytest

from searoom.account import Closed
from searoom.exercise.told import Rehearsal
from searoom.obligations import coverage
from searoom.obligations.stories import split
from searoom.record.verify import verify_folder
from told import BOOK

TEXT = "\n".join(text for _, text in split(coverage.stories_of("weekly-call")) if "Later:" in text)
WORKS = "\nAll work by "


@cache
def told(upto: str = ""):
    """Tell the story on nodes, as far as the parties take up a version (all of it where none is named)."""
    text = TEXT.partition(upto)[0] if upto else TEXT
    with Rehearsal() as rehearsal:
        (found,) = coverage.tell_all(text, "x", BOOK, on=rehearsal.nodes)
    assert () == found.findings("x")
    return found


def test_every_line_comes_out_on_nodes():
    """Four nodes have spoken at its end, in logs of one record; two of them have left."""
    assert ("amber", "jade") == told().agreement.parties
    sizes = dict(told().teller.account_of("amber").sizes)

    assert {"amber", "coral", "teal", "jade"} == set(sizes)
    assert sizes == dict(told().teller.account_of("jade").sizes)
    assert all(sizes.values())


def test_who_joins_holds_the_record_from_its_beginning_and_reads_what_is_for_them():
    """Each word from before is there, in its place and closed; what was said since then is read by all alike."""
    early = told(f"{WORKS}weekly-call-three").teller.account_of("amber").items
    (teal, amber) = (
        told(f"{WORKS}weekly-call-composite").teller.account_of(party).items for party in ("teal", "amber")
    )

    assert len(early) > 10
    assert [item.ref for item in amber] == [item.ref for item in teal]
    before = {item.ref for item in early}
    assert all(isinstance(item, Closed) for item in teal if item.ref in before)
    assert [item for item in amber if item.ref not in before] == [item for item in teal if item.ref not in before]


def test_nothing_new_is_sealed_to_who_has_left():
    """Under the third version amber speaks to jade alone; coral and teal hold it and cannot read it."""
    words = told().teller.account_of("amber").messages("weekly-call-made")

    assert [("coral",), ("coral", "teal"), ("jade",)] == [each.recipients for each in words if each.author == "amber"]
    assert ("jade",) not in [each.recipients for each in told().teller.account_of("coral").messages("weekly-call-made")]
    stations = [
        item for item in told().teller.account_of("amber").messages("receipt") if item.author in ("coral", "teal")
    ]
    assert all("jade" not in item.recipients for item in stations), "a station that has left signs nothing by itself"


def test_what_the_composite_says_both_its_members_release():
    """An officer of coral and one of teal stand under each word of jade."""
    said = [item for item in told().teller.account_of("amber").messages("weekly-call-change") if item.author == "jade"]

    assert [{"coral", "teal"}] == [{signer.member for signer in item.signers} for item in said]


@pytest.mark.parametrize("party", ["amber", "jade"])
def test_the_whole_record_is_proven_at_its_end(party, tmp_path):
    """Who was there from the beginning and who came last export one record: four logs, each entry under its keys."""
    with Rehearsal() as rehearsal:

        def on(agreement, book):
            nodes = rehearsal.nodes(agreement, book)
            close = nodes.close

            def export_and_close():
                nodes.node(party).export(tmp_path / "record")
                close()

            nodes.close = export_and_close
            return nodes

        (found,) = coverage.tell_all(TEXT, "x", BOOK, on=on)
    proven = verify_folder(tmp_path / "record")

    assert {"amber", "coral", "teal", "jade"} == set(proven.sizes)
    assert proven.sizes == dict(found.teller.account_of(party).sizes)
    assert proven.entries == sum(proven.sizes.values())
