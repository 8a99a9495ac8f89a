"""Ways into a running stack of several processes: through its proxy, or straight to one of them."""

import subprocess
import sys

import psutil

from models.people import User
from tests.factories import World
from tests.live.live_support import ROOT, LiveServer
from tools.scale import Stack


class Door(LiveServer):
    """An address of the stack: the proxy's, or with `name` that of one web process. Starts nothing itself."""

    def __init__(self, stack: Stack, world: World, name: str | None = None) -> None:
        super().__init__(stack.web["web1"].log.parent, stack.database_url, world=world)
        self.stack = stack
        self.port = stack.port if name is None else stack.web_ports[name]

    def environ(self) -> dict[str, str]:
        """The settings of the web processes."""
        return self.stack.environment("web1")

    def errors(self) -> str:
        """What the web processes wrote, one after the other."""
        return "\n".join(f"{name}:\n{process.output()[-1500:]}" for name, process in self.stack.web.items())

    def at(self, name: str) -> "Door":
        """The same, straight to one web process."""
        return Door(self.stack, self.world, name)


# The door that every command goes through, with a change of its own behind it.
COMMAND = """
import time
import models.tables
from models.people import User
from models.session import configure, transaction
from workspace.cli import with_settings
from workspace.services.sessions import actor_of_user
{imports}

@with_settings
def run(settings):
    configure(settings.database_url)
    with transaction() as session:
        actor = actor_of_user(session, session.get_one(User, {user_id}))
        print(time.time())
        {change}

run()
"""


def command(stack: Stack, user: User, imports: str, change: str) -> float:
    """Make a change as `actor` in a process that holds no socket, as a command does; gives its time."""
    script = COMMAND.format(user_id=user.id, imports=imports, change=change)
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=stack.environment("migrate"),
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
    )
    return float(done.stdout)


def connections(stack: Stack) -> dict[str, int]:
    """How many connections each web process holds now."""
    return {
        name: sum(
            connection.status == psutil.CONN_ESTABLISHED and connection.laddr.port == stack.web_ports[name]
            for connection in psutil.Process(process.pid).net_connections("tcp")
        )
        for name, process in stack.web.items()
    }
