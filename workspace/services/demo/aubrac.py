"""Hautes Terres de l'Aubrac: school-meal waste in a rural community. Silent for more than three weeks."""

from models.partner import Sector
from models.problem import Domain, DriverKind
from models.project import StepStatus
from workspace.services.demo.story import (
    BoardStory,
    FeedbackStory,
    GuestStory,
    Person,
    ProblemStory,
    TeamStory,
)

AUBRAC = TeamStory(
    name="Hautes Terres de l’Aubrac",
    learners=(
        Person("solange", "Solange Vidal", "Secrétaire générale"),
        Person("remi", "Rémi Boulet", "Responsable des cantines"),
        Person("ines_p", "Inès Portal", "Chargée de mission alimentation"),
    ),
    problem=ProblemStory(
        authority_code="epci-200069144",
        title="Le tiers des assiettes part à la poubelle",
        challenge="Dans nos sept cantines, un tiers de ce qui est servi est jeté. Les menus viennent de loin, les enfants "
        "mangent vite, les cuisinières ne savent pas ce qui revient.",
        precedents="Pesées dans les collèges du Lot. Légumerie partagée à Mouans-Sartoux. Menus choisis par les enfants "
        "dans la Drôme.",
        ideal="On jette peu, on mange du pays, les enfants parlent du repas à la maison.",
        objective="Diviser par deux ce qui est jeté avant l’été, sans augmenter le prix du repas.",
        helps="Des éleveurs à dix minutes de chaque école. Des cuisinières volontaires.",
        hinders="Un marché public jusqu’en décembre. Sept écoles, vingt kilomètres de virages.",
        people_affected="310 enfants, onze cuisinières, quatre éleveurs.",
        domain=Domain.PUBLIC_POLICY,
        drivers=(
            (DriverKind.TERRITORIAL_REFORM, "La compétence restauration vient d’arriver à la communauté."),
            (DriverKind.FINANCIAL_SHORTAGE, "Ce que l’on ne jette plus paie la viande du pays."),
        ),
    ),
    title="Moins jeter, mieux manger",
    summary="Peser ensemble, comprendre ce qui revient, changer un repas par semaine.",
    steps=(("understand", StepStatus.CURRENT, 50),),
    criteria=("precedents",),
    partners=(
        (
            "Groupement d’éleveurs du plateau",
            Sector.PRIVATE,
            "Marcel Bastide",
            "Fournit un repas par semaine",
        ),
        ("Foyer rural", Sector.ASSOCIATION, "Josiane Rouquette", "Anime les ateliers du mercredi"),
        ("Parents d’élèves", Sector.CITIZEN, "Amandine Fages", "Pèse à la maison pour comparer"),
    ),
    guests=(GuestStory("josiane", "Josiane", Sector.ASSOCIATION, "Foyer rural", 38),),
    boards=(
        BoardStory(
            "arbre-a-problemes",
            "Pourquoi jette-t-on ?",
            "understand",
            45,
            (
                ("remi", 2, "jonc", "Un tiers des assiettes est jeté"),
                ("solange", 3, "ciel", "Les parts sont les mêmes à six ans et à onze"),
                ("josiane", 3, "abricot", "Vingt minutes pour manger"),
                ("ines_p", 1, "rose", "Des cuisinières découragées"),
            ),
            (("remi", 1, 0, "cause"),),
        ),
    ),
    weeks=(14, 16, 9, 5, 0, 0, 0, 0),
    feedback=(
        FeedbackStory(
            "Vous avez pesé : très bien. Commencez petit : une cantine, une semaine, un seul changement. Qui peut le "
            "décider sans attendre la fin du marché ?",
            27,
            "understand",
        ),
    ),
)
