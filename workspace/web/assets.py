"""Built assets: `asset("main.css")` gives the hashed URL; they are sent compressed and cached for ever.

Who comes from elsewhere gets the styles inside the page, `styles_inside("main.css")`, fonts later: ADR 37.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, request, send_from_directory
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from markupsafe import Markup

from workspace.settings import ROOT, SettingsError
from workspace.web.guard import public

DIST = ROOT / "static" / "dist"
blueprint = Blueprint("assets", __name__)
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
FONT_FILE = re.compile(r"@font-face\{[^}]*url\([^}]*\}")
"""A font that is fetched, in a built sheet; the system's, which stand in for it, have no address."""


class SessionsOfPages(SecureCookieSessionInterface):
    """The form's session, for all but built files: those are everybody's.

    An answer that varies with a cookie is asked for anew whenever any cookie changes.
    """

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """See SessionInterface."""
        if request.blueprint != blueprint.name:
            super().save_session(app, session, response)


def init_assets(app: Flask) -> None:
    """Read the manifest of the build; without one the start stops with a sentence."""
    path = DIST / "manifest.json"
    if not path.exists():
        raise SettingsError(
            "Les fichiers de l’interface ne sont pas construits : lancez « make setup » puis réessayez."
        )
    app.session_interface = SessionsOfPages()
    app.config["ASSETS"] = json.loads(path.read_text())
    sheets = {
        name: (DIST / built).read_text()
        for name, built in app.config["ASSETS"].items()
        if name.endswith(".css")
    }
    fonts = "".join(FONT_FILE.findall(sheets["main.css"])).replace("./", "/assets/")
    app.jinja_env.globals |= {
        "asset": asset,
        "comes_from_us": comes_from_us,
        "styles_inside": {name: Markup(FONT_FILE.sub("", text)) for name, text in sheets.items()}.__getitem__,  # noqa: S704 (our build's)
        "font_files": Markup(fonts),  # noqa: S704 (our build's)
    }
    shapes: dict[str, str] = json.loads((DIST / "icons.json").read_text())
    app.jinja_env.globals["drawn_icon"] = _draws(shapes)


def _draws(shapes: Mapping[str, str]) -> Callable[..., Markup]:
    """What puts an icon in a page, by its shapes' names; a page has hundreds, so each is written once."""

    @lru_cache(maxsize=1024)
    def unnamed(name: str, size: str) -> Markup:
        kind = f" icon-{size}" if size else ""
        begin = Markup('<svg class="icon{}" viewBox="0 0 24 24"').format(kind)
        return begin + Markup(f' aria-hidden="true">{shapes[name]}</svg>')  # noqa: S704 (our build's)

    def drawn_icon(name: str, size: str = "", label: str = "") -> Markup:
        svg = unnamed(name, size)
        if not label:
            return svg
        return svg.replace('aria-hidden="true"', Markup('role="img" aria-label="{}"').format(label), 1)

    return drawn_icon


def asset(name: str) -> str:
    """The address of what was built of `name`."""
    return f"/assets/{current_app.config['ASSETS'][name]}"


def comes_from_us() -> bool:
    """Whether a page of ours asks: its browser has what all pages share."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


@blueprint.get("/assets/<path:name>")
@public
def send(name: str) -> Response:
    """A built file, in the best encoding that the browser accepts."""
    for encoding, suffix in ENCODINGS:
        if request.accept_encodings[encoding] and (DIST / f"{name}{suffix}").is_file():
            response = send_from_directory(DIST, f"{name}{suffix}", mimetype=_mimetype(name))
            response.headers["Content-Encoding"] = encoding
            break
    else:
        response = send_from_directory(DIST, name, mimetype=_mimetype(name))
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Vary"] = "Accept-Encoding"
    return response


def _mimetype(name: str) -> str | None:
    return {
        ".js": "text/javascript",
        ".css": "text/css",
        ".svg": "image/svg+xml",
        ".woff2": "font/woff2",
        ".webmanifest": "application/manifest+json",
        ".map": "application/json",
    }.get(Path(name).suffix)
