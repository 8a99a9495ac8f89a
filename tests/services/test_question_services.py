"""Élus' questions: to the lead, answered by the team, told by the team's name, read by the one who asked."""

import pytest
from sqlalchemy import func, select

from models.access import access_project
from models.activity import Activity, ActivityKind
from models.base import utcnow
from models.brief import ObserverQuestion
from models.cohort import Team
from models.errors import Conflict, Forbidden, Invalid, NotFound
from models.membership import Membership
from models.notification import Notification, NotificationKind
from models.policy import Role
from models.session import reading, transaction
from tests.factories import World, grant, make_user
from workspace.services import questions
from workspace.services.briefs import BriefText, publish_brief, save_draft
from workspace.services.questions import fingerprint

BODY = "Qu’avez-vous prévu pour les immeubles sans gardien ?"


def ask(world: World, body: str = BODY, name: str = "observer") -> ObserverQuestion:
    with transaction() as session:
        return questions.ask_question(session, world.actor(session, name), world.project.id, body)


def answer(
    world: World, question: ObserverQuestion, text: str, *, name: str = "alice", seen: str = ""
) -> ObserverQuestion:
    with transaction() as session:
        return questions.answer_question(
            session, world.actor(session, name), question.id, text, seen=fingerprint(seen)
        )


def told(world: World, kind: NotificationKind) -> list[Notification]:
    with reading() as session:
        return list(session.scalars(select(Notification).where(Notification.kind == kind)))


def test_question_reaches_the_lead_and_the_journal(any_world: World) -> None:
    question = ask(any_world)
    (note,) = told(any_world, NotificationKind.QUESTION_ASKED)
    assert note.user_id == any_world.alice.id
    assert note.url == f"/projects/{any_world.project.id}/brief#question-{question.id}"
    with reading() as session:
        (row,) = session.scalars(select(Activity).where(Activity.kind == ActivityKind.QUESTION_ASKED))
        assert (row.user_id, row.subject) == (any_world.observer.id, any_world.project.title)


def test_question_reaches_the_whole_team_when_it_has_no_lead(any_world: World) -> None:
    with transaction() as session:
        team = session.get(Team, any_world.team.id)
        assert team is not None
        team.lead_id = None
    ask(any_world)
    ids = {note.user_id for note in told(any_world, NotificationKind.QUESTION_ASKED)}
    assert ids == {any_world.alice.id, any_world.bob.id}


def test_question_remembers_which_edition_it_was_asked_on(any_world: World) -> None:
    with transaction() as session:
        alice = any_world.actor(session, "alice")
        text = BriefText(problem="P.", progress="Q.")
        save_draft(session, alice, any_world.project.id, text, edition=1, version=0)
        brief = publish_brief(session, alice, any_world.project.id, version=1)
    assert ask(any_world).brief_id == brief.id


@pytest.mark.parametrize("body", ["", "   \n ", "x" * (questions.QUESTION_LIMIT + 1)])
def test_empty_and_over_long_questions_are_refused(any_world: World, body: str) -> None:
    with pytest.raises(Invalid) as refusal:
        ask(any_world, body)
    assert set(refusal.value.fields) == {"body"}


@pytest.mark.parametrize("name", ["alice", "paul", "tutor", "manager", "partner", "guest"])
def test_only_an_elu_asks(any_world: World, name: str) -> None:
    with pytest.raises(Forbidden):
        ask(any_world, name=name)


@pytest.mark.parametrize("name", ["other_observer", "stranger", "zoe"])
def test_an_elu_of_another_project_does_not_find_it(any_world: World, name: str) -> None:
    with pytest.raises(NotFound):
        ask(any_world, name=name)


def test_an_elu_whose_time_is_over_cannot_ask(any_world: World) -> None:
    with transaction() as session:
        membership = session.scalar(select(Membership).where(Membership.user_id == any_world.observer.id))
        assert membership is not None
        membership.ends_at = utcnow()
    with pytest.raises(NotFound):
        ask(any_world)


