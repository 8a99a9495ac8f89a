"""Template « Kit de transposition »: what another authority needs to do the solution again, alone."""

from models.board.templates.parts import (
    GRID,
    BoardTemplate,
    Example,
    ExampleNote,
    TextSeed,
    Words,
    ZoneSeed,
    high,
    wide,
)

CELL, HEIGHT = wide(3), high(2)
COLUMNS = (0, CELL + GRID, 2 * (CELL + GRID))
WIDTH = COLUMNS[2] + CELL
TOP = 144
STEPS_TOP = TOP + HEIGHT + GRID
BELOW = STEPS_TOP + high(1) + GRID
QUARTER = 17 * GRID
FEET = tuple(column * (QUARTER + GRID) for column in range(4))

KIT_DE_TRANSPOSITION = BoardTemplate(
    code="kit-de-transposition",
    stages=("spread",),
    minutes=75,
    people=(2, 8),
    name=Words("Kit de transposition", "Handover kit"),
    purpose=Words(
        "Donner à une autre collectivité de quoi refaire la solution chez elle, sans vous.",
        "Give another authority what it needs to do the solution again at home, without you.",
    ),
    moment=Words(
        "Quand l’essai a donné quelque chose. Vous repartez avec un dossier qu’un inconnu peut suivre, "
        "et une personne qui l’a relu.",
        "When the trial gave something. You leave with a file that a stranger can follow, and one person "
        "who has read it.",
    ),
    how_to=(
        Words(
            "Cadre 1 : trois phrases, sans sigle. Lisez-les à quelqu’un d’un autre service.",
            "Frame 1: three sentences, no abbreviation. Read them to somebody of another department.",
        ),
        Words(
            "Cadres 2 et 3 : séparez le cœur, qui fait que cela marche, de ce qui peut changer ailleurs.",
            "Frames 2 and 3: part the core, which makes it work, from what may change elsewhere.",
        ),
        Words(
            "Cadre 4 : les étapes dans l’ordre où vous les referiez, pas dans celui où vous les avez faites.",
            "Frame 4: the steps in the order you would take them again, not in the one you took.",
        ),
        Words(
            "Cadres 5, 6 et 7 : les vrais moyens, les ennuis que vous avez eus, les papiers prêts à copier.",
            "Frames 5, 6 and 7: the real means, the trouble you had, the papers ready to copy.",
        ),
        Words(
            "Cadre 8 : qui répond au téléphone, et jusqu’à quand. Faites relire le tout par une autre "
            "commune.",
            "Frame 8: who answers the phone, and until when. Have another town read it all.",
        ),
    ),
    texts=(
        TextSeed(Words("Refaire la même chose ailleurs", "Doing the same elsewhere"), 0, 0, 1200, "xl"),
        TextSeed(
            Words(
                "Écrit pour quelqu’un qui ne vous a jamais rencontrés et qui commence lundi.",
                "Written for somebody who never met you and starts on Monday.",
            ),
            0,
            72,
            1200,
        ),
    ),
    zones=(
        ZoneSeed(
            1,
            Words("La solution en trois phrases", "The solution in three sentences"),
            Words(
                "Pour qui, ce que l’on fait, ce que cela change. Avec un chiffre constaté.",
                "For whom, what is done, what it changes. With a figure that was seen.",
            ),
            COLUMNS[0],
            TOP,
            CELL,
            HEIGHT,
        ),
        ZoneSeed(
            2,
            Words("Le cœur : à garder tel quel", "The core: keep it as it is"),
            Words(
                "Sans cela, cela ne marche plus. Comment le savez-vous ?",
                "Without it, it no longer works. How do you know?",
            ),
            COLUMNS[1],
            TOP,
            CELL,
            HEIGHT,
            tone="keep",
        ),
        ZoneSeed(
            3,
            Words("Le reste : à adapter", "The rest: to be adapted"),
            Words(
                "Nom, horaires, lieux, outils, partenaires : libres. Donnez deux variantes.",
                "Name, hours, places, tools, partners: free. Give two variants.",
            ),
            COLUMNS[2],
            TOP,
            CELL,
            HEIGHT,
        ),
        ZoneSeed(
            4,
            Words("Les étapes, dans l’ordre", "The steps, in order"),
            Words(
                "De gauche à droite : quoi, qui, combien de temps. Commencez par « la première semaine ».",
                "From left to right: what, who, how long. Begin with “the first week”.",
            ),
            0,
            STEPS_TOP,
            WIDTH,
            high(1),
        ),
        ZoneSeed(
            5,
            Words("Ce qu’il faut", "What it takes"),
            Words(
                "Heures d’agent, argent, matériel, accord des élus.",
                "Staff hours, money, equipment, the council’s agreement.",
            ),
            FEET[0],
            BELOW,
            QUARTER,
            HEIGHT,
        ),
        ZoneSeed(
            6,
            Words("Les ennuis à prévoir", "Trouble to expect"),
            Words(
                "Ce qui nous est arrivé, et ce que nous ferions maintenant.",
                "What happened to us, and what we would do now.",
            ),
            FEET[1],
            BELOW,
            QUARTER,
            HEIGHT,
        ),
        ZoneSeed(
            7,
            Words("Les papiers à copier", "Papers to copy"),
            Words(
                "Délibération, affiche, convention, tableau : où sont-ils, sous quelle licence ?",
                "Decision, poster, agreement, table: where are they, under which licence?",
            ),
            FEET[2],
            BELOW,
            QUARTER,
            HEIGHT,
        ),
        ZoneSeed(
            8,
            Words("Qui appeler", "Whom to call"),
            Words(
                "Une fonction, un jour, jusqu’à quand. Et qui a relu ce kit ?",
                "A role, a day, until when. And who has read this kit?",
            ),
            FEET[3],
            BELOW,
            QUARTER,
            HEIGHT,
            tone="keep",
        ),
    ),
    example=Example(
        scene=Words(
            "Haut-Sillon transmet son minibus conduit par des habitants à une vallée voisine.",
            "Haut-Sillon hands its minibus driven by residents over to a neighbouring valley.",
        ),
        notes=(
            ExampleNote(
                1,
                "jonc",
                Words(
                    "Un minibus que des habitants conduisent, réservé la veille par téléphone.",
                    "A minibus that residents drive, booked by phone the day before.",
                ),
            ),
            ExampleNote(
                1,
                "jonc",
                Words(
                    "11 rendez-vous de santé manqués par mois avant, 4 après un an.",
                    "11 missed health appointments a month before, 4 after a year.",
                ),
            ),
            ExampleNote(
                2,
                "menthe",
                Words(
                    "Une vraie voix au téléphone : le répondeur a vidé le car en une semaine.",
                    "A real person on the phone. An answering machine emptied the bus in a week.",
                ),
            ),
            ExampleNote(
                2, "menthe", Words("Les conducteurs choisissent leurs jours.", "Drivers choose their days.")
            ),
            ExampleNote(
                3,
                "ciel",
                Words("Le prix : 2 € ici, gratuit à Vernay.", "The price: 2 € here, free at Vernay."),
            ),
            ExampleNote(
                3, "ciel", Words("Le véhicule : neuf, prêté ou loué.", "The vehicle: new, lent or rented.")
            ),
            ExampleNote(
                4,
                "abricot",
                Words(
                    "Semaine 1 : appeler vingt personnes qui ne conduisent plus.",
                    "Week 1: call twenty people who no longer drive.",
                ),
            ),
            ExampleNote(
                4,
                "abricot",
                Words(
                    "Semaine 3 : réunir les conducteurs, assurance en main.",
                    "Week 3: bring the drivers together, insurance in hand.",
                ),
            ),
            ExampleNote(
                4,
                "abricot",
                Words(
                    "Semaine 6 : une ligne, un jour, deux villages.",
                    "Week 6: one line, one day, two villages.",
                ),
            ),
            ExampleNote(
                5,
                "sable",
                Words(
                    "6 h d’agent par semaine, 9 000 € par an.", "6 h of staff time a week, 9,000 € a year."
                ),
            ),
            ExampleNote(
                6,
                "rose",
                Words(
                    "L’assurance a demandé sept semaines : commencer par elle.",
                    "Insurance took seven weeks: start with it.",
                ),
            ),
            ExampleNote(
                7,
                "sable",
                Words(
                    "Charte du conducteur et convention, Licence Ouverte.",
                    "Drivers’ charter and agreement, Open Licence.",
                ),
            ),
            ExampleNote(
                8,
                "lilas",
                Words(
                    "Chargée de mobilité, le mardi matin, jusqu’en juin.",
                    "Mobility officer, Tuesday mornings, until June.",
                ),
            ),
            ExampleNote(
                8,
                "lilas",
                Words("Relu par la secrétaire de mairie de Vernay.", "Read by the town clerk of Vernay."),
            ),
        ),
    ),
)
