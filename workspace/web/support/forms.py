"""The team's answer to an offer of support."""

from typing import Any

from wtforms import BooleanField, DateField, HiddenField, SelectField
from wtforms.validators import Length
from wtforms.validators import Optional as May

from models.people import User
from models.support import WORD_LIMIT, SupportOffer, SupportStatus
from workspace.i18n import lazy_gettext
from workspace.services.support import Answer
from workspace.web.forms import EtabliForm, NeededInTheEnd, VersionField, choices_of, readable, text

LONGEST_STATUS = 32
ID_LENGTH = 9


def _id_of(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isdecimal() and len(text) <= ID_LENGTH else None


class AnswerSupportForm(EtabliForm):
    """Where an offer comes to (`to`, the button pressed), by when, who sees to it, a word."""

    to = HiddenField(validators=[readable, Length(max=LONGEST_STATUS)])
    due_on = DateField(
        lazy_gettext("Pour quel jour"),
        validators=[NeededInTheEnd(), May()],
        invalid_value_message=lazy_gettext("Cette date n’existe pas : écrivez-la comme 2026-03-12."),
    )
    owner_id = SelectField(
        lazy_gettext("Qui s’en occupe dans l’équipe"),
        validators=[NeededInTheEnd(), May()],
        coerce=_id_of,
        validate_choice=False,
    )
    word = text(lazy_gettext("Un mot à l’élu·e"), WORD_LIMIT, needed=False)
    is_told = BooleanField(lazy_gettext("Le dire dans le prochain point d’étape"))
    version = VersionField()

    def __init__(self, team: list[User], **options: Any) -> None:
        super().__init__(**options)
        self.owner_id.choices = choices_of((user.id, user.name) for user in team)

    def show(self, offer: SupportOffer, by: int | None) -> None:
        """Fill the form from the offer; `by` is who sees to it where nobody does yet."""
        self.due_on.data, self.is_told.data = offer.due_on, offer.is_told
        self.owner_id.data = offer.owner_id or by
        self.stamp(offer)

    def stamp(self, offer: SupportOffer) -> None:
        """Say which version the next submission answers to."""
        self.version.data, self.version.raw_data = offer.version, None

    @property
    def said(self) -> Answer | None:
        """What was answered; None where the button says nothing that exists."""
        if self.to.data not in set(SupportStatus):
            return None
        return Answer(
            to=SupportStatus(self.to.data),
            word=self.word.data or "",
            due_on=self.due_on.data,
            owner_id=self.owner_id.data,
            is_told=self.is_told.data,
        )


def prefix(offer_id: int) -> str:
    """What the names of an offer's form begin with: a page holds several."""
    return f"s{offer_id}-"
