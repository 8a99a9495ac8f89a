"""Who takes part in a project: the page for the team and its tutors, and what a team does from there."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models.access import NOT_FOUND, access_project
from models.base import utcnow
from models.errors import Invalid, NotFound, Refused
from models.i18n import N_
from models.partner import SECTOR_LABELS
from models.partner_contact import CONTACT_LABELS, NAME_LIMIT, ContactKind
from models.policy import Permission
from models.project import Project
from models.session import reading, transaction
from workspace.i18n import _
from workspace.mail.partner_letters import PREPARED, prepared
from workspace.services import contacts
from workspace.services.involvement import Group, shown_name
from workspace.services.involvement_page import involvement_page
from workspace.services.voices import FEWEST, VOICES
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once
from workspace.web.involvement.forms import LetterForm, NoteForm

blueprint = Blueprint("involvement", __name__)
BASE = "/projects/<int:project_id>/involvement"
NOTES = {
    ContactKind.CALL: N_("Prévoir un appel"),
    ContactKind.MET: N_("Noter une rencontre"),
    ContactKind.THANKED: N_("Noter un remerciement"),
    ContactKind.REFUSED: N_("Noter un refus"),
}
ACTIONS = {
    **{code: label for code, (label, _subject, _text) in PREPARED.items()},
    **{kind.value: label for kind, label in NOTES.items() if kind is not ContactKind.THANKED},
}
"""What one may do about a group: a message to write, or a contact to note."""
A_FEW_DAYS = timedelta(days=3)


@blueprint.get(BASE)
@requires(Permission.VIEW_INVOLVEMENT)
def show(project_id: int) -> ResponseReturnValue:
    """Who takes part, where each stands, and which sectors speak in workshops and votes."""
    with reading() as session:
        project = access_project(session, actor(), project_id, Permission.VIEW_INVOLVEMENT)
        return render_template(
            "involvement/show.html",
            page=involvement_page(session, project),
            project=project,
            sector_labels=SECTOR_LABELS,
            contact_labels=CONTACT_LABELS,
            shown_name=shown_name,
            actions=ACTIONS,
            letters=PREPARED,
            voices=VOICES,
            fewest=FEWEST,
        )


@blueprint.route(f"{BASE}/write", methods=["GET", "POST"])
@requires(Permission.INVITE_PARTNER)
@once
def write(project_id: int) -> ResponseReturnValue:
    """A message to a group: ?letter= is one of those prepared, ?sector= and ?name= say to whom."""
    letter = request.args.get("letter", "relaunch")
    if letter not in PREPARED:
        raise NotFound(NOT_FOUND)
    form = LetterForm()
    if request.method == "POST" and form.validate():
        kind = ContactKind.THANKED if letter == "thank" else ContactKind.WROTE
        message = form.message()
        try:
            with transaction() as session:
                contacts.write_to(session, actor(), project_id, _group(session, project_id), kind, message)
        except (Invalid, Refused) as error:
            form.add_errors(error)
        else:
            sent = _("Le message part. La réponse arrivera à votre adresse.")
            flash(sent if message.email else _("C’est noté : vous avez écrit."), "success")
            return _back(project_id)
    with reading() as session:
        project = access_project(session, actor(), project_id, Permission.INVITE_PARTNER)
        group = _group(session, project_id)
        if request.method == "GET":
            place = project.problem.authority.name if project.problem.authority else project.team.name
            form.subject.data, form.text.data = prepared(letter, project, place, actor().name)
        return _page("involvement/write.html", form, project, group, title=PREPARED[letter][0])


@blueprint.route(f"{BASE}/note", methods=["GET", "POST"])
@requires(Permission.INVITE_PARTNER)
@once
def note(project_id: int) -> ResponseReturnValue:
    """A contact to note: ?kind= says which, ?sector= and ?name= with whom."""
    kind = next((kind for kind in NOTES if kind.value == request.args.get("kind", "met")), None)
    if kind is None:
        raise NotFound(NOT_FOUND)
    form = NoteForm()
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                group = _group(session, project_id)
                contacts.note_contact(session, actor(), project_id, group, form.note(kind))
        except Invalid as error:
            form.add_errors(error)
        else:
            flash(_("C’est noté."), "success")
            return _back(project_id)
    with reading() as session:
        project = access_project(session, actor(), project_id, Permission.INVITE_PARTNER)
        group = _group(session, project_id)
        if request.method == "GET" and kind is ContactKind.CALL:
            form.due_on.data = (utcnow() + A_FEW_DAYS).date()
        return _page("involvement/note.html", form, project, group, title=NOTES[kind], kind=kind.value)


@blueprint.post(f"{BASE}/contacts/<int:contact_id>/delete")
@requires(Permission.INVITE_PARTNER)
def forget(project_id: int, contact_id: int) -> ResponseReturnValue:
    """Take back what was noted."""
    with transaction() as session:
        contacts.forget_contact(session, actor(), project_id, contact_id)
    flash(_("Ce contact n’est plus noté."), "success")
    return _back(project_id)


def _group(session: Session, project_id: int) -> Group:
    sector, name = request.args.get("sector", ""), request.args.get("name", "")[:NAME_LIMIT]
    return contacts.access_group(session, actor(), project_id, sector, name)


def _back(project_id: int) -> ResponseReturnValue:
    return redirect(url_for("involvement.show", project_id=project_id))


def _page(
    template: str, form: LetterForm | NoteForm, project: Project, group: Group, *, title: str, kind: str = ""
) -> ResponseReturnValue:
    name = shown_name(group.sector, group.name)
    page = render_template(template, form=form, project=project, name=name, title=title, kind=kind)
    return page, 422 if form.errors or form.form_errors else 200
