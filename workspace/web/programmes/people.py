"""Teams, learners and tutors of a cohort: created, invited, placed, withdrawn by its manager."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models.access import access_cohort, access_team
from models.errors import Invalid, NotFound, Refused
from models.policy import Permission, Role
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services import memberships, teams, waiting_invitations
from workspace.services.audit_texts import ROLE_LABELS
from workspace.services.invitations import invite_tutor
from workspace.services.lost_factors import remove_lost_factor
from workspace.services.membership_dates import Held, held_in_cohort
from workspace.services.password_resets import member_to_reset
from workspace.services.people_list import invite_learners, parse_people
from workspace.services.second_factors import is_on
from workspace.web.auth.limits import sends_mail
from workspace.web.auth.resets import make_reset_token
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once
from workspace.web.invitations.dates import dates_page
from workspace.web.invitations.forms import InviteForm
from workspace.web.invitations.fresh import fresh_reset, invitation_made, remember_links, remember_reset
from workspace.web.programmes.forms import PeopleForm, TeamForm
from workspace.web.programmes.routes import blueprint

__all__ = ["blueprint"]

COHORT = "/cohorts/<int:cohort_id>"
LONGEST_ID = 9


@blueprint.get(f"{COHORT}/teams/new")
@requires(Permission.MANAGE_COHORT)
def new_team(cohort_id: int) -> ResponseReturnValue:
    """A form for a new team."""
    return _team_page(cohort_id, TeamForm())


@blueprint.post(f"{COHORT}/teams/new")
@requires(Permission.MANAGE_COHORT)
@once
def create_team(cohort_id: int) -> ResponseReturnValue:
    """Make a team."""
    form = TeamForm()
    if not form.validate():
        return _team_page(cohort_id, form), 422
    try:
        with transaction() as session:
            team = teams.create_team(session, actor(), cohort_id, form.name.data)
    except Invalid as error:
        form.add_errors(error)
        return _team_page(cohort_id, form), 422
    flash(_("L’équipe est créée. Invitez celles et ceux qui la composent."), "success")
    return redirect(url_for("programmes.invite_to_team", team_id=team.id))


@blueprint.get("/teams/<int:team_id>/rename")
@requires(Permission.MANAGE_COHORT)
def rename_team(team_id: int) -> ResponseReturnValue:
    """The team's name in a form."""
    return _rename_page(team_id)


@blueprint.post("/teams/<int:team_id>/rename")
@requires(Permission.MANAGE_COHORT)
def save_team(team_id: int) -> ResponseReturnValue:
    """Give the team another name."""
    form = TeamForm()
    if not form.validate():
        return _rename_page(team_id, form), 422
    try:
        with transaction() as session:
            team = teams.rename_team(session, actor(), team_id, form.name.data)
    except Invalid as error:
        form.add_errors(error)
        return _rename_page(team_id, form), 422
    flash(_("L’équipe a changé de nom."), "success")
    return _to_cohort(team.cohort_id, f"team-{team_id}")


@blueprint.get("/teams/<int:team_id>/invite")
@requires(Permission.MANAGE_COHORT)
def invite_to_team(team_id: int) -> ResponseReturnValue:
    """A form to invite learners, several at once."""
    return _invite_page(team_id, PeopleForm())


@blueprint.post("/teams/<int:team_id>/invite")
@requires(Permission.MANAGE_COHORT)
@once
def invite_learners_submitted(team_id: int) -> ResponseReturnValue:
    """Invite them all, or nobody."""
    form = PeopleForm()
    if not form.validate():
        return _invite_page(team_id, form), 422
    try:
        people = parse_people(form.people.data)
        with transaction() as session:
            team = access_team(session, actor(), team_id, Permission.MANAGE_COHORT)
            made = invite_learners(session, actor(), team_id, people, form.terms())
    except Invalid as error:
        form.add_errors(error)
        return _invite_page(team_id, form), 422
    remember_links(made)
    flash(
        _("Les invitations partent par e-mail.")
        if sends_mail()
        else _("Les invitations sont prêtes : transmettez à chaque personne son lien."),
        "success",
    )
    return _to_cohort(team.cohort_id, f"team-{team_id}")


