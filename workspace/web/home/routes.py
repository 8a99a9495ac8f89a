"""GET /: to each their own home. Who has a single place to go is sent there at once."""

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.policy import Actor, Role
from models.problem import DOMAIN_LABELS, STATUS_LABELS
from models.session import reading
from workspace.services.home import home_of
from workspace.web.guard import find_actor, public
from workspace.web.home.visits import last_visit

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@public
def show() -> ResponseReturnValue:
    """The home of whoever asks."""
    actor = find_actor()
    place = only_place(actor)
    if actor is None or place:
        return redirect(place)
    with reading() as session:
        visit = last_visit(session, actor)
        return render_template(
            "home/show.html",
            home=home_of(session, actor, visit.since),
            visit=visit,
            status_labels=STATUS_LABELS,
            domain_labels=DOMAIN_LABELS,
        )


def only_place(actor: Actor | None) -> str:
    """The page that is somebody's whole home; '' for those who need one of their own."""
    if actor is None:
        return url_for("demo.show" if current_app.config["SETTINGS"].demo else "auth.sign_in")
    roles = {grant.role for grant in actor.grants}
    if roles == {Role.GUEST}:
        return url_for("projects.show", project_id=actor.scope_ids(Role.GUEST, "project_id")[0])
    if roles == {Role.OBSERVER}:
        return url_for("observations.index")
    if roles == {Role.TUTOR}:
        cohorts = actor.scope_ids(Role.TUTOR, "cohort_id")
        return (
            url_for("cohorts.show", cohort_id=cohorts[0]) if len(cohorts) == 1 else url_for("cohorts.index")
        )
    if Role.MANAGER in roles and roles <= {Role.MANAGER, Role.ADMIN}:
        return url_for("programmes.index")
    if roles == {Role.ADMIN}:
        return url_for("audit.index")
    projects = actor.scope_ids(Role.PARTNER, "project_id")
    if roles == {Role.PARTNER} and len(projects) == 1:
        return url_for("projects.show", project_id=projects[0])
    return ""
