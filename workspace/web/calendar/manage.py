"""A manager's side of the calendar: sessions added, changed alone or with the next, cancelled, restored;
whole series removed and put back.
"""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.access import access_cohort
from models.errors import Conflict, Invalid, Refused
from models.policy import Permission
from models.session import reading, transaction
from workspace.i18n import _, ngettext
from workspace.services import class_sessions
from workspace.services.class_sessions import Found, access_occurrence
from workspace.web.calendar.forms import (
    FOLLOWING,
    CancelForm,
    ClassSessionForm,
    EditClassSessionForm,
    filled_form,
    new_form,
)
from workspace.web.calendar.routes import SESSION, blueprint
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once

__all__ = ["blueprint"]
MANAGE = Permission.MANAGE_COHORT


@blueprint.get("/cohorts/<int:cohort_id>/sessions/new")
@requires(Permission.MANAGE_COHORT)
def new(cohort_id: int) -> ResponseReturnValue:
    """A form for a new session."""
    with reading() as session:
        cohort = access_cohort(session, actor(), cohort_id, MANAGE)
        return _new_page(cohort_id, new_form(cohort))


@blueprint.post("/cohorts/<int:cohort_id>/sessions/new")
@requires(Permission.MANAGE_COHORT)
@once
def add(cohort_id: int) -> ResponseReturnValue:
    """Put it on the calendar, with those that repeat it."""
    form = ClassSessionForm()
    if not form.validate():
        return _new_page(cohort_id, form), 422
    rhythm = form.rhythm()
    try:
        with transaction() as session:
            class_sessions.add_class_session(session, actor(), cohort_id, form.said(), rhythm)
    except Invalid as error:
        form.add_errors(error)
        return _new_page(cohort_id, form), 422
    flash(
        ngettext(
            "La séance est au calendrier de la promotion.",
            "%(num)s séances sont au calendrier de la promotion.",
            rhythm.times,
        ),
        "success",
    )
    return redirect(url_for("calendar.month", cohort_id=cohort_id, month=form.day.data.strftime("%Y-%m")))


@blueprint.get(f"{SESSION}/edit")
@requires(Permission.MANAGE_COHORT)
def edit(cohort_id: int, class_session_id: int, number: int) -> ResponseReturnValue:
    """The session's form, filled."""
    with reading() as session:
        found = access_occurrence(session, actor(), cohort_id, class_session_id, number, MANAGE)
        return _edit_page(found, filled_form(found))


@blueprint.post(f"{SESSION}/edit")
@requires(Permission.MANAGE_COHORT)
def save(cohort_id: int, class_session_id: int, number: int) -> ResponseReturnValue:
    """Change it, alone or with those that follow."""
    form, current, status = EditClassSessionForm(), None, 422
    if form.validate():
        try:
            return redirect(_save(form, cohort_id, class_session_id, number))
        except Invalid as error:
            form.add_errors(error)
        except Conflict as conflict:
            current, status = conflict.current, 409
            form.seen.data = conflict.current["seen"]
    with reading() as session:
        found = access_occurrence(session, actor(), cohort_id, class_session_id, number, MANAGE)
        return _edit_page(found, form, current), status


def _save(form: EditClassSessionForm, cohort_id: int, class_session_id: int, number: int) -> str:
    """Where the session is now."""
    seen = form.seen.data or ""
    with transaction() as session:
        found = access_occurrence(session, actor(), cohort_id, class_session_id, number, MANAGE)
        if form.scope.data == FOLLOWING:
            row = class_sessions.edit_following(
                session, actor(), found, form.said(), form.rhythm(), seen=seen
            )
            class_session_id, number = row.id, number if row.id == class_session_id else 1
        else:
            class_sessions.edit_one(session, actor(), found, form.said(), seen=seen)
    flash(_("La séance est à jour."), "success")
    return url_for("calendar.show", cohort_id=cohort_id, class_session_id=class_session_id, number=number)


@blueprint.get(f"{SESSION}/cancel")
@requires(Permission.MANAGE_COHORT)
def ask_to_cancel(cohort_id: int, class_session_id: int, number: int) -> ResponseReturnValue:
    """Before it is cancelled: this one, or those that follow too; who will be told."""
    with reading() as session:
        found = access_occurrence(session, actor(), cohort_id, class_session_id, number, MANAGE)
        return _cancel_page(found, CancelForm())


