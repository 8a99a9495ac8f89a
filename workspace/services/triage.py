"""« À voir en premier »: explainable rules that say which team needs its tutor, and why. Never a score.

Each rule is a function of one team's facts and of the rule's limit that gives a reason or None; RULES is the
table, in order of urgency. A team shows once, for its most urgent reason; three cards at most are shown.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from models.i18n import N_
from workspace.i18n import _
from workspace.services.rules import Rule, Settings, in_days, usual_settings

SHOWN = 3
GRAVITY = {"danger": 0, "warn": 1, "primary": 2}


@dataclass(frozen=True)
class TeamFacts:
    """What the rules look at, for one project. Times are aware; days are in the cohort's zone."""

    project_id: int
    title: str
    now: datetime
    today: date
    started_at: datetime
    last_activity_at: datetime | None = None
    last_partner_at: datetime | None = None
    last_citizen_at: datetime | None = None
    review_asked_at: datetime | None = None
    contested_at: datetime | None = None
    unanswered_at: datetime | None = None
    due_on: date | None = None
    due_label: str = ""


@dataclass(frozen=True)
class Reason:
    """Why a team needs somebody. `text` is a French msgid with `values`; `action` names what is offered."""

    rule: str
    tone: str
    icon: str
    text: str
    values: dict[str, int | str]
    action: str
    days: int
    project_id: int = 0
    title: str = ""

    @property
    def sentence(self) -> str:
        """The reason in the reader's language."""
        return _(self.text, **{**self.values, "days": in_days(self.days)})


def _days(facts: TeamFacts, since: datetime | None) -> int:
    return (facts.now - (since or facts.started_at)).days


def _silence(facts: TeamFacts, limit: int, rule: str, tone: str) -> Reason | None:
    days = _days(facts, facts.last_activity_at)
    if days < limit:
        return None
    text = N_("Aucune activité depuis %(days)s.")
    return Reason(rule, tone, "hourglass", text, {"days": days}, "talk", days)


def long_silent(facts: TeamFacts, limit: int) -> Reason | None:
    """The team has done nothing for long."""
    return _silence(facts, limit, "long_silent", "danger")


def silent(facts: TeamFacts, limit: int) -> Reason | None:
    """The team has done nothing for a while."""
    return _silence(facts, limit, "silent", "warn")


def overdue(facts: TeamFacts, limit: int) -> Reason | None:
    """The date the team gave itself has passed."""
    if facts.due_on is None or (facts.today - facts.due_on).days < limit:
        return None
    days = (facts.today - facts.due_on).days
    text = N_("« %(label)s » : la date est passée depuis %(days)s.")
    values: dict[str, int | str] = {"label": facts.due_label, "days": days}
    return Reason("overdue", "danger", "calendar-clock", text, values, "open", days)


def _review(facts: TeamFacts, limit: int, rule: str, tone: str) -> Reason | None:
    if facts.review_asked_at is None:
        return None
    days = _days(facts, facts.review_asked_at)
    if days < limit:
        return None
    today, before = (
        N_("Retour demandé aujourd’hui sur une étape."),
        N_("Retour demandé sur une étape, depuis %(days)s."),
    )
    return Reason(rule, tone, "message-square", before if days else today, {"days": days}, "answer", days)


def review_late(facts: TeamFacts, limit: int) -> Reason | None:
    """The team has waited for its tutor's view for a while."""
    return _review(facts, limit, "review_late", "warn")


def review_asked(facts: TeamFacts, limit: int) -> Reason | None:
    """The team waits for its tutor's view on a step."""
    return _review(facts, limit, "review_asked", "primary")


def contested(facts: TeamFacts, limit: int) -> Reason | None:
    """The team contested a feedback: the tutor should read why."""
    if facts.contested_at is None or _days(facts, facts.contested_at) < limit:
        return None
    text = N_("L’équipe conteste un retour et dit pourquoi.")
    days = _days(facts, facts.contested_at)
    return Reason("contested", "primary", "message-square-warning", text, {}, "feedback", days)


