"""Template « Théorie du changement »: from the change aimed at back to the means."""

from models.board.templates.parts import (
    ARROW,
    GRID,
    BoardTemplate,
    Example,
    ExampleNote,
    TextSeed,
    Words,
    ZoneSeed,
    chain,
    high,
    wide,
)

LINK, HEIGHT = wide(2), high(3)
COLUMNS = tuple(column * (LINK + ARROW) for column in range(5))
WIDTH = COLUMNS[4] + LINK
HALF = (WIDTH - ARROW) // (2 * GRID) * GRID
TOP = 144
BELOW = TOP + HEIGHT + ARROW

THEORIE_DU_CHANGEMENT = BoardTemplate(
    code="theorie-du-changement",
    stages=("set_up", "spread"),
    minutes=90,
    people=(3, 8),
    name=Words("Théorie du changement", "Theory of change"),
    purpose=Words(
        "Relier ce que vous faites à ce qui doit changer, et repérer les maillons auxquels personne ne "
        "croit.",
        "Link what you do to what must change, and find the links that nobody believes in.",
    ),
    moment=Words(
        "Quand on vous demande « et à la fin, cela change quoi ? ». Vous repartez avec une chaîne que l’on "
        "peut contredire, et de quoi la vérifier.",
        "When people ask “and in the end, what does it change?” You leave with a chain that can be argued "
        "with, and the means to check it.",
    ),
    how_to=(
        Words(
            "Cadre 1, à droite : le changement dans la vie des gens, dans trois ans. Une note, deux au plus.",
            "Frame 1, on the right: the change in people’s lives, in three years. One note, two at most.",
        ),
        Words(
            "Remontez vers la gauche, cadre par cadre : « que faut-il juste avant, pour que cela arrive ? »",
            "Go back to the left, frame by frame: “what must come just before, for this to happen?”",
        ),
        Words(
            "Relisez dans l’autre sens, à voix haute, avec « donc ». Si la phrase sonne faux, un maillon "
            "manque.",
            "Read it the other way, aloud, with “therefore”. If the sentence rings false, a link is missing.",
        ),
        Words(
            "Cadre 6 : écrivez ce qui doit être vrai et ne dépend pas de vous.",
            "Frame 6: write what must be true and does not depend on you.",
        ),
        Words(
            "Cadre 7 : pour le maillon le plus fragile, un signe à regarder d’ici six mois.",
            "Frame 7: for the weakest link, a sign to watch within six months.",
        ),
    ),
    texts=(
        TextSeed(
            Words("Comment nous comptons changer les choses", "How we mean to change things"),
            0,
            0,
            1400,
            "xl",
        ),
        TextSeed(
            Words(
                "Se remplit de droite à gauche, en partant du but. Se lit de gauche à droite : « donc… »",
                "Filled from right to left, starting from the aim. Read from left to right: “therefore…”",
            ),
            0,
            72,
            1400,
        ),
    ),
    zones=(
        ZoneSeed(
            5,
            Words("Nos moyens", "Our means"),
            Words(
                "Personnes, argent, lieux, accords que nous avons vraiment.",
                "People, money, places, agreements that we really have.",
            ),
            COLUMNS[0],
            TOP,
            LINK,
            HEIGHT,
        ),
        ZoneSeed(
            4,
            Words("Ce que nous faisons", "What we do"),
            Words(
                "Des actions, avec un verbe : ouvrir, former, prêter, relier.",
                "Actions, with a verb: open, train, lend, connect.",
            ),
            COLUMNS[1],
            TOP,
            LINK,
            HEIGHT,
        ),
        ZoneSeed(
            3,
            Words("Ce que cela produit", "What it produces"),
            Words(
                "Ce que l’on peut compter dès la première année.", "What can be counted from the first year."
            ),
            COLUMNS[2],
            TOP,
            LINK,
            HEIGHT,
        ),
        ZoneSeed(
            2,
            Words("Ce que font les gens autrement", "What people do differently"),
            Words(
                "Qui fait quoi de nouveau, sans qu’on le lui rappelle ?",
                "Who does what anew, without being reminded?",
            ),
            COLUMNS[3],
            TOP,
            LINK,
            HEIGHT,
        ),
        ZoneSeed(
            1,
            Words("Ce qui change dans leur vie", "What changes in their lives"),
            Words(
                "Dans trois ans, pour qui la vie est-elle meilleure, et en quoi ?",
                "In three years, for whom is life better, and how?",
            ),
            COLUMNS[4],
            TOP,
            LINK,
            HEIGHT,
            tone="keep",
        ),
        ZoneSeed(
            6,
            Words("Ce qui doit être vrai", "What must be true"),
            Words(
                "Nos paris : ce à quoi la chaîne tient et que nous ne commandons pas. Lequel est le plus "
                "fragile ?",
                "Our bets: what the chain hangs on and we do not command. Which is the weakest?",
            ),
            0,
            BELOW,
            HALF,
            high(2),
        ),
        ZoneSeed(
            7,
            Words("Comment nous le saurons", "How we will know"),
            Words(
                "Un signe par maillon : d’où part-on, où le lit-on, qui regarde, quand ?",
                "One sign per link: where do we start from, where is it read, who looks, when?",
            ),
            HALF + ARROW,
            BELOW,
            WIDTH - HALF - ARROW,
            high(2),
            tone="keep",
        ),
    ),
    arrows=chain("zone-5", "zone-4", "zone-3", "zone-2", "zone-1"),
    example=Example(
        scene=Words(
            "Cour-Saint-Éloi : des jardins partagés au pied de trois immeubles.",
            "Cour-Saint-Éloi: shared gardens at the foot of three blocks of flats.",
        ),
        notes=(
            ExampleNote(
                5,
                "sable",
                Words("1 200 m² prêtés par le bailleur, 5 ans.", "1,200 m² lent by the landlord, 5 years."),
            ),
            ExampleNote(
                5,
                "sable",
                Words(
                    "Une jardinière de la ville, un jour par semaine.",
                    "A gardener of the town, one day a week.",
                ),
            ),
            ExampleNote(
                4, "ciel", Words("Ouvrir 40 parcelles, tirées au sort.", "Open 40 plots, drawn by lot.")
            ),
            ExampleNote(
                4,
                "ciel",
                Words(
                    "Réunir les jardiniers chaque premier samedi.",
                    "Bring the gardeners together every first Saturday.",
                ),
            ),
            ExampleNote(
                3,
                "menthe",
                Words(
                    "40 foyers jardinent, dont 15 sans balcon.",
                    "40 households garden, 15 of them without a balcony.",
                ),
            ),
            ExampleNote(3, "menthe", Words("Un repas partagé par saison.", "One shared meal per season.")),
            ExampleNote(
                2,
                "abricot",
                Words("Les voisins se demandent des services.", "Neighbours ask each other for favours."),
            ),
            ExampleNote(
                2,
                "abricot",
                Words("Les enfants traversent la cour seuls.", "Children cross the yard on their own."),
            ),
            ExampleNote(
                1,
                "lilas",
                Words(
                    "Plus personne ne passe une semaine sans parler à quelqu’un.",
                    "Nobody goes a week any more without talking to somebody.",
                ),
            ),
            ExampleNote(
                6,
                "rose",
                Words(
                    "Ceux qui n’ont pas de parcelle viennent aux repas. Le plus fragile.",
                    "Those without a plot come to the meals. The weakest.",
                ),
            ),
            ExampleNote(
                6,
                "rose",
                Words(
                    "Le bailleur garde le terrain après la vente du bâtiment C.",
                    "The landlord keeps the land after block C is sold.",
                ),
            ),
            ExampleNote(
                7,
                "menthe",
                Words(
                    "Compter, au repas de juin, les foyers sans parcelle : Sofia.",
                    "Count, at the June meal, the households without a plot: Sofia.",
                ),
            ),
        ),
        links=((0, 2), (1, 3), (2, 4), (3, 5), (5, 6), (6, 8)),
    ),
)
