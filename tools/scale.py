"""The whole deployment on this machine: `make scale`.

Three web processes behind Caddy, PostgreSQL, Redis, and the worker. Processes, commands and settings are
those of docker-compose.yml and deploy/Caddyfile; what must differ on one machine (addresses, folders, http
on the loopback, demonstration content) is in `LOCAL` and nowhere else. Everything is kept in a temporary
folder and ends with this program.
"""

import contextlib
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tools.run_tests import find_postgres, free_port, unprivileged

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = ROOT / "docker-compose.yml"
CADDYFILE = ROOT / "deploy" / "Caddyfile"
ETABLI = Path(sys.executable).parent / "etabli"
START_SECONDS = 60.0
STOP_SECONDS = 10.0

NEEDED = {
    "caddy": ("caddy", "Caddy est introuvable : installez-le (sudo apt-get install caddy)."),
    "redis": ("redis-server", "Redis est introuvable : installez-le (sudo apt-get install redis-server)."),
}
NO_POSTGRES = "PostgreSQL est introuvable : installez-le (sudo apt-get install postgresql)."

# Told to end when this program dies, however it does (util-linux).
ENDS_WITH_US = ["setpriv", "--pdeathsig", "TERM", "--"] if shutil.which("setpriv") else []

# What is not as in docker-compose.yml.
LOCAL = {"ETABLI_ENV": "development", "ETABLI_DEMO": "1", "HOST": "127.0.0.1"}


class Missing(Exception):
    """A program is not installed; one sentence says how to install it."""


class Process:
    """A program of the stack, in a session of its own so that Ctrl-C reaches this one only."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._running: subprocess.Popen[bytes] | None = None

    def start(self, command: list[str], environment: Mapping[str, str], cwd: Path = ROOT) -> None:
        """Start it; its output goes to `log`."""
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                [*ENDS_WITH_US, *command],
                env=dict(environment),
                cwd=cwd,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def _child(self) -> "subprocess.Popen[bytes]":
        if self._running is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._running

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._child.pid

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._running is not None and self._running.poll() is None

    def terminate(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to end, without waiting."""
        if self.is_running:
            os.kill(self.pid, number)

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        """Its exit code; kills it when it takes longer."""
        try:
            return self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            self._child.kill()
            return self._child.wait()

    def kill(self) -> None:
        """kill −9."""
        if self.is_running:
            self.terminate(signal.SIGKILL)
            self.wait()

    def output(self) -> str:
        """What it has written."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""


class Postgres:
    """A cluster that keeps its promises: fsync and synchronous commits are on, as a server's are."""

    def __init__(self, folder: Path, password: str) -> None:
        programs = find_postgres()
        if programs is None:
            raise Missing(NO_POSTGRES)
        self._programs = programs
        self._prefix = unprivileged()
        self._folder = folder / "postgresql"
        self._folder.mkdir()
        self._password = password
        self._guardian: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"postgresql://etabli@127.0.0.1:{self.port}"

    def create(self) -> None:
        """Make the cluster and the database."""
        if self._prefix:
            shutil.chown(self._folder, self._prefix[2])
        secret = self._folder / "password"
        secret.write_text(self._password)
        if self._prefix:
            shutil.chown(secret, self._prefix[2])
        data = ["-D", str(self._folder / "data"), "-U", "etabli", "-A", "scram-sha-256", "-E", "UTF8"]
        self._run("initdb", *data, "--no-sync", f"--pwfile={secret}")
        self._guard()
        self.start()
        with psycopg.connect(f"{self.url}/postgres", password=self._password, autocommit=True) as connection:
            connection.execute("CREATE DATABASE etabli")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1 -c max_connections=200"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-w", "-l", log, "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: 'fast', or 'immediate' as a crash would."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", mode, "-w", "stop", check=False)

    def _guard(self) -> None:
        """Stop the server when this program dies: it holds the other end of the guard's standard input."""
        control = f"'{self._programs / 'pg_ctl'}' -D '{self._folder / 'data'}'"
        stop = f"cat > /dev/null; {control} -m immediate stop"
        self._guardian = subprocess.Popen(
            [*self._prefix, "sh", "-c", stop],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            start_new_session=True,
        )

    def end(self) -> None:
        """Stop the server for good."""
        self.stop()
        if self._guardian is not None:
            self._guardian.communicate()

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        command = [*self._prefix, str(self._programs / program), *arguments]
        subprocess.run(command, check=check, cwd=self._folder, stdout=subprocess.DEVNULL)


