"""A slow network between a browser and a server: so many bits a second each way, so long a round trip.

A proxy on the loopback. Every byte waits for its turn on the one line that all connections share, then for
half a round trip; a new connection waits a round trip more, as its handshake would. TCP itself stays on the
loopback: no loss.
"""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, Self

CHUNK = 1400
"""Bytes that pass in one piece: a packet."""


class Line:
    """One direction of the network, shared by all connections."""

    def __init__(self, bits_per_second: int) -> None:
        self._seconds_per_byte = 8 / bits_per_second
        self._free_at = 0.0

    def leaves_at(self, size: int) -> float:
        """When `size` bytes that are handed over now have left."""
        now = asyncio.get_running_loop().time()
        self._free_at = max(now, self._free_at) + size * self._seconds_per_byte
        return self._free_at


class SlowNetwork:
    """Listens on a port of its own while the `with` block lasts, before the server at `target_port`."""

    def __init__(self, bits_per_second: int, round_trip_s: float) -> None:
        self.target_port = 0
        self._half = round_trip_s / 2
        self._loop = asyncio.new_event_loop()
        self._up, self._down = Line(bits_per_second), Line(bits_per_second)
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        server = self._run(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_reason: object) -> None:
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _end(self) -> None:
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        await asyncio.sleep(2 * self._half)
        for source, sink, line in ((reader, far_writer, self._up), (far_reader, writer, self._down)):
            task = asyncio.create_task(self._pass_on(source, sink, line))
            self._tasks.add(task)  # the loop itself holds tasks weakly
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, line: Line) -> None:
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        deliver = asyncio.create_task(self._deliver(queue, sink))
        try:
            while piece := await source.read(CHUNK):
                leaves = line.leaves_at(len(piece))
                queue.put_nowait((leaves + self._half, piece))
                await asyncio.sleep(max(0.0, leaves - self._loop.time() - 0.05))
        except OSError:
            pass  # that side is gone
        queue.put_nowait((0.0, b""))
        await deliver

    async def _deliver(self, queue: "asyncio.Queue[tuple[float, bytes]]", sink: asyncio.StreamWriter) -> None:
        try:
            while True:
                at, piece = await queue.get()
                if not piece:
                    sink.close()
                    return
                await asyncio.sleep(max(0.0, at - self._loop.time()))
                sink.write(piece)
        except OSError:
            pass  # the other side is gone
