"""The forms of feedback: a tutor's text, and the team's answer."""

from typing import Any

from wtforms import SelectField
from wtforms.validators import InputRequired

from models.feedback import FeedbackAnswer
from models.i18n import N_
from models.stages import STEPS
from workspace.i18n import _, lazy_gettext
from workspace.services.feedback import FeedbackText
from workspace.web.forms import EtabliForm, VersionField, choices_of, text

BODY_LIMIT = 6_000
ANSWER_LIMIT = 2_000

ANSWERS = {
    FeedbackAnswer.ADDRESSED: N_("Pris en compte"),
    FeedbackAnswer.CONTESTED: N_("Contesté, parce que…"),
}


class FeedbackForm(EtabliForm):
    """A tutor's draft."""

    step_code = SelectField(lazy_gettext("À propos de"), coerce=str)
    body = text(lazy_gettext("Votre retour"), BODY_LIMIT)
    version = VersionField()

    def offer_steps(self) -> None:
        """Fill the choices in the reader's language; every field is then ready to validate."""
        steps = [(step.code, _("Étape « %(name)s »", name=_(step.name))) for step in STEPS]
        self.step_code.choices = choices_of([("", _("Le projet dans son ensemble")), *steps])

    def values(self) -> FeedbackText:
        """What was typed."""
        return FeedbackText(body=self.body.data or "", step_code=self.step_code.data or "")


class AnswerForm(EtabliForm):
    """The team's answer."""

    answer = SelectField(
        lazy_gettext("Ce que vous en faites"),
        coerce=str,
        validators=[InputRequired(lazy_gettext("Choisissez une réponse."))],
    )
    answer_text = text(lazy_gettext("Précisez"), ANSWER_LIMIT, needed=False)

    def __init__(self, feedback_id: int, **options: Any) -> None:
        """With ids of its own: a page has one for each feedback that waits for an answer."""
        super().__init__(**options)
        self.answer.choices = choices_of((kind.value, _(label)) for kind, label in ANSWERS.items())
        for field in (self.answer, self.answer_text):
            field.id = f"{field.name}-{feedback_id}"