def unanswered(facts: TeamFacts, limit: int) -> Reason | None:
    """A feedback was released, and the team has not said what it made of it."""
    if facts.unanswered_at is None or _days(facts, facts.unanswered_at) < limit:
        return None
    days = _days(facts, facts.unanswered_at)
    text = N_("Un retour attend la réponse de l’équipe depuis %(days)s.")
    return Reason("unanswered", "warn", "message-square", text, {"days": days}, "feedback", days)


def no_citizen(facts: TeamFacts, limit: int) -> Reason | None:
    """No resident took part, and none was met."""
    days = _days(facts, facts.last_citizen_at)
    if days < limit:
        return None
    text = N_("Aucun contact citoyen depuis %(days)s.")
    return Reason("no_citizen", "warn", "users", text, {"days": days}, "involvement", days)


def no_partner(facts: TeamFacts, limit: int) -> Reason | None:
    """No partner took part, and none was met."""
    days = _days(facts, facts.last_partner_at)
    if days < limit:
        return None
    text = N_("Aucun contact avec un partenaire depuis %(days)s.")
    return Reason("no_partner", "warn", "handshake", text, {"days": days}, "involvement", days)


@dataclass(frozen=True)
class TeamRule:
    """A rule, and how it is found in a team's facts."""

    rule: Rule
    find: Callable[[TeamFacts, int], Reason | None]


TALK = N_("Proposer un point à l’équipe")
READ_FEEDBACK = N_("Ouvrir les retours")
INVOLVE = N_("Ouvrir l’intéressement du projet")

# One line per rule, the most urgent first.
TEAM_RULES: tuple[TeamRule, ...] = (
    TeamRule(
        Rule(
            "long_silent",
            N_("L’équipe n’a rien fait sur son projet depuis longtemps : c’est grave."),
            TALK,
            21,
        ),
        long_silent,
    ),
    TeamRule(
        Rule("overdue", N_("La date que l’équipe s’est donnée est passée."), N_("Ouvrir le projet"), 1),
        overdue,
    ),
    TeamRule(Rule("silent", N_("L’équipe n’a rien fait sur son projet depuis un moment."), TALK, 9), silent),
    TeamRule(
        Rule("review_late", N_("L’équipe attend votre avis sur une étape, et cela dure."), N_("Répondre"), 2),
        review_late,
    ),
    TeamRule(
        Rule("review_asked", N_("L’équipe demande votre avis sur une étape."), N_("Répondre"), 0, least=0),
        review_asked,
    ),
    TeamRule(
        Rule("contested", N_("L’équipe conteste un retour et dit pourquoi."), READ_FEEDBACK, 0, least=0),
        contested,
    ),
    TeamRule(
        Rule("unanswered", N_("Un retour publié n’a pas reçu de réponse de l’équipe."), READ_FEEDBACK, 10),
        unanswered,
    ),
    TeamRule(
        Rule("no_citizen", N_("Aucun·e habitant·e n’a contribué ni n’a été rencontré·e."), INVOLVE, 21),
        no_citizen,
    ),
    TeamRule(
        Rule(
            "no_partner",
            N_("Aucun partenaire, hors habitant·es, n’a contribué ni n’a été rencontré."),
            INVOLVE,
            28,
        ),
        no_partner,
    ),
)
RULES: tuple[Rule, ...] = tuple(one.rule for one in TEAM_RULES)
USUAL = usual_settings(RULES)


def reason_for(facts: TeamFacts, settings: Settings = USUAL) -> Reason | None:
    """The most urgent reason of one team."""
    for one in TEAM_RULES:
        setting = settings[one.rule.code]
        found = one.find(facts, setting.threshold) if setting.is_on else None
        if found is not None:
            return Reason(**{**found.__dict__, "project_id": facts.project_id, "title": facts.title})
    return None


def urgency(reason: Reason | None) -> tuple[int, int]:
    """What teams are sorted by: the gravest first, then the oldest; those that need nobody last."""
    return (GRAVITY[reason.tone], -reason.days) if reason else (len(GRAVITY), 0)


def first_to_see(reasons: Iterable[Reason | None]) -> list[Reason]:
    """At most three reasons, the gravest first, then the oldest."""
    found = [reason for reason in reasons if reason is not None]
    return sorted(found, key=lambda reason: (*urgency(reason), reason.title))[:SHOWN]
