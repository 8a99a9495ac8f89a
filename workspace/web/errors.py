"""The one place that turns errors into answers: pages that help, or JSON for programs."""

import logging
import math

from flask import Flask, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException, TooManyRequests

from models.errors import Conflict, CorruptDocument, DomainError, Forbidden, Invalid, NotFound, Refused
from models.i18n import N_
from workspace.i18n import _, ngettext
from workspace.web.guard import wants_json

log = logging.getLogger("etabli.web")

STATUS = {NotFound: 404, Forbidden: 403, Conflict: 409, Invalid: 400, Refused: 409, CorruptDocument: 409}
LONG_WAIT_SECONDS = 90
DESIGNED = {400, 403, 404, 413, 429, 500}

MESSAGES = {
    400: N_("Cette demande n’a pas pu être comprise. Revenez en arrière et réessayez."),
    401: N_(
        "Votre session est terminée. Reconnectez-vous : ce que vous avez tapé est gardé sur cet appareil."
    ),
    403: N_("Vous n’avez pas le droit de faire cela ici."),
    404: N_("Cette page n’existe pas, ou vous n’y avez pas accès."),
    405: N_("Cette adresse ne s’utilise pas ainsi."),
    409: N_("Quelqu’un a changé cela entre-temps. Rechargez la page pour voir l’état actuel."),
    413: N_("Cet envoi est trop lourd."),
    429: N_("Trop d’essais en peu de temps. Attendez une minute."),
    500: N_("Une erreur est survenue de notre côté. Vous pouvez réessayer."),
    503: N_("L’Établi est indisponible un instant. Réessayez dans une minute."),
}


def error_answer(status: int, message: str = "", code: str = "") -> ResponseReturnValue:
    """The page, or the JSON {error, code}, of a status. `message` is shown as it is."""
    shown = message or _(MESSAGES.get(status, MESSAGES[500]))
    if wants_json():
        return jsonify(error=shown, code=code or str(status)), status
    template = f"errors/{status}.html" if status in DESIGNED else "errors/generic.html"
    return render_template(template, status=status, message=shown, reason=message), status


def _route() -> str:
    """The route's pattern: a path may hold a token, which no log may carry."""
    return str(request.url_rule or "unknown address")


def how_long(error: HTTPException) -> str:
    """What to say of a try that came too soon: when the next may come."""
    seconds = error.retry_after if isinstance(error, TooManyRequests) else None
    if not isinstance(seconds, int):
        return ""
    if seconds < LONG_WAIT_SECONDS:
        return ngettext(
            "Trop d’essais : le suivant est possible dans %(num)s seconde.",
            "Trop d’essais : le suivant est possible dans %(num)s secondes.",
            seconds,
        )
    return ngettext(
        "Trop d’essais : le suivant est possible dans %(num)s minute.",
        "Trop d’essais : le suivant est possible dans %(num)s minutes.",
        math.ceil(seconds / 60),
    )


def init_errors(app: Flask) -> None:
    """Register the handlers."""
    app.log_exception = lambda exc_info: log.error(  # type: ignore[method-assign]
        "error on %s %s", request.method, _route(), exc_info=exc_info
    )

    @app.errorhandler(DomainError)
    def domain_error(error: DomainError) -> ResponseReturnValue:
        status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 400)
        message = _(error.message, **error.values) if error.message else ""
        return error_answer(status, message, getattr(error, "code", ""))

    @app.errorhandler(CSRFError)
    def csrf_error(error: CSRFError) -> ResponseReturnValue:  # noqa: ARG001
        return error_answer(
            400,
            _(
                "Cette page est restée ouverte trop longtemps. "
                "Revenez en arrière, rechargez-la, puis renvoyez."
            ),
            "csrf",
        )

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.response is not None:
            return error
        answer = app.make_response(error_answer(error.code, how_long(error)))
        for name, value in error.get_headers():
            if name.lower() not in ("content-type", "content-length"):
                answer.headers.setdefault(name, value)
        return answer

    @app.errorhandler(OperationalError)
    def database_error(error: DBAPIError) -> ResponseReturnValue:
        g.without_database = True
        log.error("database unavailable on %s %s: %s", request.method, _route(), type(error.orig).__name__)
        return error_answer(503)

    @app.errorhandler(500)
    def unexpected(error: HTTPException) -> ResponseReturnValue:  # noqa: ARG001
        g.without_database = True
        return error_answer(500)
