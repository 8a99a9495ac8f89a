"""What a start prepares: schema, register, demonstration content, and the first manager's one-time code."""

import secrets
from collections.abc import Callable

from sqlalchemy import select

from models import migrate
from models.membership import Membership
from models.policy import Role
from models.session import configure, database, reading, transaction
from models.submission import AppState
from models.upsert import upsert
from workspace.services.tokens import token_hash
from workspace.settings import ROOT, Settings, SettingsError

REGISTER = ROOT / "build" / "authorities.json"
SETUP_CODE = "setup_code_hash"


def prepare(settings: Settings, *, say: Callable[[str], object]) -> str | None:
    """Make the installation ready to serve; gives the one-time set-up code when it has no manager yet."""
    if settings.is_production:
        configure(settings.database_url)
        if not migrate.is_current(database().engine):
            raise SettingsError("La base n’est pas à jour : lancez « etabli db upgrade » puis redémarrez.")
    else:
        upgrade_database(settings, say=say)
    if settings.demo:
        if seed():
            say("→ contenu de démonstration chargé")
        return None
    return make_setup_code()


def upgrade_database(settings: Settings, *, say: Callable[[str], object]) -> None:
    """Bring the schema to the code's revision, and the register of authorities to the built file."""
    from models.authority import load_register  # noqa: PLC0415

    engine = configure(settings.database_url).engine
    if not migrate.is_current(engine):
        say("→ schéma de la base")
        migrate.upgrade(engine)
    if not REGISTER.is_file():
        raise SettingsError(
            "Le registre des collectivités n’est pas construit : lancez « make setup » puis réessayez."
        )
    with transaction() as session:
        if load_register(session, REGISTER):
            say("→ registre des collectivités chargé")


def seed() -> bool:
    """Load the demonstration content unless it is there; tells whether it was loaded now."""
    from workspace.services.demo import seed_demo  # noqa: PLC0415

    with transaction() as session:
        return seed_demo(session)


def make_setup_code() -> str | None:
    """A new one-time code while nobody is a programme manager, else None."""
    with reading() as session:
        if session.scalar(select(Membership.id).where(Membership.role == Role.MANAGER).limit(1)):
            return None
    code = "-".join(secrets.token_hex(2) for _ in range(4))
    with transaction() as session:
        values = {"name": SETUP_CODE, "value": token_hash(code)}
        insert = upsert(session, AppState).values(values)  # several processes may start at once
        session.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))
    return code
