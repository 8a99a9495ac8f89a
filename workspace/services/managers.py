"""The first programme manager of an installation, and the establishment and programme they run."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.access import programme_where
from models.audit import COMMAND, AuditAction, SubjectKind, Who, audit
from models.errors import Invalid
from models.i18n import N_
from models.membership import Membership
from models.organization import Organization, Programme
from models.people import User
from models.policy import Role
from models.submission import AppState
from workspace.services import accounts
from workspace.services.installation import SETUP_CODE
from workspace.services.passwords import hash_password
from workspace.services.tokens import token_hash

NAME_LIMIT = 160
NEEDED = N_("Ce champ est nécessaire.")
TOO_LONG = N_("Ce texte est trop long.")
BAD_CODE = N_(
    "Ce code n’est pas le bon. Il est affiché dans la console au démarrage, et change à chaque démarrage."
)


def has_manager(session: Session) -> bool:
    """Whether somebody is or was a programme manager here."""
    found = session.scalar(select(Membership.id).where(Membership.role == Role.MANAGER).limit(1))
    return found is not None


def consume_setup_code(session: Session, code: str) -> None:
    """Use up the console's one-time code; of two uses at once one fails.

    Raises:
        Invalid: it is not the code, or it was used.
    """
    digits = "".join(code.split()).lower().replace("-", "")
    written = "-".join(digits[start : start + 4] for start in range(0, len(digits), 4))
    used = session.scalar(
        delete(AppState)
        .where(AppState.name == SETUP_CODE, AppState.value == token_hash(written))
        .returning(AppState.name)
    )
    if used is None:
        raise Invalid(fields={"code": BAD_CODE})


def create_first_manager(
    session: Session,
    *,
    email: str,
    name: str,
    password: str,
    organization_name: str,
    programme_name: str,
    locale: str = "fr",
    time_zone: str = "Europe/Paris",
    at_console: bool = False,
) -> User:
    """Make the establishment and the programme (or find them by name) and an account that manages it.

    The audit log names its own person as the one who did so, or the command line.

    Raises:
        Invalid: with the fields `email`, `name`, `password`, `organization_name`, `programme_name`.
    """
    email, name = accounts.clean_email(email), name.strip()
    organization_name, programme_name = organization_name.strip(), programme_name.strip()
    _check(
        email=email,
        name=name,
        password=password,
        organization_name=organization_name,
        programme_name=programme_name,
    )
    user = accounts.create_user(
        session,
        email=email,
        name=name,
        password_hash=hash_password(password),
        locale=locale,
        time_zone=time_zone,
        by=COMMAND if at_console else None,
    )
    who: Who | str = COMMAND if at_console else user
    programme = _programme(session, who, organization_name, programme_name)
    session.add(Membership(user_id=user.id, role=Role.MANAGER, programme_id=programme.id))
    session.flush()
    audit(
        session,
        who,
        AuditAction.MEMBERSHIP_GRANTED,
        where=programme_where(programme),
        subject=(SubjectKind.USER, user.id),
        role=Role.MANAGER,
    )
    return user


def _check(*, email: str, name: str, password: str, organization_name: str, programme_name: str) -> None:
    fields: dict[str, str] = {}
    lengths = {
        "name": (name, accounts.NAME_LIMIT),
        "organization_name": (organization_name, NAME_LIMIT),
        "programme_name": (programme_name, NAME_LIMIT),
    }
    for field, (text, limit) in lengths.items():
        if not text:
            fields[field] = NEEDED
        elif len(text) > limit:
            fields[field] = TOO_LONG
    if not accounts.is_email(email):
        fields["email"] = N_("Cette adresse e-mail n’est pas complète, par exemple prenom.nom@ville.fr.")
    problem = accounts.password_problem(password, email=email, name=name)
    if problem:
        fields["password"] = problem
    if fields:
        raise Invalid(fields=fields)


def _programme(session: Session, who: Who | str, organization_name: str, programme_name: str) -> Programme:
    organization = session.scalar(select(Organization).where(Organization.name == organization_name))
    if organization is None:
        organization = Organization(name=organization_name)
        session.add(organization)
        session.flush()
    programme = session.scalar(
        select(Programme).where(
            Programme.organization_id == organization.id, Programme.name == programme_name
        )
    )
    if programme is None:
        programme = Programme(organization_id=organization.id, name=programme_name)
        session.add(programme)
        session.flush()
        subject = (SubjectKind.PROGRAMME, programme.id)
        place = programme_where(programme)
        audit(session, who, AuditAction.PROGRAMME_CREATED, where=place, subject=subject)
    return programme
