"""`create_app(settings)`: the Flask application, with nothing at import time."""

from contextlib import suppress
from datetime import timedelta

from flask import Flask, current_app, g, request
from jinja2 import StrictUndefined
from sqlalchemy.exc import OperationalError
from werkzeug.middleware.proxy_fix import ProxyFix

from models.base import utcnow
from models.board import marks
from models.policy import Permission, Where, can
from models.session import configure, reading, transaction
from workspace.extensions import csrf, limiter, login_manager
from workspace.i18n import init_i18n
from workspace.services import rotation, sessions
from workspace.services.notifications import count_unread
from workspace.settings import ROOT, Settings
from workspace.web.assets import init_assets
from workspace.web.auth.counters import Counters
from workspace.web.auth.rotating import end_if_replayed, replace_old_token
from workspace.web.blueprints import register_blueprints
from workspace.web.cookies import read_cookie
from workspace.web.errors import init_errors
from workspace.web.guard import COOKIE, SignedIn, csp_nonce, find_actor
from workspace.web.idempotency import once_token
from workspace.web.navigation import nav_items
from workspace.web.security import init_security


def create_app(settings: Settings) -> Flask:
    """The application for these settings; its database becomes the process's."""
    app = Flask("workspace", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SETTINGS=settings,
        ORIGINS=settings.origins,
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_body_bytes,
        SESSION_COOKIE_NAME=settings.cookie_name("etabli_form"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_production,
        PERMANENT_SESSION_LIFETIME=timedelta(days=settings.session_days),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    configure(settings.database_url)
    marks.use_secret(settings.secret_key)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    init_security(app, settings)
    csrf.init_app(app)
    limiter.init_app(app)
    login_manager.init_app(app)
    login_manager.request_loader(_load_signed_in)
    init_i18n(app, reader_locale=_reader_locale, reader_zone=_reader_zone)
    init_errors(app)
    init_assets(app)
    app.extensions["tries"] = Counters(settings.redis_url)
    app.after_request(replace_old_token)
    register_blueprints(app)
    app.context_processor(_page_globals)
    app.jinja_env.globals["once_token"] = once_token
    return app


def _load_signed_in(request_: object) -> SignedIn | None:  # noqa: ARG001
    token = read_cookie(COOKIE)
    if not token:
        return None
    with reading() as session:
        actor = sessions.find_actor(session, token)
    if actor is None:
        end_if_replayed(token)
        return None
    g.is_token_due = rotation.is_due(actor)
    if actor.seen_at is not None and actor.seen_at < utcnow() - sessions.SEEN_EVERY:
        # A full disk or a database that only reads must not close the pages.
        with suppress(OperationalError), transaction() as session:
            sessions.seen(session, actor)
    return SignedIn(actor)


def _reader_locale() -> str | None:
    # Visitors share an invented person: each reads in the language of their own device.
    actor = None if g.get("without_database") else find_actor()
    return actor.locale if actor and not actor.is_demo else None


def _reader_zone() -> str | None:
    actor = None if g.get("without_database") else find_actor()
    return actor.time_zone if actor else None


def _page_globals() -> dict[str, object]:
    # An error page must not ask the database that may be its cause.
    actor = None if g.get("without_database") else find_actor()
    settings: Settings = current_app.config["SETTINGS"]
    unread = 0
    if actor is not None and actor.user_id is not None:
        with reading() as session:
            unread = count_unread(session, actor)
    return {
        "actor": actor,
        "can": lambda permission, where: can(actor, Permission(permission), _where(where)),
        "Permission": Permission,
        "nav_items": nav_items(actor),
        "unread_count": unread,
        "is_demo": settings.demo,
        "sends_mail": settings.mail != "off",
        "oidc_label": settings.oidc.label if settings.oidc else "",
        "csp_nonce": csp_nonce(),
        "now": utcnow(),
        "theme": _theme(),
    }


def _where(target: object) -> Where:
    return target if isinstance(target, Where) else target.where  # type: ignore[attr-defined]


def _theme() -> str:
    theme = request.cookies.get("theme", "auto")
    return theme if theme in ("light", "dark") else "auto"
