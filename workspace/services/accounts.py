"""People's accounts: credentials, a new account, profile, preferences, and one's own sessions.

Hashing a password is slow and must never happen inside a transaction: callers read the credentials, check
or hash outside, then come back with the result.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.audit import NOBODY, AuditAction, AuditEntry, SubjectKind, Who, audit, user_key
from models.base import utcnow
from models.errors import Invalid, NotFound, Refused
from models.i18n import N_
from models.mail import MailKind
from models.notification import Notification, NotificationKind
from models.partner import GuestContributor
from models.people import LoginSession, SignInLink, User
from models.policy import Actor
from models.session import affected, reading, transaction
from workspace.mail.asking import ask_for_mail
from workspace.services import rotation, second_factors, sessions
from workspace.services.passwords import MAXIMUM_LENGTH, MINIMUM_LENGTH, password_matches
from workspace.services.tokens import token_hash

EMAIL_LIMIT, NAME_LIMIT, TITLE_LIMIT = 254, 120, 160
EMAIL_TAKEN = N_("Cette adresse a déjà un compte : connectez-vous avec elle.")
REFUSALS_NOTED_EVERY = timedelta(minutes=10)
DEMO_STAYS = N_("Les personnes de la démonstration gardent leur nom et leurs réglages.")
SESSION_OVER = N_("Cette session est terminée. Reconnectez-vous.")
BAD_CREDENTIALS = N_("Adresse e-mail ou mot de passe incorrect.")
LINK_OVER = N_("Ce lien a expiré, ou il a déjà servi. Demandez-en un autre.")
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f,;:<>()\[\]\\\"]+@[^@\s\x00-\x1f\x7f,;:<>()\[\]\\\"]+\.[\w-]{2,}")
_FEWEST_CHARACTERS = 5


@dataclass(frozen=True)
class Credentials:
    """What a sign-in is checked against; both None when nobody may sign in with that address."""

    user_id: int | None = None
    password_hash: str | None = None

    @property
    def fingerprint(self) -> str:
        """Changes with the password; tells nothing of it. For signed cookies and links."""
        return hashlib.sha256((self.password_hash or "").encode()).hexdigest()[:24]


class CodeNeeded(Refused):
    """The account has a second factor, and no code of it has been checked."""

    def __init__(self, credentials: Credentials) -> None:
        super().__init__("code", N_("Ce compte demande aussi un code de votre application."))
        self.credentials = credentials


def clean_email(text: str) -> str:
    """An address as it is stored: without space, lower-case."""
    return text.strip().lower()


def is_email(text: str) -> bool:
    """Whether it looks like one address that could receive mail."""
    return len(text) <= EMAIL_LIMIT and _EMAIL.fullmatch(text) is not None


def password_problem(password: str, *, email: str = "", name: str = "") -> str | None:
    """Why this password may not be chosen (a French msgid), None if it may."""
    if len(password) < MINIMUM_LENGTH:
        return N_("Choisissez un mot de passe d’au moins 10 caractères.")
    if len(password) > MAXIMUM_LENGTH:
        return N_("Ce mot de passe est trop long : 200 caractères au plus.")
    folded = password.casefold()
    if folded in {email.casefold(), email.casefold().split("@")[0], name.casefold()}:
        return N_("Choisissez un mot de passe qui ne soit ni votre nom ni votre adresse.")
    if len(set(folded)) < _FEWEST_CHARACTERS:
        return N_("Ce mot de passe se devine trop vite : variez les caractères.")
    return None


def find_user(session: Session, email: str) -> User | None:
    """The account of this address, disabled or not."""
    return session.scalar(select(User).where(User.email == clean_email(email)))


def find_credentials(session: Session, email: str) -> Credentials:
    """What to check a password against; the answer to an unknown address has the same shape."""
    user = find_user(session, email)
    if user is None or user.disabled_at is not None:
        return Credentials()
    return Credentials(user.id, user.password_hash)


def credentials_match(credentials: Credentials, password: str) -> bool:
    """Whether the password is theirs. Slow, and as slow when nobody has that address."""
    return password_matches(credentials.password_hash, password)


def sign_in(
    session: Session, credentials: Credentials, *, old_token: str | None = None, user_agent: str = ""
) -> str:
    """Open a session for credentials that matched, end the browser’s previous one; gives the cookie’s token.

    Raises:
        CodeNeeded: the account has a second factor.
        Refused: the password or the account changed since it was checked.
    """
    hold_account(session, credentials.user_id)
    if credentials.password_hash is None or credentials_of(session, credentials.user_id) != credentials:
        raise Refused("credentials", BAD_CREDENTIALS)
    return enter(session, credentials.user_id, old_token=old_token, user_agent=user_agent)


def hold_account(session: Session, user_id: int | None) -> User | None:
    """The account as it is now: until the transaction ends nobody else changes its password or factor."""
    if user_id is None:
        return None
    session.flush()  # what this transaction changed of it is not read over
    return session.get(User, user_id, with_for_update=True, populate_existing=True)


def credentials_of(session: Session, user_id: int | None) -> Credentials:
    """The credentials of an account, by its id."""
    user = session.get(User, user_id) if user_id is not None else None
    if user is None or user.disabled_at is not None:
        return Credentials()
    return Credentials(user.id, user.password_hash)


def enter(
    session: Session,
    user_id: int | None,
    *,
    old_token: str | None = None,
    user_agent: str = "",
    with_code: bool = False,
) -> str:
    """Open a new session for this user and end the one this browser had; never reuses a token.

    Every way to a session goes through here; `with_code` says that a code of the second factor was checked.

    Raises:
        CodeNeeded: the account has a second factor and none was checked.
    """
    hold_account(session, user_id)
    if not with_code and second_factors.is_on(session, user_id):
        raise CodeNeeded(credentials_of(session, user_id))
    sign_out(session, old_token)
    audit(session, user_key(user_id), AuditAction.SIGNED_IN)
    _keep_account(session, user_id)
    return sessions.open_session(session, user_id=user_id, user_agent=user_agent)


def _keep_account(session: Session, user_id: int | None) -> None:
    """Whoever comes back has changed their mind about having their data erased, and is told so."""
    kept = session.execute(
        update(User)
        .where(User.id == user_id, User.erase_at.is_not(None))
        .values(erase_at=None, erase_texts=False)
    )
    if affected(kept) and user_id is not None:
        ask_for_mail(session, MailKind.ACCOUNT_KEPT, user_id)


def sign_out(session: Session, token: str | None) -> None:
    """End the session of this token, if it is or was one."""
    found = rotation.session_of_token(session, token) if token else None
    if found is not None and found.ended_at is None:
        sessions.end_session(session, found.id)
        who = user_key(found.user_id) if found.guest_id is None else f"g{found.guest_id}"
        audit(session, who, AuditAction.SIGNED_OUT)


def note_refused_sign_in(email: str) -> None:
    """Keep in the audit log that a password was refused, if somebody has this address. Commits.

    Once in ten minutes for an account: trying passwords must not be a way to fill the log.
    """
    with reading() as session:
        user = find_user(session, email)
        if user is None or _was_refused_just_now(session, user):
            return
    with transaction() as session:
        if not _was_refused_just_now(session, user):
            audit(session, NOBODY, AuditAction.SIGN_IN_REFUSED, subject=(SubjectKind.USER, user.id))


def _was_refused_just_now(session: Session, user: User) -> bool:
    found = session.scalar(
        select(AuditEntry.id)
        .where(
            AuditEntry.subject_kind == SubjectKind.USER,
            AuditEntry.subject_id == user.id,
            AuditEntry.action == AuditAction.SIGN_IN_REFUSED,
            AuditEntry.at > utcnow() - REFUSALS_NOTED_EVERY,
        )
        .limit(1)
    )
    return found is not None


def create_user(
    session: Session,
    *,
    email: str,
    name: str,
    password_hash: str | None,
    title: str = "",
    locale: str = "fr",
    time_zone: str = "Europe/Paris",
    authority_code: str | None = None,
    by: Who | str | None = None,
) -> User:
    """A new account, made by its own person unless `by` says who; without password it needs another way in.

    Raises:
        Invalid: the address has an account already.
    """
    user = User(
        email=clean_email(email),
        name=name,
        title=title,
        password_hash=password_hash,
        locale=locale,
        time_zone=time_zone,
        authority_code=authority_code,
    )
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError as error:
        raise Invalid(fields={"email": EMAIL_TAKEN}) from error
    audit(session, by or user, AuditAction.ACCOUNT_CREATED, subject=(SubjectKind.USER, user.id))
    return user


def own_account(session: Session, actor: Actor) -> User:
    """The actor's account; a guest has none."""
    user = session.get(User, actor.user_id) if actor.user_id is not None else None
    if user is None:
        raise NotFound(N_("Les personnes invitées par un lien n’ont pas de compte à régler."))
    return user