@blueprint.post("/teams/<int:team_id>/lead")
@requires(Permission.MANAGE_COHORT)
def set_lead(team_id: int) -> ResponseReturnValue:
    """Say who leads the team."""
    with transaction() as session:
        team, ended = teams.set_lead(session, actor(), team_id, _id("user_id"))
    flash(_("L’équipe a une personne pour l’animer."), "success")
    for observation in ended:
        flash(
            _(
                "%(name)s n’observe plus « %(project)s » : le projet est maintenant porté par sa propre "
                "collectivité. L’équipe et cette personne en sont averties.",
                name=observation.name,
                project=observation.title,
            ),
            "warning",
        )
    return _to_cohort(team.cohort_id, f"team-{team_id}")


@blueprint.get(f"{COHORT}/tutors/invite")
@requires(Permission.MANAGE_COHORT)
def invite_tutors(cohort_id: int) -> ResponseReturnValue:
    """A form to invite a tutor."""
    return _tutor_page(cohort_id, InviteForm())


@blueprint.post(f"{COHORT}/tutors/invite")
@requires(Permission.MANAGE_COHORT)
@once
def invite_tutor_submitted(cohort_id: int) -> ResponseReturnValue:
    """Invite a tutor."""
    form = InviteForm()
    if not form.validate():
        return _tutor_page(cohort_id, form), 422
    try:
        with transaction() as session:
            made = invite_tutor(session, actor(), cohort_id, form.invitee(), form.terms())
    except Invalid as error:
        form.add_errors(error)
        return _tutor_page(cohort_id, form), 422
    remember_links([made])
    flash(invitation_made(), "success")
    return _to_cohort(cohort_id, "tutors")


@blueprint.get(f"{COHORT}/members/<int:membership_id>")
@requires(Permission.MANAGE_COHORT)
def member(cohort_id: int, membership_id: int) -> ResponseReturnValue:
    """Somebody of the cohort, and what may be changed of their access."""
    with reading() as session:
        cohort = access_cohort(session, actor(), cohort_id, Permission.MANAGE_COHORT)
        found = memberships.member_of_cohort(session, cohort, membership_id)
        all_teams = teams.teams_of(session, cohort)
        team = next((team for team in all_teams if team.id == found.team_id), None)
        return render_template(
            "programmes/member.html",
            cohort=cohort,
            member=found,
            role=ROLE_LABELS[found.role],
            team=team,
            leads=team is not None and team.lead_id == found.user_id,
            may_move=found.role is Role.LEARNER and any(other is not team for other in all_teams),
            has_factor=is_on(session, found.user_id),
            reset=fresh_reset(found.user_id),
        )


@blueprint.get(f"{COHORT}/members/<int:membership_id>/place")
@requires(Permission.MANAGE_COHORT)
def ask_to_place(cohort_id: int, membership_id: int) -> ResponseReturnValue:
    """The teams into which a learner may be put."""
    with reading() as session:
        cohort = access_cohort(session, actor(), cohort_id, Permission.MANAGE_COHORT)
        return render_template(
            "programmes/place.html",
            cohort=cohort,
            member=memberships.learner_of_cohort(session, cohort, membership_id),
            teams=teams.teams_of(session, cohort),
        )


@blueprint.post(f"{COHORT}/members/<int:membership_id>/place")
@requires(Permission.MANAGE_COHORT)
def place(cohort_id: int, membership_id: int) -> ResponseReturnValue:
    """Put a learner into a team, from none or from another."""
    with transaction() as session:
        name = memberships.place_in_team(session, actor(), cohort_id, membership_id, _id("team_id"))
    flash(_("%(name)s a rejoint l’équipe.", name=name), "success")
    return _to_cohort(cohort_id, "teams")


@blueprint.post(f"{COHORT}/members/<int:membership_id>/withdraw")
@requires(Permission.MANAGE_COHORT)
def withdraw(cohort_id: int, membership_id: int) -> ResponseReturnValue:
    """End a tutor's or a learner's membership at once."""
    with transaction() as session:
        name = memberships.withdraw_from_cohort(session, actor(), cohort_id, membership_id)
    flash(_("%(name)s n’a plus accès à la promotion.", name=name), "success")
    return _to_cohort(cohort_id)


@blueprint.route(f"{COHORT}/members/<int:membership_id>/dates", methods=["GET", "POST"])
@requires(Permission.MANAGE_COHORT)
def member_dates(cohort_id: int, membership_id: int) -> ResponseReturnValue:
    """From when until when somebody is in the cohort, changed."""

    def find(session: Session) -> Held:
        return held_in_cohort(session, actor(), cohort_id, membership_id)

    back = url_for("programmes.member", cohort_id=cohort_id, membership_id=membership_id)
    return dates_page(find, back, url_for("programmes.cohort", cohort_id=cohort_id))


