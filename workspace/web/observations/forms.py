"""The one form of an élu: a question."""

from workspace.i18n import lazy_gettext
from workspace.services.questions import QUESTION_LIMIT
from workspace.web.forms import EtabliForm, text


class QuestionForm(EtabliForm):
    """A question to the team."""

    body = text(lazy_gettext("Votre question"), QUESTION_LIMIT)
