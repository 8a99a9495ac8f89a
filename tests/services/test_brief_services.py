"""Progress briefs: one draft that loses nobody's words, published in editions that never change."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models.access import access_project
from models.activity import Activity, ActivityKind
from models.base import utcnow
from models.brief import BriefStatus, ProgressBrief
from models.cohort import Cohort
from models.document import Board
from models.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from models.membership import Membership
from models.milestone import MilestoneReach
from models.notification import Notification, NotificationKind
from models.partner import Partner, Sector
from models.policy import Role
from models.project import Project
from models.session import reading, transaction
from models.solution import SolutionState
from tests.factories import World, grant, make_milestone, make_solution, make_user
from workspace.services import briefs
from workspace.services.brief_sources import Sources, first_text, sources_of, whole_sentences
from workspace.services.briefs import BriefText, text_of

KIND_PUBLISHED = Activity.kind == ActivityKind.BRIEF_PUBLISHED
TEXT = BriefText(problem="Les files sont longues.", progress="Nous avons écouté onze agents.")


def save(
    world: World,
    text: BriefText = TEXT,
    *,
    edition: int = 1,
    version: int = 0,
    form_key: str = "",
    name: str = "alice",
    project_id: int | None = None,
) -> ProgressBrief:
    with transaction() as session:
        return briefs.save_draft(
            session,
            world.actor(session, name),
            project_id or world.project.id,
            text,
            edition=edition,
            version=version,
            form_key=form_key,
        )


def publish(world: World, version: int = 1, name: str = "alice") -> ProgressBrief:
    with transaction() as session:
        return briefs.publish_brief(session, world.actor(session, name), world.project.id, version=version)


def stored(world: World) -> list[ProgressBrief]:
    with reading() as session:
        return list(
            session.scalars(
                select(ProgressBrief)
                .where(ProgressBrief.project_id == world.project.id)
                .order_by(ProgressBrief.edition)
            )
        )


def test_first_saving_begins_the_first_edition(any_world: World) -> None:
    draft = save(any_world)
    assert (draft.edition, draft.version, draft.status) == (1, 1, BriefStatus.DRAFT)
    assert draft.updated_by_id == any_world.alice.id
    assert text_of(stored(any_world)[0]) == TEXT


def test_saving_again_changes_the_same_row(any_world: World) -> None:
    save(any_world)
    longer = replace(TEXT, learned="On manquait de quelqu’un à qui parler.")
    assert save(any_world, longer, version=1, name="bob").version == 2
    (row,) = stored(any_world)
    assert text_of(row) == longer
    assert row.updated_by_id == any_world.bob.id


def test_stale_saving_is_refused_with_the_other_text_and_its_author(any_world: World) -> None:
    save(any_world)
    save(any_world, replace(TEXT, learned="De Bob."), version=1, name="bob")
    with pytest.raises(Conflict) as refusal:
        save(any_world, replace(TEXT, learned="D’Alice."), version=1)
    current = refusal.value.current
    assert (current["learned"], current["who"], current["version"]) == ("De Bob.", "Bob", 2)
    assert stored(any_world)[0].learned == "De Bob."


def test_two_first_savings_do_not_overwrite_each_other(any_world: World) -> None:
    save(any_world, form_key="alice-form")
    with pytest.raises(Conflict):
        save(any_world, replace(TEXT, problem="Autre chose."), form_key="bob-form", name="bob")
    assert stored(any_world)[0].problem == TEXT.problem


def test_saving_again_from_the_same_form_whose_answer_was_lost_is_no_conflict(any_world: World) -> None:
    save(any_world, form_key="this-form")
    more = replace(TEXT, asked="Une salle.")
    assert save(any_world, more, version=0, form_key="this-form").asked == "Une salle."


def test_saving_the_same_text_late_is_no_conflict(any_world: World) -> None:
    save(any_world)
    save(any_world, replace(TEXT, asked="Une salle."), version=1)
    assert save(any_world, replace(TEXT, asked="Une salle."), version=1).version == 2


def test_publication_freezes_the_edition_and_the_next_draft_is_another(any_world: World) -> None:
    save(any_world)
    published = publish(any_world)
    assert published.status is BriefStatus.PUBLISHED
    assert published.step_code == "understand"
    second = save(any_world, replace(TEXT, progress="La suite."), edition=2)
    assert second.edition == 2
    first, _ = stored(any_world)
    assert text_of(first) == TEXT


def test_form_of_a_published_edition_cannot_slip_into_the_next_one(any_world: World) -> None:
    save(any_world, form_key="old-form")
    publish(any_world)
    with pytest.raises(Conflict) as refusal:
        save(any_world, replace(TEXT, problem="Après."), edition=1, version=1, form_key="old-form")
    assert (refusal.value.current["edition"], refusal.value.current["version"]) == (2, 0)
    assert [row.edition for row in stored(any_world)] == [1]


def test_draft_of_the_edition_before_conflicts_with_the_draft_of_the_next(any_world: World) -> None:
    save(any_world)
    publish(any_world)
    save(any_world, replace(TEXT, problem="Édition 2."), edition=2)
    with pytest.raises(Conflict) as refusal:
        save(any_world, replace(TEXT, problem="Attardé."), edition=1, version=1)
    assert refusal.value.current["edition"] == 2


def test_publication_needs_what_an_elu_cannot_do_without(any_world: World) -> None:
    save(any_world, BriefText(learned="Un peu."))
    with pytest.raises(Invalid) as refusal:
        publish(any_world)
    assert set(refusal.value.fields) == {"problem", "progress"}
    assert stored(any_world)[0].status is BriefStatus.DRAFT


def test_publication_refuses_a_past_date_and_a_date_without_words(any_world: World) -> None:
    save(any_world, replace(TEXT, next_date=(utcnow() - timedelta(days=3)).date()))
    with pytest.raises(Invalid) as refusal:
        publish(any_world)
    assert set(refusal.value.fields) == {"next_date", "next_label"}


def test_publication_of_a_text_changed_since_it_was_read_is_refused(any_world: World) -> None:
    save(any_world)
    save(any_world, replace(TEXT, problem="Changé."), version=1, name="bob")
    with pytest.raises(Conflict):
        publish(any_world, version=1)


def test_publishing_twice_publishes_once(any_world: World) -> None:
    save(any_world)
    publish(any_world)
    with pytest.raises(Refused) as refusal:
        publish(any_world)
    assert refusal.value.code == "no_draft"
    with reading() as session:
        assert session.scalar(select(func.count(Activity.id)).where(KIND_PUBLISHED)) == 1


def test_publication_tells_those_who_observe_now_by_the_teams_name(any_world: World) -> None:
    with transaction() as session:
        late = make_user(session, "late")
        grant(session, late, Role.OBSERVER, project_id=any_world.project.id).ends_at = utcnow()
    save(any_world, name="bob")
    publish(any_world, name="bob")
    with reading() as session:
        (told,) = session.scalars(
            select(Notification).where(Notification.kind == NotificationKind.BRIEF_PUBLISHED)
        )
        assert told.user_id == any_world.observer.id
        assert told.url == f"/observations/{any_world.project.id}"
        assert told.who == any_world.team.name
        (noted,) = session.scalars(select(Activity).where(KIND_PUBLISHED))
        assert (noted.user_id, noted.subject) == (any_world.bob.id, any_world.project.title)


@pytest.mark.parametrize("name", ["tutor", "manager", "partner", "guest", "reader", "observer"])
def test_insiders_who_are_not_of_the_team_neither_write_nor_publish(any_world: World, name: str) -> None:
    save(any_world)
    with pytest.raises(Forbidden):
        save(any_world, replace(TEXT, problem="Autre."), version=1, name=name)
    with pytest.raises(Forbidden):
        publish(any_world, name=name)
    assert stored(any_world)[0].status is BriefStatus.DRAFT


@pytest.mark.parametrize("name", ["zoe", "other_tutor", "other_manager", "other_observer", "stranger"])
def test_outsiders_do_not_find_the_project(any_world: World, name: str) -> None:
    with pytest.raises(NotFound):
        save(any_world, name=name)


def test_another_team_of_the_cohort_does_not_write(any_world: World) -> None:
    with pytest.raises((Forbidden, NotFound)):
        save(any_world, name="paul")
    assert stored(any_world) == []


def test_reading_time_counts_words_and_never_says_zero() -> None:
    assert BriefText().minutes == 1
    assert BriefText(problem="un deux", next_label="trois").words == 3
    assert BriefText(progress="mot " * 401).minutes == 3


def test_all_limits_together_are_about_three_minutes() -> None:
    average_word_characters = 6.2
    words = sum(briefs.LIMITS.values()) / average_word_characters
    assert words / briefs.WORDS_PER_MINUTE <= briefs.MINUTES + 1


def test_first_text_comes_from_the_project_without_residents_names(any_world: World) -> None:
    due = utcnow().date() + timedelta(days=9)
    with transaction() as session:
        for name, sector in [
            ("Fédération des copropriétés", Sector.PRIVATE),
            ("Madame Perrin", Sector.CITIZEN),
            ("Partie ailleurs", Sector.PUBLIC),
        ]:
            session.add(Partner(project_id=any_world.project.id, name=name, sector=sector))
        session.flush()
        gone = session.scalar(select(Partner).where(Partner.name == "Partie ailleurs"))
        assert gone is not None
        gone.withdrawn_at = utcnow()
        project = session.get(Project, any_world.project.id)
        assert project is not None
        project.next_due_on, project.next_due_label = due, "Assemblée"
    text = first_text(read_sources(any_world))
    assert text.problem == any_world.problem.challenge
    assert "Comprendre" in text.progress
    assert "Fédération des copropriétés (entreprise)" in text.partners
    assert "1 habitant·e" in text.partners
    assert "Perrin" not in text.partners
    assert "Partie ailleurs" not in text.partners
    assert (text.next_date, text.next_label) == (due, "Assemblée")


def test_first_text_tells_what_was_decided_and_reached_since_and_the_next_milestone(any_world: World) -> None:
    today = utcnow().date()
    with transaction() as session:
        cohort = session.get_one(Cohort, any_world.cohort.id)
        project = session.get_one(Project, any_world.project.id)
        board = session.get_one(Board, any_world.board.id)
        project.next_due_on, project.next_due_label = today + timedelta(days=2), "Une date notée avant"
        make_milestone(session, cohort, title="Déjà passé", due_on=today - timedelta(days=9))
        make_milestone(session, cohort, title="Essai lancé", due_on=today + timedelta(days=20))
        reached = make_milestone(session, cohort, title="Cinq personnes", due_on=today - timedelta(days=3))
        session.add(MilestoneReach(milestone_id=reached.id, project_id=project.id))
        for title, state in (("Un carré planté", SolutionState.RETAINED), ("Une idée", SolutionState.IDEA)):
            make_solution(session, project, board, title=title, state=state, reason="Le gardien y tient.")
    text = first_text(read_sources(any_world))
    assert "Cinq personnes" in text.progress
    assert "Un carré planté" in text.decisions
    assert text.decisions.endswith("Le gardien y tient.")
    assert "Une idée" not in text.decisions
    assert (text.next_date, text.next_label) == (today + timedelta(days=20), "Essai lancé")
    save(any_world)
    publish(any_world)
    text = first_text(read_sources(any_world))
    assert (text.decisions, "Cinq personnes" in text.progress) == ("", False)


def read_sources(world: World) -> Sources:
    with reading() as session:
        alice = world.actor(session, "alice")
        project = access_project(session, alice, world.project.id)
        editions = briefs.editions_of(session, project.id)
        return sources_of(session, alice, project, editions[0] if editions else None)


def test_next_draft_keeps_the_problem_and_the_request_of_the_edition_before(any_world: World) -> None:
    save(any_world, replace(TEXT, asked="Une salle.", learned="Ceci."))
    publish(any_world)
    text = first_text(read_sources(any_world))
    assert (text.problem, text.asked, text.learned) == (TEXT.problem, "Une salle.", "")


@pytest.mark.parametrize(
    ("text", "length", "kept"),
    [
        ("Court.", 50, "Court."),
        ("Un. Deux. Trois quatre cinq.", 9, "Un. Deux."),
        ("Une phrase vraiment longue sans fin", 20, "Une phrase vraiment…"),
        ("Anticonstitutionnellement", 10, "Anticonst…"),
        ("  Des   espaces\npartout ", 50, "Des espaces partout"),
    ],
)
def test_excerpts_end_at_a_sentence_or_a_word(text: str, length: int, kept: str) -> None:
    assert whole_sentences(text, length) == kept
    assert len(whole_sentences(text, length)) <= length


def test_ended_membership_publishes_nothing(any_world: World) -> None:
    save(any_world)
    with transaction() as session:
        membership = session.scalar(select(Membership).where(Membership.user_id == any_world.alice.id))
        assert membership is not None
        membership.ends_at = utcnow()
    with pytest.raises(NotFound):
        publish(any_world)
