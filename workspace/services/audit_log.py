"""Reading the audit log: filtered, paged by id, in sentences; one's own actions; the file to take away."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from time import sleep
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from models.access import MAX_ID, audited_places, visible_audit
from models.audit import (
    COMMAND,
    NOBODY,
    AuditAction,
    AuditEntry,
    Export,
    SubjectKind,
    audit,
    user_key,
)
from models.policy import Actor, Role, Where
from models.stages import STEPS
from workspace.i18n import _, current_zone, format_date, ngettext
from workspace.services.audit_names import Known, Names, find_names, people_names, person_of
from workspace.services.audit_texts import (
    COMMAND_LINE,
    EXPORT_LABELS,
    GONE,
    GROUP_OF,
    GROUPS,
    NUMBER,
    OWN_SENTENCES,
    PERSON_GONE,
    PERSON_INVITED,
    PROJECT_GONE,
    PROJECT_NUMBER,
    ROLE_LABELS,
    SENTENCES,
    SOMEBODY_UNKNOWN,
    SYMBOLS,
    TITLED,
)
from workspace.services.journal import SOMEBODY

PER_PAGE = 50
EXPORT_LIMIT = 10_000
EXPORT_STEP = 200
CHOICES = 300
LOOKED_BACK = 2_000
"""Among how many of the newest entries the people to filter by are looked for."""
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)
_KEY = re.compile(rf"[ug][0-9]{{1,10}}|{COMMAND}")


@dataclass(frozen=True)
class AuditFilters:
    """What to keep; empty values keep everything. `kind` is a group of actions, days are the reader's."""

    person: str = ""
    kind: str = ""
    cohort_id: int | None = None
    since: date | None = None
    until: date | None = None
    before: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is filtered, whatever the page."""
        return replace(self, before=None) == AuditFilters()

    @property
    def params(self) -> dict[str, str]:
        """As in an address, without the page."""
        named = {
            "person": self.person,
            "kind": self.kind,
            "cohort": str(self.cohort_id or ""),
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True)
class AuditLine:
    """An entry in the reader's language: what was done, what must be known besides, and where."""

    id: int
    at: datetime
    action: AuditAction
    actor_key: str
    who: str
    text: str
    details: list[str]
    places: list[str]

    @property
    def symbol(self) -> str:
        """The icon of its kind."""
        return SYMBOLS[GROUP_OF[self.action]]


@dataclass(frozen=True)
class AuditPage:
    """A page of the log, the newest first. `older` is the id before which the next page begins."""

    lines: list[AuditLine]
    older: int | None


def read_filters(sent: Mapping[str, str]) -> AuditFilters:
    """The filters of an address or a form; what cannot be read filters nothing."""
    kind, person = sent.get("kind", ""), sent.get("person", "")
    return AuditFilters(
        person=person if _KEY.fullmatch(person) else "",
        kind=kind if kind in GROUPS else "",
        cohort_id=_number(sent.get("cohort", "")),
        since=_day(sent.get("since", "")),
        until=_day(sent.get("until", "")),
        before=_number(sent.get("before", "")),
    )


def _number(written: str) -> int | None:
    is_number = written.isascii() and written.isdigit() and len(written) <= len(str(MAX_ID))
    return int(written) if is_number and 0 < int(written) <= MAX_ID else None


def _day(written: str) -> date | None:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def audit_page(session: Session, actor: Actor, filters: AuditFilters) -> AuditPage:
    """One page of what the actor may read. Raises: NotFound for those who may read nothing."""
    return _page(session, actor, [visible_audit(actor), *_conditions(filters)], filters.before)


def own_actions(session: Session, actor: Actor, before: int | None) -> AuditPage:
    """What the actor did, and refused sign-ins to their account."""
    refused = and_(
        AuditEntry.action == AuditAction.SIGN_IN_REFUSED,
        AuditEntry.subject_kind == SubjectKind.USER,
        AuditEntry.subject_id == actor.user_id,
    )
    return _page(session, actor, [or_(AuditEntry.actor_key == actor.key, refused)], before)


