"""The stage table: inventer → mettre en place → diffuser, their steps, exit criteria and templates.

A row here is all it takes to change what a stage asks for. Codes are stored; texts are French msgids.
"""

import enum
from dataclasses import dataclass

from models.i18n import N_


class Stage(enum.StrEnum):
    """The three stages of a project."""

    INVENT = "invent"
    SET_UP = "set_up"
    SPREAD = "spread"


@dataclass(frozen=True)
class Criterion:
    """What must be true to leave a step; the team ticks it."""

    code: str
    text: str


@dataclass(frozen=True)
class Step:
    """A step of a stage. `templates` are codes of board templates."""

    code: str
    stage: Stage
    name: str
    expected: str
    criteria: tuple[Criterion, ...]
    templates: tuple[str, ...]


STAGE_LABELS = {
    Stage.INVENT: N_("Inventer"),
    Stage.SET_UP: N_("Mettre en place"),
    Stage.SPREAD: N_("Diffuser"),
}

STEPS: tuple[Step, ...] = (
    Step(
        "understand",
        Stage.INVENT,
        N_("Comprendre"),
        N_("Aller voir, écouter celles et ceux qui vivent le problème, vérifier ce qui existe déjà."),
        (
            Criterion("listened", N_("Au moins cinq personnes concernées ont été écoutées.")),
            Criterion("precedents", N_("Deux précédents ailleurs ont été étudiés.")),
            Criterion("causes", N_("Les causes sont distinguées des effets.")),
        ),
        ("defi", "arbre-a-problemes", "precedents"),
    ),
    Step(
        "imagine",
        Stage.INVENT,
        N_("Imaginer"),
        N_("Chercher beaucoup d’idées avec des partenaires et des habitants, puis en garder peu."),
        (
            Criterion("three_actor_types", N_("Public, privé et habitants ont contribué.")),
            Criterion("ideas_chosen", N_("Une à trois idées sont retenues, avec leurs raisons.")),
        ),
        ("carte-des-acteurs", "comment-pourrions-nous", "impact-effort"),
    ),
    Step(
        "prototype",
        Stage.SET_UP,
        N_("Prototyper"),
        N_("Rendre une idée visible et la montrer vite, à petite échelle."),
        (
            Criterion("shown", N_("Un prototype a été montré à des usagers.")),
            Criterion("agreement", N_("La collectivité est d’accord pour l’essai.")),
        ),
        ("parcours-usager", "service-blueprint", "canevas-public"),
    ),
    Step(
        "test",
        Stage.SET_UP,
        N_("Expérimenter"),
        N_("Essayer pour de bon, avec un indicateur choisi avant de commencer."),
        (
            Criterion("indicator", N_("L’indicateur et sa valeur de départ sont écrits.")),
            Criterion("result", N_("Le résultat est constaté, même s’il déçoit.")),
        ),
        ("grille-de-test", "theorie-du-changement"),
    ),
    Step(
        "value",
        Stage.SPREAD,
        N_("Évaluer"),
        N_("Dire ce que cela apporte, à qui, avec des preuves."),
        (
            Criterion("evidence", N_("Chaque valeur annoncée s’appuie sur une preuve.")),
            Criterion("cost", N_("Le coût est connu.")),
        ),
        ("valeur", "theorie-du-changement", "pitch-a-l-elu"),
    ),
    Step(
        "hand_over",
        Stage.SPREAD,
        N_("Transmettre"),
        N_("Permettre à une autre collectivité de reprendre la solution sans vous."),
        (
            Criterion("kit", N_("Un kit de transposition est prêt.")),
            Criterion("told", N_("Les contributeurs savent ce que leurs idées sont devenues.")),
        ),
        ("kit-de-transposition", "script-d-interessement", "pitch-a-l-elu"),
    ),
)

STEP_CODES = tuple(step.code for step in STEPS)
STEP_BY_CODE = {step.code: step for step in STEPS}


def next_step(code: str) -> Step | None:
    """The step after `code`, None after the last."""
    position = STEP_CODES.index(code) + 1
    return STEPS[position] if position < len(STEPS) else None