def update_profile(
    session: Session,
    actor: Actor,
    *,
    name: str,
    title: str,
    locale: str,
    time_zone: str,
) -> None:
    """Change what others see of the actor, and how the actor sees times and texts.

    Raises:
        Refused: visitors share an invented person, who stays as they are.
    """
    user = own_account(session, actor)
    if user.is_demo:
        raise Refused("demo", DEMO_STAYS)
    _rename_copies(session, user.name, name)
    user.name, user.title, user.locale, user.time_zone = name, title, locale, time_zone


def _rename_copies(session: Session, former: str, name: str) -> None:
    """What others were told of them follows, as long as nobody else has that name."""
    same = select(func.count()).select_from(User).where(User.name == former)
    if name != former and session.scalar(same) == 1:
        session.execute(
            update(Notification)
            .where(Notification.who == former, Notification.kind != NotificationKind.GUEST_JOINED)
            .values(who=name)
        )


def set_locale(session: Session, actor: Actor, locale: str) -> None:
    """Remember the actor's language, account or guest. An invented person keeps theirs: visitors share it."""
    if actor.is_demo:
        return
    if actor.user_id is not None:
        session.execute(update(User).where(User.id == actor.user_id).values(locale=locale))
    else:
        session.execute(
            update(GuestContributor).where(GuestContributor.id == actor.guest_id).values(locale=locale)
        )


