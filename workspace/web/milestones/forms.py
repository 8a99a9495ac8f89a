"""The forms of a milestone: what it is, and saying that it is reached."""

from typing import Any

from wtforms import SelectField

from models.milestone import CRITERIA_LIMIT, TITLE_LIMIT, WORD_LIMIT, Milestone
from models.stages import STAGE_LABELS, STEPS, Stage
from workspace.i18n import _, lazy_gettext
from workspace.services.milestones import Said
from workspace.web.dates import DayField
from workspace.web.forms import EtabliForm, VersionField, choices_of, line, required, text


class MilestoneForm(EtabliForm):
    """A title, a day in the cohort's zone, perhaps a step, criteria one a line."""

    title = line(lazy_gettext("Ce qui est atteint ce jour-là"), TITLE_LIMIT)
    due_on = DayField(lazy_gettext("Échéance"), validators=[required()])
    step_code = SelectField(lazy_gettext("À quelle étape"), default="")
    criteria = text(lazy_gettext("Critères"), CRITERIA_LIMIT, needed=False)
    version = VersionField()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        none = choices_of([("", _("Aucune en particulier"))])
        steps = [
            choice
            for stage in Stage
            for choice in choices_of(
                ((step.code, _(step.name)) for step in STEPS if step.stage is stage), _(STAGE_LABELS[stage])
            )
        ]
        self.step_code.choices = [*none, *steps]

    def said(self) -> Said:
        """What was written."""
        words = {name: self[name].data or "" for name in ("title", "step_code", "criteria")}
        return Said(due_on=self.due_on.data, **words)


class ReachForm(EtabliForm):
    """A word with the announcement."""

    word = text(lazy_gettext("Un mot pour vos tuteurs et tutrices"), WORD_LIMIT, needed=False)


def filled(milestone: Milestone) -> MilestoneForm:
    """The form of a milestone as it is now."""
    return MilestoneForm(obj=milestone)
