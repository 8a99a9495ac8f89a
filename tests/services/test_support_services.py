"""Support offered by élus: told to the lead, answered, kept in sight; who may bring an offer where."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.activity import Activity, ActivityKind
from models.base import utcnow
from models.cohort import Team
from models.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Refused
from models.membership import Membership
from models.notification import Notification, NotificationKind
from models.policy import Role
from models.session import reading, transaction
from models.support import OFFER_LIMIT, WORD_LIMIT, SupportKind, SupportOffer, SupportStatus
from tests.factories import World, grant, make_user
from workspace.services import support
from workspace.services.support import Answer

STATUS = SupportStatus
BODY = "La salle des fêtes, un mardi soir."


def offer(world: World, body: str = BODY, name: str = "observer") -> SupportOffer:
    with transaction() as session:
        actor = world.actor(session, name)
        return support.offer_support(session, actor, world.project.id, SupportKind.ROOM, body)


def accepted(world: World, **values: object) -> Answer:
    due = utcnow().date() + timedelta(days=9)
    return Answer(**{"to": STATUS.ACCEPTED, "due_on": due, "owner_id": world.bob.id, **values})  # type: ignore[arg-type]


def say(world: World, one: SupportOffer, answer: Answer, name: str = "alice") -> SupportOffer:
    with transaction() as session:
        return support.answer_support(
            session, world.actor(session, name), one.id, answer, version=one.version
        )


def withdraw(world: World, one: SupportOffer, name: str = "observer") -> SupportOffer:
    with transaction() as session:
        return support.withdraw_support(session, world.actor(session, name), one.id)


def told(kind: NotificationKind) -> list[tuple[int, str]]:
    with reading() as session:
        rows = session.scalars(select(Notification).where(Notification.kind == kind))
        return [(row.user_id, row.who) for row in rows]


def end_observation(world: World) -> None:
    with transaction() as session:
        membership = session.scalar(select(Membership).where(Membership.user_id == world.observer.id))
        assert membership is not None
        membership.ends_at = utcnow()


def test_offer_reaches_the_lead_and_the_journal(any_world: World) -> None:
    one = offer(any_world)
    assert told(NotificationKind.SUPPORT_OFFERED) == [(any_world.alice.id, any_world.observer.name)]
    with reading() as session:
        (row,) = session.scalars(select(Activity).where(Activity.kind == ActivityKind.SUPPORT_OFFERED))
        assert (row.user_id, row.subject) == (any_world.observer.id, any_world.project.title)
        (found,) = support.supports_of(session, any_world.project.id).waiting
        assert (found.id, [change.status for change in found.changes]) == (one.id, [STATUS.OFFERED])


def test_offer_reaches_the_whole_team_when_it_has_no_lead(any_world: World) -> None:
    with transaction() as session:
        session.get_one(Team, any_world.team.id).lead_id = None
    offer(any_world)
    assert {user_id for user_id, _who in told(NotificationKind.SUPPORT_OFFERED)} == {
        any_world.alice.id,
        any_world.bob.id,
    }


@pytest.mark.parametrize("body", ["", "  ", "x" * (OFFER_LIMIT + 1)])
def test_empty_and_over_long_offers_are_refused(any_world: World, body: str) -> None:
    with pytest.raises(Invalid) as refusal:
        offer(any_world, body)
    assert set(refusal.value.fields) == {"body"}


@pytest.mark.parametrize(
    ("name", "error"),
    [
        *((name, Forbidden) for name in ("alice", "tutor", "manager", "partner", "paul", "guest")),
        *((name, NotFound) for name in ("zoe", "other_observer", "stranger")),
    ],
)
def test_only_an_elu_of_the_project_offers(any_world: World, name: str, error: type[DomainError]) -> None:
    with pytest.raises(error):
        offer(any_world, name=name)


def test_accepted_offer_is_a_commitment_with_a_day_and_somebody(any_world: World) -> None:
    one = say(any_world, offer(any_world), accepted(any_world, word="Merci !"), name="bob")
    assert (one.status, one.owner_id, one.word) == (STATUS.ACCEPTED, any_world.bob.id, "Merci !")
    assert one.is_late(one.due_on + timedelta(days=1)) if one.due_on else False
    assert told(NotificationKind.SUPPORT_ANSWERED) == [(any_world.observer.id, any_world.team.name)]
    assert told(NotificationKind.SUPPORT_HANDLED) == [(any_world.alice.id, any_world.bob.name)]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"due_on": None}, "due_on"),
        ({"due_on": date(2020, 1, 1)}, "due_on"),
        ({"owner_id": None}, "owner_id"),
        ({"owner_id": 10**8}, "owner_id"),
        ({"to": STATUS.DECLINED}, "word"),
        ({"word": "x" * (WORD_LIMIT + 1)}, "word"),
    ],
)
def test_answer_that_says_too_little_is_refused(
    any_world: World, values: dict[str, object], field: str
) -> None:
    one = offer(any_world)
    with pytest.raises(Invalid) as refusal:
        say(any_world, one, accepted(any_world, **values))
    assert set(refusal.value.fields) == {field}


def test_history_keeps_every_turn_with_who_and_the_word(any_world: World) -> None:
    one = say(any_world, offer(any_world), Answer(STATUS.DECLINED, word="Trop tôt."))
    one = say(any_world, one, accepted(any_world, word="Finalement, oui."), name="bob")
    one = say(any_world, one, Answer(STATUS.LAPSED))
    one = say(any_world, one, Answer(STATUS.KEPT, word="Avec un mois de retard."))
    assert [(change.status, change.by_id, change.word) for change in one.changes] == [
        (STATUS.OFFERED, any_world.observer.id, ""),
        (STATUS.DECLINED, any_world.alice.id, "Trop tôt."),
        (STATUS.ACCEPTED, any_world.bob.id, "Finalement, oui."),
        (STATUS.LAPSED, any_world.alice.id, ""),
        (STATUS.KEPT, any_world.alice.id, "Avec un mois de retard."),
    ]
    assert len(told(NotificationKind.SUPPORT_SETTLED)) == 2


@pytest.mark.parametrize("to", [STATUS.OFFERED, STATUS.WITHDRAWN, STATUS.KEPT, STATUS.LAPSED])
def test_team_brings_a_new_offer_nowhere_else(any_world: World, to: SupportStatus) -> None:
    one = offer(any_world)
    with pytest.raises(Conflict):
        say(any_world, one, Answer(to, word="Non."))


def test_second_answer_from_an_old_page_is_refused(any_world: World) -> None:
    one = offer(any_world)
    say(any_world, one, accepted(any_world), name="bob")
    with pytest.raises(Conflict):
        say(any_world, one, Answer(STATUS.DECLINED, word="Non."))


def test_elu_withdraws_and_the_lead_and_the_owner_are_told_once(any_world: World) -> None:
    one = say(any_world, offer(any_world), accepted(any_world))
    assert withdraw(any_world, one).status is STATUS.WITHDRAWN
    assert withdraw(any_world, one).status is STATUS.WITHDRAWN
    told_ids = [user_id for user_id, _who in told(NotificationKind.SUPPORT_WITHDRAWN)]
    assert sorted(told_ids) == sorted([any_world.alice.id, any_world.bob.id])
    with pytest.raises(Conflict):
        say(any_world, withdraw(any_world, one), accepted(any_world))


def test_what_is_kept_or_declined_is_not_withdrawn(any_world: World) -> None:
    one = say(any_world, offer(any_world), Answer(STATUS.DECLINED, word="Non merci."))
    with pytest.raises(Refused):
        withdraw(any_world, one)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        *((name, Forbidden) for name in ("alice", "tutor")),
        *((name, NotFound) for name in ("manager", "partner", "guest", "paul", "zoe", "other_observer")),
    ],
)
def test_only_the_elu_who_offers_withdraws(any_world: World, name: str, error: type[DomainError]) -> None:
    one = offer(any_world)
    with pytest.raises(error):
        withdraw(any_world, one, name=name)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        *((name, Forbidden) for name in ("tutor", "observer")),
        *((name, NotFound) for name in ("manager", "partner", "guest", "paul", "zoe", "other_observer")),
    ],
)
def test_only_the_team_answers(any_world: World, name: str, error: type[DomainError]) -> None:
    one = offer(any_world)
    with pytest.raises(error):
        say(any_world, one, accepted(any_world), name=name)


def test_an_elu_reads_their_own_offers_only(any_world: World) -> None:
    with transaction() as session:
        any_world.people["second"] = make_user(session, "second")
        grant(session, any_world.people["second"], Role.OBSERVER, project_id=any_world.project.id)
    mine, theirs = offer(any_world), offer(any_world, name="second")
    with reading() as session:
        actor = any_world.actor(session, "observer")
        assert [one.id for one in support.own_support(session, actor, [any_world.project.id])] == [mine.id]
    with pytest.raises(NotFound):
        withdraw(any_world, theirs)


def test_access_that_ended_ends_withdrawing_and_being_told(any_world: World) -> None:
    one = offer(any_world)
    end_observation(any_world)
    with pytest.raises(NotFound):
        withdraw(any_world, one)
    say(any_world, one, accepted(any_world))
    assert told(NotificationKind.SUPPORT_ANSWERED) == []


def test_who_left_the_team_does_not_see_to_it(any_world: World) -> None:
    one = offer(any_world)
    with transaction() as session:
        membership = session.scalar(select(Membership).where(Membership.user_id == any_world.bob.id))
        assert membership is not None
        membership.ends_at = utcnow()
    with pytest.raises(Invalid):
        say(any_world, one, accepted(any_world))
