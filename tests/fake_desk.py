"""A desk without a node: what an officer's command asks is answered from a party's keys, and kept to be looked at.

desk = FakeDesk(amber, coral)              # amber's desk, in a roster of both
monkeypatch.setattr(officer, "ask", desk)  # or use the fixture of the test file
desk.said                                  # what was asked for, without `material`
"""

from pathlib import Path

from builders import MECHANISM, NOW_US, Party
from searoom.keys.keyfiles import write_key
from searoom.record.entry import Released
from searoom.record.seal import open_body
from searoom.statements.release import BY_FORM, Policy


class FakeDesk:
    """Answers `material`, `submit`, `draft`, `look`, `note` and `annexes` as a node's desk does."""

    def __init__(self, party: Party, *others: Party, policy: Policy = BY_FORM) -> None:
        self.party, self.members, self.policy = party, (party, *others), policy
        self.said: list[dict[str, object]] = []
        self.drafts: list[tuple[Released, bytes]] = []
        self.annexes: list[tuple[bytes, bytes]] = []

    def __call__(self, _folder: Path, request: dict[str, object]) -> dict[str, object]:
        """Answer one request."""
        if request["do"] == "material":
            return self.material()
        self.said.append(request)
        if request["do"] == "look":
            released, body = self.drafts[request["draft"]]
            opening = open_body(body, statement=released.statement, reader=self.party.name, kem=self.party.kem)
            return {
                "released": released.to_bytes(),
                "body": body,
                "opening": opening.to_bytes(),
                "annexes": self.annexes,
            }
        if request["do"] == "draft":
            self.drafts.append((Released.from_bytes(request["released"]), request["body"]))
            return {"draft": len(self.drafts) - 1}
        return {"index": len(self.said) - 1}

    def material(self) -> dict[str, object]:
        """Who we are, and the cards."""
        return {
            "party": self.party.name,
            "mechanism": MECHANISM,
            "exercise": True,
            "unit": "AMBER 21",
            "books": ["ics", "plain"],
            "now_us": NOW_US,
            "cards": [member.card_bytes for member in self.members],
            "policy": self.policy.to_value(),
        }

    def verbs(self) -> list[str]:
        """What was asked for, one after the other."""
        return [str(request["do"]) for request in self.said]

    def content(self, at: int) -> bytes:
        """Return the words of what was submitted or drafted as request number `at`, opened with our own key."""
        released, body = Released.from_bytes(self.said[at]["released"]), self.said[at]["body"]
        return open_body(body, statement=released.statement, reader=self.party.name, kem=self.party.kem).content

    def statement(self, at: int):
        """Return the statement of request number `at`."""
        return Released.from_bytes(self.said[at]["released"]).statement

    def key(self, folder: Path, number: int, **how: object) -> Path:
        """Write an officer's key file, and return it."""
        path = folder / f"{self.party.name}-{number}.key"
        if not path.exists():
            write_key(
                path,
                f"officer {self.party.name}-{number}",
                self.party.officers[number - 1].seed,
                **{"passphrase": None} | how,
            )
        return path
