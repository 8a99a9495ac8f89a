"""The promises of a live document, looked at once a schedule has come to rest."""

from typing import Any

from sqlalchemy import select

from models.document import DocumentUpdate
from models.document_log import load_document
from models.session import reading
from tests.schedules.replica import Replica, canonical, content_of
from tests.schedules.schedule import Schedule


def check(schedule: Schedule) -> None:
    """Byte-equal copies everywhere, no acknowledged edit lost, none doubled, numbers without holes."""
    with reading() as session:
        stored = load_document(session, schedule.document_id)
        seqs = list(
            session.scalars(
                select(DocumentUpdate.seq)
                .where(DocumentUpdate.document_id == schedule.document_id)
                .order_by(DocumentUpdate.seq)
            )
        )
    first = seqs[0] if seqs else stored.seq + 1
    assert seqs == list(range(first, stored.seq + 1)), f"numbers with holes: {seqs}"
    assert first <= stored.snapshot_seq + 1, f"rows lack after snapshot {stored.snapshot_seq}: {seqs}"
    truth = Replica("truth", 99, len(schedule.replicas), "", is_guest=False).doc
    for update in (*((stored.snapshot,) if stored.snapshot else ()), *stored.updates):
        truth.apply_update(update)
    wanted, content = canonical(truth), content_of(truth)
    for process in schedule.processes:
        for room in process.rooms:
            assert room.seq == stored.seq, f"process {process.number} is at {room.seq} of {stored.seq}"
            copy = Replica("copy", 98, len(schedule.replicas), "", is_guest=False).doc
            copy.apply_update(room.whole()[1])
            assert canonical(copy) == wanted, f"process {process.number} differs from the log"
    for replica in schedule.replicas:
        assert canonical(replica.doc) == wanted, f"{replica.name} differs from the log"
        assert content_of(replica.doc) == content, f"{replica.name} reads otherwise"
    _check_edits(schedule, content)


def _check_edits(schedule: Schedule, content: dict[str, dict[str, Any]]) -> None:
    removed = {e.target for r in schedule.replicas for e in r.log.edits.values() if e.kind == "remove"}
    for replica in schedule.replicas:
        for name, edit in replica.log.edits.items():
            assert not edit.refused, f"{name} was refused: {edit.refused}"
            assert edit.acked, f"{name} was never acknowledged"
            if edit.kind == "remove":
                assert edit.target not in content, f"{name}: {edit.target} is there again"
            elif edit.target not in removed:
                assert edit.target in content, f"{name}: {edit.target} is lost"
                count = content[edit.target]["text"].count(edit.value) if edit.value else 1
                assert count == 1, f"{name} is there {count} times"
