"""/account/identities: what else opens one's account: linked through the provider, and unlinked."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from models.errors import Refused
from models.session import transaction
from workspace.i18n import _
from workspace.services.identities import unlink_identity
from workspace.web.account.second_factor import blueprint
from workspace.web.auth.limits import by_address, sends_mail
from workspace.web.auth.oidc import set_out
from workspace.web.auth.oidc_provider import provider
from workspace.web.guard import actor, signed_in

__all__ = ["blueprint"]


@blueprint.post("/account/identities")
@signed_in
@by_address
def add_identity() -> ResponseReturnValue:
    """To the provider, to come back with an identity for this account."""
    provider()  # off: as if the route did not exist
    me = actor()
    if me.user_id is None or me.is_demo:
        return redirect(url_for("account.show"))
    return set_out(url_for("account.show"), linking_user_id=me.user_id)


@blueprint.post("/account/identities/<int:identity_id>/unlink")
@signed_in
def remove_identity(identity_id: int) -> ResponseReturnValue:
    """Let it open the account no more; also after the provider was taken out of the settings."""
    try:
        with transaction() as session:
            unlink_identity(session, actor(), identity_id, has_mail=sends_mail())
    except Refused as refusal:
        flash(_(refusal.message), "error")
    else:
        flash(_("Cette identité n’ouvre plus votre compte."), "success")
    return redirect(url_for("account.show", _anchor="identities"))
