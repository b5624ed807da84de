"""What the answers look like: one model an answer, of which the OpenAPI document is made; units stand in the names."""

from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Time: TypeAlias = Annotated[str, Field(description="ISO 8601, UTC, with a Z.", examples=["2026-03-14T02:16:00Z"])]
Reference: TypeAlias = Annotated[str, Field(description="Log and index of an entry.", examples=["coral/3"])]
LonLat: TypeAlias = Annotated[
    list[float], Field(min_length=2, max_length=2, description="Longitude, latitude: degrees, WGS 84.")
]


class Model(BaseModel):
    """Nothing that is not named."""

    model_config = ConfigDict(extra="forbid")


class Problem(Model):
    """What went wrong, and what to do."""

    sentence: str = Field(description="What went wrong, in one sentence.")
    advice: str = Field(description="What to do about it.")
    where: list[str] = Field(default=[], description="The parameters that were wrong, where it is about some.")


class Status(Model):
    """How the node is, in short."""

    party: str
    agreement: str
    exercise: bool = Field(description="Whether all of this is an exercise.")
    now: Time
    answers: bool = Field(description="Whether the node answers this console now.")
    silent_since: Time | None = Field(description="Since when it does not; by the console's clock.")
    healing: bool = Field(description="Whether its store was put back, and nothing may be said yet.")
    log_entries: dict[str, int] = Field(description="Entries held, by log.")
    unread_entries: int
    open_encounters: dict[str, int] = Field(description="How many, by grade.")
    drafts: int = Field(description="How many drafts wait for a second person.")
    blind_sensors: dict[str, str] = Field(description="Sensors that see nothing now, and why.")
    evidence: dict[str, int] = Field(description="Pieces kept of proofs that failed, by kind.")
    disk_free_bytes: int | None
    versions: dict[str, str]


class Line(Model):
    """The line to one counterpart."""

    party: str
    up: bool
    last_contact: Time | None
    silent_since: str | None
    fault: str | None
    verdict: str = Field(description="What stands against what came over this line; empty: nothing.")
    key_exchange: str | None
    last_test: Time | None
    waiting: int = Field(description="Entries of ours that are not shown as delivered.")


class Encounter(Model):
    """An open encounter. National: advice about geometry, and it never leaves by itself."""

    a: str
    b: str
    grade: str
    since: Time
    changed: Time
    range_m: float
    range_error_m: float = Field(description="Two standard deviations.")
    cpa_m: float = Field(description="Range at the closest point of approach.")
    cpa_error_m: float = Field(description="Two standard deviations.")
    cpa_at: Time
    geometry: str
    answered: bool | None = Field(description="Whether somebody answered the alarm; null: not known.")
    from_a_lon_lat_deg: LonLat | None
    from_b_lon_lat_deg: LonLat | None
    cpa_a_lon_lat_deg: LonLat | None = Field(description="Where a will be at the closest point of approach.")
    cpa_b_lon_lat_deg: LonLat | None


class Craft(Model):
    """Where a craft was when it was last told of; nothing is reckoned on. Not for navigation."""

    id: int = Field(description="Rises, and is never given twice while the node runs.")
    craft: str
    label: str | None = Field(description="What it calls itself; nobody vouches for it.")
    unit: str | None
    party: str | None = Field(description="Whose it is, by this node's own registry.")
    kind: str | None
    flying: bool
    at: Time
    age_s: int
    lat_deg: float
    lon_deg: float
    error_m: float | None = Field(description="Two standard deviations when the fix was made.")
    course_deg: float | None = Field(description="Over ground, true.")
    speed_mps: float | None = Field(description="Over ground.")
    height_m: float | None
    source: str


class Position(Model):
    """One position that the lookout noted."""

    craft: str
    source: str
    at: Time
    lat_deg: float
    lon_deg: float
    error_m: float | None = Field(description="Two standard deviations.")


class Message(Model):
    """One entry of the record."""

    ref: Reference
    log: str
    index: int
    author: str
    recipients: list[str]
    what: str = Field(description="message, transcript, notice, closed, or again: said a second time.")
    claimed_at: Time
    placed_at: Time
    valid_until: Time | None
    signed_by: list[str] = Field(description="The ids of the officers or the station that released it.")
    doubtful: str | None = Field(description="Why a key behind it is not vouched for.")
    closed: str | None = Field(description="Why we cannot read it.")
    form: str | None
    automatic: bool = Field(description="Whether a station wrote it by itself: a receipt, a test of the line.")
    channel: str | None
    precedence: str | None
    lang: str | None = Field(description="The language of the original, which is authoritative.")
    reply_to: Reference | None
    fields: dict[str, Any] = Field(description="As the form's JSON Schema says; /api/v1/forms has it.")


class Messages(Model):
    """A part of the record, in the joint order."""

    messages: list[Message]
    next: str | None = Field(description="The cursor of what follows; null: there is nothing more yet.")


class Placed(Model):
    """When, and by which entry it is shown."""

    at: Time
    ref: Reference


class Said(Placed):
    """What an officer of a recipient said of it."""

    layer: str
    kind: str


class Recipient(Model):
    """How far an entry came with one recipient."""

    party: str
    delivered: Placed | None = Field(description="Their station stored it; nobody has read it by this.")
    recorded: bool = Field(description="They countersigned it: stored, never agreed.")
    read: Placed | None = Field(description="An officer of theirs signed that it was read; nothing is accepted by it.")
    said: list[Said]


class States(Model):
    """How far an entry came."""

    recipients: list[Recipient]
    answers: list[Reference]
    sentences: list[str] = Field(description="Each state in words, with what it does not mean.")


class MessageWithStates(Message):
    """One entry, and how far it came."""

    states: States


class Due(Model):
    """What is owed, or will be next."""

    clause: str
    label: str
    state: str
    owed_by: list[str]
    arose: Time
    due: Time | None
    host: str
    transcript_by: str
    conveyed_by: str
    silence: str = Field(description="What silence means.")
    met_by: Reference | None
    progress: str
    verified: str
    sentence: str


class Draft(Model):
    """A draft that waits for a second person."""

    draft: int
    form: str
    at: Time


class Drafts(Model):
    """How many drafts wait; which ones, for who may draft and release."""

    count: int
    drafts: list[Draft] | None


class Log(Model):
    """One log as it is held here."""

    log: str
    entries: int
    countersigned: dict[str, int] = Field(description="How far each other party has countersigned it: stored.")


class Record(Model):
    """The logs of all parties."""

    logs: list[Log]
    settled_height: int = Field(description="Nothing can be inserted at or before this height any more.")
    without_node: list[str]


class Zone(Model):
    """A zone that somebody claims."""

    name: str
    names: dict[str, str] = Field(description="What each party calls it.")
    claimed_by: str
    source: str
    dated: str
    shape: str
    line_lon_lat_deg: list[LonLat]
    reach_m: float = Field(description="How far the claim reaches from its line; 0 for a polygon.")
    closed: bool = Field(description="Whether the line goes round an area.")


class Review(Model):
    """The data of a yearly review that a party's officers have signed: agreed when all have signed one hash."""

    ref: Reference
    author: str
    year: int
    hash: str = Field(description="SHA-256 of the data file, in hex.")
    placed_at: Time


class FormName(Model):
    """A form that messages of this agreement can have."""

    form: str
    version: int
    title: str = Field(description="In the language asked for.")
    channels: list[str]
    visibility: str
    automatic: bool
