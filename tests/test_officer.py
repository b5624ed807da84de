"""What an officer's command does: whose key it is, what is signed, and that two persons are two."""

from dataclasses import replace

import pytest

from deskside import BOOK, CONTACT, MESSAGE, at_work, change_settings, fill, forms_of, key, key_file, signed
from searoom import officer
from searoom.errors import NotAllowed
from searoom.keys.enrol import accept_card, make_party
from searoom.obligations import agreement
from searoom.record.entry import Released, sign_statement
from searoom.record.seal import Opening
from searoom.signals import forms
from searoom.signals.forms import Filled


@pytest.fixture
def amber(stage):
    with at_work(stage, "amber") as nodes:
        yield nodes["amber"]


def release(stage, person, draft):
    """Look at a draft and release it as this person."""
    looked = officer.look(stage.folder("amber"), draft, BOOK)
    return officer.release(stage.folder("amber"), key_file(stage, person), looked)


def test_the_node_tells_who_it_is(stage, amber):
    """Party, mechanism, exercise bit, unit, books, time and cards: what a person needs to close and sign words."""
    table = officer.sit_down(stage.folder("amber"))

    assert ("amber", "demo-2026", True, "AMBER 21") == (table.party, table.mechanism, table.exercise, table.unit)
    assert ("coral",) == table.others()
    assert stage.scenario.start_us == table.now_us
    assert {"ics", "plain"} <= set(table.books)
    assert "incsea" not in table.books


def test_words_are_not_for_who_has_left(stage):
    """The node tells an officer who was a party of earlier versions: known by their card, and sealed to no more."""
    folder = stage.folder("amber")
    pack = agreement.file_of("demo").read_text(encoding="utf-8")
    names = '{ en = "Opal", ja = "蛋白石", zh = "蛋白石" }'
    (folder / "later.toml").write_text(f'{pack}\n[[former]]\nid = "opal"\nnames = {names}\n', encoding="utf-8")
    people = [("opal-1", "Officer Opal")]
    card = make_party(stage.out / "opal", party="opal", mechanism="demo-2026", names={"en": "Opal"}, officers=people)
    accept_card(folder, (stage.out / "opal" / "cards" / "opal.card").read_bytes())
    change_settings(folder, agreement="later.toml")
    with at_work(stage, "amber") as nodes:
        table = officer.sit_down(folder)
        officer.say(folder, key_file(stage, "amber-1"), CONTACT, BOOK)
        (said,) = nodes["amber"].node.account().items

    assert card == table.roster.card("opal")
    assert ("coral",) == table.others() == said.recipients


def test_a_key_names_its_person(stage, amber):
    """The name is the one on the card, whatever the file is called."""
    table = officer.sit_down(stage.folder("amber"))
    path = stage.out / "renamed.key"
    path.write_bytes(key_file(stage, "amber-2").read_bytes())

    assert ("amber-2", "Capt Vale (Amber)") == (officer.person(table, path).id, officer.person(table, path).name)


@pytest.mark.parametrize("where", ["coral/node/officers/coral-1.key", "amber/node/keys/station.key"])
def test_only_our_own_officers_sit_at_our_desk(stage, amber, where):
    """A person of the other party, and a station's key in a person's hand, are refused; nothing is placed."""
    with pytest.raises(NotAllowed, match="is not the key of an officer of amber"):
        officer.say(stage.folder("amber"), stage.out / where, CONTACT, BOOK)
    assert () == amber.node.account().items


def test_what_one_may_say_alone_is_placed_at_once(stage, amber):
    """Opening contact: one person, one entry, until the time the person gave."""
    until = stage.scenario.start_us + 1
    placed = officer.say(stage.folder("amber"), key_file(stage, "amber-1"), CONTACT, BOOK, until_us=until)

    assert ("amber", 0, None) == (placed.author, placed.index, placed.draft)
    (message,) = amber.node.account().messages()
    assert CONTACT == message.filled
    assert (("coral",), until, stage.scenario.start_us) == (message.recipients, message.until_us, message.claimed_us)


def test_what_takes_two_waits_as_a_draft(stage, amber):
    """Substance under one key is a draft in the national log, and nothing of it is said."""
    placed = officer.say(stage.folder("amber"), key_file(stage, "amber-1"), MESSAGE, BOOK)

    assert placed.index is None
    assert MESSAGE == officer.look(stage.folder("amber"), placed.draft, BOOK).filled
    assert () == amber.node.account().items


