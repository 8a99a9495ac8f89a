"""The demonstration's door: be an invented person in one click. Only when the demonstration is on."""

from itertools import groupby

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from models.errors import NotFound
from models.policy import Role
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services import accounts
from workspace.services.demo_people import DemoPerson, demo_user, list_demo_people
from workspace.web.auth.cookies import session_token, set_session_cookie, user_agent
from workspace.web.auth.limits import by_address
from workspace.web.guard import find_actor, public

blueprint = Blueprint("demo", __name__)
LONGEST_ID = 9


@blueprint.get("/demo")
@public
def show() -> ResponseReturnValue:
    """The people, by role."""
    _demo_only()
    find_actor()
    with reading() as session:
        people = list_demo_people(session)
    groups = {role: list(found) for role, found in groupby(people, key=lambda person: person.role)}
    teams = _by_place(groups.pop(Role.LEARNER, []))
    return render_template("demo/show.html", teams=teams, groups=groups, Role=Role)


@blueprint.post("/demo")
@public
@by_address
def enter() -> ResponseReturnValue:
    """Become one of them."""
    _demo_only()
    written = request.form.get("user_id", "")
    if not (written.isascii() and written.isdigit() and len(written) <= LONGEST_ID):
        raise NotFound
    with transaction() as session:
        user = demo_user(session, int(written))
        token = accounts.enter(session, user.id, old_token=session_token(), user_agent=user_agent())
        name = user.name
    response = set_session_cookie(make_response(redirect(url_for("home.show"))), token)
    flash(_("Vous voyez maintenant L’Établi comme %(name)s.", name=name), "info")
    return response


def _demo_only() -> None:
    if not current_app.config["SETTINGS"].demo:
        abort(404)


def _by_place(people: list[DemoPerson]) -> list[tuple[str, list[DemoPerson]]]:
    return [(place, list(found)) for place, found in groupby(people, key=lambda person: person.place)]
