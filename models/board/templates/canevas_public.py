"""Template « Canevas public »: a public service on one sheet, its people first, its means below."""

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

CELL, HEIGHT, LOW = wide(2), high(3), high(2)
COLUMNS = tuple(column * (CELL + GRID) for column in range(5))
WIDTH = COLUMNS[4] + CELL
TOP = 144
BELOW = TOP + HEIGHT + GRID
QUARTER = 20 * GRID
FEET = tuple(column * (QUARTER + GRID) for column in range(4))

CANEVAS_PUBLIC = BoardTemplate(
    code="canevas-public",
    stages=("set_up",),
    minutes=75,
    people=(3, 8),
    name=Words("Canevas public", "Public canvas"),
    purpose=Words(
        "Faire tenir un service public sur une page : pour qui, quoi, comment, avec quels moyens.",
        "Fit a public service on one page: for whom, what, how, by what means.",
    ),
    moment=Words(
        "Quand l’idée est choisie et qu’il faut en parler à la direction, aux finances ou aux élus. "
        "Vous repartez avec une page et la liste de ce que vous ne savez pas encore.",
        "When the idea is chosen and you must talk of it to management, finance or elected officials. "
        "You leave with one page and the list of what you do not know yet.",
    ),
    how_to=(
        Words(
            "Cadre 1, puis 2 : qui, et ce qui change pour ces personnes. Pas un mot sur l’outil.",
            "Frame 1, then 2: who, and what changes for these people. Not a word about the tool.",
        ),
        Words(
            "Cadres 3, 4 et 5 : comment on y accède, qui le fait chaque jour, avec qui.",
            "Frames 3, 4 and 5: how people get to it, who does it each day, with whom.",
        ),
        Words(
            "Cadres 6, 7 et 8 : le droit, la dépense, le financement. Invitez les services qui disent non.",
            "Frames 6, 7 and 8: the law, the spending, the funding. Invite the departments that say no.",
        ),
        Words(
            "Mettez une note rose sur chaque chose que vous supposez sans la savoir.",
            "Put a pink note on each thing that you suppose without knowing.",
        ),
        Words(
            "Cadre 9 : à quoi verra-t-on, dans un an, que cela valait la peine ?",
            "Frame 9: how will one see, in a year, that it was worth it?",
        ),
    ),
    texts=(
        TextSeed(Words("Notre service sur une page", "Our service on one page"), 0, 0, 1200, "xl"),
        TextSeed(
            Words(
                "En haut, les personnes et le service. En bas, ce qui le rend possible et durable.",
                "At the top, people and the service. Below, what makes it possible and lasting.",
            ),
            0,
            72,
            1200,
        ),
    ),
    zones=(
        ZoneSeed(
            1,
            Words("Pour qui", "For whom"),
            Words(
                "Qui en a besoin, combien ? Qui risque d’en être écarté ?",
                "Who needs it, how many? Who may be left out?",
            ),
            COLUMNS[0],
            TOP,
            CELL,
            HEIGHT,
        ),
        ZoneSeed(
            2,
            Words("Ce qui change pour eux", "What changes for them"),
            Words(
                "Avant, ils… ; désormais, ils… Une phrase par personne.",
                "Before, they…; from now on, they… One sentence per person.",
            ),
            COLUMNS[1],
            TOP,
            CELL,
            HEIGHT,
            tone="keep",
        ),
        ZoneSeed(
            3,
            Words("Comment on y accède", "How people get to it"),
            Words(
                "À pied, au téléphone, en ligne, chez soi. Et sans internet ?",
                "On foot, by phone, online, at home. And without the internet?",
            ),
            COLUMNS[2],
            TOP,
            CELL,
            HEIGHT,
        ),
        ZoneSeed(
            4,
            Words("Qui le fait chaque jour", "Who does it each day"),
            Words(
                "Quels agents, quels gestes, combien d’heures par semaine ?",
                "Which officers, which gestures, how many hours a week?",
            ),
            COLUMNS[3],
            TOP,
            CELL,
            HEIGHT,
        ),
        ZoneSeed(
            5,
            Words("Avec qui", "With whom"),
            Words(
                "Entreprises, associations, habitants, voisins : que fait chacun ?",
                "Companies, associations, residents, neighbours: who does what?",
            ),
            COLUMNS[4],
            TOP,
            CELL,
            HEIGHT,
        ),
        ZoneSeed(
            6,
            Words("Le cadre", "The framework"),
            Words(
                "Compétence, règles, données personnelles, délibération à prendre.",
                "Powers, rules, personal data, the council decision to be taken.",
            ),
            FEET[0],
            BELOW,
            QUARTER,
            LOW,
        ),
        ZoneSeed(
            7,
            Words("Ce que cela coûte", "What it costs"),
            Words(
                "Pour démarrer, puis chaque année. Comptez aussi le temps des agents.",
                "To start, then each year. Count the officers’ time as well.",
            ),
            FEET[1],
            BELOW,
            QUARTER,
            LOW,
        ),
        ZoneSeed(
            8,
            Words("Ce qui le paie", "What pays for it"),
            Words(
                "Budget, subvention, économies réelles, dons, troc. Et dans trois ans ?",
                "Budget, grant, real savings, gifts, barter. And in three years?",
            ),
            FEET[2],
            BELOW,
            QUARTER,
            LOW,
        ),
        ZoneSeed(
            9,
            Words("À quoi verra-t-on que cela marche", "How one will see that it works"),
            Words(
                "Deux ou trois signes, avec leur valeur d’aujourd’hui.",
                "Two or three signs, with their value today.",
            ),
            FEET[3],
            BELOW,
            WIDTH - FEET[3],
            LOW,
            tone="keep",
        ),
    ),
    example=Example(
        scene=Words(
            "Haut-Sillon : un minibus conduit par des habitants, à la demande, entre neuf villages.",
            "Haut-Sillon: a minibus on demand, driven by residents, between nine villages.",
        ),
        notes=(
            ExampleNote(
                1,
                "jonc",
                Words(
                    "Personnes de plus de 75 ans sans voiture : environ 310.",
                    "People over 75 without a car: about 310.",
                ),
            ),
            ExampleNote(
                1,
                "jonc",
                Words("Jeunes en formation à Saint-Aubin.", "Young people in training at Saint-Aubin."),
            ),
            ExampleNote(
                1,
                "rose",
                Words(
                    "Supposé : les femmes seules oseront appeler.",
                    "Supposed: women on their own will dare to call.",
                ),
            ),
            ExampleNote(
                2,
                "menthe",
                Words(
                    "Marthe va chez le kiné sans demander à sa voisine.",
                    "Marthe goes to the physiotherapist without asking her neighbour.",
                ),
            ),
            ExampleNote(
                2,
                "menthe",
                Words(
                    "Ilyès accepte un stage qui commence à 7 h.",
                    "Ilyès takes a placement that starts at 7:00.",
                ),
            ),
            ExampleNote(
                3,
                "ciel",
                Words("Un numéro, la veille avant 18 h.", "One number, the day before, until 18:00."),
            ),
            ExampleNote(
                3,
                "ciel",
                Words(
                    "Inscription à la mairie ou à la boulangerie.",
                    "Sign up at the town hall or at the bakery.",
                ),
            ),
            ExampleNote(
                4,
                "abricot",
                Words(
                    "Un agent compose les tournées : 6 h par semaine.",
                    "One officer plans the rounds: 6 h a week.",
                ),
            ),
            ExampleNote(
                4, "abricot", Words("14 conducteurs bénévoles formés.", "14 trained volunteer drivers.")
            ),
            ExampleNote(
                5,
                "lilas",
                Words("Le garage prête un véhicule de secours.", "The garage lends a spare vehicle."),
            ),
            ExampleNote(
                5,
                "lilas",
                Words(
                    "La maison de santé groupe ses rendez-vous.", "The health centre groups its appointments."
                ),
            ),
            ExampleNote(
                6,
                "sable",
                Words(
                    "Compétence mobilité : convention avec la Région.",
                    "Mobility powers: agreement with the Region.",
                ),
            ),
            ExampleNote(
                7,
                "sable",
                Words(
                    "Minibus : 31 000 €. Ensuite 9 000 € par an.", "Minibus: 31,000 €. Then 9,000 € a year."
                ),
            ),
            ExampleNote(
                8,
                "sable",
                Words(
                    "Fonds vert la première année ; 2 € le trajet.",
                    "Green fund in the first year; 2 € a trip.",
                ),
            ),
            ExampleNote(
                8,
                "rose",
                Words(
                    "Supposé : le budget de la troisième année.", "Supposed: the budget of the third year."
                ),
            ),
            ExampleNote(
                9,
                "menthe",
                Words(
                    "Rendez-vous de santé manqués : 11 par mois aujourd’hui.",
                    "Missed health appointments: 11 a month today.",
                ),
            ),
        ),
    ),
)
