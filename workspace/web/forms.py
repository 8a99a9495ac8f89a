"""The base of all forms: readable text only, trimmed, with a counter's limit and French messages.

Validation messages are French msgids; `field` macros show them translated, in place, with what was typed.
"""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import request
from flask_wtf import FlaskForm
from wtforms import Field, Form, IntegerField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from models.errors import DomainError, Invalid
from workspace.i18n import LazyText, _, lazy_gettext

UNREADABLE = lazy_gettext(
    "Ce texte contient des caractères illisibles. Retapez le passage ou collez-le sans mise en forme."
)


def readable(_form: Form, field: Field) -> None:
    """Refuse NUL, bytes that are no UTF-8 and other control characters."""
    text = field.data
    if isinstance(text, str) and any(
        character == "\ufffd"
        or "\ud800" <= character <= "\udfff"
        or (character < " " and character not in "\r\n\t")
        for character in text
    ):
        raise ValidationError(str(UNREADABLE))


def trim(text: str | None) -> str:
    """Without surrounding space, with plain line ends."""
    return (text or "").replace("\r\n", "\n").strip()


def required() -> InputRequired:
    """The field must be filled in."""
    return InputRequired(lazy_gettext("Ce champ est nécessaire."))


class AtMost:
    """At most `limit` characters. Macros read the limit from the field's `maxlength` flag."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.field_flags = {"maxlength": limit}

    def __call__(self, form: Form, field: Field) -> None:  # noqa: ARG002
        """Refuse a longer text."""
        if len(field.data or "") > self.limit:
            raise ValidationError(_("Ce texte est trop long : %(max)d caractères au plus.", max=self.limit))


def _undecodable() -> dict[str, bytes]:
    """The fields of the form whose bytes are no UTF-8. Werkzeug would leave them percent-encoded."""
    if request.mimetype != "application/x-www-form-urlencoded":
        return {}
    found = {}
    for pair in request.get_data(cache=True).split(b"&"):
        name, _equals, value = pair.partition(b"=")
        raw = unquote_to_bytes(value.replace(b"+", b" "))
        try:
            raw.decode()
        except UnicodeDecodeError:
            found[unquote_to_bytes(name).decode("utf-8", "replace")] = raw
    return found


class NotBlank:
    """The trimmed text must not be empty. Sets the HTML `required` attribute."""

    field_flags = {"required": True}  # noqa: RUF012

    def __call__(self, form: Form, field: Field) -> None:  # noqa: ARG002
        """Refuse an empty text."""
        if not (field.data or "").strip():
            raise ValidationError(_("Ce champ est nécessaire."))


class NeededInTheEnd:
    """Marks a field that may be empty for now, or on another way out of its form, and may not in the end."""

    field_flags = {"required": True}  # noqa: RUF012

    def __call__(self, form: Form, field: Field) -> None:
        """Refuse nothing: the service says when it is needed."""


def line(label: str | LazyText, limit: int, *, needed: bool = True, **options: Any) -> StringField:
    """One line of text of at most `limit` characters."""
    checks: list[Any] = [NotBlank()] if needed else []
    return StringField(label, filters=[trim], validators=[*checks, readable, AtMost(limit)], **options)


def text(label: str | LazyText, limit: int, *, needed: bool = True, **options: Any) -> TextAreaField:
    """Several lines of text of at most `limit` characters."""
    checks: list[Any] = [NotBlank()] if needed else []
    return TextAreaField(label, filters=[trim], validators=[*checks, readable, AtMost(limit)], **options)


SUBMITTING = ("POST", "PUT", "PATCH", "DELETE")
_SENT: Any = object()


class EtabliForm(FlaskForm):  # type: ignore[misc]
    """A form of ours. `version` holds the version of the row it was read at, when there is one."""

    def __init__(self, formdata: Any = _SENT, **options: Any) -> None:
        """By default the fields of the request's form; JSON is never taken for a form."""
        if formdata is _SENT:
            formdata = request.form if request.method in SUBMITTING else None
        super().__init__(formdata=formdata, **options)

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate, and refuse bytes that are no UTF-8 on the field that holds them."""
        is_valid = bool(super().validate(extra_validators))
        for name, raw in _undecodable().items():
            if name in self:
                self[name].data = raw.decode("utf-8", "replace")
                self[name].errors = [str(UNREADABLE)]
                is_valid = False
        return is_valid

    def add_errors(self, error: DomainError) -> None:
        """Show a service's refusal in place: on its fields, or above the form."""
        fields = error.fields if isinstance(error, Invalid) else {}
        for name, message in fields.items():
            if name in self:
                self[name].errors = [*self[name].errors, _(message)]
            else:
                self.form_errors.append(_(message))
        if error.message and not fields:
            self.form_errors.append(_(error.message, **error.values))


def choices_of(pairs: Iterable[tuple[Any, Any]], group: str | None = None) -> list[SelectChoice]:
    """The choices of a select or radio field: (value, label) pairs, optionally under one heading."""
    return [SelectChoice(value, label, optgroup=group) for value, label in pairs]


class VersionField(IntegerField):  # type: ignore[misc]
    """The version of the row that the form was filled from, hidden."""

    def __init__(self, **options: Any) -> None:
        super().__init__("", **options)


def submitted(form: EtabliForm) -> bool:
    """Whether the form was sent and is valid."""
    return request.method == "POST" and bool(form.validate())


Check = Callable[[Form, Field], None]
