"""Who runs a programme: listed, invited, given other dates, withdrawn by its managers."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models.access import access_programme
from models.errors import Invalid, Refused
from models.policy import Permission
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services import programme_managers, waiting_invitations
from workspace.services.invitations import invite_manager
from workspace.services.membership_dates import Held, held_in_programme
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once
from workspace.web.invitations.dates import dates_page
from workspace.web.invitations.forms import InviteForm
from workspace.web.invitations.fresh import fresh_links, invitation_made, remember_links
from workspace.web.programmes.importing import blueprint

__all__ = ["blueprint"]

MANAGERS = "/<int:programme_id>/managers"


@blueprint.get(MANAGERS)
@requires(Permission.MANAGE_PROGRAMME)
def managers(programme_id: int) -> ResponseReturnValue:
    """Who runs the programme and who runs the establishment; who is invited; a form to invite."""
    return _page(programme_id, InviteForm())


@blueprint.post(MANAGERS)
@requires(Permission.MANAGE_PROGRAMME)
@once
def invite_manager_submitted(programme_id: int) -> ResponseReturnValue:
    """Invite another manager."""
    form = InviteForm()
    if not form.validate():
        return _page(programme_id, form), 422
    try:
        with transaction() as session:
            made = invite_manager(session, actor(), programme_id, form.invitee(), form.terms())
    except Invalid as error:
        form.add_errors(error)
        return _page(programme_id, form), 422
    remember_links([made])
    flash(invitation_made(), "success")
    return _back(programme_id, "waiting")


@blueprint.route(f"{MANAGERS}/<int:membership_id>/dates", methods=["GET", "POST"])
@requires(Permission.MANAGE_PROGRAMME)
def manager_dates(programme_id: int, membership_id: int) -> ResponseReturnValue:
    """From when until when somebody runs the programme, changed."""

    def find(session: Session) -> Held:
        return held_in_programme(session, actor(), programme_id, membership_id)

    return dates_page(find, url_for("programmes.managers", programme_id=programme_id))


@blueprint.post(f"{MANAGERS}/<int:membership_id>/withdraw")
@requires(Permission.MANAGE_PROGRAMME)
def withdraw_manager(programme_id: int, membership_id: int) -> ResponseReturnValue:
    """End another manager's role at once; for one's own there is a page."""
    try:
        with transaction() as session:
            name = programme_managers.withdraw_manager(session, actor(), programme_id, membership_id)
    except Refused as refusal:
        flash(_(refusal.message), "error")
        return _back(programme_id)
    flash(_("%(name)s ne gère plus la formation.", name=name), "success")
    return _back(programme_id)


@blueprint.get(f"{MANAGERS}/<int:membership_id>/leave")
@requires(Permission.MANAGE_PROGRAMME)
def leave_programme(programme_id: int, membership_id: int) -> ResponseReturnValue:
    """What leaving means, before one does."""
    with reading() as session:
        programme = access_programme(session, actor(), programme_id)
        programme_managers.own_membership(session, actor(), programme, membership_id)
        return render_template(
            "programmes/leave.html",
            programme=programme,
            membership_id=membership_id,
        )


@blueprint.post(f"{MANAGERS}/<int:membership_id>/leave")
@requires(Permission.MANAGE_PROGRAMME)
def leave_submitted(programme_id: int, membership_id: int) -> ResponseReturnValue:
    """Give up one's own role."""
    try:
        with transaction() as session:
            programme_managers.leave_programme(session, actor(), programme_id, membership_id)
    except Refused as refusal:
        flash(_(refusal.message), "error")
        return _back(programme_id)
    flash(_("Vous ne gérez plus cette formation."), "success")
    return redirect(url_for("home.show"))


@blueprint.post(f"{MANAGERS}/invitations/<int:invitation_id>/revoke")
@requires(Permission.MANAGE_PROGRAMME)
def revoke_manager(programme_id: int, invitation_id: int) -> ResponseReturnValue:
    """Close an invitation."""
    with transaction() as session:
        waiting_invitations.revoke_programme_invitation(session, actor(), programme_id, invitation_id)
    flash(_("L’invitation est refermée : son lien ne marche plus."), "success")
    return _back(programme_id)


@blueprint.post(f"{MANAGERS}/invitations/<int:invitation_id>/renew")
@requires(Permission.MANAGE_PROGRAMME)
@once
def renew_manager(programme_id: int, invitation_id: int) -> ResponseReturnValue:
    """Make its link again."""
    with transaction() as session:
        made = waiting_invitations.renew_programme_invitation(session, actor(), programme_id, invitation_id)
    remember_links([made])
    flash(_("Voici un nouveau lien. L’ancien ne marche plus."), "success")
    return _back(programme_id, "waiting")


def _back(programme_id: int, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("programmes.managers", programme_id=programme_id, _anchor=anchor))


def _page(programme_id: int, form: InviteForm) -> str:
    with reading() as session:
        programme = access_programme(session, actor(), programme_id)
        return render_template(
            "programmes/managers.html",
            programme=programme,
            people=programme_managers.programme_people(session, programme),
            form=form,
            fresh=fresh_links(),
        )
