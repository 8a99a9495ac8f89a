"""The fields that take a code: six digits of an application, or a recovery code. Spaces do not matter."""

import re

from wtforms import Field, Form, StringField
from wtforms.validators import ValidationError

from workspace.i18n import _, lazy_gettext
from workspace.services.second_factors import CODE_LENGTH
from workspace.web.forms import EtabliForm, NotBlank, readable

LONGEST = 100
SIX_DIGITS = re.compile(r"[0-9]{6}")


def _without_space(text: str | None) -> str:
    return "".join((text or "")[:LONGEST].split()).replace("-", "")


def six_digits(_form: Form, field: Field) -> None:
    """Refuse what no application shows."""
    if field.data and not SIX_DIGITS.fullmatch(field.data):
        raise ValidationError(_("Ce code a six chiffres, par exemple 123 456."))


def sixteen_signs(_form: Form, field: Field) -> None:
    """Refuse what is no recovery code."""
    if field.data and len(field.data) != CODE_LENGTH:
        raise ValidationError(_("Un code de secours a seize signes, par exemple abcd-efgh-jkmn-pqrs."))


def code_field() -> StringField:
    """A code that the application shows now."""
    return StringField(
        lazy_gettext("Code à six chiffres"),
        filters=[_without_space],
        validators=[NotBlank(), readable, six_digits],
    )


def either_code(_form: Form, field: Field) -> None:
    """Refuse what is neither kind of code."""
    if field.data and not SIX_DIGITS.fullmatch(field.data) and len(field.data) != CODE_LENGTH:
        raise ValidationError(_("Donnez les six chiffres affichés, ou un code de secours de seize signes."))


def any_code_field() -> StringField:
    """A code of the application, or a recovery code."""
    return StringField(
        lazy_gettext("Code à six chiffres, ou code de secours"),
        filters=[_without_space],
        validators=[NotBlank(), readable, either_code],
    )


class CodeForm(EtabliForm):
    """A code of the application."""

    code = code_field()


class FreshCodeForm(EtabliForm):
    """A code of the application, on a page that has another form with a code."""

    fresh_code = code_field()


class RecoveryForm(EtabliForm):
    """A recovery code."""

    recovery = StringField(
        lazy_gettext("Code de secours"),
        filters=[_without_space],
        validators=[NotBlank(), readable, sixteen_signs],
    )
