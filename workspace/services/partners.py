"""Partners of a project: added with a declared sector, edited, withdrawn and brought back."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.access import access_project, find_or_not_found
from models.activity import ActivityKind, record_activity
from models.base import utcnow
from models.errors import Conflict, Invalid
from models.i18n import N_
from models.partner import Partner, Sector
from models.partner_contact import PartnerContact
from models.policy import Actor, Permission
from workspace.services.projects import STALE, valid_id
from workspace.services.tokens import token_hash

NAME_LIMIT = 160
CONTACT_LIMIT = 160
CONTRIBUTION_LIMIT = 400
KNOWN = N_("Ce partenaire est déjà dans la liste, ou parmi ceux que vous avez retirés.")


@dataclass(frozen=True)
class SectorShare:
    """How many partners a sector has, and its share of all of them in percent."""

    sector: Sector
    count: int
    percent: int


@dataclass(frozen=True)
class PartnerText:
    """What is written about a partner."""

    name: str
    sector: Sector
    contact: str = ""
    contribution: str = ""

    @property
    def fingerprint(self) -> str:
        """Changes when the text does: a form carries the one it was read at."""
        return token_hash(f"{self.name}\0{self.sector}\0{self.contact}\0{self.contribution}")[:16]


def text_of(partner: Partner) -> PartnerText:
    """What is written about the partner now."""
    return PartnerText(partner.name, partner.sector, partner.contact, partner.contribution)


def list_partners(session: Session, project_id: int) -> list[Partner]:
    """Every partner of the project, those withdrawn included, by sector then name."""
    order = list(Sector)
    found = session.scalars(select(Partner).where(Partner.project_id == project_id).order_by(Partner.name))
    return sorted(found, key=lambda partner: order.index(partner.sector))


def balance(partners: Iterable[Partner]) -> list[SectorShare]:
    """The four sectors in their order with their share of the active partners; percents add up to 100."""
    counts = dict.fromkeys(Sector, 0)
    for partner in partners:
        if partner.withdrawn_at is None:
            counts[partner.sector] += 1
    total = sum(counts.values())
    percents = _percents(list(counts.values()), total)
    return [
        SectorShare(sector, count, percent)
        for (sector, count), percent in zip(counts.items(), percents, strict=True)
    ]


def _percents(counts: list[int], total: int) -> list[int]:
    """Whole percents by the largest remainder, so that they add up."""
    if not total:
        return [0] * len(counts)
    floors = [count * 100 // total for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda index: -(counts[index] * 100 % total))
    for index in by_remainder[: 100 - sum(floors)]:
        floors[index] += 1
    return floors


def access_partner(session: Session, actor: Actor, project_id: int, partner_id: int) -> Partner:
    """A partner of a project that the actor may change."""
    project = access_project(session, actor, project_id, Permission.INVITE_PARTNER)
    return find_or_not_found(
        session, select(Partner).where(Partner.id == valid_id(partner_id), Partner.project_id == project.id)
    )


def add_partner(session: Session, actor: Actor, project_id: int, text: PartnerText) -> Partner:
    """Add a partner. Raises: Invalid when the name is already there."""
    project = access_project(session, actor, project_id, Permission.INVITE_PARTNER)
    partner = Partner(project_id=project.id, added_by_id=actor.user_id)
    _write(session, partner, text)
    record_activity(
        session,
        actor,
        ActivityKind.PARTNER_ADDED,
        cohort_id=project.team.cohort_id,
        project_id=project.id,
        subject=partner.name,
    )
    return partner


def edit_partner(
    session: Session, actor: Actor, project_id: int, partner_id: int, text: PartnerText, *, seen: str
) -> Partner:
    """Change what is written about a partner; `seen` is the fingerprint of the text that was edited.

    Raises: Invalid when another has that name; Conflict with the current values when it changed meanwhile.
    """
    partner = access_partner(session, actor, project_id, partner_id)
    current = text_of(partner)
    if seen != current.fingerprint:
        raise Conflict(STALE, {**asdict(current), "seen": current.fingerprint})
    _write(session, partner, text)
    session.execute(
        update(PartnerContact)
        .where(
            PartnerContact.project_id == partner.project_id,
            PartnerContact.sector == current.sector,
            PartnerContact.name == current.name,
        )
        .values(sector=text.sector, name=text.name)
    )
    return partner


def withdraw_partner(session: Session, actor: Actor, project_id: int, partner_id: int) -> Partner:
    """Take a partner off the list; nothing is lost."""
    partner = access_partner(session, actor, project_id, partner_id)
    partner.withdrawn_at = utcnow()
    return partner


def restore_partner(session: Session, actor: Actor, project_id: int, partner_id: int) -> Partner:
    """Bring a withdrawn partner back."""
    partner = access_partner(session, actor, project_id, partner_id)
    partner.withdrawn_at = None
    return partner


def _write(session: Session, partner: Partner, text: PartnerText) -> None:
    other = session.scalar(
        select(Partner.id).where(
            Partner.project_id == partner.project_id,
            Partner.name == text.name,
            Partner.id != (partner.id or 0),
        )
    )
    if other is not None:
        raise Invalid(fields={"name": KNOWN})
    partner.name, partner.sector = text.name, text.sector
    partner.contact, partner.contribution = text.contact, text.contribution
    session.add(partner)
    try:
        session.flush()
    except IntegrityError as error:
        raise Invalid(fields={"name": KNOWN}) from error
