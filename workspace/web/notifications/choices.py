"""/notifications/choices: what one wants by mail, and when, and which projects are muted."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.errors import Refused
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services import mail_choices, notifications
from workspace.services.accounts import own_account
from workspace.web.forms import submitted
from workspace.web.guard import actor, signed_in
from workspace.web.notifications.forms import ChoicesForm
from workspace.web.notifications.routes import blueprint

__all__ = ["blueprint"]


@blueprint.get("/notifications/choices")
@signed_in
def choices() -> ResponseReturnValue:
    """The form, and the muted projects. A guest has no account to settle."""
    return _page()


@blueprint.post("/notifications/choices")
@signed_in
def choose() -> ResponseReturnValue:
    """Keep what was chosen."""
    form = ChoicesForm()
    if not submitted(form):
        return _page(form), 422
    try:
        with transaction() as session:
            mail_choices.choose(session, actor(), form.said())
    except Refused as error:
        form.add_errors(error)
        return _page(form), 409
    flash(_("Vos réglages sont enregistrés."), "success")
    return redirect(url_for("notifications.choices"))


def _page(form: ChoicesForm | None = None) -> str:
    with reading() as session:
        user = own_account(session, actor())
        choice = mail_choices.choice_of(session, user.id)
        return render_template(
            "notifications/choices.html",
            user=user,
            form=form or ChoicesForm.of(user, choice),
            muted=notifications.muted_projects(session, actor()),
        )
