"""One's own data: take a copy of it, have it erased. For people with an account and for guests."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models.audit import AuditAction, Export, audit
from models.base import utcnow
from models.errors import NotFound
from models.partner import GuestContributor
from models.people import User
from models.personal_rows import find_person, people_in
from models.policy import Actor
from models.session import reading, transaction
from workspace.extensions import limiter
from workspace.i18n import _, format_date
from workspace.services import erasure
from workspace.services.personal_export import export_of, refresh_notes
from workspace.web.account.confirming import ConfirmForm, has_password, is_confirmed
from workspace.web.account.data_files import archive
from workspace.web.account.personal_forms import EraseForm
from workspace.web.auth.cookies import clear_session_cookie
from workspace.web.auth.limits import few_codes
from workspace.web.guard import actor, find_actor, signed_in

blueprint = Blueprint("personal", __name__)

EXPORTS = "20 per hour"


def _who() -> str:
    found = find_actor()
    return found.key if found else ""


few_exports = limiter.limit(EXPORTS, key_func=_who, methods=["POST"])


@blueprint.get("/account/data")
@signed_in
def show() -> ResponseReturnValue:
    """What is kept, and a way to take it along."""
    return _data_page(ConfirmForm(has_password=has_password()))


@blueprint.post("/account/data")
@signed_in
@few_codes
@few_exports
def download() -> ResponseReturnValue:
    """A ZIP with one file to read and one for programs."""
    form = ConfirmForm(has_password=has_password())
    if not is_confirmed(form):
        return _data_page(form), 422
    me = actor()
    with reading() as session:
        people = people_in(session, _myself(session, me))
    refresh_notes(people)
    with reading() as session:
        found = export_of(session, *people)
    with transaction() as session:
        audit(session, me, AuditAction.EXPORT_DOWNLOADED, export=Export.PERSONAL_DATA)
    response = Response(archive(found), mimetype="application/zip")
    name = f"vos-donnees-{utcnow():%Y-%m-%d}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/account/erase")
@signed_in
def erase() -> ResponseReturnValue:
    """What goes, what stays, and why."""
    return _erase_page(EraseForm(has_password=has_password()))


@blueprint.post("/account/erase")
@signed_in
@few_codes
def erase_submitted() -> ResponseReturnValue:
    """An account is closed now and erased after a week; a guest is erased now."""
    form = EraseForm(has_password=has_password())
    if not is_confirmed(form):
        return _erase_page(form), 422
    me = actor()
    with transaction() as session:
        if me.user_id is None:
            erasure.erase_own_guest(session, me, texts=form.texts.data)
            said, target = _("Vos données sont effacées."), "home.show"
        else:
            at = erasure.ask_for_erasure(session, me, texts=form.texts.data)
            said = _(
                "Vous êtes déconnecté·e partout. Vos données seront effacées le %(date)s ; "
                "connectez-vous avant si vous changez d’avis.",
                date=format_date(at, "long"),
            )
            target = "auth.sign_in"
    response = clear_session_cookie(make_response(redirect(url_for(target))))
    flash(said, "success")
    return response


def _myself(session: Session, me: Actor) -> User | GuestContributor:
    found = find_person(session, me.key)
    if found is None:
        raise NotFound
    return found


def _data_page(form: ConfirmForm) -> str:
    return render_template("account/data.html", form=form)


def _erase_page(form: EraseForm) -> str:
    return render_template("account/erase.html", form=form)
