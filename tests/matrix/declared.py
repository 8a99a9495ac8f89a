"""What the program declares, route by route and event by event; compared with the table at collection."""

from collections.abc import Iterable
from functools import cache
from tempfile import TemporaryDirectory

from flask import Flask

from realtime.sockets import POLICY, Live, attach
from realtime.telling import TOLD
from tests.matrix.pages import METHODS_OF_ALL, routes
from tests.matrix.places import PRINCIPALS
from tests.matrix.table import Rule, TableError, problems_of, read_table
from workspace.app import create_app
from workspace.settings import load

SOCKET = "socket"
"""The address of the sockets themselves: no page, as a test of its own says."""
CONNECT = ("EVENT", "connect")
"""Not an event of ours, but a door: the handshake asks for a live session and its ticket."""


def declarations(app: Flask) -> tuple[dict[tuple[str, str], str], set[tuple[str, str]]]:
    """What each door declares, and the doors that declare nothing."""
    declared: dict[tuple[str, str], str] = {CONNECT: "signed_in"}
    undeclared = set()
    for route in routes(app):
        if route.endpoint == SOCKET:
            continue
        policy = getattr(app.view_functions[route.endpoint], "__policy__", None)
        for method in (route.methods or set()) - METHODS_OF_ALL:
            if policy is None:
                undeclared.add((method, route.endpoint))
            else:
                declared[method, route.endpoint] = str(policy)
    declared |= {("EVENT", event): str(policy) for event, policy in POLICY.items()}
    declared |= {("TOLD", event): str(policy) for event, policy in TOLD.items()}
    return declared, undeclared


def reviewed(app: Flask, handlers: Iterable[str]) -> list[Rule]:
    """The rules of the table. Raises: TableError with everything in which program and table differ."""
    rules, handlers = read_table(), set(handlers)
    declared, undeclared = declarations(app)
    undeclared |= {("EVENT", event) for event in handlers if ("EVENT", event) not in declared}
    for event in set(POLICY) - handlers:
        del declared["EVENT", event]
    found = problems_of(rules, declared, undeclared, PRINCIPALS)
    if found:
        raise TableError("\n".join(["", *found]))
    return rules


@cache
def collected() -> list[Rule]:
    """The same, of the application as it is: what the tests are made from. Nothing is opened or started."""
    with TemporaryDirectory() as folder:
        settings = load({"ETABLI_DATA": folder})
        app = create_app(settings)
        live = attach(app, settings, lambda _server, _engine_sid: None)
    return reviewed(app, handlers_of(live))


def handlers_of(live: Live) -> set[str]:
    """The events that clients may send."""
    return set(live.socketio.server.handlers["/"]) - {"connect", "disconnect", "*"}
