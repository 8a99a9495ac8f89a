"""An application on somebody's phone: it shows the code of a time step."""

from dataclasses import dataclass

import pyotp
from flask import Flask
from sqlalchemy import update

from models.people import User
from models.second_factor import SecondFactor
from models.session import transaction
from tests.clock import STEP_SECONDS, Clock
from workspace.services import second_factors
from workspace.services.passwords import hash_password
from workspace.services.sessions import actor_of_user

PHRASE = "une phrase bien à moi"


@dataclass
class Authenticator:
    """Holds a key as the account page shows it."""

    key: str
    clock: Clock

    def code(self, step: int = 0) -> str:
        """The code of the present time step, or of one before or after."""
        totp = pyotp.TOTP(self.key.replace(" ", ""))
        return totp.at(int(self.clock.now.timestamp()) + step * STEP_SECONDS)

    def wrong_code(self) -> str:
        """A code of no step around now."""
        near = {self.code(step) for step in range(-3, 4)}
        return next(code for code in ("000000", "111111", "222222", "333333") if code not in near)


def turn_on(app: Flask, clock: Clock, user: User) -> tuple[Authenticator, list[str]]:
    """Give the user the usual password and a second factor not used yet; its recovery codes too."""
    key = str(app.secret_key)
    with transaction() as session:
        me = session.merge(user)
        me.password_hash = hash_password(PHRASE)
        session.flush()
        actor = actor_of_user(session, me)
        second_factors.begin(session, actor, key)
        session.flush()
        phone = Authenticator(second_factors.pending_key(session, actor, key) or "", clock)
        codes = second_factors.confirm(session, actor, key, phone.code())
        session.execute(update(SecondFactor).where(SecondFactor.user_id == me.id).values(last_step=0))
    return phone, codes
