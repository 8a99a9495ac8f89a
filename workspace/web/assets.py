"""Built assets: `asset("main.css")` gives the hashed URL; they are sent compressed and cached for ever."""

import json
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, request, send_from_directory
from markupsafe import Markup

from workspace.settings import ROOT, SettingsError
from workspace.web.guard import public

DIST = ROOT / "static" / "dist"
blueprint = Blueprint("assets", __name__)
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


def init_assets(app: Flask) -> None:
    """Read the manifest of the build; without one the start stops with a sentence."""
    path = DIST / "manifest.json"
    if not path.exists():
        raise SettingsError(
            "Les fichiers de l’interface ne sont pas construits : lancez « make setup » puis réessayez."
        )
    app.config["ASSETS"] = json.loads(path.read_text())
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.globals["area_styles"] = {
        name.removeprefix("areas/").removesuffix(".css"): Markup((DIST / built).read_text())  # noqa: S704 (our build's)
        for name, built in app.config["ASSETS"].items()
        if name.startswith("areas/")
    }.__getitem__
    shapes: dict[str, str] = json.loads((DIST / "icons.json").read_text())
    app.jinja_env.globals["icon_shape"] = {name: Markup(body) for name, body in shapes.items()}.__getitem__  # noqa: S704 (our build's)


def asset(name: str) -> str:
    """The address of what was built of `name`."""
    return f"/assets/{current_app.config['ASSETS'][name]}"


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
