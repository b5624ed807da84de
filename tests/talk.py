"""Two parties that speak, answer, change keys and begin new logs, as chance has it."""

from dataclasses import replace

import builders
from searoom.errors import NotAllowed, Tampered
from searoom.record.cards import Revoked
from searoom.signals import forms
from searoom.signals.forms import Filled
from told import BOOK

HELLO = forms.encode(forms.from_text(BOOK, "hotline-contact", {"phrase": "we-are-here"}), BOOK)
WORDS = forms.encode(forms.from_text(BOOK, "hotline-message", {"text": "The exercise ends at noon."}), BOOK)
AMBER, CORAL = builders.parties()
PEOPLE = {"amber": AMBER, "coral": CORAL}


def next_card(record, why):
    """Let amber change its card once: its second officer's key ends, vouched for up to entry 1."""
    gone = AMBER.officers[1]
    keys = tuple(key for key in AMBER.card.keys if key.public != gone.public)
    card = replace(AMBER.card, serial=1, keys=keys, revoked=(Revoked(gone.key_id, ("amber", 1), why),))
    record.issue_card(card.signed(*AMBER.roots), AMBER.keys, now_us=builders.NOW_US)


class Talk:
    """Amber and coral speak, answer, change keys and begin new logs, as chance has it.

    Amber's store may be lost: then it begins a second log, and says again what stood in the first, whose tail turns up
    at coral later.
    """

    def __init__(self, chance):
        self.chance, self.sides = chance, dict(zip(PEOPLE, builders.records(), strict=True))
        self.again, self.carded, self.lost = [], False, None

    def step(self):
        """Let one thing happen; what the record refuses does not."""
        party = self.chance.choice((AMBER, CORAL))
        record, roll = self.sides[party.name], self.chance.random()
        try:
            if roll < 0.05:
                builders.epoch(record, party)
            elif roll < 0.15 and self.lost is None and self.again:
                self.lose()
            elif roll < 0.2 and party is AMBER and not self.carded:
                next_card(record, "lost at sea")
                self.carded = True
            elif roll < 0.35 and self.lost is not None:
                self.sides["amber"].say(*self.chance.choice(self.again), now_us=builders.NOW_US)
            elif roll < 0.45 and self.lost is not None:
                builders.hand_over(self.lost, self.sides["coral"])
            elif roll < 0.65:
                builders.exchange(*self.sides.values())
            else:
                self.say(record, party)
        except (NotAllowed, Tampered):
            pass

    def lose(self):
        """Let amber go on with an empty store, in a second log."""
        fresh = builders.make_record(AMBER, builders.roster(*PEOPLE.values()))
        builders.epoch(fresh, AMBER)
        self.lost, self.sides["amber"] = self.sides["amber"], fresh

    def say(self, record, party):
        """Say a contact, an answer to some entry, substance, or what is no form at all."""
        log = self.chance.choice(record.logs())
        answer = Filled("read", 1, "hotline", "routine", "en", {}, (log, self.chance.randrange(5)))
        content = self.chance.choice((HELLO, WORDS, b"no form", forms.encode(answer, BOOK)))
        signers = self.chance.choice((party.officers[:1], party.officers[1:2], party.officers[:2]))
        released, body = builders.make_released(record.roster, party, content, signers=signers)
        record.say(released, body, now_us=builders.NOW_US)
        self.again += [(released, body)] if party is AMBER and self.lost is None else []
