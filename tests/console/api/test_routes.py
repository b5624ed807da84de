"""Each address gives what the console knows, in the format that is asked for."""

import json
from xml.etree import ElementTree as ET

from console_at_work import Program, people
from searoom.node.node import Node
from searoom.signals.tables import LANGUAGES


def asked(program, path):
    """Return an answer as JSON."""
    status, _, text = program.get(f"/api/v1/{path}")
    assert 200 == status, text
    return json.loads(text)


def test_the_situation(program):
    """Status, lines and the open encounter, with both places of the closest approach."""
    status, (line,), (near,) = (asked(program, path) for path in ("status", "lines", "encounters"))

    assert ("amber", True, {"urgent": 1}) == (status["party"], status["answers"], status["open_encounters"])
    assert ("coral", True, 0) == (line["party"], line["up"], line["waiting"])
    assert ("AMBER 21", "CORAL 34", "urgent") == (near["a"], near["b"], near["grade"])
    assert 0 < near["cpa_m"] <= near["range_m"] + near["range_error_m"]
    assert near["cpa_a_lon_lat_deg"] != near["cpa_b_lon_lat_deg"]


def test_craft_and_tracks_in_each_format(program):
    """What is known of craft comes as JSON, GeoJSON, KML, GPX and CSV, and each can be read as what it says it is."""
    names = {row["craft"] for row in asked(program, "craft")}
    assert {"AMBER 21", "CORAL 34"} == names
    for path in ("craft", "tracks", "encounters"):
        geo = asked(program, f"{path}?format=geojson")
        assert "FeatureCollection" == geo["type"]
        assert geo["features"]
        for shape in ("kml", "gpx"):
            status, headers, text = program.get(f"/api/v1/{path}?format={shape}")
            assert (200, True) == (status, "AMBER 21" in text)
            assert shape in headers["content-type"] + ET.fromstring(text.split("?>\n", 1)[1]).tag
            assert "not for navigation" in text
        head, *rows = program.get(f"/api/v1/{path}?format=csv")[2].splitlines()
        assert "_m" in head
        assert rows


def test_nothing_of_an_exercise_goes_onto_other_maps(program):
    """Cursor on Target and the calendar are refused in an exercise, with the reason."""
    status, _, text = program.get("/api/v1/craft?format=cot")
    assert (422, True) == (status, "exercise" in text)
    status, _, text = program.get("/calendar.ics")
    assert (404, True) == (status, "exercise" in text)


def test_messages_are_read_by_a_cursor(program):
    """One by one with the cursor gives what all at once gives, filters hold, and the end says where to go on."""
    everything = asked(program, "messages?automatic=true")
    cursor, found = "", []
    for _ in range(10):
        part = asked(program, f"messages?automatic=true&limit=1&after={cursor}")
        found += part["messages"]
        if part["next"] == cursor:
            break
        cursor = part["next"]

    assert everything["messages"] == found
    assert ["hotline-message", "receipt"] == [one["form"] for one in found]
    assert ["hotline-message"] == [one["form"] for one in asked(program, "messages")["messages"]]
    assert [] == asked(program, "messages?precedence=flash")["messages"]
    assert ["coral"] == [one["author"] for one in asked(program, "messages?automatic=true&author=coral")["messages"]]
    assert 404 == program.get("/api/v1/messages?after=nonsense")[0]


def test_one_message_with_its_states_in_each_language(program):
    """A message tells how far it came, and what that does not mean, in the language asked for."""
    told = {lang: asked(program, f"messages/amber/0?lang={lang}")["states"] for lang in LANGUAGES}

    assert "coral/0" == told["en"]["recipients"][0]["delivered"]["ref"]
    assert told["en"]["recipients"][0]["recorded"]
    assert "This does not mean" in told["en"]["sentences"][0]
    assert 3 == len({states["sentences"][0] for states in told.values()})
    status, _, text = program.get("/api/v1/messages/amber/99")
    assert (404, {"sentence", "advice", "where"}) == (status, set(json.loads(text)))


def test_what_is_owed_and_kept(program):
    """Dues, record, zones, reviews and forms are there."""
    assert {"due", "pending"} == {row["state"] for row in asked(program, "dues")}
    assert [("amber", 1, {"coral": 1}), ("coral", 1, {"amber": 1})] == [
        (one["log"], one["entries"], one["countersigned"]) for one in asked(program, "record")["logs"]
    ]
    assert [] == asked(program, "zones") == asked(program, "reviews")
    assert "hotline-message" in [one["form"] for one in asked(program, "forms")]
    assert "object" == asked(program, "forms/hotline-message")["type"]


def test_a_proof_is_given_to_whom_the_pages_give_it(program, at, token):
    """A proof is a file of its own kind, for the roles that may take one from a page; a watch is told who may."""
    status, headers, text = Program(at, token("prover", "duty")).get("/api/v1/record/amber/0/proof")
    assert (200, "application/octet-stream") == (status, headers["content-type"])
    assert text.startswith("c2sp.org/tlog-proof@v1\n")
    status, _, text = program.get("/api/v1/record/amber/0/proof")
    assert (403, True) == (status, "given to duty" in json.loads(text)["advice"])


def test_who_takes_a_proof_is_written_down(program, at, token, api_stage):
    """A proof that a program takes is a deed of the console, as one that a person takes."""
    made = people(api_stage.folder("amber"))
    before = [deed.number for deed in made.audit.waiting()]
    Program(at, token("taker", "auditor")).get("/api/v1/record/amber/0/proof")
    fresh = [deed for deed in made.audit.waiting() if deed.number not in before]
    made.close()
    noted = [note for note in _notes(api_stage) if note.fields.get("deed") == "proof-taken"]

    assert "taker" in [deed.account for deed in fresh] + [str(note.fields["account"]) for note in noted]


def _notes(api_stage):
    """Return the console's deeds that the node has noted."""
    node = Node.open(api_stage.folder("amber"), to_read=True)
    try:
        return list(node.notebook.newest("console-note"))
    finally:
        node.close()


def test_nothing_is_written_by_this_door(program):
    """Each address of the document is read alone."""
    document = json.loads(program.get("/api/openapi.json")[2])

    assert {"get"} == {method for told in document["paths"].values() for method in told}
    assert all(told["get"]["description"] for told in document["paths"].values())
