"""What another program reads in a calendar of ours: `ical.js`, with which Thunderbird reads calendars."""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests import needs

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Read:
    """One session, as it was read. `status` is that of its series."""

    uid: str
    summary: str
    location: str | None
    description: str
    sequence: int
    status: str | None
    starts: datetime
    ends: datetime


def read(calendar: bytes) -> tuple[list[str], list[Read]]:
    """The zones that the calendar describes, and its sessions, the first to begin first."""
    if not (ROOT / "node_modules" / "ical.js").is_dir():
        needs.missing("ical.js", "lancez « make setup-dev », ou « npm ci » par tools/node.py")
    command = [sys.executable, "tools/node.py", "node", "tests/calendar/read.mjs"]
    done = subprocess.run(command, input=calendar, capture_output=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr.decode()
    answer = json.loads(done.stdout)
    rows = [
        Read(**{**row, "starts": _moment(row["starts"]), "ends": _moment(row["ends"])})
        for row in answer["found"]
    ]
    return answer["zones"], sorted(rows, key=lambda one: (one.starts, one.summary))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
