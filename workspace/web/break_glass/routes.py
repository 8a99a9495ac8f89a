"""GET and POST /break-glass: one's accesses, and another; POST /break-glass/<id>/end: no longer."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.errors import Invalid
from models.policy import Permission
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services import break_glass as service
from workspace.web.account.confirming import has_password, is_confirmed
from workspace.web.auth.limits import few_codes
from workspace.web.break_glass.forms import OpenForm
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once

blueprint = Blueprint("break_glass", __name__)


@blueprint.get("/break-glass")
@requires(Permission.BREAK_GLASS)
def index() -> ResponseReturnValue:
    """What an admin has open, and had; the form."""
    return _page(OpenForm(has_password=has_password()))


@blueprint.post("/break-glass")
@requires(Permission.BREAK_GLASS)
@few_codes
@once
def open_submitted() -> ResponseReturnValue:
    """Open a project; its people are told at once."""
    me, form = actor(), OpenForm(has_password=has_password())
    if not is_confirmed(form):
        return _page(form), 422
    try:
        with transaction() as session:
            project = service.open_access(session, me, form.wish)
    except Invalid as error:
        form.add_errors(error)
        return _page(form), 422
    flash(_("Le projet vous est ouvert en lecture. Les personnes concernées sont prévenues."), "success")
    return redirect(url_for("projects.show", project_id=project.id))


@blueprint.post("/break-glass/<int:access_id>/end")
@requires(Permission.END_BREAK_GLASS)
def end(access_id: int) -> ResponseReturnValue:
    """End an access at once: its holder goes back to the list, a manager to the project."""
    me = actor()
    with transaction() as session:
        access = service.end_access(session, me, access_id)
    flash(_("L’accès exceptionnel est terminé."), "success")
    if access.user_id == me.user_id:
        return redirect(url_for("break_glass.index"))
    return redirect(url_for("projects.show", project_id=access.project_id))


def _page(form: OpenForm) -> str:
    with reading() as session:
        return render_template(
            "break_glass/index.html", form=form, accesses=service.own_accesses(session, actor())
        )
