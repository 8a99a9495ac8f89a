"""The messages, one function each: what it needs from the database, the secret it makes, the words.

Called by the worker when the message leaves. `None` means that nobody needs it any more. The caller commits
before it sends, so that a link is good by the time it arrives.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.base import utcnow
from models.break_glass import BreakGlass
from models.invitation import Invitation
from models.membership import Membership
from models.people import SignInLink, User
from models.policy import Role
from models.project import Project
from workspace.i18n import DEFAULT_LOCALE, LOCALES, _, format_date, format_datetime, in_locale
from workspace.mail.letter import Envelope, Letter, Line
from workspace.services.acceptance import Offer, offer_of
from workspace.services.tokens import new_token, token_hash
from workspace.web.auth.resets import make_reset_token

LINK_LIFETIME = timedelta(minutes=20)
ASKED_LATELY = timedelta(minutes=30)
"""A link that could not be sent for longer is not waited for any more."""


def invitation(session: Session, invitation_id: int) -> Envelope | None:
    """An invitation, in both languages to somebody who has no account yet."""
    row = session.scalar(
        select(Invitation).where(Invitation.id == invitation_id).options(joinedload(Invitation.invited_by))
    )
    if row is None or not row.is_open():
        return None
    token = new_token()
    row.mailed_token_hash = token_hash(token)
    offer = offer_of(session, row)
    user = session.scalar(select(User).where(User.email == row.email))
    url = url_for("invitations.show", token=token, _external=True)
    return envelope_for(row.email, user, lambda locale: _invitation(locale, offer, url))


def _invitation(locale: str, offer: Offer, url: str) -> Letter:
    inviter = offer.inviter or _("Votre établissement")
    what = {
        Role.OBSERVER: _("observer le projet « %(place)s »", place=offer.place),
        Role.LEARNER: _("rejoindre l’équipe « %(place)s »", place=offer.place),
        Role.TUTOR: _("suivre la promotion « %(place)s »", place=offer.place),
        Role.MANAGER: _("gérer la formation « %(place)s »", place=offer.place),
        Role.PARTNER: _("prendre part au projet « %(place)s »", place=offer.place),
    }[offer.role]
    return Letter(
        locale=locale,
        subject=_("%(name)s vous invite à %(what)s", name=inviter, what=what),
        paragraphs=(
            _("Bonjour,"),
            _(
                "%(name)s vous invite à %(what)s sur L’Établi (%(home)s).",
                name=inviter,
                what=what,
                home=offer.home,
            ),
            _(
                "La page suivante dit qui vous invite, ce que vous verrez et ce que les autres verront de "
                "vous. Rien n’est accepté avant que vous ne le décidiez."
            ),
        ),
        quote=offer.message,
        button=Line(_("Voir l’invitation"), url),
        after=(
            _(
                "Ce lien vous est personnel et sert une fois, jusqu’au %(date)s. Ne le transmettez pas.",
                date=format_date(offer.expires_at, "long"),
            ),
        ),
        why=_(
            "Vous recevez ce message parce que votre adresse a été donnée pour cette invitation. "
            "Si vous ne connaissez pas cette personne, ne faites rien : l’invitation s’éteindra d’elle-même."
        ),
    )


def sign_in_link(session: Session, email: str, asked_at: datetime) -> Envelope | None:
    """A way in, and a way to another password, for whoever asked at the sign-in page."""
    user = session.scalar(select(User).where(User.email == email))
    if user is None or user.disabled_at is not None or asked_at < utcnow() - ASKED_LATELY:
        return None
    token = new_token()
    link = SignInLink(token_hash=token_hash(token), user_id=user.id, expires_at=utcnow() + LINK_LIFETIME)
    session.add(link)
    url = url_for("auth.sign_in_link", token=token, _external=True)
    reset = make_reset_token(user.id, user.password_hash, int(LINK_LIFETIME.total_seconds()))
    reset_url = url_for("auth.new_password", token=reset, _external=True)
    return envelope_for(user.email, user, lambda locale: _sign_in_link(locale, user.name, url, reset_url))


def _sign_in_link(locale: str, name: str, url: str, reset_url: str) -> Letter:
    return Letter(
        locale=locale,
        subject=_("Votre lien pour entrer dans L’Établi"),
        paragraphs=(
            _("Bonjour %(name)s,", name=name),
            _("Voici le lien que vous avez demandé. Il sert une fois, pendant vingt minutes."),
        ),
        button=Line(_("Entrer dans L’Établi"), url),
        other=Line(_("Choisir un autre mot de passe"), reset_url),
        after=(
            _(
                "Ne le transmettez à personne : qui l’ouvre entre à votre place. "
                "Personne de L’Établi ne vous le demandera."
            ),
        ),
        why=_(
            "Vous recevez ce message parce que quelqu’un, sans doute vous, a donné cette adresse sur la page "
            "de connexion. Si ce n’est pas vous, ne faites rien : personne n’est entré."
        ),
    )


def password_changed(session: Session, user_id: int) -> Envelope | None:
    """Tell the owner of an account that its password is another."""
    user = session.get(User, user_id)
    if user is None or user.disabled_at is not None:
        return None
    url = url_for("account.show", _external=True)
    return envelope_for(user.email, user, lambda locale: _password_changed(locale, user.name, url))


def _password_changed(locale: str, name: str, url: str) -> Letter:
    return Letter(
        locale=locale,
        subject=_("Votre mot de passe a été changé"),
        paragraphs=(
            _("Bonjour %(name)s,", name=name),
            _(
                "Le mot de passe de votre compte vient d’être changé, et vos autres appareils sont "
                "déconnectés."
            ),
        ),
        button=Line(_("Voir mes appareils"), url),
        after=(
            _(
                "Si ce n’est pas vous, demandez tout de suite un lien à la page de connexion, choisissez "
                "un autre mot de passe, et prévenez votre responsable de formation."
            ),
        ),
        why=_("Vous recevez ce message parce qu’il protège votre compte : il ne peut pas être refusé."),
    )


def glass_broken(session: Session, access_id: int, email: str) -> Envelope | None:
    """Tell somebody of a project that an administrator reads it; none once that is over."""
    user = session.scalar(select(User).where(User.email == email))
    access = session.scalar(
        select(BreakGlass)
        .where(BreakGlass.id == access_id)
        .options(joinedload(BreakGlass.membership).joinedload(Membership.user))
    )
    if user is None or user.disabled_at is not None or access is None:
        return None
    project = session.get(Project, access.membership.project_id)
    if project is None:
        return None
    return envelope_for(user.email, user, lambda locale: _glass_broken(locale, user.name, access, project))


def _glass_broken(locale: str, name: str, access: BreakGlass, project: Project) -> Letter:
    holder, until = access.membership.user.name, access.membership.ends_at
    return Letter(
        locale=locale,
        subject=_("Accès exceptionnel au projet « %(project)s »", project=project.title),
        paragraphs=(
            _("Bonjour %(name)s,", name=name),
            _(
                "%(holder)s, qui administre l’installation, vient d’ouvrir le projet « %(project)s ». "
                "D’ordinaire, cette personne n’en voit rien. Voici la raison donnée :",
                holder=holder,
                project=project.title,
            ),
        ),
        quote=access.reason,
        button=Line(_("Ouvrir le projet"), url_for("projects.show", project_id=project.id, _external=True)),
        after=(
            _(
                "L’accès permet de lire, jamais d’écrire, et s’éteint de lui-même (%(date)s). Les brouillons "
                "et les retours des tuteurs restent fermés. Ce qui est lu s’inscrit au journal des actions.",
                date=format_datetime(until) if until else "",
            ),
        ),
        why=_(
            "Vous recevez ce message parce que ce projet est aussi le vôtre. "
            "Il protège votre travail : il ne peut pas être refusé."
        ),
    )


def envelope_for(to: str, user: User | None, write: Callable[[str], Letter]) -> Envelope:
    """The letter in the person's language; in both to somebody who has no account."""
    locales = LOCALES if user is None else (user.locale if user.locale in LOCALES else DEFAULT_LOCALE,)
    letters = []
    for locale in locales:
        with in_locale(locale):
            letters.append(write(locale))
    return Envelope(to, tuple(letters))
