"""The second factor: set up, asked for, lost, turned off.

A code is accepted once: the time step it belongs to must be newer than the last one taken, and the database
decides, so that of many requests with one code one wins. The callers limit how often somebody may try.
"""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from models.base import utcnow
from models.errors import Forbidden, Invalid, Refused
from models.i18n import N_
from models.people import User
from models.policy import Actor, Role
from models.second_factor import RecoveryCode, SecondFactor
from models.session import affected
from workspace.services.sealing import seal, unseal
from workspace.services.tokens import token_hash

ISSUER = "L’Établi"
STEP_SECONDS = 30
DRIFT = 1  # steps that the person's clock may be early or late
SECRET_BYTES = 20
SETUP_LIFETIME = timedelta(minutes=30)
CODES = 10
CODE_LENGTH = 16
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like something else
FOR_ROLES = frozenset({Role.TUTOR, Role.MANAGER, Role.ADMIN})

NOT_FOR_YOU = N_("La connexion en deux étapes est proposée à qui suit ou dirige une formation.")
WRONG = N_("Ce code n’est pas le bon. Vérifiez que votre téléphone est à l’heure, et tapez le code affiché.")
USED = N_("Ce code a déjà servi. Attendez que votre application en affiche un autre.")
WRONG_RECOVERY = N_("Ce code de secours n’est pas le bon, ou il a déjà servi.")
NO_SETUP = N_("Cette mise en place a expiré. Recommencez-la.")
IS_ON = N_("La connexion en deux étapes est déjà activée.")


@dataclass(frozen=True)
class FactorState:
    """What the account page says: on since when, last used when, how many recovery codes are left."""

    since: datetime
    last_used_at: datetime | None
    codes_left: int


def may_have(actor: Actor) -> bool:
    """Whether the actor may set one up: tutors, managers and admins, of whatever."""
    return actor.user_id is not None and not actor.is_demo and any(actor.has(role) for role in FOR_ROLES)


def is_on(session: Session, user_id: int | None) -> bool:
    """Whether the account's sign-in asks for a code."""
    return factor_state(session, user_id) is not None


def factor_state(session: Session, user_id: int | None) -> FactorState | None:
    """The account's second factor, None when it has none."""
    left = (
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.user_id == SecondFactor.user_id, RecoveryCode.used_at.is_(None))
        .scalar_subquery()
    )
    row = session.execute(
        select(SecondFactor.confirmed_at, SecondFactor.last_used_at, left.label("left")).where(
            SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None)
        )
    ).one_or_none()
    return None if row is None else FactorState(row.confirmed_at, row.last_used_at, row.left)


def begin(session: Session, actor: Actor, secret_key: str) -> None:
    """Make a secret, to be confirmed with a code within 30 minutes; replaces one that was not.

    Raises:
        Forbidden: it is not for them.
        Refused: they have a second factor.
    """
    if not may_have(actor) or actor.user_id is None:
        raise Forbidden(NOT_FOR_YOU)
    _hold(session, actor.user_id)
    if is_on(session, actor.user_id):
        raise Refused("second_factor", IS_ON)
    session.execute(delete(SecondFactor).where(SecondFactor.user_id == actor.user_id))
    sealed = seal(secret_key, _purpose(actor.user_id), secrets.token_bytes(SECRET_BYTES))
    session.add(SecondFactor(user_id=actor.user_id, sealed_secret=sealed))


def pending_key(session: Session, actor: Actor, secret_key: str) -> str | None:
    """The key (base32) that waits for its first code; shown to its owner only."""
    found = session.scalar(
        select(SecondFactor).where(
            SecondFactor.user_id == actor.user_id,
            SecondFactor.confirmed_at.is_(None),
            SecondFactor.created_at > utcnow() - SETUP_LIFETIME,
        )
    )
    return None if found is None else _opened(found, secret_key)


def address_for_apps(key: str, account: str) -> str:
    """The otpauth:// address that an application reads from a QR code."""
    return pyotp.TOTP(key).provisioning_uri(name=account, issuer_name=ISSUER)


def confirm(session: Session, actor: Actor, secret_key: str, code: str) -> list[str]:
    """Turn it on by a first code; gives the recovery codes, which nobody can read again.

    Raises:
        Invalid: with the field `code`.
        Refused: there is nothing to confirm.
    """
    _hold(session, actor.user_id)
    key = pending_key(session, actor, secret_key)
    if key is None or actor.user_id is None:
        raise Refused("second_factor", NO_SETUP)
    steps = _steps(key, code)
    if not steps:
        raise Invalid(fields={"code": WRONG})
    turned_on = session.execute(
        update(SecondFactor)
        .where(SecondFactor.user_id == actor.user_id, SecondFactor.confirmed_at.is_(None))
        .values(confirmed_at=utcnow(), last_step=max(steps))
    )
    if not affected(turned_on):
        raise Refused("second_factor", NO_SETUP)
    return renew_codes(session, actor.user_id)


def check_code(session: Session, user_id: int, secret_key: str, code: str) -> None:
    """Take a code of the application, once.

    Raises:
        Invalid: with the field `code`.
    """
    factor = session.scalar(
        select(SecondFactor).where(SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None))
    )
    key = None if factor is None else _opened(factor, secret_key)
    steps = [] if key is None else _steps(key, code)
    if not steps:
        raise Invalid(fields={"code": WRONG})
    taken = session.execute(
        update(SecondFactor)
        .where(SecondFactor.user_id == user_id, SecondFactor.last_step < max(steps))
        .values(last_step=max(steps), last_used_at=utcnow())
        .execution_options(synchronize_session=False)
    )
    if not affected(taken):
        raise Invalid(fields={"code": USED})


def check_recovery_code(session: Session, user_id: int, code: str) -> None:
    """Take a recovery code, once.

    Raises:
        Invalid: with the field `recovery`.
    """
    now = utcnow()
    taken = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash == _recovery_hash(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
    )
    if not affected(taken):
        raise Invalid(fields={"recovery": WRONG_RECOVERY})
    session.execute(update(SecondFactor).where(SecondFactor.user_id == user_id).values(last_used_at=now))


def renew_codes(session: Session, user_id: int) -> list[str]:
    """Ten new recovery codes; the former ones stop working."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    session.add_all(RecoveryCode(user_id=user_id, code_hash=_recovery_hash(code)) for code in codes)
    session.flush()
    return ["-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4)) for code in codes]


def turn_off(session: Session, user_id: int) -> bool:
    """Ask for no code any more; whether one was asked for."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    return bool(affected(session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))))


def _hold(session: Session, user_id: int | None) -> None:
    """The account's row is the lock: other browsers may begin, or sign in, at the same moment."""
    session.execute(select(User.id).where(User.id == user_id).with_for_update())


def _purpose(user_id: int) -> str:
    return f"second factor of {user_id}"


def _opened(factor: SecondFactor, secret_key: str) -> str | None:
    secret = unseal(secret_key, _purpose(factor.user_id), factor.sealed_secret)
    return None if secret is None else base64.b32encode(secret).decode()


def _steps(key: str, code: str) -> list[int]:
    """The time steps around now whose code this is: none for a wrong one."""
    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        return []
    totp = pyotp.TOTP(key, interval=STEP_SECONDS)
    here = int(utcnow().timestamp()) // STEP_SECONDS
    around = range(here - DRIFT, here + DRIFT + 1)
    return [step for step in around if pyotp.utils.strings_equal(totp.generate_otp(step), code)]


def _recovery_hash(code: str) -> str:
    return token_hash("".join(letter for letter in code.lower() if letter.isalnum()))
