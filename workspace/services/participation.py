"""Who took part in a cohort, week by week: by team, person by person for its tutors, one's own for oneself.

Figures to talk about, never a ranking: rows are in the order of names, nothing is compared. Counted is
`Activity.count`; a vote is secret, and is not in it. Guests are told by sector, never by name.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from models.activity import Activity
from models.cohort import Cohort, Team
from models.i18n import N_
from models.membership import Membership, is_live
from models.partner import SECTOR_LABELS, GuestContributor, Sector
from models.people import User
from models.policy import Actor, Role
from models.project import Project
from workspace.i18n import _

WEEKS = 8
GUESTS = N_("Invité·es : %(sector)s")

Row = tuple[str, list[int]]


def week_starts(now: datetime) -> list[datetime]:
    """The starts of the last eight periods of seven days, oldest first; the last one ends now."""
    return [now - timedelta(weeks=WEEKS - position) for position in range(WEEKS)]


def week_labels(cohort: Cohort, now: datetime) -> list[str]:
    """The weeks of the training in which the eight periods end: 'S3', 'S4'…"""
    zone = ZoneInfo(cohort.time_zone)
    days = [(start.astimezone(zone).date() - cohort.starts_on).days for start in week_starts(now)]
    return [_("S%(week)s", week=max(0, day // 7 + 1)) for day in days]


def bucket_of(starts: Sequence[datetime]) -> ColumnElement[int]:
    """Which of the weeks an activity lies in, as SQL: 0 is the oldest."""
    newest_first = reversed(list(enumerate(starts)))
    return case(*[(Activity.at >= start, position) for position, start in newest_first], else_=-1)


def no_weeks() -> list[int]:
    """Eight weeks in which nothing happened."""
    return [0] * WEEKS


def weeks_of(session: Session, ids: Sequence[int], now: datetime) -> Mapping[int, list[int]]:
    """The eight weeks of each project, whoever took part: one query."""
    starts = week_starts(now)
    bucket = bucket_of(starts).label("bucket")
    found: dict[int, list[int]] = defaultdict(no_weeks)
    rows = session.execute(
        select(Activity.project_id, bucket, func.sum(Activity.count))
        .where(Activity.project_id.in_(ids), Activity.at >= starts[0])
        .group_by(Activity.project_id, bucket)
    )
    for project_id, position, total in rows:
        if project_id is not None:
            found[project_id][position] = int(total)
    return found


def by_team(projects: Sequence[Project], weeks: Mapping[int, list[int]]) -> list[Row]:
    """The teams in the order of their names. Needs `team` loaded."""
    return sorted((project.team.name, weeks.get(project.id) or no_weeks()) for project in projects)


def by_person(session: Session, cohort: Cohort, now: datetime) -> list[Row]:
    """The learners by name, then the guests of each sector together: two queries."""
    learners = session.execute(
        select(User.id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.role == Role.LEARNER,
            (Membership.cohort_id == cohort.id)
            | Membership.team_id.in_(select(Team.id).where(Team.cohort_id == cohort.id)),
            is_live(),
        )
        .distinct()
    )
    rows = {user_id: (name, no_weeks()) for user_id, name in learners}
    guests: dict[Sector, list[int]] = {}
    starts = week_starts(now)
    bucket = bucket_of(starts).label("bucket")
    counted = session.execute(
        select(Activity.user_id, GuestContributor.sector, bucket, func.sum(Activity.count))
        .outerjoin(GuestContributor, GuestContributor.id == Activity.guest_id)
        .where(Activity.cohort_id == cohort.id, Activity.at >= starts[0])
        .group_by(Activity.user_id, GuestContributor.sector, bucket)
    )
    for user_id, sector, position, total in counted:
        if sector is not None:
            guests.setdefault(sector, no_weeks())[position] = int(total)
        elif user_id in rows:
            rows[user_id][1][position] = int(total)
    aside = [
        (_(GUESTS, sector=_(SECTOR_LABELS[sector])), guests[sector]) for sector in Sector if sector in guests
    ]
    return sorted(rows.values()) + aside


def own_weeks(session: Session, actor: Actor, cohort: Cohort, now: datetime) -> list[int]:
    """What the actor did in this cohort: one query. For themselves only."""
    starts = week_starts(now)
    bucket = bucket_of(starts).label("bucket")
    weeks = no_weeks()
    rows = session.execute(
        select(bucket, func.sum(Activity.count))
        .where(Activity.user_id == actor.user_id, Activity.cohort_id == cohort.id, Activity.at >= starts[0])
        .group_by(bucket)
    )
    for position, total in rows:
        weeks[position] = int(total)
    return weeks
