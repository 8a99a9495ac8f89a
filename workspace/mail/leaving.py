"""The messages before an account ends: its owner asked, or has not come for long. Nobody refuses them."""

from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from models.people import User
from models.retention import FIRST_WARNING, LAST_WARNING
from workspace.i18n import _, format_date
from workspace.mail.letter import Envelope, Letter, Line
from workspace.mail.letters import envelope_for


def erasure_asked(session: Session, user_id: int) -> Envelope | None:
    """Tell the owner that their data is about to go; none once they came back or it went."""
    user = session.get(User, user_id)
    if user is None or user.erase_at is None:
        return None
    end = user.erase_at
    return envelope_for(user.email, user, lambda locale: _erasure_asked(locale, user.name, end))


def _erasure_asked(locale: str, name: str, end: datetime) -> Letter:
    return Letter(
        locale=locale,
        subject=_("Vos données seront effacées le %(date)s", date=format_date(end, "long")),
        paragraphs=(
            _("Bonjour %(name)s,", name=name),
            _(
                "Vous avez demandé que vos données soient effacées de L’Établi. Vous êtes déconnecté·e "
                "partout ; vos données seront effacées le %(date)s, sans retour possible.",
                date=format_date(end, "long"),
            ),
        ),
        button=Line(_("Garder mon compte"), url_for("auth.sign_in", _external=True)),
        after=(
            _(
                "Si vous changez d’avis, ou si ce n’est pas vous, connectez-vous avant cette date : rien ne "
                "sera effacé. Sinon, il n’y a rien à faire."
            ),
        ),
        why=_("Vous recevez ce message parce qu’il protège votre compte : il ne peut pas être refusé."),
    )


def account_kept(session: Session, user_id: int) -> Envelope | None:
    """Tell the owner that a sign-in has stopped the erasure they had asked for."""
    user = session.get(User, user_id)
    if user is None or user.disabled_at is not None or user.erase_at is not None:
        return None
    return envelope_for(user.email, user, lambda locale: _account_kept(locale, user.name))


def _account_kept(locale: str, name: str) -> Letter:
    return Letter(
        locale=locale,
        subject=_("Votre compte est gardé : rien ne sera effacé"),
        paragraphs=(
            _("Bonjour %(name)s,", name=name),
            _(
                "Vous aviez demandé que vos données soient effacées, puis vous vous êtes connecté·e : "
                "votre compte est gardé, et tout y est."
            ),
        ),
        button=Line(_("Voir mes appareils"), url_for("account.show", _external=True)),
        after=(
            _(
                "Si vous voulez toujours partir, demandez-le de nouveau dans votre compte. Si ce n’est pas "
                "vous qui vous êtes connecté·e, changez de mot de passe."
            ),
        ),
        why=_("Vous recevez ce message parce qu’il protège votre compte : il ne peut pas être refusé."),
    )


def unused_account(session: Session, user_id: int) -> Envelope | None:
    """Tell the owner of an account without a visit when it ends; none once they came back."""
    user = session.get(User, user_id)
    if user is None or user.disabled_at is not None or user.warned_at is None or not user.warnings:
        return None
    if user.last_seen_at is not None and user.last_seen_at > user.warned_at:
        return None
    end = user.warned_at + (FIRST_WARNING if user.warnings == 1 else LAST_WARNING)
    return envelope_for(user.email, user, lambda locale: _unused_account(locale, user.name, end))


def _unused_account(locale: str, name: str, end: datetime) -> Letter:
    return Letter(
        locale=locale,
        subject=_(
            "Sans visite de votre part, votre compte sera effacé le %(date)s", date=format_date(end, "long")
        ),
        paragraphs=(
            _("Bonjour %(name)s,", name=name),
            _(
                "Vous n’êtes pas venu·e sur L’Établi depuis près de deux ans. Nous ne gardons pas plus "
                "longtemps les données de qui n’en a plus l’usage : les vôtres seront effacées le %(date)s.",
                date=format_date(end, "long"),
            ),
        ),
        button=Line(_("Garder mon compte"), url_for("auth.sign_in", _external=True)),
        after=(
            _(
                "Pour garder votre compte, connectez-vous une fois avant cette date. Pour emporter vos "
                "données, connectez-vous et ouvrez « Vos données » dans votre compte."
            ),
        ),
        why=_(
            "Vous recevez ce message parce que vous avez un compte sur L’Établi et que la loi demande de "
            "vous prévenir : il ne peut pas être refusé."
        ),
    )