class Stack:
    """Everything that docker-compose.yml starts; `demo` says with which content. More `settings` at will."""

    def __init__(self, folder: Path, *, demo: bool = True, **settings: str) -> None:
        for program, sentence in NEEDED.values():
            if shutil.which(program) is None:
                raise Missing(sentence)
        folder.chmod(0o711)  # PostgreSQL runs as another user
        self.folder = folder
        self._services: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())["services"]
        self._demo = demo
        self._settings = settings
        self.port = free_port()
        self.url = self.site = f"http://127.0.0.1:{self.port}"
        password = secrets.token_urlsafe(24)
        self.postgres = Postgres(folder, password)
        self.redis_port = free_port()
        self.redis = Process("redis", folder)
        self.proxy = Process("proxy", folder)
        self.web = {name: Process(name, folder) for name in self._with("serve")}
        self.workers = {name: Process(name, folder) for name in self._with("worker")}
        self.web_ports = {name: free_port() for name in self.web}
        self._values = {
            "POSTGRES_PASSWORD": password,
            "ETABLI_SECRET_KEY": secrets.token_urlsafe(48),
            "ETABLI_DOMAIN": f"127.0.0.1:{self.port}",
            "ETABLI_SMTP_URL": os.environ.get("ETABLI_SMTP_URL", ""),
            "ETABLI_MAIL_FROM": os.environ.get("ETABLI_MAIL_FROM", ""),
        }

    def _with(self, word: str) -> list[str]:
        """The services whose command is `etabli <word>`."""
        return [name for name, service in self._services.items() if service.get("command", [])[1:] == [word]]

    # -- settings -------------------------------------------------------------------------------

    def environment(self, name: str) -> dict[str, str]:
        """The environment of a service: the compose file's, with addresses of this machine."""
        given = self._services[name].get("environment", {})
        settings = {key: self._local(str(value)) for key, value in given.items()}
        if name in self.web or name in self.workers or name == "migrate":
            settings |= LOCAL | {"ETABLI_ORIGINS": self._origins(), "ETABLI_DATA": str(self.folder / "data")}
            settings["ETABLI_DEMO"] = "1" if self._demo else "0"
            settings["PORT"] = str(self.web_ports.get(name, 0))
            settings |= self._settings
        kept = {key: value for key, value in os.environ.items() if not key.startswith("ETABLI_")}
        return kept | settings

    def _origins(self) -> str:
        """The proxy's address, and each web process's own: one may want to look at that one."""
        ports = [self.port, *self.web_ports.values()]
        return ",".join(f"http://127.0.0.1:{port}" for port in ports)

    def _local(self, text: str) -> str:
        """A value of the compose file with its variables and its services' addresses filled in."""
        text = re.sub(r"\$\{(\w+)[^}]*\}", lambda found: self._values[found[1]], text)
        text = text.replace("database:5432", f"127.0.0.1:{self.postgres.port}")
        text = text.replace("redis:6379", f"127.0.0.1:{self.redis_port}")
        for name, port in self.web_ports.items():
            text = text.replace(f"{name}:8000", f"127.0.0.1:{port}")
        return text

    @property
    def database_url(self) -> str:
        """As the web processes have it."""
        return self.environment("migrate")["ETABLI_DATABASE_URL"]

    # -- start and stop -------------------------------------------------------------------------

    def start(self, prepare: Callable[["Stack"], object] | None = None) -> None:
        """Start everything, in the compose file's order; `prepare` fills the migrated database."""
        (self.folder / "data").mkdir()
        self.postgres.create()
        self.start_redis()
        self.command("db", "upgrade")
        if self._demo:
            self.command("seed-demo")
        if prepare is not None:
            prepare(self)
        for name in self.web:
            self.start_web(name)
        for name in self.web:
            self.await_web(name)
        for name in self.workers:
            self.workers[name].start([str(ETABLI), "worker"], self.environment(name))
        self._start_proxy()

    def command(self, *arguments: str) -> None:
        """Run `etabli …` with the settings of the service `migrate`."""
        subprocess.run(
            [str(ETABLI), *arguments],
            env=self.environment("migrate"),
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def start_redis(self) -> None:
        """Start Redis with the compose file's options, on the same port each time."""
        options = ["--port", str(self.redis_port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        self.redis.start([*self._services["redis"]["command"], *options], os.environ)
        _until(lambda: b"PONG" in _say(self.redis_port, b"PING\r\n"), "Redis", self.redis)

    def start_web(self, name: str) -> None:
        """Start a web process, without waiting for it."""
        self.web[name].start([str(ETABLI), "serve"], self.environment(name))

    def await_web(self, name: str) -> None:
        """Wait until it answers."""
        await_answer(self.web_ports[name], self.web[name])

    def _start_proxy(self) -> None:
        environment = self.environment("proxy") | {
            "ETABLI_DOMAIN": self.site,
            "XDG_DATA_HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder),
        }
        adapted = subprocess.run(
            ["caddy", "adapt", "--config", str(CADDYFILE), "--adapter", "caddyfile"],
            env=environment,
            check=True,
            capture_output=True,
        )
        settings = json.loads(adapted.stdout)
        settings["admin"] = {"disabled": True}
        for server in settings["apps"]["http"]["servers"].values():
            server["listen"] = [f"127.0.0.1:{self.port}"]  # Caddy would listen on every address
        self.adjust_proxy(settings)
        config = self.folder / "caddy.json"
        config.write_text(json.dumps(settings))
        self.proxy.start(["caddy", "run", "--config", str(config)], environment)
        _until(self.answers, "Caddy", self.proxy)

    def answers(self) -> bool:
        """Whether the proxy's address answers."""
        return _answers(self.port)

    def adjust_proxy(self, settings: dict[str, Any]) -> None:
        """Change Caddy's settings before it starts."""

    def stop(self) -> None:
        """End everything: the proxy first, what keeps data last."""
        for process in (self.proxy, *self.workers.values(), *self.web.values()):
            process.terminate()
        for process in (self.proxy, *self.workers.values(), *self.web.values()):
            if process.is_running:
                process.wait()
        self.redis.terminate()
        if self.redis.is_running:
            self.redis.wait()
        self.postgres.end()


@contextlib.contextmanager
def stack(
    *,
    demo: bool = True,
    prepare: Callable[[Stack], object] | None = None,
    kind: type[Stack] = Stack,
    **settings: str,
) -> Iterator[Stack]:
    """A running stack in a temporary folder. Raises: Missing."""
    with tempfile.TemporaryDirectory(prefix="etabli-scale-") as folder:
        running = kind(Path(folder), demo=demo, **settings)
        try:
            running.start(prepare)
            yield running
        finally:
            running.stop()


def _until(condition: Callable[[], bool], what: str, process: Process) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        if not process.is_running or time.monotonic() > deadline:
            raise RuntimeError(f"{what} did not start:\n{process.output()[-3000:]}")
        time.sleep(0.05)


def await_answer(port: int, process: Process) -> None:
    """Wait until `process` answers on this port. Raises: RuntimeError with what it wrote."""
    _until(lambda: _answers(port), process.name, process)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _say(port: int, line: bytes) -> bytes:
    import socket  # noqa: PLC0415

    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(line)
            return connection.recv(100)
    except OSError:
        return b""


def main() -> int:
    """Start, say where, and wait for Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print("→ PostgreSQL, Redis, three web processes, the worker, Caddy", flush=True)
    try:
        with stack() as running:
            names = ", ".join(f"{name} {port}" for name, port in running.web_ports.items())
            print(f"→ {names}; PostgreSQL {running.postgres.port}, Redis {running.redis_port}")
            print(f"L'Établi · {running.url}/ (Ctrl-C to stop)", flush=True)
            while True:
                signal.pause()
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("→ stopped", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
