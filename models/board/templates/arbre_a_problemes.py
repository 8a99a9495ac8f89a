"""Template « Arbre à problèmes »: effects above, the problem in the middle, causes and roots below."""

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

CROWN, TRUNK, SIDE = wide(9), wide(3), wide(2)
TOP = 144
TRUNK_TOP = TOP + high(1) + ARROW
CAUSES_TOP = TRUNK_TOP + high(1) + ARROW
ROOTS_TOP = CAUSES_TOP + high(2) + ARROW
BOTTOM = ROOTS_TOP + high(1)
TRUNK_LEFT = (CROWN - TRUNK) // (2 * GRID) * GRID
ASIDE = TRUNK_LEFT - 2 * GRID

ARBRE_A_PROBLEMES = BoardTemplate(
    code="arbre-a-problemes",
    stages=("invent",),
    minutes=60,
    people=(3, 8),
    moment=Words(
        "Quand tout le monde propose déjà des solutions, ou parle du symptôme. Vous repartez avec deux ou "
        "trois causes que vous pouvez changer.",
        "When everyone already offers solutions, or talks about the symptom. You leave with two or three "
        "causes that you can change.",
    ),
    name=Words("Arbre à problèmes", "Problem tree"),
    purpose=Words(
        "Séparer les causes des effets, pour agir là où cela change quelque chose.",
        "Tell causes from effects, so as to act where it changes something.",
    ),
    how_to=(
        Words(
            "Cadre 2 : accordez-vous sur un seul problème, écrit comme un fait, pas comme un manque.",
            "Frame 2: agree on a single problem, written as a fact, not as a lack of something.",
        ),
        Words(
            "Cadre 1 : ce que le problème provoque, pour qui, à quel coût.",
            "Frame 1: what the problem brings about, for whom, at what cost.",
        ),
        Words(
            "Cadre 3 : pourquoi cela arrive-t-il ? Une cause par note.",
            "Frame 3: why does it happen? One cause per note.",
        ),
        Words(
            "Cadre 4 : demandez encore « pourquoi ? », jusqu’à une habitude, une règle ou un choix.",
            "Frame 4: ask “why?” again, down to a habit, a rule or a choice.",
        ),
        Words(
            "Reliez chaque cause à ce qu’elle entraîne, puis gardez dans le cadre 5 celles à changer.",
            "Connect each cause to what it leads to, then keep in frame 5 those to change.",
        ),
    ),
    texts=(
        TextSeed(Words("L’arbre à problèmes", "The problem tree"), 0, 0, 960, "xl"),
        TextSeed(
            Words(
                "Commencez par le tronc. Vers le haut, les effets ; vers le bas, les causes.",
                "Start with the trunk. Upwards, the effects; downwards, the causes.",
            ),
            0,
            72,
            1200,
        ),
        TextSeed(
            Words("↑ « Et alors ? » fait monter vers les effets.", "↑ “So what?” leads up to the effects."),
            0,
            TRUNK_TOP + 4 * GRID,
            ASIDE,
        ),
        TextSeed(
            Words("↓ « Pourquoi ? » fait descendre vers les causes.", "↓ “Why?” leads down to the causes."),
            TRUNK_LEFT + TRUNK + 2 * GRID,
            TRUNK_TOP + 4 * GRID,
            ASIDE,
        ),
    ),
    zones=(
        ZoneSeed(
            1,
            Words("Les effets", "The effects"),
            Words(
                "Que provoque le problème, et pour qui ? Du temps perdu, de l’argent, un renoncement.",
                "What does the problem bring about, and for whom? Lost time, money, people giving up.",
            ),
            0,
            TOP,
            CROWN,
            high(1),
        ),
        ZoneSeed(
            2,
            Words("Le problème", "The problem"),
            Words(
                "Une seule note, un fait que personne ne conteste.",
                "A single note, a fact that nobody disputes.",
            ),
            TRUNK_LEFT,
            TRUNK_TOP,
            TRUNK,
            high(1),
            tone="keep",
        ),
        ZoneSeed(
            3,
            Words("Les causes", "The causes"),
            Words(
                "Pourquoi cela arrive-t-il ? Demandez-le aussi au guichet et sur le terrain.",
                "Why does it happen? Ask at the desk and in the field as well.",
            ),
            0,
            CAUSES_TOP,
            CROWN,
            high(2),
        ),
        ZoneSeed(
            4,
            Words("Les causes des causes", "The causes of the causes"),
            Words(
                "Quelle habitude, quelle règle, quel choix explique la cause du dessus ?",
                "Which habit, rule or choice explains the cause above?",
            ),
            0,
            ROOTS_TOP,
            CROWN,
            high(1),
        ),
        ZoneSeed(
            5,
            Words("Où nous avons prise", "Where we can act"),
            Words(
                "Glissez ici deux ou trois causes que votre équipe peut changer en quelques mois.",
                "Move here two or three causes that your team can change within a few months.",
            ),
            CROWN + GRID,
            TOP,
            SIDE,
            BOTTOM - TOP,
            tone="keep",
        ),
    ),
    arrows=chain("zone-4", "zone-3", "zone-2", "zone-1"),
    example=Example(
        scene=Words(
            "Communauté de communes du Haut-Sillon : les bornes de recharge restent vides.",
            "Haut-Sillon district: the charging points stay empty.",
        ),
        notes=(
            ExampleNote(
                1,
                "rose",
                Words(
                    "38 000 € par an d’entretien pour 2 recharges par jour.",
                    "38,000 € of upkeep a year for 2 charges a day.",
                ),
            ),
            ExampleNote(
                1,
                "rose",
                Words(
                    "Les infirmières à domicile gardent leur diesel.", "Home nurses keep their diesel cars."
                ),
            ),
            ExampleNote(
                1,
                "rose",
                Words(
                    "Les maires ne veulent plus entendre parler de mobilité.",
                    "Mayors no longer want to hear about mobility.",
                ),
            ),
            ExampleNote(
                2,
                "jonc",
                Words(
                    "9 bornes sur 12 servent moins d’une fois par semaine.",
                    "9 charging points out of 12 are used less than once a week.",
                ),
            ),
            ExampleNote(
                3,
                "abricot",
                Words(
                    "Elles sont posées là où il y avait du réseau, pas des gens.",
                    "They stand where there was power, not people.",
                ),
            ),
            ExampleNote(
                3,
                "abricot",
                Words(
                    "Il faut une carte que l’on commande à Lyon.",
                    "You need a card that is ordered from Lyon.",
                ),
            ),
            ExampleNote(
                3,
                "abricot",
                Words(
                    "Trois places sur quatre sont prises par des voitures à essence.",
                    "Three bays out of four are taken by petrol cars.",
                ),
            ),
            ExampleNote(
                4,
                "sable",
                Words(
                    "L’aide de l’État imposait de poser avant fin 2022.",
                    "The state grant required building before the end of 2022.",
                ),
            ),
            ExampleNote(
                4,
                "sable",
                Words(
                    "Personne n’a demandé aux infirmières où elles s’arrêtent.",
                    "Nobody asked the nurses where they stop.",
                ),
            ),
            ExampleNote(
                5,
                "lilas",
                Words(
                    "Payer par carte bancaire, sans abonnement.",
                    "Paying by bank card, without a subscription.",
                ),
            ),
            ExampleNote(
                5,
                "lilas",
                Words(
                    "Déplacer 4 bornes près des maisons de santé.",
                    "Moving 4 charging points next to health centres.",
                ),
            ),
        ),
        links=((7, 4), (8, 4), (4, 3), (5, 3), (6, 3), (3, 0), (3, 1)),
    ),
)
