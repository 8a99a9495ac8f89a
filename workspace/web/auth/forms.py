"""The sign-in form and the fields that other forms share with it."""

from typing import Any

from wtforms import Field, Form, HiddenField, PasswordField, StringField
from wtforms.validators import ValidationError

from workspace.i18n import LazyText, _, lazy_gettext
from workspace.services.accounts import EMAIL_LIMIT, clean_email, is_email, password_problem
from workspace.services.passwords import MAXIMUM_LENGTH
from workspace.web.forms import EtabliForm, NotBlank, readable, trim

PATH_LIMIT = 2000


def proper_email(_form: Form, field: Field) -> None:
    """Refuse what cannot be an e-mail address."""
    if field.data and not is_email(field.data):
        raise ValidationError(_("Cette adresse e-mail n’est pas complète, par exemple prenom.nom@ville.fr."))


class ShortEnough:
    """At most `limit` characters, without the counter that `at_most` shows beside a longer text."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, form: Form, field: Field) -> None:  # noqa: ARG002
        """Refuse a longer one."""
        if len(field.data or "") > self.limit:
            raise ValidationError(_("Ce texte est trop long : %(max)d caractères au plus.", max=self.limit))


def short_line(label: str | LazyText, limit: int, *, needed: bool = True) -> StringField:
    """A name, a title: one line that nobody needs to count."""
    checks = [NotBlank()] if needed else []
    return StringField(label, filters=[trim], validators=[*checks, readable, ShortEnough(limit)])


def email_field(label: str | LazyText = "", **options: Any) -> StringField:
    """One e-mail address, kept lower-case and without space."""
    return StringField(
        label or lazy_gettext("Adresse e-mail"),
        filters=[lambda text: clean_email(text or "")],
        validators=[NotBlank(), readable, ShortEnough(EMAIL_LIMIT), proper_email],
        **options,
    )


def known_password_field(label: str | LazyText = "") -> PasswordField:
    """A password that exists already: only its presence and length are checked."""
    return PasswordField(
        label or lazy_gettext("Mot de passe"), validators=[NotBlank(), readable, ShortEnough(MAXIMUM_LENGTH)]
    )


class GoodPassword:
    """The password may be chosen by the person whose `email` and `name` the form holds, or its `person`."""

    def __call__(self, form: Form, field: Field) -> None:
        """Refuse a short or easily guessed one."""
        person = getattr(form, "person", {})
        fields = {name: form[name].data or "" for name in ("email", "name") if name in form}
        problem = password_problem(field.data or "", **{**fields, **person})
        if problem:
            raise ValidationError(_(problem))


def new_password_field(label: str | LazyText = "") -> PasswordField:
    """A password being chosen."""
    return PasswordField(
        label or lazy_gettext("Mot de passe"), validators=[NotBlank(), readable, GoodPassword()]
    )


class SignInForm(EtabliForm):
    """E-mail address and password. `next` is where the person was going."""

    email = email_field()
    password = known_password_field()
    next = HiddenField(filters=[lambda text: (text or "")[:PATH_LIMIT]])


class LinkForm(EtabliForm):
    """Where the link is sent."""

    email = email_field()


class NewPasswordForm(EtabliForm):
    """The password that replaces a forgotten one."""

    password = new_password_field(lazy_gettext("Nouveau mot de passe"))


class ProveForm(EtabliForm):
    """The password that proves an account is one's own."""

    password = known_password_field()
