"""People whose pages are open learn at once that they were told something, whichever process wrote it.

A bell is quick; but one may be lost, and a worker without Redis rings none. So the newest notifications are
looked for every few seconds too: one query for all who are connected here.
"""

from sqlalchemy import func, select

from models.notification import Notification
from models.session import reading
from realtime.clients import Clients
from realtime.telling import tell_notified

LATE_IDS = 200
"""Numbers are given before the commit: one may become visible after many that are higher."""
AT_MOST = 1000


class Notifying:
    """See the module."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._last: int | None = None
        self._known: set[int] = set()

    def hear(self, user_id: int | None) -> None:
        """Somebody was told something."""
        if user_id is not None:
            tell_notified(self._clients, user_id)

    def look(self) -> None:
        """Tell those who were told something since the last look. Raises: SQLAlchemyError."""
        with reading() as session:
            if self._last is None:  # whoever came before the first look asks again
                self._last = session.scalar(select(func.max(Notification.id))) or 0
                self._known = set(range(self._last - LATE_IDS, self._last + 1))
                for client in self._clients:
                    self.hear(client.actor.user_id)
                return
            rows = session.execute(
                select(Notification.id, Notification.user_id)
                .where(Notification.id > self._last - LATE_IDS)
                .order_by(Notification.id)
                .limit(AT_MOST)
            ).all()
        fresh = [row for row in rows if row.id not in self._known]
        for user_id in {row.user_id for row in fresh}:
            self.hear(user_id)
        self._last = max([self._last, *(row.id for row in fresh)])
        self._known = {row.id for row in rows}
