"""The worker dies at each step of a compaction: nothing is lost, and the next one finishes the work."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from models.base import utcnow
from models.document import DocumentSnapshot, DocumentUpdate
from models.failpoints import POINTS
from models.job import Job, JobKind
from models.session import database, reading, transaction
from tests.factories import World
from tests.jobs.writing import Writer, backdate, outline
from workspace.jobs import compact
from workspace.jobs.queue import enqueue
from workspace.jobs.worker import Worker
from workspace.services.document_upkeep import note_upkeep

pytestmark = pytest.mark.live
ROOT = Path(__file__).resolve().parents[2]
STEPS = [name for name in POINTS if name.startswith("compaction.")]


def prepare(world: World) -> int:
    """A snapshot, 120 rows of long ago after it, and a compaction that waits."""
    document_id = world.board.document_id
    compact.run(document_id, utcnow())
    writer = Writer(document_id)
    for number in range(120):
        writer.note(f"n{number}")
    backdate(document_id, utcnow() - timedelta(hours=1))
    with transaction() as session:
        note_upkeep(session, document_id, history_seq=121)
        enqueue(session, JobKind.COMPACT_DOCUMENT, document_id)
    return document_id


@pytest.mark.parametrize("step", STEPS)
def test_worker_that_dies_leaves_the_document_whole(world: World, tmp_path: Path, step: str) -> None:
    document_id = prepare(world)
    before = outline(document_id)
    environ = {
        "ETABLI_DATA": str(tmp_path),
        "ETABLI_DATABASE_URL": database().url,
        "ETABLI_FAILPOINT": f"{step}:1:kill",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "workspace.cli", "worker"]
    assert subprocess.run(command, cwd=ROOT, env=environ, timeout=60).returncode == -9
    assert outline(document_id) == before
    with transaction() as session:
        session.execute(update(Job).values(locked_until=utcnow() - timedelta(seconds=1)))
    Worker().turn()
    assert outline(document_id) == before
    with reading() as session:
        assert session.scalars(select(DocumentSnapshot.seq).order_by(DocumentSnapshot.seq)).all() == [1, 121]
        assert session.scalar(select(DocumentUpdate.seq).where(DocumentUpdate.seq == 1)) is None
        assert session.scalar(select(Job.id).where(Job.kind == JobKind.COMPACT_DOCUMENT)) is None
