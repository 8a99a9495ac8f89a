"""Template « Défi »: from what people live to one sentence that the whole team can say."""

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

WIDTH, HEIGHT = wide(3), high(2)
COLUMNS = (0, WIDTH + GRID, 2 * (WIDTH + GRID))
TOP = 144
BELOW = TOP + HEIGHT + GRID

DEFI = BoardTemplate(
    code="defi",
    stages=("invent", "set_up"),
    minutes=60,
    people=(3, 8),
    moment=Words(
        "Au tout début, quand chacun raconte le problème à sa façon. Vous repartez avec une phrase commune, "
        "appuyée sur des faits.",
        "At the very start, when everyone tells the problem their own way. You leave with one shared "
        "sentence "
        "that rests on facts.",
    ),
    name=Words("Défi", "Challenge"),
    purpose=Words(
        "Partir de ce que vivent les personnes et arriver à un défi qui tient en une phrase.",
        "Start from what people live through and end with a challenge that fits in one sentence.",
    ),
    how_to=(
        Words(
            "Cadres 1 et 2 : chacun écrit en silence pendant dix minutes, un fait par note. "
            "Un fait, c’est quelque chose que l’on a vu ou entendu.",
            "Frames 1 and 2: everyone writes in silence for ten minutes, one fact per note. "
            "A fact is something you saw or heard.",
        ),
        Words(
            "Lisez les notes à voix haute et rapprochez celles qui disent la même chose.",
            "Read the notes aloud and bring together those that say the same thing.",
        ),
        Words(
            "Cadre 3 : racontez une journée où le problème n’existe plus.",
            "Frame 3: tell the story of a day when the problem is gone.",
        ),
        Words(
            "Cadres 4 et 5 : cherchez qui a déjà essayé, puis dites ce qui vous aide et ce qui vous freine.",
            "Frames 4 and 5: find who has tried before, then say what helps you and what holds you back.",
        ),
        Words(
            "Cadre 6 : écrivez plusieurs phrases, faites-les lire au dehors, gardez la mieux comprise.",
            "Frame 6: write several sentences, show them to outsiders, keep the best understood.",
        ),
    ),
    texts=(
        TextSeed(Words("Notre défi", "Our challenge"), 0, 0, 960, "xl"),
        TextSeed(
            Words(
                "Des faits d’abord, des solutions plus tard. Une note, une idée.",
                "Facts first, solutions later. One note, one idea.",
            ),
            0,
            72,
            960,
        ),
    ),
    zones=(
        ZoneSeed(
            1,
            Words("Ce que vivent les personnes", "What people live through"),
            Words(
                "Qui est concerné, que fait cette personne ? Une scène vue ou une phrase entendue.",
                "Who is concerned, and what do they do? A scene you saw, or words you heard.",
            ),
            COLUMNS[0],
            TOP,
            WIDTH,
            HEIGHT,
        ),
        ZoneSeed(
            2,
            Words("Ce qui gêne aujourd’hui", "What gets in the way today"),
            Words(
                "Qu’est-ce qui bloque, coûte ou fait perdre du temps ? Donnez un chiffre ou un exemple.",
                "What blocks, costs or wastes time? Give a figure or an example.",
            ),
            COLUMNS[1],
            TOP,
            WIDTH,
            HEIGHT,
        ),
        ZoneSeed(
            3,
            Words("La situation idéale", "The ideal situation"),
            Words(
                "Le problème a disparu. Qu’est-ce qui a changé pour les personnes du cadre 1 ?",
                "The problem is gone. What has changed for the people of frame 1?",
            ),
            COLUMNS[2],
            TOP,
            WIDTH,
            HEIGHT,
        ),
        ZoneSeed(
            4,
            Words("Ce qui existe déjà", "What already exists"),
            Words(
                "Ici ou ailleurs, qui a essayé ? Avec quel résultat ? Notez le nom et la source.",
                "Here or elsewhere, who has tried? With what result? Write the name and the source.",
            ),
            COLUMNS[0],
            BELOW,
            WIDTH,
            HEIGHT,
        ),
        ZoneSeed(
            5,
            Words("Ce qui aide, ce qui freine", "What helps, what holds back"),
            Words(
                "Personnes, règles, moyens, calendrier. Une couleur pour l’aide, une autre pour le frein.",
                "People, rules, means, calendar. One colour for what helps, another for what holds back.",
            ),
            COLUMNS[1],
            BELOW,
            WIDTH,
            HEIGHT,
        ),
        ZoneSeed(
            6,
            Words("Notre défi en une phrase", "Our challenge in one sentence"),
            Words(
                "Comment pourrions-nous… pour… afin que… ? Sans nommer de solution.",
                "How might we… for… so that…? Without naming a solution.",
            ),
            COLUMNS[2],
            BELOW,
            WIDTH,
            HEIGHT,
            tone="keep",
        ),
    ),
    example=Example(
        scene=Words(
            "Val-des-Aulnes, 9 400 habitants : personne ne sait à quelle porte frapper pour la carte de "
            "cantine.",
            "Val-des-Aulnes, 9,400 residents: nobody knows which door to knock at for the school-meal card.",
        ),
        notes=(
            ExampleNote(
                1,
                "jonc",
                Words(
                    "Nadia, infirmière, pose une demi-journée pour inscrire sa fille.",
                    "Nadia, a nurse, takes half a day off to enrol her daughter.",
                ),
            ),
            ExampleNote(
                1,
                "jonc",
                Words(
                    "« On m’a renvoyée trois fois d’un bureau à l’autre. »",
                    "“They sent me from one desk to the next three times.”",
                ),
            ),
            ExampleNote(
                2,
                "abricot",
                Words(
                    "212 dossiers sur 600 reviennent incomplets.",
                    "212 files out of 600 come back incomplete.",
                ),
            ),
            ExampleNote(
                2,
                "abricot",
                Words(
                    "La même pièce est demandée par 4 services.",
                    "The same paper is asked for by 4 departments.",
                ),
            ),
            ExampleNote(
                3,
                "menthe",
                Words(
                    "Nadia inscrit sa fille un soir, en dix minutes, sans rien photocopier.",
                    "Nadia enrols her daughter one evening, in ten minutes, copying nothing.",
                ),
            ),
            ExampleNote(
                4,
                "ciel",
                Words(
                    "Bourg-Levant : un seul dossier pour l’école, la cantine et le sport.",
                    "Bourg-Levant: one single file for school, meals and sport.",
                ),
            ),
            ExampleNote(
                4,
                "ciel",
                Words(
                    "Ici, en 2021 : un portail que personne n’a annoncé.",
                    "Here, in 2021: a portal that nobody announced.",
                ),
            ),
            ExampleNote(
                5,
                "menthe",
                Words(
                    "Aide : la régie change de logiciel en mars.",
                    "Helps: the till changes its software in March.",
                ),
            ),
            ExampleNote(
                5,
                "rose",
                Words(
                    "Freine : chaque service tient à son formulaire.",
                    "Holds back: each department clings to its form.",
                ),
            ),
            ExampleNote(
                6,
                "lilas",
                Words(
                    "Comment inscrire un enfant en une seule fois, sans y perdre une journée ?",
                    "How might we enrol a child in one go, without losing a day?",
                ),
            ),
        ),
    ),
)
