"""Which sectors speak in a workshop and whose notes a vote carried: figures, and none of too few people."""

from datetime import timedelta

from sqlalchemy.orm import Session

from models.ballot import Ballot, BallotChoice
from models.base import utcnow
from models.comment import Comment, Thread
from models.document import Board
from models.document_upkeep import BoardObject
from models.partner import Sector, ShareLink
from models.policy import Role
from models.session import transaction
from models.workshop import Workshop
from tests.factories import World, grant, make_guest, make_user
from workspace.services.voices import TEAM, Balance, Voice, voices_of

CITIZEN, PRIVATE = Sector.CITIZEN.value, Sector.PRIVATE.value


def write(session: Session, board: Board, author: str, at: object, count: int = 1) -> None:
    known = session.query(BoardObject).count()
    for number in range(known, known + count):
        session.add(
            BoardObject(
                document_id=board.document_id,
                object_id=f"n{number}",
                type="note",
                author=author,
                seq=1,
                created_at=at,
            )
        )
    session.flush()


def balance_of(world: World, session: Session) -> Balance:
    (found,) = voices_of(session, session.merge(world.project))
    return found


def test_workshop_counts_what_was_written_while_it_lasted(any_world: World) -> None:
    world, now = any_world, utcnow()
    with transaction() as session:
        began = now - timedelta(hours=3)
        session.add(
            Workshop(
                board_id=world.board.id,
                actor_key=world.alice.key,
                started_at=began,
                ended_at=now - timedelta(hours=1),
            )
        )
        carol = make_user(session, "carol")
        grant(session, carol, Role.LEARNER, team_id=world.team.id)
        during, after = now - timedelta(hours=2), now - timedelta(minutes=5)
        link = session.get_one(ShareLink, world.guests["guest"].link_id)
        third = make_guest(session, link, "Troisième")
        for key in (world.alice.key, world.bob.key, carol.key):
            write(session, world.board, key, during)
        write(session, world.board, world.bob.key, after, count=9)
        write(session, world.board, world.tutor.key, during, count=7)
        for guest in (world.guests["guest"], world.guests["reader"], third):
            write(session, world.board, guest.key, during, count=2)
        thread = Thread(board_id=world.board.id)
        thread.comments = [
            Comment(author=third.key, text="Oui", created_at=during),
            Comment(author=third.key, text="Non", created_at=after),
        ]
        session.add(thread)
        session.flush()
        found = balance_of(world, session)
    assert found.voices == [Voice(TEAM, 3, 3, 0, 30), Voice(CITIZEN, 3, 6, 1, 70)]
    assert PRIVATE in found.absent


def test_sector_of_two_people_has_no_figure_and_cannot_be_found_from_the_rest(any_world: World) -> None:
    world, now = any_world, utcnow()
    with transaction() as session:
        session.add(Workshop(board_id=world.board.id, actor_key="", started_at=now - timedelta(hours=3)))
        for key in (world.guests["guest"].key, world.guests["reader"].key, world.guests["gone"].key):
            write(session, world.board, key, now - timedelta(hours=2))
        for key in (world.alice.key, world.bob.key):
            write(session, world.board, key, now - timedelta(hours=2), count=5)
        found = balance_of(world, session)
    assert found.voices == [Voice(TEAM), Voice(CITIZEN, 3, 3, 0, None)]


def test_vote_tells_to_whom_the_points_went(any_world: World) -> None:
    world = any_world
    with transaction() as session:
        carol = make_user(session, "carol")
        grant(session, carol, Role.LEARNER, team_id=world.team.id)
        ballot = Ballot(
            board_id=world.board.id,
            actor_key=world.alice.key,
            question="Que garder ?",
            points=3,
            closed_at=utcnow(),
            voters=6,
        )
        still = Ballot(board_id=world.board.id, actor_key=world.alice.key, points=3)
        session.add_all([ballot, still])
        session.flush()
        guests = [world.guests[name].key for name in ("guest", "reader", "gone")]
        told = dict(
            zip([world.alice.key, world.bob.key, carol.key, *guests], (3, 2, 1, 6, 4, 8), strict=True)
        )
        for place, (author, points) in enumerate(told.items()):
            session.add(
                BallotChoice(
                    ballot_id=ballot.id, object_id=f"n{place}", place=place, author=author, points=points
                )
            )
        session.flush()
        found = balance_of(world, session)
    assert (found.title, found.voters, found.is_vote) == ("Que garder ?", 6, True)
    assert found.voices == [Voice(TEAM, 3, 3, 6, 25), Voice(CITIZEN, 3, 3, 18, 75)]
