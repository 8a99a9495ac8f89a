"""Template « Service blueprint »: what the user lives above a line, what makes it work below."""

from models.board.templates.parts import (
    GRID,
    PITCH,
    ArrowSeed,
    BoardTemplate,
    Example,
    ExampleNote,
    TextSeed,
    Words,
    ZoneSeed,
    headings,
    high,
    wide,
)

PHASES = (
    Words("Avant", "Before"),
    Words("Arrivée", "Arrival"),
    Words("Pendant", "During"),
    Words("Réponse", "Answer"),
    Words("Après", "After"),
)
WIDTH, SIDE = wide(2 * len(PHASES)), wide(2)
LEFT = WIDTH + GRID
COLUMN = 2 * PITCH
HEADINGS = 144
LINE = 3 * GRID
USER = 192
FRONT = USER + high(1) + LINE
BACK = FRONT + high(1) + LINE
MEANS = BACK + high(1) + LINE
BOTTOM = MEANS + high(1)
SAID_WIDTH, END_WIDTH = 15 * GRID, 14 * GRID
FIRST_HEADING = 3
FIRST_LINE = FIRST_HEADING + len(PHASES)


def _line(below: int, said: Words, end: Words) -> tuple[TextSeed, TextSeed]:
    """A line between two rows: words at its left and at its right; an arrow joins them."""
    y = below - LINE + GRID
    return TextSeed(said, 0, y, SAID_WIDTH, "s"), TextSeed(end, WIDTH - END_WIDTH, y, END_WIDTH, "s")


