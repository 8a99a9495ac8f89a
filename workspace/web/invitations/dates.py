"""The page where the days of somebody's access are changed: one for all roles, at an address of each."""

from collections.abc import Callable
from functools import partial

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models.errors import Conflict, Invalid
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services.audit_texts import ROLE_LABELS
from workspace.services.membership_dates import Held, change_dates
from workspace.web.guard import actor
from workspace.web.invitations.forms import DatesForm, ObserverDatesForm


def dates_page(find: Callable[[Session], Held], back: str, place_url: str = "") -> ResponseReturnValue:
    """GET shows the form, POST changes the days and goes `back`. `find` loads what the actor may change.

    `place_url` is where the role is held, if that is not `back`.
    """
    page = partial(_page, find, back, place_url or back)
    with reading() as session:
        held = find(session)
        days = held.days
        kind = ObserverDatesForm if held.needs_end else DatesForm
    if request.method == "GET":
        known = {"access_from": days.first, "access_until": days.last, "seen": days.fingerprint}
        return page(kind(formdata=None, data=known))
    form = kind()
    if not form.validate():
        return page(form), 422
    try:
        with transaction() as session:
            held = find(session)
            change_dates(session, actor(), held, form.days(), seen=form.seen.data or "")
    except Invalid as error:
        form.add_errors(error)
        return page(form), 422
    except Conflict as conflict:
        form.seen.data = conflict.current["seen"]
        return page(form, is_stale=True), 409
    name = held.membership.user.name
    flash(_("Les dates de l’accès de %(name)s sont changées.", name=name), "success")
    return redirect(back)


def _page(
    find: Callable[[Session], Held], back: str, place_url: str, form: DatesForm, *, is_stale: bool = False
) -> str:
    with reading() as session:
        held = find(session)
        return render_template(
            "invitations/dates.html",
            held=held,
            person=held.membership.user,
            role=ROLE_LABELS[held.membership.role],
            form=form,
            days=held.days,
            is_stale=is_stale,
            back=back,
            place_url=place_url,
        )
