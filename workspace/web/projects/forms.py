"""The forms of a project: what it is, a word to the tutor or the team, a board's title and template."""

from collections.abc import Mapping

from wtforms import DateField, RadioField, SelectField
from wtforms.validators import InputRequired
from wtforms.validators import Optional as May

from models.cohort import Team
from workspace.i18n import lazy_gettext
from workspace.services import boards, projects, steps
from workspace.web.forms import EtabliForm, VersionField, choices_of, line, required, text

DUE_LABEL_LIMIT = 160


class ProjectForm(EtabliForm):
    """What a team writes when it opens a project."""

    title = line(lazy_gettext("Titre du projet"), projects.TITLE_LIMIT)
    summary = text(lazy_gettext("En quelques mots"), projects.SUMMARY_LIMIT, needed=False)
    team_id = SelectField(lazy_gettext("Équipe"), coerce=int, validators=[required()])

    def offer_teams(self, teams: list[Team]) -> None:
        """Fill the choices; the only team is chosen."""
        self.team_id.choices = choices_of((team.id, team.name) for team in teams)
        if len(teams) == 1 and not self.team_id.raw_data:
            self.team_id.data = teams[0].id


class EditProjectForm(EtabliForm):
    """What the team may change later."""

    title = line(lazy_gettext("Titre du projet"), projects.TITLE_LIMIT)
    summary = text(lazy_gettext("En quelques mots"), projects.SUMMARY_LIMIT, needed=False)
    next_due_on = DateField(lazy_gettext("Prochaine échéance"), validators=[May()])
    next_due_label = line(lazy_gettext("Ce qui est attendu ce jour-là"), DUE_LABEL_LIMIT, needed=False)
    version = VersionField()


class WordForm(EtabliForm):
    """A few words with a request or a decision."""

    word = text(lazy_gettext("Un mot"), steps.WORD_LIMIT, needed=False)


class BoardForm(EtabliForm):
    """A new board: a template and a title."""

    template = RadioField(
        lazy_gettext("Modèle"),
        validators=[InputRequired(lazy_gettext("Choisissez l’un des modèles proposés."))],
    )
    title = line(lazy_gettext("Titre du tableau"), boards.TITLE_LIMIT, needed=False)

    def offer_templates(self, names: Mapping[str, str]) -> None:
        """Fill the choices: names by code."""
        self.template.choices = choices_of(names.items())


class RenameBoardForm(EtabliForm):
    """Another title for a board."""

    title = line(lazy_gettext("Titre du tableau"), boards.TITLE_LIMIT)
    version = VersionField()
