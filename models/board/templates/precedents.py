"""Template « Précédents »: three who tried before, one column each, and what to take from them."""

from models.board.templates.parts import (
    GRID,
    PITCH,
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

CASES = (
    Words("Précédent A", "Precedent A"),
    Words("Précédent B", "Precedent B"),
    Words("Précédent C", "Precedent C"),
)
SIDE, MIDDLE = wide(2), wide(9)
LEFT = SIDE + GRID
WIDTH = LEFT + MIDDLE
HEADINGS = 144
ROWS = tuple(192 + row * (high(1) + GRID) for row in range(4))


PRECEDENTS = BoardTemplate(
    code="precedents",
    stages=("invent", "spread"),
    minutes=60,
    people=(2, 6),
    name=Words("Précédents", "Precedents"),
    purpose=Words(
        "Apprendre de ceux qui ont essayé avant vous, y compris de ceux qui ont arrêté.",
        "Learn from those who tried before you, including those who stopped.",
    ),
    moment=Words(
        "Avant d’imaginer quoi que ce soit. Vous repartez avec ce que vous reprenez, ce que vous ne referez "
        "pas, et un numéro de téléphone.",
        "Before imagining anything. You leave with what you take over, what you will not do again, "
        "and a phone number.",
    ),
    how_to=(
        Words(
            "Cadre 1 : notez partout où chercher, ici aussi. Les archives du service comptent.",
            "Frame 1: write down everywhere to look, here as well. The department’s archives count.",
        ),
        Words(
            "Choisissez trois cas, dont un qui a échoué ou s’est arrêté. Un cas par colonne.",
            "Choose three cases, one of which failed or stopped. One case per column.",
        ),
        Words(
            "Cadres 2 et 3 : les faits, avec la source. Une vitrine n’est pas une preuve : téléphonez.",
            "Frames 2 and 3: the facts, with the source. A showcase is no proof: phone them.",
        ),
        Words(
            "Cadre 4 : comparez honnêtement avec chez vous : taille, budget, élus, habitudes.",
            "Frame 4: compare honestly with your place: size, budget, elected officials, habits.",
        ),
        Words(
            "Cadre 5 : écrivez ce que vous reprenez et ce que vous ne referez pas.",
            "Frame 5: write what you take over and what you will not do again.",
        ),
    ),
    texts=(
        TextSeed(Words("Qui a déjà essayé ?", "Who has tried already?"), 0, 0, 1200, "xl"),
        TextSeed(
            Words(
                "Trois cas, dont un qui n’a pas marché. Chaque affirmation a sa source.",
                "Three cases, one of which did not work. Each claim has its source.",
            ),
            0,
            72,
            1200,
        ),
        *headings(CASES, LEFT, HEADINGS, 3 * PITCH, 12 * GRID),
    ),
    zones=(
        ZoneSeed(
            1,
            Words("Où chercher", "Where to look"),
            Words(
                "Réseaux, sites, collègues, archives, associations, l’étranger.",
                "Networks, websites, colleagues, archives, associations, abroad.",
            ),
            0,
            ROWS[0],
            SIDE,
            3 * high(1) + 2 * GRID,
        ),
        ZoneSeed(
            2,
            Words("Qui, où, et ce qu’ils ont fait", "Who, where, and what they did"),
            Words(
                "Le lieu, sa taille, l’année ; l’essentiel de ce qu’ils ont fait.",
                "The place, its size, the year; the gist of what they did.",
            ),
            LEFT,
            ROWS[0],
            MIDDLE,
            high(1),
        ),
        ZoneSeed(
            3,
            Words("Ce que cela a donné", "What came of it"),
            Words(
                "Un résultat et son chiffre, la source, la personne à qui parler. Pourquoi cela tient, ou "
                "s’est arrêté.",
                "A result and its figure, the source, whom to talk to. Why it lasts, or why it stopped.",
            ),
            LEFT,
            ROWS[1],
            MIDDLE,
            high(1),
        ),
        ZoneSeed(
            4,
            Words("Pareil ou différent de chez nous", "Same as here, or different"),
            Words(
                "Qu’avaient-ils que nous n’avons pas ? Qu’avons-nous de plus ?",
                "What did they have that we lack? What do we have that they lacked?",
            ),
            LEFT,
            ROWS[2],
            MIDDLE,
            high(1),
        ),
        ZoneSeed(
            5,
            Words(
                "Ce que nous reprenons, ce que nous ne referons pas",
                "What we take over, what we will not do again",
            ),
            Words(
                "Une couleur pour reprendre, une autre pour éviter. Ajoutez qui vous appelez.",
                "One colour for taking over, another for avoiding. Add whom you call.",
            ),
            0,
            ROWS[3],
            WIDTH,
            high(1),
            tone="keep",
        ),
    ),
    example=Example(
        scene=Words(
            "Val-des-Aulnes veut des rues scolaires fermées aux voitures, le matin et le soir.",
            "Val-des-Aulnes wants school streets closed to cars, in the morning and the evening.",
        ),
        notes=(
            ExampleNote(1, "jonc", Words("Réseau des villes marchables.", "Network of walkable towns.")),
            ExampleNote(
                1,
                "jonc",
                Words(
                    "Notre essai de 2019, rue des Tilleuls : qui s’en souvient ?",
                    "Our trial of 2019, rue des Tilleuls: who remembers?",
                ),
            ),
            ExampleNote(1, "jonc", Words("Fédération de parents d’élèves.", "Parents’ federation.")),
            ExampleNote(
                2,
                "ciel",
                Words(
                    "A · Bourg-Levant, 12 000 hab., 2022 : barrière tenue par des parents.",
                    "A · Bourg-Levant, 12,000 inhabitants, 2022: barrier held by parents.",
                ),
            ),
            ExampleNote(2, "ciel", Words("8 écoles sur 9 en deux ans.", "8 schools out of 9 in two years.")),
            ExampleNote(
                2, "ciel", Words("Coût : deux barrières et des gilets.", "Cost: two barriers and some vests.")
            ),
            ExampleNote(
                2,
                "ciel",
                Words(
                    "B · Port-Amiel, 60 000 hab., 2021 : bornes automatiques.",
                    "B · Port-Amiel, 60,000 inhabitants, 2021: automatic bollards.",
                ),
            ),
            ExampleNote(
                2,
                "ciel",
                Words(
                    "C · Chez nous, 2019, rue des Tilleuls : arrêté au bout de 3 semaines.",
                    "C · Here, 2019, rue des Tilleuls: stopped after 3 weeks.",
                ),
                at=6,
            ),
            ExampleNote(
                3,
                "menthe",
                Words(
                    "A · 40 % d’enfants à pied en plus (comptage, 2 semaines).",
                    "A · 40% more children on foot (count over 2 weeks).",
                ),
            ),
            ExampleNote(
                3,
                "rose",
                Words(
                    "A · S’essouffle si le même parent tient la barrière chaque jour.",
                    "A · Runs out of breath if the same parent holds the barrier every day.",
                ),
            ),
            ExampleNote(
                3,
                "rose",
                Words(
                    "B · Deux bornes sur cinq en panne au bout d’un an.",
                    "B · Two bollards out of five broken after a year.",
                ),
                at=3,
            ),
            ExampleNote(
                3,
                "rose",
                Words(
                    "C · Ni la boulangère ni les livreurs n’avaient été prévenus.",
                    "C · Neither the baker nor the delivery people had been told.",
                ),
                at=6,
            ),
            ExampleNote(
                4,
                "sable",
                Words(
                    "A · Même taille que nous, mais aucun bus dans la rue.",
                    "A · Same size as us, but no bus in the street.",
                ),
            ),
            ExampleNote(
                5,
                "menthe",
                Words(
                    "Reprendre : la barrière à main et le tour de garde affiché.",
                    "Take over: the hand barrier and the rota on the wall.",
                ),
            ),
            ExampleNote(
                5,
                "rose",
                Words(
                    "Éviter : commencer par les bornes, 90 000 € et dix mois.",
                    "Avoid: starting with bollards, 90,000 € and ten months.",
                ),
            ),
            ExampleNote(
                5,
                "lilas",
                Words(
                    "Karima appelle la directrice de Bourg-Levant mardi.",
                    "Karima calls the head of Bourg-Levant on Tuesday.",
                ),
            ),
        ),
    ),
)
