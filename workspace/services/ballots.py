"""Secret ballots on a board: open one, give points, close it. The caller commits.

While a ballot is open each person reads their own points and nobody's else, not even a sum. Closing keeps the
totals and deletes the points: from then on nobody can tell who gave what, the server included.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, distinct, func, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from models.access import NOT_FOUND, access_board, check
from models.audit import AuditAction, SubjectKind, audit
from models.ballot import MOST_POINTS, Ballot, BallotChoice, BallotPoint
from models.base import utcnow
from models.board.export import Outline
from models.board_rights import own_keys
from models.document import Board
from models.errors import CorruptDocument, Invalid, NotFound, Refused
from models.events import RoundsChanged, record
from models.i18n import N_
from models.job import JobKind
from models.policy import Actor, Permission, Where, can
from models.private_round import PrivateRound
from models.session import reading, transaction
from workspace.jobs.queue import enqueue
from workspace.services.board_words import committed_outline
from workspace.services.rounds import check_hours, checked_line

MOST_CHOICES = 200
SHOWN_RESULTS = 10
QUESTION_CHARS = 200

ALREADY_OPEN = N_("Un vote est déjà ouvert sur ce tableau.")
CLOSED = N_("Ce vote est clos : les voix ne changent plus.")
NO_NOTES = N_("Il n’y a aucune note à départager : choisissez des notes, ou un cadre qui en contient.")
TOO_MANY_NOTES = N_("Un vote porte sur deux cents notes au plus.")
NOT_A_CHOICE = N_("Cette note ne fait pas partie du vote.")
NO_POINTS_LEFT = N_("Il ne vous reste pas assez de voix : retirez-en d’abord ailleurs.")
NOT_YET = N_("Ce n’est pas encore l’heure : le vote n’est pas ouvert.")
OVER_CAP = N_("Une note ne peut pas recevoir autant de voix de la même personne.")


@dataclass(frozen=True)
class BallotState:
    """An open ballot as one reader may know it; `mine` are their own points by note."""

    id: int
    question: str
    points: int
    cap: int | None
    with_partners: bool
    opens_at: datetime | None
    closes_at: datetime | None
    has_begun: bool
    may_vote: bool
    may_close: bool
    notes: tuple[str, ...]
    mine: Mapping[str, int]


@dataclass(frozen=True)
class Total:
    """What one note got; `text` as it was when the ballot was closed."""

    note: str
    text: str
    points: int


@dataclass(frozen=True)
class Result:
    """A closed ballot, the most points first."""

    id: int
    question: str
    points: int
    voters: int
    closed_at: datetime
    totals: tuple[Total, ...]


def ballot_state(session: Session, actor: Actor, board: Board) -> BallotState | None:
    """What the actor may know of the ballot that is open on this board, loaded by `models.access`."""
    if not can(actor, Permission.VIEW_WORKSHOP, board.where):
        return None
    ballot = session.scalar(_ballots(Ballot.board_id == board.id, Ballot.closed_at.is_(None)))
    if ballot is None:
        return None
    given = session.execute(
        select(BallotChoice.object_id, func.count())
        .join(BallotPoint, BallotPoint.choice_id == BallotChoice.id)
        .where(BallotPoint.ballot_id == ballot.id, BallotPoint.actor_key.in_(own_keys(actor, board)))
        .group_by(BallotChoice.object_id)
    )
    notes = session.scalars(
        select(BallotChoice.object_id).where(BallotChoice.ballot_id == ballot.id).order_by(BallotChoice.place)
    )
    return BallotState(
        id=ballot.id,
        question=ballot.question,
        points=ballot.points,
        cap=ballot.cap,
        with_partners=ballot.with_partners,
        opens_at=ballot.opens_at,
        closes_at=ballot.closes_at,
        has_begun=ballot.has_begun(utcnow()),
        may_vote=can(actor, Permission.VOTE, ballot.where),
        may_close=can(actor, Permission.FACILITATE_BOARD, board.where),
        notes=tuple(notes),
        mine=dict(iter(given)),
    )


def results_of(session: Session, actor: Actor, board: Board) -> list[Result]:
    """The latest closed ballots of this board, the newest first."""
    if not can(actor, Permission.VIEW_WORKSHOP, board.where):
        return []
    ballots = session.scalars(
        select(Ballot)
        .where(Ballot.board_id == board.id, Ballot.closed_at.is_not(None))
        .order_by(Ballot.closed_at.desc(), Ballot.id.desc())
        .limit(SHOWN_RESULTS)
    ).all()
    totals: dict[int, list[Total]] = {ballot.id: [] for ballot in ballots}
    for row in session.execute(
        select(BallotChoice.ballot_id, BallotChoice.object_id, BallotChoice.text, BallotChoice.points)
        .where(BallotChoice.ballot_id.in_(totals))
        .order_by(BallotChoice.points.desc(), BallotChoice.place)
    ):
        totals[row.ballot_id].append(Total(row.object_id, row.text, row.points or 0))
    return [
        Result(one.id, one.question, one.points, one.voters or 0, one.closed_at, tuple(totals[one.id]))
        for one in ballots
        if one.closed_at is not None
    ]


def has_rounds(session: Session, actor: Actor, board: Board) -> bool:
    """Whether there is a round or a ballot, open or closed, that the actor may know of. One query."""
    if not can(actor, Permission.VIEW_WORKSHOP, board.where):
        return False
    private = select(PrivateRound.id).where(
        PrivateRound.board_id == board.id, PrivateRound.revealed_at.is_(None)
    )
    votes = select(Ballot.id).where(Ballot.board_id == board.id)
    return bool(session.scalar(select(or_(private.exists(), votes.exists()))))


def outline_for(session: Session, actor: Actor, board_id: int) -> Outline:
    """What `open_ballot` and `close_ballot` need of the board, read before they take any lock."""
    board = access_board(session, actor, board_id, Permission.FACILITATE_BOARD)
    return committed_outline(session, board.document_id)


def open_ballot(
    session: Session,
    actor: Actor,
    board_id: int,
    outline: Outline,
    *,
    question: str,
    points: int,
    cap: int | None,
    notes: Sequence[str],
    zone: str,
    with_partners: bool,
    opens_at: datetime | None = None,
    closes_at: datetime | None,
) -> Board:
    """Begin a vote on these notes, or all of a zone ("": of the board), as they are now; gives the board.

    Points are taken at once, or from `opens_at` on.
    Raises: Invalid; Refused when one is open, or there is nothing to choose from.
    """
    board = access_board(session, actor, board_id, Permission.FACILITATE_BOARD)
    check_hours(opens_at, closes_at)
    if not 1 <= points <= MOST_POINTS or not (cap is None or 1 <= cap <= points):
        raise Invalid
    chosen = _choices(outline, notes, zone)
    ballot = Ballot(
        board_id=board.id,
        actor_key=actor.key,
        question=checked_line(question, QUESTION_CHARS),
        points=points,
        cap=cap,
        with_partners=with_partners,
        opens_at=opens_at,
        closes_at=closes_at,
    )
    if session.scalar(select(Ballot.id).where(Ballot.board_id == board.id, Ballot.closed_at.is_(None))):
        raise Refused("already_open", ALREADY_OPEN)
    session.add(ballot)
    try:
        session.flush()
    except IntegrityError as error:
        raise Refused("already_open", ALREADY_OPEN) from error
    session.add_all(
        BallotChoice(ballot_id=ballot.id, object_id=note, place=place, author=author, text=text)
        for place, (note, author, text) in enumerate(chosen)
    )
    enqueue(session, JobKind.CLOSE_BALLOT, ballot.id, run_at=ballot.ends_at)
    _note(session, actor, AuditAction.BALLOT_OPENED, board)
    record(session, RoundsChanged(board.id, board.document_id))
    return board


def _choices(outline: Outline, notes: Sequence[str], zone: str) -> list[tuple[str, str, str]]:
    wanted = set(notes)
    homes = {note.id: home.id for home in outline.zones for note in home.notes}
    found = [
        (note.id, note.author, note.text)
        for note in outline.notes()
        if note.type == "note"
        and not note.locked
        and (note.id in wanted if wanted else not zone or homes.get(note.id) == zone)
    ]
    if not found:
        raise Refused("no_notes", NO_NOTES)
    if len(found) > MOST_CHOICES:
        raise Refused("too_many_notes", TOO_MANY_NOTES)
    return found


def give_points(
    session: Session, actor: Actor, board_id: int, ballot_id: int, *, note: str, points: int
) -> None:
    """Let this note have so many of the actor's points, whatever it had of them before.

    Saying it twice changes nothing. Raises: Invalid; Refused when the ballot is closed, the note is none of
    its choices, or more is asked than the person has.
    """
    board = access_board(session, actor, board_id, Permission.VIEW_WORKSHOP)
    ballot = _lock_ballot(session, board.id, ballot_id)
    check(actor, Permission.VOTE, ballot.where)
    if not 0 <= points <= MOST_POINTS:
        raise Invalid
    now = utcnow()
    if not ballot.has_begun(now):
        raise Refused("not_yet", NOT_YET)
    if not ballot.takes_points(now):
        raise Refused("closed", CLOSED)
    choice = session.scalar(
        select(BallotChoice.id).where(BallotChoice.ballot_id == ballot.id, BallotChoice.object_id == note)
    )
    if choice is None:
        raise Refused("not_a_choice", NOT_A_CHOICE)
    own = (BallotPoint.ballot_id == ballot.id, BallotPoint.actor_key.in_(own_keys(actor, board)))
    given = Counter(session.scalars(select(BallotPoint.choice_id).where(*own)))
    given[choice] = points
    if ballot.cap is not None and points > ballot.cap:
        raise Refused("over_cap", OVER_CAP)
    if given.total() > ballot.points:
        raise Refused("no_points_left", NO_POINTS_LEFT)
    session.execute(delete(BallotPoint).where(*own))
    spread = [(choice_id, rank) for choice_id, count in sorted(given.items()) for rank in range(1, count + 1)]
    if spread:
        session.execute(
            insert(BallotPoint),
            [
                {
                    "ballot_id": ballot.id,
                    "actor_key": actor.key,
                    "slot": slot,
                    "choice_id": choice_id,
                    "rank": rank,
                }
                for slot, (choice_id, rank) in enumerate(spread, 1)
            ],
        )


def close_ballot(session: Session, actor: Actor, board_id: int, ballot_id: int, outline: Outline) -> Board:
    """Count, and forget who gave what; gives the board. Closing what is closed changes nothing."""
    board = access_board(session, actor, board_id, Permission.FACILITATE_BOARD)
    ballot = _lock_ballot(session, board.id, ballot_id)
    if ballot.closed_at is None:
        _close(session, ballot, outline)
        _note(session, actor, AuditAction.BALLOT_CLOSED, board)
    return board


def close_due(board_id: int) -> bool:
    """Close the ballot of this board if its hour has come: whoever comes first does. Commits."""
    with reading() as session:
        due = session.scalar(_ballots(Ballot.board_id == board_id, Ballot.closed_at.is_(None)))
        if due is None or not due.is_due(utcnow()):
            return False
        outline = _outline_or_none(session, due.board.document_id)
    with transaction() as session:
        ballot = session.scalar(_ballots(Ballot.id == due.id).with_for_update(of=Ballot))
        if ballot is None or ballot.closed_at is not None:
            return False
        _close(session, ballot, outline)
    return True


def run(ballot_id: int, now: datetime) -> datetime | None:
    """The worker's turn: close it when its hour has come; gives when to look again."""
    with reading() as session:
        ballot = session.get(Ballot, ballot_id)
    if ballot is None or ballot.closed_at is not None:
        return None
    if not ballot.is_due(now):
        return ballot.ends_at
    close_due(ballot.board_id)
    return None


