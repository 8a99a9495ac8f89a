"""Headers on every answer, and the checks every request passes: host, origin of unsafe requests."""

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, request

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def init_security(app: Flask, origins: tuple[str, ...], *, is_production: bool) -> None:
    """Register the checks and the headers."""
    hosts = {urlsplit(origin).netloc for origin in origins}
    names = {host.rsplit(":", 1)[0] for host in hosts}

    @app.before_request
    def start() -> None:
        g.csp_nonce = secrets.token_urlsafe(16)
        if request.mimetype == "application/x-www-form-urlencoded":
            request.get_data(cache=True)  # kept as sent: forms look for bytes that are no UTF-8
        if is_production and request.path not in ("/healthz", "/readyz") and request.host not in hosts:
            abort(400)
        if request.method not in SAFE_METHODS and not _same_origin(names):
            abort(403)

    @app.after_request
    def headers(response: Response) -> Response:
        nonce = getattr(g, "csp_nonce", "")
        response.headers.setdefault("Content-Security-Policy", _policy(nonce))
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if response.mimetype == "text/html":
            response.headers.setdefault("Cache-Control", "no-store")
        if is_production:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response


def _policy(nonce: str) -> str:
    frames = "frame-src 'self'; " if g.get("shows_frame") else ""
    sockets = " ".join(f"ws{origin.removeprefix('http')}" for origin in current_app.config["ORIGINS"])
    return (
        "default-src 'none'; "
        f"script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        f"img-src 'self' data: blob:; font-src 'self'; connect-src 'self' {sockets}; "
        f"{frames}manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def _same_origin(names: set[str]) -> bool:
    """Sec-Fetch-Site when the browser tells it, else Origin; a client that tells neither has a CSRF token."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin in (None, "null"):  # "null" is what a page without referrer sends
        return True
    return urlsplit(origin).hostname in names or urlsplit(origin).netloc == request.host
