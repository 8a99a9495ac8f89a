"""Writers that stay connected by themselves, and the three promises kept to them.

Every writer logs what it means to write and what was acknowledged (tests/live/node/edit-log.mjs).
`stored()` reads the document's log straight from the database, so that what was acknowledged is compared
with what is really there.
"""

import base64
import time
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from models.document import DocumentSnapshot, DocumentUpdate
from models.partner import ShareLink
from models.policy import Role
from tests.factories import grant, make_guest, make_user
from tests.live.live_support import HANG_SECONDS, Driver, LiveServer, Person, eventually


def sign_in_writer(server: LiveServer, number: int) -> Person:
    """Somebody of their own: every third a guest of the team's link, the others of the team."""
    name, world = f"writer {number}", server.world
    if name not in world.people and name not in world.guests:
        with server.transaction() as session:
            if number % 3 == 2:
                link = session.get_one(ShareLink, world.guests["guest"].link_id)
                world.guests[name] = make_guest(session, link, name)
            else:
                world.people[name] = make_user(session, name)
                grant(session, world.people[name], Role.LEARNER, team_id=world.team.id)
    return server.sign_in(name)


class Fleet:
    """`count` writers on one document. Each knows its own way back after a disconnection."""

    def __init__(
        self,
        driver: Driver,
        server: LiveServer,
        count: int = 20,
        *,
        urls: Iterable[str] = (),
        backoff: tuple[int, int] = (500, 15_000),
    ) -> None:
        """`urls`: where to connect, in turn, without a final slash; the server's own when there are none."""
        self.driver = driver
        self.server = server
        self.document_id = server.document_id
        self.backoff = backoff
        self._urls = list(urls)
        self.clients = [driver.client() for _ in range(count)]
        self._people = [sign_in_writer(server, number) for number in range(count)]
        self._csrf = server.csrf()

    @property
    def names(self) -> list[str]:
        """The clients' names in the driver."""
        return [client.name for client in self.clients]

    def _url(self, number: int) -> str:
        return self._urls[number % len(self._urls)] if self._urls else self.server.url

    # -- what they do ---------------------------------------------------------------------------

    def enter(self, seconds: float = HANG_SECONDS, *, wait: bool = True) -> "Fleet":
        """Everybody connects and stays; returns when all are in, at once without `wait`."""
        for number, (client, person) in enumerate(zip(self.clients, self._people, strict=True)):
            client("keep", **self._home(self._url(number), person))
        if wait:
            self.await_connected(seconds)
        return self

    def _home(self, url: str, person: Person) -> dict[str, Any]:
        token, cookie = self._csrf
        first, most = self.backoff
        return {
            "url": url,
            "cookie": person.cookie,
            "csrf": {"token": token, "cookie": cookie},
            "doc": self.document_id,
            "first": first,
            "most": most,
        }

    def write(self, prefix: str, *, every: float = 80, seed: int = 0) -> None:
        """Everybody writes an edit every `every` ms or so; the ids begin with `prefix`."""
        for number, client in enumerate(self.clients):
            is_guest = self._people[number].name in self.server.world.guests
            client("write", number=number, prefix=prefix, every=every, seed=seed, keepsToOwn=is_guest)

    def pause(self) -> None:
        """Nobody writes any more; what was written still travels."""
        self._all("pause")

    def quit(self) -> None:
        """Everybody leaves for good."""
        self.pause()
        for client in self.clients:
            client("quit")

    # -- what is known of them ------------------------------------------------------------------

    def _all(self, op: str, **arguments: Any) -> Any:
        return self.driver.call(op, "fleet", clients=self.names, **arguments)

    def survey(self) -> list[dict[str, Any]]:
        """Per client: connected, waiting, acked, edits, connections."""
        return self._all("survey")  # type: ignore[no-any-return]

    def acked(self) -> int:
        """How many edits were acknowledged so far, in all."""
        return sum(client["acked"] for client in self.survey())

    def await_acked(self, count: int, seconds: float = HANG_SECONDS) -> None:
        """Wait until `count` edits were acknowledged."""
        eventually(lambda: self.acked() >= count, seconds, f"{count} acknowledgements")

    def await_connected(self, seconds: float) -> None:
        """Wait until all are connected and joined."""
        eventually(lambda: all(client["connected"] for client in self.survey()), seconds, "connections")

    # -- the promises ---------------------------------------------------------------------------

    def stored(self) -> list[str]:
        """The newest snapshot and the rows after it, in base64: what the database holds now."""
        with self.server.reading() as session:
            snapshot = session.execute(
                select(DocumentSnapshot.seq, DocumentSnapshot.content)
                .where(DocumentSnapshot.document_id == self.document_id)
                .order_by(DocumentSnapshot.seq.desc())
                .limit(1)
            ).one_or_none()
            rows = session.execute(
                select(DocumentUpdate.seq, DocumentUpdate.update)
                .where(
                    DocumentUpdate.document_id == self.document_id,
                    DocumentUpdate.seq > (snapshot.seq if snapshot else 0),
                )
                .order_by(DocumentUpdate.seq)
            ).all()
        first = snapshot.seq + 1 if snapshot else 1
        seqs = [row.seq for row in rows]
        assert seqs == list(range(first, first + len(seqs))), "a number is missing in the log"
        contents = ([snapshot.content] if snapshot else []) + [row.update for row in rows]
        return [base64.b64encode(content).decode() for content in contents]

    def check_stored(self) -> dict[str, Any]:
        """0 acknowledged edits lost, 0 doubled, in what the database holds now. Gives the counts."""
        found: dict[str, Any] = self._all("verify", updates=self.stored())
        assert found["lost"] == [], f"{len(found['lost'])} acknowledged edits are lost"
        assert found["doubled"] == [], f"{len(found['doubled'])} edits are there twice"
        assert found["refused"] == [], found["refused"][:5]
        assert not found["pending"], "what is stored refers to something that is not"
        return found

    def converge(self, seconds: float = HANG_SECONDS) -> float:
        """All are connected, everything is acknowledged, all replicas are equal. Gives the seconds."""
        started = time.monotonic()
        try:
            eventually(self._is_settled, seconds, "convergence")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self._stragglers()}\n{self.server.errors()[-2000:]}") from error
        return time.monotonic() - started

    def _stragglers(self) -> str:
        """What happened last to those who are not settled."""
        found = []
        for client, known in zip(self.clients, self.survey(), strict=True):
            if known["waiting"] or not known["connected"]:
                found.append(f"{client.name}: {known}, {client('events')[-5:]}")
        return "\n".join(found[:3]) or "all are settled, but not equal"

    def _is_settled(self) -> bool:
        if not all(client["connected"] and client["waiting"] == 0 for client in self.survey()):
            return False
        prints = self._fingerprints()
        return all(one == prints["stored"] for one in prints["clients"])

    def _fingerprints(self) -> dict[str, Any]:
        return self._all("fingerprints", updates=self.stored())  # type: ignore[no-any-return]

    def check(self, seconds: float = HANG_SECONDS) -> dict[str, Any]:
        """Stop writing, converge, and compare everything that was acknowledged. Gives counts and seconds."""
        self.pause()
        took = self.converge(seconds)
        found = {**self.check_stored(), "seconds": round(took, 2)}
        assert found["acked"] == found["edits"], "all came back, so all must be acknowledged by now"
        return found