def _close(session: Session, ballot: Ballot, outline: Outline | None) -> None:
    mine = BallotPoint.ballot_id == ballot.id
    counted = select(BallotPoint.choice_id, func.count()).where(mine).group_by(BallotPoint.choice_id)
    totals: dict[int, int] = dict(iter(session.execute(counted)))
    now_there = {note.id: note for note in outline.notes()} if outline else {}
    for choice in session.scalars(select(BallotChoice).where(BallotChoice.ballot_id == ballot.id)):
        choice.points = totals.get(choice.id, 0)
        note = now_there.get(choice.object_id)
        if note is not None:
            choice.text, choice.author = note.text, note.author
    ballot.voters = session.scalar(select(func.count(distinct(BallotPoint.actor_key))).where(mine))
    ballot.closed_at = utcnow()
    session.execute(delete(BallotPoint).where(mine))
    record(session, RoundsChanged(ballot.board_id, ballot.board.document_id))


def _outline_or_none(session: Session, document_id: int) -> Outline | None:
    """A board that cannot be read keeps nobody from counting: the words are those of the opening."""
    try:
        return committed_outline(session, document_id)
    except (CorruptDocument, NotFound):
        return None


def _ballots(*conditions: ColumnElement[bool]) -> Select[Ballot]:
    return select(Ballot).where(*conditions).options(joinedload(Ballot.board))


def _lock_ballot(session: Session, board_id: int, ballot_id: int) -> Ballot:
    found = session.scalar(
        _ballots(Ballot.id == ballot_id, Ballot.board_id == board_id).with_for_update(of=Ballot)
    )
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


def _note(session: Session, actor: Actor, action: AuditAction, board: Board) -> None:
    place, subject = Where(project_id=board.project_id), (SubjectKind.BOARD, board.id)
    audit(session, actor, action, where=place, subject=subject)
