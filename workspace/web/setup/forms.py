"""The form of the first start."""

from workspace.i18n import lazy_gettext
from workspace.services.accounts import NAME_LIMIT
from workspace.services.managers import NAME_LIMIT as PLACE_LIMIT
from workspace.web.auth.forms import email_field, new_password_field, short_line
from workspace.web.forms import EtabliForm


class SetupForm(EtabliForm):
    """The console's code, the first manager, and what they run."""

    code = short_line(lazy_gettext("Code affiché dans la console"), 40)
    organization_name = short_line(lazy_gettext("Établissement"), PLACE_LIMIT)
    programme_name = short_line(lazy_gettext("Formation"), PLACE_LIMIT)
    name = short_line(lazy_gettext("Votre nom"), NAME_LIMIT)
    email = email_field()
    password = new_password_field()
