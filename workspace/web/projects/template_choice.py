"""The templates among which somebody who opens a board chooses, in the order in which they are shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.board.templates import BOARD_TEMPLATES
from models.project import Project
from models.saved_template import SavedTemplate
from workspace.services.boards import suggested_templates
from workspace.web.projects import template_cards
from workspace.web.projects.template_cards import CardGroup, TemplateCard


@dataclass(frozen=True)
class TemplateChoice:
    """What is suggested first, the rest by stage; or, when words were asked for, what says them."""

    words: str
    found: list[TemplateCard]
    """Only when words were asked for; then there is nothing else."""
    suggested: list[TemplateCard]
    saved: list[TemplateCard]
    """By the cohort's tutors."""
    shared: list[TemplateCard]
    """Of other cohorts, open to the whole establishment."""
    groups: list[CardGroup]
    names: Mapping[str, str]
    """Of all that may be chosen, shown or not."""

    @property
    def shown(self) -> list[TemplateCard]:
        """In reading order."""
        return [
            *self.found,
            *self.suggested,
            *self.saved,
            *self.shared,
            *(card for group in self.groups for card in group.cards),
        ]

    @property
    def rest(self) -> list[str]:
        """The codes of those that stand behind « Tous les modèles »."""
        return [card.code for group in self.groups for card in group.cards]

    def first(self, asked: str) -> str:
        """The code that is chosen at first: the one asked for, else the first that is shown."""
        codes = [card.code for card in self.shown]
        return asked if asked in codes else codes[0] if codes else ""


def of(project: Project, saved_templates: Sequence[SavedTemplate], words: str) -> TemplateChoice:
    """For a board of this project, with what its cohort's teams are offered of what tutors saved."""
    suggested_codes = suggested_templates(project.current_step)
    rest = [code for code in BOARD_TEMPLATES if code not in suggested_codes]
    suggested = template_cards.suggested(project.current_step)
    own = project.team.cohort_id
    saved = [template_cards.card_of_saved(one) for one in saved_templates if one.cohort_id == own]
    shared = [template_cards.card_of_saved(one) for one in saved_templates if one.cohort_id != own]
    names = template_cards.template_names() | {card.code: card.name for card in (*saved, *shared)}
    if words:
        cards = [*suggested, *saved, *shared, *map(template_cards.card_of, rest)]
        return TemplateChoice(words, template_cards.matching(cards, words), [], [], [], [], names)
    return TemplateChoice("", [], suggested, saved, shared, template_cards.by_stage(rest), names)
