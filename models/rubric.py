"""Rubrics: what a cohort looks at in its teams' work, each criterion with described levels.

A cohort has the default criteria below until somebody saves its own. A row of a default criterion keeps its
`code`; a text left empty is the default's, in the reader's language.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Versioned, WithId
from models.i18n import N_

TITLE_LIMIT = 120
LEVEL_LIMIT = 400
LEVELS = 4
LEVEL_NAMES = (N_("À reprendre"), N_("En chemin"), N_("Solide"), N_("Exemplaire"))
"""From the lowest: what the numbers 1 to 4 are called."""


@dataclass(frozen=True)
class DefaultCriterion:
    """A criterion of ours; `levels` describe what is seen, from the lowest."""

    code: str
    title: str
    levels: tuple[str, str, str, str]


DEFAULTS: tuple[DefaultCriterion, ...] = (
    DefaultCriterion(
        "novelty",
        N_("Qualité novatrice"),
        (
            N_("La solution reprend ce qui se fait déjà ici, sans le dire ni le changer."),
            N_("Elle adapte une idée connue ; ce qui est neuf pour le territoire n’est pas encore nommé."),
            N_("Elle dit ce qu’elle change par rapport aux précédents étudiés, et pourquoi ici."),
            N_("Elle déplace la question elle-même, et les personnes concernées le reconnaissent."),
        ),
    ),
    DefaultCriterion(
        "transferability",
        N_("Transposabilité"),
        (
            N_(
                "Elle ne tient que par une personne ou un lieu, et personne d’autre ne pourrait la reprendre."
            ),
            N_("Ce qui dépend du lieu est repéré, mais rien n’est écrit pour qui voudrait la reprendre."),
            N_("Un mode d’emploi existe : conditions, coûts, étapes, ce qui a raté."),
            N_("Une autre collectivité l’a essayée, ou s’y prépare, avec ce mode d’emploi."),
        ),
    ),
    DefaultCriterion(
        "public_money",
        N_("Bonne utilisation des deniers publics"),
        (
            N_("Les coûts ne sont pas connus."),
            N_("Les coûts sont estimés ; ce qu’ils remplacent ou évitent ne l’est pas."),
            N_("Coûts et économies sont chiffrés sur une durée, avec leurs sources."),
            N_("Le calcul a été vérifié par quelqu’un d’autre, et le moins cher suffisant a été choisi."),
        ),
    ),
    DefaultCriterion(
        "effectiveness",
        N_("Efficacité"),
        (
            N_("Rien ne permet de dire si elle marche."),
            N_("Un indicateur est choisi, sans point de départ ni cible."),
            N_("Un essai a eu lieu ; son résultat est comparé au point de départ."),
            N_("L’effet tient dans la durée ou ailleurs, et ce qui n’a pas marché est dit."),
        ),
    ),
    DefaultCriterion(
        "closeness",
        N_("Proximité des besoins"),
        (
            N_("Les personnes concernées n’ont pas été rencontrées."),
            N_("Elles ont été écoutées au début, puis plus jamais."),
            N_("Elles ont essayé la solution, et leurs remarques l’ont changée."),
            N_("Elles la portent avec l’équipe, y compris celles que l’on entend le moins."),
        ),
    ),
)
DEFAULT_BY_CODE = {criterion.code: criterion for criterion in DEFAULTS}


class Rubric(WithId, Versioned, Base):
    """The criteria of one cohort."""

    __tablename__ = "rubric"
    __table_args__ = (UniqueConstraint("cohort_id"),)

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    criteria: Mapped[list["Criterion"]] = relationship(
        lazy="raise_on_sql",
        order_by="Criterion.place",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )


class Criterion(WithId, Base):
    """One thing that is looked at. Withdrawn, it is offered no more and its marks stay."""

    __tablename__ = "criterion"
    __table_args__ = (Index(None, "rubric_id", "place"),)

    rubric_id: Mapped[int] = mapped_column(ForeignKey("rubric.id", ondelete="CASCADE"))
    place: Mapped[int]
    code: Mapped[str] = mapped_column(String(32), default="")
    title: Mapped[str] = mapped_column(String(TITLE_LIMIT), default="")
    withdrawn_at: Mapped[datetime | None]
    levels: Mapped[list["CriterionLevel"]] = relationship(
        lazy="raise_on_sql",
        order_by="CriterionLevel.rank",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )


class CriterionLevel(WithId, Base):
    """What is seen at one level of a criterion."""

    __tablename__ = "criterion_level"
    __table_args__ = (
        UniqueConstraint("criterion_id", "rank"),
        CheckConstraint("rank >= 1 AND rank <= 4", name="one_of_four"),
    )

    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id", ondelete="CASCADE"))
    rank: Mapped[int]
    text: Mapped[str] = mapped_column(String(LEVEL_LIMIT), default="")
