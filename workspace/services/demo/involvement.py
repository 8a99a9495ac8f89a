"""What teams of the demonstration noted of their partners, and a workshop whose notes are dated."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.board.sync import LiveDocument
from models.document import Board
from models.partner import Partner, Sector
from models.partner_contact import ContactKind, PartnerContact
from models.people import User
from models.project import Project
from models.workshop import Workshop
from workspace.jobs import project as read_model

# Team, who noted it, sector, group, what, days ago, words, in how many days (a call).
CONTACTS: tuple[tuple[str, str, Sector, str, ContactKind, float, str, int | None], ...] = (
    (
        "Hautes Terres de l’Aubrac",
        "solange",
        Sector.PRIVATE,
        "Groupement d’éleveurs du plateau",
        ContactKind.REFUSED,
        12,
        "Pas avant la fin des agnelages : rappeler en mai.",
        None,
    ),
    (
        "Orléans Métropole",
        "karim",
        Sector.PUBLIC,
        "Université d’Orléans, géographie",
        ContactKind.WROTE,
        2,
        "",
        None,
    ),
    (
        "Cayenne",
        "teva",
        Sector.CITIZEN,
        "Comité d’usagers du lundi",
        ContactKind.CALL,
        1,
        "Demander une heure, un lundi, à la sortie du guichet.",
        3,
    ),
    (
        "Paris 9e",
        "lea",
        Sector.PUBLIC,
        "Circonscription propreté",
        ContactKind.MET,
        9,
        "Ils gardent les comptages des bacs refusés, et les partagent.",
        None,
    ),
)
NEWCOMER = ("Paris 9e", "Bailleur social du 9e", Sector.PRIVATE, "Ouvre deux cours de plus", 3)
LASTED = timedelta(hours=2)


def note_contacts(
    session: Session, projects: Mapping[str, Project], users: Mapping[str, User], now: datetime
) -> None:
    """Contacts of every kind, and a partner who has just been added."""
    for team, who, sector, name, kind, days, text, due in CONTACTS:
        session.add(
            PartnerContact(
                project_id=projects[team].id,
                sector=sector,
                name=name,
                kind=kind,
                text=text,
                due_on=None if due is None else (now + timedelta(days=due)).date(),
                by_id=users[who].id,
                at=now - timedelta(days=days),
            )
        )
    team, name, sector, contribution, days = NEWCOMER
    session.add(
        Partner(
            project_id=projects[team].id,
            name=name,
            sector=sector,
            contribution=contribution,
            created_at=now - timedelta(days=days),
        )
    )
    session.flush()


def lead_workshop(session: Session, board: Board, content: bytes, who: str, at: datetime) -> None:
    """A workshop that was led then, in which the board's notes were written."""
    steps = [
        {"kind": "write", "title": "Chacun ses questions", "minutes": 15},
        {"kind": "group", "title": "Rapprocher", "minutes": 20},
    ]
    session.add(
        Workshop(board_id=board.id, actor_key=who, steps=steps, step=1, started_at=at, ended_at=at + LASTED)
    )
    lines = read_model.lines(LiveDocument.open(None, [content]).outline())
    read_model.write(session, board.document_id, 1, lines, at + LASTED / 2)
    session.flush()
