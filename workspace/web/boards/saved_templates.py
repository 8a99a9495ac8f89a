"""« Enregistrer comme modèle »: a board's frames kept for the cohort's teams, listed, renamed, withdrawn."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from wtforms import BooleanField, SelectMultipleField

from models.access import access_board, access_cohort, cohort_where
from models.board.export import Outline, to_outline
from models.board.picture import draw
from models.board.scaffold import scaffold
from models.errors import Conflict, Invalid, Refused
from models.i18n import N_
from models.policy import Permission, can
from models.saved_template import NAME_LIMIT, PURPOSE_LIMIT
from models.session import reading, transaction
from workspace.i18n import _, lazy_gettext
from workspace.services import saved_templates
from workspace.web.documents.host import documents
from workspace.web.forms import EtabliForm, VersionField, choices_of, line, text
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once
from workspace.web.projects.template_cards import drawn

blueprint = Blueprint("board_templates", __name__)

UNREADABLE = N_("Ce tableau ne peut pas servir de modèle : une partie n’est pas lisible.")
UNTITLED = N_("Cadre sans titre")


class RenameTemplateForm(EtabliForm):
    """What a template is called and is for."""

    name = line(lazy_gettext("Nom du modèle"), NAME_LIMIT)
    purpose = text(lazy_gettext("À quoi il sert"), PURPOSE_LIMIT, needed=False)
    version = VersionField()


class SaveTemplateForm(EtabliForm):
    """What of a board becomes a template."""

    name = line(lazy_gettext("Nom du modèle"), NAME_LIMIT)
    purpose = text(lazy_gettext("À quoi il sert"), PURPOSE_LIMIT, needed=False)
    locked = SelectMultipleField(lazy_gettext("Cadres que personne ne déplace"))
    with_notes = BooleanField(lazy_gettext("Garder aussi les notes : elles font partie du modèle"))

    def offer_zones(self, outline: Outline) -> None:
        """Fill the choices; every zone is locked at first."""
        self.locked.choices = choices_of((zone.id, zone.title or _(UNTITLED)) for zone in outline.zones)
        if request.method == "GET":
            self.locked.data = [zone.id for zone in outline.zones]


@dataclass(frozen=True)
class Preview:
    """What would be saved, or why it cannot be."""

    picture: Markup | None
    problem: str = ""


@blueprint.route("/boards/<int:board_id>/template/new", methods=["GET", "POST"])
@requires(Permission.KEEP_TEMPLATES)
@once
def save(board_id: int) -> ResponseReturnValue:
    """Name it, choose what is locked, look at it, keep it."""
    form = SaveTemplateForm()
    with reading() as session:
        board = access_board(session, actor(), board_id, Permission.KEEP_TEMPLATES)
        content = documents().state(board.document_id).content
        form.offer_zones(to_outline(content))
        is_final = request.method == "POST" and "preview" not in request.form
        preview = _preview(content, form)
        if not (is_final and form.validate() and preview.picture):
            if request.method == "GET":
                form.name.data = board.title
            status = 422 if is_final else 200
            return (
                render_template(
                    "board_templates/save.html",
                    form=form,
                    board=board,
                    project=board.project,
                    preview=preview,
                ),
                status,
            )
    with transaction() as session:
        template = saved_templates.save_template(
            session,
            actor(),
            board_id,
            content,
            name=form.name.data or "",
            purpose=form.purpose.data or "",
            locked=form.locked.data or [],
            with_notes=bool(form.with_notes.data),
        )
    flash(_("Les équipes de la promotion trouvent ce modèle quand elles ouvrent un tableau."), "success")
    return redirect(url_for("board_templates.index", cohort_id=template.cohort_id))


@blueprint.get("/cohorts/<int:cohort_id>/templates")
@requires(Permission.KEEP_TEMPLATES)
def index(cohort_id: int) -> ResponseReturnValue:
    """The cohort's templates, for those who keep them."""
    with reading() as session:
        cohort = access_cohort(session, actor(), cohort_id, Permission.KEEP_TEMPLATES)
        found = saved_templates.templates_of(session, cohort)
        pictures = {template.id: drawn(draw(template.content, template.name)) for template in found}
        return render_template(
            "board_templates/index.html",
            cohort=cohort,
            templates=[one for one in found if one.cohort_id == cohort.id],
            others=[one for one in found if one.cohort_id != cohort.id],
            pictures=pictures,
            manages=can(actor(), Permission.MANAGE_COHORT, cohort_where(cohort)),
        )


@blueprint.route("/cohorts/<int:cohort_id>/templates/<int:template_id>/edit", methods=["GET", "POST"])
@requires(Permission.KEEP_TEMPLATES)
def rename(cohort_id: int, template_id: int) -> ResponseReturnValue:
    """Another name and purpose; if somebody else changed them meanwhile, both are shown."""
    form = RenameTemplateForm()
    conflict: Conflict | None = None
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                saved_templates.rename_template(
                    session,
                    actor(),
                    cohort_id,
                    template_id,
                    version=form.version.data or 0,
                    name=form.name.data or "",
                    purpose=form.purpose.data or "",
                )
        except Conflict as found:
            conflict = found
        else:
            flash(_("Le modèle a son nouveau nom."), "success")
            return redirect(url_for("board_templates.index", cohort_id=cohort_id))
    with reading() as session:
        template = saved_templates.access_template(session, actor(), cohort_id, template_id)
        if request.method == "GET":
            form.process(obj=template)
        if conflict is not None:
            form.version.raw_data, form.version.data = None, template.version
        status = 409 if conflict else 422 if form.errors else 200
        return (
            render_template("board_templates/edit.html", form=form, template=template, conflict=conflict),
            status,
        )


@blueprint.post("/cohorts/<int:cohort_id>/templates/<int:template_id>/organization")
@requires(Permission.MANAGE_COHORT)
def open_to_organization(cohort_id: int, template_id: int) -> ResponseReturnValue:
    """Offer it to every cohort of the establishment, or to this one only."""
    on = request.form.get("on") == "1"
    with transaction() as session:
        template = saved_templates.open_template(session, actor(), cohort_id, template_id, on=on)
        name = template.name
    opened = _("Toutes les promotions de l’établissement trouvent « %(name)s ».", name=name)
    closed = _("« %(name)s » n’est plus proposé qu’à cette promotion.", name=name)
    flash(opened if on else closed, "success")
    return redirect(url_for("board_templates.index", cohort_id=cohort_id))


@blueprint.post("/cohorts/<int:cohort_id>/templates/<int:template_id>/withdraw")
@requires(Permission.KEEP_TEMPLATES)
def withdraw(cohort_id: int, template_id: int) -> ResponseReturnValue:
    """Offer it no more; boards made from it stay."""
    with transaction() as session:
        template = saved_templates.withdraw_template(session, actor(), cohort_id, template_id)
        name = template.name
    flash(_("« %(name)s » n’est plus proposé. Les tableaux déjà ouverts restent.", name=name), "success")
    return redirect(url_for("board_templates.index", cohort_id=cohort_id))


def _preview(content: bytes, form: SaveTemplateForm) -> Preview:
    try:
        made = scaffold(content, locked=form.locked.data or [], with_notes=bool(form.with_notes.data))
    except Invalid as error:
        return Preview(None, error.message)
    except Refused:
        return Preview(None, UNREADABLE)
    return Preview(drawn(draw(made, form.name.data or _("Ce que les équipes verront"), words=True)))
