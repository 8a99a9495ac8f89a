"""The forms of a contact: a message to a partner, a note of what was said or is planned."""

from wtforms.validators import Optional

from models.partner_contact import TEXT_LIMIT, ContactKind
from workspace.i18n import lazy_gettext
from workspace.services.contacts import Message, Note
from workspace.web.dates import DayField
from workspace.web.forms import EtabliForm, line, text

EMAIL_LIMIT = 254
SUBJECT_LIMIT = 150
LETTER_LIMIT = 3_000


class LetterForm(EtabliForm):
    """A prepared message that one may change; without an address it is sent by one's own means."""

    email = line(lazy_gettext("Adresse e-mail"), EMAIL_LIMIT, needed=False)
    subject = line(lazy_gettext("Objet"), SUBJECT_LIMIT)
    text = text(lazy_gettext("Message"), LETTER_LIMIT)

    def message(self) -> Message:
        """What was typed."""
        return Message(self.subject.data or "", self.text.data or "", self.email.data or "")


class NoteForm(EtabliForm):
    """What is noted of a contact."""

    due_on = DayField(lazy_gettext("Jour de l’appel"), validators=[Optional()])
    text = text(lazy_gettext("En quelques mots"), TEXT_LIMIT, needed=False)

    def note(self, kind: ContactKind) -> Note:
        """What was typed."""
        return Note(kind, self.text.data or "", self.due_on.data)
