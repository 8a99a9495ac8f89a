"""The forms of a problem: the five boxes, and the tutor's decision.

A draft may be incomplete, so no field is refused for being empty: `check_complete` does that when the
problem is sent. What is refused here is unreadable, too long, or an unknown choice.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import Field, Form, HiddenField, RadioField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, ValidationError

from models.problem import (
    APPROACH_LABELS,
    CONFIDENTIALITY_LABELS,
    DOMAIN_LABELS,
    DRIVER_LABELS,
    Confidentiality,
    DriverKind,
)
from workspace.i18n import LazyText, lazy_gettext
from workspace.services.problem_content import (
    BOX_LIMIT,
    LEVER_LIMIT,
    PEOPLE_LIMIT,
    TITLE_LIMIT,
)
from workspace.services.problems import REASON_LIMIT
from workspace.services.register import Choice
from workspace.web.forms import EtabliForm, VersionField, choices_of, line, text

AUTHORITY_LIMIT = 100
UNKNOWN_CHOICE = lazy_gettext("Ce choix n’existe pas : choisissez dans la liste.")


class NeededToSend:
    """Marks a field that must be filled in before sending, not before saving a draft."""

    field_flags = {"required": True}  # noqa: RUF012

    def __call__(self, form: Form, field: Field) -> None:
        """Refuse nothing: an incomplete draft is fine."""


def _line(label: LazyText, limit: int) -> Field:
    field = line(label, limit, needed=False)
    field.kwargs["validators"].insert(0, NeededToSend())
    return field


def _text(label: LazyText, limit: int) -> Field:
    field = text(label, limit, needed=False)
    field.kwargs["validators"].insert(0, NeededToSend())
    return field


def _choices(labels: Mapping[Any, str]) -> list[SelectChoice]:
    return choices_of((key.value, lazy_gettext(label)) for key, label in labels.items())


class _OneOf(RadioField):  # type: ignore[misc]
    """A radio group that may be left without an answer; an unknown answer is refused in French."""

    def pre_validate(self, form: Form) -> None:  # noqa: ARG002
        """Refuse what is not in the list."""
        if self.data and self.data not in {choice.value for choice in self.choices}:
            raise ValidationError(str(UNKNOWN_CHOICE))


class _Several(SelectMultipleField):  # type: ignore[misc]
    """Checkboxes; an unknown answer is refused in French."""

    def pre_validate(self, form: Form) -> None:  # noqa: ARG002
        """Refuse what is not in the list."""
        known = {choice.value for choice in self.choices}
        if any(value not in known for value in self.data or ()):
            raise ValidationError(str(UNKNOWN_CHOICE))


class ProblemForm(EtabliForm):
    """The five boxes and what surrounds them. The levers are fields named `lever_<constraint>`."""

    title = _line(lazy_gettext("Titre"), TITLE_LIMIT)
    authority = _line(lazy_gettext("Collectivité concernée"), AUTHORITY_LIMIT)
    authority_value = HiddenField()
    authority_pick = HiddenField()
    authority_asked = HiddenField()
    challenge = _text(lazy_gettext("Le défi"), BOX_LIMIT)
    precedents = _text(lazy_gettext("Ce qui existe déjà"), BOX_LIMIT)
    ideal = _text(lazy_gettext("La situation idéale"), BOX_LIMIT)
    objective = _text(lazy_gettext("L’objectif"), BOX_LIMIT)
    helps = _text(lazy_gettext("Ce qui aide"), BOX_LIMIT)
    hinders = _text(lazy_gettext("Ce qui freine"), BOX_LIMIT)
    people_affected = _text(lazy_gettext("Personnes concernées"), PEOPLE_LIMIT)
    domain = _OneOf(
        lazy_gettext("Domaine"), choices=_choices(DOMAIN_LABELS), validators=[NeededToSend(), Optional()]
    )
    approach = _OneOf(
        lazy_gettext("Approche"), choices=_choices(APPROACH_LABELS), validators=[NeededToSend(), Optional()]
    )
    drivers = _Several(lazy_gettext("Contraintes qui poussent à innover"), choices=_choices(DRIVER_LABELS))
    confidentiality = _OneOf(
        lazy_gettext("Confidentialité"),
        choices=_choices(CONFIDENTIALITY_LABELS),
        default=Confidentiality.COHORT.value,
        validators=[NeededToSend()],
    )
    cohort_id = SelectField(lazy_gettext("Promotion"), choices=[], validate_choice=False)
    version = VersionField(validators=[Optional()])
    seen_version = VersionField(validators=[Optional()])

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.candidates: Sequence[Choice] = ()
        self.authority_code: str | None = None

    @property
    def base_version(self) -> int:
        """The version of the row that the person has seen last; 0 for none."""
        return max(self.version.data or 0, self.seen_version.data or 0)

    def lever(self, kind: str) -> Field:
        """The field of a constraint's lever."""
        return self[f"lever_{kind}"]


for _kind in DriverKind:
    setattr(
        ProblemForm,
        f"lever_{_kind.value}",
        _line(lazy_gettext("Comment cette contrainte devient une occasion"), LEVER_LIMIT),
    )


class ReturnForm(EtabliForm):
    """A tutor's reason to give a problem back."""

    reason = _text(lazy_gettext("Ce qu’il faut reprendre, et pourquoi"), REASON_LIMIT)
    version = VersionField(validators=[Optional()])


class VersionForm(EtabliForm):
    """A decision of one button: the version that was read."""

    version = VersionField(validators=[Optional()])
