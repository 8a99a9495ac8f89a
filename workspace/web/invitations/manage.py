"""Who observes a project, and its partners with an account: invited, listed, withdrawn by the team.

The same three gestures for both roles; the routes are written out because each declares its permission.
"""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models.access import access_project
from models.errors import Invalid
from models.policy import Permission, Role
from models.project import Project
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services.invitations import invite_observer, invite_partner
from workspace.services.membership_dates import Held, held_in_project
from workspace.services.memberships import list_former, list_members, withdraw_from_project
from workspace.services.waiting_invitations import (
    list_waiting,
    renew_project_invitation,
    revoke_project_invitation,
)
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once
from workspace.web.invitations.dates import dates_page
from workspace.web.invitations.forms import InviteForm, ObserverForm
from workspace.web.invitations.fresh import fresh_links, invitation_made, remember_links
from workspace.web.invitations.routes import blueprint

__all__ = ["blueprint"]


@dataclass(frozen=True)
class Kind:
    """One of the two roles a project is opened to by invitation."""

    role: Role
    permission: Permission
    page: str
    template: str
    form: type[InviteForm]


OBSERVERS = Kind(
    Role.OBSERVER,
    Permission.INVITE_OBSERVER,
    "invitations.observers",
    "invitations/observers.html",
    ObserverForm,
)
PARTNERS = Kind(
    Role.PARTNER,
    Permission.INVITE_PARTNER,
    "invitations.partners",
    "invitations/partners.html",
    InviteForm,
)
OBSERVERS_PATH = "/projects/<int:project_id>/observers"
PARTNERS_PATH = "/projects/<int:project_id>/partner-accounts"


@blueprint.get(OBSERVERS_PATH)
@requires(Permission.INVITE_OBSERVER)
def observers(project_id: int) -> ResponseReturnValue:
    """Who observes, since when and by whom; who is invited; a form to invite."""
    return _page(OBSERVERS, project_id)


@blueprint.post(OBSERVERS_PATH)
@requires(Permission.INVITE_OBSERVER)
@once
def invite_observers(project_id: int) -> ResponseReturnValue:
    """Invite an élu."""
    return _invite(OBSERVERS, project_id)


@blueprint.post(f"{OBSERVERS_PATH}/<int:membership_id>/withdraw")
@requires(Permission.INVITE_OBSERVER)
def withdraw_observer(project_id: int, membership_id: int) -> ResponseReturnValue:
    """End an élu's access at once."""
    return _withdraw(OBSERVERS, project_id, membership_id)


@blueprint.route(f"{OBSERVERS_PATH}/<int:membership_id>/dates", methods=["GET", "POST"])
@requires(Permission.INVITE_OBSERVER)
def observer_dates(project_id: int, membership_id: int) -> ResponseReturnValue:
    """Until when an élu observes, changed."""
    return _dates(OBSERVERS, project_id, membership_id)


@blueprint.post(f"{OBSERVERS_PATH}/invitations/<int:invitation_id>/revoke")
@requires(Permission.INVITE_OBSERVER)
def revoke_observer(project_id: int, invitation_id: int) -> ResponseReturnValue:
    """Close an invitation."""
    return _revoke(OBSERVERS, project_id, invitation_id)


@blueprint.post(f"{OBSERVERS_PATH}/invitations/<int:invitation_id>/renew")
@requires(Permission.INVITE_OBSERVER)
@once
def renew_observer(project_id: int, invitation_id: int) -> ResponseReturnValue:
    """Make its link again."""
    return _renew(OBSERVERS, project_id, invitation_id)


@blueprint.get(PARTNERS_PATH)
@requires(Permission.INVITE_PARTNER)
def partners(project_id: int) -> ResponseReturnValue:
    """Partners who have an account, those invited, a form to invite."""
    return _page(PARTNERS, project_id)


@blueprint.post(PARTNERS_PATH)
@requires(Permission.INVITE_PARTNER)
@once
def invite_partners(project_id: int) -> ResponseReturnValue:
    """Invite a partner."""
    return _invite(PARTNERS, project_id)


