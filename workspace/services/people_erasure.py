"""Erasing somebody who asked by letter: found by address or author key, at once, with a rehearsal."""

from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from models.errors import NotFound, Refused
from models.i18n import N_
from models.partner import GuestContributor
from models.people import User
from models.personal_rows import find_person, people_in
from models.session import database, transaction
from workspace.jobs.texts import documents_of
from workspace.services.accounts import DEMO_STAYS, find_user
from workspace.services.document_erasure import scrub
from workspace.services.erasure import Erased, erase

NOBODY = N_("Personne n’a cette adresse ni cette clé.")


@dataclass(frozen=True)
class Report:
    """Who, and how many rows of each table were deleted or emptied."""

    name: str
    key: str
    rows: Erased
    boards: int
    is_scrubbed: bool


class _Rehearsed(Exception):
    """Rolls the transaction back, with all it has recorded."""


def erase_by_name_of(who: str, *, texts: bool, dry_run: bool) -> Report:
    """Erase whose address or author key this is, and overwrite what that leaves on the disk. Commits.

    Raises: NotFound; Refused for an invented person, or when nothing is left.
    """
    reports: list[Report] = []
    with suppress(_Rehearsed), transaction() as session:
        reports.append(_erase(session, who, texts=texts))
        if dry_run:
            raise _Rehearsed
    return reports[0] if dry_run else replace(reports[0], is_scrubbed=scrub(database()))


def _erase(session: Session, who: str, *, texts: bool) -> Report:
    someone: User | GuestContributor | None = find_user(session, who) or find_person(session, who)
    if someone is None:
        raise NotFound(NOBODY)
    if isinstance(someone, User) and someone.is_demo:
        raise Refused("demo", DEMO_STAYS)
    name, key = someone.name, someone.key
    written = {found for person in people_in(session, someone) for found in documents_of(session, person.key)}
    return Report(name, key, erase(session, someone, texts=texts), len(written), is_scrubbed=True)
