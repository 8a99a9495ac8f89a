"""Pages where a team makes share links, shows them, and shuts them or a guest out.

A link's address is known once: it waits in the maker's form session for the page that shows it, and is
gone from there when that page is read.
"""

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from models.access import access_project
from models.errors import Invalid
from models.partner import SECTOR_LABELS
from models.policy import Permission
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services import guests, links
from workspace.settings import Settings
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once
from workspace.web.links.card import qr_image
from workspace.web.links.forms import LinkForm

blueprint = Blueprint("share_links", __name__)
BASE = "/projects/<int:project_id>/links"
FRESH = "fresh_link"
TOKEN_LIMIT = 100


def address_of(token: str) -> str:
    """The whole address of a link, as it is copied and printed."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.base_url + url_for("links.join", token=token)


def _show(project_id: int, link_id: int) -> ResponseReturnValue:
    return redirect(url_for("share_links.show", project_id=project_id, link_id=link_id))


@blueprint.get(BASE)
@requires(Permission.INVITE_PARTNER)
def index(project_id: int) -> ResponseReturnValue:
    """All links of the project and everybody who came by one."""
    with reading() as db:
        project = access_project(db, actor(), project_id, Permission.INVITE_PARTNER)
        return render_template(
            "links/index.html",
            project=project,
            links=links.list_links(db, project.id),
            guests=guests.list_guests(db, project.id),
            came=guests.last_visits(db, project.id),
            state_of=links.state_of,
            labels=links.STATE_LABELS,
            sector_labels=SECTOR_LABELS,
        )


@blueprint.route(f"{BASE}/new", methods=["GET", "POST"])
@requires(Permission.INVITE_PARTNER)
@once
def create(project_id: int) -> ResponseReturnValue:
    """Make a link."""
    form = LinkForm()
    if request.method == "POST" and form.validate():
        try:
            with transaction() as db:
                link, token = links.make_link(db, actor(), project_id, form.values())
        except Invalid as error:
            form.add_errors(error)
        else:
            session[FRESH] = [link.id, token]
            return _show(project_id, link.id)
    with reading() as db:
        project = access_project(db, actor(), project_id, Permission.INVITE_PARTNER)
        return render_template("links/new.html", form=form, project=project), 422 if form.errors else 200


@blueprint.get(f"{BASE}/<int:link_id>")
@requires(Permission.INVITE_PARTNER)
def show(project_id: int, link_id: int) -> ResponseReturnValue:
    """One link: its address the first time, then what became of it and who came."""
    with reading() as db:
        link = links.access_link(db, actor(), project_id, link_id)
        fresh_id, token = session.get(FRESH) or (0, "")
        if fresh_id == link.id:
            session.pop(FRESH)
        address = address_of(token) if fresh_id == link.id and links.is_token_of(link, token) else ""
        return render_template(
            "links/show.html",
            link=link,
            project=link.project,
            address=address,
            token=token if address else "",
            qr=qr_image(address) if address else "",
            guests=guests.list_guests(db, project_id, link_id=link.id),
            came=guests.last_visits(db, project_id).get(link.id),
            state=links.state_of(link),
            labels=links.STATE_LABELS,
            sector_labels=SECTOR_LABELS,
        )


@blueprint.post(f"{BASE}/<int:link_id>/card")
@requires(Permission.INVITE_PARTNER)
def card(project_id: int, link_id: int) -> ResponseReturnValue:
    """A card to print, with the address and its QR code: who has the address sends it back here."""
    token = request.form.get("token", "")[:TOKEN_LIMIT]
    with reading() as db:
        link = links.access_link(db, actor(), project_id, link_id)
        if not links.is_token_of(link, token):
            return _show(project_id, link_id)
        address = address_of(token)
        return render_template(
            "links/card.html", link=link, project=link.project, address=address, qr=qr_image(address)
        )


@blueprint.post(f"{BASE}/<int:link_id>/renew")
@requires(Permission.INVITE_PARTNER)
@once
def renew(project_id: int, link_id: int) -> ResponseReturnValue:
    """Give the link another address, when the first is lost or went too far."""
    with transaction() as db:
        link, token = links.renew_link(db, actor(), project_id, link_id)
    session[FRESH] = [link.id, token]
    return _show(project_id, link_id)


@blueprint.post(f"{BASE}/<int:link_id>/revoke")
@requires(Permission.INVITE_PARTNER)
def revoke(project_id: int, link_id: int) -> ResponseReturnValue:
    """Shut the link at once."""
    with transaction() as db:
        links.revoke_link(db, actor(), project_id, link_id)
    flash(
        _("Le lien est fermé, pour celles et ceux qui l’avaient pris aussi. Leurs notes restent."), "success"
    )
    return redirect(url_for("share_links.index", project_id=project_id))


@blueprint.post("/projects/<int:project_id>/guests/<int:guest_id>/remove")
@requires(Permission.INVITE_PARTNER)
def remove_guest(project_id: int, guest_id: int) -> ResponseReturnValue:
    """Shut one guest out at once."""
    with transaction() as db:
        guest = guests.remove_guest(db, actor(), project_id, guest_id)
    flash(_("%(name)s n’a plus accès au projet. Ses notes restent.", name=guest.name), "success")
    return redirect(url_for("share_links.index", project_id=project_id, _anchor="guests"))