@blueprint.post(f"{PARTNERS_PATH}/<int:membership_id>/withdraw")
@requires(Permission.INVITE_PARTNER)
def withdraw_partner(project_id: int, membership_id: int) -> ResponseReturnValue:
    """End a partner's access at once."""
    return _withdraw(PARTNERS, project_id, membership_id)


@blueprint.route(f"{PARTNERS_PATH}/<int:membership_id>/dates", methods=["GET", "POST"])
@requires(Permission.INVITE_PARTNER)
def partner_dates(project_id: int, membership_id: int) -> ResponseReturnValue:
    """Until when a partner has access, changed."""
    return _dates(PARTNERS, project_id, membership_id)


@blueprint.post(f"{PARTNERS_PATH}/invitations/<int:invitation_id>/revoke")
@requires(Permission.INVITE_PARTNER)
def revoke_partner(project_id: int, invitation_id: int) -> ResponseReturnValue:
    """Close an invitation."""
    return _revoke(PARTNERS, project_id, invitation_id)


@blueprint.post(f"{PARTNERS_PATH}/invitations/<int:invitation_id>/renew")
@requires(Permission.INVITE_PARTNER)
@once
def renew_partner(project_id: int, invitation_id: int) -> ResponseReturnValue:
    """Make its link again."""
    return _renew(PARTNERS, project_id, invitation_id)


def _page(kind: Kind, project_id: int, form: InviteForm | None = None) -> str:
    with reading() as session:
        project = access_project(session, actor(), project_id, kind.permission)
        return render_template(
            kind.template,
            project=project,
            form=form or kind.form(formdata=None, data={"access_until": _last_day(kind, project)}),
            members=list_members(session, kind.role, column="project_id", ids=[project.id]),
            former=list_former(session, kind.role, column="project_id", ids=[project.id]),
            waiting=list_waiting(session, kind.role, column="project_id", ids=[project.id]),
            fresh=fresh_links(),
        )


def _last_day(kind: Kind, project: Project) -> object:
    """An élu's access is offered until the cohort ends; a partner's has no end."""
    return project.team.cohort.ends_on if kind is OBSERVERS else None


def _invite(kind: Kind, project_id: int) -> ResponseReturnValue:
    form = kind.form()
    if not form.validate():
        return _page(kind, project_id, form), 422
    invite = invite_observer if kind is OBSERVERS else invite_partner
    try:
        with transaction() as session:
            made = invite(session, actor(), project_id, form.invitee(), form.terms())
    except Invalid as error:
        form.add_errors(error)
        return _page(kind, project_id, form), 422
    remember_links([made])
    flash(invitation_made(), "success")
    return _back(kind, project_id, "waiting")


def _withdraw(kind: Kind, project_id: int, membership_id: int) -> ResponseReturnValue:
    with transaction() as session:
        name = withdraw_from_project(session, actor(), project_id, membership_id, kind.permission)
    flash(_("%(name)s n’a plus accès au projet.", name=name), "success")
    return _back(kind, project_id)


def _dates(kind: Kind, project_id: int, membership_id: int) -> ResponseReturnValue:
    def find(session: Session) -> Held:
        return held_in_project(session, actor(), project_id, membership_id, kind.permission)

    return dates_page(find, url_for(kind.page, project_id=project_id))


def _revoke(kind: Kind, project_id: int, invitation_id: int) -> ResponseReturnValue:
    with transaction() as session:
        revoke_project_invitation(session, actor(), project_id, invitation_id, kind.permission)
    flash(_("L’invitation est refermée : son lien ne marche plus."), "success")
    return _back(kind, project_id)


def _renew(kind: Kind, project_id: int, invitation_id: int) -> ResponseReturnValue:
    with transaction() as session:
        made = renew_project_invitation(session, actor(), project_id, invitation_id, kind.permission)
    remember_links([made])
    flash(_("Voici un nouveau lien. L’ancien ne marche plus."), "success")
    return _back(kind, project_id, "waiting")


def _back(kind: Kind, project_id: int, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for(kind.page, project_id=project_id, _anchor=anchor))
