"""Template « Grille de test »: what is believed and what would prove it wrong, written before the trial."""

from models.board.templates.parts import (
    ARROW,
    GRID,
    PADDING,
    BoardTemplate,
    Example,
    ExampleNote,
    TextSeed,
    Words,
    ZoneSeed,
    high,
    wide,
)

CELL, SIDE, HEIGHT = wide(3), wide(2), high(2)
HEADINGS = 144
TOP = 192
BELOW = TOP + HEIGHT + GRID
RIGHT = CELL + GRID
DURING = RIGHT + CELL + ARROW
AFTER = DURING + SIDE + ARROW
WHOLE = 2 * HEIGHT + GRID
HEADING = 12 * GRID

GRILLE_DE_TEST = BoardTemplate(
    code="grille-de-test",
    stages=("set_up",),
    minutes=60,
    people=(2, 8),
    name=Words("Grille de test", "Test sheet"),
    purpose=Words(
        "Décider avant l’essai ce que l’on mesure et à partir de quand on arrête, pour ne pas se raconter "
        "d’histoires.",
        "Decide before the trial what is measured and when to stop, so as not to fool yourselves.",
    ),
    moment=Words(
        "Juste avant un essai, puis le jour où il finit. Vous repartez avec un essai petit, daté, et une "
        "décision que les chiffres pourront contredire.",
        "Just before a trial, then on the day it ends. You leave with a small, dated trial and a decision "
        "that figures may contradict.",
    ),
    how_to=(
        Words(
            "Cadre 1 : « nous croyons que… parce que… ». Un seul pari par essai.",
            "Frame 1: “we believe that… because…”. A single bet per trial.",
        ),
        Words(
            "Cadre 2 : un indicateur et sa valeur aujourd’hui. Sans valeur de départ, allez d’abord compter.",
            "Frame 2: an indicator and its value today. Without a starting value, go and count first.",
        ),
        Words(
            "Cadre 3 : écrivez le seuil maintenant. Après, on trouve toujours que cela a marché.",
            "Frame 3: write the threshold now. Afterwards, one always finds that it worked.",
        ),
        Words(
            "Cadre 4 : le plus petit essai possible : un lieu, une semaine, dix personnes.",
            "Frame 4: the smallest possible trial: one place, one week, ten people.",
        ),
        Words(
            "Cadre 5 : pendant l’essai, notez aussi ce que vous n’attendiez pas.",
            "Frame 5: during the trial, note as well what you did not expect.",
        ),
        Words(
            "Cadre 6 : comparez au seuil, puis continuez, changez ou arrêtez. Arrêter est un résultat.",
            "Frame 6: compare with the threshold, then go on, change or stop. Stopping is a result.",
        ),
    ),
    texts=(
        TextSeed(Words("Essayer pour de bon", "A trial for real"), 0, 0, 1200, "xl"),
        TextSeed(
            Words(
                "La colonne « avant » est écrite et datée avant le premier jour. On n’y touche plus ensuite.",
                "The “before” column is written and dated before the first day. It is not touched after "
                "that.",
            ),
            0,
            72,
            1400,
        ),
        TextSeed(Words("Avant l’essai", "Before the trial"), PADDING, HEADINGS, HEADING, "l"),
        TextSeed(Words("Pendant", "During"), DURING + PADDING, HEADINGS, HEADING, "l"),
        TextSeed(Words("Après", "After"), AFTER + PADDING, HEADINGS, HEADING, "l"),
    ),
    zones=(
        ZoneSeed(
            1,
            Words("Ce que nous croyons", "What we believe"),
            Words(
                "Si nous faisons…, alors… (qui fera quoi), parce que…",
                "If we do…, then… (who will do what), because…",
            ),
            0,
            TOP,
            CELL,
            HEIGHT,
        ),
        ZoneSeed(
            2,
            Words("Ce que nous mesurons", "What we measure"),
            Words(
                "Un chiffre que l’on peut relever, sa valeur de départ, qui le relève et quand.",
                "A figure that can be read, its starting value, who reads it and when.",
            ),
            RIGHT,
            TOP,
            CELL,
            HEIGHT,
        ),
        ZoneSeed(
            3,
            Words("Le seuil", "The threshold"),
            Words(
                "À partir de combien continue-t-on ? En dessous de combien arrête-t-on ?",
                "From how much do we go on? Below how much do we stop?",
            ),
            0,
            BELOW,
            CELL,
            HEIGHT,
            tone="keep",
        ),
        ZoneSeed(
            4,
            Words("Comment nous essayons", "How we try"),
            Words(
                "Où, avec qui, du… au…, ce qu’il faut, et comment on prévient les gens.",
                "Where, with whom, from… to…, what is needed, and how people are told.",
            ),
            RIGHT,
            BELOW,
            CELL,
            HEIGHT,
        ),
        ZoneSeed(
            5,
            Words("Ce que nous voyons", "What we see"),
            Words(
                "Un fait daté par note : chiffre relevé, phrase entendue, surprise.",
                "One dated fact per note: a figure, words heard, a surprise.",
            ),
            DURING,
            TOP,
            SIDE,
            WHOLE,
        ),
        ZoneSeed(
            6,
            Words("Ce que nous décidons", "What we decide"),
            Words(
                "Continuer, changer ou arrêter : pourquoi, qui, à partir de quand ?",
                "Go on, change or stop: why, who, from when?",
            ),
            AFTER,
            TOP,
            SIDE,
            WHOLE,
            tone="keep",
        ),
    ),
    example=Example(
        scene=Words(
            "Val-des-Aulnes : prévenir les parents par message quand un enfant a oublié de s’inscrire à la "
            "cantine.",
            "Val-des-Aulnes: messaging parents when a child has not been signed up for school meals.",
        ),
        notes=(
            ExampleNote(
                1,
                "jonc",
                Words(
                    "Si nous écrivons la veille à 18 h, la moitié des oublis disparaît.",
                    "If we write at 18:00 the day before, half of the oversights disappear.",
                ),
            ),
            ExampleNote(
                1,
                "jonc",
                Words(
                    "Parce que les parents nous disent : « j’y pense le soir ».",
                    "Because parents tell us: “I think of it in the evening”.",
                ),
            ),
            ExampleNote(
                2,
                "ciel",
                Words(
                    "Repas servis sans inscription : 23 par semaine en janvier.",
                    "Meals served without sign-up: 23 a week in January.",
                ),
            ),
            ExampleNote(
                2,
                "ciel",
                Words("Relevé par la cantinière, le vendredi.", "Read by the canteen lady, on Fridays."),
            ),
            ExampleNote(
                3,
                "lilas",
                Words(
                    "12 ou moins : on continue. Plus de 18 : on arrête.",
                    "12 or fewer: we go on. More than 18: we stop.",
                ),
            ),
            ExampleNote(
                4,
                "abricot",
                Words(
                    "École des Lavoirs, 140 enfants, du 4 au 22 mars.",
                    "Les Lavoirs school, 140 children, from 4 to 22 March.",
                ),
            ),
            ExampleNote(
                4,
                "abricot",
                Words(
                    "Messages envoyés à la main, sans logiciel.", "Messages sent by hand, without software."
                ),
            ),
            ExampleNote(
                5,
                "menthe",
                Words(
                    "Semaine 1 : 19. Semaine 2 : 14. Semaine 3 : 11.", "Week 1: 19. Week 2: 14. Week 3: 11."
                ),
            ),
            ExampleNote(
                5,
                "rose",
                Words(
                    "9 numéros faux : les familles qui en ont le plus besoin.",
                    "9 wrong numbers: the families who need it most.",
                ),
            ),
            ExampleNote(
                6,
                "menthe",
                Words(
                    "On continue, et on corrige les numéros à l’accueil. Léa, dès avril.",
                    "We go on, and mend the numbers at the front desk. Léa, from April.",
                ),
            ),
        ),
    ),
)
