"""Milestones of the demonstration in every state: reached, soon, late, to come, and an announcement taken back."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.access import project_options
from models.cohort import Cohort
from models.document import Board, DocumentUpdate
from models.milestone import Milestone, MilestoneReach, day_in
from models.people import User
from models.project import Project
from models.snapshot import Snapshot, SnapshotKind
from workspace.services.snapshots import Draft, texts_of

HEARD = (
    "Au moins cinq personnes, dont deux qui ne travaillent pas pour la collectivité.\n"
    "Ce qu’elles ont dit est écrit sur un tableau."
)
LISTENED = ("understand", "Cinq personnes concernées écoutées", -34, HEARD)
SHOWN = ("imagine", "Trois idées montrées à des habitants", 4, "Chaque idée tient en une phrase.")
TRIED = ("test", "Essai lancé sur place", 38, "L’indicateur et sa valeur de départ sont écrits.")
OWN = ("prototype", "La première affiche est posée", 12, "Le gardien l’a relue.")
# Team, days ago, word, whether it was taken back.
REACHED = (
    ("Paris 9e", 36, "Onze gardiens et vingt-six habitants, en deux samedis.", False),
    ("Cayenne", 35, "Sept usagers écoutés dans la file, un matin.", False),
    ("Orléans Métropole", 37, "", True),
    ("Orléans Métropole", 32, "Il manquait deux associations : les voilà.", False),
)


def write_milestones(
    session: Session, cohort: Cohort, projects: Mapping[str, Project], tutor: User, now: datetime
) -> None:
    """The cohort's three, and one of Paris's own; what teams reached, with what was frozen then."""
    session.scalars(  # with their teams and problems
        select(Project)
        .where(Project.id.in_([project.id for project in projects.values()]))
        .options(*project_options())
        .execution_options(populate_existing=True)
    ).all()

    def add(told: tuple[str, str, int, str], project: Project | None = None) -> Milestone:
        step_code, title, days, criteria = told
        row = Milestone(
            cohort_id=cohort.id,
            project_id=project.id if project else None,
            step_code=step_code,
            title=title,
            due_on=day_in(cohort.time_zone, now + timedelta(days=days)),
            criteria=criteria,
            created_at=now - timedelta(days=60),
            created_by_id=project.team.lead_id if project else tutor.id,
        )
        session.add(row)
        session.flush()
        return row

    listened, shown = add(LISTENED), add(SHOWN)
    add(TRIED)
    add(OWN, projects["Paris 9e"])
    for team, days, word, is_back in REACHED:
        _reach(session, listened, projects[team], now - timedelta(days=days), word, is_back=is_back)
    _reach(session, shown, projects["Paris 9e"], now - timedelta(days=3), "", is_back=False)


def _reach(
    session: Session, milestone: Milestone, project: Project, at: datetime, word: str, *, is_back: bool
) -> None:
    who = project.team.lead_id
    reach = MilestoneReach(
        milestone_id=milestone.id,
        project_id=project.id,
        word=word,
        reached_at=at,
        reached_by_id=who,
        taken_back_at=at + timedelta(days=1) if is_back else None,
        taken_back_by_id=who if is_back else None,
    )
    session.add(reach)
    session.flush()
    for draft in [*_boards(session, project, at), *texts_of(session, project)]:
        session.add(
            Snapshot(
                project_id=project.id,
                reach_id=reach.id,
                kind=draft.kind,
                board_id=draft.board_id,
                source_id=draft.source_id,
                title=draft.title,
                content=draft.content,
                taken_at=at,
                taken_by_id=who,
            )
        )
    session.flush()


def _boards(session: Session, project: Project, at: datetime) -> list[Draft]:
    """The boards that were there."""
    rows = session.execute(
        select(Board, DocumentUpdate.update)
        .join(DocumentUpdate, DocumentUpdate.document_id == Board.document_id)
        .where(Board.project_id == project.id, Board.created_at <= at, DocumentUpdate.seq == 1)
        .order_by(Board.id)
    )
    return [Draft(SnapshotKind.BOARD, board.title, content, board_id=board.id) for board, content in rows]
