"""Erasing somebody who asked by letter: found by address or author key, at once, with a rehearsal."""

from dataclasses import dataclass

from models.errors import NotFound, Refused
from models.events import take_events
from models.i18n import N_
from models.partner import GuestContributor
from models.people import User
from models.personal_rows import find_person
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


def erase_by_name_of(who: str, *, texts: bool, dry_run: bool) -> Report:
    """Erase whose address or author key this is, and overwrite what that leaves on the disk. Commits.

    Raises: NotFound; Refused for an invented person, or when nothing is left.
    """
    with transaction() as session:
        someone: User | GuestContributor | None = find_user(session, who) or find_person(session, who)
        if someone is None:
            raise NotFound(NOBODY)
        if isinstance(someone, User) and someone.is_demo:
            raise Refused("demo", DEMO_STAYS)
        name, key = someone.name, someone.key
        boards = len(documents_of(session, key))
        rows = erase(session, someone, texts=texts)
        if dry_run:
            session.rollback()
            take_events(session)
    return Report(name, key, rows, boards, dry_run or scrub(database()))
