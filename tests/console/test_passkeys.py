"""Passkeys: what is registered and accepted, and every answer that is tampered with, replayed, late or of elsewhere."""

import json

import pytest

from authenticator import PRESENT, Authenticator, octets, text
from searoom.console.passkeys import HOLDS_US, MOST, WAITING, Site
from searoom.console.people import People, Person
from searoom.errors import NotAllowed
from searoom.keys.passphrases import FLOOR

NOW = 1_800_000_000_000_000
HERE = Site("localhost", "http://localhost:8480")
WHO = Person("duty-1", "Duty 1", frozenset({"duty"}))
OTHER = Person("duty-2", "Duty 2", frozenset({"duty"}))


@pytest.fixture
def people(tmp_path):
    """Two accounts."""
    found = People(tmp_path, cost=FLOOR)
    for one in (WHO, OTHER):
        found.add(one, None, NOW)
    yield found
    found.close()


@pytest.fixture
def keys(people):
    """The passkeys of these accounts."""
    return people.passkeys


@pytest.fixture
def key(keys):
    """A passkey of the first account, registered."""
    made = Authenticator(HERE.host, HERE.origin)
    keys.add(HERE, WHO.id, made.make(offer_new(keys)), "this laptop", NOW)
    return made


def offer_new(keys, person=WHO, now=NOW):
    """Return what a browser is told that shall make a key."""
    return keys.offer_new(HERE, person.id, person.name, "Amber", now)


def test_a_registered_key_opens_its_owners_account(keys, key):
    """Who answers with it is known by it, without typing a name."""
    assert WHO.id == keys.owner(HERE, key.answer(keys.offer(HERE, NOW)), NOW + 1)
    assert ["this laptop"] == [one.name for one in keys.of(WHO.id)]
    assert NOW + 1 == keys.of(WHO.id)[0].used_us


def test_the_owner_must_be_verified_and_the_key_must_be_found_again(keys):
    """The browser is told to ask for finger or number, and to keep the key by itself."""
    told = json.loads(offer_new(keys))["authenticatorSelection"]

    assert ("required", "required") == (told["userVerification"], told["residentKey"])
    assert "required" == json.loads(keys.offer(HERE, NOW))["userVerification"]


def test_an_offer_to_sign_in_names_no_account(keys, key):
    """Nobody learns from it who is registered."""
    assert [] == json.loads(keys.offer(HERE, NOW)).get("allowCredentials", [])


