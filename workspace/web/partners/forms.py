"""The form of a partner."""

from typing import Any

from wtforms import HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from models.partner import SECTOR_LABELS, Sector
from workspace.i18n import _, lazy_gettext
from workspace.services import partners
from workspace.web.forms import EtabliForm, choices_of, line, text


def sector_choices() -> list[SelectChoice]:
    """The four sectors, in the reader's language."""
    return choices_of((sector.value, _(label)) for sector, label in SECTOR_LABELS.items())


class PartnerForm(EtabliForm):
    """Who takes part, from which sector, whom to call, and what they bring."""

    name = line(lazy_gettext("Nom du partenaire"), partners.NAME_LIMIT)
    sector = RadioField(
        lazy_gettext("Secteur"),
        validators=[InputRequired(lazy_gettext("Dites de quel secteur vient ce partenaire."))],
    )
    contact = line(lazy_gettext("Contact"), partners.CONTACT_LIMIT, needed=False)
    contribution = text(lazy_gettext("Ce qu’il apporte"), partners.CONTRIBUTION_LIMIT, needed=False)
    seen = HiddenField()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.sector.choices = sector_choices()

    def values(self) -> partners.PartnerText:
        """What was typed."""
        return partners.PartnerText(
            name=self.name.data or "",
            sector=Sector(self.sector.data),
            contact=self.contact.data or "",
            contribution=self.contribution.data or "",
        )