def test_a_second_person_releases_a_draft(stage, amber):
    """With the second key it stands in our log, signed by both."""
    draft = officer.say(stage.folder("amber"), key_file(stage, "amber-1"), MESSAGE, BOOK).draft
    placed = release(stage, "amber-2", draft)

    (message,) = amber.node.account().messages()
    assert ("amber", placed.index) == message.ref
    assert {"amber-1", "amber-2"} == {signer.holder for signer in message.signers}


def test_nobody_releases_their_own_draft(stage, amber):
    """The same person is no second person, and the sentence says so."""
    draft = officer.say(stage.folder("amber"), key_file(stage, "amber-1"), MESSAGE, BOOK).draft

    with pytest.raises(NotAllowed, match="has signed draft 0 already") as caught:
        release(stage, "amber-1", draft)
    assert "another person" in caught.value.advice()
    assert () == amber.node.account().items


def test_a_person_of_the_other_party_releases_no_draft(stage, amber):
    """The second person is of the same party."""
    draft = officer.say(stage.folder("amber"), key_file(stage, "amber-1"), MESSAGE, BOOK).draft

    with pytest.raises(NotAllowed, match="is not the key of an officer of amber"):
        release(stage, "coral-1", draft)


def test_words_shown_are_the_words_signed(stage, amber):
    """A node that shows the second person other words than those that were signed is found out before a signature."""
    draft = officer.say(stage.folder("amber"), key_file(stage, "amber-1"), MESSAGE, BOOK).draft
    other = forms.encode(fill("hotline-message", {"text": "We withdraw."}), BOOK)
    look = amber._verbs._verbs["look"]

    async def lie(request):
        reply = await look(request)
        return {**reply, "opening": Opening(bytes(32), other).to_bytes()}

    amber._verbs._verbs["look"] = lie
    for act in (
        lambda: officer.look(stage.folder("amber"), draft, BOOK),
        lambda: release(stage, "amber-2", draft),
    ):
        with pytest.raises(NotAllowed, match="not those that the first person signed"):
            act()
    assert () == amber.node.account().items


def test_what_is_signed_is_what_was_looked_at(stage, amber):
    """A node that changes its mind between the look and the signature gets a signature under the first words only."""
    first, second = (
        officer.say(stage.folder("amber"), key_file(stage, "amber-1"), filled, BOOK).draft
        for filled in (MESSAGE, fill("hotline-message", {"text": "We withdraw."}))
    )
    looked = officer.look(stage.folder("amber"), first, BOOK)
    look = amber._verbs._verbs["look"]
    amber._verbs._verbs["look"] = lambda request: look({**request, "draft": second})

    officer.release(stage.folder("amber"), key_file(stage, "amber-2"), looked)

    assert [MESSAGE] == [message.filled for message in amber.node.account().messages()]


def test_a_draft_that_nobody_of_ours_signed_is_not_shown(stage, amber):
    """A draft under a key of the other party, or a signature that does not hold, is refused before it is read."""
    for person in ("coral-1", "coral-station"):
        number = amber.node.notebook.draft(*signed(stage, amber.node, MESSAGE, person))
        with pytest.raises(NotAllowed):
            officer.look(stage.folder("amber"), number, BOOK)


def test_a_draft_of_another_record_is_not_shown(stage, amber):
    """The first person's signature holds only for this mechanism, exercise bit, party and recipients."""
    released, body = signed(stage, amber.node, MESSAGE, "amber-1")
    for change in ({"exercise": False}, {"mechanism": "another"}):
        statement = replace(released.statement, **change)
        again = Released(statement, (sign_statement(statement, key(stage, "amber-1")),))
        amber._verbs._verbs["look"] = lambda _request, again=again: reply(amber, again, body)
        with pytest.raises(NotAllowed):
            officer.look(stage.folder("amber"), 0, BOOK)


async def reply(amber, released, body):
    """What a lying node answers to a look."""
    opening = Opening(bytes(32), b"")
    return {"released": released.to_bytes(), "body": body, "opening": opening.to_bytes()}


