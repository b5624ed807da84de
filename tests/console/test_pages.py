"""What pages show of the record: words as they were said, states with what they do not mean, duties with their owner."""

import re

from console.duties.test_pages import NOTICE
from console_at_work import Browser, console, wait_for, words
from deskside import CONTACT, MESSAGE, at_work, fill, key_file, meet, signed
from searoom import officer
from searoom.signals import forms

BOOK = forms.load()


def test_a_message_shows_each_state_and_what_it_does_not_mean(stage):
    """Stored and delivered are told apart, and neither is told as agreement."""
    with at_work(stage) as nodes, console(stage.folder("amber")) as address:
        placed = officer.say(stage.folder("amber"), key_file(stage, "amber-1"), CONTACT, BOOK)
        meet(nodes)
        sit = Browser(address, **{"Accept-Language": "en"}).sign_in("watch-1")
        path = f"/messages/{placed.author}/{placed.index}"

        text = wait_for(lambda: "amber station" in (found := words(sit.get(path)[2])) and found)
        assert "A message follows. Please stay on the line." in text
        assert "Does not mean: That anybody else has it." in text
        assert "not yet Coral" in text


def test_an_entry_of_theirs_offers_to_sign_that_it_was_read(stage):
    """What they said can be answered; what we said cannot be read by ourselves."""
    with at_work(stage) as nodes, console(stage.folder("amber")) as address:
        ours = officer.say(stage.folder("amber"), key_file(stage, "amber-1"), CONTACT, BOOK)
        theirs = officer.say(stage.folder("coral"), key_file(stage, "coral-1"), CONTACT, BOOK)
        meet(nodes)
        sit = Browser(address).sign_in("duty-1")
        wait_for(lambda: 200 == sit.get(f"/messages/coral/{theirs.index}")[0])

        page = sit.get(f"/messages/coral/{theirs.index}")[2]
        assert f"/say/read?reply_to=coral/{theirs.index}&amp;channel=hotline" in page
        assert f"/say/hotline-message?reply_to=coral/{theirs.index}" in page
        assert "/say/read" not in sit.get(f"/messages/amber/{ours.index}")[2]


def test_drafts_stand_above_what_was_said(stage):
    """Words that wait for a second person are shown as that, with a way to release them."""
    with at_work(stage, "amber"), console(stage.folder("amber")) as address:
        placed = officer.say(stage.folder("amber"), key_file(stage, "amber-1"), MESSAGE, BOOK)
        sit = Browser(address, **{"Accept-Language": "en"}).sign_in("duty-2")

        text = wait_for(lambda: f'href="/drafts/{placed.draft}"' in (found := sit.get("/messages")[2]) and found)
        assert "Drafts that wait for another person" in text


def test_pages_tell_the_parties_apart_by_name_and_take_no_side(stage):
    """The two consoles of one record show the same entries; only the chairs differ."""
    with (
        at_work(stage) as nodes,
        console(stage.folder("amber")) as amber,
        console(stage.folder("coral")) as coral,
    ):
        officer.say(stage.folder("amber"), key_file(stage, "amber-1"), CONTACT, BOOK)
        officer.say(stage.folder("coral"), key_file(stage, "coral-1"), CONTACT, BOOK)
        meet(nodes)
        sits = [Browser(address, **{"Accept-Language": "en"}).sign_in("watch-1") for address in (amber, coral)]
        heads = [wait_for(lambda sit=sit: sorted(refs) if len(refs := _refs(sit)) >= 2 else None) for sit in sits]

        assert heads[0] == heads[1]


def _refs(sit):
    text = sit.get("/messages")[2]
    return {part.split('"')[0] for part in text.split('class="whole" href="')[1:]}


def test_the_record_page_says_stored_and_never_agreed(stage):
    """How far each log was countersigned stands with what a countersignature means."""
    with at_work(stage, "amber"), console(stage.folder("amber")) as address:
        text = words(Browser(address, **{"Accept-Language": "en"}).sign_in("audit-1").get("/record")[2])

        assert "Countersigned as stored, not as agreed" in text


def test_the_usual_answers_are_those_that_the_form_names(stage):
    """Under a notice the layers and its own three answers stand first; of its kin, what answers something else is folded."""
    with at_work(stage) as nodes, console(stage.folder("amber")) as address:
        coral = nodes["coral"].node
        entry = coral.submit(
            *signed(stage, coral, fill("exercise-notice", NOTICE, channel="desk"), "coral-1", "coral-2")
        )
        meet(nodes)
        sit, path = Browser(address).sign_in("duty-1"), f"/messages/coral/{entry.index}"
        wait_for(lambda: 200 == sit.get(path)[0])
        first, folded = sit.get(path)[2].split('<details id="answering">')
        usual = set(re.findall(r'href="/say/([a-z-]+)\?reply_to', first))
        assert {"exercise-assessment", "exercise-invitation", "exercise-report"} == {
            n for n in usual if "exercise" in n
        }
        assert {"sufficient", "clarification"} <= usual
        assert 'href="/say/exercise-visit-answer?' in folded.split("</details>")[0]
