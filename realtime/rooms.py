"""One open document: who is in it, what waits for its commit, and what is told to whom.

A room never touches the database. An edit is proposed (guard, rehearsal, rules) and waits in `pending`;
the flusher commits what waits in all rooms at once and calls `committed()`, which applies, broadcasts
and acknowledges; `refused()` when the commit failed. Every use of the document holds `lock` and never
yields; the lock is not held during a commit.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from models import failpoints
from models.board.guard import SYNC, Limits
from models.board.rules import BoardActor
from models.board.sync import LiveDocument
from models.board_rights import BoardRights
from models.document_log import LogRow, StoredDocument
from models.errors import Refused
from realtime import protocol
from realtime.clients import Client
from realtime.fanout import Person
from realtime.members import Batch, BoardFacts, Member, Somebody, Stranger
from realtime.outbound import Acknowledgement, Outgoing
from realtime.protocol import ClientUpdate, Cursor
from realtime.roster import Roster

log = logging.getLogger("etabli.realtime")

MAX_HEARD_ROWS = 64
COLOURS = ("jonc", "ciel", "rose", "menthe", "abricot", "lilas", "anis", "sable")


class Room:
    """See the module."""

    def __init__(
        self,
        document_id: int,
        handle: int,
        board: BoardFacts,
        document: LiveDocument,
        stored: StoredDocument,
        people_changed: Callable[["Room"], None],
    ) -> None:
        self.document_id = document_id
        self.handle = handle
        self.board = board
        self.document = document
        self.epoch = stored.epoch
        self.seq = stored.seq
        self.owners = dict(stored.owners)
        self.new_owners: dict[int, str] = {}
        self.lock = threading.Lock()
        self.members: dict[str, Member] = {}  # by Socket.IO id
        self.strangers: dict[tuple[bytes, int], Stranger] = {}  # by process and their peer number there
        self.roster = Roster(self, people_changed)
        self.pending: list[Batch] = []
        self.idle_since = time.monotonic()
        self.is_closed = False
        self.is_broken = False
        self.preparing = threading.Lock()
        """Held by whoever prepares the first edit, for several steps; never together with `lock`."""
        self.is_committing = False
        self.told_light: dict[int, Cursor] = {}
        """Where each peer's cursor was last told to those in light mode."""
        self.failing_since: float | None = None
        self._last_peer = 0
        self._prefix = protocol.write_varint(handle)
        self._whole: tuple[int, bytes] | None = None
        self._heard: dict[int, bytes] = {}  # rows that other processes rang, by number
        self.newest_heard = 0

    def touch(self) -> None:
        """Somebody needs this document: it stays open a while longer."""
        self.idle_since = time.monotonic()

    # -- people ---------------------------------------------------------------------------------

    def enter(self, client: Client, rights: BoardRights) -> Member:
        """Add a client, or give it back its place; the roster tells everybody at the next tick."""
        known = self.members.get(client.sid)
        if known is not None:
            known.rights = rights
            self.roster.returned(known)
            return known
        self._last_peer += 1
        member = Member(client, self, self._last_peer, rights, self._colour_of(client.actor.key))
        self.members[client.sid] = member
        client.members[self.handle] = member
        self.roster.came(member)
        return member

    def leave(self, member: Member) -> None:
        """Take a client out; the roster tells the others. What it sent stays."""
        if self.members.pop(member.client.sid, None) is None:
            return
        member.client.members.pop(self.handle, None)
        self.idle_since = time.monotonic()
        self.roster.went(member)

    def stranger_came(self, place: tuple[bytes, int], person: Person) -> None:
        """Another process has somebody new in this document."""
        self._last_peer += 1
        self.strangers[place] = Stranger(self, self._last_peer, person)
        self.roster.came(self.strangers[place])

    def stranger_left(self, place: tuple[bytes, int]) -> None:
        """Another process has them no more."""
        self.roster.went(self.strangers.pop(place))

    def somebody(self, peer: int | None) -> Somebody | None:
        """Who has this number here."""
        everybody: list[Somebody] = [*self.members.values(), *self.strangers.values()]
        return next((one for one in everybody if one.peer == peer), None)

    def _colour_of(self, key: str) -> str:
        """A person keeps one colour in all their windows, and most days: their own unless somebody has it.

        What others have in another process may not be known yet: their own will rarely be the same.
        """
        taken = {stranger.person.key: stranger.colour for stranger in self.strangers.values()}
        taken |= {member.client.actor.key: member.colour for member in self.members.values()}
        if key in taken:
            return taken[key]
        used = set(taken.values())
        own = int(key[1:]) % len(COLOURS)
        return next((colour for colour in COLOURS[own:] + COLOURS[:own] if colour not in used), COLOURS[own])

    # -- the document ---------------------------------------------------------------------------

    def whole(self) -> tuple[int, bytes]:
        """The newest seq and the committed document as one update, encoded once per seq."""
        with self.lock:
            if self._whole is None or self._whole[0] != self.seq:
                self._whole = (self.seq, self.document.snapshot())
            return self._whole

    def catch_up(self, state_vector: bytes | None, at_most: int) -> tuple[int, bytes, bytes | None]:
        """The newest seq, its state vector, and what `state_vector` misses if that is `at_most` bytes.

        Raises: Refused when the state vector cannot be read.
        """
        seq, whole = self.whole()
        with self.lock:
            vector = self.document.state_vector()
            missing = whole if state_vector is None else self.document.diff(state_vector)
        return seq, vector, missing if len(missing) <= at_most else None

    def propose(self, sent: ClientUpdate, actor: BoardActor, limits: Limits, member: Member | None) -> Batch:
        """Guard, rehearse, judge, and let it wait for the next commit. Raises: Refused.

        What brings nothing new waits too, empty, so that its answer keeps its place.
        """
        failpoints.reach("received")
        with self.lock:
            proposal = self.document.propose(
                sent.update, actor, limits=limits, may_use=lambda clients: self._may_use(clients, actor.key)
            )
            for client_id in proposal.clients:
                if client_id not in self.owners:
                    self.owners[client_id] = self.new_owners[client_id] = actor.key
            batch = Batch(
                member=member,
                number=sent.number,
                actor=actor,
                update=b"" if proposal.is_empty else proposal.update,
                objects=frozenset() if proposal.is_empty else frozenset(proposal.changes.ids()),
            )
            self.pending.append(batch)
            self.idle_since = time.monotonic()
            return batch

    def _may_use(self, clients: frozenset[int], key: str) -> bool:
        return all(self.owners.get(client, key) == key for client in clients)

    @property
    def is_warm(self) -> bool:
        """Whether an edit can be judged at once; else it would pay for reading the whole document."""
        return self.document.is_warm

    def warm_up(self) -> Iterator[None]:
        """Prepare the next edit in short steps; the caller lets others run between them."""
        if self.is_warm:
            return
        steps = self.document.warm_up()
        while True:
            with self.lock:
                if next(steps, self) is self:
                    return
            yield

    def take_pending(self) -> tuple[list[Batch], dict[int, str]]:
        """What waits, and the client ids first used in it: the flusher commits them."""
        with self.lock:
            batches, self.pending = self.pending, []
            owners, self.new_owners = self.new_owners, {}
            self.is_committing = bool(batches)
            return batches, owners

    def put_back(self, batches: list[Batch], owners: dict[int, str]) -> None:
        """The commit did not go through and will be tried again: everything waits as before."""
        with self.lock:
            self.is_committing = False
            self.pending[:0] = batches
            self.new_owners = {**owners, **self.new_owners}

    def committed(self, batches: Sequence[Batch], rows: Sequence[LogRow], between: Sequence[LogRow]) -> None:
        """`rows` hold `batches`: apply, broadcast, acknowledge, in this order.

        There is one row for all batches that bring something, or one for each. `between` are rows of other
        processes, with numbers before these, that this room had not seen.
        """
        for row in between:
            self.absorb(row)
        with self.lock:
            count = sum(1 for batch in batches if batch.update) if len(rows) == 1 else 1
            for row in rows:
                self._apply(partial(self.document.accept, count=count), row.update)
                self.seq = row.seq
            self.is_committing = False
        failpoints.reach("applied")
        self._tell_commit(batches, rows)

    def _tell_commit(self, batches: Sequence[Batch], rows: Sequence[LogRow]) -> None:
        """One write to each: the edits, unless all are the receiver's own, and the acknowledgement."""
        acks = self._acknowledgements(batches, self.seq)
        senders = {batch.member for batch in batches if batch.update}
        alone = next(iter(senders)) if len(senders) == 1 else None
        update = Outgoing(
            protocol.UPDATE, self._prefix + protocol.encode_updates(self.seq, [row.update for row in rows])
        )
        for member in list(self.members.values()) if rows else ():
            if member is alone:
                continue
            ack = acks.pop(member, None) if acks else None
            outlet = member.client.outlet
            if not (outlet.offer(update, ack) if ack else outlet.offer(update)):
                member.has_missed = True
                if ack:
                    outlet.send(ack)
            failpoints.reach("broadcasting")
        for member, ack in acks.items():
            failpoints.reach("acknowledging")
            member.client.outlet.send(ack)

    def tell_again(self, batches: Sequence[Batch], seq: int) -> None:
        """Row `seq` is committed and telling it broke off: acknowledge it; everybody asks for the rest."""
        with self.lock:
            self.is_committing = False
        for member, ack in self._acknowledgements(batches, seq).items():
            member.client.outlet.send(ack)
        for member in list(self.members.values()):
            member.client.say("resync", "resync", doc=self.document_id)

    def absorb(self, row: LogRow) -> None:
        """Take in a row that another process committed, and pass it on."""
        with self.lock:
            self._apply(self.document.absorb, row.update)
            self.seq = row.seq
        self.offer_all(protocol.UPDATE, protocol.encode_updates(row.seq, [row.update]))

    def hear(self, row: LogRow) -> bool:
        """Another process rang row `seq`, with its bytes unless they are many; False when rows lack.

        Bells of several processes may come in another order than their rows' numbers.
        """
        self.newest_heard = max(self.newest_heard, row.seq)
        if row.update and len(self._heard) < MAX_HEARD_ROWS:
            self._heard[row.seq] = row.update
        return self.take_heard()

    def take_heard(self) -> bool:
        """Take in what was heard and can be; whether that is all."""
        while not self.is_committing and self.seq + 1 in self._heard:
            self.absorb(LogRow(self.seq + 1, self._heard[self.seq + 1]))
        for seq in [seq for seq in self._heard if seq <= self.seq]:
            del self._heard[seq]
        return self.seq >= self.newest_heard

    def believe_only(self, newest_heard: int) -> None:
        """The database was asked after `newest_heard`: what it does not know of is not believed."""
        if self.newest_heard == newest_heard and not self.is_committing:
            self._heard.clear()
            self.newest_heard = self.seq

    def _apply(self, how: Callable[[bytes], None], update: bytes) -> None:
        """What is committed is true, even if this copy of the document cannot take it: then it is rebuilt."""
        try:
            how(update)
        except (Refused, ValueError):
            log.exception("document %d: a committed row could not be applied", self.document_id)
            self.is_broken = True

    def rebuild(self, document: LiveDocument, stored: StoredDocument) -> None:
        """Go on with a document opened anew from the log; people get what they missed meanwhile."""
        with self.lock:
            if stored.epoch != self.epoch or stored.seq < self.seq:
                return
            if self.is_committing and not self.is_broken:
                return  # the commit will find the same rows
            known = None if self.is_broken else self.document.state_vector()
            self.document = document
            self.seq = stored.seq
            self.owners.update(stored.owners)
            self.is_broken = False
            missing = None if known is None else document.diff(known)
            refused = self._propose_again(self.pending)
        if missing is not None and len(missing) <= protocol.MAX_MISSING_BYTES:
            self.offer_all(protocol.UPDATE, protocol.encode_updates(stored.seq, [missing]))
        else:
            for member in list(self.members.values()):
                member.client.say("resync", "resync", doc=self.document_id)
        for batch, refusal in refused:
            self._refuse_batch(batch, refusal)

    def _propose_again(self, batches: Sequence[Batch]) -> list[tuple[Batch, Refused]]:
        """Let batches wait that were rehearsed on another copy; gives those that no longer hold."""
        self.pending, refused = [], []
        for batch in batches:
            try:
                if batch.update:
                    may_use = partial(self._may_use, key=batch.actor.key)
                    proposal = self.document.propose(batch.update, batch.actor, limits=SYNC, may_use=may_use)
                    batch.update = b"" if proposal.is_empty else proposal.update
                self.pending.append(batch)
            except Refused as refusal:
                refused.append((batch, refusal))
        return refused

    def disown(self, batches: Sequence[Batch], owners: Mapping[int, str], taken: Mapping[int, str]) -> None:
        """Another process committed first use of these client ids by other people: refuse theirs here.

        `owners` were claimed by `batches`, `taken` are the true owners. The commit was rolled back; what
        does not stand on a refused edit waits for the next one.
        """
        with self.lock:
            self.is_committing = False
            self.document.reset_shadow()
            self.owners.update(taken)
            claimed = {**owners, **self.new_owners}
            self.new_owners = {client: key for client, key in claimed.items() if client not in taken}
            refused = self._propose_again([*batches, *self.pending])
        for batch, refusal in refused:
            self._refuse_batch(batch, refusal)

    def replaced(self) -> None:
        """The document has another epoch: everybody leaves, what waits is refused, they join again."""
        with self.lock:
            waiting, self.pending = self.pending, []
            self.is_closed = True
        for batch in waiting:
            self._refuse_batch(batch, Refused("replaced"))
        for member in list(self.members.values()):
            self.leave(member)
            member.client.say("replaced", "replaced", doc=self.document_id)

    def _acknowledgements(self, batches: Sequence[Batch], seq: int) -> dict[Member, Outgoing]:
        newest: dict[Member, int] = {}
        for batch in batches:
            batch.answer(seq)
            if batch.member is not None:
                newest[batch.member] = max(newest.get(batch.member, 0), batch.number)
        return {member: Acknowledgement(self.handle, number, seq) for member, number in newest.items()}

    def refused(self, batches: Sequence[Batch], code: str) -> None:
        """The commit failed for good: nothing of this is in the document, and every sender is told."""
        with self.lock:
            self.is_committing = False
            self.document.reset_shadow()
            later, self.pending = self.pending, []
        for batch in [*batches, *later]:
            self._refuse_batch(batch, Refused(code))

    def _refuse_batch(self, batch: Batch, refusal: Refused) -> None:
        batch.answer(refusal)
        if batch.member is not None:
            self.refuse(batch.member, batch.number, refusal)

    def refuse(self, member: Member, number: int, refusal: Refused) -> None:
        """Answer `r`: the code, its sentence and the committed state vector."""
        client = member.client
        payload = {
            "h": self.handle,
            "n": number,
            "code": refusal.code,
            "message": client.sentences.say(
                refusal.code, client.actor.locale, refusal.message, **refusal.values
            ),
            "sv": self.document.state_vector(),
        }
        client.outlet.send(Outgoing(protocol.REFUSAL, payload))

    # -- telling --------------------------------------------------------------------------------

    def tell(self, outgoing: Outgoing, skip: Somebody | None = None) -> None:
        """Send an event to everybody but `skip`."""
        for member in list(self.members.values()):
            if member is not skip:
                member.client.outlet.send(outgoing)

    def offer_all(self, event: str, content: bytes, *, light: bool | None = None) -> bool:
        """Send bytes, after the handle, to everybody who is not behind; `light`: to those in light mode only,
        or to the others only. Whether somebody was left out for that.
        """
        outgoing = Outgoing(event, self._prefix + content)
        has_skipped = False
        for member in list(self.members.values()):
            if light is not None and member.is_light is not light:
                has_skipped = True
            elif not member.client.outlet.offer(outgoing) and event == protocol.UPDATE:
                member.has_missed = True
        return has_skipped
