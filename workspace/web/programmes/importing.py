"""A cohort's people from a spreadsheet: a file or pasted lines, what each will do, then the invitations."""

from contextlib import suppress

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.access import access_cohort
from models.errors import Invalid
from models.policy import Permission, Role
from models.session import reading, transaction
from workspace.i18n import _, ngettext
from workspace.services.people_import import FILE_BYTES, Fate, Line, decode, plan_import, run_import
from workspace.web.auth.limits import sends_mail
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once
from workspace.web.invitations.fresh import remember_links
from workspace.web.programmes.forms import ImportForm
from workspace.web.programmes.people import COHORT, blueprint

__all__ = ["blueprint"]

# With the mark that tells spreadsheets it is UTF-8, and the separator that a French one expects.
MODEL = (
    "\ufeffPrénom;Nom de famille;E-mail;Équipe;Fonction;Rôle\r\n"
    "Camille;Exemple;camille.exemple@ville.example;Équipe de la plaine;Responsable de l’accueil;\r\n"
    "Sacha;Modèle;sacha.modele@departement.example;Équipe de la côte;Chef de projet;\r\n"
    "Dominique;Essai;dominique.essai@universite.example;;;tuteur\r\n"
)


@blueprint.get(f"{COHORT}/import")
@requires(Permission.MANAGE_COHORT)
def import_people(cohort_id: int) -> ResponseReturnValue:
    """A form for the file or the lines."""
    return _page(cohort_id, ImportForm())


@blueprint.get(f"{COHORT}/import/model.csv")
@requires(Permission.MANAGE_COHORT)
def import_model(cohort_id: int) -> ResponseReturnValue:
    """A file to fill in."""
    with reading() as session:
        access_cohort(session, actor(), cohort_id, Permission.MANAGE_COHORT)
    headers = {"Content-Disposition": 'attachment; filename="promotion.csv"'}
    return Response(MODEL, mimetype="text/csv", headers=headers)


@blueprint.post(f"{COHORT}/import/preview")
@requires(Permission.MANAGE_COHORT)
def preview_import(cohort_id: int) -> ResponseReturnValue:
    """What each line will do; nothing is written."""
    form = ImportForm()
    file = request.files.get("file")
    try:
        if file is not None and file.filename:
            form.people.data = decode(file.stream.read(FILE_BYTES + 1))
        if not form.validate():
            return _page(cohort_id, form), 422
        with reading() as session:
            lines = plan_import(session, actor(), cohort_id, form.people.data)
    except Invalid as error:
        form.add_errors(error)
        return _page(cohort_id, form), 422
    return _page(cohort_id, form, lines)


@blueprint.post(f"{COHORT}/import")
@requires(Permission.MANAGE_COHORT)
@once
def run_import_submitted(cohort_id: int) -> ResponseReturnValue:
    """Invite those that the preview said."""
    form = ImportForm()
    if not form.validate():
        return _preview_again(cohort_id, form), 422
    try:
        with transaction() as session:
            made = run_import(session, actor(), cohort_id, form.people.data, form.terms())
    except Invalid as error:
        form.add_errors(error)
        return _preview_again(cohort_id, form), 422
    if not sends_mail():
        remember_links(made)
    flash(ngettext("%(num)s personne est invitée.", "%(num)s personnes sont invitées.", len(made)), "success")
    return redirect(url_for("programmes.cohort", cohort_id=cohort_id))


def _preview_again(cohort_id: int, form: ImportForm) -> str:
    """The preview with what is to be corrected in it; the first form when the lines themselves are."""
    lines = None
    with suppress(Invalid), reading() as session:
        lines = plan_import(session, actor(), cohort_id, form.people.data)
    return _page(cohort_id, form, lines)


def _page(cohort_id: int, form: ImportForm, lines: list[Line] | None = None) -> str:
    with reading() as session:
        cohort = access_cohort(session, actor(), cohort_id, Permission.MANAGE_COHORT)
        return render_template(
            "programmes/import.html",
            cohort=cohort,
            form=form,
            lines=lines,
            invited=sum(line.fate.is_invited for line in lines or ()),
            wrong=sum(line.fate.is_wrong for line in lines or ()),
            fates=_fates(),
            Role=Role,
        )


def _fates() -> dict[Fate, str]:
    return {
        Fate.INVITED: _("sera invité·e"),
        Fate.NEW_TEAM: _("sera invité·e, l’équipe sera créée"),
        Fate.ALREADY_THERE: _("est déjà dans la promotion : rien à faire"),
        Fate.ALREADY_INVITED: _("est déjà invité·e : rien à faire"),
        Fate.REPEATED: _("figure déjà plus haut dans le fichier : ligne laissée"),
        Fate.BAD_EMAIL: _("adresse e-mail incomplète : ligne laissée"),
        Fate.NO_TEAM: _("sans équipe : ligne laissée"),
        Fate.TOO_LONG: _("texte trop long : ligne laissée"),
    }
