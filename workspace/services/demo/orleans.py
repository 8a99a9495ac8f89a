"""Orléans Métropole: open data that small associations can really use."""

from models.feedback import FeedbackAnswer
from models.partner import Sector
from models.problem import Approach, Domain, DriverKind
from models.project import StepStatus
from workspace.services.demo.story import (
    BoardStory,
    BriefStory,
    FeedbackStory,
    GuestStory,
    Person,
    ProblemStory,
    TeamStory,
)

ORLEANS = TeamStory(
    name="Orléans Métropole",
    learners=(
        Person("karim", "Karim Saïd", "Responsable de la donnée"),
        Person("helene", "Hélène Lafitte", "Cheffe du service vie associative"),
        Person("noemie", "Noémie Charpentier", "Contrôleuse de gestion"),
    ),
    problem=ProblemStory(
        authority_code="epci-244500468",
        title="Des données ouvertes que les associations n’ouvrent pas",
        challenge="La métropole publie cent quarante jeux de données. En un an, deux associations s’en sont servies. Les "
        "autres montent leurs dossiers de subvention au jugé et ne savent pas qui vit dans leur quartier.",
        precedents="Portails ouverts de Rennes et de Nantes. Permanences « données » en médiathèque à Brest : dix "
        "personnes par mois, fidèles. Atlas social de Montpellier.",
        ideal="Une association trouve en dix minutes trois chiffres sûrs sur son quartier et sait les citer.",
        objective="Cinquante associations servies en six mois, sans recruter.",
        helps="Une maison des associations très fréquentée. Des étudiants en géographie qui cherchent des cas réels.",
        hinders="Un vocabulaire d’ingénieurs. La peur de se tromper. Des jeux tenus à jour par une seule personne.",
        people_affected="2 100 associations, leurs bénévoles, et les habitants dont elles parlent.",
        domain=Domain.DIGITAL,
        approach=Approach.MANAGERIAL_TOOLS,
        drivers=(
            (DriverKind.OPEN_DATA, "L’obligation d’ouvrir devient un service rendu au guichet associatif."),
        ),
    ),
    title="Trois chiffres sûrs pour mon quartier",
    summary="Une fiche d’une page par quartier, écrite avec les associations, tenue par la métropole et l’université.",
    steps=(
        ("understand", StepStatus.DONE, 66),
        ("imagine", StepStatus.DONE, 44),
        ("prototype", StepStatus.DONE, 15),
        ("test", StepStatus.CURRENT, 15),
    ),
    criteria=(
        "listened",
        "precedents",
        "causes",
        "three_actor_types",
        "ideas_chosen",
        "shown",
        "agreement",
        "indicator",
    ),
    partners=(
        (
            "Maison des associations",
            Sector.ASSOCIATION,
            "Gilles Moreau",
            "Reçoit les associations volontaires",
        ),
        ("Atelier de cartographie Val de Loire", Sector.PRIVATE, "Inès Cordier", "Dessine la fiche"),
        ("Conseil des habitants de La Source", Sector.CITIZEN, "Fatou Ndiaye", "Lit et corrige la fiche"),
        ("Université d’Orléans, géographie", Sector.PUBLIC, "Paul Estrade", "Vérifie les chiffres"),
    ),
    guests=(
        GuestStory("gilles", "Gilles", Sector.ASSOCIATION, "Maison des associations", 47),
        GuestStory("fatou", "Fatou", Sector.CITIZEN, "Conseil des habitants de La Source", 45),
        GuestStory("ines", "Inès", Sector.PRIVATE, "Atelier de cartographie Val de Loire", 20),
    ),
    boards=(
        BoardStory(
            "defi",
            "Pourquoi personne n’ouvre nos données",
            "understand",
            70,
            (
                ("karim", 1, "ciel", "140 jeux publiés, 2 associations servies"),
                ("gilles", 1, "abricot", "« Je ne comprends pas le mot jeu »"),
                ("helene", 2, "abricot", "Les dossiers se montent la nuit, sans aide"),
                ("fatou", 2, "rose", "On parle de nous avec des chiffres que l’on ne voit jamais"),
                ("noemie", 3, "menthe", "Trois chiffres, une source, une phrase pour citer"),
            ),
        ),
        BoardStory(
            "persona",
            "Une trésorière, un soir de dossier",
            "imagine",
            55,
            (
                ("helene", 1, "jonc", "Mireille, 63 ans, trésorière bénévole d’un club de lecture"),
                ("helene", 1, "jonc", "Habite La Source, vient en tram"),
                ("gilles", 2, "ciel", "Fait les dossiers après 21 h, sur la table de la cuisine"),
                ("gilles", 3, "menthe", "Une subvention de 800 €, déposée à temps"),
                ("karim", 4, "rose", "Ouvre un tableur de 4 000 lignes et le referme"),
                ("fatou", 5, "sable", "« Je sais que nous sommes utiles, je ne sais pas l’écrire. »"),
                ("noemie", 6, "lilas", "Donner la phrase, pas le tableur"),
            ),
        ),
        BoardStory(
            "grille-de-test",
            "Essai dans trois quartiers",
            "test",
            14,
            (
                ("karim", 1, "jonc", "Si la fiche tient sur une page, une association sur deux s’en sert"),
                ("noemie", 2, "ciel", "Dossiers qui citent un chiffre du quartier : 3 sur 40 l’an dernier"),
                ("noemie", 3, "lilas", "10 sur 40 : on continue. Moins de 5 : on arrête"),
                ("helene", 4, "abricot", "La Source, Argonne, Madeleine, jusqu’au dépôt de mars"),
                ("gilles", 5, "menthe", "Semaine 1 : six fiches emportées à la permanence"),
                ("fatou", 5, "rose", "Deux chiffres ne disent pas la même chose que la mairie"),
            ),
        ),
        BoardStory(
            "impact-effort",
            "Ce que la fiche doit contenir",
            "prototype",
            30,
            (
                ("fatou", 1, "menthe", "Combien d’enfants, et où ils vont le mercredi"),
                ("gilles", 1, "menthe", "Une phrase prête à copier dans un dossier"),
                ("ines", 2, "lilas", "Une carte lisible imprimée en noir"),
                ("karim", 2, "ciel", "La date de mise à jour en grand"),
                ("noemie", 3, "sable", "Le nombre d’associations par rue"),
                ("helene", 4, "rose", "Un tableau de bord en ligne"),
            ),
            open_to_observers=True,
        ),
    ),
    weeks=(35, 30, 41, 38, 27, 33, 40, 31),
    next_due=(16, "Relevé à mi-essai : associations servies"),
    feedback=(
        FeedbackStory(
            "La fiche tient sur une page et se lit sans vous : bravo. Pour l’essai, écrivez votre valeur de départ avant le "
            "premier rendez-vous, pas après.",
            11,
            "test",
            FeedbackAnswer.ADDRESSED,
        ),
        FeedbackStory(
            "Avant de publier la fiche, faites-la lire à une association qui ne vous connaît pas.", None
        ),
    ),
    brief=BriefStory(
        6,
        "La métropole publie beaucoup de données ; les associations ne s’en servent presque pas.",
        "Une fiche d’une page par quartier est à l’essai dans deux quartiers, La Source et l’Argonne.",
        "Le frein n’est pas technique : il manque une phrase que l’on puisse citer sans crainte.",
        "La métropole tient les chiffres, l’université les vérifie, la maison des associations les distribue.",
        "Faire connaître la fiche aux élus de quartier, et nous dire si un troisième quartier veut essayer.",
        16,
        "Résultats à mi-essai",
    ),
)
