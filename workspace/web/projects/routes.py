"""Pages of projects: the list, a new one, one project, its edition, its journal."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models.access import access_problem, access_project, access_team
from models.activity import Activity
from models.base import utcnow
from models.cohort import Team
from models.errors import Conflict, Forbidden, Refused
from models.i18n import N_
from models.partner import SECTOR_LABELS
from models.policy import Permission, Role, Stand, can, stands
from models.problem import Problem
from models.project import Project
from models.session import reading, transaction
from models.solution import STATE_LABELS
from models.stages import STAGE_LABELS, Stage
from workspace.i18n import _
from workspace.services import notifications, project_list, project_page, project_visits, projects
from workspace.services.break_glass import accesses_to
from workspace.services.briefs import today_of
from workspace.services.journal import by_day, journal_page
from workspace.services.milestones import next_date, standings_of
from workspace.services.snapshots import find_unpinned, pinned_of
from workspace.services.solutions import solutions_of
from workspace.web.guard import actor, requires, signed_in
from workspace.web.idempotency import once
from workspace.web.projects import template_cards, view
from workspace.web.projects.forms import EditProjectForm, ProjectForm, WordForm

blueprint = Blueprint("projects", __name__)
PER_PAGE = 24
NO_TEAM = N_("Seule une équipe de la promotion peut ouvrir un projet.")


@blueprint.get("/projects")
@signed_in
def index() -> ResponseReturnValue:
    """The projects one may open; ?q= and ?stage= narrow the list. A guest has one project: straight to it."""
    who = actor()
    if who.guest_id is not None:
        (project_id,) = who.scope_ids(Role.GUEST, "project_id")
        return redirect(url_for("projects.show", project_id=project_id))
    words = request.args.get("q", "")[:100].replace("\0", "").strip()
    stage = next((stage for stage in Stage if stage.value == request.args.get("stage")), None)
    with reading() as session:
        count = project_list.count_projects(session, who, words, stage)
        pages = max(1, -(-count // PER_PAGE))
        page = min(max(1, request.args.get("page", 1, type=int)), pages)
        found = project_list.list_projects(
            session, who, words, stage, limit=PER_PAGE, offset=(page - 1) * PER_PAGE
        )
        return render_template(
            "projects/index.html",
            projects=found,
            count=count,
            page=page,
            pages=pages,
            words=words,
            stage=stage,
            stages=STAGE_LABELS,
            last=project_list.last_activity(session, [project.id for project in found]),
            own_team_ids=who.scope_ids(Role.LEARNER, "team_id"),
        )


@blueprint.get("/projects/new")
@requires(Permission.CREATE_PROJECT)
def create() -> ResponseReturnValue:
    """The form of a project on ?problem=; without one, the choice among those the team may take."""
    problem_id = request.args.get("problem", type=int)
    with reading() as session:
        _ask_to_create(session)
        if problem_id is None:
            found = projects.problems_to_take(session, actor())
            return render_template("projects/choose.html", problems=found)
        problem, teams = _offered(session, problem_id)
        existing = projects.find_project(session, problem.id, [team.id for team in teams])
        if existing is not None:
            return _already(existing.id)
        form = ProjectForm(formdata=None, title=problem.title)
        form.offer_teams(teams)
        return render_template("projects/new.html", form=form, problem=problem)


@blueprint.post("/projects/new")
@requires(Permission.CREATE_PROJECT)
@once
def create_submitted() -> ResponseReturnValue:
    """Open the project; one that exists already is shown instead of a second."""
    problem_id = request.args.get("problem", 0, type=int)
    form = ProjectForm()
    with reading() as session:
        _ask_to_create(session)
        problem, teams = _offered(session, problem_id)
        form.offer_teams(teams)
        if not form.validate():
            return render_template("projects/new.html", form=form, problem=problem), 422
    try:
        with transaction() as session:
            project = projects.create_project(
                session,
                actor(),
                problem_id,
                team_id=form.team_id.data,
                title=form.title.data or "",
                summary=form.summary.data or "",
            )
    except Refused as refusal:
        if refusal.code != "exists":
            raise
        return redirect(url_for("projects.create", problem=problem_id))
    flash(_("Votre projet est ouvert. Voici la première étape."), "success")
    return redirect(url_for("projects.show", project_id=project.id))


def _ask_to_create(session: Session) -> None:
    """Raise Forbidden unless the actor is in a team: a team opens projects, nobody else does."""
    team_ids = actor().scope_ids(Role.LEARNER, "team_id")
    if not team_ids:
        raise Forbidden(NO_TEAM)
    access_team(session, actor(), team_ids[0], Permission.CREATE_PROJECT)


def _offered(session: Session, problem_id: int) -> tuple[Problem, list[Team]]:
    """The problem, and the teams of the actor in its cohort. Raises: Forbidden without such a team."""
    problem = access_problem(session, actor(), problem_id)
    teams = projects.own_teams(session, actor(), problem.cohort_id)
    if not teams:
        raise Forbidden(NO_TEAM)
    return problem, teams


def _already(project_id: int) -> ResponseReturnValue:
    flash(_(projects.EXISTS), "info")
    return redirect(url_for("projects.show", project_id=project_id))


@blueprint.get("/projects/<int:project_id>")
@requires(Permission.VIEW_PROJECT)
def show(project_id: int) -> ResponseReturnValue:
    """The page of a project, as much of it as the reader may see."""
    with reading() as session:
        project = access_project(session, actor(), project_id)
        page = render_project(session, project)
        is_due = project_visits.is_visit_due(session, actor(), project)
    if is_due:
        with transaction() as session:
            project_visits.note_visit(session, actor(), project)
    return page


def render_project(session: Session, project: Project, word_form: WordForm | None = None) -> str:
    """The page as the team, the cohort, or a partner sees it; `word_form` holds a refused word."""
    who = actor()
    if can(who, Permission.VIEW_JOURNAL, project.where):
        page = project_page.full_page(session, who, project)
        opened = view.opened_step(page, request.args.get("step"))
        standings = standings_of(session, [project], utcnow())[project.id]
        return render_template(
            "projects/show.html",
            page=page,
            news=project_visits.news_of(session, who, project),
            project=project,
            opened=opened,
            rail=view.rail(page),
            suggested=template_cards.suggested(opened.step.code),
            template_names=template_cards.template_names(),
            bars=view.balance_bars(page.shares),
            sector_labels=SECTOR_LABELS,
            open_links=[link for link in page.links if link.is_open()],
            word_form=word_form or WordForm(formdata=None),
            accesses=accesses_to(session, project.id),
            is_muted=notifications.is_muted(session, who, project.id),
            shows_contacts=stands(who, project.where) != {Stand.RESCUER},
            solutions=solutions_of(session, who, project.id)[1],
            solution_labels=STATE_LABELS,
            snapshots=pinned_of(session, who, project),
            standings=standings,
            next_date=next_date(project, standings, today_of(project)),
            unpinned=find_unpinned(session, who, project, request.args.get("unpinned", type=int)),
            archived_id=request.args.get("archived", type=int),
            withdrawn_id=request.args.get("withdrawn", type=int),
        )
    if stands(who, project.where) & {Stand.PARTNER, Stand.READER}:
        guest = project_page.guest_page(session, who, project)
        return render_template(
            "projects/guest.html",
            page=guest,
            project=project,
            solutions=solutions_of(session, who, project.id)[1],
            solution_labels=STATE_LABELS,
            snapshots=pinned_of(session, who, project),
            rail=view.rail(guest),
            accesses=accesses_to(session, project.id),
            is_muted=notifications.is_muted(session, who, project.id),
        )
    page = project_page.peer_page(session, project)
    return render_template(
        "projects/peer.html",
        page=page,
        project=project,
        rail=view.rail(page),
        bars=view.balance_bars(page.shares),
        sector_labels=SECTOR_LABELS,
    )


@blueprint.route("/projects/<int:project_id>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT_PROJECT)
def edit(project_id: int) -> ResponseReturnValue:
    """Change title, summary and next due date; if somebody else did meanwhile, both versions are shown."""
    form = EditProjectForm()
    conflict: Conflict | None = None
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                projects.update_project(
                    session,
                    actor(),
                    project_id,
                    version=form.version.data or 0,
                    **{name: form[name].data for name in projects.EDITABLE},
                )
        except Conflict as found:
            conflict = found
        else:
            flash(_("Le projet est à jour."), "success")
            return redirect(url_for("projects.show", project_id=project_id))
    with reading() as session:
        project = access_project(session, actor(), project_id, Permission.EDIT_PROJECT)
        if request.method == "GET":
            form.process(obj=project)
        if conflict is not None:
            form.version.raw_data, form.version.data = None, project.version
        status = 409 if conflict else 422 if form.errors else 200
        return (
            render_template("projects/edit.html", form=form, project=project, conflict=conflict),
            status,
        )


@blueprint.get("/projects/<int:project_id>/journal")
@requires(Permission.VIEW_JOURNAL)
def journal(project_id: int) -> ResponseReturnValue:
    """All that happened on the project, day by day."""
    with reading() as session:
        project = access_project(session, actor(), project_id, Permission.VIEW_JOURNAL)
        found = journal_page(
            session,
            Activity.project_id == project.id,
            number=request.args.get("page", 1, type=int),
        )
        return render_template(
            "projects/journal.html", project=project, journal=found, days=by_day(found.lines)
        )
