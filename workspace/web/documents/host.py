"""Who holds the open documents: an interface, and the plain holder that opens them from the database.

Inside the live server the realtime package takes the place of `StoredDocuments`, so that an edit sent
over HTTP meets the same open document, in the same order, as those sent over sockets.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, cast

from flask import current_app

from models.board.guard import SYNC
from models.board.messages import refusal
from models.board.rules import BoardActor
from models.board.sync import LiveDocument
from models.document_log import append_update, load_document, own_clients
from models.session import reading, transaction

EXTENSION = "etabli_documents"


@dataclass(frozen=True)
class DocumentState:
    """A whole document: one Yjs v1 update, as of row `seq` of `epoch`."""

    epoch: int
    seq: int
    content: bytes


class DocumentHost(Protocol):
    """What the HTTP routes ask of whoever holds the documents."""

    def state(self, document_id: int) -> DocumentState:
        """The committed state. Raises: NotFound, CorruptDocument."""
        ...

    def sync(
        self,
        document_id: int,
        writer: Callable[[], BoardActor],
        state_vector: bytes,
        update: bytes,
        epoch: int | None = None,
    ) -> tuple[int, bytes]:
        """Commit `update` (b"": none) and give the newest seq and what `state_vector` misses.

        `writer` is asked when the update is about to be judged, however long it had to wait: who writes, and
        what they may do by then. `epoch` is the one that the caller's document belongs to, None when they do
        not know it. Raises: what `writer` raises, Refused ("epoch" when the document was replaced meanwhile),
        NotFound, CorruptDocument.
        """
        ...


class StoredDocuments:
    """Opens the document from the database for each request."""

    def state(self, document_id: int) -> DocumentState:
        """See DocumentHost."""
        with reading() as session:
            stored = load_document(session, document_id)
        document = LiveDocument.open(stored.snapshot, stored.updates)
        return DocumentState(stored.epoch, stored.seq, document.snapshot())

    def sync(
        self,
        document_id: int,
        writer: Callable[[], BoardActor],
        state_vector: bytes,
        update: bytes,
        epoch: int | None = None,
    ) -> tuple[int, bytes]:
        """See DocumentHost. One transaction reads the document and appends to it."""
        actor = writer() if update else None
        with transaction() as session:
            stored = load_document(session, document_id)
            if epoch is not None and epoch != stored.epoch:
                raise refusal("epoch")
            document = LiveDocument.open(stored.snapshot, stored.updates)
            seq = stored.seq
            if actor is not None:
                proposal = document.propose(
                    update,
                    actor,
                    limits=SYNC,
                    may_use=may_use(stored.owners, actor.key),
                )
                if not proposal.is_empty:
                    seq = append_update(session, document_id, proposal.update, [actor.key], stored.epoch)
                    new = {client: actor.key for client in proposal.clients if client not in stored.owners}
                    if own_clients(session, document_id, new):
                        raise refusal("client_id")
                    document.accept(proposal.update)
            return seq, document.diff(state_vector)


def may_use(owners: Mapping[int, str], actor_key: str) -> Callable[[frozenset[int]], bool]:
    """The rule that a Yjs client id belongs to the person who used it first."""

    def check(clients: frozenset[int]) -> bool:
        return all(owners.get(client, actor_key) == actor_key for client in clients)

    return check


def documents() -> DocumentHost:
    """Whoever holds the documents of this application."""
    return cast("DocumentHost", current_app.extensions.get(EXTENSION) or StoredDocuments())
