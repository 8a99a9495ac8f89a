"""The people around the teams, and the problems that have not become projects."""

from models.problem import Confidentiality, Domain, DriverKind
from workspace.services.demo.story import Person, ProblemStory

TUTOR = Person("tutor", "Nadia Ferrand", "Tutrice, conseillère en innovation publique")
MANAGER = Person("manager", "Hélène Marchetti", "Responsable de la formation")
ADMIN = Person("admin", "Sacha Lemoine", "Administration technique")
OBSERVER = Person(
    "observer",
    "Philippe Anelli",
    "Adjoint au maire de Tours, délégué à la participation",
    authority_code="commune-37261",
)
PARTNER = Person("partner", "Dolorès Pinto", "Gardienne d’immeuble, rue des Martyrs")
WITHOUT_TEAM = Person("without_team", "Yaël Bensimon", "Attachée territoriale, entre deux postes")

CLASS_TITLES = (
    "Écouter avant de chercher",
    "Cartographier les acteurs",
    "Des idées nombreuses, puis peu d’idées",
    "Montrer tôt : le prototype",
    "Essayer pour de bon",
    "Dire ce que cela vaut",
    "Intéresser celles et ceux qui n’ont rien demandé",
    "Transmettre sans nous",
)

# Team, days ago, question, answer ('' while it waits).
QUESTIONS = (
    (
        "Paris 9e",
        10,
        "Qu’avez-vous prévu pour les immeubles sans gardien ?",
        "Quatre immeubles sans gardien sont dans l’essai ; un habitant volontaire y tient le rôle.",
    ),
    ("Orléans Métropole", 3, "Puis-je présenter la fiche au conseil de quartier de jeudi ?", ""),
)

RETURN_REASON = (
    "Le défi est net, mais les précédents manquent : deux communautés du fleuve ont déjà essayé. Appelez-les, "
    "dites ce qui a tenu et ce qui a lâché, puis renvoyez."
)

SUBMITTED = ProblemStory(
    authority_code="epci-244500468",
    title="Des budgets que les services comprennent",
    challenge="Les chefs de service reçoivent chaque mois un tableau de quarante colonnes. Ils appellent pour demander ce "
    "qu’il leur reste, et découvrent les dépassements trop tard.",
    precedents="Lettre budgétaire d’une page à Angers. Points d’un quart d’heure par service à Metz.",
    ideal="Chacun sait en une minute ce qu’il peut encore engager.",
    objective="Réduire de moitié les rallonges de fin d’année.",
    helps="Une direction des finances volontaire.",
    hinders="Un logiciel rigide. La peur d’être comparé.",
    people_affected="Soixante chefs de service.",
    domain=Domain.MANAGEMENT,
    drivers=((DriverKind.PERFORMANCE, "Passer du contrôle à l’aide."),),
    confidentiality=Confidentiality.TEAM,
)

RETURNED = ProblemStory(
    authority_code="commune-97302",
    title="Apprendre à distance quand le réseau tombe",
    challenge="Les agents du fleuve s’inscrivent aux formations à distance et ne les finissent pas : le réseau coupe "
    "l’après-midi.",
    precedents="À compléter.",
    ideal="On apprend hors ligne et l’on rend son travail quand le réseau revient.",
    objective="Huit agents sur dix vont au bout.",
    helps="Des tablettes déjà achetées.",
    hinders="Aucun contenu n’est téléchargeable.",
    people_affected="Quarante agents de huit communes.",
    domain=Domain.DIGITAL,
    drivers=((DriverKind.OTHER, "L’éloignement oblige à faire simple."),),
)

DRAFT = ProblemStory(
    authority_code="commune-75109",
    title="Des trottoirs où l’on se croise",
    challenge="Terrasses, vélos et poussettes se disputent le même mètre.",
    precedents="",
    ideal="",
    objective="",
    helps="",
    hinders="",
    people_affected="",
    domain=Domain.PUBLIC_POLICY,
    drivers=(),
)
