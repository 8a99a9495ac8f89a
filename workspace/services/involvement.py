"""Who takes part in projects, by sector: organisations, and for each sector those who came without one.

Read for several projects at once in a constant number of queries. A partner with an account is told with the
organisation of the list that names them as its contact, or with the guest that they were before.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from models.activity import Activity, ActivityKind
from models.base import utcnow
from models.i18n import N_
from models.membership import Membership
from models.partner import GuestContributor, Partner, Sector
from models.partner_contact import ContactKind, PartnerContact
from models.people import User
from models.policy import Role
from models.project import Project
from models.search_text import fold
from workspace.i18n import _
from workspace.services.involvement_rules import GroupFacts, Standing, standing_of
from workspace.services.rules import Settings

WITHOUT = {
    Sector.PUBLIC: N_("Autres services publics"),
    Sector.PRIVATE: N_("Autres entreprises"),
    Sector.ASSOCIATION: N_("Autres associations"),
    Sector.CITIZEN: N_("Habitant·es"),
}
"""Those who came by a link without saying for which organisation, together."""
ARRIVALS = (ActivityKind.GUEST_JOINED,)
"""Coming by a link is no contribution."""
Key = tuple[Sector, str]
"""A group of a project: its sector and its folded name, "" for those without an organisation."""


@dataclass
class Group:
    """One group of a project while it is being read; `contacts` are the newest first."""

    sector: Sector
    name: str
    since: datetime
    is_listed: bool = False
    people: int = 0
    deeds: list[tuple[datetime, int]] = field(default_factory=list)
    contacts: list[PartnerContact] = field(default_factory=list)

    def facts(self, now: datetime) -> GroupFacts:
        """What the rules look at."""
        refusal = next((one for one in self.contacts if one.kind is ContactKind.REFUSED), None)
        is_back = refusal is not None and any(at > refusal.at for at, _n in self.deeds)
        return GroupFacts(
            sector=self.sector,
            name=self.name,
            now=now,
            since=min([self.since, *(at for at, _n in self.deeds)]),
            deeds=sorted(self.deeds),
            met_at=max((one.at for one in self.contacts if one.kind is ContactKind.MET), default=None),
            refused_at=refusal.at if refusal and not is_back else None,
            refusal=refusal.text if refusal and not is_back else "",
        )


@dataclass(frozen=True)
class Involved:
    """The groups of one project, and how many partners with an account no sector is known of."""

    groups: list[Group]
    unknown: int = 0
    contacts: list[PartnerContact] = field(default_factory=list)


def key_of(sector: Sector, name: str, folded: Callable[[str], str] = fold) -> Key:
    """The same organisation however its name is typed."""
    return sector, folded(name) or name.strip().casefold()


def involved_in(session: Session, projects: Sequence[Project]) -> Mapping[int, Involved]:
    """The groups of each project: five queries."""
    ids = [project.id for project in projects]
    folded = cache(fold)  # the same few names come again in every kind of row
    groups: dict[int, dict[Key, Group]] = {id_: {} for id_ in ids}
    by_contact: dict[tuple[int, str], Key] = {}
    for partner in session.execute(
        select(Partner.project_id, Partner.sector, Partner.name, Partner.contact, Partner.created_at).where(
            Partner.project_id.in_(ids), Partner.withdrawn_at.is_(None)
        )
    ):
        key = key_of(partner.sector, partner.name, folded)
        found = _group(groups[partner.project_id], key, partner.name, partner.created_at)
        found.is_listed = True
        for text in filter(None, map(folded, (partner.contact, partner.name))):
            by_contact.setdefault((partner.project_id, text), key)
    of_guest: dict[int | None, Key] = {}
    for guest in session.execute(
        select(
            GuestContributor.id,
            GuestContributor.project_id,
            GuestContributor.sector,
            GuestContributor.organization_name,
            GuestContributor.created_at,
        ).where(GuestContributor.project_id.in_(ids))
    ):
        key = key_of(guest.sector, guest.organization_name, folded)
        found = _group(groups[guest.project_id], key, guest.organization_name, guest.created_at)
        found.people += 1
        of_guest[guest.id] = key
    of_user: dict[tuple[int, int | None], Key] = {}
    unknown: dict[int, int] = defaultdict(int)
    for project_id, user_id, guest_id, name in _accounts(session, ids):
        known = of_guest.get(guest_id) or by_contact.get((project_id, folded(name)))
        if known is None:
            unknown[project_id] += 1
        else:
            of_user[project_id, user_id] = known
            groups[project_id][known].people += guest_id is None
    partners = (user_id for _project_id, user_id in of_user if user_id is not None)
    for project_id, doer_id, guest_id, at, count in _deeds(session, ids, partners):
        known = of_guest.get(guest_id) or of_user.get((project_id, doer_id))
        if known is not None:
            groups[project_id][known].deeds.append((at, count))
    contacts: dict[int, list[PartnerContact]] = defaultdict(list)
    for contact in _contacts(session, ids):
        contacts[contact.project_id].append(contact)
        known = key_of(contact.sector, contact.name, folded)
        if known in groups[contact.project_id]:
            groups[contact.project_id][known].contacts.append(contact)
    return {id_: Involved(_in_order(found), unknown[id_], contacts[id_]) for id_, found in groups.items()}


def standings(
    session: Session, projects: Sequence[Project], settings: Settings
) -> list[tuple[Project, Group, Standing]]:
    """Where every group of these projects stands."""
    now = utcnow()
    involved = involved_in(session, projects)
    return [
        (project, group, standing_of(group.facts(now), settings))
        for project in projects
        for group in involved[project.id].groups
    ]


def shown_name(sector: Sector, name: str) -> str:
    """What a group is called on pages."""
    return name or _(WITHOUT[sector])


def _group(groups: dict[Key, Group], key: Key, name: str, since: datetime) -> Group:
    found = groups.setdefault(key, Group(key[0], " ".join(name.split()), since))
    found.since = min(found.since, since)
    return found


def _in_order(groups: Mapping[Key, Group]) -> list[Group]:
    """By sector, organisations by name, then those without one."""
    order = list(Sector)
    keys = sorted(groups, key=lambda key: (order.index(key[0]), not groups[key].name, key[1]))
    return [groups[key] for key in keys]


def _accounts(session: Session, ids: Sequence[int]) -> list[tuple[int, int, int | None, str]]:
    found = session.execute(
        select(Membership.project_id, Membership.user_id, Membership.guest_id, User.name)
        .join(User, User.id == Membership.user_id)
        .where(Membership.role == Role.PARTNER, Membership.project_id.in_(ids))
        .distinct()
    )
    return [tuple(row) for row in found]  # type: ignore[misc]


def _deeds(
    session: Session, ids: Sequence[int], users: Iterable[int]
) -> list[tuple[int, int | None, int | None, datetime, int]]:
    """What guests did in these projects, and what these users did, in order."""
    found = session.execute(
        select(Activity.project_id, Activity.user_id, Activity.guest_id, Activity.at, Activity.count)
        .where(
            Activity.project_id.in_(ids),
            or_(Activity.guest_id.is_not(None), Activity.user_id.in_(set(users))),
            Activity.kind.not_in(ARRIVALS),
        )
        .order_by(Activity.at)
    )
    return [tuple(row) for row in found]  # type: ignore[misc]


def _contacts(session: Session, ids: Sequence[int]) -> list[PartnerContact]:
    found = session.scalars(
        select(PartnerContact)
        .where(PartnerContact.project_id.in_(ids))
        .options(joinedload(PartnerContact.by))
        .order_by(PartnerContact.at.desc(), PartnerContact.id.desc())
    )
    return list(found)
