"""Every socket event declares what it requires; eventlet and gevent stay where they belong."""

import ast
from pathlib import Path

import pytest

from realtime import protocol
from realtime.clients import Client, Clients
from realtime.sockets import POLICY, attach
from realtime.telling import JOINED, TOLD
from workspace.app import create_app
from workspace.settings import load

ROOT = Path(__file__).resolve().parents[2]


def test_every_handler_declares_its_policy_and_every_policy_has_its_handler(
    sqlite_url: str, tmp_path: Path
) -> None:
    settings = load({"ETABLI_DATA": str(tmp_path), "ETABLI_DATABASE_URL": sqlite_url})
    app = create_app(settings)  # one of its own: the others' documents are not to be live
    live = attach(app, settings, lambda _server, _engine_sid: None)
    handlers = set(live.socketio.server.handlers["/"]) - {"connect", "disconnect", "*"}
    assert handlers == set(POLICY) == protocol.CLIENT_EVENTS
    assert set(POLICY.values()) == {"view_board", "edit_board", JOINED}


def test_every_event_that_is_sent_declares_who_is_told() -> None:
    """`Outgoing(…)`, `offer_all(…)` and `_tell(…)` are the ways to a client; each names its event."""
    sent = set()
    for path in (ROOT / "realtime").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            named = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if named in ("Outgoing", "offer_all", "_tell", "__init__"):
                sent |= {
                    getattr(protocol, argument.attr)
                    for argument in node.args
                    if isinstance(argument, ast.Attribute) and ast.unparse(argument.value) == "protocol"
                }
    assert sent == set(TOLD) | protocol.OWN_EVENTS
    assert not set(TOLD) & protocol.OWN_EVENTS
    assert set(TOLD.values()) == {"view_comments", "view_workshop", JOINED}


@pytest.mark.parametrize("library", ["eventlet", "gevent"])
def test_only_the_server_and_the_lane_import_the_async_library(library: str) -> None:
    importers = set()
    for package in ("models", "workspace", "realtime"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and node.module:
                    names.append(node.module)
                if any(name.split(".")[0] == library for name in names):
                    importers.add(path.relative_to(ROOT).as_posix())
    assert {name for name in importers if not name.startswith("realtime/hardening/")} == {
        "realtime/server.py"
    }


def test_clients_are_found_by_session_until_they_leave() -> None:
    class Actor:
        login_session_id = 5
        key = "u1"

    clients = Clients()
    for sid in ("a", "b"):
        clients.add(Client(sid, Actor(), None, None))  # type: ignore[arg-type]
    assert [client.sid for client in clients.of_session(5)] == ["a", "b"]
    clients.remove("a")
    assert clients.remove("a") is None
    assert [client.sid for client in clients.of_session(5)] == ["b"]
    clients.remove("b")
    assert (clients.of_session(5), len(clients)) == ([], 0)
