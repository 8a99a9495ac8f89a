"""Failpoints: named places on the path of an edit where a test makes this process die, fail or wait.

`reach("committed")` says that the path passes here. Unless `arm()` was called it does nothing and costs a
call. `ETABLI_FAILPOINT=committed:3:kill` kills the process, as kill −9 does, the third time it passes;
`error` raises `FailpointError`, `delay=50` stands still for 50 ms, `note` writes a line to the error stream.
Several are separated by commas. Production refuses the setting.

A process with an armed failpoint, even one that never acts (`told:0:note`), also answers SIGUSR1: it writes
`census` and how many greenlets it holds.

Imported before the async mode is known, so it imports nothing that keeps a lock.
"""

import gc
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType

POINTS: Mapping[str, str] = {
    "opened": "a document is read from the log, nobody is in it yet",
    "received": "an update has come, nothing is checked yet",
    "guarded": "its structure is sound, nothing is applied yet",
    "rehearsed": "the shadow has it and the rules allow it, it does not wait for its commit yet",
    "gathered": "the batches of a tick are taken, no transaction is open yet",
    "appended": "the row is written in the transaction, which is open",
    "committed": "the transaction is committed, the live copy does not have it yet",
    "applied": "the live copy has it, nobody is told yet",
    "broadcasting": "somebody was told, the next one not yet",
    "acknowledging": "the others were told, somebody waits for nothing but the acknowledgement",
    "told": "everybody of this document is told, the other processes are not yet",
    "reveal.begun": "a private round is taken to be shown, its transaction is open",
    "reveal.appended": "its notes are in the board's log, the transaction is open",
    "reveal.moved": "they are gone from the round, the transaction is open",
    "reveal.committed": "all of it is committed, nobody is told yet",
    "compaction.encoded": "the worker has encoded a snapshot, no transaction is open yet",
    "compaction.written": "the snapshot is written in the transaction, which is open",
    "compaction.stored": "the snapshot is committed, all rows are still there",
    "compaction.dropping": "rows are deleted in the transaction, which is open",
    "compaction.dropped": "rows are gone, the job is not finished yet",
}

Action = Callable[[str], None]


class FailpointError(RuntimeError):
    """What an armed failpoint raises: it stands for an unforeseen error."""


def _pass_by(_name: str) -> None:
    """What reaching a failpoint does in a process where none is armed."""


reach: Action = _pass_by
"""Call it as `failpoints.reach("…")`: it is replaced when failpoints are armed."""


@dataclass
class Armed:
    """A failpoint that acts the `wanted`-th time it is passed."""

    wanted: int
    action: Action
    passed: int = 0

    def pass_by(self, name: str) -> None:
        """Count, and act when it is time."""
        self.passed += 1
        if self.passed == self.wanted:
            self.action(name)


def parse(text: str) -> dict[str, list[Armed]]:
    """`point:pass:action[,…]`. Raises: ValueError with what is wrong."""
    armed: dict[str, list[Armed]] = {}
    for part in filter(None, text.split(",")):
        name, wanted, action = (*part.split(":"), "", "")[:3]
        if name not in POINTS or not wanted.isdecimal() or part.count(":") != 2:
            raise ValueError(part)
        armed.setdefault(name, []).append(Armed(int(wanted), _action(action)))
    return armed


def arm(armed: str | Mapping[str, list[Armed]]) -> None:
    """Act from now on; an empty text or mapping disarms. Raises: ValueError."""
    global reach  # noqa: PLW0603 - so that an unarmed process pays for one empty call only
    points = parse(armed) if isinstance(armed, str) else armed

    def act(name: str) -> None:
        for point in points.get(name, ()):
            point.pass_by(name)

    reach = act if points else _pass_by
    if points:
        signal.signal(signal.SIGUSR1, _take_census)


def _take_census(_number: int, _frame: FrameType | None) -> None:
    """Objects that were there when the server began to serve are not counted."""
    gc.collect()
    greenlets = sum(_is_greenlet(type(one)) for one in gc.get_objects())
    sys.stderr.write(f"census {greenlets}\n")
    sys.stderr.flush()


def _is_greenlet(kind: type) -> bool:
    return any(base.__name__ == "greenlet" for base in kind.__mro__)


def _action(text: str) -> Action:
    kind, _, value = text.partition("=")
    if kind == "delay" and value.isdecimal():
        return lambda _name: _stand_still(int(value) / 1000)
    if value or kind not in _ACTIONS:
        raise ValueError(text)
    return _ACTIONS[kind]


def _die(_name: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _fail(name: str) -> None:
    raise FailpointError(name)


def _note(name: str) -> None:
    sys.stderr.write(f"failpoint {name}\n")


def _stand_still(seconds: float) -> None:
    """Wait without letting anything else run in this thread, in any async mode."""
    signal.sigtimedwait((), seconds)


_ACTIONS: Mapping[str, Action] = {"kill": _die, "error": _fail, "note": _note}