def test_any_member_answers_and_the_elu_and_the_lead_are_told(any_world: World) -> None:
    question = ask(any_world)
    answered = answer(any_world, question, "Quatre immeubles sont dans l’essai.", name="bob")
    assert answered.answered_by_id == any_world.bob.id
    (to_elu,) = told(any_world, NotificationKind.QUESTION_ANSWERED)
    assert (to_elu.user_id, to_elu.who) == (any_world.observer.id, any_world.team.name)
    assert to_elu.url == f"/observations/{any_world.project.id}#question-{question.id}"
    (to_lead,) = told(any_world, NotificationKind.QUESTION_HANDLED)
    assert (to_lead.user_id, to_lead.who) == (any_world.alice.id, any_world.bob.name)


def test_lead_is_not_told_of_their_own_answer(any_world: World) -> None:
    answer(any_world, ask(any_world), "Oui.")
    assert told(any_world, NotificationKind.QUESTION_HANDLED) == []


def test_elu_who_no_longer_observes_is_not_told(any_world: World) -> None:
    question = ask(any_world)
    with transaction() as session:
        membership = session.scalar(select(Membership).where(Membership.user_id == any_world.observer.id))
        assert membership is not None
        membership.ends_at = utcnow()
    answer(any_world, question, "Oui.")
    assert told(any_world, NotificationKind.QUESTION_ANSWERED) == []


def test_second_answer_does_not_silently_replace_a_first_one(any_world: World) -> None:
    question = ask(any_world)
    answer(any_world, question, "De Bob.", name="bob")
    with pytest.raises(Conflict) as refusal:
        answer(any_world, question, "D’Alice.")
    assert (refusal.value.current["answer"], refusal.value.current["who"]) == ("De Bob.", "Bob")
    assert answer(any_world, question, "D’Alice.", seen="De Bob.").answer == "D’Alice."


def test_the_same_answer_twice_is_told_once(any_world: World) -> None:
    question = ask(any_world)
    answer(any_world, question, "Oui.")
    answer(any_world, question, "Oui.")
    assert len(told(any_world, NotificationKind.QUESTION_ANSWERED)) == 1
    with reading() as session:
        count = select(func.count(Activity.id)).where(Activity.kind == ActivityKind.QUESTION_ANSWERED)
        assert session.scalar(count) == 1


@pytest.mark.parametrize("text", ["", "  ", "x" * (questions.ANSWER_LIMIT + 1)])
def test_empty_and_over_long_answers_are_refused(any_world: World, text: str) -> None:
    question = ask(any_world)
    with pytest.raises(Invalid) as refusal:
        answer(any_world, question, text)
    assert set(refusal.value.fields) == {"answer"}


@pytest.mark.parametrize("name", ["paul", "tutor", "manager", "partner", "guest", "observer"])
def test_only_the_team_answers(any_world: World, name: str) -> None:
    question = ask(any_world)
    with pytest.raises(Forbidden):
        answer(any_world, question, "Non.", name=name)


def test_an_elu_reads_their_own_questions_only(any_world: World) -> None:
    with transaction() as session:
        any_world.people["second"] = make_user(session, "second")
        grant(session, any_world.people["second"], Role.OBSERVER, project_id=any_world.project.id)
    mine, theirs = ask(any_world), ask(any_world, "Une autre ?", name="second")
    with reading() as session:
        observer = any_world.actor(session, "observer")
        found = questions.own_questions(session, observer, [any_world.project.id])
        assert [question.id for question in found] == [mine.id]
        project = access_project(session, any_world.actor(session, "alice"), any_world.project.id)
        assert {row.id for row in questions.questions_of(session, project.id)} == {mine.id, theirs.id}


def test_waiting_questions_come_first(any_world: World) -> None:
    answered, waiting = ask(any_world), ask(any_world, "Et ensuite ?")
    first = ask(any_world, "La plus récente")
    answer(any_world, first, "Voilà.")
    answer(any_world, answered, "Voilà.")
    with reading() as session:
        found = questions.questions_of(session, any_world.project.id)
        assert [row.id for row in found] == [waiting.id, first.id, answered.id]
