"""The first start: whoever reads the console gives its code and becomes the first programme manager."""

from flask import Blueprint, abort, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.errors import Invalid
from models.session import reading, transaction
from workspace.i18n import _, current_locale, current_zone
from workspace.services import accounts
from workspace.services.managers import consume_setup_code, create_first_manager, has_manager
from workspace.web.auth.cookies import session_token, set_session_cookie, user_agent
from workspace.web.auth.limits import few_codes
from workspace.web.forms import submitted
from workspace.web.guard import public
from workspace.web.setup.forms import SetupForm

blueprint = Blueprint("setup", __name__)


@blueprint.get("/setup")
@public
def show() -> ResponseReturnValue:
    """The form; not found once somebody manages a programme here."""
    _only_when_new()
    return render_template("setup/show.html", form=SetupForm())


@blueprint.post("/setup")
@public
@few_codes
def create() -> ResponseReturnValue:
    """Make establishment, programme and manager, and sign the manager in."""
    _only_when_new()
    form = SetupForm()
    if not submitted(form):
        return render_template("setup/show.html", form=form), 422
    try:
        with transaction() as session:
            if has_manager(session):
                abort(404)
            consume_setup_code(session, form.code.data)
            user = create_first_manager(
                session,
                email=form.email.data,
                name=form.name.data,
                password=form.password.data,
                organization_name=form.organization_name.data,
                programme_name=form.programme_name.data,
                locale=current_locale(),
                time_zone=str(current_zone()),
            )
            token = accounts.enter(session, user.id, old_token=session_token(), user_agent=user_agent())
    except Invalid as error:
        form.add_errors(error)
        return render_template("setup/show.html", form=form), 422
    response = set_session_cookie(make_response(redirect(url_for("programmes.index"))), token)
    flash(_("Votre formation est ouverte. Créez maintenant sa première promotion."), "success")
    return response


def _only_when_new() -> None:
    with reading() as session:
        if has_manager(session):
            abort(404)
