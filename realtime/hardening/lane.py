"""One WebSocket connection: bounded reading, direct writing with a bounded queue.

What comes is read when the intake is drained. Hot messages are handled right there, without blocking; all
others go, in order, to the greenlet of the request. Frames are written to the socket at once
or wait in a queue that is bounded: past the soft bound a reader is 'behind' and is left out of broadcasts,
past the hard bound, or when nothing moves for long, it is cut.
"""

import errno
import logging
import socket
from collections import deque
from collections.abc import Callable
from time import perf_counter
from typing import Any

from realtime import frames
from realtime.budget import ByteBudget
from realtime.hardening.hub import WRITE, Hub, Signal
from realtime.hardening.intake import Intake
from realtime.hardening.limits import Limits
from realtime.hardening.waiting import Place

log = logging.getLogger("etabli.lane")

RECEIVE_BYTES = 65536
MESSAGES_PER_TURN = 64
OWN_DELAYS = 4
TURN_SECONDS = 0.0007
"""Past this, what else one connection sent waits until the others had their turn."""


# Takes a (header, attachment) pair in the hub, without blocking; False declines it.
HotPair = Callable[["Lane", str, bytes], bool]
Inbound = tuple[str, bytes] | str | bytes


class Lane:
    """One connection. Everything that comes while something waits goes through the inbox, in order."""

    def __init__(
        self,
        hub: Hub,
        intake: Intake,
        sock: socket.socket,
        limits: Limits,
        hot: HotPair,
        hot_headers: frozenset[str],
    ) -> None:
        self._socket = sock  # the system's own, non-blocking
        self._async = hub
        self._intake = intake
        self._limits = limits
        self._reader = frames.FrameReader(limits.message_bytes, limits.fragments)
        self._budget = ByteBudget(limits.bytes_per_second, limits.burst_bytes, limits.message_cost)
        self._hot = hot
        self._hot_headers = hot_headers
        self._received = 0
        self._is_waiting = False
        self._rest = 0.0
        self._pending_header: str | None = None
        self._inbox: deque[Inbound] = deque()
        self._is_handling = False
        self._turn_ends = 0.0
        self._sleeper: Signal | None = None
        self._queue: deque[bytes] = deque()
        self._fileno = sock.fileno()
        self._watches = hub.watches(self._fileno, self._finish)
        self._said_goodbye = False
        self.closed = False
        self.is_connected = False
        self.place: Place | None = None
        self.queued_bytes = 0
        self.is_behind = False
        self.on_caught_up: Callable[[], None] | None = None
        self.owner: Any = None

    @property
    def is_closing(self) -> bool:
        """True once nothing more is taken from the peer or written to it."""
        return self.closed or self._said_goodbye

    # -- reading: in the hub --------------------------------------------------------------------

    def start(self) -> None:
        """Begin to read; the Socket.IO CONNECT must come within `connect_seconds`."""
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Left alone, the kernel would queue megabytes for a reader that does not read.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._limits.kernel_bytes)
        self._resume_reading()
        self._require_connected(OWN_DELAYS)

    def admit(self, owner: Any) -> None:
        """Socket.IO has connected `owner`: it waits no longer to be."""
        self.is_connected = True
        self.owner = owner
        if self.place is not None:
            self.place.leave()

    def _require_connected(self, patience: int) -> None:
        """The peer has `connect_seconds`. What it sent in time may wait for us longer, but not for ever."""

        def check() -> None:
            if self.is_connected or self.is_closing:
                return
            if not self._is_waiting:
                self._on_readable()  # what came while others kept us busy
            if patience > 0 and (self._is_handling or self._inbox):
                self._require_connected(patience - 1)
            else:
                self.close(frames.POLICY, "connect timeout")

        self._watches.after(self._limits.connect_seconds, check)

    def _on_readable(self) -> None:
        if self.closed:
            return
        try:
            received = self._socket.recv(RECEIVE_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            received = b""
        if not received:
            self._finish()
        elif not self._said_goodbye:  # what comes after our close frame is thrown away
            self._received += len(received)
            self._reader.receive(received)
            self._take()

    def _take(self) -> None:
        """Sort what was received, a turn's worth at a time; then decide when to read again."""
        count = 0
        is_cut = False
        until = perf_counter() + TURN_SECONDS
        try:
            while not (is_cut or self.is_closing or self._rest or self._is_full()):
                message = self._reader.next_message()
                if message is None:
                    break
                count += 1
                self._sort(*message)
                is_cut = count == MESSAGES_PER_TURN or perf_counter() > until
        except frames.Closed:
            self.close(frames.NORMAL)
        except frames.FrameError as error:
            self.close(error.code, str(error))
        if self.is_closing:
            return
        received, self._received = self._received, 0
        pause = max(self._rest, self._budget.spend(received, count))
        self._rest = 0.0
        if self._is_full():
            self._pause_reading()  # until the greenlet has worked off half of it
        elif is_cut or pause > 0:
            self._pause_reading()
            self._take_later(pause)
        elif not self._is_waiting:
            self._resume_reading()

    def rest(self, seconds: float) -> None:
        """Take nothing more for a while; to be called by `hot`."""
        self._rest = seconds

    def _is_full(self) -> bool:
        return len(self._inbox) >= self._limits.inbox_messages

    def _take_later(self, seconds: float) -> None:
        if not self._is_waiting:
            self._is_waiting = True
            self._watches.after(seconds, self._take_rest)

    def _take_rest(self) -> None:
        self._is_waiting = False
        if not self.is_closing:
            self._take()

    def _pause_reading(self) -> None:
        self._intake.remove(self._fileno)

    def _resume_reading(self) -> None:
        if not self.closed and not self._intake.has(self._fileno):
            self._intake.add(self._fileno, self._on_readable)

    def _sort(self, opcode: int, message: str | bytes) -> None:
        """Give a hot pair to `hot` when nothing waits before it; queue all else for the greenlet."""
        if isinstance(message, bytes) and opcode >= frames.CLOSE:
            if opcode == frames.PING:
                self.write(frames.build(frames.PONG, message))
            return
        header, self._pending_header = self._pending_header, None
        if header is not None:
            if isinstance(message, str):
                raise frames.FrameError(frames.POLICY, "attachment expected")
            waits = self._is_handling or self._inbox
            if waits or not self._hot(self, header, message):
                self._enqueue((header, message))
        elif isinstance(message, str) and message in self._hot_headers:
            self._pending_header = message
        else:
            self._enqueue(message)

    def _enqueue(self, item: Inbound) -> None:
        self._inbox.append(item)
        self._wake()

    def _wake(self) -> None:
        if self._sleeper is not None:
            sleeper, self._sleeper = self._sleeper, None
            sleeper.send()

    # -- reading: in the request's greenlet -----------------------------------------------------

    def next_message(self) -> Inbound | None:
        """Wait for the next message that was not hot; None when the connection ends.

        A (header, attachment) pair is a hot message that had to wait or was declined.
        """
        if perf_counter() > self._turn_ends:
            self._async.pause()
            self._turn_ends = perf_counter() + TURN_SECONDS
        self._is_handling = False
        while not self._inbox and not self.is_closing:
            self._sleeper = self._async.signal()
            self._sleeper.wait()
            self._turn_ends = perf_counter() + TURN_SECONDS
        if self.is_closing:
            return None
        self._is_handling = True
        item = self._inbox.popleft()
        if len(self._inbox) == self._limits.inbox_messages // 2 and not self._is_waiting:
            self._take()
        return item

    def wait_closed(self) -> None:
        """Wait, at most `close_seconds`, until the socket is done."""
        while not self.closed:
            self._sleeper = self._async.signal()
            self._sleeper.wait()

    # -- writing: from any greenlet or the hub --------------------------------------------------

    def write(self, data: bytes) -> None:
        """Write prebuilt frames now, or queue what the socket does not take."""
        if self.is_closing:
            return
        sent = 0
        if not self._queue:
            try:
                sent = self._socket.send(data)
            except (BlockingIOError, InterruptedError):
                sent = 0
            except OSError:
                self._finish()
                return
            if sent == len(data):
                return
        self._enqueue_rest(data[sent:])

    def _enqueue_rest(self, data: bytes) -> None:
        self._queue.append(data)
        self.queued_bytes += len(data)
        if self.queued_bytes > self._limits.queue_hard_bytes:
            self._finish()
        elif not self._watches.listens(WRITE):
            self._watches.listen(WRITE, self._on_writable)
            self._watch_for_stall()

    def offer(self, data: bytes) -> bool:
        """Write frames that may be left out: a reader too far behind gets none until it has caught up."""
        if self.queued_bytes > self._limits.queue_soft_bytes:
            self.is_behind = True
        if self.is_behind or self.closed or self._said_goodbye:
            return False
        if self._queue:
            self.write(data)
            return True
        try:
            sent = self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            self._finish()
            return False
        if sent != len(data):
            self._enqueue_rest(data[sent:])
        return True

    def _on_writable(self) -> None:
        while self._queue and not self.closed:
            data = self._queue[0]
            try:
                sent = self._socket.send(data)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                self._finish()
                return
            self.queued_bytes -= sent
            if sent < len(data):
                self._queue[0] = data[sent:]
                return
            self._queue.popleft()
        if self.closed:
            return
        self._watches.unlisten(WRITE)
        if self._said_goodbye:
            self._shut(socket.SHUT_WR)
        elif self.is_behind:
            self.is_behind = False
            if self.on_caught_up is not None:
                self.on_caught_up()

    def _watch_for_stall(self) -> None:
        before = (self.queued_bytes, len(self._queue))

        def check() -> None:
            if self.closed or not self._queue:
                return
            if (self.queued_bytes, len(self._queue)) == before:
                self._finish()
            else:
                self._watch_for_stall()

        self._watches.after(self._limits.write_stall_seconds, check)

    # -- closing --------------------------------------------------------------------------------

    def close(self, code: int = frames.NORMAL, reason: str = "") -> None:
        """Say goodbye and end within `close_seconds`; what was written before is sent first."""
        if self.is_closing:
            return
        self.write(frames.build_close(code, reason))
        self._said_goodbye = True
        if self.closed:
            return
        self._resume_reading()  # to see the peer's own goodbye while the kernel delivers ours
        if not self._queue:
            self._shut(socket.SHUT_WR)
        self._watches.after(self._limits.close_seconds, self._finish)
        self._wake()

    def abort(self) -> None:
        """End without a goodbye, to make room."""
        self._finish()

    def _finish(self) -> None:
        if self.closed:
            return
        self.closed = True
        if self.place is not None:
            self.place.leave()
        self._intake.remove(self._fileno)
        self._watches.forget()
        self._queue.clear()
        self._inbox.clear()
        self.queued_bytes = 0
        self.owner = self.on_caught_up = None  # they know this lane
        self._shut(socket.SHUT_RDWR)
        self._wake()

    def _shut(self, how: int) -> None:
        try:
            self._socket.shutdown(how)
        except OSError as error:
            if error.errno not in (errno.ENOTCONN, errno.EBADF):
                raise
