"""What is sent at each door: one plausible body for every form, and those that need their own."""

import json
from collections.abc import Mapping

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models.board.reader import write_varint
from tests import canaries
from tests.matrix.places import Ids
from tests.matrix.table import Door

# Whatever a form asks for, it finds something plausible here: what is refused for its words is allowed in.
FORM: Mapping[str, str] = {
    **canaries.FORM,
    "people": "Nom <nouveau@exemple.fr>",
    "locale": "fr",
    "theme": "dark",
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
    form = {**FORM, **{name: str(ids[name]) for name in ("user_id",) if name in ids}}
    if "into_team_id" in ids:
        form["team_id"] = str(ids["into_team_id"])
    if door.name in AS_JSON:
        return client.open(path, method=door.verb, data=json.dumps(form), content_type="application/json")
    return client.open(path, method=door.verb, data=form, query_string=query)
