"""The rules of a cohort: those who follow it read them, its managers set them and see what would speak."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.access import access_cohort, cohort_where
from models.errors import Conflict, Invalid
from models.policy import Permission, can
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services import involvement_rules, rule_table, triage
from workspace.services.rules import Setting, limit_text
from workspace.web.guard import actor, requires

blueprint = Blueprint("cohort_rules", __name__)
BASE = "/cohorts/<int:cohort_id>/rules"
LONGEST_NUMBER = 6


@blueprint.get(BASE)
@requires(Permission.FOLLOW_COHORT)
def show(cohort_id: int) -> ResponseReturnValue:
    """The table of rules, and what speaks now."""
    return _page(cohort_id)


@blueprint.post(BASE)
@requires(Permission.MANAGE_COHORT)
def save(cohort_id: int) -> ResponseReturnValue:
    """Set the rules; with then=preview, only show what would speak."""
    with reading() as session:
        access_cohort(session, actor(), cohort_id, Permission.MANAGE_COHORT)
    settings, unread = _typed()
    if unread:
        return _page(cohort_id, settings, errors=unread), 422
    try:
        rule_table.check_rules(settings)
        if request.form.get("then") == "preview":
            return _page(cohort_id, settings, previewed=True)
        with transaction() as session:
            rule_table.save_rules(session, actor(), cohort_id, settings, seen=request.form.get("seen", ""))
    except Invalid as error:
        return _page(cohort_id, settings, errors=error.fields), 422
    except Conflict as conflict:
        return _page(cohort_id, settings, stale=conflict.message), 409
    flash(_("Les règles de la promotion sont à jour."), "success")
    return redirect(url_for("cohort_rules.show", cohort_id=cohort_id))


@blueprint.post(f"{BASE}/reset")
@requires(Permission.MANAGE_COHORT)
def reset(cohort_id: int) -> ResponseReturnValue:
    """Have every rule as it was made."""
    with transaction() as session:
        rule_table.reset_rules(session, actor(), cohort_id)
    flash(_("Les règles sont revenues à leurs réglages d’origine."), "success")
    return redirect(url_for("cohort_rules.show", cohort_id=cohort_id))


def _typed() -> tuple[dict[str, Setting], dict[str, str]]:
    """What was typed, and the rules whose limit is no number."""
    settings, unread = {}, {}
    for rule in rule_table.ALL_RULES:
        text = request.form.get(f"limit-{rule.code}", "").strip()
        is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
        if not is_number:
            unread[rule.code] = rule_table.OUT_OF_RANGE
        settings[rule.code] = Setting(
            int(text) if is_number else rule.usual, is_on=f"on-{rule.code}" in request.form
        )
    return settings, unread


def _page(
    cohort_id: int,
    typed: Mapping[str, Setting] | None = None,
    *,
    errors: Mapping[str, str] | None = None,
    stale: str = "",
    previewed: bool = False,
) -> str:
    with reading() as session:
        cohort = access_cohort(session, actor(), cohort_id, Permission.FOLLOW_COHORT)
        saved = rule_table.read_rules(session, cohort)
        settings = typed or saved
        firings = rule_table.preview(session, cohort, saved if errors else settings)
        return render_template(
            "cohorts/rules.html",
            cohort=cohort,
            manages=can(actor(), Permission.MANAGE_COHORT, cohort_where(cohort)),
            groups=[
                (_("Ce qui met une équipe en tête"), triage.RULES),
                (_("Ce qui se dit de qui prend part à un projet"), involvement_rules.RULES),
            ],
            settings=settings,
            typed={rule.code: request.form.get(f"limit-{rule.code}", "") for rule in rule_table.ALL_RULES},
            errors=errors or {},
            stale=stale,
            previewed=previewed,
            seen=rule_table.fingerprint(saved),
            firings=firings,
            counts=rule_table.counts(firings),
            limit_text=limit_text,
            is_changed=any(one != Setting(rule_table.RULE_OF[code].usual) for code, one in saved.items()),
        )
