"""Secret ballots: nobody votes twice, for another, too much or too late; only totals are left."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError

from models.access import access_board
from models.ballot import Ballot, BallotChoice, BallotPoint
from models.base import utcnow
from models.board.export import demo_notes
from models.document import DocumentUpdate
from models.errors import Forbidden, Invalid, NotFound, Refused
from models.job import Job, JobKind
from models.membership import Membership
from models.people import User
from models.personal_rows import person_of
from models.session import reading, transaction
from tests.factories import World, grant
from workspace.jobs import texts
from workspace.jobs.worker import Worker
from workspace.services import ballots, erasure, personal_export
from workspace.services.ballots import BallotState, Result
from workspace.services.document_erasure import forget_past

VOTERS = 20


def write_board(world: World, *words: str, zone: int = 1) -> None:
    """Make the board's document one with these notes, all of Bob's."""
    notes = [(world.bob.key, zone, "jonc", word) for word in words]
    with transaction() as session:
        session.execute(delete(DocumentUpdate))
        content = demo_notes("defi", notes)
        session.add(
            DocumentUpdate(document_id=world.board.document_id, seq=1, update=content, actor_keys="u1")
        )


def open_ballot(world: World, who: str = "alice", **values: Any) -> int:
    wanted = {
        "question": "Que garder ?",
        "points": 3,
        "cap": None,
        "notes": [],
        "zone": "",
        "with_partners": False,
        "closes_at": None,
        **values,
    }
    with reading() as session:
        outline = ballots.outline_for(session, world.actor(session, who), world.board.id)
    with transaction() as session:
        ballots.open_ballot(session, world.actor(session, who), world.board.id, outline, **wanted)
    with reading() as session:
        return session.scalars(select(Ballot.id).order_by(Ballot.id.desc())).first() or 0


def vote(world: World, who: str, ballot_id: int, note: int | str, points: int = 1) -> None:
    with transaction() as session:
        actor = world.actor(session, who)
        named = note if isinstance(note, str) else f"demo-{note}"
        ballots.give_points(session, actor, world.board.id, ballot_id, note=named, points=points)


def close(world: World, ballot_id: int, who: str = "alice") -> None:
    with reading() as session:
        outline = ballots.outline_for(session, world.actor(session, who), world.board.id)
    with transaction() as session:
        ballots.close_ballot(session, world.actor(session, who), world.board.id, ballot_id, outline)


def read(world: World, who: str) -> tuple[BallotState | None, list[Result]]:
    with reading() as session:
        actor = world.actor(session, who)
        board = access_board(session, actor, world.board.id)
        return ballots.ballot_state(session, actor, board), ballots.results_of(session, actor, board)


def points_left() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(BallotPoint)) or 0


@pytest.fixture
def voting(any_world: World) -> World:
    """A board of four notes, on both databases."""
    write_board(any_world, "Un", "Deux", "Trois", "Quatre")
    return any_world


def test_totals_are_read_after_the_close_and_only_then(voting: World) -> None:
    ballot = open_ballot(voting, with_partners=True)
    vote(voting, "alice", ballot, 0, 2)
    vote(voting, "bob", ballot, 0)
    vote(voting, "bob", ballot, 2)
    vote(voting, "guest", ballot, 2)
    for who, mine in {"alice": {"demo-0": 2}, "bob": {"demo-0": 1, "demo-2": 1}, "tutor": {}}.items():
        state, results = read(voting, who)
        assert state is not None
        assert (dict(state.mine), results) == (mine, [])
        assert "voters" not in state.__dict__
    close(voting, ballot)
    assert points_left() == 0
    for who in ("alice", "bob", "guest", "reader", "tutor", "manager"):
        state, (result,) = read(voting, who)
        assert state is None
        assert [(total.text, total.points) for total in result.totals] == [
            ("Un", 3),
            ("Trois", 2),
            ("Deux", 0),
            ("Quatre", 0),
        ]
        assert (result.voters, result.points) == (3, 3)


def test_mind_may_be_changed_until_the_close(voting: World) -> None:
    ballot = open_ballot(voting)
    vote(voting, "bob", ballot, 0, 3)
    vote(voting, "bob", ballot, 0, 3)  # sent again
    vote(voting, "bob", ballot, 0, 1)
    vote(voting, "bob", ballot, 1, 2)
    vote(voting, "bob", ballot, 0, 0)
    state, _results = read(voting, "bob")
    assert state is not None
    assert dict(state.mine) == {"demo-1": 2}
    close(voting, ballot)
    with pytest.raises(Refused, match="clos"):
        vote(voting, "bob", ballot, 1, 1)
    close(voting, ballot)  # twice
    assert read(voting, "bob")[1][0].totals[0].points == 2


@pytest.mark.parametrize(
    ("values", "points", "code"), [({}, 4, "no_points_left"), ({"cap": 2}, 3, "over_cap")]
)
def test_more_than_one_has_is_refused(world: World, values: dict[str, Any], points: int, code: str) -> None:
    write_board(world, "Un", "Deux")
    ballot = open_ballot(world, **values)
    vote(world, "bob", ballot, 1, 1)
    with pytest.raises(Refused) as refused:
        vote(world, "bob", ballot, 0, points)
    assert refused.value.code == code
    with pytest.raises(Refused, match="pas partie"):
        vote(world, "bob", ballot, "demo-9")
    for wrong in (-1, 21):
        with pytest.raises(Invalid):
            vote(world, "bob", ballot, 0, wrong)
    assert points_left() == 1


@pytest.mark.parametrize("who", ["tutor", "manager", "reader", "guest", "observer", "paul"])
def test_who_is_not_asked_does_not_vote(world: World, who: str) -> None:
    write_board(world, "Un")
    ballot = open_ballot(world)
    with pytest.raises(Forbidden):
        vote(world, who, ballot, 0)
    if who in ("manager", "reader", "guest", "observer", "paul"):
        with pytest.raises((Forbidden, NotFound)):
            close(world, ballot, who)
    with pytest.raises(NotFound):
        vote(world, "zoe", ballot, 0)


def test_partners_and_guests_vote_when_the_ballot_says_so_and_readers_never(world: World) -> None:
    write_board(world, "Un")
    ballot = open_ballot(world, with_partners=True)
    for who in ("guest", "partner"):
        vote(world, who, ballot, 0)
    for who in ("reader", "observer"):
        with pytest.raises(Forbidden):
            vote(world, who, ballot, 0)


def test_guest_who_has_an_account_since_has_no_second_vote(voting: World) -> None:
    ballot = open_ballot(voting, with_partners=True, points=2)
    vote(voting, "guest", ballot, 0, 2)
    with transaction() as session:
        membership: Membership = grant(session, voting.stranger, "partner", project_id=voting.project.id)  # type: ignore[arg-type]
        membership.guest_id = voting.guests["guest"].id
    state, _results = read(voting, "stranger")
    assert state is not None
    assert dict(state.mine) == {"demo-0": 2}
    with pytest.raises(Refused, match="pas assez"):
        vote(voting, "stranger", ballot, 1)
    vote(voting, "stranger", ballot, 0, 1)
    close(voting, ballot)
    assert read(voting, "alice")[1][0].voters == 1


def test_twenty_at_once_give_no_more_than_one_person_has(voting: World) -> None:
    ballot = open_ballot(voting, points=5)
    outcomes: list[str] = []

    def act(number: int) -> None:
        try:
            note = number % 4
            vote(voting, "bob", ballot, note, 1 + number // 4)
            outcomes.append("done")
        except Refused as refused:
            outcomes.append(refused.code)

    _at_once(act)
    assert len(outcomes) == VOTERS
    assert set(outcomes) <= {"done", "no_points_left"}
    with reading() as session:
        given = session.scalars(select(BallotPoint.slot).order_by(BallotPoint.slot)).all()
    assert given == list(range(1, len(given) + 1))
    assert 0 < len(given) <= 5


def test_twenty_people_at_once_lose_no_vote(voting: World) -> None:
    with transaction() as session:
        names = [f"voter{number}" for number in range(VOTERS)]
        for name in names:
            user = User(email=f"{name}@exemple.fr", name=name)
            session.add(user)
            session.flush()
            grant(session, user, "learner", team_id=voting.team.id)  # type: ignore[arg-type]
            voting.people[name] = user
    ballot = open_ballot(voting, points=2)
    _at_once(lambda number: vote(voting, names[number], ballot, number % 2, 2))
    close(voting, ballot)
    (result,) = read(voting, "alice")[1]
    assert [total.points for total in result.totals] == [VOTERS, VOTERS, 0, 0]
    assert result.voters == VOTERS


def test_vote_while_it_is_closed_counts_or_is_refused(voting: World) -> None:
    ballot = open_ballot(voting, points=1)
    outcomes: list[str] = []

    def act(number: int) -> None:
        if number == 0:
            close(voting, ballot)
            return
        try:
            vote(voting, "bob" if number % 2 else "alice", ballot, number % 4)
            outcomes.append("done")
        except Refused as refused:
            outcomes.append(refused.code)

    _at_once(act)
    assert points_left() == 0
    (result,) = read(voting, "alice")[1]
    assert sum(total.points for total in result.totals) == result.voters <= 2
    assert len(outcomes) == VOTERS - 1


def _at_once(act: Callable[[int], None]) -> None:
    barrier = threading.Barrier(VOTERS)
    failures: list[BaseException] = []

    def run(number: int) -> None:
        barrier.wait()
        try:
            act(number)
        except BaseException as error:  # noqa: BLE001 - told by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(VOTERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.parametrize("column", ["slot", "rank"])
def test_database_itself_keeps_a_point_from_being_there_twice(voting: World, column: str) -> None:
    ballot = open_ballot(voting)
    vote(voting, "bob", ballot, 0)
    slot = 1 if column == "slot" else 2
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(
            text(
                "INSERT INTO ballot_point (ballot_id, actor_key, slot, choice_id, rank)"
                " SELECT ballot_id, actor_key, :slot, choice_id, 1 FROM ballot_point"
            ),
            {"slot": slot},
        )


def test_deleted_note_keeps_its_words_and_changed_one_has_its_last(voting: World) -> None:
    ballot = open_ballot(voting)
    vote(voting, "bob", ballot, 3)
    write_board(voting, "Un", "Deux (revu)", "Trois")  # the fourth is gone
    close(voting, ballot)
    write_board(voting, "Tout autre chose")
    (result,) = read(voting, "bob")[1]
    assert [total.text for total in result.totals] == ["Quatre", "Un", "Deux (revu)", "Trois"]


def test_notes_are_chosen_by_zone_or_one_by_one(world: World) -> None:
    write_board(world, "Un", "Deux", "Trois")
    for values, expected in (
        ({"zone": "zone-1"}, 3),
        ({"notes": ["demo-0", "demo-2", "unknown"]}, 2),
        ({}, 3),
    ):
        ballot = open_ballot(world, **values)
        state, _results = read(world, "bob")
        assert state is not None
        assert len(state.notes) == expected
        close(world, ballot)
    for values in ({"zone": "zone-2"}, {"notes": ["unknown"]}):
        with pytest.raises(Refused, match="aucune note"):
            open_ballot(world, **values)
    for wrong in ({"points": 0}, {"points": 21}, {"cap": 4}, {"closes_at": utcnow()}):
        with pytest.raises(Invalid):
            open_ballot(world, **wrong)
    open_ballot(world)
    with pytest.raises(Refused, match="déjà ouvert"):
        open_ballot(world, "bob")


def test_vote_that_opens_at_an_hour_takes_points_from_then_on(
    voting: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = utcnow()
    monkeypatch.setattr(ballots, "utcnow", lambda: now)
    ballot = open_ballot(voting, opens_at=now + timedelta(hours=1))
    state, _results = read(voting, "bob")
    assert state is not None
    assert not state.has_begun
    with pytest.raises(Refused) as refused:
        vote(voting, "bob", ballot, 0)
    assert (refused.value.code, points_left()) == ("not_yet", 0)
    now += timedelta(hours=1)
    vote(voting, "bob", ballot, 0)
    assert points_left() == 1


def test_hour_closes_it_for_the_first_who_reads_or_the_worker(voting: World) -> None:
    until = utcnow() + timedelta(hours=2)
    ballot = open_ballot(voting, closes_at=until)
    vote(voting, "bob", ballot, 0)
    assert not ballots.close_due(voting.board.id)
    assert ballots.run(ballot, utcnow()) == until
    with transaction() as session:
        job = session.scalars(select(Job).where(Job.kind == JobKind.CLOSE_BALLOT)).one()
        assert job.run_at == until
        session.execute(update(Ballot).values(closes_at=utcnow() - timedelta(seconds=1)))
        session.execute(update(Job).values(run_at=utcnow()))
    with pytest.raises(Refused, match="clos"):
        vote(voting, "bob", ballot, 0, 2)
    Worker().turn()
    assert points_left() == 0
    assert read(voting, "bob")[1][0].totals[0].points == 1
    assert not ballots.close_due(voting.board.id)
    again = open_ballot(voting)
    with transaction() as session:
        session.execute(
            update(Ballot).where(Ballot.id == again).values(opened_at=utcnow() - timedelta(days=31))
        )
    assert ballots.close_due(voting.board.id)


def test_export_has_ones_votes_and_erasure_deletes_them(voting: World) -> None:
    ballot = open_ballot(voting)
    vote(voting, "bob", ballot, 0)
    vote(voting, "alice", ballot, 1)
    with reading() as session:
        (mine,) = personal_export.export_of(session, person_of(voting.bob)).sections["votes"]
    assert (mine["choice"], mine["ballot"]) == ("Un", "Que garder ?")
    with transaction() as session:
        erasure.erase(session, session.get_one(User, voting.bob.id), texts=True)
    assert points_left() == 1
    texts.run(voting.bob.key, utcnow())
    with reading() as session:
        assert set(session.scalars(select(BallotChoice.text))) == {""}


def test_erasing_what_was_deleted_from_a_board_takes_it_from_results_too(world: World) -> None:
    write_board(world, "Reste", "Part")
    close(world, open_ballot(world))
    write_board(world, "Reste")
    forget_past(world.board.document_id)
    assert sorted(total.text for total in read(world, "bob")[1][0].totals) == ["", "Reste"]
