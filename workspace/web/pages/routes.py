"""Public pages about the application, and what browsers and robots ask for."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from workspace.settings import ROOT
from workspace.web.guard import public

blueprint = Blueprint("pages", __name__)
DAY_SECONDS = 86400


@blueprint.get("/about")
@public
def about() -> ResponseReturnValue:
    """What L'Établi is, and under which licence."""
    return render_template("pages/about.html")


@blueprint.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """The accessibility statement."""
    return render_template("pages/accessibility.html")


@blueprint.get("/favicon.svg")
@public
def favicon() -> Response:
    """The mark, for browsers that ask for it by name."""
    response = Response((ROOT / "static" / "brand" / "favicon.svg").read_bytes(), mimetype="image/svg+xml")
    response.cache_control.max_age = DAY_SECONDS
    return response


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    """Nothing here is for search engines but the page that says what it is."""
    text = "User-agent: *\nAllow: /about$\nAllow: /accessibility$\nDisallow: /\n"
    return Response(text, mimetype="text/plain")