def change_password(session: Session, actor: Actor, *, known_hash: str | None, new_hash: str) -> str:
    """Replace the password and end every other session of the actor; gives this one's new token.

    Raises:
        Refused: the password was changed meanwhile, from elsewhere; or this session has ended.
    """
    user = own_account(session, actor)
    hold_account(session, user.id)
    if user.password_hash != known_hash:
        raise Refused("credentials", BAD_CREDENTIALS)
    user.password_hash = new_hash
    session.flush()
    ask_for_mail(session, MailKind.PASSWORD_CHANGED, user.id)
    token, ended = keep_only_this(session, actor)
    audit(session, actor, AuditAction.PASSWORD_CHANGED, count=ended)
    return token


def keep_only_this(session: Session, actor: Actor) -> tuple[str, int]:
    """End every session of the actor but this one: its new token, and how many ended.

    Raises:
        Refused: this session has ended.
    """
    ended = sessions.end_all_sessions(session, user_id=actor.user_id, but=actor.login_session_id)
    token = rotation.rotate(session, actor.login_session_id)
    if token is None:
        raise Refused("credentials", SESSION_OVER)
    return token, ended


def list_own_sessions(session: Session, actor: Actor) -> Sequence[LoginSession]:
    """The actor's live sessions, this one first, then the most recently used.

    An invented person's visitors do not see each other.
    """
    now = utcnow()
    own = LoginSession.user_id == actor.user_id
    if actor.is_demo:
        own = LoginSession.id == actor.login_session_id
    found = session.scalars(
        select(LoginSession)
        .where(
            own,
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > now,
            LoginSession.last_seen_at > now - sessions.IDLE_LIFETIME,
        )
        .order_by((LoginSession.id == actor.login_session_id).desc(), LoginSession.last_seen_at.desc())
        .limit(50)
    )
    return found.all()


def end_own_session(session: Session, actor: Actor, login_session_id: int) -> None:
    """End one of the actor's sessions.

    Raises:
        NotFound: it is not theirs.
    """
    found = session.scalar(
        select(func.count())
        .select_from(LoginSession)
        .where(LoginSession.id == login_session_id, LoginSession.user_id == actor.user_id)
    )
    foreign = actor.is_demo and login_session_id != actor.login_session_id
    if actor.user_id is None or not found or foreign:
        raise NotFound(N_("Cette session n’existe pas."))
    sessions.end_session(session, login_session_id)
    audit(session, actor, AuditAction.SESSIONS_ENDED, count=1)


def sign_out_everywhere(session: Session, actor: Actor) -> None:
    """End every session of the actor; of an invented person, only this visitor's."""
    if actor.is_demo and actor.login_session_id is not None:
        sessions.end_session(session, actor.login_session_id)
        ended = 1
    else:
        ended = sessions.end_all_sessions(session, user_id=actor.user_id, guest_id=actor.guest_id)
    audit(session, actor, AuditAction.SESSIONS_ENDED, count=ended)


def refuse_news(session: Session, user_id: int) -> None:
    """No more news by mail for this person."""
    session.execute(update(User).where(User.id == user_id).values(wants_news=False))


def find_user_of_link(session: Session, token: str) -> User | None:
    """Whose account a link sent by mail opens; None once it was used or is over."""
    return session.scalar(
        select(User)
        .join(SignInLink, SignInLink.user_id == User.id)
        .where(
            SignInLink.token_hash == token_hash(token),
            SignInLink.expires_at > utcnow(),
            User.disabled_at.is_(None),
        )
    )


def use_sign_in_link(session: Session, token: str) -> User:
    """The account of a link sent by mail; the link and the person's others are used up.

    Raises:
        Refused: it was used, is over, or is none. Of any number of uses at once exactly one succeeds.
    """
    user = find_user_of_link(session, token)
    used = session.execute(
        delete(SignInLink).where(SignInLink.token_hash == token_hash(token), SignInLink.expires_at > utcnow())
    )
    if user is None or not affected(used):
        raise Refused("over", LINK_OVER)
    session.execute(delete(SignInLink).where(SignInLink.user_id == user.id))
    return user
