"""Wapiti, a web vulnerability scanner: as each role through `fresh`, and as nobody at the TLS door."""

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tools.scan.findings import Finding
from tools.scan.fresh import Fresh
from tools.scan.site import Site
from tools.scan.walk import STARTS, kind_of

INJECTING = (
    *("xss", "permanentxss", "sql", "timesql", "exec", "file", "crlf", "redirect", "ssrf", "xxe", "upload"),
    *("ldap", "csrf", "methods", "htaccess", "backup", "shellshock", "spring4shell"),
)
AT_THE_DOOR = ("https_redirect", "http_headers", "cookieflags", "csp", "methods", "csrf", "backup")
"""What is seen from outside, where TLS is."""


class Elsewhere(ThreadingHTTPServer):
    """The address that the scanner tries to make the site call: whoever calls is noted."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Noting)
        self.url = f"http://127.0.0.1:{self.server_port}/"
        self.calls: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Noting(BaseHTTPRequestHandler):
    server: Elsewhere

    def do_GET(self) -> None:
        """Note the call; the scanner's own question has an empty answer, the calls are reported from here."""
        if self.path != "/" and not self.path.startswith("/get_"):
            self.server.calls.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b"[]")

    do_POST = do_HEAD = do_GET  # noqa: N815 - the library's names

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


def attack(
    site: Site, role: str, built: Path, *, crawl: int, each: int, modules: tuple[str, ...]
) -> Iterator[Finding]:
    """What Wapiti finds as `role`: `crawl` seconds to look around, `each` for each kind of attack."""
    folder = built / "wapiti"
    folder.mkdir(parents=True, exist_ok=True)
    elsewhere = Elsewhere()
    between = Fresh(site, role)
    between.start()
    report = folder / f"{role}.json"
    options = _options(built, elsewhere, crawl, each)
    starts = [word for path in STARTS for word in ("-s", between.url + path)]
    command = [*options, "-u", f"{between.url}/", *starts, "-m", ",".join(modules), "-o", str(report)]
    _run(command, folder / f"{role}.log")
    print(f"   {role}: {_told(between)}", flush=True)
    for door, statuses in between.doors.items():
        if any(status >= 500 for status in statuses):
            yield Finding("wapiti", "server error", f"answered as {role} by an error of ours", [door])
    if role != "anonymous" and not between.is_signed_in:
        yield Finding("wapiti", "lost visit", f"the scan as {role} was signed out on the way", [role])
    between.shutdown()
    yield from _read(report)
    for path in elsewhere.calls:
        yield Finding("wapiti", "outgoing call", "the site called an address that it was given", [path])


def attack_door(site: Site, built: Path, *, crawl: int, each: int) -> Iterator[Finding]:
    """What Wapiti finds as nobody, straight at the address that people use."""
    folder = built / "wapiti"
    folder.mkdir(parents=True, exist_ok=True)
    report = folder / "door.json"
    options = _options(built, Elsewhere(), crawl, each)
    command = [*options, "-u", f"{site.url}/", "-m", ",".join(AT_THE_DOOR), "-o", str(report)]
    _run(command, folder / "door.log")
    yield from _read(report)


def _options(built: Path, elsewhere: Elsewhere, crawl: int, each: int) -> list[str]:
    folder = built / "wapiti"
    return [
        *(
            str(built / "venv" / "bin" / "wapiti"),
            "--flush-session",
            "--no-bugreport",
            "-f",
            "json",
            "--scope",
            "domain",
        ),
        *("--store-session", str(folder), "--store-config", str(folder), "--tasks", "4", "-t", "20"),
        *("--max-scan-time", str(crawl), "--max-attack-time", str(each), "-v", "1"),
        *("--internal-endpoint", elsewhere.url, "--external-endpoint", elsewhere.url),
        *("--dns-endpoint", "localhost"),
    ]


def _run(command: list[str], log: Path) -> None:
    with log.open("wb") as output:
        subprocess.run(command, check=True, stdout=output, stderr=output, stdin=subprocess.DEVNULL)


def _told(between: Fresh) -> str:
    doors = [door for door, statuses in between.doors.items() if any(status < 400 for status in statuses)]
    posts = sum(door.startswith("POST") for door in doors)
    statuses = ", ".join(f"{count} × {status}" for status, count in sorted(between.statuses.items()))
    return (
        f"{len(doors) - posts} kinds of pages, {posts} kinds of forms that did something; answers: {statuses}"
    )


def _read(report: Path) -> Iterator[Finding]:
    found: dict[str, dict[str, list[dict[str, Any]]]] = json.loads(report.read_text())
    for part in ("vulnerabilities", "anomalies"):
        for category, entries in found[part].items():
            for entry in entries:
                where = f"{entry['method']} {kind_of(entry['path'])} {entry['parameter'] or ''}".strip()
                yield Finding("wapiti", category, entry["info"], [where])
