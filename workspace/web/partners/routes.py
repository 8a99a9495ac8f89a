"""Pages of a project's partners: add, edit, withdraw, bring back. They are listed on the project's page."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.access import access_project
from models.errors import Conflict, Invalid
from models.partner import SECTOR_LABELS
from models.policy import Permission
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services import partners
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once
from workspace.web.partners.forms import PartnerForm

blueprint = Blueprint("partners", __name__)
BASE = "/projects/<int:project_id>/partners"


def _back(project_id: int, withdrawn: int | None = None) -> ResponseReturnValue:
    return redirect(url_for("projects.show", project_id=project_id, withdrawn=withdrawn, _anchor="partners"))


@blueprint.route(f"{BASE}/new", methods=["GET", "POST"])
@requires(Permission.INVITE_PARTNER)
@once
def create(project_id: int) -> ResponseReturnValue:
    """Add a partner with its sector."""
    form = PartnerForm()
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                made = partners.add_partner(session, actor(), project_id, form.values())
        except Invalid as error:
            form.add_errors(error)
        else:
            flash(_("« %(name)s » est dans la liste des partenaires.", name=made.name), "success")
            return _back(project_id)
    with reading() as session:
        project = access_project(session, actor(), project_id, Permission.INVITE_PARTNER)
        status = 422 if form.errors else 200
        return (
            render_template("partners/edit.html", form=form, project=project, partner=None, conflict=None),
            status,
        )


@blueprint.route(f"{BASE}/<int:partner_id>", methods=["GET", "POST"])
@requires(Permission.INVITE_PARTNER)
def edit(project_id: int, partner_id: int) -> ResponseReturnValue:
    """Change what is written about a partner; if somebody else did meanwhile, both versions are shown."""
    form = PartnerForm()
    conflict: Conflict | None = None
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                partners.edit_partner(
                    session, actor(), project_id, partner_id, form.values(), seen=form.seen.data or ""
                )
        except Invalid as error:
            form.add_errors(error)
        except Conflict as found:
            conflict = found
        else:
            flash(_("Le partenaire est à jour."), "success")
            return _back(project_id)
    with reading() as session:
        partner = partners.access_partner(session, actor(), project_id, partner_id)
        project = access_project(session, actor(), project_id, Permission.INVITE_PARTNER)
        if request.method == "GET":
            form.process(obj=partner)
            form.sector.data = partner.sector.value
        if request.method == "GET" or conflict is not None:
            form.seen.data = partners.text_of(partner).fingerprint
        status = 409 if conflict else 422 if form.errors else 200
        return (
            render_template(
                "partners/edit.html",
                form=form,
                project=project,
                partner=partner,
                conflict=conflict,
                sectors=SECTOR_LABELS,
            ),
            status,
        )


@blueprint.post(f"{BASE}/<int:partner_id>/withdraw")
@requires(Permission.INVITE_PARTNER)
def withdraw(project_id: int, partner_id: int) -> ResponseReturnValue:
    """Take a partner off the list; the page then offers to bring it back."""
    with transaction() as session:
        partners.withdraw_partner(session, actor(), project_id, partner_id)
    return _back(project_id, withdrawn=partner_id)


@blueprint.post(f"{BASE}/<int:partner_id>/restore")
@requires(Permission.INVITE_PARTNER)
def restore(project_id: int, partner_id: int) -> ResponseReturnValue:
    """Bring a partner back."""
    with transaction() as session:
        partner = partners.restore_partner(session, actor(), project_id, partner_id)
    flash(_("« %(name)s » est de nouveau dans la liste.", name=partner.name), "success")
    return _back(project_id)
