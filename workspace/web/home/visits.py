"""Since when things are new to somebody: their last visit, kept through this one.

A visit ends after half an hour without a page. The browser's form session remembers when the one before
ended, so that reloading the page does not make the news disappear.
"""

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


def last_visit(session: Session, actor: Actor) -> datetime:
    """When the actor's previous visit ended; a week ago for somebody of whom nothing is known."""
    now = utcnow()
    account = session.scalar(select(User.last_seen_at).where(User.id == actor.user_id))
    moments = [moment for moment in (account, actor.seen_at) if moment is not None]
    seen_at = min(moments, default=None)
    if account is not None and seen_at is not None and seen_at < now - VISIT_GAP:
        browser[KEPT] = [actor.key, seen_at.timestamp()]
        return seen_at
    return _kept(actor) or now - FIRST_WINDOW


def _kept(actor: Actor) -> datetime | None:
    kept = browser.get(KEPT)
    if not isinstance(kept, list) or len(kept) != 2 or kept[0] != actor.key:
        return None
    return datetime.fromtimestamp(kept[1], UTC)
