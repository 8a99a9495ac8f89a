"""Since when things are new to somebody: their last visit, kept through this one.

A visit ends after half an hour without a page. The browser's form session remembers when the one before
ended, so that reloading the page does not make the news disappear.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import session as browser
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import utcnow
from models.people import User
from models.policy import Actor

VISIT_GAP = timedelta(minutes=30)
FIRST_WINDOW = timedelta(days=7)
KEPT = "visit"


@dataclass(frozen=True)
class Visit:
    """From when on things are new; `is_known` is False for a first visit or a new device."""

    since: datetime
    is_known: bool


def last_visit(session: Session, actor: Actor) -> Visit:
    """When the actor's previous visit ended; a week ago for somebody of whom nothing is known."""
    now = utcnow()
    account = session.scalar(select(User.last_seen_at).where(User.id == actor.user_id))
    if account is not None:
        seen_at = min(account, actor.seen_at or account)
        if seen_at < now - VISIT_GAP:
            browser[KEPT] = [actor.key, seen_at.timestamp()]
            return Visit(seen_at, is_known=True)
    kept = _kept(actor)
    return Visit(kept or now - FIRST_WINDOW, is_known=kept is not None)


def _kept(actor: Actor) -> datetime | None:
    match browser.get(KEPT):
        case [actor.key, float() as moment]:
            return datetime.fromtimestamp(moment, UTC)
    return None
