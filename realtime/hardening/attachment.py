"""Joins the lanes to the live documents: hot frames to the dispatcher, outlets to the lanes."""

import logging
import time
from typing import Any

from flask import Flask

from models import session
from realtime import frames, offload, protocol
from realtime.budget import HEAVY_BYTES
from realtime.checkpoints import Checkpoints
from realtime.clients import Client
from realtime.hardening.driver import install, lane_of
from realtime.hardening.hub import Hub
from realtime.hardening.intake import Intake
from realtime.hardening.lane import Lane
from realtime.hardening.limits import Limits
from realtime.hardening.native import CommitPlace, NativeThread
from realtime.outbound import LaneOutlet, Outlet
from realtime.sockets import MAX_MESSAGE_BYTES, Live, attach
from workspace.services import passwords
from workspace.settings import Settings

log = logging.getLogger("etabli.realtime")


def _header(event: str) -> str:
    """The Engine.IO text of a Socket.IO event with one attachment and nothing else."""
    return f'451-["{event}",{{"_placeholder":true,"num":0}}]'


UPDATE_HEADER = _header(protocol.UPDATE)
PRESENCE_HEADER = _header(protocol.PRESENCE)


def attach_with_lanes(app: Flask, settings: Settings, hub: Hub) -> Live:
    """`attach`, with the socket lane under every WebSocket and slow hashes outside the hub."""
    live = attach(app, settings, _outlet_of)
    dispatcher = live.dispatcher

    def hot(lane: Lane, header: str, attachment: bytes) -> bool:
        client = lane.owner
        if not isinstance(client, Client):
            return False  # not connected to Socket.IO yet: it will refuse
        if len(attachment) > HEAVY_BYTES:
            return False  # it has to wait for its turn, and here nothing may
        is_update = header == UPDATE_HEADER
        if is_update and dispatcher.must_prepare(client):
            return False  # that takes a while, in steps
        act = dispatcher.update if is_update else dispatcher.presence
        started = time.thread_time()
        try:
            act(client, attachment)
        except Exception:  # in the hub, what is not caught leaves a connection that nobody reads
            log.exception("a hot message failed")
            lane.close(frames.INTERNAL_ERROR, "error")
        pause = client.work.spend(time.thread_time() - started)
        if pause:
            lane.rest(pause)
        return True

    intake = live.rooms.flusher.intake = Intake(hub)
    headers = frozenset({UPDATE_HEADER, PRESENCE_HEADER})
    install(hub, intake, Limits(message_bytes=MAX_MESSAGE_BYTES), hot, headers)
    offload.use(hub.offload)
    session.run_commit = CommitPlace(NativeThread(hub).run).run
    if session.database().is_sqlite:
        live.loops.append(Checkpoints(NativeThread(hub).run).loop)
    passwords.run_blocking = hub.offload
    return live


def _outlet_of(server: Any, engine_sid: str) -> Outlet | None:
    lane = lane_of(server.eio, engine_sid)
    return None if lane is None else LaneOutlet(lane)