def test_a_body_that_was_exchanged_is_not_released(stage, amber):
    """Right words shown and another body placed under them: refused by the node."""
    first, second = (
        officer.say(stage.folder("amber"), key_file(stage, "amber-1"), filled, BOOK).draft
        for filled in (MESSAGE, fill("hotline-message", {"text": "We withdraw."}))
    )
    look = amber._verbs._verbs["look"]

    async def lie(request):
        other = await look({**request, "draft": second})
        return {**await look(request), "body": other["body"]}

    amber._verbs._verbs["look"] = lie
    with pytest.raises(Exception, match="body|seal|fit"):
        release(stage, "amber-2", first)
    assert () == amber.node.account().items


@pytest.mark.parametrize("name", ["receipt", "line-test"])
def test_no_person_says_what_the_station_says(stage, amber, name):
    """An automatic form is refused before anything is signed."""
    fields = {"party": "coral", "size": 0} if name == "receipt" else {}
    seen = []
    amber._verbs._verbs = {verb: listen_to(act, seen) for verb, act in amber._verbs._verbs.items()}

    with pytest.raises(NotAllowed, match="is written by the station alone"):
        officer.say(
            stage.folder("amber"), key_file(stage, "amber-1"), Filled(name, 1, "desk", "routine", "en", fields), BOOK
        )
    assert ["material"] == [request["do"] for request in seen]


def test_words_that_do_not_pass_are_not_signed(stage, amber):
    """What the check finds is told with the field, and nothing is placed or kept."""
    seen = []
    amber._verbs._verbs = {verb: listen_to(act, seen) for verb, act in amber._verbs._verbs.items()}
    with pytest.raises(NotAllowed, match="reply_to: "):
        officer.say(stage.folder("amber"), key_file(stage, "amber-1"), fill("read"), BOOK)
    assert ["material"] == [request["do"] for request in seen]
    assert () == tuple(amber.node.notebook.notes("draft"))


def test_what_is_national_is_noted_and_not_said(stage, amber):
    """A national form goes to the national log by the same command."""
    filled = Filled("draft", 1, "national", "routine", "en", {"released": b"1", "body": b"2"})

    placed = officer.say(stage.folder("amber"), key_file(stage, "amber-1"), filled, BOOK)

    assert (0, None) == (placed.index, placed.draft)
    assert [filled] == [found for _, found in amber.node.notebook.notes("draft")]
    assert () == amber.node.account().items


def test_reads_an_entry_by_its_place(stage, amber):
    """What stands there comes back as it was filled in; what does not stand there is named."""
    officer.say(stage.folder("amber"), key_file(stage, "amber-1"), CONTACT, BOOK)

    assert CONTACT == officer.message(stage.folder("amber"), ("amber", 0), BOOK)
    with pytest.raises(NotAllowed, match="there is no entry coral/5"):
        officer.message(stage.folder("amber"), ("coral", 5), BOOK)


@pytest.mark.parametrize(("sensor", "method"), [("ARPA", "radar"), ("AIS", "ais"), ("SONAR", "computed")])
def test_a_measurement_passes_the_check(sensor, method):
    """A range has value, error, axis, method (by the sensor that measured it), source and time."""
    filled = officer.measured(
        BOOK, dossier=("amber", 3), value_mm=140_000, error_mm=30_000, at_us=1_780_452_960_000_000,
        source="X", sensor=sensor, lang="ja",
    )  # fmt: skip

    assert () == forms.check(filled, BOOK)
    assert (140_000, 30_000, method) == tuple(filled.fields[name] for name in ("value_mm", "error_mm", "method"))


def test_the_node_never_sees_a_persons_key(stage, amber):
    """Nothing that comes through the desk holds the seed of the officer's key."""
    seen = []
    amber._verbs._verbs = {name: listen_to(verb, seen) for name, verb in amber._verbs._verbs.items()}
    officer.say(stage.folder("amber"), key_file(stage, "amber-1"), CONTACT, BOOK)

    seed = bytes.fromhex(key_file(stage, "amber-1").read_text().split()[-1])
    assert ["material", "submit"] == [request["do"] for request in seen]
    assert not any(seed in value for request in seen for value in request.values() if isinstance(value, bytes))
    assert ["hotline-contact"] == forms_of(amber.node.account().items)


def listen_to(verb, seen):
    """Return a verb that keeps each request it gets."""

    async def listen(request):
        seen.append(dict(request))
        return await verb(request)

    return listen
