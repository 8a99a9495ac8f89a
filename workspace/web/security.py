"""Headers on every answer, and the checks every request passes: host, origin of unsafe requests.

Why each header is as it is: docs/security.md.
"""

import secrets
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, request

from workspace.settings import Settings

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
USUAL_HEADERS = {
    "Content-Security-Policy": NOTHING,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
"""What no answer goes without, unless it says otherwise itself."""
HTTPS_ONLY = ("Strict-Transport-Security", "max-age=31536000")

Headers = list[tuple[str, str]]
View = TypeVar("View", bound=Callable[..., Any])
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class UsualHeaders:
    """WSGI middleware: the usual headers on every answer, whoever gives it."""

    def __init__(self, app: Application, settings: Settings) -> None:
        self._app = app
        self._usual = [*USUAL_HEADERS.items(), *([HTTPS_ONLY] if settings.is_production else [])]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Add what the answer does not say itself."""

        def start(status: str, headers: Headers, *error: Any) -> Any:
            said = {name.lower() for name, _value in headers}
            headers.extend(header for header in self._usual if header[0].lower() not in said)
            return start_response(status, headers, *error)

        return self._app(environ, start)


def takes_up_to(size: int) -> Callable[[View], View]:
    """Let this view's requests be as large, in bytes, instead of what the settings allow the others."""

    def mark(view: View) -> View:
        view.max_bytes = size  # type: ignore[attr-defined]
        return view

    return mark


def init_security(app: Flask, settings: Settings) -> None:
    """Register the checks and the headers."""
    hosts = {urlsplit(origin).netloc for origin in settings.origins}
    app.wsgi_app = UsualHeaders(app.wsgi_app, settings)  # type: ignore[method-assign]

    @app.before_request
    def start() -> None:
        g.csp_nonce = secrets.token_urlsafe(16)
        size = getattr(app.view_functions.get(request.endpoint or ""), "max_bytes", None)
        if size is not None:  # before anything looks into the body
            request.max_content_length = size
        if request.mimetype == "application/x-www-form-urlencoded":
            request.get_data(cache=True)  # kept as sent: forms look for bytes that are no UTF-8
        if (
            settings.is_production
            and request.path not in ("/healthz", "/readyz")
            and request.host not in hosts
        ):
            abort(400)
        if request.method not in SAFE_METHODS and not _same_origin(settings):
            abort(403)

    @app.after_request
    def policy(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers.setdefault("Content-Security-Policy", _policy(getattr(g, "csp_nonce", "")))
        return response


def _policy(nonce: str) -> str:
    """What a page may load and run: scripts with the nonce only, and no text becomes markup or code."""
    frames = "frame-src 'self'; " if g.get("shows_frame") else ""
    sockets = " ".join(f"ws{origin.removeprefix('http')}" for origin in current_app.config["ORIGINS"])
    return (
        "default-src 'none'; "
        f"script-src 'nonce-{nonce}'; worker-src 'self'; style-src 'self' 'nonce-{nonce}'; "
        f"img-src 'self' data:; font-src 'self'; connect-src 'self' {sockets}; "
        f"{frames}form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types etabli"
    )


def _same_origin(settings: Settings) -> bool:
    """Sec-Fetch-Site when the browser tells it, else Origin; a client that tells neither has a CSRF token."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin in (None, "null"):  # "null" is what a page without referrer sends
        return True
    return origin in settings.origins or (not settings.is_production and _names_host(origin))


def _names_host(origin: str) -> bool:
    """Whether the address is the one that was asked, whatever this development server is called."""
    return urlsplit(origin).netloc == request.host
