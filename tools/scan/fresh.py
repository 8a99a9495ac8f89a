"""Stands between a scanner and the site, and does what it cannot: be somebody, in a page just opened.

It carries one person's cookies. In the pages that it hands on, what differs from one to the next without
being another form (the form token, `_once`, where to go on) is always the same, so that the scanner takes a
form for one form. Each time that one is sent it is as if its page had just been opened: `_once` is new,
`version` is today's, unless the scanner has changed them; else the first sending would be the only one that
does anything. What would sign the person out, or delete their account, goes no further.
"""

import http.client
import re
import secrets
import ssl
import threading
from collections import Counter, defaultdict
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from lxml import html

from tools.scan.site import Site
from tools.scan.walk import kind_of

SECONDS = 60
SAME_KIND = 1
"""How many pages that differ by numbers only the scanner may see."""
ONCE = "the-same-for-the-scanner"
HIDDEN = {
    "csrf_token": re.compile(rb'(name="csrf_token" value=")([^"]+)'),
    "_once": re.compile(rb'(name="_once" value=")([^"]+)'),
    "next": re.compile(rb'(name="next" value=")([^"]+)'),
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "CONNECT")
VERSION = re.compile(rb"((?:^|&)version=)(\d+)(?=&|$)")
ENDS_THE_VISIT = re.compile(
    r"/(sign-out(-everywhere)?|sign-in|join|demo|setup|invitations|account/(erase|sessions|password))(/.*)?"
)
"""A form sent there makes the browser somebody else's, or nobody's."""
NOT_PASSED_ON = {
    "connection",
    "keep-alive",
    "transfer-encoding",
    "content-length",
    "content-encoding",
    "alt-svc",
}
NOT_SENT = {"host", "connection", "cookie", "accept-encoding", "referer", "origin", "content-length"}