LIES = {
    "another origin": {"origin": "http://evil.example"},
    "another port of this host": {"origin": "http://localhost:8481"},
    "another challenge": {"challenge": text(bytes(32))},
    "another host": {"host": "evil.example"},
    "its owner was not verified": {"flags": PRESENT},
    "nobody was there": {"flags": 0},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_lie_in_an_answer_opens_nothing(keys, key, lie):
    """Each part of what the browser signs is asked."""
    with pytest.raises(NotAllowed):
        keys.owner(HERE, key.answer(keys.offer(HERE, NOW), **lie), NOW)


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_lie_in_a_new_key_registers_nothing(keys, lie):
    """What would not be accepted at the door is not taken in."""
    with pytest.raises(NotAllowed):
        keys.add(HERE, WHO.id, Authenticator(HERE.host, HERE.origin).make(offer_new(keys), **lie), "x", NOW)

    assert () == keys.of(WHO.id)


@pytest.mark.parametrize("part", ["signature", "authenticatorData", "clientDataJSON"])
def test_a_changed_byte_opens_nothing(keys, key, part):
    """Whatever of an answer is changed on its way, it is refused."""
    told = json.loads(key.answer(keys.offer(HERE, NOW)))
    data = bytearray(octets(told["response"][part]))
    data[-2] ^= 1
    told["response"][part] = text(bytes(data))

    with pytest.raises(NotAllowed):
        keys.owner(HERE, json.dumps(told), NOW)


def test_an_answer_is_taken_once(keys, key):
    """Who recorded it cannot play it again, though its signature is right."""
    answer = key.answer(keys.offer(HERE, NOW))
    keys.owner(HERE, answer, NOW)

    with pytest.raises(NotAllowed, match="a second time"):
        keys.owner(HERE, answer, NOW)


def test_a_wrong_answer_uses_its_challenge_up(keys, key):
    """There is one try for each challenge, and the right answer after a wrong one is too late."""
    offer = keys.offer(HERE, NOW)
    with pytest.raises(NotAllowed):
        keys.owner(HERE, key.answer(offer, origin="http://evil.example"), NOW)

    with pytest.raises(NotAllowed, match="a second time"):
        keys.owner(HERE, key.answer(offer), NOW)


def test_a_challenge_ends_soon(keys, key):
    """An answer that comes after two minutes is refused."""
    offer = keys.offer(HERE, NOW)

    with pytest.raises(NotAllowed, match="too late"):
        keys.owner(HERE, key.answer(offer), NOW + HOLDS_US)


def test_challenges_do_not_pile_up(keys, key):
    """Whoever asks for many drives out the oldest, and fills no memory."""
    first = keys.offer(HERE, NOW)
    for _ in range(WAITING):
        keys.offer(HERE, NOW)

    assert WAITING == len(keys._waiting)
    with pytest.raises(NotAllowed, match="too late"):
        keys.owner(HERE, key.answer(first), NOW)


def test_a_challenge_for_one_deed_serves_no_other(keys, key):
    """What was asked for a new key opens no door, and one account's challenge makes no key for another."""
    with pytest.raises(NotAllowed):
        keys.owner(HERE, key.answer(offer_new(keys)), NOW)
    with pytest.raises(NotAllowed):
        keys.add(HERE, OTHER.id, Authenticator(HERE.host, HERE.origin).make(offer_new(keys)), "x", NOW)


def test_a_count_that_does_not_grow_is_a_copy(keys, key):
    """Of a key and its copy the one that counts behind is refused."""
    keys.owner(HERE, key.answer(keys.offer(HERE, NOW), count=5), NOW)

    for count in (5, 4, 0):
        with pytest.raises(NotAllowed):
            keys.owner(HERE, key.answer(keys.offer(HERE, NOW), count=count), NOW)
    assert WHO.id == keys.owner(HERE, key.answer(keys.offer(HERE, NOW), count=6), NOW)


def test_a_key_that_never_counts_is_taken(keys, key):
    """Keys that are kept in several devices say 0 each time."""
    for _ in range(2):
        assert WHO.id == keys.owner(HERE, key.answer(keys.offer(HERE, NOW), count=0), NOW)


def test_an_answer_in_another_name_is_refused(keys, key):
    """The account that the key names and the account that holds it are one."""
    with pytest.raises(NotAllowed, match="another account"):
        keys.owner(HERE, key.answer(keys.offer(HERE, NOW), handle=b"somebody else"), NOW)


def test_an_unknown_and_a_removed_key_open_nothing(keys, key):
    """A key counts as long as it is registered."""
    with pytest.raises(NotAllowed, match="not known"):
        keys.owner(HERE, Authenticator(HERE.host, HERE.origin).answer(keys.offer(HERE, NOW)), NOW)
    keys.remove(WHO.id, keys.of(WHO.id)[0].id, NOW, by=WHO.id)

    with pytest.raises(NotAllowed, match="not known"):
        keys.owner(HERE, key.answer(keys.offer(HERE, NOW)), NOW)


def test_a_key_is_removed_at_its_own_account_alone(keys, key):
    """Nobody takes another's key away by naming it."""
    with pytest.raises(NotAllowed, match="no such passkey"):
        keys.remove(OTHER.id, keys.of(WHO.id)[0].id, NOW, by=OTHER.id)

    assert 1 == len(keys.of(WHO.id))


def test_a_key_is_registered_once_and_an_account_has_few(keys, key):
    """The same key for a second account is refused, and so is one too many."""
    with pytest.raises(NotAllowed, match="registered already"):
        keys.add(HERE, OTHER.id, key.make(offer_new(keys, OTHER)), "x", NOW)
    for _ in range(MOST - 1):
        keys.add(HERE, WHO.id, Authenticator(HERE.host, HERE.origin).make(offer_new(keys)), "x", NOW)

    with pytest.raises(NotAllowed, match=f"at most {MOST}"):
        offer_new(keys)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_an_address_in_numbers_has_no_passkeys(keys, host):
    """A browser makes none for it, and the person is told which name to use."""
    with pytest.raises(NotAllowed, match="a name of this machine"):
        keys.offer(Site(host, f"http://{host}:8480"), NOW)


@pytest.mark.parametrize(
    "answer",
    ["", "{}", "[]", "null", '{"response": {}}', '{"response": {"clientDataJSON": "!"}}', "1" * 9, "[" * 50_000],
    ids=range(8),
)
def test_what_is_no_answer_is_refused(keys, answer):
    """Whatever is posted, it gets a sentence."""
    with pytest.raises(NotAllowed):
        keys.owner(HERE, answer, NOW)


def test_a_removed_account_leaves_no_key(people, keys, key):
    """With the account its keys are gone."""
    people.remove(WHO.id, NOW)

    with pytest.raises(NotAllowed, match="not known"):
        keys.owner(HERE, key.answer(keys.offer(HERE, NOW)), NOW)


def test_the_name_of_a_key_is_one_line(keys):
    """What a person calls a key is shown, and changes no page."""
    keys.add(HERE, WHO.id, Authenticator(HERE.host, HERE.origin).make(offer_new(keys)), "a\u202eb\n" + "c" * 99, NOW)

    assert "ab" + "c" * 58 == keys.of(WHO.id)[0].name
