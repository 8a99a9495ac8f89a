"""The main navigation, by what the actor holds: a list of (key, url, label)."""

from flask import url_for

from models.policy import Actor, Role
from workspace.i18n import _


def nav_items(actor: Actor | None) -> list[tuple[str, str, str]]:
    """The entries of the main navigation for this actor; empty for an anonymous one."""
    if actor is None or actor.user_id is None:
        return []
    learner, tutor = actor.has(Role.LEARNER), actor.has(Role.TUTOR)
    manager, observer = actor.has(Role.MANAGER), actor.has(Role.OBSERVER)
    items = [("home", url_for("home.show"), _("Accueil"))]
    if tutor or manager:
        items.append(("cohort", url_for("cohorts.index"), _("Promotions") if manager else _("Ma promotion")))
    if learner or tutor or manager or actor.has(Role.PARTNER):
        items.append(("projects", url_for("projects.index"), _("Projets")))
    if learner or tutor or manager:
        items.append(("problems", url_for("problems.index"), _("Problématiques")))
    if observer:
        items.append(("observations", url_for("observations.index"), _("Projets suivis")))
    if manager:
        items.append(("programmes", url_for("programmes.index"), _("Formations")))
    if actor.has(Role.ADMIN):
        items.append(("audit", url_for("audit.index"), _("Journal des actions")))
        items.append(("break_glass", url_for("break_glass.index"), _("Accès exceptionnel")))
    return items
