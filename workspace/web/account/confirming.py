"""Confirming that it is really them, and not somebody at their open screen, by the password they have."""

from typing import Any

from models.session import reading
from workspace.i18n import _, lazy_gettext
from workspace.services import accounts
from workspace.web.auth.forms import known_password_field
from workspace.web.forms import EtabliForm, submitted
from workspace.web.guard import actor


class ConfirmForm(EtabliForm):
    """The password, of somebody who has one."""

    password = known_password_field(lazy_gettext("Votre mot de passe"))

    def __init__(self, *, has_password: bool, **options: Any) -> None:
        super().__init__(**options)
        if not has_password:
            del self.password


def has_password() -> bool:
    """Whether the reader's account has one: guests and those who come by a provider have none."""
    return _password_hash() is not None


def is_confirmed(form: ConfirmForm) -> bool:
    """Whether the form is right, and the password theirs. Hashes outside any transaction."""
    if not submitted(form):
        return False
    known = _password_hash()
    if known is None:
        return True
    if accounts.credentials_match(accounts.Credentials(actor().user_id, known), form.password.data):
        return True
    form.password.errors = [_("Ce n’est pas votre mot de passe actuel.")]
    return False


def _password_hash() -> str | None:
    me = actor()
    if me.user_id is None:
        return None
    with reading() as session:
        return accounts.own_account(session, me).password_hash
