"""Which sectors speak in a project's workshops, and whose notes its votes carried. Aggregates only.

A sector in which fewer than FEWEST people took part tells no figure, and no total is given from which it
could be found. Who voted for what no row knows once a vote is closed: a vote tells whose notes the points
went to, never from whom they came.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from models.ballot import Ballot, BallotChoice
from models.base import utcnow
from models.comment import Comment, Thread
from models.document import Board
from models.document_upkeep import BoardObject
from models.i18n import N_
from models.membership import Membership
from models.partner import SECTOR_LABELS, GuestContributor
from models.policy import Role
from models.project import Project
from models.workshop import Workshop

FEWEST = 3
"""People of one sector in one workshop or vote: below, one could tell who it was."""
SHOWN = 8
TEAM = "team"
VOICES: Mapping[str, str] = {
    TEAM: N_("L’équipe"),
    **{sector.value: label for sector, label in SECTOR_LABELS.items()},
}


@dataclass(frozen=True)
class Voice:
    """One sector; None in place of figures of too few people. `percent`: of those told, if two are."""

    code: str
    people: int | None = None
    first: int | None = None
    second: int | None = None
    percent: int | None = None


@dataclass(frozen=True)
class Balance:
    """A workshop (`first`: notes, `second`: comments) or a vote (notes proposed, points received)."""

    title: str
    at: datetime
    is_vote: bool
    voices: list[Voice]
    voters: int | None = None

    @property
    def absent(self) -> list[str]:
        """The sectors from which nobody took part."""
        present = {voice.code for voice in self.voices}
        return [code for code in VOICES if code not in present]


Counts = dict[str, dict[str, list[int]]]
"""Sector → author key → [first, second]."""


def voices_of(session: Session, project: Project) -> list[Balance]:
    """The last workshops and closed votes of the project, the newest first: six queries."""
    sector_of = _sectors(session, project)
    found = _workshops(session, project, sector_of) + _votes(session, project, sector_of)
    return sorted(found, key=lambda one: one.at, reverse=True)[:SHOWN]


def balanced(counts: Counts, *, by_points: bool = False) -> list[Voice]:
    """The sectors in their order; those of fewer than FEWEST people without figures."""
    told = {code: authors for code, authors in counts.items() if len(authors) >= FEWEST}
    weights = {
        code: sum(second + (0 if by_points else first) for first, second in authors.values())
        for code, authors in told.items()
    }
    total = sum(weights.values()) if len(told) > 1 else 0
    voices = []
    for code in VOICES:
        if code in told:
            figures = list(told[code].values())
            voices.append(
                Voice(
                    code,
                    len(figures),
                    sum(first for first, _second in figures),
                    sum(second for _first, second in figures),
                    round(100 * weights[code] / total) if total else None,
                )
            )
        elif code in counts:
            voices.append(Voice(code))
    return voices


def _sectors(session: Session, project: Project) -> Mapping[str, str]:
    """The voice of each author key; tutors and managers, who are no party, have none."""
    guests = session.execute(
        select(GuestContributor.id, GuestContributor.sector).where(GuestContributor.project_id == project.id)
    )
    found = {f"g{id_}": sector.value for id_, sector in guests}
    members = session.execute(
        select(Membership.user_id, Membership.role, Membership.guest_id).where(
            or_(
                and_(Membership.role == Role.LEARNER, Membership.team_id == project.team_id),
                and_(Membership.role == Role.PARTNER, Membership.project_id == project.id),
            )
        )
    )
    for user_id, role, guest_id in members:
        voice = TEAM if role is Role.LEARNER else found.get(f"g{guest_id}")
        if voice is not None:
            found[f"u{user_id}"] = voice
    return found


def _counted(rows: Iterable[Any], place: int, into: dict[int, Counts], of: Mapping[str, str]) -> None:
    for id_, author, count in rows:
        voice = of.get(author)
        if voice is not None:
            into[id_].setdefault(voice, {}).setdefault(author, [0, 0])[place] += int(count)


def _workshops(session: Session, project: Project, sector_of: Mapping[str, str]) -> list[Balance]:
    lasted = func.coalesce(Workshop.ended_at, utcnow())
    newest = session.execute(
        select(Workshop.id, Workshop.started_at, Board.title)
        .join(Board, Board.id == Workshop.board_id)
        .where(Board.project_id == project.id)
        .order_by(Workshop.started_at.desc())
        .limit(SHOWN)
    ).all()
    ids = [id_ for id_, _at, _title in newest]
    counts: dict[int, Counts] = defaultdict(dict)
    notes = session.execute(
        select(Workshop.id, BoardObject.author, func.count())
        .join(Board, Board.id == Workshop.board_id)
        .join(BoardObject, BoardObject.document_id == Board.document_id)
        .where(
            Workshop.id.in_(ids),
            BoardObject.type.in_(WRITTEN),
            BoardObject.created_at >= Workshop.started_at,
            BoardObject.created_at <= lasted,
        )
        .group_by(Workshop.id, BoardObject.author)
    )
    _counted(notes, 0, counts, sector_of)
    comments = session.execute(
        select(Workshop.id, Comment.author, func.count())
        .join(Thread, Thread.board_id == Workshop.board_id)
        .join(Comment, Comment.thread_id == Thread.id)
        .where(Workshop.id.in_(ids), Comment.created_at >= Workshop.started_at, Comment.created_at <= lasted)
        .group_by(Workshop.id, Comment.author)
    )
    _counted(comments, 1, counts, sector_of)
    return [Balance(title, at, False, balanced(counts[id_])) for id_, at, title in newest]


def _votes(session: Session, project: Project, sector_of: Mapping[str, str]) -> list[Balance]:
    closed = session.execute(
        select(Ballot.id, Ballot.closed_at, Ballot.question, Ballot.voters, Board.title)
        .join(Board, Board.id == Ballot.board_id)
        .where(Board.project_id == project.id, Ballot.closed_at.is_not(None))
        .order_by(Ballot.closed_at.desc())
        .limit(SHOWN)
    ).all()
    counts: dict[int, Counts] = defaultdict(dict)
    choices = session.execute(
        select(
            BallotChoice.ballot_id,
            BallotChoice.author,
            func.count(),
            func.sum(func.coalesce(BallotChoice.points, 0)),
        )
        .where(BallotChoice.ballot_id.in_([row[0] for row in closed]))
        .group_by(BallotChoice.ballot_id, BallotChoice.author)
    ).all()
    _counted([(id_, author, notes) for id_, author, notes, _points in choices], 0, counts, sector_of)
    _counted([(id_, author, points) for id_, author, _notes, points in choices], 1, counts, sector_of)
    return [
        Balance(question or title, at, True, balanced(counts[id_], by_points=True), voters)
        for id_, at, question, voters, title in closed
        if at is not None
    ]


WRITTEN: Sequence[str] = ("note",)