class Fresh(ThreadingHTTPServer):
    """Listens on the loopback, at `url`, as somebody of `role`."""

    daemon_threads = True

    def __init__(self, site: Site, role: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.statuses: Counter[int] = Counter()
        self.doors: dict[str, Counter[int]] = defaultdict(Counter)
        """How each kind of address answered, by method."""
        self._address = urlsplit(site.url)
        self._context = ssl.create_default_context(cafile=str(site.authority))
        self._is_anonymous = role == "anonymous"
        self._session_cookie = site.cookie
        self._cookies = {site.cookie: site.tokens[role]} if role in site.tokens else {}
        self._token = b""
        self._versions: set[str] = set()
        self._paths: dict[str, set[str]] = defaultdict(set)
        self._lock = threading.Lock()
        self._local = threading.local()

    def start(self) -> None:
        """Have the form's cookie from the first page on, then listen in the background."""
        self.ask("GET", "/about", {"Accept": "text/html"}, b"")
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request: object, client_address: object) -> None:
        """The scanner has stopped waiting: nothing to say."""

    # -- what is let through --------------------------------------------------------------------

    def is_let_through(self, method: str, path: str) -> bool:
        """Whether it leaves the visit as it is, and is not one more page of a kind that was seen twice."""
        clean = urlsplit(path).path
        if method not in ("GET", "HEAD", "OPTIONS"):
            return self._is_anonymous or not ENDS_THE_VISIT.fullmatch(clean)
        with self._lock:
            same = self._paths[kind_of(clean)]
            if len(same) < SAME_KIND:
                same.add(clean)
            return clean in same or not re.search(r"\d", clean)

    # -- asking the site ------------------------------------------------------------------------

    def ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> "Answer":
        """Ask the site, as the person."""
        with self._lock:
            cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        sent = headers | ({"Cookie": cookies} if cookies else {}) | {"Accept-Encoding": "identity"}
        answer = self._send(method, path, sent, body)
        self._keep_cookies(answer)
        with self._lock:
            self.statuses[answer.status] += 1
            self.doors[f"{method} {kind_of(urlsplit(path).path)}"][answer.status] += 1
        return answer

    def _send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> "Answer":
        for is_last in (False, True):
            connection = getattr(self._local, "connection", None)
            if connection is None:
                connection = self._local.connection = http.client.HTTPSConnection(
                    self._address.hostname or "", self._address.port, timeout=SECONDS, context=self._context
                )
            try:
                connection.request(method, path, body or None, headers)
                return Answer(connection.getresponse())
            except (http.client.HTTPException, OSError):
                self._local.connection = None
                if is_last:
                    raise
        raise AssertionError

    def _keep_cookies(self, answer: "Answer") -> None:
        for line in answer.cookies:
            try:
                found = SimpleCookie(line)
            except CookieError:
                continue
            with self._lock:
                for name, morsel in found.items():
                    if self._is_anonymous and name == self._session_cookie:
                        continue
                    if morsel.value and morsel["max-age"] != "0":
                        self._cookies[name] = morsel.value
                    else:
                        self._cookies.pop(name, None)

    @property
    def is_signed_in(self) -> bool:
        """Whether the person still is who they were."""
        return self.ask("GET", "/account/data", {"Accept": "text/html"}, b"").status == http.HTTPStatus.OK

    # -- the form's page, opened again ----------------------------------------------------------

    def for_scanner(self, page: bytes) -> bytes:
        """The page with the same hidden values as all others; remembers the versions that it names."""
        found = HIDDEN["csrf_token"].search(page)
        if found and not self._token:
            self._token = found[2]
        for field, value in (("csrf_token", self._token), ("_once", ONCE.encode()), ("next", b"/")):
            page = HIDDEN[field].sub(rb"\g<1>" + value, page)
        self._versions.update(_versions(page).values())
        return page

    def freshen(self, path: str, referer: str, body: bytes) -> bytes:
        """A form's body as if its page had just been opened."""
        body = body.replace(f"_once={ONCE}".encode(), f"_once={secrets.token_urlsafe(16)}".encode())
        written = VERSION.search(body)
        if written is None or written[2].decode() not in self._versions:
            return body
        page = urlsplit(referer)._replace(scheme="", netloc="").geturl() or "/"
        opened = self.ask("GET", page, {"Accept": "text/html"}, b"")
        versions = _versions(opened.body)
        now = versions.get(urlsplit(path).path, versions.get(""))
        return body if now is None else VERSION.sub(rb"\g<1>" + now.encode(), body)


class Answer:
    """What the site answered, read whole."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.getheaders()
        self.body = response.read()
        self.kind = response.headers.get_content_type()
        self.cookies = response.headers.get_all("Set-Cookie") or []


def _versions(page: bytes) -> dict[str, str]:
    """The hidden version of each form of the page, by the path that it is sent to; "" for the page's own."""
    if b'name="version"' not in page:
        return {}
    fields = (
        (form, form.fields.get("version")) for form in html.fromstring(page).forms if "version" in form.fields
    )
    return {urlsplit(form.get("action") or "").path: value for form, value in fields if value}


class Handler(BaseHTTPRequestHandler):
    """One request of the scanner."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Fresh

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.server.is_let_through(self.command, self.path):
            self._answer(404, [], b"")
            return
        headers = {name: value for name, value in self.headers.items() if name.lower() not in NOT_SENT}
        if self.command == "POST":
            body = self.server.freshen(self.path, self.headers.get("Referer", ""), body)
        try:
            answer = self.server.ask(self.command, self.path, headers, body)
        except (http.client.HTTPException, OSError, ValueError):
            self._answer(502, [], b"")
            return
        is_page = answer.kind == "text/html"
        self._answer(
            answer.status, answer.headers, self.server.for_scanner(answer.body) if is_page else answer.body
        )

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in NOT_PASSED_ON:
                self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: there are thousands."""


for _method in METHODS:
    setattr(Handler, f"do_{_method}", Handler._serve)  # noqa: SLF001
