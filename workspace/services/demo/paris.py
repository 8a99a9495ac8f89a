"""Paris 9e: waste sorting and greening of courtyards, with a property federation, an association, residents."""

from models.feedback import FeedbackAnswer
from models.partner import Sector
from models.problem import Domain, DriverKind
from models.project import StepStatus
from workspace.services.demo.story import (
    BoardStory,
    BriefStory,
    FeedbackStory,
    GuestStory,
    IdeaStory,
    Person,
    PinStory,
    ProblemStory,
    TalkStory,
    TeamStory,
    VoteStory,
    WorkshopStory,
)

PARIS = TeamStory(
    name="Paris 9e",
    learners=(
        Person("awa", "Awa Diallo", "Directrice adjointe de la propreté"),
        Person("jean_marc", "Jean-Marc Bourdin", "Chef de projet espaces verts"),
        Person("lea", "Léa Vasseur", "Chargée de mission transition"),
    ),
    problem=ProblemStory(
        authority_code="commune-75109",
        title="Trier et verdir dans les cours d’immeuble",
        challenge="Dans les cours du 9e, un bac jaune sur trois est refusé au centre de tri, et les locaux poubelles "
        "occupent la seule place où l’on pourrait planter. Les gardiens n’ont pas la main, les syndics attendent une "
        "consigne, les habitants ne savent pas à qui parler.",
        precedents="Bacs à compost partagés dans le 2e arrondissement depuis 2018. Référents de tri bénévoles à Nantes. "
        "Aide aux cours végétalisées à Lyon : bien dotée, peu demandée par les petites copropriétés.",
        ideal="Chaque cour a un lieu propre pour trier et un carré planté ; quelqu’un de l’immeuble s’en sent fier.",
        objective="Vingt cours volontaires d’ici juin, avec deux fois moins de bacs refusés.",
        helps="La fédération des syndics cherche un argument pour ses assemblées générales. Une association de quartier "
        "anime déjà trois jardins.",
        hinders="Une décision par copropriété et par an. Des cours classées. Des locataires qui changent souvent.",
        people_affected="Habitants de 900 copropriétés, 240 gardiens, éboueurs de la circonscription.",
        domain=Domain.PUBLIC_POLICY,
        drivers=(
            (
                DriverKind.PRIVATE_OPENING,
                "La fédération des syndics porte l’essai dans ses assemblées générales.",
            ),
            (DriverKind.FINANCIAL_SHORTAGE, "Chaque bac refusé coûte : l’économie paie les plantations."),
        ),
    ),
    title="Des cours qui trient et qui fleurissent",
    summary="Essayer dans vingt cours un couple simple : un local de tri repensé avec le gardien, un carré planté tenu "
    "par les habitants.",
    steps=(
        ("understand", StepStatus.DONE, 58),
        ("imagine", StepStatus.DONE, 23),
        ("prototype", StepStatus.CURRENT, 23),
    ),
    criteria=("listened", "precedents", "causes", "three_actor_types", "ideas_chosen", "shown"),
    partners=(
        (
            "Fédération des syndics du centre",
            Sector.PRIVATE,
            "Bertrand Quillet",
            "Inscrit l’essai à l’ordre du jour",
        ),
        ("Les Mains vertes de Pigalle", Sector.ASSOCIATION, "Salomé Traoré", "Prête outils et savoir-faire"),
        ("Gardiennes et gardiens du 9e", Sector.CITIZEN, "Dolorès Pinto", "Teste le local de tri"),
        ("Circonscription propreté", Sector.PUBLIC, "Yann Le Goff", "Compte les bacs refusés"),
    ),
    guests=(
        GuestStory("salome", "Salomé", Sector.ASSOCIATION, "Les Mains vertes de Pigalle", 30),
        GuestStory("bertrand", "Bertrand", Sector.PRIVATE, "Fédération des syndics du centre", 28),
        GuestStory("dolores", "Dolorès", Sector.CITIZEN, "", 26),
        GuestStory("mireille", "Mireille", Sector.CITIZEN, "", 26),
        GuestStory("youssef", "Youssef", Sector.CITIZEN, "", 26),
    ),
    boards=(
        BoardStory(
            "carte-des-acteurs",
            "Qui tient la cour ?",
            "understand",
            52,
            (
                ("awa", 1, "ciel", "Circonscription propreté : compte les refus"),
                ("jean_marc", 1, "ciel", "Direction des espaces verts : conseille, ne plante pas en privé"),
                ("lea", 2, "sable", "Fédération des syndics : 400 copropriétés adhérentes"),
                ("bertrand", 2, "sable", "Syndics bénévoles : jamais invités jusqu’ici"),
                ("salome", 3, "menthe", "Les Mains vertes : trois jardins, quinze bénévoles"),
                ("dolores", 4, "abricot", "Gardiens : ils voient tout, on ne leur demande rien"),
                ("awa", 4, "abricot", "Locataires de passage"),
            ),
        ),
        BoardStory(
            "comment-pourrions-nous",
            "La bonne question sur la cour",
            "imagine",
            27,
            (
                ("awa", 1, "jonc", "Un bac jaune sur trois est refusé"),
                ("dolores", 1, "jonc", "Personne ne sait à qui parler dans l’immeuble"),
                ("salome", 2, "ciel", "… faire du local à vélos un jardin ?"),
                ("lea", 2, "ciel", "… donner la main aux gardiens ?"),
                ("bertrand", 3, "sable", "… verdir Paris ?"),
                ("jean_marc", 4, "rose", "… poser vingt bacs à compost ?"),
                ("lea", 5, "lilas", "… que le gardien et trois voisins tiennent la cour ensemble ?"),
                ("mireille", 1, "jonc", "Le samedi, la cour est vide"),
                ("youssef", 2, "ciel", "… laisser les enfants planter ?"),
            ),
            workshop_days_ago=25,
        ),
        BoardStory(
            "impact-effort",
            "Que fait-on d’abord ?",
            "imagine",
            24,
            (
                ("dolores", 1, "menthe", "Une affiche par bac, avec la photo du gardien"),
                ("salome", 1, "menthe", "Un carré planté d’un mètre sur deux, en kit"),
                ("lea", 1, "jonc", "Une heure de tri ensemble à chaque emménagement"),
                ("awa", 2, "ciel", "Refaire le local de tri avec le gardien"),
                ("bertrand", 2, "sable", "Une clause type pour les assemblées générales"),
                ("jean_marc", 3, "jonc", "Un autocollant de plus"),
                ("jean_marc", 4, "rose", "Des bacs connectés"),
            ),
            (("lea", 2, 3, "va avec"),),
            open_to_observers=True,
            workshop=WorkshopStory("awa", 20),
            later=(
                ("dolores", 1, "abricot", "Commencer par ma cour : j’ai le local et la clé"),
                ("bertrand", 2, "sable", "Le kit pourrait dormir dans la loge du gardien"),
            ),
            drafts=(("jean_marc", 3, "jonc", "Un courrier à tous les copropriétaires"),),
            vote=VoteStory("Par quoi commence-t-on ?", 20, (5, 5, 4, 3, 2, 0, 1), voters=7),
            ideas=(
                IdeaStory(
                    4,
                    "awa",
                    "Le samedi des cours",
                    "Un samedi par trimestre : on plante un carré d’un mètre sur deux, et les nouveaux arrivants "
                    "apprennent le tri avec leur gardien.",
                    (1, 2),
                ),
            ),
            pins=(PinStory(22, "lea", "Avant le vote, à la fin du premier atelier", 5, shown=True),),
            talks=(
                TalkStory(
                    3,
                    (
                        (
                            "tutor",
                            "Qu’en dit le gardien lui-même ? {awa}, as-tu une date pour le lui demander ?",
                        ),
                        ("awa", "Jeudi, avec Dolorès : elle connaît sa loge."),
                    ),
                    note=3,
                ),
                TalkStory(
                    9,
                    (
                        ("lea", "Hors de portée cette année, non ?"),
                        ("jean_marc", "Oui. On garde l’idée pour le prochain marché."),
                    ),
                    note=6,
                    resolved_by="jean_marc",
                ),
                TalkStory(5, (("salome", "Nous pouvons venir un samedi matin avec le kit, si cela aide."),)),
            ),
        ),
    ),
    weeks=(22, 31, 28, 44, 52, 47, 61, 38),
    next_due=(9, "Montrer le prototype à l’assemblée des gardiens"),
    feedback=(
        FeedbackStory(
            "Belle carte. Les gardiens sont au centre et personne ne leur avait parlé avant vous : gardez-les jusqu’au "
            "bout. Qu’est-ce qui ferait échouer l’essai dans une copropriété sans gardien ?",
            40,
            "understand",
            FeedbackAnswer.ADDRESSED,
            "Nous avons ajouté quatre immeubles sans gardien à l’essai.",
        ),
        FeedbackStory(
            "Votre choix d’idées est clair. Il manque le prix d’un kit de plantation : la fédération vous le demandera.",
            4,
            "prototype",
            levels=(("novelty", 2), ("public_money", 1), ("closeness", 3)),
        ),
        FeedbackStory(
            "Cette note dit en une ligne ce que le reste du tableau tourne autour. Mettez-la au centre.",
            6,
            note=1,
            is_read=True,
        ),
        FeedbackStory(
            "C’était la bonne question ; où est-elle passée ?",
            15,
            note=-1,
            answer=FeedbackAnswer.ADDRESSED,
            answer_text="Retirée du tableau : elle est devenue le titre de l’essai.",
        ),
        FeedbackStory(
            "Awa, vous avez fait parler les gardiens sans parler à leur place : c’est rare. Laissez maintenant les deux autres "
            "mener un entretien.",
            5,
            learner="awa",
            levels=(("closeness", 4),),
        ),
        FeedbackStory(
            "Le samedi des cours tient debout. Qui ouvre le local quand le gardien est en congé ?",
            None,
            in_hours=7,
            on_solution=True,
        ),
    ),
    brief=BriefStory(
        12,
        "Dans les cours d’immeuble, un bac jaune sur trois est refusé, et la place manque pour planter.",
        "Nous avons écouté onze gardiens et vingt-six habitants. Deux idées sont retenues : un local de tri repensé avec "
        "le gardien, et un carré planté en kit.",
        "Ce n’est pas l’information qui manque, c’est quelqu’un à qui parler. Là où le gardien est associé, le tri tient.",
        "Essai dans quatre cours dès le mois prochain. Pas de bacs connectés : trop chers pour ce qu’ils apprennent.",
        "Une salle pour réunir les gardiens, un mardi à 18 h. Et le nom d’une copropriété sans gardien prête à essayer.",
        9,
        "Présentation du prototype aux gardiens",
        "Une fédération de copropriétés, deux associations, et vingt-six habitants de quatre immeubles.",
    ),
    earlier_brief=BriefStory(
        26,
        "Dans les cours d’immeuble, un bac jaune sur trois est refusé, et la place manque pour planter.",
        "Nous avons écouté onze gardiens et vingt-six habitants.",
        "Ce n’est pas l’information qui manque, c’est quelqu’un à qui parler.",
        "",
        "Le nom d’une copropriété sans gardien prête à essayer.",
        -14,
        "Choix de deux idées avec les gardiens",
        "Une fédération de copropriétés et deux associations.",
        "imagine",
    ),
)
