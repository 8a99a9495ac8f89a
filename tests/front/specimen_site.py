"""A small site made of the real frame, macros, styles and scripts, without a database.

What the front end is tested on: every element, one form of each kind, and the error pages.
"""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Form,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length

from models.policy import Actor
from workspace.i18n import init_i18n
from workspace.web import assets
from workspace.web.idempotency import once_token

ROOT = Path(__file__).resolve().parents[2]
NADIA = Actor(user_id=1, guest_id=None, name="Nadia Ferrand", title="Tutrice")
NAV = [
    ("cohort", "/page/specimen", "Ma promotion"),
    ("projects", "/page/form", "Projets"),
    ("problems", "/page/form", "Problématiques"),
    ("observations", "/page/form", "Projets suivis"),
    ("programmes", "/page/form", "Formations"),
]
FRAME = {
    "account.set_language": "/language",
    "account.set_theme": "/theme",
    "account.show": "/account",
    "auth.sign_in": "/sign-in",
    "auth.sign_out": "/sign-out",
    "demo.show": "/demo",
    "notifications.index": "/notifications",
    "pages.about": "/about",
    "personal.show": "/account/data",
    "pages.accessibility": "/accessibility",
}
"""Where the frame's links lead in the application: endpoint → path."""
COMMUNES = [
    {"value": "97302", "label": "Cayenne", "hint": "commune · Guyane"},
    {"value": "14118", "label": "Caen", "hint": "commune · Calvados"},
]


class SpecimenForm(Form):  # type: ignore[misc]
    """One field of each kind."""

    title = StringField("Titre", [InputRequired(), Length(max=80)])
    authority = StringField("Collectivité", [InputRequired()])
    challenge = TextAreaField("Le défi", [InputRequired(), Length(max=2000)])
    domain = RadioField("Domaine", choices={"management": "Management", "policy": "Politiques publiques"})
    drivers = SelectMultipleField("Contraintes", choices={"open_data": "Open data", "other": "Autre"})
    audience = SelectField("Confidentialité", choices={"cohort": "La promotion", "team": "L’équipe"})
    tell = BooleanField("Prévenir l’équipe")


@dataclass
class Site:
    """Where the site answers, what it was sent, and how it must answer next."""

    url: str = ""
    posts: list[dict[str, str]] = field(default_factory=list)
    saves: list[dict[str, Any]] = field(default_factory=list)
    save_status: int = 200
    accept_posts: bool = True
    slow_seconds: float = 0.0
    release: threading.Event = field(default_factory=threading.Event)


def make_site_app(site: Site) -> Flask:
    """The application that serves the specimen pages."""
    app = Flask(__name__, static_folder=None)
    app.secret_key = "tests only"  # noqa: S105
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(ROOT / "templates"), FileSystemLoader(Path(__file__).parent / "pages")]
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    init_i18n(app, reader_locale=lambda: request.args.get("lang", "fr"))
    assets.init_assets(app)
    app.register_blueprint(assets.blueprint)
    app.jinja_env.globals.update(once_token=once_token, csrf_token=lambda: "token")

    @app.context_processor
    def page_globals() -> dict[str, object]:
        anonymous = "anonymous" in request.args
        return {
            "actor": None if anonymous else NADIA,
            "nav_items": [] if anonymous else NAV,
            "unread_count": 3,
            "is_demo": "demo" in request.args,
            "csp_nonce": "nonce",
            "theme": request.args.get("theme", "auto"),
            "now": datetime.now(UTC),
            "days": lambda count: timedelta(days=count),
        }

    for endpoint, path in FRAME.items():
        app.add_url_rule(path, endpoint, lambda: "")
    _add_pages(app)
    _add_answers(app, site)
    return app


def _add_pages(app: Flask) -> None:
    @app.get("/page/<name>")
    def page(name: str) -> str:
        return render_template(f"{name}.html", form=SpecimenForm(), version=request.args.get("version", 1))

    @app.get("/error/<int:status>")
    def error(status: int) -> str:
        known = (ROOT / "templates" / "errors" / f"{status}.html").exists()
        name = f"errors/{status}.html" if known else "errors/generic.html"
        return render_template(name, status=status, message="Ce tableau est gelé.", reason="")


def _add_answers(app: Flask, site: Site) -> None:
    @app.post("/page/form")
    def posted() -> ResponseReturnValue:
        site.posts.append(request.form.to_dict())
        if site.slow_seconds:
            site.release.wait(site.slow_seconds)
        if not site.accept_posts:
            form = SpecimenForm(MultiDict(request.form))
            form.validate()
            return render_template("form.html", form=form, version=1), 400
        flash("Votre problématique est envoyée.", "success")
        return redirect("/page/specimen")

    @app.put("/save")
    def save() -> ResponseReturnValue:
        site.saves.append(request.get_json())
        if site.save_status == 409:
            return jsonify(message="Jean-Marc a modifié ce texte."), 409
        if site.save_status != 200:
            return jsonify(error="panne"), site.save_status
        return jsonify(version=len(site.saves) + 1)

    @app.get("/search")
    def search() -> ResponseReturnValue:
        text = request.args["q"].lower()
        return jsonify([place for place in COMMUNES if place["label"].lower().startswith(text)])

    @app.post("/similar")
    def similar() -> str:
        return f"<p>Une équipe travaille déjà sur « {len(request.get_json()['title'])} »</p>"

    @app.get("/notifications/count", endpoint="notifications.count")
    def count() -> ResponseReturnValue:
        return jsonify(count=3)