@blueprint.post(f"{SESSION}/cancel")
@requires(Permission.MANAGE_COHORT)
def cancel(cohort_id: int, class_session_id: int, number: int) -> ResponseReturnValue:
    """Cancel it, and tell the cohort."""
    form = CancelForm()
    is_valid = form.validate()
    with transaction() as session:
        found = access_occurrence(session, actor(), cohort_id, class_session_id, number, MANAGE)
        if not is_valid:
            return _cancel_page(found, form), 422
        class_sessions.cancel(session, actor(), found, following=form.scope.data == FOLLOWING)
    flash(_("La séance est annulée ; la promotion est prévenue."), "success")
    return redirect(
        url_for("calendar.show", cohort_id=cohort_id, class_session_id=class_session_id, number=number)
    )


@blueprint.post(f"{SESSION}/restore")
@requires(Permission.MANAGE_COHORT)
def restore(cohort_id: int, class_session_id: int, number: int) -> ResponseReturnValue:
    """Let it take place after all."""
    with transaction() as session:
        found = access_occurrence(session, actor(), cohort_id, class_session_id, number, MANAGE)
        class_sessions.restore(session, actor(), found)
    flash(_("La séance est rétablie."), "success")
    return redirect(
        url_for("calendar.show", cohort_id=cohort_id, class_session_id=class_session_id, number=number)
    )


@blueprint.get(f"{SESSION}/remove")
@requires(Permission.MANAGE_COHORT)
def ask_to_remove(cohort_id: int, class_session_id: int, number: int) -> ResponseReturnValue:
    """Before the whole series goes: what goes with it, and what keeps it from going."""
    return _remove_page(cohort_id, class_session_id, number)


@blueprint.post(f"{SESSION}/remove")
@requires(Permission.MANAGE_COHORT)
def remove(cohort_id: int, class_session_id: int, number: int) -> ResponseReturnValue:
    """Take the whole series off the calendar, and tell the cohort."""
    try:
        with transaction() as session:
            found = access_occurrence(session, actor(), cohort_id, class_session_id, number, MANAGE)
            class_sessions.remove(session, actor(), found)
    except Refused:
        return _remove_page(cohort_id, class_session_id, number), 409
    flash(_("C’est supprimé du calendrier. Vous pouvez le remettre pendant 30 jours."), "success")
    return redirect(url_for("calendar.month", cohort_id=cohort_id, _anchor="removed"))


@blueprint.post(f"{SESSION}/put-back")
@requires(Permission.MANAGE_COHORT)
def put_back(cohort_id: int, class_session_id: int, number: int) -> ResponseReturnValue:
    """Put a removed series on the calendar again."""
    with transaction() as session:
        found = access_occurrence(
            session, actor(), cohort_id, class_session_id, number, MANAGE, with_removed=True
        )
        class_sessions.put_back(session, actor(), found)
    flash(_("C’est de retour au calendrier ; la promotion est prévenue."), "success")
    return redirect(
        url_for("calendar.show", cohort_id=cohort_id, class_session_id=class_session_id, number=number)
    )


def _new_page(cohort_id: int, form: ClassSessionForm) -> str:
    with reading() as session:
        cohort = access_cohort(session, actor(), cohort_id, MANAGE)
        return render_template(
            "calendar/edit.html",
            cohort=cohort,
            form=form,
            one=None,
            is_series=False,
            current=None,
        )


def _edit_page(found: Found, form: EditClassSessionForm, current: dict[str, Any] | None = None) -> str:
    """The form; `current` when the session changed meanwhile."""
    return render_template(
        "calendar/edit.html",
        cohort=found.cohort,
        form=form,
        one=found.one,
        is_series=found.row.times > 1,
        current=current,
    )


def _cancel_page(found: Found, form: CancelForm) -> str:
    return render_template(
        "calendar/cancel.html", cohort=found.cohort, one=found.one, left=found.left, form=form
    )


def _remove_page(cohort_id: int, class_session_id: int, number: int) -> str:
    with reading() as session:
        found = access_occurrence(session, actor(), cohort_id, class_session_id, number, MANAGE)
        return render_template(
            "calendar/remove.html",
            cohort=found.cohort,
            one=found.one,
            going=class_sessions.what_goes(session, found),
        )
