"""An installation of L'Établi for the load: one project with its boards, and accounts that are signed in.

Nothing of the server is relaxed for it: every person has an account, a membership, a login session and a
ticket of their own. The tickets are written ahead, and live an hour instead of thirty seconds, because a run
with thousands of people takes longer than that to bring in.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]
from dataset import Filler
from sqlalchemy import delete, insert, update

from models import migrate
from models.base import utcnow
from models.board.seed import seed_board
from models.cohort import Cohort, Team
from models.document import Board, DocumentSnapshot, DocumentUpdate, SharedDocument
from models.membership import Membership
from models.organization import Organization, Programme
from models.people import LoginSession, SocketTicket
from models.policy import Role
from models.problem import Approach, Confidentiality, Domain, Problem, ProblemStatus
from models.project import Project
from models.session import configure, database, transaction
from workspace.jobs.compact import KEPT_ROWS
from workspace.jobs.planner import ROWS_WHEN_LIVE
from workspace.services.tokens import new_token, token_hash
from workspace.web.guard import COOKIE


@dataclass(frozen=True)
class Account:
    """Somebody who may join: their author key, the cookie header and a ticket."""

    key: str
    cookie: str
    ticket: str


@dataclass(frozen=True)
class Installation:
    """The ids of the boards' documents, and the people."""

    documents: list[int]
    people: list[Account]


def install(database_url: str, boards: int, people: int, content: bytes | None = None) -> Installation:
    """Fill an empty database; every board but the first, or the only one, holds `content`."""
    migrate.upgrade(configure(database_url).engine)
    with transaction() as session:
        filler = Filler(session)
        template = seed_board("defi", "fr")
        contents = [template] * boards
        if content:
            contents = [content] if boards == 1 else [template, *[content] * (boards - 1)]
        installation = _write(filler, contents, people)
        filler.flush()
    database().engine.dispose()
    return installation


def tickets(database_url: str, places: Sequence[int]) -> list[str]:
    """New tickets for people of an installation, by their place in it."""
    configure(database_url)
    with transaction() as session:
        filler = Filler(session)
        made = [_ticket(filler, place + 1) for place in places]
        filler.flush()
    database().engine.dispose()
    return made


def write_history(database_url: str, document: int, updates: Sequence[bytes], snapshot: bytes) -> None:
    """Give a document what is left of a long life once it was kept up: a snapshot, and the newest rows.

    The last snapshot is as old as it may become before the next one is due.
    """
    configure(database_url)
    newest = len(updates)
    oldest = max(1, newest - ROWS_WHEN_LIVE - KEPT_ROWS + 1)
    with transaction() as session:
        session.execute(delete(DocumentUpdate).where(DocumentUpdate.document_id == document))
        session.execute(
            insert(DocumentUpdate),
            [
                {"document_id": document, "seq": seq, "update": updates[seq - 1], "actor_keys": "u1"}
                for seq in range(oldest, newest + 1)
            ],
        )
        seq = max(1, newest - ROWS_WHEN_LIVE + 1)
        session.execute(insert(DocumentSnapshot).values(document_id=document, seq=seq, content=snapshot))
        session.execute(update(SharedDocument).where(SharedDocument.id == document).values(last_seq=newest))
    database().engine.dispose()


def _write(filler: Filler, contents: list[bytes], people: int) -> Installation:
    now = filler.now
    organization = filler.add(Organization, name="Atelier", created_at=now)
    programme = filler.add(Programme, organization_id=organization, name="Mesures", created_at=now)
    cohort = filler.add(
        Cohort,
        programme_id=programme,
        name="Promotion",
        time_zone="Europe/Paris",
        other_time_zone="America/Cayenne",
        starts_on=filler.ago(30).date(),
        ends_on=(now + timedelta(days=200)).date(),
        created_at=now,
    )
    users = [filler.user("Apprenant") for _ in range(people)]
    team = filler.add(Team, cohort_id=cohort, name="Équipe", lead_id=users[0], created_at=now)
    accounts = [_account(filler, team, user) for user in users]
    problem = filler.add(
        Problem,
        version=1,
        cohort_id=cohort,
        author_id=users[0],
        team_id=team,
        title="Accueil",
        search_text="accueil",
        challenge="",
        precedents="",
        ideal="",
        objective="",
        helps="",
        hinders="",
        people_affected="",
        domain=Domain.PUBLIC_POLICY,
        approach=Approach.CO_CONSTRUCTION,
        confidentiality=Confidentiality.COHORT,
        status=ProblemStatus.ACCEPTED,
        created_at=now,
        updated_at=now,
    )
    project = filler.add(
        Project, version=1, team_id=team, problem_id=problem, title="Projet", summary="", created_at=now
    )
    documents = [_board(filler, project, users[0], content) for content in contents]
    return Installation(documents, accounts)


def _account(filler: Filler, team: int, user: int) -> Account:
    filler.add(Membership, user_id=user, role=Role.LEARNER, team_id=team, starts_at=filler.ago(1))
    token = new_token()
    login = filler.add(
        LoginSession,
        token_hash=token_hash(token),
        user_id=user,
        created_at=filler.now,
        last_seen_at=filler.now,
        expires_at=filler.now + timedelta(days=30),
    )
    return Account(f"u{user}", f"{COOKIE}={token}", _ticket(filler, login))


def _ticket(filler: Filler, login: int) -> str:
    ticket = new_token()
    filler.add(
        SocketTicket,
        token_hash=token_hash(ticket),
        login_session_id=login,
        expires_at=utcnow() + timedelta(hours=1),
    )
    return ticket


def _board(filler: Filler, project: int, creator: int, content: bytes) -> int:
    document = filler.add(SharedDocument, kind="board", epoch=1, last_seq=1, created_at=filler.now)
    filler.add(
        DocumentUpdate,
        document_id=document,
        seq=1,
        update=content,
        actor_keys="template",
        at=filler.now,
    )
    filler.add(
        Board,
        version=1,
        project_id=project,
        document_id=document,
        title="Tableau",
        template_code="defi",
        step_code="understand",
        created_at=filler.now,
        created_by_id=creator,
        changed_at=filler.now,
    )
    return document
