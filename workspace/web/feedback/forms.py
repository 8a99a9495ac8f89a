"""The forms of feedback: a tutor's text, and the team's answer."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import request
from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired, Optional

from models.errors import Invalid
from models.feedback import PHRASE_LIMIT, FeedbackAnswer
from models.i18n import N_
from models.occurrences import instant
from models.people import User
from models.rubric import LEVEL_LIMIT, LEVELS, TITLE_LIMIT
from workspace.i18n import _, lazy_gettext
from workspace.services.feedback import NEEDED, FeedbackText
from workspace.services.feedback_anchors import Groups
from workspace.services.rubrics import Written
from workspace.web.dates import DayField, HourField
from workspace.web.forms import EtabliForm, VersionField, choices_of, required, text

BODY_LIMIT = 6_000
ANSWER_LIMIT = 2_000
ABOUT_LIMIT = 80
MOST_DIGITS = 10
LEVEL_VALUES = frozenset(map(str, range(1, LEVELS + 1)))

ANSWERS = {
    FeedbackAnswer.ADDRESSED: N_("Pris en compte"),
    FeedbackAnswer.CONTESTED: N_("Contesté, parce que…"),
}


NOW, AT = "now", "at"


class HourForm(EtabliForm):
    """A form in which one may choose an hour, by a clock of the cohort's zone."""

    day = DayField(lazy_gettext("Jour"), validators=[Optional()])
    hour = HourField(lazy_gettext("Heure"), validators=[Optional()])

    def moment(self, time_zone: str) -> datetime:
        """The hour chosen. Raises: Invalid, with what is missing."""
        missing = {name: NEEDED for name in ("day", "hour") if self[name].data is None}
        if missing:
            raise Invalid(fields=missing)
        return instant(self.day.data, self.hour.data, time_zone)


class PreparedForm(HourForm):
    """When everything that is prepared is released."""

    when = RadioField(lazy_gettext("Publier"), default=NOW, validators=[required()])

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.when.choices = choices_of(((NOW, _("maintenant")), (AT, _("à une heure précise"))))


LEVEL = "level-"
NEW = "new"
TEAM = "team"


class FeedbackForm(HourForm):
    """A tutor's draft. What it is about and for whom is checked by the service, which knows the project."""

    about = SelectField(lazy_gettext("À propos de"), coerce=str, validate_choice=False, choices=[])
    learner = SelectField(lazy_gettext("Pour"), coerce=str, validate_choice=False, choices=[])
    body = text(lazy_gettext("Votre retour"), BODY_LIMIT)
    version = VersionField()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for field in (self.about, self.learner):
            field.flags.required = True  # something is always chosen

    def offer(self, groups: Groups, learners: Iterable[User]) -> None:
        """Fill the choices in the reader's language."""
        self.about.choices = [choice for name, pairs in groups for choice in choices_of(pairs, name)]
        alone = [(str(one.id), _("%(name)s seul·e", name=one.name)) for one in learners]
        self.learner.choices = choices_of([(TEAM, _("Toute l’équipe")), *alone])

    def values(self) -> FeedbackText:
        """What was typed."""
        learner = (self.learner.data or "").removeprefix(TEAM)
        is_known = learner.isdecimal() and len(learner) < MOST_DIGITS
        return FeedbackText(
            body=self.body.data or "",
            about=(self.about.data or "")[:ABOUT_LIMIT].replace("\0", ""),
            learner_id=(int(learner) if is_known else 0) if learner else None,
            levels=levels_sent(),
        )


class PhraseForm(EtabliForm):
    """Words to use again."""

    text = text(lazy_gettext("Une phrase que vous écrivez souvent"), PHRASE_LIMIT)


def levels_sent() -> dict[str, int]:
    """The levels chosen in a form's rubric, by the criterion's key."""
    return {
        name.removeprefix(LEVEL): int(value)
        for name, value in request.form.items()
        if name.startswith(LEVEL) and value in LEVEL_VALUES
    }


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


def rubric_sent() -> list[Written]:
    """The criteria of a rubric's form, in its order; the empty lines for a new one are left out."""
    found = []
    for name in request.form:
        if not name.startswith("title-"):
            continue
        key = name.removeprefix("title-")
        texts = [_plain(f"text-{key}-{rank}", LEVEL_LIMIT) for rank in range(1, LEVELS + 1)]
        one = Written(
            "" if key == NEW else key,
            _plain(name, TITLE_LIMIT),
            tuple(texts),
            is_withdrawn=f"withdraw-{key}" in request.form,
        )
        if one.key or one.title or any(texts):
            found.append(one)
    return found


def _plain(name: str, limit: int) -> str:
    """A text of the form, on one line, without what cannot be read."""
    words = " ".join(request.form.get(name, "").split())
    return "".join(letter for letter in words if letter.isprintable())[:limit]
