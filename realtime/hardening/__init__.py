"""The socket lane under engineio: bounded, direct, uncompressed WebSockets, on eventlet or gevent.

With `realtime.server`, the only place that imports either. It replaces engineio's WebSocket driver and
per-client queue, and so depends on internals of them, of python-engineio and of python-socketio:
`tests/realtime/test_internals.py` fails when one of them moves.
"""

from realtime.hardening.driver import install, lane_of
from realtime.hardening.lane import Lane
from realtime.hardening.limits import Limits

__all__ = ["Lane", "Limits", "install", "lane_of"]
