"""The class sessions of a cohort: added, changed and cancelled by its manager."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.access import access_cohort
from models.errors import Conflict, Invalid
from models.policy import Permission
from models.session import reading, transaction
from workspace.i18n import _, city_of
from workspace.services import class_sessions
from workspace.services.class_sessions import MODE_LABELS
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once
from workspace.web.programmes.forms import ClassSessionForm
from workspace.web.programmes.people import COHORT
from workspace.web.programmes.routes import blueprint

__all__ = ["blueprint"]


@blueprint.get(f"{COHORT}/sessions/new")
@requires(Permission.MANAGE_COHORT)
def new_session(cohort_id: int) -> ResponseReturnValue:
    """A form for a new class session."""
    return _page(cohort_id, ClassSessionForm())


@blueprint.post(f"{COHORT}/sessions/new")
@requires(Permission.MANAGE_COHORT)
@once
def add_session(cohort_id: int) -> ResponseReturnValue:
    """Put it on the agenda."""
    form = ClassSessionForm()
    if not form.validate():
        return _page(cohort_id, form), 422
    try:
        with transaction() as session:
            class_sessions.add_class_session(session, actor(), cohort_id, form.values())
    except Invalid as error:
        form.add_errors(error)
        return _page(cohort_id, form), 422
    flash(_("La séance est à l’agenda de la promotion."), "success")
    return _back(cohort_id)


@blueprint.get(f"{COHORT}/sessions/<int:class_session_id>")
@requires(Permission.MANAGE_COHORT)
def edit_session(cohort_id: int, class_session_id: int) -> ResponseReturnValue:
    """The session's form, filled."""
    with reading() as session:
        cohort, row = class_sessions.access_class_session(session, actor(), cohort_id, class_session_id)
        text = class_sessions.text_of(row, cohort)
    last_day = text.last_day if text.last_day != text.day else None
    form = ClassSessionForm(obj=text, data={"seen": text.fingerprint})
    form.last_day.data = last_day
    return _page(cohort_id, form, class_session_id)


@blueprint.post(f"{COHORT}/sessions/<int:class_session_id>")
@requires(Permission.MANAGE_COHORT)
def save_session(cohort_id: int, class_session_id: int) -> ResponseReturnValue:
    """Change it."""
    form = ClassSessionForm()
    if not form.validate():
        return _page(cohort_id, form, class_session_id), 422
    try:
        with transaction() as session:
            class_sessions.edit_class_session(
                session, actor(), cohort_id, class_session_id, form.values(), seen=form.seen.data or ""
            )
    except Invalid as error:
        form.add_errors(error)
        return _page(cohort_id, form, class_session_id), 422
    except Conflict as conflict:
        form.seen.data = conflict.current["seen"]
        return _page(cohort_id, form, class_session_id, conflict.current), 409
    flash(_("La séance est à jour."), "success")
    return _back(cohort_id)


@blueprint.post(f"{COHORT}/sessions/<int:class_session_id>/cancel")
@requires(Permission.MANAGE_COHORT)
def cancel_session(cohort_id: int, class_session_id: int) -> ResponseReturnValue:
    """Take it off the agenda."""
    with transaction() as session:
        class_sessions.cancel_class_session(session, actor(), cohort_id, class_session_id)
    flash(_("La séance est retirée de l’agenda."), "success")
    return _back(cohort_id)


def _back(cohort_id: int) -> ResponseReturnValue:
    return redirect(url_for("programmes.cohort", cohort_id=cohort_id, _anchor="agenda"))


def _page(
    cohort_id: int,
    form: ClassSessionForm,
    class_session_id: int | None = None,
    current: dict[str, Any] | None = None,
) -> str:
    """The form; `class_session_id` when the session exists, `current` when it changed meanwhile."""
    with reading() as session:
        if class_session_id is None:
            cohort = access_cohort(session, actor(), cohort_id, Permission.MANAGE_COHORT)
        else:  # a session of another cohort has no form here, however badly it was filled
            cohort, _row = class_sessions.access_class_session(session, actor(), cohort_id, class_session_id)
        return render_template(
            "programmes/class_session.html",
            cohort=cohort,
            form=form,
            class_session_id=class_session_id,
            current=current,
            mode_labels=MODE_LABELS,
            city=city_of(cohort.time_zone),
        )
