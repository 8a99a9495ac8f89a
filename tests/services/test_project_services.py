"""Making and editing a project; partners and their balance; the journal's sentences."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from models.activity import Activity, ActivityKind, record_activity
from models.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from models.partner import Partner, Sector
from models.problem import Confidentiality, Problem, ProblemStatus
from models.project import Project
from models.session import reading, transaction
from tests.factories import World, make_problem
from workspace.i18n import in_locale
from workspace.services import journal, partners, project_list, projects


def create(world: World, who: str, problem: Problem, team: str = "team", title: str = "Un projet") -> Project:
    with transaction() as session:
        return projects.create_project(
            session,
            world.actor(session, who),
            problem.id,
            team_id=getattr(world, team).id,
            title=title,
            summary="Résumé",
        )


def new_problem(world: World, **values: object) -> Problem:
    with transaction() as session:
        cohort = session.merge(world.cohort)
        author = session.merge(world.alice)
        return make_problem(session, cohort, author, **values)


def test_team_makes_a_project_of_its_accepted_problem(any_world: World) -> None:
    world = any_world
    made = create(world, "alice", new_problem(world, team_id=world.team.id))
    with reading() as session:
        project = session.get_one(Project, made.id)
        assert (project.title, project.current_step, project.team_id) == (
            "Un projet",
            "understand",
            world.team.id,
        )
        kinds = list(session.scalars(select(Activity.kind).where(Activity.project_id == made.id)))
    assert kinds == [ActivityKind.PROJECT_CREATED]


def test_second_project_of_the_same_team_on_a_problem_is_refused(any_world: World) -> None:
    world = any_world
    with pytest.raises(Refused) as refused:
        create(world, "alice", world.problem)
    assert refused.value.code == "exists"


def test_other_team_of_the_cohort_may_take_an_open_problem(world: World) -> None:
    made = create(world, "paul", new_problem(world, team_id=world.team.id), team="peer_team")
    assert made.team_id == world.peer_team.id


def test_problem_kept_to_its_team_is_not_taken_by_another(world: World) -> None:
    kept = new_problem(world, team_id=world.team.id, confidentiality=Confidentiality.TEAM)
    with pytest.raises(Forbidden):
        create(world, "paul", kept, team="peer_team")


@pytest.mark.parametrize("status", [ProblemStatus.DRAFT, ProblemStatus.SUBMITTED, ProblemStatus.RETURNED])
def test_problem_that_is_not_accepted_makes_no_project(world: World, status: ProblemStatus) -> None:
    with pytest.raises(Refused) as refused:
        create(world, "alice", new_problem(world, team_id=world.team.id, status=status))
    assert refused.value.code == "not_accepted"


def test_project_is_not_made_for_somebody_elses_team(world: World) -> None:
    problem = new_problem(world, team_id=world.team.id)
    with pytest.raises(Forbidden):
        create(world, "alice", problem, team="peer_team")
    with pytest.raises(NotFound):
        create(world, "zoe", problem, team="other_team")


def edit(world: World, who: str, version: int, title: str) -> None:
    with transaction() as session:
        projects.update_project(
            session,
            world.actor(session, who),
            world.project.id,
            version=version,
            title=title,
            summary="",
            next_due_on=date(2030, 1, 2),
            next_due_label="Présentation",
        )


def test_stale_edit_is_refused_with_the_current_values(any_world: World) -> None:
    world = any_world
    edit(world, "alice", 1, "Titre d’Alice")
    with pytest.raises(Conflict) as conflict:
        edit(world, "bob", 1, "Titre de Bob")
    assert conflict.value.current["title"] == "Titre d’Alice"
    assert conflict.value.current["version"] == 2
    edit(world, "bob", 2, "Titre de Bob")
    with reading() as session:
        assert session.get_one(Project, world.project.id).title == "Titre de Bob"


def test_tutor_does_not_edit_a_project(world: World) -> None:
    with pytest.raises(Forbidden):
        edit(world, "tutor", 1, "Titre du tuteur")


def test_list_finds_by_words_accents_of_authorities_aside(any_world: World) -> None:
    world = any_world
    with transaction() as session:
        session.merge(world.authority).search_key = "cayenne\tguyane"
    with reading() as session:
        tutor = world.actor(session, "tutor")

        def titles(words: str) -> list[str]:
            return [p.title for p in project_list.list_projects(session, tutor, words, limit=10)]

        assert titles("Cayenne attente") == ["L’accueil sans attente"]
        assert titles("nulle part") == []
        assert titles("100%") == []
        assert project_list.count_projects(session, tutor) == 1


def text(name: str = "La Poste", sector: Sector = Sector.PUBLIC) -> partners.PartnerText:
    return partners.PartnerText(name, sector, "Mme L.", "Un guichet")


def add(world: World, who: str, what: partners.PartnerText) -> Partner:
    with transaction() as session:
        return partners.add_partner(session, world.actor(session, who), world.project.id, what)


def test_partner_is_added_edited_withdrawn_and_brought_back(any_world: World) -> None:
    world = any_world
    made = add(world, "alice", text())
    with transaction() as session:
        alice = world.actor(session, "alice")
        ids = world.project.id, made.id
        partners.edit_partner(
            session, alice, *ids, text("La Banque postale", Sector.PRIVATE), seen=text().fingerprint
        )
        partners.withdraw_partner(session, alice, *ids)
        withdrawn = partners.list_partners(session, world.project.id)
        assert [share.count for share in partners.balance(withdrawn)] == [0, 0, 0, 0]
        partners.restore_partner(session, alice, *ids)
    with reading() as session:
        (partner,) = partners.list_partners(session, world.project.id)
        assert (partner.name, partner.sector, partner.withdrawn_at) == (
            "La Banque postale",
            Sector.PRIVATE,
            None,
        )


def test_same_partner_twice_is_refused_in_place(any_world: World) -> None:
    add(any_world, "alice", text())
    with pytest.raises(Invalid) as refused:
        add(any_world, "bob", text())
    assert set(refused.value.fields) == {"name"}
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Partner)) == 1


def test_stale_partner_form_is_refused_with_the_current_values(world: World) -> None:
    made = add(world, "alice", text())
    with transaction() as session:
        alice = world.actor(session, "alice")
        partners.edit_partner(
            session, alice, world.project.id, made.id, text("Autre"), seen=text().fingerprint
        )
        with pytest.raises(Conflict) as conflict:
            partners.edit_partner(
                session, alice, world.project.id, made.id, text("Encore"), seen=text().fingerprint
            )
    assert conflict.value.current["name"] == "Autre"


@pytest.mark.parametrize("who", ["tutor", "guest", "partner", "manager", "paul"])
def test_only_the_team_adds_partners(world: World, who: str) -> None:
    with pytest.raises(Forbidden):
        add(world, who, text())


def test_partner_of_another_project_is_not_found(world: World) -> None:
    made = add(world, "alice", text())
    with transaction() as session:
        zoe = world.actor(session, "zoe")
        with pytest.raises(NotFound):
            partners.withdraw_partner(session, zoe, world.other_project.id, made.id)


def test_percents_of_the_balance_add_up(world: World) -> None:
    rows = [Partner(name=str(n), sector=sector) for n, sector in enumerate(list(Sector)[:3])]
    assert [share.percent for share in partners.balance(rows)] == [34, 33, 33, 0]


def test_journal_tells_a_guest_by_first_name_and_sector(world: World, app: Flask) -> None:
    with transaction() as session:
        record_activity(
            session,
            world.actor(session, "guest"),
            ActivityKind.GUEST_JOINED,
            cohort_id=world.cohort.id,
            project_id=world.project.id,
        )
    with reading() as session, app.app_context(), in_locale("fr"):
        (line,) = journal.recent_lines(session, Activity.project_id == world.project.id)
        assert line.text == "Guest (Habitant·e) a rejoint le projet par un lien de partage"


def test_journal_shows_our_steps_in_the_readers_language(world: World, app: Flask) -> None:
    with transaction() as session:
        record_activity(
            session,
            world.actor(session, "tutor"),
            ActivityKind.STEP_VALIDATED,
            cohort_id=world.cohort.id,
            project_id=world.project.id,
            subject="Comprendre",
        )
    with reading() as session, app.app_context(), in_locale("en"):
        (line,) = journal.recent_lines(session, Activity.project_id == world.project.id)
        assert line.text == "Tutor approved the step “Understand”"


def test_every_kind_of_activity_has_its_sentence() -> None:
    assert set(journal.SENTENCES) == set(ActivityKind)


def test_journal_page_out_of_range_gives_the_nearest(world: World, app: Flask) -> None:
    with transaction() as session:
        alice = world.actor(session, "alice")
        for number in range(journal.PAGE_SIZE + 1):
            record_activity(
                session,
                alice,
                ActivityKind.PARTNER_ADDED,
                cohort_id=world.cohort.id,
                project_id=world.project.id,
                subject=str(number),
            )
    with reading() as session, app.app_context():
        last = journal.journal_page(session, Activity.project_id == world.project.id, number=99)
        assert (last.number, last.pages, [line.subject for line in last.lines]) == (2, 2, ["0"])
