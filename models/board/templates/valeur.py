"""Template « Valeur »: the seven forms of value a solution can bring, and the proofs to gather."""

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

CELL, HEIGHT = wide(2), high(2)
COLUMNS = tuple(column * (CELL + GRID) for column in range(4))
TOP = 144
BELOW = TOP + HEIGHT + GRID

VALEUR = BoardTemplate(
    code="valeur",
    stages=("set_up", "spread"),
    minutes=60,
    people=(3, 8),
    name=Words("Valeur en sept formes", "Value in seven forms"),
    purpose=Words(
        "Dire tout ce que votre solution apporte, pas seulement l’argent, et comment vous le prouverez.",
        "Say all that your solution brings, not money alone, and how you will prove it.",
    ),
    moment=Words(
        "Avant l’essai, pour savoir quoi regarder ; après, pour rendre compte. "
        "Vous repartez avec les deux ou trois preuves à réunir, par qui et pour quand.",
        "Before the trial, to know what to watch; afterwards, to account for it. "
        "You leave with the two or three proofs to gather, by whom and by when.",
    ),
    how_to=(
        Words(
            "Cadres 1 à 7 : dix minutes en silence. Une valeur par note : pour qui, et combien si vous le "
            "savez.",
            "Frames 1 to 7: ten minutes in silence. One value per note: for whom, and how much if you know.",
        ),
        Words(
            "Un cadre reste vide ? Laissez-le. Une valeur inventée coûte la confiance.",
            "A frame stays empty? Leave it. A made-up value costs you trust.",
        ),
        Words(
            "Invitez quelqu’un qui n’y gagne rien : qu’aurait-il écrit ? Ajoutez aussi ce qui se perd.",
            "Invite somebody who gains nothing: what would they have written? Add what is lost as well.",
        ),
        Words(
            "Marquez chaque note : « constaté », « mesurable » ou « espéré ».",
            "Mark each note: “seen”, “measurable” or “hoped for”.",
        ),
        Words(
            "Cadre 8 : pour les deux ou trois qui comptent le plus, la preuve à réunir, qui et quand.",
            "Frame 8: for the two or three that matter most, the proof to gather, who and when.",
        ),
    ),
    texts=(
        TextSeed(Words("Ce que cela vaut, et pour qui", "What it is worth, and to whom"), 0, 0, 1200, "xl"),
        TextSeed(
            Words(
                "Une note : une valeur, pour quelqu’un, avec la façon de la vérifier.",
                "One note: one value, for somebody, with the way to check it.",
            ),
            0,
            72,
            1200,
        ),
    ),
    zones=(
        ZoneSeed(
            1,
            Words("Financière", "Financial"),
            Words(
                "Dépense évitée, recette, temps d’agent rendu : de combien ?",
                "Spending avoided, income, staff time given back: how much?",
            ),
            COLUMNS[0],
            TOP,
            CELL,
            HEIGHT,
        ),
        ZoneSeed(
            2,
            Words("Économique", "Economic"),
            Words(
                "Activité, emploi, clients pour les entreprises d’ici ?",
                "Business, jobs, customers for companies around here?",
            ),
            COLUMNS[1],
            TOP,
            CELL,
            HEIGHT,
        ),
        ZoneSeed(
            3,
            Words("D’usage", "In use"),
            Words(
                "Qu’est-ce qui devient plus simple, plus rapide, possible ?",
                "What becomes simpler, faster, possible?",
            ),
            COLUMNS[2],
            TOP,
            CELL,
            HEIGHT,
        ),
        ZoneSeed(
            4,
            Words("Sociale", "Social"),
            Words(
                "Qui en profite qui restait à la porte ? Quels liens se nouent ?",
                "Who benefits that used to stay outside? Which ties are made?",
            ),
            COLUMNS[3],
            TOP,
            CELL,
            HEIGHT,
        ),
        ZoneSeed(
            5,
            Words("D’image", "Of image"),
            Words(
                "Que dira-t-on de la collectivité, et qui le dira ?",
                "What will be said of the authority, and by whom?",
            ),
            COLUMNS[0],
            BELOW,
            CELL,
            HEIGHT,
        ),
        ZoneSeed(
            6,
            Words("Symbolique", "Symbolic"),
            Words(
                "Quelle fierté, quelle reconnaissance, quel sens pour les agents, les habitants ?",
                "What pride, recognition or meaning for staff and residents?",
            ),
            COLUMNS[1],
            BELOW,
            CELL,
            HEIGHT,
        ),
        ZoneSeed(
            7,
            Words("Savoirs et droits", "Know-how and rights"),
            Words(
                "Méthode, données, logiciel, nom : qu’avons-nous créé que d’autres reprendront ?",
                "Method, data, software, name: what have we made that others will reuse?",
            ),
            COLUMNS[2],
            BELOW,
            CELL,
            HEIGHT,
        ),
        ZoneSeed(
            8,
            Words("Les preuves à réunir", "The proofs to gather"),
            Words(
                "Quelle preuve, où la trouver, qui s’en charge, pour quand ?",
                "Which proof, where to find it, who takes care of it, by when?",
            ),
            COLUMNS[3],
            BELOW,
            CELL,
            HEIGHT,
            tone="keep",
        ),
    ),
    example=Example(
        scene=Words(
            "Haut-Sillon : un atelier de réparation de vélos ouvert par l’intercommunalité et une "
            "association.",
            "Haut-Sillon: a bicycle repair workshop opened by the district and an association.",
        ),
        notes=(
            ExampleNote(
                1,
                "jonc",
                Words(
                    "Déchetterie : 1,4 t de moins, 210 € l’an. Mesurable, petit.",
                    "Tip: 1.4 t less, 210 € a year. Measurable, small.",
                ),
            ),
            ExampleNote(
                2,
                "abricot",
                Words(
                    "Le vélociste reçoit les pannes trop lourdes : 9 clients en mars. Constaté.",
                    "The bicycle shop gets the heavy repairs: 9 customers in March. Seen.",
                ),
            ),
            ExampleNote(
                3,
                "ciel",
                Words(
                    "Repartir avec un vélo qui roule, le jour même, pour 5 €.",
                    "Leaving with a bicycle that works, the same day, for 5 €.",
                ),
            ),
            ExampleNote(
                3,
                "ciel",
                Words(
                    "12 lycéens viennent désormais sans le car. Constaté.",
                    "12 pupils now come without the coach. Seen.",
                ),
            ),
            ExampleNote(
                4,
                "rose",
                Words(
                    "Des retraités réparent avec des jeunes en insertion.",
                    "Retired people repair with young people in training.",
                ),
            ),
            ExampleNote(
                4,
                "rose",
                Words(
                    "Se perd : le bénévole qui tenait le garage municipal.",
                    "Lost: the volunteer who ran the municipal garage.",
                ),
            ),
            ExampleNote(
                5,
                "lilas",
                Words(
                    "Le journal local est venu deux fois. Espéré : des nouveaux habitants.",
                    "The local paper came twice. Hoped for: new residents.",
                ),
            ),
            ExampleNote(
                6,
                "anis",
                Words(
                    "« Ici on répare » : les agents le disent eux-mêmes.",
                    "“Here we repair”: staff say so themselves.",
                ),
            ),
            ExampleNote(
                7,
                "sable",
                Words(
                    "Les fiches de réparation, que deux communes ont demandées.",
                    "The repair sheets, which two towns have asked for.",
                ),
            ),
            ExampleNote(
                8,
                "menthe",
                Words(
                    "Compter les lycéens à vélo : Paul, une semaine en mai.",
                    "Count pupils on bicycles: Paul, one week in May.",
                ),
            ),
            ExampleNote(
                8,
                "menthe",
                Words(
                    "Demander au vélociste son cahier : Anne, avant le 15.",
                    "Ask the bicycle shop for its book: Anne, before the 15th.",
                ),
            ),
        ),
    ),
)
