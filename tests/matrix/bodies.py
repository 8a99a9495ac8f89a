"""What is sent at each door: one plausible body for every form, and those that need their own."""

import json
from collections.abc import Mapping

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models.board.reader import write_varint
from tests import canaries
from tests.factories import WEBP
from tests.matrix.places import Ids
from tests.matrix.table import Door

# Whatever a form asks for, it finds something plausible here: what is refused for its words is allowed in.
FORM: Mapping[str, str] = {
    **canaries.FORM,
    "people": "Nom <nouveau@exemple.fr>",
    "locale": "fr",
    "theme": "dark",
    "notes": "Une note importée",
}
ROUNDS: Mapping[str, Mapping[str, object]] = {
    "rounds.open_round": {"zone": "", "prompt": "Une idée par note"},
    "rounds.write": {"key": "k", "text": "Une idée", "colour": "jonc"},
    "rounds.reveal": {},
    "rounds.open_ballot": {"question": "Que garder ?", "points": 3},
    "rounds.give_points": {"note": "demo-0", "points": 1},
    "rounds.close_ballot": {},
    "workshops.begin": {"steps": [{"kind": "write", "title": "Écrire", "minutes": 5}]},
    "workshops.change": {"steps": [{"kind": "write", "title": "Écrire", "minutes": 5}], "step": 0},
    "workshops.go_to": {"step": 0},
    "workshops.keep_time": {"do": "start"},
    "workshops.gather": {"place": [0, 0, 800, 600]},
    "workshops.set_novices": {"on": True},
    "workshops.set_inbox": {"zone": ""},
    "workshops.freeze": {"on": False},
    "workshops.end": {},
}
AS_JSON = {"problems.similar", "problems.autosave", "problems.autosave_new", "briefs.autosave"}
JSON = {"Accept": "application/json"}


def knock(client: FlaskClient, door: Door, path: str, ids: Ids, note: bytes) -> TestResponse:
    """The request, as a browser or our own script would send it. `note`: an update that adds a note."""
    query = {name[1:]: str(value) for name, value in ids.items() if name.startswith("?")}
    if door.verb == "GET":
        return client.get(path, query_string=query)
    if door.name == "documents.sync":
        update = note if door.variant == "writing" else b""
        return client.post(path, data=write_varint(1) + b"\0" + update, headers=JSON)
    if door.name == "images.add":
        return client.post(path, data=WEBP, content_type="image/webp", headers=JSON)
    if door.name in ROUNDS:
        return client.post(path, json=ROUNDS[door.name], headers=JSON)
    if door.name == "solutions.make":
        return client.post(path, data={"object": "demo-0"}, headers=JSON)
    if door.name == "solutions.decide":
        return client.post(path, data={"state": "retained", "version": "1"})
    form = {**FORM, **{name: str(ids[name]) for name in ("user_id",) if name in ids}}
    if "into_team_id" in ids:
        form["team_id"] = str(ids["into_team_id"])
    if door.name in AS_JSON:
        return client.open(path, method=door.verb, data=json.dumps(form), content_type="application/json")
    return client.open(path, method=door.verb, data=form, query_string=query)