@blueprint.post(f"{COHORT}/members/<int:membership_id>/new-password")
@requires(Permission.MANAGE_COHORT)
def make_reset_link(cohort_id: int, membership_id: int) -> ResponseReturnValue:
    """Make a link by which somebody who forgot their password chooses another."""
    try:
        with transaction() as session:
            user = member_to_reset(session, actor(), cohort_id, membership_id)
    except Refused as refusal:
        flash(_(refusal.message), "error")
        return _to_member(cohort_id, membership_id)
    remember_reset(user.id, make_reset_token(user.id, user.password_hash))
    flash(_("Voici le lien à transmettre à %(name)s, valable deux jours.", name=user.name), "success")
    return _to_member(cohort_id, membership_id, "reset-link")


@blueprint.post(f"{COHORT}/members/<int:membership_id>/remove-second-factor")
@requires(Permission.MANAGE_COHORT)
def remove_second_factor(cohort_id: int, membership_id: int) -> ResponseReturnValue:
    """Give access again to somebody who lost what makes their codes."""
    try:
        with transaction() as session:
            user = remove_lost_factor(session, actor(), cohort_id, membership_id)
    except Refused as refusal:
        flash(_(refusal.message), "error")
        return _to_member(cohort_id, membership_id)
    flash(_("%(name)s se connecte de nouveau par son seul mot de passe.", name=user.name), "success")
    return _to_member(cohort_id, membership_id)


@blueprint.post(f"{COHORT}/invitations/<int:invitation_id>/revoke")
@requires(Permission.MANAGE_COHORT)
def revoke(cohort_id: int, invitation_id: int) -> ResponseReturnValue:
    """Close an invitation."""
    with transaction() as session:
        waiting_invitations.revoke_cohort_invitation(session, actor(), cohort_id, invitation_id)
    flash(_("L’invitation est refermée : son lien ne marche plus."), "success")
    return _to_cohort(cohort_id)


@blueprint.post(f"{COHORT}/invitations/<int:invitation_id>/renew")
@requires(Permission.MANAGE_COHORT)
@once
def renew(cohort_id: int, invitation_id: int) -> ResponseReturnValue:
    """Make its link again."""
    with transaction() as session:
        made = waiting_invitations.renew_cohort_invitation(session, actor(), cohort_id, invitation_id)
    remember_links([made])
    flash(_("Voici un nouveau lien. L’ancien ne marche plus."), "success")
    return _to_cohort(cohort_id, f"link-{invitation_id}")


def _id(name: str) -> int:
    written = request.form.get(name, "")
    if not (written.isascii() and written.isdigit() and len(written) <= LONGEST_ID):
        raise NotFound
    return int(written)


def _to_cohort(cohort_id: int, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("programmes.cohort", cohort_id=cohort_id, _anchor=anchor))


def _to_member(cohort_id: int, membership_id: int, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(
        url_for("programmes.member", cohort_id=cohort_id, membership_id=membership_id, _anchor=anchor)
    )


def _team_page(cohort_id: int, form: TeamForm) -> str:
    with reading() as session:
        cohort = access_cohort(session, actor(), cohort_id, Permission.MANAGE_COHORT)
        return render_template("programmes/new_team.html", cohort=cohort, form=form)


def _rename_page(team_id: int, form: TeamForm | None = None) -> str:
    with reading() as session:
        team = access_team(session, actor(), team_id, Permission.MANAGE_COHORT)
        return render_template(
            "programmes/rename_team.html", team=team, cohort=team.cohort, form=form or TeamForm(obj=team)
        )


def _invite_page(team_id: int, form: PeopleForm) -> str:
    with reading() as session:
        team = access_team(session, actor(), team_id, Permission.MANAGE_COHORT)
        return render_template("programmes/invite_learners.html", team=team, cohort=team.cohort, form=form)


def _tutor_page(cohort_id: int, form: InviteForm) -> str:
    with reading() as session:
        cohort = access_cohort(session, actor(), cohort_id, Permission.MANAGE_COHORT)
        return render_template("programmes/invite_tutor.html", cohort=cohort, form=form)
