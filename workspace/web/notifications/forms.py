"""What one wants by mail, and when."""

from typing import Any

from wtforms import BooleanField, RadioField, SelectMultipleField

from models.mail_choice import MailChoice
from models.notification import Delivery
from models.people import User
from workspace.i18n import lazy_gettext
from workspace.services.mail_choices import CLASSES, Said
from workspace.web.dates import HourField
from workspace.web.forms import EtabliForm, choices_of, required

CLASS_LABELS = {
    Delivery.MENTION: lazy_gettext("Quand on me mentionne"),
    Delivery.RELEASE: lazy_gettext("Quand on me remet un retour"),
    Delivery.DEADLINE: lazy_gettext("Quand une date ou un rendez-vous est posé ou change"),
    Delivery.ACCESS: lazy_gettext("Quand mes accès changent"),
    Delivery.DIGEST: lazy_gettext("Le résumé du reste"),
}


class ChoicesForm(EtabliForm):
    """`days` is 'working' or 'daily'."""

    wants_news = BooleanField(lazy_gettext("M’écrire ce que je n’ai pas lu ici"))
    wanted = SelectMultipleField(
        lazy_gettext("Ce que je reçois"),
        choices=choices_of((one.value, CLASS_LABELS[one]) for one in CLASSES),
    )
    digest_at = HourField(lazy_gettext("Heure du résumé"), validators=[required()])
    days = RadioField(
        lazy_gettext("Jours du résumé"),
        choices=choices_of(
            (("working", lazy_gettext("Du lundi au vendredi")), ("daily", lazy_gettext("Tous les jours")))
        ),
        validators=[required()],
    )
    quiet_from = HourField(lazy_gettext("De"), validators=[required()])
    quiet_until = HourField(lazy_gettext("À"), validators=[required()])
    quiet_weekends = BooleanField(lazy_gettext("Le samedi et le dimanche aussi"))

    @classmethod
    def of(cls, user: User, choice: MailChoice) -> "ChoicesForm":
        """The form as it was left."""
        values: dict[str, Any] = {
            "wants_news": user.wants_news,
            "wanted": [one.value for one in CLASSES if getattr(choice, one.value)],
            "days": "daily" if choice.daily else "working",
        }
        names = ("digest_at", "quiet_from", "quiet_until", "quiet_weekends")
        values |= {name: getattr(choice, name) for name in names}
        return cls(formdata=None, data=values)

    def said(self) -> Said:
        """What a valid form holds."""
        return Said(
            wants_news=self.wants_news.data,
            wanted=frozenset(map(Delivery, self.wanted.data)),
            digest_at=self.digest_at.data,
            daily=self.days.data == "daily",
            quiet_from=self.quiet_from.data,
            quiet_until=self.quiet_until.data,
            quiet_weekends=self.quiet_weekends.data,
        )
