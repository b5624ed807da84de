"""More than two: three parties, one of them an alliance of two members, and an observer that verifies and cannot read."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from deskside import at_work, fill, meet
from searoom import officer
from searoom.account import Closed, Message
from searoom.desk import asking as desk
from searoom.errors import NotAllowed
from searoom.keys.enrol import Address, Settings, accept_card, make_node_keys, make_party, write_settings
from searoom.keys.keyfiles import write_key, write_private
from searoom.keys.proposals import OfficerRequest, first_card
from searoom.record.algorithms import SigningKey
from searoom.record.cards import Card
from searoom.record.keys import Root, RootKey
from searoom.record.verify import verify_folder
from searoom.signals import forms

BOOK = forms.load()
MECHANISM = "three-2026"
NAMES = {
    "amber": {"en": "Amber", "ja": "琥珀", "zh": "琥珀"},
    "coral": {"en": "Coral", "ja": "珊瑚", "zh": "珊瑚"},
    "jade": {"en": "Jade", "ja": "翡翠", "zh": "翡翠"},
    "pearl": {"en": "Pearl", "ja": "真珠", "zh": "珍珠"},
}
SPEAKERS = ("amber", "coral", "jade")
PACK = f"""
format = 1
id = "{MECHANISM}"
base = "macm"
wording = "model"
exercise = true
signed = 2026-05-04
starts_after_days = 30
books = ["colregs", "ics", "plain"]
title = {{ en = "Three parties (exercise)", ja = "三者（演習）", zh = "三方（演习）" }}
review = {{ en = "unreviewed", ja = "unreviewed", zh = "unreviewed" }}
outside = []
"""


def pack() -> str:
    """Return the agreement of the three parties, and of the observer."""
    text = PACK
    for order, party in enumerate(SPEAKERS, 1):
        names = ", ".join(f'{lang} = "{name}"' for lang, name in NAMES[party].items())
        text += f'\n[[parties]]\nid = "{party}"\norder = {order}\nnames = {{ {names} }}\n'
    names = ", ".join(f'{lang} = "{name}"' for lang, name in NAMES["pearl"].items())
    return text + f'\n[[observers]]\nid = "pearl"\norder = 4\nnames = {{ {names} }}\n'


def enrol_alliance(folder: Path) -> Card:
    """Enrol jade, an alliance of north and south, of which both must release its words."""
    node = make_node_keys(folder / "keys", party="jade", mechanism=MECHANISM, names=NAMES["jade"], passphrase=None)
    root, people = RootKey(bytes(range(32))), []
    for person, member in (("jade-1", "north"), ("jade-2", "north"), ("jade-3", "south")):
        key = SigningKey.generate()
        write_key(folder / "officers" / f"{person}.key", f"officer {person}", key.seed, None)
        people.append(OfficerRequest(person, f"Officer {person}", key.public, member))
    members = {"north": {"en": "North"}, "south": {"en": "South"}}
    card = first_card(node, people, Root(1, (root.keeper,)), members=members, member_need=2)
    write_private(folder / "cards" / "jade.card", card.signed(root))
    return card


@pytest.fixture
def four(tmp_path: Path) -> SimpleNamespace:
    """Four enrolled nodes that have accepted each other's cards; none runs yet."""
    folders = {party: tmp_path / party for party in NAMES}
    for party, folder in folders.items():
        if party == "jade":
            enrol_alliance(folder)
        else:
            people = [] if party == "pearl" else [(f"{party}-{n}", f"Officer {party}-{n}") for n in (1, 2)]
            make_party(
                folder, party=party, mechanism=MECHANISM, names=NAMES[party], officers=people, observer=party == "pearl"
            )
    for party, folder in folders.items():
        (folder / "three.toml").write_text(pack(), encoding="utf-8")
        peers = {other: Address("127.0.0.1", 1) for other in NAMES if other != party}
        write_settings(
            folder,
            Settings(
                party, "three.toml", f"{party} desk", "127.0.0.1", 0, "scenario", "2026-07-01T00:00:00Z", (), peers
            ),
        )
        for other in peers:
            accept_card(folder, (folders[other] / "cards" / f"{other}.card").read_bytes())
    return SimpleNamespace(folder=folders.__getitem__, parties=tuple(NAMES), folders=folders)


def say(
    four: SimpleNamespace, party: str, person: str, form: str, fields: dict[str, str], **options: str
) -> officer.Placed:
    """Say something with a person's key at the running node of a party."""
    folder = four.folders[party]
    return officer.say(folder, folder / "officers" / f"{person}.key", fill(form, fields, **options), BOOK)


def release(four: SimpleNamespace, party: str, person: str, draft: int) -> officer.Placed:
    """Release a draft with another person's key."""
    folder = four.folders[party]
    return officer.release(folder, folder / "officers" / f"{person}.key", officer.look(folder, draft, BOOK))


MESSAGE = {"text": "We suggest a call at 0400Z."}


def test_three_parties_and_an_observer_keep_one_record(four: SimpleNamespace) -> None:
    """Each hears each; the observer stores, cosigns and proves everything, and opens nothing; all accounts agree."""
    with at_work(four, *four.parties) as nodes:
        for person in ("amber-1", "coral-1", "jade-1"):
            say(four, person.split("-")[0], person, "hotline-contact", {"phrase": "message-follows"})
        for _ in range(3):
            meet(nodes)
        accounts = {party: nodes[party].node.account() for party in SPEAKERS}
        assert accounts["amber"] == accounts["coral"] == accounts["jade"]
        assert 3 == len(accounts["amber"].messages("hotline-contact"))
        pearl = nodes["pearl"].node
        seen = [item for item in pearl.account().items if item.ref[0] in SPEAKERS]
        assert len(accounts["amber"].items) == len(seen)
        assert all(isinstance(item, Closed) for item in seen)
        assert 0 == pearl.record.size("pearl")
        for party in SPEAKERS:
            assert pearl.record.size(party) == nodes[party].node.record.recorded(party, "pearl")
        desk.ask(pearl.folder, {"do": "export", "folder": str(four.folders["pearl"] / "record")})
    proven = verify_folder(four.folders["pearl"] / "record")
    assert (0, len(seen)) == (proven.openings, proven.entries)


def test_an_alliance_speaks_with_one_voice_that_both_members_release(four: SimpleNamespace) -> None:
    """Two officers of one member do not suffice; the draft stays inside; the counterparts see one party."""
    with at_work(four, *four.parties) as nodes:
        first = say(four, "jade", "jade-1", "hotline-message", MESSAGE)
        assert first.draft is not None
        second = release(four, "jade", "jade-2", first.draft)
        assert second.index is None, "two of one member are not both members"
        assert second.draft is not None
        meet(nodes)
        assert () == nodes["amber"].node.account().messages("hotline-message")
        third = release(four, "jade", "jade-3", second.draft)
        assert third.index is not None
        meet(nodes)
        (heard,) = nodes["amber"].node.account().messages("hotline-message")
        assert isinstance(heard, Message)
        assert "jade" == heard.author
        assert {"north", "south"} == {signer.member for signer in heard.signers}


def test_an_observer_says_nothing(four: SimpleNamespace) -> None:
    """It has no officers, its station writes no receipt, and words under its name are refused by everybody."""
    with at_work(four, *four.parties) as nodes:
        say(four, "amber", "amber-1", "hotline-contact", {"phrase": "message-follows"})
        meet(nodes)
        pearl = nodes["pearl"].node
        assert 0 == pearl.record.size("pearl")
        with pytest.raises(NotAllowed, match="observer"):
            pearl.say_automatic("line-test", {})
