"""/join/<token>: where people without an account arrive. GET explains, POST consumes one use of the link.

The address is a secret: it is never sent on (no Referer), never kept in a cache or an index.
"""

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from models.audit import AuditAction, audit
from models.errors import Invalid, Refused
from models.membership import members
from models.partner import LinkRole, ShareLink
from models.policy import Role, Stand, stands
from models.session import reading, transaction
from workspace.extensions import limiter
from workspace.i18n import _
from workspace.services import guests, links, sessions
from workspace.web.auth.cookies import set_session_cookie
from workspace.web.guard import find_actor, public
from workspace.web.links.forms import JoinForm

blueprint = Blueprint("links", __name__)
STATUS = {"unknown": 404, "expired": 410, "used_up": 410, "revoked": 410}
# A whole workshop scans the same code behind one address, within a minute.
READS = "1200 per minute"
ARRIVALS = "600 per minute"
INSIDE = frozenset({Stand.TEAM, Stand.TUTOR, Stand.MANAGER, Stand.PARTNER})


def _private(answer: ResponseReturnValue) -> Response:
    """The answer, with the address of the page kept to itself."""
    response: Response = make_response(answer)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response


def _closed(code: str) -> Response:
    """The page of a link that opens nothing: why, and what to do."""
    return _private((render_template("links/closed.html", code=code), STATUS[code]))


def _already_in(link: ShareLink) -> str:
    """Where somebody who already takes part goes; "" for others, and for readers who may now contribute."""
    who = find_actor()
    met = frozenset() if who is None else stands(who, link.project.where)
    inside = INSIDE if link.role is LinkRole.CONTRIBUTE else INSIDE | {Stand.READER}
    return url_for("projects.show", project_id=link.project_id) if met & inside else ""


@blueprint.get("/join/<token>")
@public
@limiter.limit(READS)
def join(token: str) -> ResponseReturnValue:
    """Who invites, to what, what others will see; a form with a first name and a sector."""
    with reading() as session:
        link = links.find_link(session, token)
        if link is None:
            return _closed("unknown")
        known = _already_in(link)
        if known:
            return _private(redirect(known))
        state = links.state_of(link)
        if state is not links.LinkState.OPEN:
            return _closed(state.value)
        return _private(_form(session, link, JoinForm(), token))


@blueprint.post("/join/<token>")
@public
@limiter.limit(ARRIVALS)
def join_submitted(token: str) -> ResponseReturnValue:
    """Take part: one use of the link, a guest, and a session on this device."""
    form = JoinForm()
    with reading() as session:
        link = links.find_link(session, token)
        if link is None:
            return _closed("unknown")
        known = _already_in(link)
        if known:
            return _private(redirect(known))
    return _take_in(form, token) if form.validate() else _refused(form, token)


def _take_in(form: JoinForm, token: str) -> ResponseReturnValue:
    before = find_actor()
    try:
        with transaction() as session:
            guest, login_token = guests.join(session, token, form.values())
            board_id = guests.only_board(session, guest)
            if before is not None and before.login_session_id is not None:
                sessions.end_session(session, before.login_session_id)
                audit(session, before, AuditAction.SIGNED_OUT)
    except Refused as refusal:
        return _closed(refusal.code)
    except Invalid as error:
        form.add_errors(error)
        return _refused(form, token)
    target = (
        url_for("projects.show", project_id=guest.project_id)
        if board_id is None
        else url_for("boards.show", board_id=board_id)
    )
    response = set_session_cookie(make_response(redirect(target)), login_token)
    flash(_("Bienvenue, %(name)s.", name=guest.name), "success")
    return _private(response)


def _refused(form: JoinForm, token: str) -> Response:
    """The form again, with what was typed and what to correct."""
    with reading() as session:
        link = links.find_link(session, token)
        if link is None:
            return _closed("unknown")
        return _private((_form(session, link, form, token), 422))


def _form(session: Session, link: ShareLink, form: JoinForm, token: str) -> str:
    team = members(session, Role.LEARNER, team_id=link.project.team_id)
    return render_template(
        "links/join.html",
        form=form,
        link=link,
        project=link.project,
        team_names=[learner.name.split()[0] for learner in team],
        token=token,
        visitor=find_actor(),
    )
