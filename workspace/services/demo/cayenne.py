"""Cayenne: the town hall's reception and its queues; one learner works from a slow link."""

from models.feedback import FeedbackAnswer
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
    WorkshopStory,
)

GUIANA = "America/Cayenne"

CAYENNE = TeamStory(
    name="Cayenne",
    learners=(
        Person("teva", "Teva Kouyouli", "Responsable de l’accueil et de l’état civil", GUIANA),
        Person("maite", "Maïté Larrieu", "Directrice générale adjointe, population", GUIANA),
        Person("lucas", "Lucas Amayota", "Conseiller numérique", GUIANA),
        Person("solene", "Solène Roy", "Cheffe de service, en poste à Maripasoula", GUIANA),
    ),
    problem=ProblemStory(
        authority_code="commune-97302",
        title="L’accueil de la mairie, deux heures debout",
        challenge="Le lundi, la file commence avant l’ouverture. On vient trois fois pour un même acte, parce qu’il manque "
        "une pièce et que personne ne l’a dit dans une langue que l’on comprend.",
        precedents="Maisons France services en Guyane, dont une fluviale. Bornes d’accueil à Saint-Laurent-du-Maroni : "
        "arrêtées faute d’entretien. Rendez-vous par messagerie à Fort-de-France.",
        ideal="On sait chez soi ce qu’il faut apporter, on attend assis, on ne vient qu’une fois.",
        objective="Passer de trois visites à une et demie par acte avant la fin de l’année.",
        helps="Des agents qui parlent six langues à eux tous. Des associations que les familles écoutent.",
        hinders="Réseau coupé l’après-midi. Un logiciel d’état civil fermé. Beaucoup de départs dans l’équipe.",
        people_affected="1 200 visites par semaine ; familles du fleuve ; seize agents d’accueil.",
        domain=Domain.MANAGEMENT,
        drivers=(
            (DriverKind.PERFORMANCE, "Compter les visites évitées plutôt que les tickets servis."),
            (DriverKind.OTHER, "Le multilinguisme de l’équipe devient le service."),
        ),
    ),
    title="Une seule visite suffit",
    summary="Prévenir avant de venir, dans sa langue, et rendre l’attente digne.",
    steps=(("understand", StepStatus.DONE, 34), ("imagine", StepStatus.WAITING, 5)),
    criteria=("listened", "precedents", "causes", "three_actor_types"),
    request="Nous hésitons entre le message vocal en six langues et le prêt de dossiers types par les associations. "
    "Peut-on garder les deux ?",
    partners=(
        (
            "Langues du fleuve",
            Sector.ASSOCIATION,
            "Claudine Apatou",
            "Relit les messages en aluku et en ndjuka",
        ),
        ("Studio du Vieux Port", Sector.PRIVATE, "Marvin Sébéloué", "Enregistre les voix"),
        ("Comité d’usagers du lundi", Sector.CITIZEN, "Odile Prévôt", "Raconte l’attente et teste"),
        (
            "Collectivité territoriale de Guyane",
            Sector.PUBLIC,
            "Ludovic Horth",
            "Ouvre ses maisons de services",
        ),
    ),
    guests=(
        GuestStory("claudine", "Claudine", Sector.ASSOCIATION, "Langues du fleuve", 33),
        GuestStory("odile", "Odile", Sector.CITIZEN, "", 31),
        GuestStory("marvin", "Marvin", Sector.PRIVATE, "Studio du Vieux Port", 12),
    ),
    boards=(
        BoardStory(
            "defi",
            "Notre défi : une seule visite",
            "understand",
            48,
            (
                ("teva", 1, "abricot", "Trois visites pour un acte de naissance"),
                ("odile", 1, "abricot", "On fait la queue debout, avec les enfants"),
                ("claudine", 1, "abricot", "Le formulaire n’existe qu’en français"),
                ("lucas", 2, "ciel", "Réseau coupé l’après-midi : rien ne se vérifie"),
                ("solene", 2, "ciel", "Depuis le fleuve, venir coûte une journée et 80 €"),
                ("maite", 3, "menthe", "Savoir chez soi quoi apporter"),
            ),
        ),
        BoardStory(
            "arbre-a-problemes",
            "Pourquoi revient-on trois fois ?",
            "understand",
            41,
            (
                ("teva", 1, "rose", "Journées perdues, salaires perdus"),
                ("odile", 1, "rose", "Des droits jamais demandés"),
                ("maite", 2, "jonc", "On revient trois fois pour un même acte"),
                ("lucas", 3, "ciel", "La liste des pièces change sans prévenir"),
                ("claudine", 3, "lilas", "Personne n’explique dans la langue de la famille"),
                ("solene", 3, "ciel", "Aucun contrôle avant le guichet"),
            ),
            (("teva", 4, 2, "cause"), ("lucas", 3, 2, "cause"), ("maite", 2, 0, "entraîne")),
            open_to_tutors=True,
        ),
        BoardStory(
            "parcours-usager",
            "Odile et l’acte de naissance",
            "understand",
            30,
            (
                ("teva", 1, "jonc", "Apprend que le collège demande l’acte"),
                ("odile", 1, "jonc", "Demande à sa sœur"),
                ("odile", 1, "jonc", "Cherche l’heure d’ouverture"),
                ("lucas", 1, "jonc", "Trouve l’ancienne page"),
                ("odile", 1, "jonc", "Fait la file à 6 h"),
                ("teva", 1, "jonc", "Repart : il manque une pièce"),
                ("odile", 2, "ciel", "La sœur, qui traduit"),
                ("lucas", 2, "ciel", "Un téléphone sans crédit"),
                ("odile", 3, "menthe", "« C’est juste un papier »"),
                ("odile", 3, "rose", "« Personne ne m’a dit pour la pièce »"),
                ("maite", 4, "lilas", "Dire les pièces par message vocal, en créole"),
            ),
        ),
        BoardStory(
            "impact-effort",
            "Idées pour le lundi",
            "imagine",
            9,
            (
                ("claudine", 1, "lilas", "Messages vocaux en six langues"),
                ("odile", 1, "menthe", "Des bancs et de l’ombre"),
                ("marvin", 1, "lilas", "La liste des pièces à la radio, le dimanche soir"),
                ("lucas", 2, "ciel", "Borne hors ligne à la mairie"),
                ("solene", 2, "ciel", "Dossiers relus à Maripasoula avant le départ"),
                ("teva", 4, "sable", "Un nouveau logiciel d’état civil"),
            ),
            workshop=WorkshopStory("teva", -2, "Une idée par note : qu’est-ce qui éviterait une visite ?"),
        ),
    ),
    weeks=(12, 18, 25, 21, 33, 36, 29, 26),
    next_due=(6, "Choisir les idées à prototyper"),
    feedback=(
        FeedbackStory(
            "L’arbre distingue bien les causes des effets. La branche « langues » est la plus solide : elle vient de "
            "l’association et des usagers à la fois.",
            20,
            "understand",
            FeedbackAnswer.CONTESTED,
            "Merci, mais la branche « contrôle avant le guichet » pèse autant d’après nos comptages du lundi.",
        ),
        FeedbackStory(
            "Vous pouvez garder les deux idées si vous les testez sur deux lundis différents. Dites surtout comment vous "
            "compterez les visites.",
            None,
            "imagine",
            in_hours=7,
            levels=(("effectiveness", 2),),
        ),
    ),
)
