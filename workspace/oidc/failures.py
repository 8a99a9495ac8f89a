"""Why a sign-in by the provider did not succeed: one French sentence for the person, one word for the log."""

from models.i18n import N_

UNREACHABLE = N_("%(label)s ne répond pas en ce moment. Réessayez dans un instant, ou entrez autrement.")
UNVERIFIED = N_(
    "La réponse de %(label)s n’a pas pu être vérifiée, et rien n’a changé ici. "
    "Recommencez ; si cela se répète, prévenez l’administration de L’Établi."
)
CANCELLED = N_("Vous avez renoncé chez %(label)s : rien n’a changé.")
DECLINED = N_("%(label)s n’a pas accepté cette connexion. Recommencez, ou entrez autrement.")
ELSEWHERE = N_(
    "Cette connexion a été commencée dans un autre navigateur, ou il y a plus de dix minutes. Recommencez."
)


class OidcFailure(Exception):
    """`message` is a French msgid with %(label)s; `reason` holds nothing secret and may be logged."""

    def __init__(self, message: str, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.message = message
        self.reason = reason
        self.status = status


def unreachable(reason: str) -> OidcFailure:
    """The provider is down, slow, or answers what nobody can read."""
    return OidcFailure(UNREACHABLE, reason, 502)


def unverified(reason: str) -> OidcFailure:
    """The provider's answer does not hold."""
    return OidcFailure(UNVERIFIED, reason, 502)
