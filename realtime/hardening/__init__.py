"""The socket lane under engineio for eventlet: bounded, direct, uncompressed WebSockets.

With `realtime.server`, the only place that imports eventlet. It replaces engineio's WebSocket driver and
per-client queue, and so depends on internals of eventlet, python-engineio and python-socketio:
`tests/realtime/test_internals.py` fails when one of them moves.
"""

from realtime.hardening.driver import install, lane_of
from realtime.hardening.lane import Lane
from realtime.hardening.limits import Limits

__all__ = ["Lane", "Limits", "install", "lane_of"]
