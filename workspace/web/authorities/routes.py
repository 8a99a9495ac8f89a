"""GET /authorities/search?q=: what the combobox of a form proposes while somebody types."""

from dataclasses import asdict

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from models.errors import Invalid
from models.session import reading
from workspace.i18n import _
from workspace.services.register import search_authorities
from workspace.web.guard import signed_in

blueprint = Blueprint("authorities", __name__, url_prefix="/authorities")
_FRESH_SECONDS = 600


@blueprint.get("/search")
@signed_in
def search() -> ResponseReturnValue:
    """JSON [{value, label, hint}], best first; 400 {error} for a text that cannot be searched."""
    try:
        with reading() as session:
            choices = search_authorities(session, request.args.get("q", ""))
    except Invalid as error:
        return jsonify(error=_(error.message)), 400
    answer = jsonify([asdict(choice) for choice in choices])
    answer.headers["Cache-Control"] = f"private, max-age={_FRESH_SECONDS}"  # the same letters, typed again
    answer.vary.update(["Cookie", "Accept-Language"])
    return answer