def _page(
    session: Session, actor: Actor, conditions: Sequence[ColumnElement[bool]], before: int | None
) -> AuditPage:
    entries = _entries(session, conditions, before, PER_PAGE + 1)
    shown = entries[:PER_PAGE]
    older = shown[-1].id if len(entries) > PER_PAGE else None
    return AuditPage(_lines(session, actor, shown), older)


def _entries(
    session: Session, conditions: Sequence[ColumnElement[bool]], before: int | None, limit: int
) -> Sequence[AuditEntry]:
    statement = select(AuditEntry).where(*conditions).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    return session.scalars(statement).all()


def _conditions(filters: AuditFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.person:
        found.append(_concerns(filters.person))
    if filters.kind:
        found.append(AuditEntry.action.in_(GROUPS[filters.kind][1]))
    if filters.cohort_id:
        found.append(AuditEntry.cohort_id == filters.cohort_id)
    zone = current_zone()
    if filters.since:
        found.append(AuditEntry.at >= _midnight(filters.since, zone))
    if filters.until:
        found.append(AuditEntry.at < _midnight(filters.until + timedelta(days=1), zone))
    return found


def _concerns(key: str) -> ColumnElement[bool]:
    """What this person did, and what was done to them."""
    person = person_of(key)
    acted = AuditEntry.actor_key == key
    if person is None:
        return acted
    return or_(acted, and_(AuditEntry.subject_kind == person[0], AuditEntry.subject_id == person[1]))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def people_to_filter(session: Session, actor: Actor, chosen: str) -> list[tuple[str, str]]:
    """Keys and names of those who acted lately, by name; the chosen one too."""
    newest = (
        select(AuditEntry.actor_key)
        .where(visible_audit(actor))
        .order_by(AuditEntry.id.desc())
        .limit(LOOKED_BACK)
        .subquery()
    )
    keys = set(session.scalars(select(newest.c.actor_key).distinct().limit(CHOICES)))
    named = people_names(session, keys)
    if COMMAND in keys:
        named[COMMAND] = _(COMMAND_LINE)
    people = sorted(named.items(), key=lambda one: one[1].casefold())
    if chosen and chosen not in named:
        people.append((chosen, _("La personne choisie")))
    return people


def _lines(session: Session, actor: Actor, entries: Sequence[AuditEntry]) -> list[AuditLine]:
    names = find_names(session, actor, entries)
    return [_line(entry, names) for entry in entries]


def _line(entry: AuditEntry, names: Names) -> AuditLine:
    facts = entry.facts
    who = _who(entry, names)
    is_own = entry.subject_kind is SubjectKind.USER and entry.actor_key == user_key(entry.subject_id)
    sentence = OWN_SENTENCES.get(entry.action) if is_own else None
    role, step, export = facts.get("role"), facts.get("step"), facts.get("export")
    text = _(
        sentence or SENTENCES[entry.action],
        who=who,
        person=_person(entry, names),
        thing=_thing(entry, names),
        role=_(ROLE_LABELS[Role(role)]) if role else "",
        step=_(STEPS[step - 1].name) if step else "",
        export=_(EXPORT_LABELS[Export(export)]) if export else "",
    )
    return AuditLine(
        id=entry.id,
        at=entry.at,
        action=entry.action,
        actor_key=entry.actor_key,
        who=who,
        text=text,
        details=_details(entry.action, facts),
        places=_places(entry, names),
    )


def _who(entry: AuditEntry, names: Names) -> str:
    if entry.actor_key in (COMMAND, NOBODY):
        return _(COMMAND_LINE if entry.actor_key == COMMAND else SOMEBODY_UNKNOWN)
    person = person_of(entry.actor_key)
    known = names.of(*person, entry.at) if person else None
    return (known.name if known else None) or _(SOMEBODY)


def _person(entry: AuditEntry, names: Names) -> str:
    if entry.subject_kind not in (SubjectKind.USER, SubjectKind.GUEST):
        return _(PERSON_INVITED)
    known = names.of(entry.subject_kind, entry.subject_id, entry.at)
    return (known.name if known else None) or _(PERSON_GONE)


def _thing(entry: AuditEntry, names: Names) -> str:
    if entry.subject_kind not in TITLED:
        return _(NUMBER, id=entry.subject_id) if entry.subject_id else ""
    known = names.of(entry.subject_kind, entry.subject_id, entry.at)
    if known is None:
        return _(GONE)
    return _quoted(known) or _(NUMBER, id=entry.subject_id)


def _quoted(known: Known) -> str:
    return _("« %(name)s »", name=known.name) if known.name else ""


def _details(action: AuditAction, facts: Mapping[str, Any]) -> list[str]:
    found = []
    count = facts.get("count")
    if action is AuditAction.LINK_MADE and count:
        found.append(ngettext("pour %(num)s personne", "pour %(num)s personnes au plus", count))
    elif action is AuditAction.LINK_REVOKED and count:
        found.append(ngettext("%(num)s personne n’a plus accès", "%(num)s personnes n’ont plus accès", count))
    elif action is AuditAction.EXPORT_DOWNLOADED and count is not None:
        found.append(ngettext("%(num)s ligne", "%(num)s lignes", count))
    elif count:
        found.append(ngettext("%(num)s session fermée", "%(num)s sessions fermées", count))
    if since := facts.get("since"):
        found.append(_("à partir du %(date)s", date=_long(since)))
    if until := facts.get("until"):
        found.append(_("jusqu’au %(date)s", date=_long(until)))
    elif action is AuditAction.MEMBERSHIP_DATES_CHANGED:
        found.append(_("sans date de fin"))
    return found


def _long(moment: str) -> str:
    return format_date(datetime.fromisoformat(moment), "long")


def _places(entry: AuditEntry, names: Names) -> list[str]:
    """Project, team, and cohort or programme, as far as the reader may know their names."""
    found = []
    if entry.project_id is not None:
        project = names.of(SubjectKind.PROJECT, entry.project_id, entry.at)
        if project is None:
            found.append(_(PROJECT_GONE))
        else:
            found.append(project.name or _(PROJECT_NUMBER, id=entry.project_id))
    outer = [
        (SubjectKind.TEAM, entry.team_id),
        (SubjectKind.COHORT, entry.cohort_id),
        (SubjectKind.PROGRAMME, entry.programme_id if entry.cohort_id is None else None),
    ]
    known = [names.of(kind, id_, entry.at) for kind, id_ in outer if id_ is not None]
    return found + [place.name for place in known if place is not None and place.name]


def take_away(session: Session, actor: Actor, filters: AuditFilters) -> Iterator[AuditLine]:
    """The newest lines that the filters keep, at most EXPORT_LIMIT, read in steps."""
    conditions = [visible_audit(actor), *_conditions(filters)]
    before: int | None = None
    for _step in range(EXPORT_LIMIT // EXPORT_STEP):
        entries = _entries(session, conditions, before, EXPORT_STEP)
        yield from _lines(session, actor, entries)
        if len(entries) < EXPORT_STEP:
            return
        before = entries[-1].id
        session.expunge_all()
        sleep(0)  # boards of the same process go on between two steps


def csv_rows(lines: Iterable[AuditLine]) -> Iterator[list[str]]:
    """A heading, then one row per line; times with the offset of the reader's zone."""
    zone = current_zone()
    yield [_("Numéro"), _("Date"), _("Personne"), _("Action"), _("Code"), _("Précisions"), _("Où")]
    for line in lines:
        at = line.at.astimezone(zone).isoformat(sep=" ", timespec="seconds")
        details, places = " · ".join(line.details), " · ".join(line.places)
        yield [str(line.id), at, line.who, line.text, line.action.value, details, places]


def note_export(session: Session, actor: Actor, count: int) -> None:
    """The log keeps that it was taken away, where those who manage the same scope will read it."""
    places = audited_places(actor)
    if Where() in places:
        places = [Where()]
    for place in dict.fromkeys(places):
        audit(
            session,
            actor,
            AuditAction.EXPORT_DOWNLOADED,
            where=place,
            export=Export.AUDIT_LOG,
            count=count,
        )
