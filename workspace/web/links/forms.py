"""The forms of share links: a new link, and who arrives by one."""

from typing import Any

from wtforms import IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange

from models.partner import LINK_ROLE_LABELS, LinkRole, Sector
from workspace.i18n import _, current_locale, lazy_gettext, ngettext
from workspace.services import guests, links
from workspace.web.auth.cookies import user_agent
from workspace.web.forms import EtabliForm, choices_of, line, text
from workspace.web.partners.forms import sector_choices


class LinkForm(EtabliForm):
    """What a link lets do, until when, for how many people."""

    role = RadioField(
        lazy_gettext("Ce que le lien permet"),
        default=LinkRole.CONTRIBUTE.value,
        validators=[InputRequired(lazy_gettext("Ce champ est nécessaire."))],
    )
    days = SelectField(lazy_gettext("Valable pendant"), coerce=int, default=30)
    max_uses = IntegerField(
        lazy_gettext("Nombre de personnes"),
        default=30,
        validators=[
            InputRequired(lazy_gettext("Ce champ est nécessaire.")),
            NumberRange(1, links.MAX_USES, lazy_gettext("Donnez un nombre de personnes entre 1 et 200.")),
        ],
    )
    question = text(lazy_gettext("La question que vous leur posez"), links.QUESTION_LIMIT, needed=False)
    label = line(lazy_gettext("Nom du lien, pour votre équipe"), links.LABEL_LIMIT, needed=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.role.choices = choices_of((role.value, _(label)) for role, label in LINK_ROLE_LABELS.items())
        self.days.choices = choices_of(
            (days, ngettext("%(num)s jour", "%(num)s jours", days)) for days in links.LIFETIMES_DAYS
        )

    def values(self) -> links.LinkTerms:
        """What was typed."""
        return links.LinkTerms(
            role=LinkRole(self.role.data),
            days=self.days.data,
            max_uses=self.max_uses.data,
            label=self.label.data or "",
            question=self.question.data or "",
        )


class JoinForm(EtabliForm):
    """Who arrives: a first name and a sector."""

    name = line(lazy_gettext("Votre prénom"), guests.GUEST_NAME_LIMIT)
    sector = RadioField(
        lazy_gettext("Vous venez ici comme"),
        validators=[InputRequired(lazy_gettext("Dites à quel titre vous venez."))],
    )
    organization_name = line(lazy_gettext("Votre organisation"), guests.ORGANIZATION_LIMIT, needed=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.sector.choices = sector_choices()

    def values(self) -> guests.Newcomer:
        """What was typed, and in which language the page was read."""
        return guests.Newcomer(
            name=self.name.data or "",
            sector=Sector(self.sector.data),
            organization_name=self.organization_name.data or "",
            locale=current_locale(),
            user_agent=user_agent(),
        )