SERVICE_BLUEPRINT = BoardTemplate(
    code="service-blueprint",
    stages=("set_up",),
    minutes=90,
    people=(3, 8),
    name=Words("Service blueprint", "Service blueprint"),
    purpose=Words(
        "Mettre face à face ce que vit l’usager et tout ce qui doit se passer derrière pour que cela marche.",
        "Set what the user lives against all that must happen behind for it to work.",
    ),
    moment=Words(
        "Avant d’essayer un service nouveau, avec ceux qui le feront vivre. Vous repartez avec les endroits "
        "où il peut casser, et qui s’en occupe.",
        "Before trying a new service, with those who will run it. You leave with the places where it may "
        "break, and who takes care of each.",
    ),
    how_to=(
        Words(
            "Cadre 1 : de gauche à droite, ce que fait l’usager. Rien sur nous pour l’instant.",
            "Frame 1: from left to right, what the user does. Nothing about us for now.",
        ),
        Words(
            "Cadre 2 : sous chaque geste, ce qu’il voit : un agent, un écran, une affiche, une lettre.",
            "Frame 2: under each gesture, what they see: an officer, a screen, a poster, a letter.",
        ),
        Words(
            "Cadre 3 : passez la ligne de visibilité. Qui fait quoi, sans être vu, pour que cela arrive ?",
            "Frame 3: cross the line of visibility. Who does what, unseen, for this to happen?",
        ),
        Words(
            "Cadre 4 : les outils, règles, données et partenaires sans lesquels rien ne tient.",
            "Frame 4: the tools, rules, data and partners without which nothing holds.",
        ),
        Words(
            "Reliez de haut en bas. Cadre 5 : là où une flèche manque ou fait attendre, notez qui s’en "
            "charge.",
            "Connect from top to bottom. Frame 5: where an arrow is missing or causes a wait, note who takes "
            "it on.",
        ),
    ),
    texts=(
        TextSeed(
            Words("Le service, des deux côtés du guichet", "The service, on both sides of the desk"),
            0,
            0,
            1200,
            "xl",
        ),
        TextSeed(
            Words(
                "Une colonne se lit de haut en bas : il fait, il voit, nous faisons, il nous faut.",
                "A column reads from top to bottom: they do, they see, we do, we need.",
            ),
            0,
            72,
            1200,
        ),
        *headings(PHASES, 0, HEADINGS, COLUMN, 10 * GRID),
        *_line(
            FRONT,
            Words("Ligne de contact", "Line of contact"),
            Words("en dessous, l’usager nous rencontre", "below, the user meets us"),
        ),
        *_line(
            BACK,
            Words("Ligne de visibilité", "Line of visibility"),
            Words("en dessous, il ne voit plus rien", "below, the user sees nothing more"),
        ),
        *_line(
            MEANS,
            Words("Ligne des moyens", "Line of means"),
            Words("en dessous, ce dont nous dépendons", "below, what we depend on"),
        ),
    ),
    zones=(
        ZoneSeed(
            1,
            Words("L’usager fait", "The user does"),
            Words(
                "Un geste par note, dans l’ordre : lit, appelle, vient, signe, attend.",
                "One gesture per note, in order: reads, calls, comes, signs, waits.",
            ),
            0,
            USER,
            WIDTH,
            high(1),
        ),
        ZoneSeed(
            2,
            Words("L’usager voit", "The user sees"),
            Words(
                "La personne, le lieu, l’écran ou le papier qu’il a devant lui à ce moment.",
                "The person, place, screen or paper in front of them at that moment.",
            ),
            0,
            FRONT,
            WIDTH,
            high(1),
        ),
        ZoneSeed(
            3,
            Words("Nous faisons, sans être vus", "We do, unseen"),
            Words(
                "Quel agent fait quoi, en combien de temps ? Un verbe et un métier par note.",
                "Which officer does what, and how long does it take? One verb and one trade per note.",
            ),
            0,
            BACK,
            WIDTH,
            high(1),
        ),
        ZoneSeed(
            4,
            Words("Il nous faut", "We need"),
            Words(
                "Logiciel, donnée, délibération, local, marché, partenaire : ce qui doit être prêt.",
                "Software, data, council decision, room, contract, partner: what must be ready.",
            ),
            0,
            MEANS,
            WIDTH,
            high(1),
        ),
        ZoneSeed(
            5,
            Words("Là où cela peut casser", "Where it may break"),
            Words(
                "Attente, double saisie, personne seule : quoi, qui, quand ?",
                "Waiting, double entry, one person alone: what, who, when?",
            ),
            LEFT,
            USER,
            SIDE,
            BOTTOM - USER,
            tone="keep",
        ),
    ),
    arrows=tuple(
        ArrowSeed(f"text-{first}", f"text-{first + 1}") for first in range(FIRST_LINE, FIRST_LINE + 6, 2)
    ),
    example=Example(
        scene=Words(
            "Cour-Saint-Éloi : un rendez-vous unique pour déclarer une naissance et inscrire à la crèche.",
            "Cour-Saint-Éloi: one appointment to register a birth and ask for a nursery place.",
        ),
        notes=(
            ExampleNote(
                1,
                "jonc",
                Words("Reçoit une carte à la maternité.", "Gets a card at the maternity ward."),
                at=0,
            ),
            ExampleNote(
                1, "jonc", Words("Appelle le numéro de la carte.", "Calls the number on the card."), at=1
            ),
            ExampleNote(1, "jonc", Words("Vient avec le bébé.", "Comes with the baby."), at=2),
            ExampleNote(
                1,
                "jonc",
                Words("Raconte une fois, signe deux papiers.", "Tells the story once, signs two papers."),
                at=4,
            ),
            ExampleNote(1, "jonc", Words("Repart avec l’acte.", "Leaves with the certificate."), at=6),
            ExampleNote(
                1, "jonc", Words("Sait où en est la crèche.", "Knows how the nursery request stands."), at=8
            ),
            ExampleNote(
                2, "ciel", Words("La sage-femme tend la carte.", "The midwife hands over the card."), at=0
            ),
            ExampleNote(
                2,
                "ciel",
                Words(
                    "Une salle avec un fauteuil et une table à langer.",
                    "A room with an armchair and a changing table.",
                ),
                at=2,
            ),
            ExampleNote(
                2,
                "ciel",
                Words("Le même agent, du début à la fin.", "The same officer from start to end."),
                at=4,
            ),
            ExampleNote(2, "ciel", Words("Un message chaque mois.", "A message every month."), at=8),
            ExampleNote(
                3,
                "menthe",
                Words(
                    "Accueil : prépare le dossier la veille, 10 min.",
                    "Front desk: prepares the file the day before, 10 min.",
                ),
                at=1,
            ),
            ExampleNote(
                3,
                "menthe",
                Words(
                    "État civil : imprime l’acte pendant l’entretien.",
                    "Registry: prints the certificate during the talk.",
                ),
                at=5,
            ),
            ExampleNote(
                3,
                "menthe",
                Words(
                    "Petite enfance : classe la demande le vendredi.",
                    "Early childhood: files the request on Fridays.",
                ),
                at=7,
            ),
            ExampleNote(
                4,
                "sable",
                Words("Accord de la maternité pour la carte.", "The ward’s agreement for the card."),
                at=0,
            ),
            ExampleNote(
                4,
                "sable",
                Words("Un agenda que les deux services voient.", "A diary that both departments see."),
                at=1,
            ),
            ExampleNote(
                5,
                "rose",
                Words(
                    "Deux logiciels : l’adresse est saisie deux fois. Farid, avant juin.",
                    "Two programs: the address is typed twice. Farid, before June.",
                ),
            ),
            ExampleNote(
                5,
                "rose",
                Words(
                    "Une seule personne formée : et si elle est malade ?",
                    "Only one person trained: what if they are ill?",
                ),
            ),
        ),
        links=((0, 6), (2, 7), (3, 8), (8, 11)),
    ),
)
