"""A whole cohort from a file: a dry run tells the fate of each line, then those that can be invited are.

The file is what a spreadsheet saves: separated by semicolons, commas or tabs, in UTF-8 or as older Windows
programs write. Columns are known by their titles, in any order; without titles they are name, address, team.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.access import access_cohort
from models.cohort import Team
from models.errors import Invalid
from models.i18n import N_
from models.invitation import Invitation
from models.membership import Membership, is_not_over
from models.people import User
from models.policy import Actor, Permission, Role
from workspace.services import csv_reading
from workspace.services.accounts import EMAIL_LIMIT, NAME_LIMIT, TITLE_LIMIT, clean_email, is_email
from workspace.services.csv_reading import folded
from workspace.services.invitations import Invitee, NewInvitation, Terms, invite_learner, invite_tutor
from workspace.services.teams import NAME_LIMIT as TEAM_LIMIT
from workspace.services.teams import create_team

MOST_LINES = 200
FILE_BYTES = 200_000
EMPTY = N_("Ce fichier ne contient aucune ligne.")
TOO_MANY = N_("Ce fichier a trop de lignes : 200 au plus à la fois.")
UNREADABLE = N_(
    "Ce fichier n’est pas un tableau CSV lisible : enregistrez-le comme « CSV » depuis le tableur."
)

TITLES = {
    "name": ("nom", "nom complet", "prenom et nom", "name", "personne"),
    "first_name": ("prenom", "first name"),
    "last_name": ("nom de famille", "last name", "surname"),
    "email": ("e-mail", "email", "mail", "courriel", "adresse e-mail", "adresse", "adresse mail"),
    "team": ("equipe", "team", "groupe"),
    "title": ("fonction", "poste", "title", "mandat"),
    "role": ("role", "statut"),
}
TUTOR_WORDS = ("tuteur", "tutrice", "tutor", "tuteur·rice")
WITHOUT_TITLES = ("name", "email", "team")


class Fate(enum.StrEnum):
    """What becomes of a line."""

    INVITED = "invited"
    NEW_TEAM = "new_team"
    ALREADY_THERE = "already_there"
    ALREADY_INVITED = "already_invited"
    REPEATED = "repeated"
    BAD_EMAIL = "bad_email"
    NO_TEAM = "no_team"
    TOO_LONG = "too_long"

    @property
    def is_invited(self) -> bool:
        """Whether the person will be invited."""
        return self in (Fate.INVITED, Fate.NEW_TEAM)

    @property
    def is_wrong(self) -> bool:
        """Whether the line should be mended in the file."""
        return self in (Fate.BAD_EMAIL, Fate.NO_TEAM, Fate.TOO_LONG)


@dataclass(frozen=True)
class Line:
    """One person of the file, `number` as a spreadsheet counts lines."""

    number: int
    name: str
    email: str
    team: str
    title: str
    role: Role
    fate: Fate = Fate.INVITED


def decode(content: bytes) -> str:
    """The text of a file, whichever program saved it. Raises: Invalid on `file`."""
    try:
        return csv_reading.decode(content, FILE_BYTES)
    except csv_reading.Unreadable as error:
        raise Invalid(fields={"file": UNREADABLE}) from error


def plan_import(session: Session, actor: Actor, cohort_id: int, text: str) -> list[Line]:
    """The dry run: every line with its fate, in the file's order; nothing is written.

    Raises:
        Invalid: on `people`, when there is no line, too many, or no table.
    """
    cohort = access_cohort(session, actor, cohort_id, Permission.MANAGE_COHORT)
    lines = list(_lines(text))
    if not lines:
        raise Invalid(fields={"people": EMPTY})
    if len(lines) > MOST_LINES:
        raise Invalid(fields={"people": TOO_MANY})
    return list(_fates(lines, _known(session, cohort.id, {line.email for line in lines})))


def run_import(
    session: Session, actor: Actor, cohort_id: int, text: str, terms: Terms
) -> list[NewInvitation]:
    """Invite whoever the dry run said, making the teams that lack: all of them, or nobody."""
    made: list[NewInvitation] = []
    teams = _team_ids(session, cohort_id)
    for line in plan_import(session, actor, cohort_id, text):
        if not line.fate.is_invited:
            continue
        invitee = Invitee(line.email, line.name, line.title)
        if line.role is Role.TUTOR:
            made.append(invite_tutor(session, actor, cohort_id, invitee, terms))
            continue
        key = folded(line.team)
        if key not in teams:
            teams[key] = create_team(session, actor, cohort_id, line.team).id
        made.append(invite_learner(session, actor, teams[key], invitee, terms))
    return made


def _lines(text: str) -> Iterator[Line]:
    rows = [(number, row) for number, row in enumerate(_rows(text), 1) if any(cell.strip() for cell in row)]
    if not rows:
        return
    columns = _columns(rows[0][1])
    if columns:
        rows = rows[1:]
    else:
        columns = dict(enumerate(WITHOUT_TITLES))
    for number, row in rows:
        cells = {columns[place]: " ".join(cell.split()) for place, cell in enumerate(row) if place in columns}
        first, last = cells.get("first_name", ""), cells.get("last_name") or cells.get("name", "")
        role = Role.TUTOR if folded(cells.get("role", "")) in TUTOR_WORDS else Role.LEARNER
        yield Line(
            number=number,
            name=f"{first} {last}".strip(),
            email=clean_email(cells.get("email", "")),
            team=cells.get("team", ""),
            title=cells.get("title", ""),
            role=role,
        )


def _rows(text: str) -> list[list[str]]:
    try:
        return csv_reading.parse(text, csv_reading.commonest_separator(text))
    except csv_reading.Unreadable as error:
        raise Invalid(fields={"people": UNREADABLE}) from error


def _columns(row: list[str]) -> dict[int, str]:
    """Which column is which, if this row is the titles; empty if it is a person already."""
    found = csv_reading.columns_by_title(row, TITLES)
    return found if "email" in found.values() else {}


@dataclass(frozen=True)
class _Known:
    teams: dict[str, int]
    there: set[tuple[str, Role]]
    invited: set[tuple[str, Role]]


def _known(session: Session, cohort_id: int, emails: set[str]) -> _Known:
    """Who of these is in the cohort, or invited to it."""
    teams = select(Team.id).where(Team.cohort_id == cohort_id)
    members = session.execute(
        select(User.email, Membership.role)
        .join(User, User.id == Membership.user_id)
        .where(
            User.email.in_(emails),
            is_not_over(),
            (Membership.team_id.in_(teams))
            | ((Membership.cohort_id == cohort_id) & (Membership.role == Role.TUTOR)),
        )
    )
    invited = session.scalars(
        select(Invitation).where(
            Invitation.email.in_(emails),
            Invitation.team_id.in_(teams) | (Invitation.cohort_id == cohort_id),
        )
    )
    return _Known(
        teams=_team_ids(session, cohort_id),
        there={(email, role) for email, role in members},
        invited={(row.email, row.role) for row in invited if row.is_open()},
    )


def _team_ids(session: Session, cohort_id: int) -> dict[str, int]:
    found = session.execute(select(Team.name, Team.id).where(Team.cohort_id == cohort_id))
    return {folded(name): team_id for name, team_id in found}


def _fates(lines: list[Line], known: _Known) -> Iterator[Line]:
    seen: set[tuple[str, Role]] = set()
    teams = set(known.teams)
    for line in lines:
        fate = _fate(line, known, seen, teams)
        if fate.is_invited:
            seen.add((line.email, line.role))
            teams.add(folded(line.team))
        yield replace(line, fate=fate)


def _fate(line: Line, known: _Known, seen: set[tuple[str, Role]], teams: set[str]) -> Fate:
    who = (line.email, line.role)
    limits = (
        (line.email, EMAIL_LIMIT),
        (line.name, NAME_LIMIT),
        (line.title, TITLE_LIMIT),
        (line.team, TEAM_LIMIT),
    )
    if any(len(text) > limit for text, limit in limits):
        return Fate.TOO_LONG
    if not is_email(line.email):
        return Fate.BAD_EMAIL
    if who in seen:
        return Fate.REPEATED
    if who in known.there:
        return Fate.ALREADY_THERE
    if who in known.invited:
        return Fate.ALREADY_INVITED
    if line.role is Role.TUTOR:
        return Fate.INVITED
    if not line.team:
        return Fate.NO_TEAM
    return Fate.INVITED if folded(line.team) in teams else Fate.NEW_TEAM
