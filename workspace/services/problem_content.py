"""What a problem says, apart from where it stands: the five boxes and what surrounds them.

A draft may hold any part of it; `check_complete` tells what is missing before it can be sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.errors import Invalid
from models.i18n import N_
from models.problem import Approach, Confidentiality, Domain, DriverKind, Problem, ProblemDriver

TITLE_LIMIT = 160
BOX_LIMIT = 4000
PEOPLE_LIMIT = 1000
LEVER_LIMIT = 400

TEXTS = ("title", "challenge", "precedents", "ideal", "objective", "helps", "hinders", "people_affected")
INCOMPLETE = N_("Il manque quelques réponses avant de pouvoir envoyer cette problématique.")
MISSING = {
    "title": N_("Donnez un titre à votre problématique."),
    "authority": N_("Choisissez la collectivité concernée."),
    "challenge": N_("Décrivez le défi : qui rencontre quelle difficulté ?"),
    "precedents": N_(
        "Citez au moins une solution qui existe déjà, même partielle, ou dites où vous avez cherché."
    ),
    "ideal": N_("Décrivez la situation idéale."),
    "objective": N_("Fixez un objectif que l’on pourra vérifier."),
    "helps": N_("Notez au moins une chose qui aide ou qui freine."),
    "people_affected": N_("Dites qui est concerné."),
    "domain": N_("Choisissez un domaine."),
    "approach": N_("Choisissez une approche."),
}
LEVER_MISSING = N_("Dites comment cette contrainte devient une occasion, ou décochez-la.")


@dataclass(frozen=True)
class ProblemContent:
    """All that its author writes. Texts are trimmed plain text; `drivers` maps a constraint to its lever."""

    title: str = ""
    authority_code: str | None = None
    challenge: str = ""
    precedents: str = ""
    ideal: str = ""
    objective: str = ""
    helps: str = ""
    hinders: str = ""
    people_affected: str = ""
    domain: Domain | None = None
    approach: Approach | None = None
    confidentiality: Confidentiality = Confidentiality.COHORT
    drivers: Mapping[DriverKind, str] = field(default_factory=dict)


def content_of(problem: Problem) -> ProblemContent:
    """What the row says now. Needs `drivers` loaded."""
    return ProblemContent(
        **{name: getattr(problem, name) for name in TEXTS},
        authority_code=problem.authority_code,
        domain=problem.domain,
        approach=problem.approach,
        confidentiality=problem.confidentiality,
        drivers={driver.kind: driver.lever for driver in problem.drivers},
    )


def write_content(problem: Problem, content: ProblemContent) -> None:
    """Put the content in the row. Needs `drivers` loaded."""
    for name in (*TEXTS, "authority_code", "domain", "approach", "confidentiality"):
        setattr(problem, name, getattr(content, name))
    kept = {driver.kind: driver for driver in problem.drivers}
    for kind, lever in content.drivers.items():
        if kind in kept:
            kept[kind].lever = lever
        else:
            problem.drivers.append(ProblemDriver(kind=kind, lever=lever))
    for kind, driver in kept.items():
        if kind not in content.drivers:
            problem.drivers.remove(driver)


def check_complete(content: ProblemContent) -> None:
    """Raise Invalid, with a sentence per field, unless it can be sent to the tutors.

    The fifth box has two sides; one of them is enough.
    """
    values = {name: getattr(content, name) for name in MISSING if name != "authority"}
    values["authority"] = content.authority_code
    values["helps"] = content.helps or content.hinders
    fields = {name: MISSING[name] for name in MISSING if not values[name]}
    for kind, lever in content.drivers.items():
        if not lever:
            fields[f"lever_{kind}"] = LEVER_MISSING
    if fields:
        raise Invalid(INCOMPLETE, fields)
