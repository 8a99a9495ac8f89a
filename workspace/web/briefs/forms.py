"""The forms of a progress brief: its draft, and the answer to an élu's question."""

from wtforms import BooleanField, DateField, Field, HiddenField
from wtforms.validators import Length
from wtforms.validators import Optional as May

from models.errors import Invalid
from workspace.i18n import LazyText, lazy_gettext
from workspace.services.briefs import FIELDS, FORM_KEY_LENGTH, LIMITS, BriefText
from workspace.services.questions import ANSWER_LIMIT
from workspace.web.forms import EtabliForm, NeededInTheEnd, VersionField, line, readable, text


def _text(name: str, label: LazyText) -> Field:
    return text(label, LIMITS[name], needed=False)


def _needed(name: str, label: LazyText) -> Field:
    field = _text(name, label)
    field.kwargs["validators"].insert(0, NeededInTheEnd())
    return field


class BriefForm(EtabliForm):
    """A draft: anything may be left for later."""

    problem = _needed("problem", lazy_gettext("Le problème, en mots simples"))
    progress = _needed("progress", lazy_gettext("Où nous en sommes"))
    partners = _text("partners", lazy_gettext("Avec qui nous travaillons"))
    learned = _text("learned", lazy_gettext("Ce que nous avons appris"))
    decisions = _text("decisions", lazy_gettext("Ce que nous avons décidé"))
    support = _text("support", lazy_gettext("Les appuis reçus"))
    asked = _text("asked", lazy_gettext("Ce que nous vous demandons"))
    next_date = DateField(
        lazy_gettext("Prochaine date"),
        validators=[May()],
        invalid_value_message=lazy_gettext("Cette date n’existe pas : écrivez-la comme 2026-03-12."),
    )
    next_label = line(lazy_gettext("Ce qui se passe ce jour-là"), LIMITS["next_label"], needed=False)
    edition = VersionField()
    version = VersionField()
    form_key = HiddenField(validators=[readable, Length(max=FORM_KEY_LENGTH)])

    def values(self) -> BriefText:
        """What was typed."""
        texts = {name: self[name].data or "" for name in FIELDS if name != "next_date"}
        return BriefText(next_date=self.next_date.data, **texts)

    def show(self, values: BriefText, form_key: str) -> None:
        """Fill the form."""
        for name in FIELDS:
            self[name].data = getattr(values, name)
        self.form_key.data = form_key

    def stamp(self, edition: int, version: int) -> None:
        """Say which edition and version the next submission answers to."""
        for field, number in ((self.edition, edition), (self.version, version)):
            field.data, field.raw_data = number, None


def typed_values(body: object) -> dict[str, str]:
    """The values of a form that a script sent as a JSON object. Raises: Invalid for anything else."""
    if not isinstance(body, dict):
        raise Invalid
    if not all(isinstance(value, str | int) and not isinstance(value, bool) for value in body.values()):
        raise Invalid
    return {str(name): str(value) for name, value in body.items()}


class AnswerForm(EtabliForm):
    """The team's answer; `seen` tells which earlier answer it replaces."""

    answer = text(lazy_gettext("Votre réponse"), ANSWER_LIMIT)
    is_shared = BooleanField(lazy_gettext("Montrer la question et la réponse sous le point d’étape"))
    seen = HiddenField(validators=[readable, Length(max=FORM_KEY_LENGTH)])
